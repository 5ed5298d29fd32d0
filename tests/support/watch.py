"""A watch over every call to Lambda in a Region: nothing that is in use may ever be missing."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from layerforge.names import Delivery
from layerforge.plan.fleet_types import Plan
from support.moto_server import Call

ACCOUNT: Final = "123456789012"
TAKES_AWAY: Final = frozenset({"DeleteLayerVersion", "RemoveLayerVersionPermission"})
"""What Terraform never asks for."""


@dataclass(kw_only=True, slots=True)
class Watch:
    """Follows the calls to Lambda in one Region, and fails at the first one after which something in use is missing.

    Attributes:
        region: the one.
        wanted: who shall have which layer, by its name at AWS: statement ids.
        pushed: names of layers and functions whose objects are nobody's to delete.
        live: number of the newest version by layer.
        granted: the statements of each version.
    """

    region: str
    wanted: dict[str, set[str]] = field(default_factory=dict)
    pushed: set[str] = field(default_factory=set)
    live: dict[str, int] = field(default_factory=dict)
    granted: dict[str, set[str]] = field(default_factory=dict)

    def expect(self, plan: Plan) -> None:
        """Take from a plan what has to hold from now on."""
        for layer in plan.layers:
            self.wanted |= {unit.aws_name: {grant.key for grant in layer.grants} for unit in layer.units}
        pushed = [layer.name for layer in plan.layers if layer.publish.via is Delivery.PUSHED]
        self.pushed = {*pushed, *(function.name for function in plan.functions if function.via is Delivery.PUSHED)}

    def follow(self, calls: Iterable[Call]) -> None:
        """Go through calls in the order of their answers."""
        for call in calls:
            given = call.parameters
            assert 200 <= call.status < 300, call
            assert call.region == self.region, call
            assert call.action not in TAKES_AWAY, call
            if call.action == "PublishLayerVersion":
                number = self.live.get(given["LayerName"], 0) + 1
                self.live[given["LayerName"]] = number
                self.granted[self.arn(given["LayerName"], number)] = set()
            elif call.action == "AddLayerVersionPermission":
                self.granted[self.arn(given["LayerName"], int(given["VersionNumber"]))].add(given["StatementId"])
            elif call.action in ("CreateFunction", "UpdateFunctionConfiguration"):
                self.all_there(given.get("Layers", ()))
            elif call.action == "PutParameter":
                self.all_there([given["Value"]])
            elif call.action == "DeleteObject":
                assert given["Key"].split("/")[-3] not in self.pushed, call

    def all_there(self, arns: Iterable[str]) -> None:
        """Check that each ARN of ours is published, with every grant of the spec on it."""
        for arn in arns:
            if f":{ACCOUNT}:" in arn:
                assert arn in self.granted, arn
                assert self.granted[arn] >= self.wanted[arn.split(":")[6]], arn

    def arn(self, name: str, number: int) -> str:
        """Return the ARN of a version."""
        return f"arn:aws:lambda:{self.region}:{ACCOUNT}:layer:{name}:{number}"
