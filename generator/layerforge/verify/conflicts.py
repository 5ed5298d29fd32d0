"""Finds what the layers of a function take from each other, in their order, and what its code takes from them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from layerforge.build.types import Artifact
from layerforge.diagnostics import Diagnostic, Severity
from layerforge.lock.types import Lock, UnitId
from layerforge.plan.function_types import CODE, Function, OwnLayer
from layerforge.verify.overlay import Overlay, Overlays

_SHOWN: Final = 10
_NAMES: Final = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Clash:
    """An upper and a lower layer, of one function or of several alike, and what is not the same in them.

    Attributes:
        lower: the earlier one in the functions' lists.
        upper: the later one, which wins.
        overlay: what differs.
    """

    lower: UnitId
    upper: UnitId
    overlay: Overlay


def check_conflicts(
    function: Function, artifacts: Mapping[UnitId, Artifact], locks: Mapping[Path, Lock]
) -> tuple[Diagnostic, ...]:
    """Return what there is to say about the layers of one function, and about its code above them.

    ``CONF001`` a package in two versions, an error; ``CONF002`` paths with different content and ``CONF003`` a file
    where the other one has a folder, warnings; ``CONF004`` code that shadows a layer's modules, a note. What a layer of
    the function's ``overrides`` wins is meant.

    Args:
        function: any. Layers of others are not looked into: nobody here has their ZIPs.
        artifacts: as far as they are there; a layer without its ZIP is not looked into either.
        locks: by the absolute path of their specs.
    """
    overlays = Overlays(artifacts, locks[function.spec].units)
    clashes = [item for clash in find_clashes(function, overlays) for item in describe(clash, [function])]
    return (*clashes, *find_shadows(function, overlays))


def find_clashes(function: Function, overlays: Overlays) -> Iterator[Clash]:
    """Yield each pair of the function's layers that are not the same in something and not meant to be so."""
    own = [(item.layer, item.unit) for item in function.layers if isinstance(item, OwnLayer)]
    for number, upper in enumerate(own):
        if upper[0] in function.overrides:
            continue
        for lower in own[:number]:
            overlay = overlays.between(lower, upper)
            if overlay:
                yield Clash(lower=lower, upper=upper, overlay=overlay)


def describe(clash: Clash, functions: Sequence[Function]) -> Iterator[Diagnostic]:
    """Yield what there is to say about a pair of layers, for all functions that have it."""
    where = next(
        item.where
        for item in functions[0].layers
        if isinstance(item, OwnLayer) and (item.layer, item.unit) == clash.upper
    )
    lower, upper = ("/".join(unit) for unit in (clash.lower, clash.upper))
    meant = f"`overrides: [{clash.upper[0]}]` of the function says that it is meant"
    versions, files, clashing = clash.overlay.versions, clash.overlay.files, clash.overlay.clashes
    who = _functions(functions)
    if versions:
        name, below, above = versions[0]
        what = f"`{name}` {above} over {below}" if len(versions) == 1 else f"other versions of {len(versions)} packages"
        yield Diagnostic(
            code="CONF001",
            message=f"`{upper}` lays {what} of `{lower}`, which mixes their files in {who}",
            location=where,
            hint=f"lock one version in both layers, or let one of them bring it; {meant}",
            notes=(*_versions(versions), *_first(files)),
        )
    elif files:
        what = f"`{files[0]}`" if len(files) == 1 else f"{len(files)} files"
        yield Diagnostic(
            code="CONF002",
            severity=Severity.WARNING,
            message=f"`{upper}` replaces {what} of `{lower}` with different content in {who}",
            location=where,
            hint=f"let one of the two layers bring it, or leave it out with `exclude`; {meant}",
            notes=_list(files) if len(files) > 1 else (),
        )
    if clashing:
        what = f"`{clashing[0]}` is a file of one and a folder of the other"
        if len(clashing) > 1:
            what = f"{len(clashing)} paths are files of one and folders of the other"
        yield Diagnostic(
            code="CONF003",
            severity=Severity.WARNING,
            message=f"{what} of `{lower}` and `{upper}` in {who}",
            location=where,
            hint="AWS does not say what Lambda makes of that: leave one of the two out with `exclude`",
            notes=_list(clashing) if len(clashing) > 1 else (),
        )


def find_shadows(function: Function, overlays: Overlays) -> Iterator[Diagnostic]:
    """Yield a note for each layer some of whose modules or packages the function's code brings too."""
    if function.source is None:
        return
    modules, versions = overlays.code((function.name, CODE))
    for item in function.layers:
        if not isinstance(item, OwnLayer):
            continue
        unit = (item.layer, item.unit)
        theirs = overlays.packages(unit)
        both = sorted(versions.keys() & theirs.keys())
        packages = [f"`{name}` {versions[name]} (the layer has {theirs[name]})" for name in both]
        shadowed = packages or [f"`{name}`" for name in sorted(modules & overlays.modules(unit))]
        if shadowed:
            what = "what is" if len(shadowed) == 1 else "those"
            yield Diagnostic(
                code="CONF004",
                severity=Severity.NOTE,
                message=f"the code of `{function.name}` has {_some(shadowed)} too, which Python finds before {what} in "
                f"`{item.layer}/{item.unit}`",
                location=function.where,
                hint="take it out of the code if the layer's is meant",
            )


def _functions(functions: Sequence[Function]) -> str:
    return _some([f"`{function.name}`" for function in functions])


def _versions(versions: Sequence[tuple[str, str, str]]) -> tuple[str, ...]:
    if len(versions) == 1:
        return ()
    return _list([f"{name}: {below}, then {above}" for name, below, above in versions])


def _first(files: Sequence[str]) -> tuple[str, ...]:
    if not files:
        return ()
    return (f"{len(files)} {'file differs' if len(files) == 1 else 'files differ'}, such as {files[0]}",)


def _some(words: Sequence[str]) -> str:
    more = len(words) - _NAMES
    shown = [*words[:_NAMES], *([f"{more} more"] if more > 0 else [])]
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))


def _list(lines: Sequence[str]) -> tuple[str, ...]:
    more = len(lines) - _SHOWN
    return (*lines[:_SHOWN], f"and {more} more") if more > 0 else tuple(lines)
