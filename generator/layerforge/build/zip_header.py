"""What the parts of the strict ZIP reader share: the header of a member, and the verdict."""

import struct
from typing import Final, NamedTuple

STORED: Final = 0
DEFLATED: Final = 8
DESCRIPTOR: Final = 0x8
UTF8: Final = 0x800
FULL32: Final = 0xFFFFFFFF
EXTRA_ZIP64: Final = 0x1
_EXTRA_NAME: Final = 0x7075
_EXTRA: Final = struct.Struct("<HH")


class Refused(Exception):  # noqa: N818 - a verdict, not an error of ours
    """The archive is refused. The caller knows which one it is, and makes a diagnostic of this."""

    def __init__(self, code: str, message: str) -> None:
        """Carry the code, and a message that continues ``the wheel …``."""
        super().__init__(message)
        self.code = code
        self.message = message


class Header(NamedTuple):
    """One member as the central directory and its local header agree on it.

    Attributes:
        raw_name: its name as bytes.
        flags: general purpose bits.
        method: 0 stored, 8 DEFLATE.
        crc32: of the uncompressed bytes.
        compressed_size: in bytes.
        size: in bytes.
        attributes: external attributes; Unix's mode in the upper half.
        start: where its local header begins.
        data: where its data begin.
    """

    raw_name: bytes
    flags: int
    method: int
    crc32: int
    compressed_size: int
    size: int
    attributes: int
    start: int
    data: int

    @property
    def shown(self) -> str:
        """The name for a message, with what cannot be printed escaped."""
        text = self.raw_name.decode("utf-8", "backslashreplace")
        return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def read_extras(header: Header, extra: bytes) -> dict[int, bytes]:
    """Take the extra fields apart; one that gives a second name may only repeat the first."""
    found, at = {}, 0
    while at < len(extra):
        if at + _EXTRA.size > len(extra):
            raise Refused("WHEEL005", f"has a member with damaged extra fields: `{header.shown}`")
        kind, length = _EXTRA.unpack_from(extra, at)
        at += _EXTRA.size
        if at + length > len(extra) or kind in found:
            raise Refused("WHEEL005", f"has a member with damaged extra fields: `{header.shown}`")
        found[kind] = extra[at : at + length]
        at += length
    if _EXTRA_NAME in found and found[_EXTRA_NAME][5:] != header.raw_name:
        raise Refused("WHEEL006", f"gives a member a second name in an extra field: `{header.shown}`")
    return found
