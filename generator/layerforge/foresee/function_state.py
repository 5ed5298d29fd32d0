"""What a function's module does at AWS, read back from its files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from layerforge.foresee.hcl_text import Block, UnreadableError
from layerforge.foresee.layer_state import SIGNING_JOB, Zip, zips_of
from layerforge.foresee.literals import strings
from layerforge.foresee.module import Module, rest_of
from layerforge.names import Delivery
from layerforge.plan.function_types import CODE
from layerforge.render.signing import PROFILE

_FUNCTION: Final = "aws_lambda_function.this"
_LOG_GROUP: Final = "aws_cloudwatch_log_group.this"
_ALIAS: Final = "aws_lambda_alias.this"
_CODE: Final = ("filename", "s3_bucket", "s3_key", "s3_object_version", "source_code_hash")
_ELSEWHERE: Final = frozenset({*_CODE, "depends_on", "layers", "tags"})
_LOCALS: Final = ("environment", "tags", "permissions", "key_use")
_SAID: Final = frozenset({"aws_lambda_function", "aws_lambda_alias"})
_OWN_WORDS: Final = frozenset({PROFILE, "layers"})
"""Variables of which effects of their own tell."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FunctionState:
    """One function's module.

    Attributes:
        made: whether there is a function in it, not only the list of its layers.
        zip: its code, if that is ours.
        code: the arguments that say where the code is.
        via: how our code reaches Lambda; ``None`` for code that is not ours.
        signed: whether a job signs it on the way.
        settings: expressions by name, defaults of variables among them.
        aliases: their names.
        publish: whether every change publishes a version.
        log_group: whether the module makes it.
        role: whether the module makes it.
        rest: everything else that could have an effect, by name.
        defaults: of variables.
        provider: which versions fit.
    """

    made: bool
    zip: Zip | None
    code: Mapping[str, str]
    via: Delivery | None
    signed: bool
    settings: Mapping[str, str]
    aliases: tuple[str, ...]
    publish: bool
    log_group: bool
    role: bool
    rest: Mapping[str, object]
    defaults: Mapping[str, str | None]
    provider: str


def function_state(module: Module) -> FunctionState:
    """Return what a function's module does.

    Raises:
        UnreadableError: it says so in another way than the templates.
    """
    function = module.resources.get(_FUNCTION)
    given = {} if function is None else function.attributes
    alias = module.resources.get(_ALIAS)
    return FunctionState(
        made=function is not None,
        zip=zips_of(module).get(CODE),
        code={name: given[name] for name in _CODE if name in given},
        via=_via(module, given),
        signed=bool(module.of_type(SIGNING_JOB)),
        settings={} if function is None else _settings(module, function),
        aliases=() if alias is None else _aliases(alias),
        publish=given.get("publish") == "true",
        log_group=_LOG_GROUP in module.resources,
        role="aws_iam_role.this" in module.resources,
        rest={name: what for name, what in _rest(module).items() if name.partition(".")[0] not in _SAID},
        defaults=module.defaults,
        provider=module.provider,
    )


def _rest(module: Module) -> dict[str, object]:
    return rest_of(
        module, known={}, named=frozenset({"artifacts", "jobs", *_LOCALS}), defaults=frozenset(module.defaults)
    )


def _settings(module: Module, function: Block) -> dict[str, str]:
    """Return what the function runs with, and what its log group and callers know of it."""
    found = {name: text for name, text in function.attributes.items() if name not in _ELSEWHERE}
    for block in function.blocks:
        if block.type not in ("dynamic", "lifecycle"):
            found |= {f"{block.type}.{name}": text for name, text in block.attributes.items()}
    found |= {name: text for name, text in module.defaults.items() if text is not None and name not in _OWN_WORDS}
    return found | {name: module.locals[name] for name in _LOCALS if name in module.locals}


def _aliases(alias: Block) -> tuple[str, ...]:
    expression = alias.attributes.get("for_each", "")
    if not expression.startswith("toset(") or not expression.endswith(")"):
        raise UnreadableError
    return tuple(sorted(strings(expression[len("toset(") : -1])))


def _via(module: Module, given: Mapping[str, str]) -> Delivery | None:
    if "artifacts" not in module.locals:
        return None
    if module.of_type("aws_s3_object"):
        return Delivery.S3
    return Delivery.DIRECT if "filename" in given else Delivery.PUSHED
