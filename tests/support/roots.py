"""A fleet on the stand-in: modules and roots of a real spec or of a plan, ZIPs, and a watch over every call."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from layerforge.cli import outputs
from layerforge.cli.main import run
from layerforge.cli.roots import compare_roots, roots_of, write_roots
from layerforge.facts.load import load_facts
from layerforge.lock.types import NO_REQUEST, ArtifactRecord, Lock, LockedUnit
from layerforge.names import Delivery
from layerforge.plan.fleet_types import Fleet, Plan, Pointer, Region, RegionState
from layerforge.plan.function_types import Function
from layerforge.plan.make import make_plan
from layerforge.plan.types import CodeSource, Layer, Unit
from layerforge.render.make import render
from layerforge.spec.load import load_spec
from support.aws import settings_for
from support.estate import Estate, Step, sha256_of, zip_of
from support.moto_server import Aws, Call
from support.plans import by_layer, inputs
from support.tf import Terraform
from support.watch import ACCOUNT, Watch


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
            channels=by_layer(channels),
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
            self.watches.setdefault(region.name, Watch(region=region.name)).expect(plan)
        self._build(plan, fleet)

    def write(self, path: str, text: str) -> None:
        """Write a file beside the spec."""
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text, encoding="utf-8")

    def layerforge(self, *argv: str) -> int:
        """Run a command where the spec lies, as its user would, and return the exit code."""
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.folder)
            settings_for(self.aws, self.folder, patch)
            patch.setenv("LAYERFORGE_CACHE_DIR", str(self.folder / "cache"))
            return run(argv)

    def gen(self, spec: str) -> None:
        """Write a real spec, have everything made and pushed by the commands, and put a provider beside each root."""
        self.write("layers.yaml", spec)
        assert self.layerforge("gen") == 0
        assert self.layerforge("push") == 0
        plan = make_plan([load_spec(self.spec)], load_facts(), date(2026, 11, 1))
        for region in (region for fleet in plan.fleets for region in fleet.regions):
            self.watches.setdefault(region.name, Watch(region=region.name)).expect(plan)
            if region.state is RegionState.ACTIVE:
                self._provide(self.folder / region.root, region.name)

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
        self.aws.log.clear()
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
        self.watches[region.name].follow(calls)
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
        for page in api.get_paginator("list_functions").paginate(FunctionVersion="ALL"):
            for version in page["Functions"]:
                arns = [layer["Arn"] for layer in version.get("Layers", ())]
                assert {arn for arn in arns if f":{ACCOUNT}:" in arn} <= set(watch.granted), version["FunctionArn"]
                if version["Version"] == "$LATEST":
                    watch.all_there(arns)

    def grants(self, region: Region, name: str, number: int) -> list[str]:
        """Return the statement ids of a version; none without a policy."""
        api = self.aws.client("lambda", region.name)
        try:
            policy = api.get_layer_version_policy(LayerName=name, VersionNumber=number)["Policy"]
        except api.exceptions.ResourceNotFoundException:
            return []
        return [statement["Sid"] for statement in json.loads(policy)["Statement"]]

    def layers_of(self, region: Region, function: str, qualifier: str = "live") -> list[str]:
        """Return a function's layers in their order, as AWS has them: name and number of each."""
        api = self.aws.client("lambda", region.name)
        found = api.get_function_configuration(FunctionName=function, Qualifier=qualifier)
        return [layer["Arn"].split(":", 6)[6] for layer in found.get("Layers", ())]

    def objects(self, region: Region) -> list[str]:
        """Return whose objects are in a Region's bucket: layers and functions by name, once for each object."""
        listed = self.aws.client("s3", region.name).list_objects_v2(Bucket=region.bucket).get("Contents", ())
        return sorted(item["Key"].split("/")[-3] for item in listed)


def open_fleet(folder: Path, terraform: Terraform, aws: Aws, regions: Iterable[Region]) -> FleetEstate:
    """Return an empty fleet in an empty AWS that has every Region's bucket."""
    aws.reset()
    for region in regions:
        more = {} if region.name == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region.name}}
        aws.client("s3", region.name).create_bucket(Bucket=region.bucket, **more)
    return FleetEstate(folder=folder, terraform=terraform, aws=aws)
