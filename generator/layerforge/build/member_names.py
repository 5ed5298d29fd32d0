"""What a member of a wheel may be called, and what kind of thing it may be."""

import re
import stat
import unicodedata
from collections.abc import Sequence
from typing import Final

from layerforge.build.zip_header import UTF8, Header, Refused

_UNSEEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
"""Control characters, other line ends, and marks that turn the direction of text: none can be read in a message."""

_DRIVE: Final = re.compile(r"[A-Za-z]:")
_MAX_COMPONENT: Final = 255
_DOS_FOLDER: Final = 0x10


def check_names(headers: Sequence[Header]) -> list[str]:
    """Return the members' names in the same order; folders end in a slash.

    Raises:
        Refused: ``WHEEL010`` a name leads elsewhere, ``WHEEL011`` its encoding, ``WHEEL012`` it comes twice,
            ``WHEEL013`` it is a file's and a folder's, ``WHEEL014`` the member is no file and no folder.
    """
    names = []
    seen: set[str] = set()
    folders: set[str] = set()
    for header in headers:
        name = _decode(header)
        _check_path(header, name)
        _check_kind(header, name)
        if name in seen:
            raise Refused("WHEEL012", f"has two members of one name: `{header.shown}`")
        seen.add(name)
        names.append(name)
        folder = name.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    if both := seen & folders:
        raise Refused("WHEEL013", f"has a file and a folder of one name: `{min(both)}`")
    return names


def _decode(header: Header) -> str:
    """Decode a name. Readers differ on names outside ASCII that are not marked as UTF-8, so those are refused."""
    raw = header.raw_name
    if raw.isascii():
        return raw.decode("ascii")
    if not header.flags & UTF8:
        raise Refused("WHEEL011", f"has a member whose name is neither ASCII nor marked as UTF-8: `{header.shown}`")
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("WHEEL011", f"has a member whose name is marked as UTF-8 and is not: `{header.shown}`") from None
    if not unicodedata.is_normalized("NFC", name):
        raise Refused("WHEEL011", f"has a member whose name is not in Unicode's composed form (NFC): `{header.shown}`")
    return name


def _check_path(header: Header, name: str) -> None:
    parts = name.removesuffix("/").split("/")
    if not name:
        why = "an empty name"
    elif _UNSEEN.search(name):
        why = "a control character in its name"
    elif "\\" in name:
        why = "a backslash in its name"
    elif name.startswith("/"):
        why = "an absolute path"
    elif _DRIVE.match(name):
        why = "a drive letter in its name"
    elif ".." in parts:
        why = "`..` in its path"
    elif "" in parts or "." in parts:
        why = "an empty part or `.` in its path"
    elif any(len(part.encode()) > _MAX_COMPONENT for part in parts):
        why = f"a part of over {_MAX_COMPONENT} bytes in its path"
    else:
        return
    raise Refused("WHEEL010", f"has a member with {why}: `{header.shown}`")


def _check_kind(header: Header, name: str) -> None:
    """Hold the kind that the attributes give against the trailing slash. Windows gives no mode: that fits both."""
    mode, is_folder = header.attributes >> 16, name.endswith("/")
    kind = stat.S_IFMT(mode)
    if kind == stat.S_IFLNK:
        raise Refused("WHEEL014", f"has a symbolic link: `{header.shown}`")
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise Refused("WHEEL014", f"has a device, socket or pipe: `{header.shown}`")
    if not is_folder and (kind == stat.S_IFDIR or header.attributes & _DOS_FOLDER):
        raise Refused("WHEEL014", f"has a folder whose name does not end in a slash: `{header.shown}`")
    if is_folder and (kind == stat.S_IFREG or header.size):
        raise Refused("WHEEL014", f"has a file whose name ends in a slash: `{header.shown}`")
