"""Compares the lock with the plan and says what is stale. No network, no ZIP, nothing is written."""

import os
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from layerforge.diagnostics import Diagnostic, Location
from layerforge.lock.asking import Asking, read_askings
from layerforge.lock.externals import external_arns
from layerforge.lock.file import StoredLock, lock_path
from layerforge.lock.line_endings import REMEDY, only_line_endings
from layerforge.lock.roots import lasting_roots
from layerforge.lock.types import Inputs, LockedUnit, section_of
from layerforge.names import LayerName
from layerforge.plan.fleet_types import Plan
from layerforge.plan.types import Packaged, Unit

NOT_ASKED_FOR: Final = "LOCK025"
"""The code of a unit that the lock has and the spec does not."""
NOT_BUILT: Final = "LOCK026"
"""The code of a unit whose inputs fit, but its artifact was not built from them."""

_DEFAULT_SPEC: Final = "layers.yaml"
_MOST_NAMES: Final = 5
_LINE_ENDINGS: Final = "its own files have other line endings"


def check_lock(
    plan: Plan, stored: Mapping[Path, StoredLock], *, askings: Mapping[LayerName, Asking] | None = None
) -> tuple[Diagnostic, ...]:
    """Return one error for each unit that the lock does not have as the plan asks for it.

    ``LOCK020`` the lock holds conflict markers, ``LOCK021`` there is no lock, ``LOCK022`` a unit is missing,
    ``LOCK023`` a unit is stale, ``LOCK024`` it is so for line endings alone, ``LOCK025`` a unit is no longer asked for,
    ``LOCK026`` the artifact has not been built from these inputs, ``LOCK027`` a merge has mixed the pins of a unit,
    ``LOCK028`` the lock has the size of a layer of others that no function attaches any more, or that the spec gives,
    ``LOCK029`` the lock does not remember a root that could not be found otherwise.

    Args:
        plan: what the specs ask for.
        stored: the locks by the absolute path of their specs.
        askings: what layers and functions ask, if it has been read already.

    Raises:
        LayerforgeError: what the spec names cannot be read.
    """
    specs = dict.fromkeys([*(item.spec for item in plan.packaged), *stored])
    return tuple(
        item
        for check in _checks(plan.packaged, specs, stored, askings)
        for item in (*check.findings(), *check.externals(plan), *check.roots(plan))
    )


def check_inputs(
    items: Sequence[Packaged], stored: Mapping[Path, StoredLock], *, askings: Mapping[LayerName, Asking] | None = None
) -> tuple[Diagnostic, ...]:
    """Return one error for each unit of some layers and functions whose inputs the lock does not have, built or not.

    Raises:
        LayerforgeError: what the spec names cannot be read.
    """
    specs = dict.fromkeys(item.spec for item in items)
    found = (item for check in _checks(items, specs, stored, askings) for item in check.findings())
    return tuple(item for item in found if item.code not in {NOT_ASKED_FOR, NOT_BUILT})


def _checks(
    items: Sequence[Packaged],
    specs: Iterable[Path],
    stored: Mapping[Path, StoredLock],
    askings: Mapping[LayerName, Asking] | None,
) -> Iterator["_Check"]:
    askings = read_askings(items, None) if askings is None else askings
    for spec in specs:
        mine = [asking for asking in askings.values() if asking.item.spec == spec]
        yield _Check(spec, mine, stored.get(spec, StoredLock(exists=False)))


class _Check:
    """Checks one spec's lock."""

    def __init__(self, spec: Path, askings: Sequence[Asking], stored: StoredLock) -> None:
        self._spec = spec
        self._askings = askings
        self._stored = stored
        shown = askings[0].item.where.file if askings else os.path.relpath(spec)
        self._lock = str(lock_path(Path(shown)))
        option = "" if shown == _DEFAULT_SPEC else f" --spec {shlex.quote(shown)}"
        self._hint = f"run `layerforge gen{option}` and commit `{self._lock}` and the modules"

    def findings(self) -> Iterator[Diagnostic]:
        if self._stored.conflicted:
            message = "the lock holds conflict markers"
            yield self._diagnostic(
                "LOCK020", message, self._in_lock(), hint=f"{self._hint}: it keeps what both sides have"
            )
            return
        if not self._stored.exists:
            if self._askings:
                yield self._diagnostic("LOCK021", "there is no lock yet", self._in_lock())
            return
        locked = dict(self._stored.lock.units)
        for asking in self._askings:
            for unit in asking.item.units:
                yield from self._unit(asking, unit, locked.pop((unit.layer, unit.key), None))
        for name, key in locked:
            message = f"the lock has `{name}/{key}`, which the spec no longer asks for"
            yield self._diagnostic(NOT_ASKED_FOR, message, self._in_lock(".".join((section_of(key), name, key))))

    def externals(self, plan: Plan) -> Iterator[Diagnostic]:
        for arn in sorted(self._stored.lock.externals.keys() - external_arns(plan, self._spec)):
            message = f"the lock has the size of `{arn}`, for which the spec no longer asks"
            yield self._diagnostic("LOCK028", message, self._in_lock(f"externals.{arn}"))

    def roots(self, plan: Plan) -> Iterator[Diagnostic]:
        for path, region in lasting_roots(plan, self._spec).items() if self._stored.exists else ():
            if self._stored.lock.roots.get(path) != region:
                message = f"the lock does not name `{path}`, the root of `{region}`"
                yield self._diagnostic("LOCK029", message, self._in_lock("roots"))

    def _unit(self, asking: Asking, unit: Unit, locked: LockedUnit | None) -> Iterator[Diagnostic]:
        where = asking.item.where
        if (unit.layer, unit.key) in self._stored.disputed:
            message = f"the locked pins of `{unit}` were not resolved together"
            hint = f"a merge, or somebody's hand, has mixed them: {self._hint}"
            yield self._diagnostic("LOCK027", message, self._in_lock(f"layers.{unit.layer}.{unit.key}"), hint=hint)
            return
        if locked is None:
            yield self._diagnostic("LOCK022", f"the lock does not have `{unit}`", where)
            return
        reasons = tuple(_reasons(asking, locked.inputs))
        if reasons == (_LINE_ENDINGS,):
            yield self._diagnostic("LOCK024", f"the lock is stale for `{unit}`: {_LINE_ENDINGS}", where, hint=REMEDY)
        elif reasons:
            message = f"the lock is stale for `{unit}`: {', '.join(reasons)}"
            yield self._diagnostic("LOCK023", message, where, notes=_untracked(asking) if _NAMES in reasons else ())
        elif locked.built is None:
            what = "has not been built yet" if locked.artifact is None else "was built from other inputs"
            yield self._diagnostic(NOT_BUILT, f"the artifact of `{unit}` {what}", where)

    def _in_lock(self, path: str = "") -> Location:
        return Location(file=self._lock, path=path)

    def _diagnostic(
        self, code: str, message: str, where: Location, *, hint: str | None = None, notes: tuple[str, ...] = ()
    ) -> Diagnostic:
        return Diagnostic(code=code, message=message, location=where, hint=hint or self._hint, notes=notes)


_NAMES: Final = "own files were added, removed or renamed"


def _reasons(asking: Asking, locked: Inputs) -> Iterator[str]:
    """Yield what differs, in words."""
    now = asking.inputs(locked.pins)
    if locked.request != now.request:
        yield "its requirements or targets changed"
    if locked.fields != now.fields:
        yield "`exclude` changed" if asking.request is None else "`exclude` or `prefer` changed"
    if locked.own_files == now.own_files:
        return
    if only_line_endings(locked, now):
        yield _LINE_ENDINGS
    elif locked.own_names != now.own_names:
        yield _NAMES
    else:
        yield "own files changed in content or mode"


def _untracked(asking: Asking) -> tuple[str, ...]:
    """Name files that git does not track: other checkouts cannot have them."""
    names = asking.own.untracked
    more = len(names) - _MOST_NAMES
    lines = [f"not tracked by git: `{name}`" for name in names[:_MOST_NAMES]]
    return (*lines, f"and {more} more") if more > 0 else tuple(lines)
