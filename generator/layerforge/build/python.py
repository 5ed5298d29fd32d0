"""Lists the members that a wheel puts into a Python layer: modules below ``python/``, programs in ``bin/``.

Names, modes and bytes follow the wheel alone: no machine and no installer has a say. ``.pth`` files are kept: Lambda's
bootstrap makes ``/opt/python`` a site folder, so they count there.
"""

import zlib
from pathlib import Path
from typing import Final

from layerforge.build.content import Script, Span, inflated
from layerforge.build.index import WheelIndex, WheelMember
from layerforge.build.types import Member
from layerforge.build.zip_header import STORED
from layerforge.lock.types import Pin

ROOT: Final = "python/"
SCRIPTS: Final = "bin/"
_PLACES: Final = {"purelib": ROOT, "platlib": ROOT, "data": ROOT, "scripts": SCRIPTS}
"""Where the schemes of a ``.data`` folder go. Headers stay out: nobody compiles against a layer."""

_INSTALLERS: Final = frozenset({"INSTALLER", "REQUESTED", "direct_url.json", "RECORD.jws", "RECORD.p7s"})
"""What an installer writes into a dist-info folder, and signatures over a RECORD: not of the content."""

_SHEBANG: Final = b"#!python"
_OUR_SHEBANG: Final = b"#!/usr/bin/env python3\n"


def list_members(pin: Pin, path: Path, index: WheelIndex) -> list[Member]:
    """Return the members that a wheel brings, in the wheel's order.

    Args:
        pin: what names it.
        path: where it lies.
        index: its files.
    """
    names = {member.name for member in index.members}
    origin = f"{pin.name} {pin.version}"
    members = []
    for found in index.members:
        name = place(found.name, index.dist_info, names)
        if name is None:
            continue
        _, executable, method, crc32, packed, size, offset = found
        span = Span(path, offset, packed)
        if name.startswith(SCRIPTS):
            members.append(_script(name, found, span, origin))
        else:
            mode = 0o755 if executable else 0o644
            members.append(Member(name, mode, method, crc32, packed, size, span, origin))
    return members


def place(name: str, dist_info: str, names: set[str]) -> str | None:
    """Return where a file of a wheel goes in the layer; ``None`` if it stays out.

    Args:
        name: its path in the wheel.
        dist_info: the name of the wheel's dist-info folder.
        names: all paths of the wheel.
    """
    if name.endswith((".pyc", ".pyo")) and name[:-1] in names:
        return None
    top, slash, rest = name.partition("/")
    if "__pycache__" in name and "__pycache__" in name.split("/")[:-1]:
        return None
    if top == dist_info and rest in _INSTALLERS:
        return None
    if slash and top.endswith(".data"):
        scheme, _, path = rest.partition("/")
        root = _PLACES.get(scheme)
        return None if root is None else root + path
    return ROOT + name


def _script(name: str, found: WheelMember, span: Span, origin: str) -> Member:
    """Return a program. If it names no interpreter it gets a first line that finds one, and is stored as it then is."""
    if not next(inflated(span, found.method), b"").startswith(_SHEBANG):
        return Member(name, 0o755, found.method, found.crc32, found.compressed_size, found.size, span, origin)
    content = Script(span=span, method=found.method, first_line=_OUR_SHEBANG)
    size = crc32 = 0
    for piece in content.chunks():
        size += len(piece)
        crc32 = zlib.crc32(piece, crc32)
    return Member(name, 0o755, STORED, crc32, size, size, content, origin)
