"""What an apply does with a function whose module, layers or layers' versions change."""

from collections.abc import Iterator
from typing import Final

from layerforge.foresee.common import PUSH_FIRST, common, other_profile, signing
from layerforge.foresee.function_state import FunctionState
from layerforge.foresee.layer_state import SIGNING_JOB
from layerforge.foresee.types import Effect, Kind
from layerforge.foresee.words import both, change, quoted, short, sizes
from layerforge.names import Delivery

_EXPLAINED: Final = frozenset(
    {
        "aws_s3_object",
        "aws_cloudwatch_log_group",
        "aws_iam_role",
        "aws_iam_role_policy",
        "aws_lambda_function",
        SIGNING_JOB,
    }
)
_PUBLISH_NOTHING: Final = frozenset(
    {
        "artifact_dir",
        "code_signing_config_arn",
        "key_use",
        "log_retention_days",
        "name_prefix",
        "permissions",
        "publish",
        "reserved_concurrent_executions",
        "tags",
    }
)
"""Settings that are no part of a version."""

_TITLES: Final = {"permissions": "permissions of its role", "key_use": "permissions of its role"}
_GOES: Final = "is deleted, with all its versions"
_STAYS: Final = "stays where `layerforge push` looks for it, and is Terraform's no more"
_FOLLOWED: Final = frozenset({Kind.CODE, Kind.LAYERS, Kind.FOLLOWS})


def function_comes(new: FunctionState) -> Iterator[Effect]:
    """Yield what happens to a function that was not there."""
    if not new.made:
        yield Effect(kind=Kind.NEW, text="new list of layers, checked while planning; nothing is made")
        return
    with_it = ["role"] * new.role + ["log group"] * new.log_group + [f"alias `{name}`" for name in new.aliases]
    made = f", with its {both(with_it)}" if with_it else ""
    first = PUSH_FIRST if new.via is Delivery.PUSHED else ""
    yield Effect(kind=Kind.NEW, text=f"new function: it is made{made}{first}")


def function_goes(old: FunctionState) -> Iterator[Effect]:
    """Yield what happens to a function that leaves the spec."""
    if not old.made:
        yield Effect(kind=Kind.LEFT, text="its list of layers leaves the spec; nothing is deleted")
        return
    with_it = ["all its versions", *(f"its alias `{name}`" for name in old.aliases)]
    with_it += ["its role"] * old.role + ["its log group with all that was logged"] * old.log_group
    uploaded = "; the uploaded object is deleted too" if old.via is Delivery.S3 else ""
    yield Effect(kind=Kind.LEFT, text=f"the function is DELETED, with {both(with_it)}{uploaded}", loud=True)


def function_changes(old: FunctionState, new: FunctionState, layers: tuple[Effect, ...]) -> Iterator[Effect]:
    """Yield what happens to a function.

    Args:
        old: its module before.
        new: its module after.
        layers: what happens to its layers.
    """
    if old.made != new.made:
        yield from function_goes(old)
        yield from function_comes(new)
        return
    found = [*_code(old, new), *_settings(old, new), *other_profile(old, new, "code", same=old.zip == new.zip), *layers]
    yield from found
    yield from _gone(old, new)
    yield from common(old, new, _EXPLAINED)
    config = [name for name in _settings_changed(old, new) if name not in _PUBLISH_NOTHING]
    if new.publish and (config or any(effect.kind in _FOLLOWED for effect in found)):
        kept = [name for name in new.aliases if name in old.aliases]
        moved = f" and {quoted(kept)} {'move' if kept[1:] else 'moves'} to it" if kept else ""
        yield Effect(kind=Kind.PUBLISHES, text=f"a version of the function is published{moved}")


def _code(old: FunctionState, new: FunctionState) -> Iterator[Effect]:
    if old.zip is not None and new.zip is not None and old.zip.sha256 != new.zip.sha256:
        before, after = old.zip.sha256, new.zip.sha256
        first = PUSH_FIRST if new.via is Delivery.PUSHED else ""
        signed = f", {how}" if (how := signing(old, new)) else ""
        text = f"new code {short(before)} → {short(after)}, {sizes(old.zip.size, new.zip.size)}{signed}{first}"
        yield Effect(kind=Kind.CODE, text=text, before=before, after=after)
    elif (old.zip is None) != (new.zip is None) or (new.zip is None and old.code != new.code):
        yield Effect(kind=Kind.CODE, text="new code: another object, or version of it, is named")
    elif how := signing(old, new):
        yield Effect(kind=Kind.CODE, text=f"the same code is sent anew, {how}")
    if old.via is not new.via:
        uploaded = ""
        if old.via is Delivery.S3:
            uploaded = f"; the uploaded object {_STAYS if new.via is Delivery.PUSHED else _GOES}"
        old_way, new_way = (via.value if via is not None else "a bucket" for via in (old.via, new.via))
        yield Effect(
            kind=Kind.DELIVERY,
            text=f"delivery of its code {old_way} → {new_way}{uploaded}",
            loud=_GOES in uploaded,
            before=old.via,
            after=new.via,
        )


def _settings_changed(old: FunctionState, new: FunctionState) -> list[str]:
    """Return the settings that change; what callers can give now, or no more, is none."""
    names = dict.fromkeys((*old.settings, *new.settings))
    inputs = old.defaults.keys() ^ new.defaults.keys()
    return [name for name in names if old.settings.get(name) != new.settings.get(name) and name not in inputs]


def _settings(old: FunctionState, new: FunctionState) -> Iterator[Effect]:
    said = dict.fromkeys(
        _TITLES.get(name) or change(name.replace(".", " "), old.settings.get(name), new.settings.get(name))
        for name in _settings_changed(old, new)
    )
    if said:
        yield Effect(kind=Kind.SETTINGS, text=f"settings: {', '.join(said)}")


def _gone(old: FunctionState, new: FunctionState) -> Iterator[Effect]:
    for there, text in (
        (old.log_group and not new.log_group, "its log group is deleted, with all that was logged"),
        (old.role and not new.role, "its own role is deleted, once the function has the other one"),
        *((name not in new.aliases, f"its alias `{name}` is deleted") for name in old.aliases),
    ):
        if there:
            yield Effect(kind=Kind.RESOURCES, text=text, loud=True)
    added = ["a log group"] * (new.log_group and not old.log_group) + ["a role"] * (new.role and not old.role)
    added += [f"the alias `{name}`" for name in new.aliases if name not in old.aliases]
    if added:
        yield Effect(kind=Kind.RESOURCES, text=f"it gets {both(added)}")
