"""A fleet on the stand-in: modules and roots as `gen` writes them, ZIPs, and a watch over every call to Lambda."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from layerforge.cli import outputs
from layerforge.cli.roots import compare_roots, roots_of, write_roots
from layerforge.facts.load import load_facts
from layerforge.lock.types import NO_REQUEST, ArtifactRecord, Lock, LockedUnit
from layerforge.names import Delivery
from layerforge.plan.fleet_types import Fleet, Function, Pointer, Region
from layerforge.plan.types import CodeSource, Layer, Plan, Unit
from layerforge.render.make import render
from support.estate import Estate, Step, sha256_of, zip_of
from support.moto_server import Aws, Call
from support.plans import inputs
from support.tf import Terraform

ACCOUNT: Final = "123456789012"
TAKES_AWAY: Final = frozenset({"DeleteLayerVersion", "RemoveLayerVersionPermission"})
"""What Terraform never asks for."""


@dataclass(kw_only=True, slots=True)
class Watch:
    """Follows the calls to Lambda in one Region, and fails at the first one after which something in use is missing.

    Attributes:
        region: the one.
        wanted: who shall have which layer, by its name at AWS: statement ids.
        live: number of the newest version by layer.
        granted: the statements of each version.
    """

    region: str
    wanted: dict[str, set[str]] = field(default_factory=dict)
    live: dict[str, int] = field(default_factory=dict)
    granted: dict[str, set[str]] = field(default_factory=dict)

    def follow(self, calls: Iterable[Call]) -> None:
        """Go through calls in the order of their answers."""
        for call in calls:
            given = call.parameters
            assert call.status < 300, call
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

    def all_there(self, arns: Iterable[str]) -> None:
        """Check that each ARN of ours is published, with every grant of the spec on it."""
        for arn in arns:
            if f":{ACCOUNT}:" in arn:
                assert arn in self.granted, arn
                assert self.granted[arn] >= self.wanted[arn.split(":")[6]], arn

    def arn(self, name: str, number: int) -> str:
        """Return the ARN of a version."""
        return f"arn:aws:lambda:{self.region}:{ACCOUNT}:layer:{name}:{number}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Applied:
    """What one step did in one Region: what was planned, the calls, and what is left to do after it."""

    planned: Step
    calls: tuple[Call, ...]
    left: Step

    def called(self, action: str) -> list[Mapping[str, Any]]:
        """Return what each call of one action was given."""
        return [call.parameters for call in self.calls if call.action == action]


@dataclass(kw_only=True, slots=True)
class FleetEstate:
    """A spec's folder with modules and roots, and a watch for each Region.

    Attributes:
        folder: of the spec.
        seeds: the content of units other than the first, by ``name/unit``.
        watches: by Region.
    """

    folder: Path
    terraform: Terraform
    aws: Aws
    seeds: dict[str, str] = field(default_factory=dict)
    watches: dict[str, Watch] = field(default_factory=dict)

    @property
    def spec(self) -> Path:
        """The spec's path; what it says is of no interest here."""
        return self.folder / "layers.yaml"

    def emit(
        self,
        layers: Iterable[Layer],
        functions: Iterable[Function],
        regions: Iterable[Region],
        channels: Iterable[Pointer] = (),
    ) -> None:
        """Write modules and roots as `gen` would, a provider beside each root, and every ZIP where it is looked for."""
        self.spec.write_text("version: 1\n")
        fleet = Fleet(
            spec=self.spec,
            functions=tuple(replace(function, spec=self.spec) for function in functions),
            regions=tuple(regions),
            channels=tuple(channels),
        )
        plan = Plan(layers=tuple(replace(layer, spec=self.spec) for layer in layers), fleets=(fleet,))
        facts, modules = load_facts(), self.folder / "modules"
        owners = outputs.owners([self.spec], modules)
        outputs.write(modules, render(plan, {self.spec: self._lock(plan)}, facts, owners=owners))
        roots = roots_of(plan, (self.spec,), facts, modules, {})
        write_roots(roots, compare_roots(roots))
        for root in roots.texts:
            self._provide(root, next(region for region in fleet.regions if self.folder / region.root == root).name)
        for region in fleet.regions:
            watch = self.watches.setdefault(region.name, Watch(region=region.name))
            for layer in plan.layers:
                watch.wanted |= {unit.aws_name: {grant.key for grant in layer.grants} for unit in layer.units}
        self._build(plan, fleet)

    def _lock(self, plan: Plan) -> Lock:
        units = {}
        for item in plan.packaged:
            given = replace(inputs([]), request=NO_REQUEST) if isinstance(item.source, CodeSource) else inputs()
            for unit in item.units:
                data = self.data(unit)
                record = ArtifactRecord(
                    inputs=given.digest,
                    format=1,
                    sha256=sha256_of(data),
                    zipped_size=len(data),
                    unzipped_size=len(data),
                )
                units[item.name, unit.key] = LockedUnit(inputs=given, artifact=record)
        return Lock(units=units)

    def _provide(self, root: Path, region: str) -> None:
        (root / "providers.tf").write_text(f'provider "aws" {{\n  region = "{region}"\n}}\n')

    def _build(self, plan: Plan, fleet: Fleet) -> None:
        for item in (*plan.layers, *fleet.functions):
            via = item.publish.via if isinstance(item, Layer) else item.via
            for unit in item.units:
                data = self.data(unit)
                if via is Delivery.PUSHED:
                    key = f"layers/{item.name}/{unit.key}/{sha256_of(data)}.zip"
                    for region in fleet.regions:
                        self.aws.client("s3", region.name).put_object(Bucket=region.bucket, Key=key, Body=data)
                else:
                    path = self.folder / "modules" / item.name / "artifacts" / f"{unit.key}.zip"
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(data)

    def data(self, unit: Unit) -> bytes:
        """Return the ZIP of a unit."""
        return zip_of(self.seeds.get(str(unit), str(unit)))

    def root(self, region: Region) -> Estate:
        """Return a Region's root, made ready."""
        folder = self.folder / region.root
        self.terraform.prepare(folder)
        return Estate(folder=folder, terraform=self.terraform, aws=self.aws, seeds={})

    def apply(self, region: Region) -> Applied:
        """Plan, apply under watch, see what AWS holds then, and plan once more."""
        root = self.root(region)
        planned = root.plan()
        calls: tuple[Call, ...] = ()
        if planned.status == 2:
            root.apply()
            calls = tuple(self.aws.log.writes())
        watch = self.watches[region.name]
        watch.follow(call for call in calls if call.service != "s3")
        self.look(region)
        return Applied(planned=planned, calls=calls, left=root.plan())

    def look(self, region: Region) -> None:
        """Hold what AWS has against the watch: versions, their grants, and the layers of functions and aliases."""
        watch, api = self.watches[region.name], self.aws.client("lambda", region.name)
        for name, newest in watch.live.items():
            there = {item["Version"] for item in api.list_layer_versions(LayerName=name)["LayerVersions"]}
            assert there == set(range(1, newest + 1)), name
            for number in there:
                assert watch.granted[watch.arn(name, number)] <= set(self.grants(region, name, number)), (name, number)
        for function in api.list_functions()["Functions"]:
            name = function["FunctionName"]
            aliases = [alias["Name"] for alias in api.list_aliases(FunctionName=name)["Aliases"]]
            for qualifier in ("$LATEST", *aliases):
                watch.all_there(self.layers_of(region, name, qualifier))

    def grants(self, region: Region, name: str, number: int) -> list[str]:
        """Return the statement ids of a version; none without a policy."""
        api = self.aws.client("lambda", region.name)
        try:
            policy = api.get_layer_version_policy(LayerName=name, VersionNumber=number)["Policy"]
        except api.exceptions.ResourceNotFoundException:
            return []
        return [statement["Sid"] for statement in json.loads(policy)["Statement"]]

    def layers_of(self, region: Region, function: str, qualifier: str = "live") -> list[str]:
        """Return the ARNs of a function's layers, in their order, as AWS has them."""
        api = self.aws.client("lambda", region.name)
        found = api.get_function_configuration(FunctionName=function, Qualifier=qualifier)
        return [layer["Arn"] for layer in found.get("Layers", ())]


def open_fleet(folder: Path, terraform: Terraform, aws: Aws, regions: Iterable[Region]) -> FleetEstate:
    """Return an empty fleet in an empty AWS that has every Region's bucket."""
    aws.reset()
    for region in regions:
        more = {} if region.name == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region.name}}
        aws.client("s3", region.name).create_bucket(Bucket=region.bucket, **more)
    return FleetEstate(folder=folder, terraform=terraform, aws=aws)
