"""What an apply does in a Region whose root comes, changes or goes."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from layerforge.foresee.attachments import Lists, lists_of, name_of
from layerforge.foresee.common import PUSH_FIRST, common
from layerforge.foresee.hcl_text import UnreadableError
from layerforge.foresee.module import Module
from layerforge.foresee.types import Effect, Kind
from layerforge.foresee.words import are, quoted

_BUCKET: Final = "artifact_bucket"
_CHANNELS: Final = "channels"
_SAID: Final = frozenset({_CHANNELS, "layers", "source"})
"""Arguments of calls that have words of their own."""

_POINTER: Final = re.compile(r'"[^"/\n]+/[^"/\n]+/([^"/\n]+)" = "arn:[^"\n]+:([0-9]+)"')


@dataclass(frozen=True, kw_only=True, slots=True)
class RootState:
    """One Region's root.

    Attributes:
        sources: the folders that modules are taken from.
        calls: the arguments of each call, by the name of the layer or function.
        lists: the layers of each function.
        rest: defaults of its variables, as far as nothing else looks at them.
        defaults: all of them.
        provider: which versions of the AWS provider fit.
    """

    sources: frozenset[str]
    calls: Mapping[str, Mapping[str, str]]
    lists: Lists
    rest: Mapping[str, object]
    defaults: Mapping[str, str | None]
    provider: str


def root_state(module: Module) -> RootState:
    """Return what a root does.

    Raises:
        UnreadableError: two of its calls are of one module.
    """
    calls = {name_of(call): call.attributes for call in module.calls.values()}
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


def root_comes(made: str, *, pushed: bool) -> Iterator[Effect]:
    """Yield what happens in a Region that had no root; ``made`` says what is in it."""
    first = PUSH_FIRST if pushed else ""
    yield Effect(kind=Kind.NEW, text=f"new root: {made} to publish and make there{first}")


def root_goes() -> Iterator[Effect]:
    """Yield what happens in a Region that has no root any more."""
    yield Effect(
        kind=Kind.LEFT,
        text="the root goes: an apply there DELETES its functions with their log groups, its SSM parameters and what "
        "Terraform uploaded; published layer versions and their grants stay. Where it only moved, take your own files "
        "and the state along instead",
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
    if came:
        yield Effect(kind=Kind.RESOURCES, text=f"{quoted(came)} {are(came)} published or made here too")
    if went:
        yield Effect(kind=Kind.RESOURCES, text=f"{quoted(went)} {are(went)} no more in this Region", loud=True)
    for name, call in new.calls.items():
        before = old.calls.get(name, call)
        other = [word for word in call if call[word] != before.get(word, call[word]) and word not in _SAID]
        if other and name not in said:
            yield Effect(kind=Kind.SETTINGS, text=f"`{name}` gets another {quoted(other)}")
        yield from _channels(name, before.get(_CHANNELS, ""), call.get(_CHANNELS, ""))
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


def _channels(name: str, before: str, after: str) -> Iterator[Effect]:
    """Yield where the channels of a layer point to now; several targets of one channel are one."""
    old, new = (_pointers(text) for text in (before, after))
    for channel in dict.fromkeys((*old, *new)):
        was, will_be = (", ".join(pointers.get(channel, ())) or "none" for pointers in (old, new))
        if was != will_be:
            text = f"channel `{channel}` of `{name}`, an SSM parameter for each target: version {was} → {will_be}"
            gone = channel not in new
            yield Effect(kind=Kind.PARAMETERS, text=text, loud=gone, before=was, after=will_be)


def _pointers(text: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for channel, version in _POINTER.findall(text):
        found.setdefault(channel, {})[version] = None
    return {channel: tuple(versions) for channel, versions in found.items()}


def paused() -> Effect:
    """Return what to say of a Region that is paused while its modules change."""
    return Effect(kind=Kind.PAUSED, text="paused: left as it is, as long as nobody applies its root")
