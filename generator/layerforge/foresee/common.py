"""What holds for modules of layers and functions alike: what they ask of their callers, and what has no words."""

from collections.abc import Iterator, Mapping
from typing import Final, Protocol

from layerforge.foresee.types import Effect, Kind
from layerforge.foresee.words import are, change, quoted
from layerforge.render.signing import PROFILE

PUSH_FIRST: Final = "; `layerforge push` comes first"


class Signed(Protocol):
    """A ZIP on its way to Lambda."""

    @property
    def signed(self) -> bool:
        """Whether a job signs it."""


class State(Protocol):
    """What was read back from a module."""

    @property
    def rest(self) -> Mapping[str, object]:
        """Everything that could have an effect, and is not looked at elsewhere."""

    @property
    def defaults(self) -> Mapping[str, str | None]:
        """The variables and their defaults."""

    @property
    def provider(self) -> str:
        """Which versions of the AWS provider fit."""


def common(old: State, new: State, explained: frozenset[str]) -> Iterator[Effect]:
    """Yield what callers have to do, and what changes in a way that nothing else says.

    Args:
        old: the module before.
        new: the module after.
        explained: types of resources whose coming and going is said elsewhere.
    """
    changed = [name for name in new.rest if name in old.rest and old.rest[name] != new.rest[name]]
    for verb, names in (
        ("added", _resources(new, old, explained)),
        ("deleted", _resources(old, new, explained)),
        ("changed", [name for name in changed if not name.startswith("var.")]),
    ):
        if names:
            text = f"{quoted(names)} {are(names)} {verb}"
            yield Effect(kind=Kind.RESOURCES, text=text, loud=verb == "deleted")
    defaults = [name.removeprefix("var.") for name in changed if name.startswith("var.")]
    if defaults:
        texts = (change(name, old.defaults[name], new.defaults[name]) for name in defaults)
        yield Effect(kind=Kind.SETTINGS, text=f"defaults: {', '.join(texts)}")
    yield from _inputs(old, new)
    if old.provider != new.provider:
        yield Effect(
            kind=Kind.PROVIDER,
            text="asks for other versions of the AWS provider: `terraform init -upgrade` comes first",
            before=old.provider,
            after=new.provider,
        )


def other_profile(old: State, new: State, what: str, *, same: bool) -> Iterator[Effect]:
    """Yield what a new signing profile does: nothing where ``what`` it would sign is the ``same`` as before."""
    before, after = old.defaults.get(PROFILE), new.defaults.get(PROFILE)
    if same and before is not None and after is not None and before != after:
        text = f"the new signing profile waits for the next {what}"
        yield Effect(kind=Kind.WORDS, text=text, before=before.strip('"'), after=after.strip('"'))


def signing(old: Signed, new: Signed) -> str:
    """Return how signing changes, in words; empty if it does not."""
    if old.signed == new.signed:
        return ""
    return "signed from now on" if new.signed else "signed no longer"


def _resources(these: State, those: State, explained: frozenset[str]) -> list[str]:
    here = [name for name in these.rest if name not in those.rest and not name.startswith(("var.", "local."))]
    return [name for name in here if name.partition(".")[0] not in explained]


def _inputs(old: State, new: State) -> Iterator[Effect]:
    known = {name for name, default in old.defaults.items() if default is None}
    wanted = [name for name, default in new.defaults.items() if default is None and name not in known]
    refused = [name for name in old.defaults if name not in new.defaults]
    if wanted:
        yield Effect(kind=Kind.INPUTS, text=f"{quoted(wanted)} {_has(wanted)} to be given now", after=", ".join(wanted))
    if refused:
        yield Effect(kind=Kind.INPUTS, text=f"{quoted(refused)} can be given no more", before=", ".join(refused))


def _has(names: list[str]) -> str:
    return "have" if names[1:] else "has"
