"""What the documents say is so: links, verbs, commands, options, examples."""

import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from layerforge.cli.main import COMMANDS
from support.repository import ROOT, text, tracked

PAGES = tuple(path for path in tracked(".md") if path.parts[0] not in {"modules", "tests"})
LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?P<target>[^)\s]+)\)")
FENCE = re.compile(r"^(?P<indent> *)```(?P<kind>\w*)\n(?P<body>.*?)^ *```$", re.MULTILINE | re.DOTALL)
EXAMPLES = tuple(path for path in tracked("layers.yaml") if path.parts[0] == "examples")


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as code hosts make them."""
    plain = FENCE.sub("", text(page))
    headings = re.findall(r"^#+ (.+)$", plain, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in LINK.finditer(FENCE.sub("", text(page))):
        target, _, anchor = link["target"].partition("#")
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        path = (ROOT / page.parent / target).resolve() if target else ROOT / page
        if not path.exists() or (anchor and anchor not in anchors(path.relative_to(ROOT))):
            broken.append(link["target"])
    assert broken == []


def test_the_map_for_contributors_has_every_stage() -> None:
    stages = {path.parent.name for path in (ROOT / "generator/layerforge").glob("*/__init__.py")}
    assert set(re.findall(r"^  (\w+)/ ", text(Path("CONTRIBUTING.md")), re.MULTILINE)) == stages


def test_every_page_of_the_docs_can_be_reached_from_the_readme() -> None:
    reached, left = set(), [Path("README.md")]
    while left:
        page = left.pop()
        if page in reached:
            continue
        reached.add(page)
        for link in LINK.finditer(text(page)):
            path = (ROOT / page.parent / link["target"].partition("#")[0]).resolve()
            if path.suffix == ".md" and path.is_file():
                left.append(path.relative_to(ROOT))
    assert sorted(map(str, set(PAGES) - reached)) == []


def test_the_readme_begins_with_the_two_commands() -> None:
    first = FENCE.search(text(Path("README.md")))
    assert first is not None
    assert [line.split("#")[0].strip() for line in first["body"].splitlines()] == ["make gen", "make test"]


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_make_has_the_verbs_that_are_named(page: Path) -> None:
    verbs = set(re.findall(r"^([a-z-]+):", text(Path("Makefile")), re.MULTILINE))
    spans = [*re.findall(r"`([^`\n]+)`", text(page)), *(fence["body"] for fence in FENCE.finditer(text(page)))]
    command = re.compile(r"^(?:\w+=(?:\"[^\"]*\"|\S*) )*make((?: [a-z-]+)+)", re.MULTILINE)
    named = {verb for span in spans for words in command.findall(span) for verb in words.split()}
    assert sorted(named - verbs) == []


def options(command: str) -> set[str]:
    """Return the options that a command's help names."""
    argv = [sys.executable, "-m", "layerforge", command, "--help"]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    return set(re.findall(r"(?<!\w)--[a-z][a-z-]*", done.stdout))


def test_layerforge_has_the_commands_and_options_that_are_named() -> None:
    used: dict[str, set[str]] = {}
    for page in [*PAGES, Path("docs/ci/layers.yml")]:
        for line in re.findall(r"layerforge ([a-z]+(?: [^`\n|;&#]*)?)", text(page)):
            command, *words = line.split()
            if command in COMMANDS:
                used.setdefault(command, set()).update(re.findall(r"(?<!\w)--[a-z][a-z-]*", " ".join(words)))
    assert used.keys() >= {"init", "gen", "lock", "build", "validate"}
    unknown = {command: sorted(named - options(command)) for command, named in used.items()}
    assert {command: names for command, names in unknown.items() if names} == {}


def test_the_readme_lists_every_command() -> None:
    table = set(re.findall(r"^\| `layerforge (\w+)", text(Path("README.md")), re.MULTILINE))
    assert table | {"init"} == set(COMMANDS)


def specs() -> list[tuple[str, str]]:
    """Return the whole specs that stand in the documents."""
    found = []
    for page in PAGES:
        for fence in FENCE.finditer(text(page)):
            body = re.sub(f"^{fence['indent']}", "", fence["body"], flags=re.MULTILINE)
            if fence["kind"] == "yaml" and re.search(r"^version: 1$", body, re.MULTILINE) and "layers:" in body:
                found.append((str(page), body))
    return found


@pytest.mark.parametrize(("page", "body"), specs(), ids=lambda value: value if value.endswith(".md") else "")
def test_the_specs_in_the_documents_are_right(page: str, body: str, tmp_path: Path) -> None:
    from layerforge.facts.load import load_facts  # noqa: PLC0415
    from layerforge.plan.make import make_plan  # noqa: PLC0415
    from layerforge.spec.load import load_spec  # noqa: PLC0415

    for folder in re.findall(r"src/[\w/-]+", body):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / "__init__.py").touch()
    for name in re.findall(r"[\w-]+\.(?:txt|toml|lock)\b", body):
        (tmp_path / name).touch()
    path = tmp_path / "layers.yaml"
    path.write_text(body, encoding="utf-8")
    plan = make_plan([load_spec(path)], load_facts(None), date(2026, 11, 21))
    assert plan.layers


def test_the_mistake_in_the_readme_is_told_as_the_readme_shows(tmp_path: Path) -> None:
    fences = [fence["body"] for fence in FENCE.finditer(text(Path("README.md")))]
    (spec,) = (body for body in fences if body.startswith("# layers.yaml"))
    (shown,) = (body for body in fences if body.startswith("error["))
    (tmp_path / "src/shared_utils").mkdir(parents=True)
    (tmp_path / "src/shared_utils/__init__.py").touch()
    (tmp_path / "layers.yaml").write_text(spec.replace("requirements:", "requirments:"), encoding="utf-8")
    argv = [sys.executable, "-m", "layerforge", "validate"]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(shown)


def test_the_readme_shows_lines_of_the_emitted_module() -> None:
    fences = [fence["body"] for fence in FENCE.finditer(text(Path("README.md")))]
    (shown,) = (body for body in fences if body.startswith('resource "aws_lambda_layer_version"'))
    module = iter(text(Path("modules/shared-utils/main.tf")).splitlines())
    wanted = [line for line in shown.splitlines() if line.strip() != "# ..."]
    assert [line for line in wanted if line not in module] == []  # in this order


@pytest.mark.parametrize("path", EXAMPLES, ids=str)
def test_every_example_tells_the_editor_its_schema(path: Path) -> None:
    first = text(path).splitlines()[0]
    match = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert match, first
    assert (ROOT / path.parent / match[1]).resolve() == ROOT / "schema/layerforge.schema.json"
    assert (ROOT / "schema/layerforge.schema.json").is_file()


@pytest.mark.parametrize("path", EXAMPLES, ids=str)
def test_every_example_is_whole(path: Path) -> None:
    files = tracked()
    assert {other.name for other in files if other.parent == path.parent} >= {"README.md", "layers.lock.json"}
    assert f"--spec {path}" in text(Path("Makefile"))
    roots = [other.parent for other in files if other.name == "main.tf" and path.parent in other.parents]
    assert roots
    for root in roots:
        assert {other.name for other in files if other.parent == root} >= {"versions.tf", "variables.tf"}
        sources = re.findall(r'source += "(\.[^"]+)"', text(root / "main.tf"))
        assert sources
        assert [source for source in sources if not (ROOT / root / source / "main.tf").is_file()] == []


def test_the_decisions_are_numbered_and_listed() -> None:
    files = sorted(path.name for path in (ROOT / "docs/adr").glob("0*.md"))
    assert [int(name[:4]) for name in files] == list(range(1, len(files) + 1))
    listed = re.findall(r"\((0\d+[^)]+)\) (.+)$", text(Path("docs/adr/README.md")), re.MULTILINE)
    titles = [text(Path("docs/adr") / name).splitlines()[0].partition(". ")[2] for name in files]
    assert listed == list(zip(files, titles, strict=True))


def test_the_changelog_has_a_place_for_what_comes() -> None:
    lines = text(Path("CHANGELOG.md")).splitlines()
    assert lines[0] == "# Changelog"
    versions = [line for line in lines if line.startswith("## ")]
    assert versions[0] == "## Unreleased"
    assert all(re.fullmatch(r"## \d+\.\d+\.\d+ - \d{4}-\d{2}-\d{2}", line) for line in versions[1:])
