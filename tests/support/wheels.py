"""Makes wheels for tests: small, the same bytes at each call, as setuptools and its like would lay them out."""

import base64
import hashlib
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from layerforge.lock.types import Pin
from layerforge.names import PackageName, Sha256

_DATE = (2020, 1, 2, 3, 4, 6)


def make_wheel(
    folder: Path,
    name: str,
    version: str,
    *,
    files: Mapping[str, bytes] | None = None,
    requires: Sequence[str] = (),
    tag: str = "py3-none-any",
    data: Mapping[str, bytes] | None = None,
    scripts: Mapping[str, bytes] | None = None,
    entry_points: str = "",
    metadata: Sequence[str] = (),
    executable: Sequence[str] = (),
    build: str = "",
    level: int = 6,
) -> Path:
    """Write a wheel into ``folder`` and return its path.

    Args:
        folder: made if missing.
        name: the distribution's name as METADATA spells it.
        version: its version.
        files: members by path; ``<name>/__init__.py`` with the version by default.
        requires: the values of ``Requires-Dist``.
        tag: python, ABI and platform tag; compressed sets such as ``py2.py3-none-any`` are taken apart for WHEEL.
        data: members of the ``.data`` folder by ``<scheme>/<path>``.
        scripts: members of the ``scripts`` scheme, executable.
        entry_points: the text of ``entry_points.txt``; none if empty.
        metadata: further header lines of METADATA, such as ``Requires-Python: >=3.9`` or ``Provides-Extra: all``.
        executable: paths out of ``files`` that get mode 0755.
        build: the build tag.
        level: zlib's compression level; 0 stores the members.
    """
    escaped = name.replace("-", "_")
    stem = f"{escaped}-{version}"
    if files is None:
        files = {f"{escaped.lower()}/__init__.py": f'__version__ = "{version}"\n'.encode()}
    members = dict(files)
    members |= {f"{stem}.data/{path}": content for path, content in (data or {}).items()}
    runnable = {f"{stem}.data/scripts/{path}": content for path, content in (scripts or {}).items()}
    members |= runnable
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *metadata]
    lines += [f"Requires-Dist: {item}" for item in requires]
    members[f"{stem}.dist-info/METADATA"] = "".join(f"{line}\n" for line in lines).encode()
    members[f"{stem}.dist-info/WHEEL"] = _wheel_file(tag, build)
    if entry_points:
        members[f"{stem}.dist-info/entry_points.txt"] = entry_points.encode()
    members[f"{stem}.dist-info/RECORD"] = record(members, f"{stem}.dist-info/RECORD")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stem}-{build}-{tag}.whl".replace("--", "-")
    write_zip(path, members, {*runnable, *executable}, level=level)
    return path


def record(members: Mapping[str, bytes], own: str) -> bytes:
    """Return a RECORD over ``members``, with ``own`` as its own last line."""
    rows = []
    for path, content in members.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        shown = f'"{path}"' if "," in path else path
        rows.append(f"{shown},sha256={digest},{len(content)}\n")
    return "".join([*rows, f"{own},,\n"]).encode()


def write_zip(path: Path, members: Mapping[str, bytes], executable: set[str], *, level: int = 6) -> None:
    """Write ``members`` in their order with a fixed date. A path that ends in a slash becomes a folder."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, _DATE)
            info.create_system = 3
            mode = 0o40755 if name.endswith("/") else 0o100755 if name in executable else 0o100644
            info.external_attr = mode << 16
            method = zipfile.ZIP_DEFLATED if level else zipfile.ZIP_STORED
            archive.writestr(info, content, compress_type=method, compresslevel=level)


def pin_of(path: Path) -> Pin:
    """Return the pin of a wheel that lies at ``path``."""
    name, version = path.name.split("-")[:2]
    normalised = name.replace("_", "-").replace(".", "-").lower()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Pin(name=PackageName(normalised), version=version, file=path.name, sha256=Sha256(digest))


def _wheel_file(tag: str, build: str) -> bytes:
    pythons, abis, platforms = (part.split(".") for part in tag.split("-"))
    lines = ["Wheel-Version: 1.0", "Generator: layerforge-tests (1)"]
    lines.append(f"Root-Is-Purelib: {str(tag.endswith('none-any')).lower()}")
    lines += [f"Tag: {python}-{abi}-{platform}" for python in pythons for abi in abis for platform in platforms]
    lines += [f"Build: {build}"] if build else []
    return "".join(f"{line}\n" for line in lines).encode()
