"""Renders the modules of a plan. Pure: a plan and its locks in, texts by path out; no ZIP, network or Terraform."""

import functools
from collections.abc import Iterable, Mapping
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
from layerforge.render.attachment_view import AttachmentView, attachment_view
from layerforge.render.function_view import FunctionView, function_view
from layerforge.render.marker import marker
from layerforge.render.skips import with_skips
from layerforge.render.view import ModuleView, view_of

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

DIGEST_TESTS: Final = ("tests/digest.tftest.hcl", "tests/digest.tofutest.hcl")
"""In modules that know the digest of what they publish. OpenTofu reads the second instead of the first."""


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
    majors = _majors(plan, facts)
    texts: dict[str, str] = {}
    listed: tuple[Layer | Function, ...] = (*plan.layers, *plan.functions)
    for item in listed:
        owner = (owners or {}).get(item.spec, item.spec.name)
        provider = f">= {item.provider_minimum}, < {majors[item.spec] + 1}.0.0"
        records = _records(item, locks[item.spec]) if item.units else {}
        if isinstance(item, Layer):
            found = _layer(item, records, facts, owner, provider)
        elif item.attached_only:
            found = _attachment(item, facts, owner)
        else:
            found = _function(item, records, facts, owner, provider)
        texts |= {f"{item.name}/{file}": text for file, text in found.items()}
    return dict(sorted(texts.items()))


def _layer(
    layer: Layer, records: Mapping[str, ArtifactRecord], facts: Facts, owner: str, provider: str
) -> dict[str, str]:
    view = view_of(layer, records, limits=facts.limits, owner=owner, provider=provider)
    texts = _texts("module", (*MODULE_FILES, *DIGEST_TESTS), view) | _other_zips(view)
    return texts | {"main.tf": with_skips(texts["main.tf"], layer.skips)}


def _function(
    function: Function, records: Mapping[str, ArtifactRecord], facts: Facts, owner: str, provider: str
) -> dict[str, str]:
    view = function_view(function, records, facts=facts, owner=owner, provider=provider)
    files = [file for file in MODULE_FILES if view.own_code or file != "artifacts.tf"]
    if view.code_hash is not None:
        files.extend(DIGEST_TESTS)
    texts = _texts("function", files, view) | _other_zips(view)
    return texts | {"main.tf": with_skips(texts["main.tf"], function.skips)}


def _attachment(function: Function, facts: Facts, owner: str) -> dict[str, str]:
    files = [file for file in MODULE_FILES if file not in ("artifacts.tf", "main.tf")]
    return _texts("attachment", files, attachment_view(function, facts=facts, owner=owner))


def _texts(kind: str, files: Iterable[str], view: ModuleView | FunctionView | AttachmentView) -> dict[str, str]:
    templates = templates_of(kind)
    return {file: templates.get_template(f"{file.lstrip('.')}.j2").render(module=view) for file in files}


def _other_zips(view: ModuleView | FunctionView) -> dict[str, str]:
    """Return what stands for ZIPs in the folder that the module's own tests name in place of the right one."""
    if not view.takes_folder:
        return {}
    text = templates_of("module").get_template("tests/other/unit.zip.j2").render(module=view)
    return {f"tests/other/{unit.file}": text for unit in view.units}


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


def _majors(plan: Plan, facts: Facts) -> dict[Path, int]:
    """Return the newest major version of the AWS provider that the modules of each spec file take.

    That is the newest one that modules were run with. All modules of a spec may stand in one root, which has one
    provider: a layer that needs a newer one lifts the upper bound of all.
    """
    majors: dict[Path, int] = {}
    listed: tuple[Layer | Function, ...] = (*plan.layers, *plan.functions)
    for item in listed:
        majors[item.spec] = max(
            majors.get(item.spec, facts.limits.provider_newest_major), int(item.provider_minimum.partition(".")[0])
        )
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
