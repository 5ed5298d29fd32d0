"""Names, addresses, variables and outputs are public. They follow the spec alone, and a change of one is seen here."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from layerforge.facts.load import load_facts
from layerforge.lock.types import ArtifactRecord, Lock
from layerforge.names import Delivery, LayerName, Split
from layerforge.plan.function_types import Function
from layerforge.plan.types import Layer, Publish
from layerforge.render.contract import contract_of
from layerforge.render.make import render
from layerforge.render.variables import variables_of
from render import cases
from support import plans
from support.golden import Golden

FUNCTION_FILES = ("main.tf", "variables.tf", "outputs.tf")
BLOCK = re.compile(r'^(resource|variable|output) "([^"]+)"(?: "([^"]+)")?', re.MULTILINE)


def addresses(layer: Layer, texts: dict[str, str]) -> Iterator[str]:
    """Yield what others can name of a module: blocks as its text has them, instances as its own test wants them."""
    contract = contract_of(layer, variables_of(layer, load_facts().limits))
    instances: dict[str, Iterable[str]] = {
        "aws_lambda_layer_version_permission.this": contract.permissions,
        "aws_s3_object.artifact": [unit.key for unit in layer.units],
        "aws_signer_signing_job.artifact": [f"{unit.key}/<sha256>" for unit in layer.units],
        "aws_ssm_parameter.channel": ["<target>/<channel>"],
        "aws_ssm_parameter.latest": contract.parameters,
    }
    for name in ("main.tf", "variables.tf", "outputs.tf"):
        for kind, first, second in BLOCK.findall(texts[f"{layer.name}/{name}"]):
            if kind != "resource":
                yield f"{kind} {first}"
                continue
            address = f"{first}.{second}"
            keys = instances.get(address)
            yield from [address] if keys is None else [f'{address}["{key}"]' for key in keys]
    for unit in layer.units:
        yield f"layer name <name_prefix>{unit.aws_name}"


def function_addresses(function: Function, texts: Mapping[str, str]) -> Iterator[str]:
    """Yield the same of a function's module."""
    instances = {
        "aws_lambda_alias.this": function.settings.aliases,
        "aws_s3_object.artifact": [unit.key for unit in function.units],
        "aws_signer_signing_job.artifact": [f"{unit.key}/<sha256>" for unit in function.units],
    }
    for name in FUNCTION_FILES:
        for kind, first, second in BLOCK.findall(texts.get(f"{function.name}/{name}", "")):
            if kind != "resource":
                yield f"{kind} {first}"
                continue
            address = f"{first}.{second}"
            keys = instances.get(address)
            yield from [address] if keys is None else [f'{address}["{key}"]' for key in keys]
    if not function.attached_only:
        yield f"function name <name_prefix>{function.name}"


def test_public_names_are_as_they_are_kept(golden: Golden) -> None:
    """A changed address ships with a ``moved`` block; a changed variable or output is a new major version."""
    texts = dict(cases.texts())
    lines = [f"{layer.name}: {line}" for layer in cases.plan().layers for line in addresses(layer, texts)]
    lines += [
        f"{function.name}: {line}"
        for function in cases.plan().functions
        for line in function_addresses(function, texts)
    ]
    golden.text(cases.GOLDEN / "addresses.txt", "".join(f"{line}\n" for line in lines))


def _rendered(layer: Layer, lock: Lock | None = None) -> tuple[set[str], dict[str, str]]:
    plan = plans.plan(layer)
    texts = render(plan, {layer.spec: lock or plans.locks(plan)[layer.spec]}, load_facts())
    return set(addresses(layer, texts)), texts


def _layer(
    *,
    runtimes: Iterable[str] = ("python3.12",),
    architectures: Iterable[str] = ("x86_64",),
    split: Split = Split.TARGET,
) -> Layer:
    return plans.layer(
        "shared",
        runtimes=runtimes,
        architectures=architectures,
        split=split,
        via=Delivery.S3,
        ssm="/layers/shared",
        grants=[plans.ORGANIZATION],
    )


def test_an_upgrade_changes_the_table_of_artifacts_and_nothing_else() -> None:
    """Another version of a package, with native wheels and over 50 MiB: other digests and sizes."""
    layer = _layer(architectures=["x86_64", "arm64"])
    before, texts = _rendered(layer)
    inputs = plans.inputs([plans.pin("requests", "3.0", file="requests-3.0-cp312-cp312-manylinux_2_28_x86_64.whl")])
    units = {
        (LayerName("shared"), unit.key): plans.locked_unit("upgraded", consists_of=inputs, size=73_000_000)
        for unit in layer.units
    }
    after, upgraded = _rendered(layer, Lock(units=units))
    assert before == after
    assert texts.keys() == upgraded.keys()
    assert [name for name in texts if texts[name] != upgraded[name]] == ["shared/artifacts.tf"]


def test_growing_past_what_can_be_uploaded_directly_moves_nothing() -> None:
    """The delivery is the spec's: who turns ``direct`` into ``s3`` gets objects and their variables beside the rest."""
    direct, _ = _rendered(replace(_layer(), publish=Publish(via=Delivery.DIRECT, ssm=None)))
    s3, _ = _rendered(_layer())
    assert s3 - direct == {
        'aws_s3_object.artifact["python312-x86-64"]',
        "variable artifact_bucket",
        "variable artifact_prefix",
    }
    assert direct < s3


def test_one_digest_changes_one_entry() -> None:
    layer = _layer(architectures=["x86_64", "arm64"])
    plan = plans.plan(layer)
    texts = [
        render(plan, plans.locks(plan, changed=changed), load_facts())["shared/artifacts.tf"].splitlines()
        for changed in ({}, {"shared/python312-arm64": "new content"})
    ]
    differing = [before.split("=")[0].strip() for before, after in zip(*texts, strict=True) if before != after]
    assert differing == ["sha256", "source_code_hash"]


def test_a_new_runtime_moves_nothing_of_the_others() -> None:
    for split in Split:
        before, _ = _rendered(_layer(split=split))
        after, _ = _rendered(_layer(runtimes=["python3.12", "python3.13"], split=split))
        assert before <= after


def test_a_new_runtime_in_front_moves_nothing_of_the_others() -> None:
    before, _ = _rendered(_layer())
    after, _ = _rendered(_layer(runtimes=["python3.11", "python3.12"]))
    assert before < after


def test_a_new_architecture_moves_nothing_of_the_others() -> None:
    for split in Split:
        before, _ = _rendered(_layer(split=split))
        after, _ = _rendered(_layer(architectures=["arm64", "x86_64"], split=split))
        assert before <= after


def test_another_split_moves_no_parameter() -> None:
    found = []
    for split in Split:
        names, _ = _rendered(_layer(runtimes=["python3.12", "python3.13"], split=split))
        found.append({name for name in names if name.startswith("aws_ssm_parameter")})
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == 3


def test_sizes_and_digests_come_from_the_lock() -> None:
    layer = _layer()
    record = plans.locked_unit("shared/python312-x86-64").artifact
    assert isinstance(record, ArtifactRecord)
    _, texts = _rendered(layer)
    for value in (record.sha256, str(record.zipped_size), str(record.unzipped_size)):
        assert value in texts["shared/artifacts.tf"]
