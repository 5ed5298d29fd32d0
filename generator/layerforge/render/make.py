"""Renders the modules of a plan. Pure: a plan and its locks in, texts by path out; no ZIP, network or Terraform."""

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from layerforge.diagnostics import Diagnostic, FindingsError, fail
from layerforge.facts.load import Facts
from layerforge.lock.types import ArtifactRecord, Lock
from layerforge.paths import templates_dir
from layerforge.plan.fleet_types import Plan
from layerforge.plan.function_types import Function
from layerforge.plan.types import Layer, Packaged
from layerforge.render import hcl, markdown
from layerforge.render.attachment_view import attachment_view
from layerforge.render.function_view import function_view
from layerforge.render.marker import marker
from layerforge.render.skips import with_skips
from layerforge.render.view import view_of

if TYPE_CHECKING:
    from jinja2 import Environment

CONTRACT: Final = "tests/contract.tftest.hcl"
"""In every module, and in no root."""

MODULE_FILES: Final = (
    ".gitignore",
    "README.md",
    "artifacts.tf",
    "main.tf",
    "outputs.tf",
    CONTRACT,
    "variables.tf",
    "versions.tf",
)
"""Each is written by the template of its name. A function whose code is not ours has no table of artifacts."""

DIGEST_TEST: Final = "tests/digest.tftest.hcl"
"""In the modules of functions whose code's digest is known."""


def render(
    plan: Plan, locks: Mapping[Path, Lock], facts: Facts, *, owners: Mapping[Path, str] | None = None
) -> dict[str, str]:
    """Return the text of every file of every module.

    Args:
        plan: what the specs mean.
        locks: the lock of each spec file of the plan.
        facts: the limits of AWS.
        owners: what the first line of each file calls a spec file; its file name by default.

    Returns:
        Texts by path relative to the folder of the modules, such as ``shared-utils/main.tf``; sorted.

    Raises:
        FindingsError: ``REND001`` the lock records no artifact that belongs to a unit's inputs.
    """
    fail(FindingsError, [problem for item in plan.packaged for problem in _unbuilt(item, locks[item.spec])])
    templates = templates_of("module")
    majors = _majors(plan)
    texts: dict[str, str] = {}
    for layer in plan.layers:
        view = view_of(
            layer,
            _records(layer, locks[layer.spec]),
            limits=facts.limits,
            owner=(owners or {}).get(layer.spec, layer.spec.name),
            provider=f">= {layer.provider_minimum}, < {majors[layer.spec] + 1}.0.0",
        )
        for file in MODULE_FILES:
            texts[f"{layer.name}/{file}"] = templates.get_template(f"{file.lstrip('.')}.j2").render(module=view)
        texts[f"{layer.name}/main.tf"] = with_skips(texts[f"{layer.name}/main.tf"], layer.skips)
        if view.takes_folder:
            other = templates.get_template("tests/other/unit.zip.j2").render(module=view)
            texts |= {f"{layer.name}/tests/other/{unit.file}": other for unit in view.units}
    for function in plan.functions:
        owner = (owners or {}).get(function.spec, function.spec.name)
        if function.attached_only:
            found = _attachment(function, facts, owner)
        else:
            provider = f">= {function.provider_minimum}, < {majors[function.spec] + 1}.0.0"
            records = _records(function, locks[function.spec]) if function.units else {}
            found = _function(function, records, facts, owner, provider)
            found["main.tf"] = with_skips(found["main.tf"], function.skips)
        texts |= {f"{function.name}/{file}": text for file, text in found.items()}
    return dict(sorted(texts.items()))


def _function(
    function: Function, records: Mapping[str, ArtifactRecord], facts: Facts, owner: str, provider: str
) -> dict[str, str]:
    view = function_view(function, records, facts=facts, owner=owner, provider=provider)
    files = [file for file in MODULE_FILES if view.own_code or file != "artifacts.tf"]
    if view.code_hash is not None:
        files.append(DIGEST_TEST)
    templates = templates_of("function")
    texts = {file: templates.get_template(f"{file.lstrip('.')}.j2").render(module=view) for file in files}
    if view.takes_folder:
        other = templates.get_template("tests/other/unit.zip.j2").render(module=view)
        texts |= {f"tests/other/{unit.file}": other for unit in view.units}
    return texts


def _attachment(function: Function, facts: Facts, owner: str) -> dict[str, str]:
    view = attachment_view(function, facts=facts, owner=owner)
    templates = templates_of("attachment")
    files = [file for file in MODULE_FILES if file not in ("artifacts.tf", "main.tf")]
    return {file: templates.get_template(f"{file.lstrip('.')}.j2").render(module=view) for file in files}


def _records(item: Packaged, lock: Lock) -> dict[str, ArtifactRecord]:
    entries = {unit.key: lock.units.get((item.name, unit.key)) for unit in item.units}
    return {key: entry.built for key, entry in entries.items() if entry is not None and entry.built is not None}


def _unbuilt(item: Packaged, lock: Lock) -> list[Diagnostic]:
    built = _records(item, lock)
    return [
        Diagnostic(
            code="REND001",
            message=f"the lock records no artifact for the inputs of `{unit}`",
            location=item.where,
            hint="run `layerforge gen`: it locks, builds and renders",
        )
        for unit in item.units
        if unit.key not in built
    ]


def _majors(plan: Plan) -> dict[Path, int]:
    """Return the newest major version of the AWS provider that a layer or function of each spec file needs.

    All modules of a spec may stand in one root, which has one provider: a layer that needs 6 lifts the upper bound of
    all.
    """
    majors: dict[Path, int] = {}
    listed: tuple[Layer | Function, ...] = (*plan.layers, *plan.functions)
    for item in listed:
        majors[item.spec] = max(majors.get(item.spec, 0), int(item.provider_minimum.partition(".")[0]))
    return majors


FILTERS: Final = {
    "aligned": hcl.aligned,
    "hcl": hcl.value,
    "inside": hcl.inside,
    "marker": marker,
    "md": markdown.text,
    "md_code": markdown.code,
    "name": hcl.name,
    "written": hcl.written,
}
"""The only ways by which a value gets into a text."""


@functools.cache
def templates_of(kind: str) -> "Environment":
    """Return the templates of one kind of module. What it does not have itself is that of the modules of layers."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - only where something is rendered

    environment = Environment(  # noqa: S701 - HCL and Markdown are escaped by our own filters
        loader=FileSystemLoader([templates_dir() / kind, templates_dir() / "module"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters.update(FILTERS)
    environment.globals.clear()  # what Jinja brings along, such as `range`, is of no use to us and copied for each text
    return environment
