"""What templates may hold: values leave through filters, and no function answers otherwise at apply than at plan."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import nodes

from layerforge.paths import templates_dir
from layerforge.render.make import DIGEST_TESTS, FILTERS, MODULE_FILES, templates_of

FOLDER = templates_dir()
KINDS = ("attachment", "function", "module")
TEMPLATES = sorted(path.relative_to(FOLDER).as_posix() for kind in KINDS for path in (FOLDER / kind).rglob("*.j2"))


def _tree(source: str) -> nodes.Template:
    return templates_of("module").parse(source)


def bare(source: str) -> Iterator[str]:
    """Yield what leaves a template without a filter of ours."""
    for output in _tree(source).find_all(nodes.Output):
        for node in output.nodes:
            if not (isinstance(node, nodes.TemplateData) or _is_written(node)):
                yield f"line {node.lineno}: {node}"


def _is_written(node: nodes.Node) -> bool:
    if isinstance(node, nodes.Filter):
        return node.name in FILTERS
    if isinstance(node, nodes.Call):  # a macro, whose own outputs are looked at where it is written
        return isinstance(node.node, nodes.Name | nodes.Getattr)
    if isinstance(node, nodes.CondExpr):
        return all(isinstance(part, nodes.Const) for part in (node.expr1, node.expr2))
    return False


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_value_leaves_through_a_filter(name: str) -> None:
    assert list(bare((FOLDER / name).read_text())) == []


@pytest.mark.parametrize(
    "source", ["{{ x }}", "{{ x.y }}", "{{ x | upper }}", '{{ x ~ "a" }}', '{{ a if b else "c" }}']
)
def test_a_bare_value_is_found(source: str) -> None:
    assert len(list(bare(source))) == 1


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_short(name: str) -> None:
    assert len((FOLDER / name).read_text().splitlines()) <= 60


FORBIDDEN = re.compile(
    r"\bfile(?:exists|set|base64)?\(|\btemplatefile\(|local-exec|create_(?!before_destroy)"
    r"|\bprovider \"|\bdata \"|\bimport \{|\bprovisioner\b"
)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_has_nothing_that_a_module_must_not_have(name: str) -> None:
    assert FORBIDDEN.findall((FOLDER / name).read_text()) == []


@pytest.mark.parametrize(
    "text",
    ["fileexists(x)", "fileset(a, b)", "file(x)", 'provider "aws" {', 'data "x"', "import {", "create_layer = 1"],
)
def test_what_a_module_must_not_have_is_found(text: str) -> None:
    assert FORBIDDEN.search(text)


def test_files_are_read_only_inside_try() -> None:
    reads = [
        line.strip()
        for name in TEMPLATES
        for line in (FOLDER / name).read_text().splitlines()
        if re.search(r"\bfile\w*\(", line)
    ]
    assert len(reads) == 2
    assert all("try(filesha256(" in line for line in reads)


def test_every_filter_is_used() -> None:
    used = {node.name for name in TEMPLATES for node in _tree((FOLDER / name).read_text()).find_all(nodes.Filter)}
    assert set(FILTERS) <= used


def _own(kind: str) -> set[str]:
    """Return the templates of files, without those of macros."""
    names = {name.partition("/")[2] for name in TEMPLATES if name.startswith(f"{kind}/")}
    return {name for name in names if not name.startswith("macros/")}


def test_every_output_file_has_a_template_of_its_name() -> None:
    wanted = {f"{file.lstrip('.')}.j2" for file in MODULE_FILES}
    digests = {f"{file}.j2" for file in DIGEST_TESTS}
    parts = {"tests/other/unit.zip.j2", "tests/refusals.j2", "tests/signing.j2"}
    assert _own("module") - parts == wanted | digests
    parts = {"tests/promises.j2", "tests/refusals.j2"}
    assert _own("function") - parts == (wanted | digests) - {"artifacts.tf.j2", "variables.tf.j2", "versions.tf.j2"}
    assert _own("attachment") == wanted - {"artifacts.tf.j2", "main.tf.j2", "variables.tf.j2"}


def test_templates_ship_with_the_package() -> None:
    for kind in KINDS:
        assert Path(FOLDER, kind, "README.md.j2").is_file()
