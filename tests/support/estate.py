"""A root that ops would have: emitted modules, their ZIPs, hand-written Terraform around them, and AWS's stand-in."""

import base64
import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from layerforge.facts.load import load_facts
from layerforge.lock.types import ArtifactRecord, Lock, LockedUnit
from layerforge.names import Delivery, Sha256, identifier
from layerforge.plan.fleet_types import Fleet, Plan
from layerforge.plan.function_types import Function
from layerforge.plan.types import Layer, Unit
from layerforge.render.function_words import attachments
from layerforge.render.make import render
from support.moto_server import Aws
from support.plans import inputs
from support.tf import Terraform

BUCKET = "artifacts"
SSM = "/layers"


def zip_of(seed: str) -> bytes:
    """Return a small ZIP, the same for the same seed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("python/content.py"), f"SEED = {seed!r}\n")
    return buffer.getvalue()


def sha256_of(data: bytes) -> Sha256:
    """Return the digest of some bytes in hexadecimal."""
    return Sha256(hashlib.sha256(data).hexdigest())


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What one command of Terraform's did.

    Attributes:
        status: its exit status.
        events: what it printed.
    """

    status: int
    events: tuple[dict[str, Any], ...]

    @property
    def errors(self) -> list[str]:
        """The errors, each as address and detail."""
        found = [event["diagnostic"] for event in self.events if event["type"] == "diagnostic"]
        return [
            f"{item.get('address', '')}: {item['detail'] or item['summary']}"
            for item in found
            if item["severity"] == "error"
        ]

    @property
    def changes(self) -> set[tuple[str, str]]:
        """What is planned: action and address."""
        planned = [event["change"] for event in self.events if event["type"] == "planned_change"]
        return {(change["action"], change["resource"]["addr"]) for change in planned}


@dataclass(kw_only=True, slots=True)
class Estate:
    """A root folder, worked on step by step.

    Attributes:
        folder: the root.
        terraform: as the fixture gives it.
        aws: the stand-in.
        seeds: the content of units other than the first, by ``layer/unit``.
    """

    folder: Path
    terraform: Terraform
    aws: Aws
    seeds: dict[str, str]
    modules: str = "modules"

    def data(self, unit: Unit) -> bytes:
        """Return the ZIP that the lock records for a unit."""
        return zip_of(self.seeds.get(str(unit), str(unit)))

    def emit(
        self,
        layers: Iterable[Layer],
        *,
        functions: Iterable[Function] = (),
        arguments: Mapping[str, str] | None = None,
        modules: str = "modules",
        around: str = "",
    ) -> None:
        """Write modules and a root that calls them.

        Args:
            layers: their modules are called with what they require.
            functions: likewise, with their layers.
            arguments: more lines in the call of a module, by its name; a bucket among them replaces the usual one.
            modules: the folder.
            around: the hand-written part of the root.
        """
        listed = tuple(sorted(functions, key=lambda function: function.name))
        fleets = (Fleet(spec=listed[0].spec, functions=listed),) if listed else ()
        plan = Plan(layers=tuple(sorted(layers, key=lambda layer: layer.name)), fleets=fleets)
        given = inputs()
        units = {(unit.layer, unit.key): unit for item in plan.packaged for unit in item.units}
        lock = Lock(units={key: LockedUnit(inputs=given, artifact=self._record(unit)) for key, unit in units.items()})
        texts = render(plan, {item.spec: lock for item in (*plan.packaged, *plan.fleets)}, load_facts())
        shutil.rmtree(self.folder / self.modules, ignore_errors=True)
        self.modules = modules
        for name, text in texts.items():
            path = self.folder / modules / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        more = arguments or {}
        calls = "\n".join(
            (
                *(_call(layer, modules, more.get(layer.name, "")) for layer in plan.layers),
                *(_call_function(function, modules, more.get(function.name, "")) for function in listed),
            )
        )
        (self.folder / "main.tf").write_text(f"{calls}\n{around}", encoding="utf-8")
        self.terraform.prepare(self.folder)

    def _record(self, unit: Unit) -> ArtifactRecord:
        data = self.data(unit)
        return ArtifactRecord(
            inputs=inputs().digest,
            format=1,
            sha256=sha256_of(data),
            zipped_size=len(data),
            unzipped_size=len(data),
        )

    def zip_path(self, unit: Unit) -> Path:
        """Return where the module looks for a unit's ZIP."""
        return self.folder / self.modules / unit.layer / "artifacts" / f"{unit.key}.zip"

    def build(self, items: Iterable[Layer | Function], *, other: bytes | None = None) -> None:
        """Put the ZIPs where the modules look for them, or ``other`` bytes in their place; push those to be pushed."""
        for item in items:
            via = item.publish.via if isinstance(item, Layer) else item.via
            for unit in item.units:
                data = self.data(unit) if other is None else other
                if via is Delivery.PUSHED:
                    self.aws.client("s3").put_object(Bucket=BUCKET, Key=self.key(unit), Body=data)
                else:
                    path = self.zip_path(unit)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(data)

    def key(self, unit: Unit) -> str:
        """Return the key of a unit's ZIP in the bucket."""
        return f"layers/{unit.layer}/{unit.key}/{sha256_of(self.data(unit))}.zip"

    def plan(self, *options: str, ok: tuple[int, ...] = (0, 2)) -> Step:
        """Plan into a file; status 2 means that there is something to do."""
        return self._step("plan", "-out=saved.tfplan", "-detailed-exitcode", *options, ok=ok)

    def apply(self, *, ok: tuple[int, ...] = (0,)) -> Step:
        """Apply the saved plan, with a fresh log of calls."""
        self.aws.log.clear()
        return self._step("apply", "saved.tfplan", ok=ok)

    def _step(self, command: str, *options: str, ok: tuple[int, ...]) -> Step:
        words = (command, "-json", *options)
        finished = self.terraform.run(self.folder, *words, ok=(0, 1, 2), env=self.aws.environment)
        step = Step(status=finished.returncode, events=tuple(json.loads(line) for line in finished.stdout.splitlines()))
        assert step.status in ok, (command, step.errors, finished.stderr)
        return step

    def outputs(self) -> Mapping[str, Any]:
        """Return the root's outputs, from its state."""
        state = json.loads((self.folder / "terraform.tfstate").read_text(encoding="utf-8"))
        return {name: output["value"] for name, output in state["outputs"].items()}

    def versions(self, unit: Unit) -> dict[int, str]:
        """Return the published versions of a unit's layer, and the digest of each in hexadecimal, by boto3."""
        api = self.aws.client("lambda")
        listed = api.list_layer_versions(LayerName=unit.aws_name)["LayerVersions"]
        found = {}
        for number in sorted(item["Version"] for item in listed):
            content = api.get_layer_version(LayerName=unit.aws_name, VersionNumber=number)["Content"]
            found[number] = base64.b64decode(content["CodeSha256"]).hex()
        return found

    def grants(self, unit: Unit, version: int) -> dict[str, tuple[str, str | None]]:
        """Return who may use a version, by statement: principal and organization, by boto3."""
        policy = self.aws.client("lambda").get_layer_version_policy(LayerName=unit.aws_name, VersionNumber=version)
        found = {}
        for statement in json.loads(policy["Policy"])["Statement"]:
            principal = statement["Principal"]
            condition = statement.get("Condition", {}).get("StringEquals", {})
            who = principal if isinstance(principal, str) else principal["AWS"]
            found[statement["Sid"]] = (who, condition.get("aws:PrincipalOrgID"))
        return found

    def parameter(self, layer: Layer, target: str) -> str:
        """Return what SSM holds as the newest ARN of a target."""
        name = f"{SSM}/{layer.name}/{target}/latest"
        value: str = self.aws.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
        return value


def _call(layer: Layer, modules: str, more: str) -> str:
    bucket = "" if layer.publish.via is Delivery.DIRECT else _bucket(more)
    name = layer.name.replace("-", "_")
    return (
        f'module "{name}" {{\n  source = "./{modules}/{layer.name}"\n{bucket}{more}'
        f'  ssm_prefix = "{SSM}/{layer.name}"\n}}\n'
    )


def _bucket(more: str) -> str:
    return "" if "artifact_bucket" in more else f'  artifact_bucket = "{BUCKET}"\n'


def _call_function(function: Function, modules: str, more: str) -> str:
    bucket = _bucket(more) if function.units and function.via is not Delivery.DIRECT else ""
    layers = ", ".join(one.example for one in attachments(function))
    return (
        f'module "{identifier(function.name)}" {{\n  source = "./{modules}/{function.name}"\n{bucket}{more}'
        f"  layers = [{layers}]\n}}\n"
    )


def open_estate(folder: Path, terraform: Terraform, aws: Aws) -> Estate:
    """Return an estate in an empty folder and an empty AWS that has the bucket and a role for functions."""
    aws.reset()
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    aws.client("iam").create_role(RoleName="functions", AssumeRolePolicyDocument=trust)
    return Estate(folder=folder, terraform=terraform, aws=aws, seeds={})
