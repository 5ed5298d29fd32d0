"""Writes ZIPs byte by byte, right or wrong on purpose. Independent of the product's own reader and writer."""

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

LOCAL_FIELDS = ("sig", "needed", "flags", "method", "time", "date", "crc", "packed", "size", "n_name", "n_extra")
CENTRAL_FIELDS = (
    "sig", "made_by", "needed", "flags", "method", "time", "date", "crc", "packed", "size", "n_name", "n_extra",
    "n_comment", "disk", "internal", "attributes", "start",
)  # fmt: skip
END_FIELDS = ("sig", "disk", "first_disk", "here", "count", "length", "begin", "n_comment")


@dataclass(frozen=True, kw_only=True)
class Raw:
    """A member. What is ``None`` is worked out as it should be; ``local`` and ``central`` override header fields."""

    name: bytes
    content: bytes = b""
    method: int = 8
    flags: int = 0
    packed: bytes | None = None
    attributes: int = 0o100644 << 16
    name_in_local: bytes | None = None
    extra_in_local: bytes = b""
    extra_in_central: bytes = b""
    comment: bytes = b""
    descriptor: bytes = b""
    before: bytes = b""
    local: Mapping[str, int] = field(default_factory=dict)
    central: Mapping[str, int] = field(default_factory=dict)

    @property
    def data(self) -> bytes:
        if self.packed is not None:
            return self.packed
        return deflate(self.content) if self.method == 8 else self.content

    def fields(self) -> dict[str, Any]:
        return {
            "needed": 20, "made_by": 3 << 8 | 20, "flags": self.flags, "method": self.method, "time": 0, "date": 33,
            "crc": zlib.crc32(self.content), "packed": len(self.data), "size": len(self.content), "n_comment": 0,
            "disk": 0, "internal": 0, "attributes": self.attributes,
        }  # fmt: skip


def raw_zip(members: Sequence[Raw], *, before_directory: bytes = b"", in_directory: bytes = b"", **end: int) -> bytes:
    """Return the bytes of a ZIP; keywords override fields of its end."""
    out, directory = b"", b""
    for member in members:
        out += member.before
        start, fields = len(out), member.fields()
        name = member.name if member.name_in_local is None else member.name_in_local
        local = {"sig": 0x04034B50, "n_name": len(name), "n_extra": len(member.extra_in_local), **fields}
        out += _pack("<I5H3I2H", LOCAL_FIELDS, {**local, **member.local})
        out += name + member.extra_in_local + member.data + member.descriptor
        central = {"sig": 0x02014B50, "n_name": len(member.name), "n_extra": len(member.extra_in_central), **fields}
        central |= {"start": start, "n_comment": len(member.comment)}
        directory += _pack("<I6H3I5H2I", CENTRAL_FIELDS, {**central, **member.central})
        directory += member.name + member.extra_in_central + member.comment
    out += before_directory
    directory += in_directory
    values = {"sig": 0x06054B50, "disk": 0, "first_disk": 0, "here": len(members), "count": len(members)}
    values |= {"length": len(directory), "begin": len(out), "n_comment": 0}
    return out + directory + _pack("<I4H2IH", END_FIELDS, {**values, **end})


def demo(*more: Raw, **changed: Mapping[str, Any]) -> list[Raw]:
    """Return the members of a wheel ``demo 1.0`` and ``more``; keywords change ``code``, ``metadata`` or ``wheel``."""
    members = {
        "code": Raw(name=b"demo/__init__.py", content=b"value = 1\n" * 20),
        "metadata": Raw(
            name=b"demo-1.0.dist-info/METADATA", content=b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"
        ),
        "wheel": Raw(name=b"demo-1.0.dist-info/WHEEL", content=b"Wheel-Version: 1.0\n"),
    }
    return [*(replace(member, **changed.get(key, {})) for key, member in members.items()), *more]


def deflate(content: bytes) -> bytes:
    """Compress without header and checksum."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def extra(kind: int, content: bytes) -> bytes:
    """Return one extra field."""
    return struct.pack("<HH", kind, len(content)) + content


def _pack(form: str, names: Sequence[str], values: Mapping[str, int]) -> bytes:
    return struct.pack(form, *(values[name] for name in names))
