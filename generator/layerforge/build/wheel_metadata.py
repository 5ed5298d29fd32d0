"""What makes a ZIP a wheel: one dist-info folder, METADATA of the same name and version, a known WHEEL, a RECORD."""

import csv
import io
from collections.abc import Mapping
from typing import Final

from layerforge.build.zip_header import Refused

SCHEMES: Final = frozenset({"purelib", "platlib", "headers", "scripts", "data"})
_DIGESTS: Final = frozenset({"sha256", "sha384", "sha512"})


def find_dist_info(names: Mapping[str, object], distribution: str) -> str:
    """Return the name of the only dist-info folder, and check that the folders beside it are as they should be.

    Args:
        names: the members' names.
        distribution: the normalised name that the wheel's file name gives.

    Raises:
        Refused: ``WHEEL019`` none, several or another one, ``WHEEL023`` a ``.data`` folder that cannot be placed.
    """
    tops = {name.partition("/")[0] for name in names if "/" in name}
    found = sorted(top for top in tops if top.endswith(".dist-info"))
    if not found:
        raise Refused("WHEEL019", "is not a wheel: it has no `.dist-info` folder")
    if len(found) > 1:
        raise Refused("WHEEL019", f"has several `.dist-info` folders: {', '.join(f'`{name}`' for name in found)}")
    if _normalise(found[0].removesuffix(".dist-info").partition("-")[0]) != distribution:
        raise Refused("WHEEL019", f"has the folder `{found[0]}`, which is not of `{distribution}`")
    for name in names:
        top, _, rest = name.partition("/")
        scheme, slash, _ = rest.partition("/")
        if top.endswith(".data") and rest and (scheme not in SCHEMES or not slash):
            raise Refused("WHEEL023", f"has `{name}`, and no installer knows where that goes")
    return found[0]


def check_metadata(content: bytes, distribution: str, version: object) -> None:
    """Compare METADATA with the file name.

    Args:
        content: of METADATA.
        distribution: the normalised name.
        version: a ``packaging.version.Version``.

    Raises:
        Refused: ``WHEEL020``.
    """
    from packaging.version import InvalidVersion, Version  # noqa: PLC0415 - only when a wheel enters the store

    name, said = (_field(content, key) for key in ("Name", "Version"))
    if name is None or said is None:
        raise Refused("WHEEL020", f"has a METADATA without `{'Name' if name is None else 'Version'}`")
    if _normalise(name) != distribution:
        raise Refused("WHEEL020", f"has a METADATA that names `{name}`")
    try:
        agrees = Version(said) == version
    except InvalidVersion:
        agrees = False
    if not agrees:
        raise Refused("WHEEL020", f"has a METADATA that gives version `{said}`")


def check_format(content: bytes) -> None:
    """Check that WHEEL is of a version that this knows how to unpack.

    Raises:
        Refused: ``WHEEL021``.
    """
    said = _field(content, "Wheel-Version")
    if said is None:
        raise Refused("WHEEL021", "has a WHEEL file without `Wheel-Version`")
    major, _, minor = said.partition(".")
    if not (major.isascii() and major.isdigit() and minor.isascii() and minor.isdigit()):
        raise Refused("WHEEL021", f"has a WHEEL file with the strange version `{said}`")
    if int(major) > 1:
        raise Refused("WHEEL021", f"is of wheel format {said}, and 1.x is known")


def read_record(content: bytes) -> dict[str, tuple[str, str]]:
    """Return algorithm and digest (base64 without padding) by path, as far as RECORD gives a strong one.

    Raises:
        Refused: ``WHEEL022`` RECORD cannot be read.
    """
    digests = {}
    try:
        for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True):
            algorithm, _, digest = row[1].partition("=") if len(row) > 1 else ("", "", "")
            if algorithm in _DIGESTS:
                digests[row[0]] = (algorithm, digest.rstrip("="))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Refused("WHEEL022", f"has a RECORD that cannot be read: {error}") from None
    return digests


def _normalise(name: str) -> str:
    from packaging.utils import canonicalize_name  # noqa: PLC0415 - only when a wheel enters the store

    return canonicalize_name(name)


def _field(content: bytes, key: str) -> str | None:
    """Return the first value of a field in a block of headers."""
    head = content.decode("utf-8", "replace").replace("\r\n", "\n").partition("\n\n")[0]
    for line in head.split("\n"):
        name, colon, value = line.partition(":")
        if colon and name.strip().lower() == key.lower():
            return value.strip()
    return None
