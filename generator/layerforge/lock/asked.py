"""One requirement as somebody wrote it: parsed, normalised, or refused with the way out."""

import re
from dataclasses import dataclass, replace
from typing import Final

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from layerforge.diagnostics import Diagnostic, Location
from layerforge.lock.targets import asks_for_host
from layerforge.names import PackageName

WHEEL_REMEDY: Final = (
    "build its wheel once (`pip wheel --no-deps …`), put it into an index or a folder that uv's `find-links` names, and"
    " ask for it as `name==version`"
)
OWN_CODE_REMEDY: Final = (
    "own code goes under `include`; or build its wheel once, put it into an index or a folder that uv's `find-links`"
    " names, and ask for it as `name==version`"
)
_VCS: Final = re.compile(r"(?:git|hg|svn|bzr)\+", re.IGNORECASE)
_URL: Final = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_LOCAL: Final = re.compile(r"(?:\.{1,2}(?:/|$)|/|~/|file:)")
_ARCHIVE: Final = re.compile(r"\.(?:whl|zip|tar\.gz|tgz|tar\.bz2|tar\.xz)$", re.IGNORECASE)
_INDENT: Final = 4
"""How far `packaging` moves a line to the right in its messages."""
_SINGLE: Final = re.compile(r"^[A-Za-z0-9._-]+(?:\[[^\]]*\])?\s*=\s*[^=]")
_EXTRA_MARKER: Final = re.compile(r"\bextra\b")


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One requirement or constraint.

    Attributes:
        name: normalised.
        text: the whole requirement in one normalised spelling (PEP 508).
        where: its place.
    """

    name: PackageName
    text: str
    where: Location


def read_requirement(text: str, where: Location, written: str | None = None) -> Asked | Diagnostic:
    """Return the requirement, or what is wrong with it: no syntax, or nothing that can be taken from an index.

    Args:
        text: the requirement.
        where: its place.
        written: what stands there, if that is not ``text``: a message never shows what a variable held.
    """
    stripped = text.strip()
    refused = _direct(stripped, where)
    if refused is not None:
        return refused
    try:
        requirement = Requirement(stripped)
    except InvalidRequirement as error:
        return _malformed(stripped if written is None else written.strip(), where, error)
    name = PackageName(canonicalize_name(requirement.name))
    if requirement.url is not None:
        return _direct(requirement.url, where, name) or _url(where, name)
    if requirement.marker is not None:
        marker = str(requirement.marker)
        if asks_for_host(marker):
            return _host_marker(name, where)
        if _EXTRA_MARKER.search(re.sub(r"\"[^\"]*\"|'[^']*'", "", marker)):
            return Diagnostic(
                code="REQ004",
                message=f"the marker of `{name}` asks for an `extra`, so the requirement would never hold",
                location=where,
                hint=f"ask for the extra itself, such as `other[{name}]`, or drop the marker",
            )
    return Asked(name=name, text=_normal(requirement, name), where=where)


def under(asked: Asked, marker: str) -> Asked:
    """Return a requirement that is asked for only where ``marker`` holds as well; an empty one always does."""
    if not marker:
        return asked
    requirement = Requirement(asked.text)
    both = f"({marker}) and ({requirement.marker})" if requirement.marker is not None else marker
    requirement.marker = Marker(both)
    return replace(asked, text=_normal(requirement, asked.name))


def _normal(requirement: Requirement, name: str) -> str:
    extras = (
        f"[{','.join(sorted(canonicalize_name(item) for item in requirement.extras))}]" if requirement.extras else ""
    )
    versions = ",".join(sorted(str(item) for item in requirement.specifier))
    marker = f" ; {requirement.marker}" if requirement.marker is not None else ""
    return f"{name}{extras}{versions}{marker}"


def _direct(text: str, where: Location, name: str | None = None) -> Diagnostic | None:
    """Refuse what names a place instead of a version."""
    what = f"`{name}`" if name else "the requirement"
    if _VCS.match(text):
        message = f"{what} comes from version control, so it would have to be built on this machine"
        return Diagnostic(code="REQ002", message=message, location=where, hint=WHEEL_REMEDY)
    path = re.split(r"[;\[@]", text, maxsplit=1)[0]
    if _LOCAL.match(text) or ("/" in path and not _URL.match(text)):
        if _ARCHIVE.search(text):
            message = f"{what} is a local file"
            return Diagnostic(code="REQ003", message=message, location=where, hint=WHEEL_REMEDY)
        message = f"{what} is a local folder, so it would have to be built on this machine"
        return Diagnostic(code="REQ003", message=message, location=where, hint=OWN_CODE_REMEDY)
    return _url(where, name) if _URL.match(text) else None


def _url(where: Location, name: str | None) -> Diagnostic:
    what = f"`{name}` is asked for by URL" if name else "a requirement by URL"
    return Diagnostic(
        code="REQ003",
        message=f"{what}: a lock names packages by version, so that any index or folder may serve them",
        location=where,
        hint="put the wheel into an index or a folder that uv's `find-links` names, and ask for it as `name==version`",
    )


def _host_marker(name: str, where: Location) -> Diagnostic:
    return Diagnostic(
        code="REQ005",
        message=f"the marker of `{name}` asks for the kernel's release or version, which Lambda does not promise",
        location=where,
        hint="use `python_version`, `platform_machine` or another marker that a runtime fixes",
    )


def _malformed(text: str, where: Location, error: InvalidRequirement) -> Diagnostic:
    reason, *rest = str(error).splitlines()
    caret = next((line.index("^") - _INDENT for line in rest if line.endswith("^")), None)
    start = -1 if where.column is None or where.text is None else where.text.find(text, where.column - 1)
    if caret is not None and start >= 0:
        where = replace(where, column=start + 1 + min(caret, max(len(text) - 1, 0)), length=1)
    hint = "a requirement reads like `name==1.2.3`, `name[extra]>=1,<2` or `name>=1 ; python_version < '3.12'`"
    if _SINGLE.match(text):
        hint = "a version is pinned with two signs: `==`"
    return Diagnostic(code="REQ001", message=f"`{text}` is no requirement: {_lower(reason)}", location=where, hint=hint)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
