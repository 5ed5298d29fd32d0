"""The one place that knows checkov: turns what a rule says of a resource into checkov's results."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from checkov.common.bridgecrew.severities import get_severity
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck
from checkov.version import version

from lambda_layer_rules.resource import Resource
from lambda_layer_rules.scene import scene_of
from lambda_layer_rules.world import page, rules, stop_before

# Each rule would break down, and checkov would go on without it and exit with 0.
stop_before((3, 2, 200), version)

CATEGORIES = {
    "access": CheckCategories.IAM,
    "convention": CheckCategories.CONVENTION,
    "operation": CheckCategories.BACKUP_AND_RECOVERY,
    "supply": CheckCategories.SUPPLY_CHAIN,
    "support": CheckCategories.APPLICATION_SECURITY,
}


@dataclass(frozen=True)
class Verdict:
    """What a rule says of a resource.

    Attributes:
        result: checkov's word for it.
        keys: the arguments it is about.
        detail: what exactly is wrong, in a sentence.
    """

    result: CheckResult
    keys: tuple[str, ...] = ()
    detail: str = ""


PASSED = Verdict(CheckResult.PASSED)
UNKNOWN = Verdict(CheckResult.UNKNOWN)


def failed(detail: str, *keys: str) -> Verdict:
    """Return that a rule is broken, and how."""
    return Verdict(CheckResult.FAILED, keys, detail)


class LayerCheck(BaseResourceCheck):  # type: ignore[misc] # checkov is not there where types are checked
    """A rule about layers.

    Attributes:
        rule: its id; title and severity stand in `data/rules.jsonl`.
        resources: the types it judges.
    """

    rule: ClassVar[str]
    resources: ClassVar[Sequence[str]]

    def __init__(self) -> None:
        about = rules()[self.rule]
        super().__init__(
            name=about["title"],
            id=self.rule,
            categories=[CATEGORIES[about["category"]]],
            supported_resources=list(self.resources),
            guideline=page(self.rule),
        )
        self.severity = get_severity(about["severity"])

    def scan_resource_conf(self, conf: Mapping[str, Any]) -> CheckResult:
        """Judge one resource."""
        shown = self.entity_path.split(f":{self.entity_type}:", 1)[0]
        in_json = shown.endswith(".tf.json")  # the graph that is there then is that of the HCL before
        scene = None if in_json or self.graph is None else scene_of(self.graph)
        node = None if scene is None else scene.node(str(conf.get("__address__", "")), shown)
        verdict = self.judge(Resource(conf, scene, node, in_plan=not in_json and shown.endswith(".json")))
        self.evaluated_keys = list(verdict.keys)
        if verdict.detail:
            self.details.append(verdict.detail)
        return verdict.result

    @abstractmethod
    def judge(self, resource: Resource) -> Verdict:
        """Say what the rule finds: it passes only for what it recognises as right."""
