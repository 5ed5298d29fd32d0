"""Where the ARNs of a function's layers are read from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lambda_layer_rules.check import PASSED, UNKNOWN, LayerCheck, Verdict, failed
from lambda_layer_rules.resource import FUNCTION, Resource
from lambda_layer_rules.values import Value

_READ = re.compile(
    r"data\.(?P<type>aws_lambda_layer_version|aws_ssm_parameter)\.(?P<name>[\w-]+)(?:\[[^\]]+\])?"
    r"\.(?:arn|version|value|insecure_value)\b"
)
_FOLLOWS = re.compile(r"(?:^|[/_-])latest$")
_PINNED = re.compile(r":\d+$")


class UnpinnedSource(LayerCheck):
    """What follows the newest version changes functions in a plan that nobody meant to."""

    rule = "CKV2_LAYER_3"
    resources = (FUNCTION,)

    def judge(self, resource: Resource) -> Verdict:
        """Say what the rule finds."""
        answers = []
        for type_, name in _sources(resource):
            arguments = resource.data_source(type_, name)
            answers.append(None if arguments is None else _pinned(type_, arguments))
            if answers[-1] is False:
                return failed(f"`data.{type_}.{name}` gives another version as soon as there is one.", "layers")
        return PASSED if answers and all(answers) else UNKNOWN


def _sources(resource: Resource) -> Iterator[tuple[str, str]]:
    if resource.planned is not None:
        written = resource.planned.references("layers")
    elif "module." in resource.written("layers"):
        written = ()  # an output reads as what it is in its module, where others may have the same name
    else:
        written = tuple(one.text for one in resource.elements("layers") or ())
    for text in written:
        for found in _READ.finditer(text):
            yield found["type"], found["name"]


def _pinned(type_: str, arguments: Mapping[str, Value]) -> bool | None:
    """Tell whether a data source always gives the same version; ``None`` where that is not known."""
    if type_ == "aws_ssm_parameter":
        name = arguments.get("name")
        written = (name.words if name.known else name.text) if name is not None else None
        if not written:
            return None
        return True if _PINNED.search(written) else False if _FOLLOWS.search(written) else None
    given = [arguments[key] for key in ("version", "layer_version_arn") if key in arguments]
    certain = [one for one in given if not one.absent]
    if not certain:
        return False
    return True if all(one.known for one in certain) else None


UnpinnedSource()
