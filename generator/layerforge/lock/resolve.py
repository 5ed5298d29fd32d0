"""Resolves layers: what one asks for becomes one wheel of each package for each unit."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from layerforge.diagnostics import Diagnostic, Severity
from layerforge.facts.load import Facts
from layerforge.lock.choose import Chosen, choose
from layerforge.lock.held_back import held_back, wish
from layerforge.lock.once import Once
from layerforge.lock.pip_config import check_pip
from layerforge.lock.ready_files import read_ready
from layerforge.lock.requests import Request
from layerforge.lock.rounds import Round, differs, first_round, one_version
from layerforge.lock.targets import Platform, platform_of
from layerforge.lock.types import Pin, Resolution, Upgrade
from layerforge.lock.uv import left_out
from layerforge.plan.types import Layer


@dataclass(frozen=True, kw_only=True, slots=True)
class Resolver:
    """Resolves layers, and asks uv once what several of them ask alike.

    Attributes:
        once: what uv came to so far. It is kept as long as the resolver is.
    """

    once: Once = field(default_factory=Once)

    def __call__(
        self,
        layer: Layer,
        request: Request,
        *,
        facts: Facts,
        preferences: Sequence[Pin] = (),
        upgrade: Upgrade | None = None,
    ) -> Resolution:
        """Return the pins of each unit of a layer, and where they can be had.

        Args:
            layer: what to resolve.
            request: what it asks for, from `read_request`.
            facts: what is known of the runtimes.
            preferences: versions to keep where they fit.
            upgrade: what may leave them.

        Raises:
            SpecError: what is asked for cannot be had.
            OutsideError: uv, an index or the network failed.
        """
        platforms = tuple(platform_of(target, facts) for target in layer.targets)
        if request.ready is not None:
            pylock = read_ready(layer, request, self.once)
            return _resolution(choose(layer, request, dict.fromkeys(layer.targets, pylock), platforms), ())
        if not request.requirements:
            return Resolution(pins={unit.key: () for unit in layer.units})
        check_pip(request.settings)
        moving = upgrade or Upgrade()
        first = first_round(request, platforms, () if moving.everything else preferences, moving, self.once)
        return _from_round(first, layer, request, platforms)


def _from_round(first: Round, layer: Layer, request: Request, platforms: Sequence[Platform]) -> Resolution:
    with ThreadPoolExecutor(max_workers=2) as pool:
        wishes = wish(first, pool)
        last = one_version(first)
        chosen = choose(layer, request, last.locks, platforms)
        notes = [*held_back(wishes), *_differing(layer, last)]
    return _resolution(chosen, [*left_out(), *last.diagnostics, *notes])


def _resolution(chosen: Chosen, diagnostics: Sequence[Diagnostic]) -> Resolution:
    unique = tuple(dict.fromkeys([*diagnostics, *chosen.notes]))
    return Resolution(pins=chosen.pins, urls=chosen.urls, diagnostics=unique)


def _differing(layer: Layer, asked: Round) -> Iterator[Diagnostic]:
    for name, found in sorted(asked.versions().items()):
        if not differs(found):
            continue
        by_version: dict[str, list[str]] = {}
        for target, version in found.items():
            by_version.setdefault(version, []).append(str(target))
        yield Diagnostic(
            code="UV062",
            message=f"no one version of `{name}` serves all targets of `{layer.name}`",
            severity=Severity.NOTE,
            location=layer.where,
            notes=tuple(f"{version} for {', '.join(targets)}" for version, targets in by_version.items()),
        )
