"""What an apply does in a Region whose root comes, changes or goes."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from layerforge.render.effects.attachments import Lists, lists_of, name_of
from layerforge.render.effects.common import common
from layerforge.render.effects.hcl_text import UnreadableError
from layerforge.render.effects.module import Module, substance
from layerforge.render.effects.types import Effect, Kind
from layerforge.render.effects.words import quoted

_BUCKET = "artifact_bucket"


@dataclass(frozen=True, kw_only=True, slots=True)
class RootState:
    """One Region's root.

    Attributes:
        sources: the folders that modules are taken from.
        calls: what it hands to each layer and function but the list of layers.
        lists: the layers of each function.
        rest: defaults of its variables, as far as nothing else looks at them.
        defaults: all of them.
        provider: which versions of the AWS provider fit.
    """

    sources: frozenset[str]
    calls: Mapping[str, object]
    lists: Lists
    rest: Mapping[str, object]
    defaults: Mapping[str, str | None]
    provider: str


def root_state(module: Module) -> RootState:
    """Return what a root does.

    Raises:
        UnreadableError: two of its calls are of one module.
    """
    calls = {name_of(call): substance(call, frozenset({"layers", "source"})) for call in module.calls.values()}
    if len(calls) != len(module.calls):
        raise UnreadableError
    return RootState(
        sources=frozenset(call.attributes.get("source", "").rpartition("/")[0] for call in module.calls.values()),
        calls=calls,
        lists=lists_of(module.calls),
        rest={f"var.{name}": text for name, text in module.defaults.items() if name != _BUCKET},
        defaults=module.defaults,
        provider=module.provider,
    )


def root_comes(made: str) -> Iterator[Effect]:
    """Yield what happens in a Region that had no root; ``made`` says what is in it."""
    yield Effect(kind=Kind.NEW, text=f"new root: {made} to publish and make there")


def root_goes() -> Iterator[Effect]:
    """Yield what happens in a Region that has no root any more."""
    yield Effect(
        kind=Kind.LEFT,
        text="the root goes: an apply there DELETES its functions with their log groups, its SSM parameters and what "
        "Terraform uploaded; published layer versions and their grants stay",
        loud=True,
    )


def root_changes(old: RootState, new: RootState, said: Collection[str]) -> Iterator[Effect]:
    """Yield what happens in a Region beside what happens to layers and functions.

    Args:
        old: the root before.
        new: the root after.
        said: the layers and functions of which something is said.
    """
    came = [name for name in new.calls if name not in old.calls and name not in said]
    went = [name for name in old.calls if name not in new.calls and name not in said]
    other = [name for name, call in new.calls.items() if old.calls.get(name, call) != call and name not in said]
    if came:
        yield Effect(kind=Kind.RESOURCES, text=f"{quoted(came)} {_are(came)} published or made here too")
    if went:
        yield Effect(kind=Kind.RESOURCES, text=f"{quoted(went)} {_are(went)} no more in this Region", loud=True)
    if other:
        yield Effect(kind=Kind.SETTINGS, text=f"{quoted(other)} {'get' if other[1:] else 'gets'} other arguments")
    if old.sources and old.sources != new.sources:
        text = "modules are taken from another folder: `terraform init` comes first, and code goes to Lambda again"
        yield Effect(kind=Kind.SETTINGS, text=text)
    yield from _bucket(old.defaults.get(_BUCKET), new.defaults.get(_BUCKET))
    yield from common(old, new, frozenset())


def _bucket(old: str | None, new: str | None) -> Iterator[Effect]:
    if old is None or new is None or old == new:
        return
    before, after = (name.strip('"') for name in (old, new))
    text = (
        f"bucket `{before}` → `{after}`: objects that Terraform uploaded move there and are deleted in the old one; "
        "`layerforge push` puts the others there before"
    )
    yield Effect(kind=Kind.BUCKET, text=text, loud=True, before=before, after=after)


def _are(names: list[str]) -> str:
    return "are" if names[1:] else "is"


def paused() -> Effect:
    """Return what to say of a Region that is paused while its modules change."""
    return Effect(kind=Kind.PAUSED, text="paused: left as it is, as long as nobody applies its root")
