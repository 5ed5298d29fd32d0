"""What a target looks like to a resolver, from the facts alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.markers import Marker

from layerforge.diagnostics import Diagnostic, SpecError
from layerforge.facts.load import load_facts
from layerforge.lock.targets import Platform, asks_for_host, manylinux, platform_of, shared_tags
from layerforge.names import Architecture
from support import plans

PYTHONS = ["python3.9", "python3.10", "python3.11", "python3.12", "python3.13", "python3.14"]


def platform(runtime: str, architecture: str = "x86_64") -> Platform:
    return platform_of(plans.targets([runtime], [architecture])[0], load_facts())


def tags(runtime: str, architecture: str = "x86_64") -> list[str]:
    return [str(tag) for tag in platform(runtime, architecture).tags]


@pytest.mark.parametrize(
    ("runtime", "loads", "does_not_load"),
    [
        (
            "python3.11",
            ["manylinux1", "manylinux2010", "manylinux2014", "manylinux_2_17", "manylinux_2_24", "manylinux_2_26"],
            ["manylinux_2_27", "manylinux_2_28", "manylinux_2_31", "manylinux_2_34", "musllinux_1_1", "linux"],
        ),
        (
            "python3.12",
            ["manylinux1", "manylinux2014", "manylinux_2_26", "manylinux_2_28", "manylinux_2_31", "manylinux_2_34"],
            ["manylinux_2_35", "manylinux_2_39", "musllinux_1_2", "linux"],
        ),
    ],
)
def test_a_c_library_loads_what_was_built_for_it_or_an_older_one(
    runtime: str, loads: list[str], does_not_load: list[str]
) -> None:
    found = {tag.rsplit("-", 1)[1] for tag in tags(runtime)}
    assert {f"{name}_x86_64" for name in loads} <= found
    assert not {f"{name}_x86_64" for name in does_not_load} & found


def test_platforms_come_newest_first_with_legacy_names_in_their_places() -> None:
    assert list(manylinux((2, 18), Architecture.ARM64)) == [
        "manylinux_2_18_aarch64",
        "manylinux_2_17_aarch64",
        "manylinux2014_aarch64",
    ]
    found = list(manylinux((2, 13), Architecture.X86_64))
    assert found[:4] == [
        "manylinux_2_13_x86_64",
        "manylinux_2_12_x86_64",
        "manylinux2010_x86_64",
        "manylinux_2_11_x86_64",
    ]
    assert found[-2:] == ["manylinux_2_5_x86_64", "manylinux1_x86_64"]


def test_the_best_tags_come_first() -> None:
    found = tags("python3.12", "arm64")
    assert found[:2] == ["cp312-cp312-manylinux_2_34_aarch64", "cp312-cp312-manylinux_2_33_aarch64"]
    order = [
        "cp312-cp312-manylinux_2_17_aarch64",
        "cp312-abi3-manylinux_2_34_aarch64",
        "cp312-none-manylinux_2_17_aarch64",
        "cp311-abi3-manylinux_2_34_aarch64",
        "cp38-abi3-manylinux2014_aarch64",
        "py312-none-manylinux_2_28_aarch64",
        "py3-none-manylinux_2_28_aarch64",
        "cp312-none-any",
        "py3-none-any",
        "py30-none-any",
    ]
    assert sorted(order, key=found.index) == order


@pytest.mark.parametrize(
    "tag", ["cp313-cp313-manylinux_2_17_x86_64", "cp312-cp312t-manylinux_2_17_x86_64", "py2-none-any"]
)
def test_another_python_is_not_loaded(tag: str) -> None:
    assert tag not in tags("python3.12")


def test_a_free_threaded_host_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = tags("python3.13")
    monkeypatch.setattr("sysconfig.get_config_var", {"Py_GIL_DISABLED": 1}.get)
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    assert tags("python3.13") == before


def test_all_eleven_markers_come_from_the_facts() -> None:
    assert platform("python3.11", "arm64").environment == {
        "implementation_name": "cpython",
        "implementation_version": "3.11.4",
        "os_name": "posix",
        "platform_machine": "aarch64",
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": "3.11.4",
        "python_version": "3.11",
        "sys_platform": "linux",
    }


@given(st.sampled_from(PYTHONS), st.sampled_from(["x86_64", "arm64"]), st.sampled_from(PYTHONS))
def test_a_targets_marker_holds_for_it_and_for_no_other(runtime: str, architecture: str, other: str) -> None:
    own, another = platform(runtime, architecture), platform(other, "x86_64")
    assert Marker(own.marker).evaluate({**own.environment})
    assert Marker(own.marker).evaluate({**another.environment}) == (own.target == another.target)


@given(st.lists(st.tuples(st.sampled_from(PYTHONS), st.sampled_from(["x86_64", "arm64"])), min_size=1, max_size=5))
def test_shared_tags_are_loaded_by_all_in_the_first_ones_order(aims: list[tuple[str, str]]) -> None:
    platforms = [platform(*aim) for aim in aims]
    shared = shared_tags(platforms)
    assert set(shared) == set.intersection(*(set(item.tags) for item in platforms))
    order = list(platforms[0].tags)
    assert sorted(shared, key=order.index) == list(shared)
    assert "py3-none-any" in {str(tag) for tag in shared}


def test_architectures_share_pure_wheels_alone_and_pythons_share_abi3() -> None:
    pure = shared_tags([platform("python3.12"), platform("python3.12", "arm64")])
    assert {tag.platform for tag in pure} == {"any"}
    stable = shared_tags([platform("python3.11"), platform("python3.12")])
    assert {tag.abi for tag in stable} == {"abi3", "none"}
    assert "manylinux_2_28_x86_64" not in {tag.platform for tag in stable}


@pytest.mark.parametrize(
    ("marker", "answer"),
    [
        ("platform_release >= '5'", True),
        ("sys_platform == 'linux' and 'x' in platform_version", True),
        ("os.release == '5'", False),
        ("python_version > '3' and sys_platform != 'platform_release'", False),
        ('implementation_version > "3"', False),
    ],
)
def test_markers_that_look_at_the_host(marker: str, answer: bool) -> None:
    assert asks_for_host(marker) is answer


def test_a_runtime_that_the_facts_do_not_know_is_taken_for_the_next_one() -> None:
    unknown, newest = platform("python3.99"), platform("python3.14")
    assert (unknown.python, unknown.full, unknown.glibc, unknown.os) == ((3, 99), "3.99.0", newest.glibc, newest.os)


def test_a_runtime_whose_python_is_not_known() -> None:
    with pytest.raises(SpecError) as caught:
        platform("python3.7")
    assert caught.value.diagnostics == (
        Diagnostic(
            code="UV020",
            message="packages cannot be chosen for the runtime `python3.7`: its Python is not known",
            hint="add the runtime with `version`, `os` and `patch_floor` to a file, and give it as `--facts FILE`",
        ),
    )
