"""The whole line, as a user runs it: what it writes, when it writes, what it refuses."""

import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

from layerforge.foresee.words import size
from support.scene import SPEC, Scene
from support.wheels import make_wheel


def test_gen_locks_builds_and_renders(scene: Scene) -> None:
    done = scene.run("gen")
    assert done.stdout == ""
    units = {"tools/python312-x86-64", "tools/python312-arm64", "words/all"}
    digests = scene.digests()
    assert set(digests) == units
    locked = {
        f"{layer}/{key}": unit["artifact"]["sha256"]
        for layer, table in scene.lock()["layers"].items()
        for key, unit in table.items()
    }
    assert locked == digests
    for layer in ("tools", "words"):
        artifacts = (scene.top / f"modules/{layer}/artifacts.tf").read_text()
        assert all(digest in artifacts for unit, digest in digests.items() if unit.startswith(layer))
    with zipfile.ZipFile(scene.top / "modules/tools/artifacts/python312-arm64.zip") as archive:
        names = archive.namelist()
        assert archive.read("python/native_thing/_c.txt") == b"aarch64"
        assert archive.read("bin/alpha-run") == b"#!/usr/bin/env python3\nprint(1)\n"
        assert archive.getinfo("python/own/run.sh").external_attr >> 16 & 0o777 == 0o755
    assert names == sorted(names)
    assert {"python/alpha/__init__.py", "python/beta/data.json", "python/own/log.py"} <= set(names)


def test_nothing_written_names_a_host_a_path_or_a_day(scene: Scene) -> None:
    scene.run("gen")
    for name, content in scene.tree().items():
        if name.endswith(".zip"):
            continue
        assert str(scene.top).encode() not in content, name
        assert b"127.0.0.1" not in content, name
        assert re.search(rb"20[2-9]\d-\d\d-\d\d", content) is None, name


def test_a_second_gen_writes_nothing_and_asks_nobody(scene: Scene) -> None:
    scene.run("gen")
    before = {path: path.stat().st_mtime_ns for path in scene.top.rglob("*")}
    scene.index.requests.clear()
    assert "everything is up to date" in scene.run("gen").stderr
    assert {path: path.stat().st_mtime_ns for path in scene.top.rglob("*")} == before
    assert scene.index.requests == []


def test_a_gen_with_nothing_to_do_loads_nothing_heavy(scene: Scene) -> None:
    scene.run("gen")
    loaded = scene.run("gen", PYTHONPROFILEIMPORTTIME="1").stderr
    assert "everything is up to date" in loaded
    assert "layerforge.cli.stamp" in loaded
    heavy = r"pydantic|jinja2|boto3|urllib3|yaml|packaging|platformdirs|asyncio|subprocess|concurrent|layerforge\.lock"
    assert re.findall(rf"\| +({heavy})$", loaded, re.MULTILINE) == []


def test_every_command_answers_in_json_whatever_comes_of_it(scene: Scene) -> None:
    def answers(code: int, *commands: str) -> None:
        for command in commands:
            done = scene.run(*command.split(), "--json", code=code)
            answer = json.loads(done.stdout)
            assert (answer["command"], answer["exit_code"], done.stderr) == (command.split()[0], code, ""), command
            assert all(item["code"] and item["message"] for item in answer["diagnostics"])
            assert bool(answer["diagnostics"]) >= (code != 0)

    answers(0, "validate", "schema", "cache verify", "cache prune", "cache dir")
    answers(1, "lock --check", "gen --check", "gen --locked", "render", "build --locked", "why alpha")
    answers(0, "lock", "gen", "gen", "gen --check", "gen --locked", "lock --check", "build", "render --check")
    answers(0, "why beta", "cache verify")
    answers(1, "why nothing")
    answers(2, "init", "build nothing", "test nothing", "gen --jobs 0", "gen --facts nothing", "why")
    scene.spec(SPEC.replace("requirements: [alpha]", "requirements: [no-such-package]"))
    answers(2, "lock", "gen")
    scene.spec("layers: [")
    answers(2, "validate", "lock", "build", "render", "gen", "why alpha")


def test_without_its_stamp_gen_still_writes_nothing(scene: Scene) -> None:
    scene.run("gen")
    before = scene.tree()
    for stamp in (scene.home / "cache/stamps").iterdir():
        stamp.unlink()
    scene.index.requests.clear()
    assert "everything is up to date" in scene.run("gen").stderr
    assert scene.tree() == before
    assert scene.index.requests == []


def test_another_machine_gets_the_same_from_the_lock_alone(scene: Scene, tmp_path: Path) -> None:
    scene.run("gen")
    before = scene.tree()
    for path in (scene.top / "modules").rglob("*.zip"):
        if path.parent.name == "artifacts":
            path.unlink()
    caches = {"LAYERFORGE_CACHE_DIR": str(tmp_path / "new"), "UV_CACHE_DIR": str(tmp_path / "newuv")}
    said = scene.run("gen", "--locked", **caches).stderr
    assert scene.tree() == before
    zips = sorted(name for name in before if "/artifacts/" in name)
    assert zips
    sizes = {name: size((scene.top / name).stat().st_size) for name in zips}
    assert sorted(said.splitlines()) == [f"built {name} ({sizes[name]})" for name in zips]


def test_a_newer_release_in_the_index_changes_nothing_until_an_upgrade(scene: Scene) -> None:
    scene.run("gen")
    before = scene.tree()
    make_wheel(scene.wheels, "beta", "1.2")
    scene.run("gen", UV_CACHE_DIR=str(scene.home / "uv2"))
    assert scene.tree() == before
    scene.run("gen", "--upgrade", "beta", UV_CACHE_DIR=str(scene.home / "uv2"))
    after = scene.tree()
    changed = {name for name in before | after if before.get(name) != after.get(name)}
    assert changed == {
        "layers.lock.json",
        "modules/tools/artifacts.tf",
        "modules/tools/artifacts/python312-arm64.zip",
        "modules/tools/artifacts/python312-x86-64.zip",
        "modules/words/artifacts.tf",
        "modules/words/artifacts/all.zip",
    }


def test_a_changed_requirement_resolves_only_its_layer(scene: Scene) -> None:
    scene.run("gen")
    before = scene.digests()
    make_wheel(scene.wheels, "gamma", "1.0")
    make_wheel(scene.wheels, "beta", "1.9")
    scene.spec(SPEC.replace("requirements: [alpha]\n", "requirements: [alpha, gamma]\n"))
    scene.run("gen", UV_CACHE_DIR=str(scene.home / "uv2"))
    after = scene.digests()
    assert {unit for unit in before if before[unit] != after[unit]} == {"words/all"}
    pins = {pin["name"]: pin["version"] for pin in scene.lock()["layers"]["words"]["all"]["inputs"]["pins"]}
    assert pins == {"alpha": "1.0", "beta": "1.1", "gamma": "1.0"}


def test_own_code_that_changed_is_built_again(scene: Scene) -> None:
    scene.run("gen")
    before = scene.digests()
    (scene.top / "src/own/log.py").write_text("def log() -> None: ...\n")
    check = scene.json("gen", "--check", code=1)
    assert [item["message"] for item in check["diagnostics"]]
    scene.run("gen")
    after = scene.digests()
    assert {unit for unit in before if before[unit] != after[unit]} == {
        "tools/python312-arm64",
        "tools/python312-x86-64",
    }


def test_a_pins_file_that_comes_and_changes_is_read(scene: Scene) -> None:
    scene.run("gen")
    pins = scene.top / "layers.pins.json"
    pins.write_text('{"version": 1, "channels": {"gone": {}}}')
    assert "PINS006" in scene.run("gen").stderr
    assert "everything is up to date" in scene.run("gen").stderr
    pins.write_text('{"version": 1, "channels": {"words": {"stable": {"all": {"eu-west-1": "arn:aws:x"}}}}}')
    assert "PINS005" in scene.run("gen", code=2).stderr


def test_a_digest_that_was_altered_in_the_lock_is_found(scene: Scene) -> None:
    scene.run("gen")
    path = scene.top / "layers.lock.json"
    lock = scene.lock()
    right = lock["layers"]["words"]["all"]["artifact"]["sha256"]
    wrong = "0" * 64
    path.write_text(path.read_text().replace(right, wrong))
    for command in ("--locked", "-q"):
        said = scene.run("gen", command, code=1).stderr
        assert "words/all" in said
        assert right in said
        assert wrong in said
    assert scene.digests().get("words/all") in {None, right}


def test_check_says_what_is_stale_and_needs_no_network(scene: Scene) -> None:
    scene.run("gen")
    assert scene.json("gen", "--check", code=0)["diagnostics"] == []
    main = scene.top / "modules/words/main.tf"
    main.write_text(main.read_text() + "# edited\n")
    (scene.top / "modules/words/README.md").unlink()
    shutil.rmtree(scene.top / "modules/tools")
    old = scene.top / "modules/old/main.tf"
    old.parent.mkdir()
    old.write_text(main.read_text())
    scene.index.refuse = 500
    check = scene.json("gen", "--check", code=1)
    hint = "run `layerforge gen` and commit what it writes"
    assert [(item["code"], item["message"], item["hint"]) for item in check["diagnostics"]] == [
        ("CLI010", "`old` belongs to nothing in the spec any more", hint),
        ("CLI010", "`tools` is missing", hint),
        ("CLI010", "`words` is not what the spec and the lock give", hint),
    ]
    assert check["diagnostics"][2]["notes"] == ["missing: `README.md`", "different: `main.tf`"]
    assert check["diagnostics"][2]["location"]["file"] == "modules/words"
    assert check["result"]["modules"]["changed"] == ["words/main.tf"]
    said = scene.run("gen", "--check", code=1).stderr
    assert said.count("hint: ") == 1
    assert said.endswith(f"  missing: `README.md`\n  different: `main.tf`\n\nhint: {hint}\n\n3 errors\n")
    scene.run("gen")
    assert scene.json("gen", "--check", code=0)["diagnostics"] == []


def test_gen_and_check_and_render_say_what_an_apply_will_do(scene: Scene) -> None:
    assert (
        "  tools  new layer: `tools-python312-x86-64`, `tools-python312-arm64` are published" in scene.run("gen").stderr
    )
    before = scene.digests()["words/all"]
    (scene.top / "src/own/log.py").write_text("changed = True\n")
    scene.spec(SPEC.replace("Pure words", "Other words").replace("split: none", "split: none\n    license: MIT"))
    assert scene.json("gen", "--check", code=1)["result"] == {}  # the lock is stale: what comes is not known
    scene.run("lock")
    scene.run("build")
    words = "  words                   the new description and license wait for the next content\n"
    checked = scene.run("gen", "--check", code=1).stderr
    assert words in checked
    assert "  tools/python312-arm64   new version: content " in checked
    told = scene.json("render", "--check", code=1)["result"]["effects"]
    assert [(one["name"], one["unit"], one["kind"]) for one in told] == [
        ("tools", "python312-x86-64", "version"),
        ("tools", "python312-arm64", "version"),
        ("words", None, "words wait"),
    ]
    said = scene.run("gen").stderr
    assert words in said
    assert "wrote modules/words: README.md, main.tf\n" in said
    assert scene.json("gen")["result"]["effects"] == []
    assert scene.digests()["words/all"] == before


def test_a_layer_that_left_the_spec_takes_its_module_along_but_nobody_elses_files(scene: Scene) -> None:
    scene.run("gen")
    notes = scene.top / "modules/words/NOTES.txt"
    notes.write_text("mine")
    mine = scene.top / "modules/mine/main.tf"
    mine.parent.mkdir()
    mine.write_text("# mine\n")
    scene.spec(SPEC.partition("  words:")[0])
    scene.run("gen")
    assert not (scene.top / "modules/words/main.tf").exists()
    assert notes.read_text() == "mine"
    assert mine.read_text() == "# mine\n"
    assert set(scene.lock()["layers"]) == {"tools"}


def test_a_file_of_somebody_elses_in_the_way_is_an_error_and_stays(scene: Scene) -> None:
    main = scene.top / "modules/words/main.tf"
    main.parent.mkdir(parents=True)
    main.write_text('resource "x" "y" {}\n')
    said = scene.run("gen", code=1).stderr
    assert "modules/words/main.tf" in said
    assert main.read_text() == 'resource "x" "y" {}\n'


def test_conflict_markers_in_lock_and_modules_are_made_whole(scene: Scene) -> None:
    scene.run("gen")
    before = scene.tree()
    lock = scene.top / "layers.lock.json"
    text = lock.read_text()
    line = next(line for line in text.splitlines() if '"beta"' in line)
    other = line.replace("1.1", "1.0")
    lock.write_text(text.replace(line, f"<<<<<<< HEAD\n{line}\n=======\n{other}\n>>>>>>> branch", 1))
    module = scene.top / "modules/words/artifacts.tf"
    content = module.read_text()
    module.write_text(content.replace("locals {", "<<<<<<< HEAD\nlocals {\n=======\nlocals{\n>>>>>>> branch", 1))
    said = scene.run("gen", "--locked", code=1).stderr
    assert "conflict" in said
    scene.run("gen")
    assert scene.tree() == before


def test_several_specs_share_one_modules_folder(scene: Scene) -> None:
    (scene.top / "team").mkdir()
    (scene.top / "team/more.yaml").write_text(
        SPEC.partition("  tools:")[0] + "  words:" + SPEC.partition("  words:")[2]
    )
    scene.spec(SPEC.partition("  words:")[0])
    scene.run("gen", "--spec", "layers.yaml", "--spec", "team/more.yaml")
    assert (scene.top / "team/more.lock.json").exists()
    assert (scene.top / "modules/words/main.tf").exists()
    before = scene.tree()
    scene.run("gen")
    assert scene.tree() == before
    (scene.top / "team/more.yaml").write_text(SPEC.replace("words", "tools2"))
    twice = scene.run("gen", "--spec", "layers.yaml", "--spec", "team/more.yaml", code=2).stderr
    assert "`tools`" in twice


def test_why_tells_the_chain(scene: Scene) -> None:
    scene.run("gen")
    assert scene.run("why", "Beta").stdout == (
        "tools/python312-x86-64: beta 1.1\n  alpha -> beta\n"
        "tools/python312-arm64: beta 1.1\n  alpha -> beta\n"
        "words/all: beta 1.1\n  alpha -> beta\n"
    )
    said = scene.run("why", "nothing", code=1).stderr
    assert said.startswith("error[CLI007]: no layer has `nothing`\n")
    assert "hint: names are those of distributions (`PyYAML`), not of modules (`yaml`)\n" in said


def test_init_then_gen(scene: Scene) -> None:
    make_wheel(scene.wheels, "requests", "2.32.5")
    fresh = scene.top / "fresh"
    fresh.mkdir()
    scene.run("init", cwd=fresh)
    assert (fresh / ".gitignore").read_text() == "/modules/*/artifacts/\n"
    json.loads((fresh / "layers.schema.json").read_text())
    scene.run("gen", cwd=fresh)
    assert (fresh / "modules/shared-utils/artifacts/all.zip").exists()
    assert "CLI004" in scene.run("init", cwd=fresh, code=2).stderr


def test_all_of_a_specs_problems_come_at_once_and_nothing_is_written(scene: Scene) -> None:
    scene.spec(SPEC.replace("requirements: [alpha]", "requirments: [alpha]").replace("o-abc123def4", "o-x"))
    before = scene.tree()
    check = scene.json("gen", code=2)
    places = [(item["code"][:4], item["location"]["line"]) for item in check["diagnostics"]]
    assert len(places) == 2
    assert places == sorted(places, key=lambda item: item[1])
    assert scene.tree() == before


def test_effects_since_a_commit(scene: Scene) -> None:
    def git(*words: str) -> None:
        who = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main")
        subprocess.run(["git", *who, *words], cwd=scene.top, check=True, capture_output=True)

    def since(commit: str, *more: str) -> list[tuple[str, str | None, str]]:
        told = scene.json("gen", "--since", commit, *more)["result"]["effects"]
        return [(one["name"], one["unit"], one["kind"]) for one in told]

    regions = "regions:\n  eu-west-1: active\n"
    scene.spec(SPEC + regions)
    scene.run("gen")
    git("init")
    (scene.top / ".gitignore").write_text("artifacts/\n")
    git("add", ".")
    git("commit", "-m", "before")
    alone = SPEC.partition("  words:")[0]
    scene.spec(alone.replace("What the team", "What a team") + "regions:\n  eu-west-1: paused\n  us-east-1: active\n")
    scene.run("gen")
    expected = [
        ("tools", None, "words wait"),
        ("words", None, "left"),
        ("eu-west-1", None, "paused"),
        ("us-east-1", None, "new"),
    ]
    assert since("HEAD") == expected
    git("add", ".")
    git("commit", "-m", "after")
    assert since("HEAD~1", "--check") == expected
    said = scene.run("gen", "--check", "--since", "HEAD").stderr
    assert re.match(r"`terraform apply` has nothing to do, if commit [0-9a-f]{8} has been applied: 1 layer\n", said)
    scene.spec(alone + "regions:\n  eu-west-1: retired\n")
    shutil.rmtree(scene.top / "roots")
    assert [one for one in since("HEAD~1") if one[0] != "tools"] == [
        ("words", None, "left"),
        ("eu-west-1", None, "left"),
    ]
    answer = scene.json("render", "--since=--all", code=2)["diagnostics"]
    assert [(item["code"], item["message"]) for item in answer] == [("CLI015", "git knows no commit `--all` here")]
    assert answer[0]["hint"] == "name a commit, a branch or a tag; a shallow clone may have to fetch it first"
