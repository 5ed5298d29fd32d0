"""Rules about one function, but for its list of layers: what it lacks, what does not go together, what AWS refuses."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Final

from layerforge.diagnostics import Diagnostic
from layerforge.facts.load import Facts, version_key
from layerforge.plan.drafts import Draft
from layerforge.plan.function_types import Function
from layerforge.plan.runtimes import advised
from layerforge.plan.words import error, listed
from layerforge.spec.code import BucketCode

_ALWAYS: Final = frozenset(("description", "runtime", "architecture", "layers", "overrides", "code"))
"""The fields that mean something for a function whose code lives elsewhere."""

_CONTRARY: Final = (
    ("aliases", "an alias points to a published version"),
    ("snap_start", "only published versions have snapshots"),
)


def check_function(draft: Draft, function: Function, facts: Facts, as_of: date) -> Iterator[Diagnostic]:
    """Yield what is wrong with a function by itself, ``FUNC001`` to ``FUNC013``."""
    if draft.held("runtime") is None:
        hint = f"write `runtime: {advised(facts, as_of)}` in the function or under `defaults.functions`"
        yield error("FUNC001", f"the function `{draft.name}` has no runtime", draft.where, hint)
    yield from _check_whole(draft, function, facts)
    if not function.attached_only:
        yield from _check_handler(draft, function, facts)
        yield from _check_mappings(draft, function, facts)
        yield from _check_publishing(draft, function, facts)


def _check_whole(draft: Draft, function: Function, facts: Facts) -> Iterator[Diagnostic]:
    limit = facts.functions.name_characters
    if len(draft.name) > limit:
        message = f"the function's name has {len(draft.name)} characters; Lambda takes {limit}"
        yield error("FUNC002", message, draft.where, "shorten it; a `name_prefix` needs room as well")
    size, limit = len(function.description), facts.limits.description_characters
    if size > limit:
        message = f"the description has {size} characters; AWS takes {limit}"
        yield error("FUNC003", message, draft.place("description"), f"shorten it by {size - limit}")
    if not function.attached_only:
        for field in ("via", "signing_profile"):
            if isinstance(draft.function.code, BucketCode) and draft.gives(field):
                message = f"`{field}` has no effect: the code is in a bucket already"
                yield error("FUNC004", message, draft.place(field), "leave it out")
        if function.settings.logs.group is not None and draft.gives("logs", "retention_days"):
            message = "`retention_days` has no effect: a log group that is named is there already"
            hint = "leave it out: how long it keeps logs is for whoever makes it"
            yield error("FUNC004", message, draft.loaded.positions.key((*draft.path, "logs", "retention_days")), hint)
        return
    if not draft.held("layers"):
        hint = "give it `code`, or `layers` for a function that lives elsewhere"
        yield error("FUNC005", f"the function `{draft.name}` has neither code nor layers", draft.where, hint)
    for field in draft.function.model_fields_set - _ALWAYS:
        hint = "give it `code`; without code only the checked list of its layers is emitted"
        message = f"`{field}` has no effect: the function has no code"
        yield error("FUNC004", message, draft.loaded.positions.key((*draft.path, field)), hint)


def _check_handler(draft: Draft, function: Function, facts: Facts) -> Iterator[Diagnostic]:
    if draft.held("runtime") is None:
        return
    family = facts.runtime(function.runtime).family
    form = facts.functions.handlers.get(family)
    example = form.form if form is not None else "bootstrap"
    if not function.handler:
        message = f"the function `{draft.name}` has no handler"
        yield error("FUNC006", message, draft.where, f"write `handler: {example}`, with your own names")
    elif form is not None and not form.pattern.fullmatch(function.handler):
        message = f"`{function.handler}` is not a handler of `{function.runtime}`"
        yield error("FUNC007", message, draft.held_at("handler"), f"it has the form `{example}`")


def _check_mappings(draft: Draft, function: Function, facts: Facts) -> Iterator[Diagnostic]:
    for field in ("environment", "tags"):
        for path in draft.idle(field):
            hint = '`""` is an empty text; nothing, or `null`, takes away a value of `defaults.functions`'
            yield error("FUNC008", f"`{path[-1]}` has no value", draft.loaded.positions.key(path), hint)
    settings = function.settings
    size, limit = _environment_bytes(settings.environment), facts.functions.environment_bytes
    if size > limit:
        message = f"the environment variables have {size:,} bytes; Lambda takes {limit:,}"
        hint = "keep large values in SSM or in the code"
        yield error("FUNC009", message, draft.mapping_at("environment"), hint)
    if len(settings.tags) > facts.functions.tags:
        message = f"the function has {len(settings.tags)} tags; AWS takes {facts.functions.tags}"
        yield error(
            "FUNC010", message, draft.mapping_at("tags"), "leave some out; the provider's `default_tags` count as well"
        )


def _environment_bytes(variables: object) -> int:
    """Return how much Lambda counts: the JSON text of all names and values."""
    return len(json.dumps(variables, ensure_ascii=False, separators=(",", ":")).encode()) if variables else 0


def _check_publishing(draft: Draft, function: Function, facts: Facts) -> Iterator[Diagnostic]:
    settings, known = function.settings, facts.functions
    for field, why in _CONTRARY:
        if draft.held("publish") is False and draft.held(field):
            hint = "write `publish: true`, or leave `publish` out"
            yield error("FUNC011", f"`publish: false` does not go with `{field}`: {why}", draft.held_at(field), hint)
    if not settings.snap_start:
        return
    where = draft.held_at("snap_start")
    if draft.held("runtime") is not None:
        runtime = facts.runtime(function.runtime)
        first = known.snap_start.get(runtime.family)
        if first is None or runtime.version is None or version_key(runtime.version) < version_key(first):
            has = listed(f"{family}{version}" for family, version in known.snap_start.items())
            message = f"SnapStart is not there for `{function.runtime}`"
            yield error("FUNC012", message, where, f"it is there from {has} on")
    if settings.ephemeral_storage > known.snap_start_ephemeral_storage:
        message = f"SnapStart takes no `/tmp` of more than {known.snap_start_ephemeral_storage} MB"
        hint = f"write `ephemeral_storage: {known.snap_start_ephemeral_storage}`, or leave one of the two out"
        yield error("FUNC013", message, draft.held_at("ephemeral_storage"), hint)
