"""Shows what an apply will do: a few aligned lines for people, everything as plain data for machines."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from layerforge.cli.messages import Painter, printable
from layerforge.diagnostics import Severity, plural
from layerforge.foresee.types import Affected, Effect, Effects, Kind, Subject

_HEAD: Final = "`terraform apply` will do this, if {start} has been applied:"
_NOTHING: Final = "`terraform apply` has nothing to do, if {start} has been applied: {counted}"
_DESTROY: Final = "`terraform destroy` would leave every published layer version, with its grants"
_LINES: Final = 40
_WIDEST: Final = 48


def report(effects: Effects, *, colour: bool, start: str = "what stood here before") -> str:
    """Return the lines for people: what is loud always, of the rest as much as fits a screen.

    Where something is new, they end with what `terraform destroy` would leave: better known before than after.

    Args:
        effects: what an apply will do.
        colour: whether to colour what is loud.
        start: what has to have been applied for that.
    """
    if not effects.affected:
        return _NOTHING.format(start=start, counted=_counted(effects.untouched))
    shown = _shown(effects.affected)
    hidden = [one for one in effects.affected if one not in shown]
    labelled = [(_label(one, effect), effect) for one in shown for effect in one.effects]
    width = min(max(len(label) for label, _ in labelled), _WIDEST)
    painter = Painter(colour=colour)
    lines, last = [_HEAD.format(start=start)], ""
    for label, effect in labelled:
        text = printable(effect.text)
        painted = painter.severity(Severity.WARNING, text) if effect.loud else text
        lines.append(f"  {'' if label == last else label:<{width}}  {painted}")
        last = label
    if hidden:
        counts = {subject: sum(one.subject is subject for one in hidden) for subject in Subject}
        lines.append(f"  and more for {_counted(counts)}: `--json` lists everything")
    if any(effects.untouched.values()):
        lines.append(f"  nothing for {_counted(effects.untouched)}")
    if any(effect.kind is Kind.NEW for one in effects.affected for effect in one.effects):
        lines.append(_DESTROY)
    return "\n".join(lines)


def effects_as_data(effects: Effects) -> list[dict[str, Any]]:
    """Return every effect as plain data for ``--json``."""
    return [
        {
            "subject": one.subject.value,
            "name": one.name,
            "kind": effect.kind.value,
            "unit": effect.unit or None,
            "text": effect.text,
            "deletes": effect.loud,
            "before": effect.before,
            "after": effect.after,
        }
        for one in effects.affected
        for effect in one.effects
    ]


def _shown(affected: Sequence[Affected]) -> list[Affected]:
    """Return what fits a screen, in its order; what deletes something goes before the rest."""
    chosen: set[int] = set()
    room = _LINES
    for index, one in sorted(enumerate(affected), key=lambda pair: not any(effect.loud for effect in pair[1].effects)):
        if len(one.effects) > room and chosen:
            break
        room -= len(one.effects)
        chosen.add(index)
    return [one for index, one in enumerate(affected) if index in chosen]


def _label(one: Affected, effect: Effect) -> str:
    return printable(f"{one.name}/{effect.unit}" if effect.unit else one.name)


def _counted(counts: Mapping[Subject, int]) -> str:
    words = [plural(count, subject) for subject, count in counts.items() if count]
    return ", ".join(words) or "there are no layers"
