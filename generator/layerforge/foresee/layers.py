"""What an apply does with a layer whose module changes."""

from collections.abc import Iterator, Sequence
from typing import Final

from layerforge.diagnostics import plural
from layerforge.foresee.common import PUSH_FIRST, common, other_profile, signing
from layerforge.foresee.layer_state import LAYER_VERSION, SIGNING_JOB, LayerState, UnitState
from layerforge.foresee.types import Effect, Kind
from layerforge.foresee.words import MOST, are, both, quoted, short, size, sizes
from layerforge.names import Delivery

_EXPLAINED: Final = frozenset({LAYER_VERSION, "aws_lambda_layer_version_permission", "aws_s3_object", SIGNING_JOB})
_OBJECTS_GO: Final = "the uploaded objects are deleted, with all their versions"
_OBJECTS_STAY: Final = "the uploaded objects stay where `layerforge push` looks for them, and are Terraform's no more"


def layer_comes(new: LayerState) -> Iterator[Effect]:
    """Yield what happens to a layer that was not there."""
    names = quoted((unit.layer_name for unit in new.units.values()), what="layer version")
    grants = f", with {plural(len(new.grants), 'grant')}" if new.grants else ""
    yield Effect(kind=Kind.NEW, text=f"new layer: {names} {are(new.units)} published{grants}{_pushed(new)}")


def layer_goes(old: LayerState) -> Iterator[Effect]:
    """Yield what happens to a layer that leaves the spec."""
    yield Effect(kind=Kind.LEFT, text="leaves the spec; its published versions and their grants stay")
    if old.parameters:
        yield _parameters(_are("deleted", old.parameters), before=old.ssm, loud=True)
    if old.via is Delivery.S3:
        yield Effect(kind=Kind.DELIVERY, text=_OBJECTS_GO, loud=True, before=old.via)
    yield from grants_go(old.grants)


def layer_changes(old: LayerState, new: LayerState) -> Iterator[Effect]:
    """Yield what happens to a layer, its units first."""
    for address, unit in new.units.items():
        before = old.units.get(address)
        if before is None:
            text = f"new unit: `{unit.layer_name}` is published, {short(unit.zip.sha256)}, {size(unit.zip.size)}"
            yield Effect(kind=Kind.NEW_UNIT, unit=unit.key, text=f"{text}{_pushed(new)}", after=unit.zip.sha256)
        else:
            yield from _unit(before, unit, old.via, new.via)
    for address, unit in old.units.items():
        if address not in new.units:
            text = "leaves the spec; its published versions and their grants stay"
            text += "; its object is deleted, with all its versions" if old.via is Delivery.S3 else ""
            yield Effect(kind=Kind.UNIT_LEFT, unit=unit.key, text=text, before=unit.zip.sha256)
    yield from _words(old, new)
    yield from other_profile(old, new, "content", same=bool(old.content & new.content))
    yield from _delivery(old, new)
    yield from _grants(old, new)
    yield from _parameters_change(old, new)
    yield from common(old, new, _EXPLAINED)


def grants_go(keys: tuple[str, ...]) -> Iterator[Effect]:
    """Yield the end of each grant in the spec, which is not its end at AWS."""
    for key in keys:
        text = f"grant `{key}` stays on every version that has it: `layerforge grants --apply --revoke` revokes it"
        yield Effect(kind=Kind.GRANT_LEFT, text=text, before=key)


def publishes(old: UnitState, new: UnitState) -> bool:
    """Return whether a unit gets a new version."""
    return _published(old) != _published(new)


def _published(unit: UnitState) -> tuple[object, ...]:
    return unit.layer_name, unit.zip.sha256, unit.runtimes, unit.architectures, unit.signed


def _unit(old: UnitState, new: UnitState, was: Delivery, via: Delivery) -> Iterator[Effect]:
    if old.layer_name != new.layer_name:
        text = f"`{new.layer_name}` is published, another layer for AWS; the versions of `{old.layer_name}` stay"
        yield Effect(kind=Kind.RENAMED, unit=new.key, text=text, before=old.layer_name, after=new.layer_name)
        return
    if not publishes(old, new):
        return
    reasons = []
    if old.zip.sha256 != new.zip.sha256:
        digests = f"{short(old.zip.sha256)} → {short(new.zip.sha256)}"
        reasons.append(f"content {digests}, {sizes(old.zip.size, new.zip.size)}")
    for word, one, other in (
        ("runtimes", old.runtimes, new.runtimes),
        ("architectures", old.architectures, new.architectures),
    ):
        if one != other:
            reasons.append(f"{word} {', '.join(one)} → {', '.join(other)}")
    if how := signing(old, new):
        reasons.append(how)
    words = _changed_words(old, new)
    more = f", with the new {both(words)}" if words else ""
    if old.zip.sha256 != new.zip.sha256:
        gone = "; the old object is deleted, with all its versions" if was is via is Delivery.S3 else ""
        more += gone or (PUSH_FIRST if via is Delivery.PUSHED else "")
    yield Effect(
        kind=Kind.VERSION,
        unit=new.key,
        text=f"new version: {', '.join(reasons)}{more}",
        before=old.zip.sha256,
        after=new.zip.sha256,
    )


def _changed_words(old: UnitState, new: UnitState) -> list[str]:
    return [word for word in ("description", "license") if old.words.get(word) != new.words.get(word)]


def _words(old: LayerState, new: LayerState) -> Iterator[Effect]:
    pairs = [(old.units[address], unit) for address, unit in new.units.items() if address in old.units]
    waiting = [(one, unit) for one, unit in pairs if not publishes(one, unit) and _changed_words(one, unit)]
    if not waiting:
        return
    words = _changed_words(*waiting[0])
    text = f"the new {both(words)} {'wait' if words[1:] else 'waits'} for the next content"
    if len(waiting) == len(new.units):
        yield Effect(kind=Kind.WORDS, text=text)
    else:
        yield from (Effect(kind=Kind.WORDS, unit=unit.key, text=text) for _, unit in waiting)


def _delivery(old: LayerState, new: LayerState) -> Iterator[Effect]:
    if old.via is new.via:
        return
    text = f"delivery {old.via} → {new.via}: that alone publishes nothing"
    if new.via is Delivery.S3:
        text += "; Terraform uploads the ZIPs"
    if old.via is Delivery.S3:
        text += f"; {_OBJECTS_STAY if new.via is Delivery.PUSHED else _OBJECTS_GO}"
    gone = _OBJECTS_GO in text
    yield Effect(kind=Kind.DELIVERY, text=text, loud=gone, before=old.via, after=new.via)


def _grants(old: LayerState, new: LayerState) -> Iterator[Effect]:
    where = "the newest version" if len(new.units) == 1 else "the newest version of each unit"
    for key in new.grants:
        if key not in old.grants:
            text = f"grant `{key}` is added to {where}, not to older ones"
            yield Effect(kind=Kind.GRANT_ADDED, text=text, after=key)
    yield from grants_go(tuple(key for key in old.grants if key not in new.grants))


def _parameters_change(old: LayerState, new: LayerState) -> Iterator[Effect]:
    if old.ssm is not None and new.ssm is not None and old.ssm != new.ssm:
        text = f"SSM parameters move from `{old.ssm}` to `{new.ssm}`: the old ones are deleted"
        yield _parameters(text, before=old.ssm, after=new.ssm, loud=True)
        return
    came = [name for name in new.parameters if name not in old.parameters]
    went = [name for name in old.parameters if name not in new.parameters]
    if came:
        yield _parameters(_are("added", came), before=old.ssm, after=new.ssm)
    if went:
        yield _parameters(_are("deleted", went), before=old.ssm, after=new.ssm, loud=True)


def _are(what: str, names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"SSM parameter `{names[0]}` is {what}"
    return f"{'SSM parameters ' if len(names) <= MOST else ''}{quoted(names, what='SSM parameter')} are {what}"


def _parameters(text: str, *, before: str | None = None, after: str | None = None, loud: bool = False) -> Effect:
    return Effect(kind=Kind.PARAMETERS, text=text, before=before, after=after, loud=loud)


def _pushed(new: LayerState) -> str:
    return PUSH_FIRST if new.via is Delivery.PUSHED else ""
