"""Functions through the whole line, as a user runs it: their ZIPs, what makes them stale, and what is said of them."""

import json
import os
import shutil
import zipfile
from pathlib import Path

import pytest

from support.scene import SPEC, Scene
from support.wheels import make_wheel

ARN = "arn:aws:lambda:eu-west-1:017000801446:layer:Powertools:7"
FUNCTIONS = """\
functions:
  processor:
    runtime: python3.12
    architecture: arm64
    handler: handler.main
    code: {folder: src/processor, exclude: ["docs/**"]}
    layers: [words, tools]
  other:
    runtime: python3.13
    architecture: x86_64
    handler: index.main
    code: src/other
    layers: [words]
"""
CODE = {
    "src/processor/handler.py": "def main(event, context): ...\n",
    "src/processor/lib/names.txt": "one\n",
    "src/processor/docs/read.me": "not packed\n",
    "src/other/index.py": "def main(event, context): ...\n",
}


@pytest.fixture
def fleet(scene: Scene) -> Scene:
    """The scene with two functions."""
    scene.spec(SPEC + FUNCTIONS)
    write(scene.top, CODE)
    return scene


def write(top: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(text, encoding="utf-8")


def forget(scene: Scene) -> None:
    """Take away what lets `gen` answer at once."""
    shutil.rmtree(scene.home / "cache/stamps", ignore_errors=True)


def test_gen_makes_the_zips_of_functions_and_locks_them(fleet: Scene) -> None:
    fleet.run("gen")
    digests = fleet.digests()
    assert {"processor/code", "other/code", "words/all"} <= set(digests)
    locked = {name: table["code"]["artifact"]["sha256"] for name, table in fleet.lock()["functions"].items()}
    assert locked == {name: digests[f"{name}/code"] for name in ("processor", "other")}
    with zipfile.ZipFile(fleet.top / "modules/processor/artifacts/code.zip") as archive:
        assert archive.namelist() == ["handler.py", "lib/names.txt"]
    assert digests["processor/code"] in (fleet.top / "modules/processor/artifacts.tf").read_text()


def test_a_second_gen_writes_nothing(fleet: Scene) -> None:
    fleet.run("gen")
    before = {path: path.stat().st_mtime_ns for path in fleet.top.rglob("*")}
    assert "everything is up to date" in fleet.run("gen").stderr
    forget(fleet)
    assert "2 layers, 2 functions, 5 units: everything is up to date" in fleet.run("gen").stderr
    assert {path: path.stat().st_mtime_ns for path in fleet.top.rglob("*")} == before
    for argv in (["gen", "--check"], ["lock", "--check"], ["render", "--check"], ["gen", "--locked"]):
        fleet.run(*argv)


def test_changed_code_builds_its_function_and_nothing_else(fleet: Scene) -> None:
    fleet.run("gen")
    before, lock = fleet.digests(), fleet.lock()
    times = {path: path.stat().st_mtime_ns for path in fleet.top.glob("modules/*/artifacts/*.zip")}
    write(fleet.top, {"src/processor/handler.py": "def main(event, context): return 1\n"})
    refused = fleet.run("gen", "--locked", code=1).stderr
    assert "the lock is stale for `processor/code`: own files changed in content or mode" in refused
    fleet.run("gen")
    after = fleet.digests()
    assert {name for name in after if after[name] != before[name]} == {"processor/code"}
    assert {path.parts[-3] for path, time in times.items() if path.stat().st_mtime_ns != time} == {"processor"}
    assert fleet.lock()["layers"] == lock["layers"]
    assert fleet.lock()["functions"]["other"] == lock["functions"]["other"]


def test_what_exclude_leaves_out_moves_no_byte(fleet: Scene) -> None:
    fleet.run("gen")
    before = fleet.digests()
    write(fleet.top, {"src/processor/docs/read.me": "changed\n"})
    fleet.run("gen")
    assert fleet.digests() == before


def test_the_same_bytes_in_another_place(fleet: Scene, tmp_path: Path) -> None:
    fleet.run("gen")
    top = tmp_path / "näh/elsewhere"
    shutil.copytree(fleet.top, top, ignore=shutil.ignore_patterns("modules"))
    other = Scene(top=top, wheels=fleet.wheels, index=fleet.index, home=tmp_path / "other-home")
    other.home.mkdir()
    before = os.umask(0o077)
    try:
        other.run("gen", "--locked", TZ="Pacific/Kiritimati", LC_ALL="C", PYTHONHASHSEED="7")
    finally:
        os.umask(before)
    assert other.digests() == fleet.digests()


def test_a_damaged_zip_is_built_again(fleet: Scene) -> None:
    fleet.run("gen")
    before = fleet.digests()
    (fleet.top / "modules/processor/artifacts/code.zip").write_bytes(b"PK")
    (fleet.top / "modules/other/artifacts/code.zip").unlink()
    fleet.run("gen", "--locked")
    assert fleet.digests() == before


def test_a_function_that_leaves_the_spec_leaves_lock_and_modules(fleet: Scene) -> None:
    fleet.run("gen")
    fleet.spec(SPEC)
    assert (
        "the lock has `processor/code`, which the spec no longer asks for" in fleet.run("gen", "--check", code=1).stderr
    )
    fleet.run("gen")
    assert "functions" not in fleet.lock()
    assert not (fleet.top / "modules/processor/main.tf").exists()


def test_build_takes_names_of_functions(fleet: Scene) -> None:
    fleet.run("gen")
    digests = fleet.digests()
    shutil.rmtree(fleet.top / "modules")
    done = fleet.json("build", "other")["result"]
    assert done["artifacts"] == [{"path": "modules/other/artifacts/code.zip", "sha256": digests["other/code"]}]
    assert set(fleet.digests()) == {"other/code"}
    said = fleet.run("build", "others", code=2).stderr
    assert said == (
        "error[CLI002]: there is no layer or function with code `others`\n\n"
        "hint: the spec has: `other`, `processor`, `tools`, `words`\n\n1 error\n"
    )


def test_validate_counts_functions_and_finds_what_their_code_lacks(fleet: Scene) -> None:
    assert fleet.run("validate").stderr == "2 layers, 2 functions, 5 units: the spec is valid\n"
    assert fleet.json("validate")["result"]["functions"] == {
        "other": "python3.13/x86_64",
        "processor": "python3.12/arm64",
    }
    shutil.rmtree(fleet.top / "src/other")
    said = fleet.run("validate", code=2).stderr
    assert "error[OWN001]: the code `src/other` does not exist\n  --> layers.yaml:" in said


def test_why_tells_who_attaches_a_layer(fleet: Scene) -> None:
    fleet.run("gen")
    assert fleet.run("why", "beta").stdout == (
        "tools/python312-x86-64: beta 1.1\n  alpha -> beta\n"
        "tools/python312-arm64: beta 1.1\n  alpha -> beta\n  attached by processor\n"
        "words/all: beta 1.1\n  alpha -> beta\n  attached by other, processor\n"
    )
    found = {row["unit"]: row["functions"] for row in fleet.json("why", "beta")["result"]["units"]}
    assert found["words/all"] == ["other", "processor"]


# Conflicts


def conflicting(fleet: Scene, more: str = "") -> None:
    """Lock another version of beta in one of the two layers, and two versions of an own file."""
    make_wheel(fleet.wheels, "beta", "1.2", files={"beta/__init__.py": b"B = 2\n"})
    spec = SPEC.replace("requirements: [alpha]", "requirements: [alpha, beta==1.2]")
    spec = spec.replace("[alpha, native-thing]", "[alpha, native-thing, beta==1.1]")
    fleet.spec(spec + FUNCTIONS.replace("    layers: [words, tools]\n", f"    layers: [words, tools]\n{more}"))


def test_layers_that_mix_two_versions_are_refused(fleet: Scene) -> None:
    conflicting(fleet)
    said = fleet.run("gen", code=1).stderr
    assert (
        "error[CONF001]: `tools/python312-arm64` lays `beta` 1.1 over 1.2 of `words/all`, which mixes their files in "
        "`processor`\n"
        "  --> layers.yaml:29:21 (functions.processor.layers[1])\n"
        "   |\n"
        "29 |     layers: [words, tools]\n"
        "   |                     ^^^^^\n"
        "\n"
        "  1 file differs, such as python/beta/__init__.py\n\n"
        "hint: lock one version in both layers, or let one of them bring it; `overrides: [tools]` of the function says "
        "that it is meant\n"
    ) in said
    assert fleet.run("gen", code=1).stderr.count("CONF001") == 1
    conflicting(fleet, "    overrides: [tools]\n")
    assert "CONF" not in fleet.run("gen").stderr


def test_the_same_is_said_of_zips_that_stand_already(fleet: Scene) -> None:
    write(fleet.top, {"src/own/log.py": "one = 1\n", "src/two/log.py": "two = 2\n"})
    spec = SPEC.replace(
        "      requirements: [alpha]\n", "      requirements: [alpha]\n      include: [{path: src/two, to: own}]\n"
    )
    fleet.spec(spec + FUNCTIONS)
    first = fleet.run("gen").stderr
    assert (
        "warning[CONF002]: `tools/python312-arm64` replaces `python/own/log.py` of `words/all` with different content"
        in first
    )
    forget(fleet)
    warning = first[first.index("warning[CONF002]") : first.index("   |\n")]
    assert warning in fleet.run("gen").stderr
    assert warning in fleet.run("gen").stderr  # as the stamp has it
    assert warning in fleet.run("build", "words", "tools").stderr
    shutil.rmtree(fleet.top / "modules/words/artifacts")
    assert "CONF" not in fleet.run("build", "tools").stderr


def test_code_that_shadows_a_layer_is_noted(fleet: Scene) -> None:
    write(fleet.top, {"src/processor/beta.py": ""})
    said = fleet.run("gen").stderr
    assert (
        "note[CONF004]: the code of `processor` has `beta` too, which Python finds before what is in `words/all`\n"
        in said
    )


# Budgets


def budget(fleet: Scene, size: int) -> None:
    external = f"externals:\n  powertools:\n    arns: {{eu-west-1: '{ARN}'}}\n    size: {size}\n"
    fleet.spec(SPEC + external + FUNCTIONS.replace("[words, tools]", "[words, tools, powertools]"))


def test_a_function_over_the_limit_is_refused(fleet: Scene) -> None:
    budget(fleet, 262_144_000)
    said = fleet.run("gen", code=1).stderr
    assert "error[BUDG001]: `processor` has 262,1" in said
    assert "bytes unzipped with its layers, over the 262,144,000 that Lambda allows\n" in said
    assert "    262,144,000 bytes: `powertools`\n" in said
    assert "             34 bytes: its code\n" in said


def test_the_check_of_a_merged_lock_counts_without_zips(fleet: Scene) -> None:
    budget(fleet, 1_000)
    fleet.run("gen")
    shutil.rmtree(fleet.top / "modules/words/artifacts")
    fleet.run("gen", "--check")
    budget(fleet, 250_000_000)
    warned = fleet.run("gen", "--check").stderr
    assert "warning[BUDG002]: `processor` has 250,0" in warned
    budget(fleet, 262_144_000)
    assert "error[BUDG001]" in fleet.run("gen", "--check", code=1).stderr


def test_a_function_of_a_pushed_layer_reads_the_lock_alone(fleet: Scene) -> None:
    """What `build` of one name knows of other layers is what the lock says."""
    budget(fleet, 1_000)
    fleet.run("gen")
    budget(fleet, 262_144_000)
    shutil.rmtree(fleet.top / "modules")
    assert "error[BUDG001]" in fleet.run("build", "words", code=1).stderr
    assert json.loads(fleet.run("build", "tools", "--json", code=1).stdout)["diagnostics"][0]["code"] == "BUDG001"
