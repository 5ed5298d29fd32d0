"""The data files: complete, consistent, and with room for the user's own."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from layerforge.diagnostics import SpecError
from layerforge.facts import load as facts_load
from layerforge.facts.load import load_facts, version_key
from layerforge.names import RUNTIME_ID, Architecture, RuntimeId
from support.specs import tell

ROW = {
    "id": "python3.16",
    "family": "python",
    "version": "3.16",
    "os": "AL2023",
    "architectures": ["arm64"],
    "patch_floor": "3.16.1",
    "deprecation": "2031-06-30",
}


def write(folder: Path, table: object) -> Path:
    path = folder / "facts.json"
    path.write_text(table if isinstance(table, str) else json.dumps(table))
    return path


def test_shipped_files_name_their_source_and_date() -> None:
    for path in sorted(Path(facts_load.__file__).parent.glob("*.json")):
        table = json.loads(path.read_text(encoding="utf-8"))
        assert table["source"], path.name
        assert date.fromisoformat(table["date"]), path.name


def test_shipped_runtimes_are_consistent() -> None:
    for runtime in load_facts().runtimes.values():
        dates = (runtime.deprecation, runtime.block_create, runtime.block_update)
        assert runtime.architectures, runtime.id
        assert all(dates) or not any(dates), runtime.id
        assert runtime.preview == (runtime.deprecation is None), runtime.id
        assert (
            runtime.block_create is None or runtime.block_update is None or runtime.block_create <= runtime.block_update
        )
        if (parts := RUNTIME_ID.fullmatch(runtime.id)) is not None and not runtime.id.startswith("dotnetcore"):
            assert parts["family"] == runtime.family, runtime.id
        if runtime.family == "python":
            assert runtime.id == f"python{runtime.version}"
        assert runtime.provider_minimum is None or version_key(runtime.provider_minimum) >= (5, 100, 0)


def test_pythons_that_can_be_used_have_a_lowest_patch_release() -> None:
    for runtime in load_facts().runtimes.values():
        if runtime.family == "python" and (runtime.block_create is None or runtime.block_create > date(2026, 11, 21)):
            assert runtime.patch_floor is not None
            assert re.fullmatch(rf"{re.escape(runtime.version or '')}\.\d+", runtime.patch_floor)


def test_al2_ends_with_python_311() -> None:
    runtimes = load_facts().runtimes
    assert (runtimes[RuntimeId("python3.11")].os, runtimes[RuntimeId("python3.11")].glibc) == ("AL2", (2, 26))
    assert (runtimes[RuntimeId("python3.12")].os, runtimes[RuntimeId("python3.12")].glibc) == ("AL2023", (2, 34))


def test_limits_are_awss() -> None:
    limits = load_facts().limits
    assert (limits.unzipped_bytes, limits.direct_upload_zipped_bytes) == (262_144_000, 52_428_800)
    assert (limits.layers_per_function, limits.compatible_runtimes, limits.layer_name_characters) == (5, 15, 140)


def test_limits_of_functions_are_consistent() -> None:
    functions = load_facts().functions
    for least, most in (functions.memory, functions.timeout, functions.ephemeral_storage):
        assert 0 < least < most
    assert functions.timeout == (1, 900)
    assert list(functions.log_retention_days) == sorted(set(functions.log_retention_days))
    assert functions.snap_start_ephemeral_storage == functions.ephemeral_storage[0]
    assert {"AWS_REGION", "_HANDLER", "LAMBDA_TASK_ROOT"} <= functions.reserved_environment


def test_every_language_has_its_form_of_handlers() -> None:
    facts = load_facts()
    families = {runtime.family for runtime in facts.runtimes.values()} - {"provided", "go"}
    assert set(facts.functions.handlers) == families
    for handler in facts.functions.handlers.values():
        assert handler.pattern.fullmatch(handler.form)
        assert not handler.pattern.fullmatch("a b.c")


def test_snapshots_begin_with_runtimes_that_there_are() -> None:
    facts = load_facts()
    for family, version in facts.functions.snap_start.items():
        assert any(one.family == family and one.version == version for one in facts.runtimes.values())


def test_every_region_is_in_one_partition() -> None:
    facts = load_facts()
    for partition in facts.partitions:
        for region in partition.regions:
            assert [one.name for one in facts.partitions if one.pattern.fullmatch(region)] == [partition.name]
            assert facts.partition(region) is partition
    assert facts.partition("aws-global") is None


def test_a_file_of_the_users_adds_and_replaces(tmp_path: Path) -> None:
    changed = {**ROW, "id": "python3.13", "version": "3.13"}
    facts = load_facts(write(tmp_path, {"runtimes": [ROW, changed]}))
    new = facts.runtimes[RuntimeId("python3.16")]
    assert (new.glibc, new.patch_floor, new.deprecation) == ((2, 34), "3.16.1", date(2031, 6, 30))
    assert (new.preview, new.block_create, new.provider_minimum) == (False, None, None)
    assert facts.runtimes[RuntimeId("python3.13")].architectures == (Architecture.ARM64,)
    assert RuntimeId("python3.16") not in load_facts().runtimes
    assert facts.date == load_facts().date


def test_a_file_of_the_users_may_bring_its_own_operating_system(tmp_path: Path) -> None:
    table = {"operating_systems": {"AL2027": {"glibc": "2.40"}}, "runtimes": [{**ROW, "os": "AL2027"}]}
    assert load_facts(write(tmp_path, table)).runtime(RuntimeId("python3.16")).glibc == (2, 40)


def test_an_unknown_runtime_is_taken_for_the_next_of_its_family() -> None:
    facts = load_facts()
    likely = facts.runtime(RuntimeId("python3.16"))
    assert (likely.family, likely.version, likely.os, likely.glibc) == ("python", "3.16", "AL2023", (2, 34))
    assert (likely.patch_floor, likely.architectures) == ("3.16.0", tuple(Architecture))
    assert (likely.deprecation, likely.block_create, likely.preview, likely.provider_minimum) == (
        None,
        None,
        False,
        None,
    )
    node = facts.runtime(RuntimeId("nodejs28.x"))
    assert (node.family, node.version, node.patch_floor) == ("nodejs", "28", None)
    assert facts.runtime(RuntimeId("python3.12")) is facts.runtimes[RuntimeId("python3.12")]
    with pytest.raises(ValueError, match=r"^'3.12' is not a runtime identifier$"):
        facts.runtime(RuntimeId("3.12"))


def test_the_newest_provider_that_a_runtime_needs() -> None:
    assert load_facts().newest_provider_minimum == "6.21.0"
    assert version_key("5.100.0") > version_key("5.99.1")


BAD = "has another form: "
HINT = "  hint: `--facts` takes a JSON file of the form of `layerforge/facts/runtimes.json`\n"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("{", "is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ("[]", "holds no object"),
        ({}, "has another form: `runtimes` must be a list of objects"),
        ({"runtimes": ["python3.16"]}, "has another form: `runtimes` must be a list of objects"),
        ({"operating_systems": []}, "has another form: `operating_systems` must be an object"),
        (
            {"operating_systems": {"AL2027": {"glibc": 2}}},
            'has another form: the operating system `AL2027` needs its C library: `{"glibc": "2.34"}`',
        ),
        ({"runtimes": [{**ROW, "os": "BSD"}]}, f"{BAD}`os` of the runtime `python3.16` cannot be `BSD`"),
        ({"runtimes": [{**ROW, "os": []}]}, f"{BAD}`os` of the runtime `python3.16` cannot be `[]`"),
        ({"runtimes": [{**ROW, "family": 7}]}, f"{BAD}`family` of the runtime `python3.16` cannot be `7`"),
        ({"runtimes": [{**ROW, "version": 3.16}]}, f"{BAD}`version` of the runtime `python3.16` cannot be `3.16`"),
        ({"runtimes": [{**ROW, "preview": "no"}]}, f"{BAD}`preview` of the runtime `python3.16` cannot be `no`"),
        (
            {"runtimes": [{**ROW, "provider_minimum": ">=6"}]},
            f"{BAD}`provider_minimum` of the runtime `python3.16` cannot be `>=6`",
        ),
        (
            {"runtimes": [{**ROW, "architectures": "arm64"}]},
            f"{BAD}`architectures` of the runtime `python3.16` cannot be `arm64`",
        ),
        (
            {"runtimes": [{**ROW, "architectures": ["amd64"]}]},
            f"{BAD}`architectures` of the runtime `python3.16` cannot be `['amd64']`",
        ),
        (
            {"runtimes": [{**ROW, "deprecation": "soon"}]},
            f"{BAD}`deprecation` of the runtime `python3.16` cannot be `soon`",
        ),
        ({"runtimes": [{**ROW, "id": "3.16"}]}, f"{BAD}`3.16` is not a runtime identifier"),
        ({"runtimes": [{"family": "python"}]}, f"{BAD}`None` is not a runtime identifier"),
        ({"runtimes": [{"id": "python3.16", "os": "AL2023"}]}, f"{BAD}the runtime `python3.16` lacks `family`"),
        (
            {"runtimes": [{**ROW, "deprecated": "2031-06-30"}]},
            f"{BAD}the runtime `python3.16` has an unknown field `deprecated`",
        ),
        ({"runtimes": [ROW, ROW]}, f"{BAD}the runtime `python3.16` stands in it twice"),
    ],
)
def test_a_file_in_another_form_is_told(table: object, said: str, tmp_path: Path) -> None:
    path = write(tmp_path, table)
    with pytest.raises(SpecError) as caught:
        load_facts(path)
    assert tell(caught.value.diagnostics) == f"error FACT002 {path}\n  the facts file {said}\n{HINT}"


def test_json_that_is_too_deep_is_told(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        load_facts(write(tmp_path, "[" * 200_000))
    (one,) = caught.value.diagnostics
    assert (one.code, one.message.startswith("the facts file is not JSON: ")) == ("FACT002", True)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        load_facts(tmp_path / "none.json")
    assert tell(caught.value.diagnostics) == (
        f"error FACT001 {tmp_path / 'none.json'}\n  the facts file cannot be read: No such file or directory\n{HINT}"
    )
