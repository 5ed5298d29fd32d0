"""Which wheel a target gets."""

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.pylock import Package, Pylock

from layerforge.facts.load import load_facts
from layerforge.lock.select import host_markers, select, why_not
from layerforge.lock.targets import Platform, platform_of
from layerforge.names import PackageName
from support import plans

NAME = PackageName("a")
X86 = "manylinux_2_17_x86_64"


def platform(runtime: str = "python3.12", architecture: str = "x86_64") -> Platform:
    return platform_of(plans.targets([runtime], [architecture])[0], load_facts())


def digest(file: str) -> str:
    return plans.sha256(file)


def package(*files: str, marker: str | None = None, version: str = "1.0", sdist: bool = True) -> dict[str, object]:
    return {
        "name": "a",
        "version": version,
        **({"marker": marker} if marker else {}),
        **({"sdist": {"url": f"https://example.com/a-{version}.tar.gz", "hashes": {"sha256": "0"}}} if sdist else {}),
        "wheels": [{"url": f"https://example.com/{file}", "hashes": {"sha256": digest(file)}} for file in files],
    }


def lock(*packages: dict[str, object], **others: object) -> Pylock:
    return Pylock.from_dict({"lock-version": "1.0", "created-by": "test", "packages": list(packages), **others})


def chosen(*files: str, target: Platform | None = None, allowed: Sequence[str] | None = None) -> str | None:
    aim = target or platform()
    hashes = None if allowed is None else {NAME: frozenset(map(digest, allowed))}
    wheel = select(lock(package(*files)), aim, aim.tags, hashes=hashes).choices[NAME].wheel
    return wheel.filename if wheel else None


BEST_FIRST = [
    "a-1.0-cp312-cp312-manylinux_2_28_x86_64.whl",
    "a-1.0-2-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    "a-1.0-1-cp312-cp312-manylinux_2_17_x86_64.whl",
    "a-1.0-cp312-cp312-manylinux_2_17_x86_64.whl",
    "a-1.0-cp39-abi3-manylinux_2_34_x86_64.whl",
    "a-1.0-py3-none-manylinux1_x86_64.whl",
    "a-1.0-py3-none-any.whl",
]


@given(st.data())
def test_the_best_wheel_wins_in_any_order(data: st.DataObject) -> None:
    offered = data.draw(st.lists(st.sampled_from(BEST_FIRST), min_size=1, unique=True).flatmap(st.permutations))
    assert chosen(*offered) == min(offered, key=BEST_FIRST.index)


def test_build_tags_compare_as_numbers() -> None:
    files = [f"a-1.0-{build}-py3-none-any.whl" for build in ("9", "10", "10a", "2")]
    for offered in itertools.permutations(files):
        assert chosen(*offered) == "a-1.0-10a-py3-none-any.whl"


@pytest.mark.parametrize(
    "file",
    [
        "a-1.0-cp312-cp312-linux_x86_64.whl",
        "a-1.0-cp312-cp312-musllinux_1_2_x86_64.whl",
        "a-1.0-cp312-cp312-manylinux_2_35_x86_64.whl",
        "a-1.0-cp312-cp312-manylinux_2_17_aarch64.whl",
        "a-1.0-cp313-abi3-manylinux_2_17_x86_64.whl",
        "a-1.0-cp312-cp312-macosx_11_0_arm64.whl",
        "a-1.0-py2-none-any.whl",
    ],
)
def test_what_cannot_be_loaded_is_not_taken_and_neither_is_the_source(file: str) -> None:
    assert chosen(file) is None


def test_a_file_without_an_allowed_hash_is_passed_over() -> None:
    good, other = "a-1.0-cp312-cp312-manylinux_2_17_x86_64.whl", "a-1.0-py3-none-any.whl"
    assert chosen(good, other, allowed=[other]) == other
    assert chosen(good, other, allowed=[]) is None


@pytest.mark.parametrize(
    ("marker", "comes"),
    [
        ("python_version < '3.13'", True),
        ("python_full_version < '3.12.1'", True),
        ("platform_machine == 'arm64'", False),
        ("sys_platform == 'darwin'", False),
        ("platform_python_implementation == 'CPython' and os_name == 'posix'", True),
        ("'dev' in dependency_groups", False),
        ("'all' in extras", False),
    ],
)
def test_markers_are_judged_for_the_target(marker: str, comes: bool) -> None:
    found = select(lock(package("a-1.0-py3-none-any.whl", marker=marker)), platform(), platform().tags)
    assert (NAME in found.choices) is comes


def test_extras_and_groups_of_a_lock() -> None:
    offered = lock(
        package("a-1.0-py3-none-any.whl", marker="'all' in extras and 'dev' in dependency_groups"),
        **{"extras": ["all"], "dependency-groups": ["dev"]},
    )
    assert not select(offered, platform(), platform().tags).choices
    assert select(offered, platform(), platform().tags, extras=["all"], groups=["dev"]).choices


def test_two_versions_that_exclude_each_other_by_marker() -> None:
    offered = lock(
        package("a-1.0-py3-none-any.whl", marker="python_version < '3.12'"),
        package("a-2.0-py3-none-any.whl", marker="python_version >= '3.12'", version="2.0"),
    )
    new = select(offered, platform(), platform().tags).choices[NAME]
    old = select(offered, platform("python3.11"), platform("python3.11").tags).choices[NAME]
    assert (str(new.package.version), str(old.package.version)) == ("2.0", "1.0")


@pytest.mark.parametrize(
    ("offered", "problem"),
    [
        (
            lock(package("a-1.0-py3-none-any.whl"), **{"requires-python": ">=3.13"}),
            (
                "python_full_version '3.12.0' in provided environment does not satisfy the Python version"
                " requirement '>=3.13'"
            ),
        ),
        (
            lock(package("a-1.0-py3-none-any.whl"), environments=["sys_platform == 'win32'"]),
            "Provided environment does not satisfy any of the environments specified in the lock file",
        ),
        (
            lock(package("a-1.0-py3-none-any.whl"), package("a-2.0-py3-none-any.whl", version="2.0")),
            "Multiple packages with the name 'a' are selected at packages[1] and packages[0]",
        ),
    ],
)
def test_a_lock_that_is_not_for_the_target(offered: Pylock, problem: str) -> None:
    found = select(offered, platform(), platform().tags)
    assert found.problem == problem
    assert found.choices == {}


def test_packages_whose_markers_look_at_the_kernel() -> None:
    assert host_markers(lock(package("a-1.0-py3-none-any.whl", marker="platform_release > '5'"))) == ["a"]
    assert host_markers(lock(package("a-1.0-py3-none-any.whl", marker="platform_machine > '5'"))) == []


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ([], "it has no wheels at all"),
        (
            ["a-1.0-cp312-cp312-win_amd64.whl", "a-1.0-cp312-cp312-manylinux_2_39_x86_64.whl"],
            "it needs glibc 2.39, and AL2023 has 2.34 (`a-1.0-cp312-cp312-manylinux_2_39_x86_64.whl`)",
        ),
        (
            ["a-1.0-cp312-cp312-linux_x86_64.whl"],
            "a `linux_*` wheel does not say which glibc it needs (`a-1.0-cp312-cp312-linux_x86_64.whl`)",
        ),
        (
            ["a-1.0-cp312-cp312-musllinux_1_2_x86_64.whl"],
            "it is made for musllinux, and Lambda's runtimes have glibc (`a-1.0-cp312-cp312-musllinux_1_2_x86_64.whl`)",
        ),
        (
            ["a-1.0-cp313-cp313-manylinux_2_17_x86_64.whl", "a-1.0-cp312-cp312-manylinux_2_17_aarch64.whl"],
            "it is made for another Python than 3.12 (`a-1.0-cp313-cp313-manylinux_2_17_x86_64.whl`)",
        ),
        (["a-1.0-py2-none-any.whl"], "it is made for another Python than 3.12 (`a-1.0-py2-none-any.whl`)"),
        (
            ["a-1.0-cp312-cp312-win_amd64.whl", "a-1.0-cp312-cp312-manylinux_2_17_aarch64.whl"],
            "its wheels are for other systems or architectures",
        ),
    ],
)
def test_why_a_target_gets_none(files: list[str], reason: str) -> None:
    assert why_not(lock(package(*files, sdist=True)).packages[0], platform()) == reason


def test_a_direct_package_has_no_wheel_to_choose() -> None:
    direct = {"name": "a", "vcs": {"type": "git", "url": "https://example.com/a", "commit-id": "abc"}}
    choice = select(lock(direct), platform(), platform().tags).choices[NAME]
    assert isinstance(choice.package, Package)
    assert choice.wheel is None
