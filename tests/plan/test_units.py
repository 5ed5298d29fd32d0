"""How layers are cut into units, and that their names follow the spec alone."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerforge.names import Architecture, LayerName, RuntimeId, Split
from layerforge.plan.types import Target, Unit
from layerforge.plan.units import cut

NAME = LayerName("data-science")
X86_64, ARM64 = Architecture.X86_64, Architecture.ARM64
RUNTIMES = [RuntimeId(f"python3.{minor}") for minor in range(8, 20)]


def targets(runtimes: list[str], architectures: list[Architecture]) -> list[Target]:
    return [Target(runtime=RuntimeId(runtime), architecture=one) for runtime in runtimes for one in architectures]


def names(units: tuple[Unit, ...]) -> list[tuple[str, str, str, list[str]]]:
    return [(unit.key, unit.aws_name, unit.address, [str(target) for target in unit.targets]) for unit in units]


def test_each_target_is_a_unit() -> None:
    units = cut(NAME, Split.TARGET, targets(["python3.12", "python3.13"], [X86_64, ARM64]))
    assert names(units) == [
        ("python312-x86-64", "data-science-python312-x86-64", "python312_x86_64", ["python3.12/x86_64"]),
        ("python312-arm64", "data-science-python312-arm64", "python312_arm64", ["python3.12/arm64"]),
        ("python313-x86-64", "data-science-python313-x86-64", "python313_x86_64", ["python3.13/x86_64"]),
        ("python313-arm64", "data-science-python313-arm64", "python313_arm64", ["python3.13/arm64"]),
    ]


def test_each_architecture_is_a_unit() -> None:
    units = cut(NAME, Split.ARCHITECTURE, targets(["python3.12", "python3.13"], [X86_64, ARM64]))
    assert names(units) == [
        ("x86-64", "data-science-x86-64", "x86_64", ["python3.12/x86_64", "python3.13/x86_64"]),
        ("arm64", "data-science-arm64", "arm64", ["python3.12/arm64", "python3.13/arm64"]),
    ]


def test_the_layer_is_one_unit() -> None:
    units = cut(NAME, Split.NONE, targets(["python3.12"], [X86_64, ARM64]))
    assert names(units) == [("all", "data-science", "all", ["python3.12/x86_64", "python3.12/arm64"])]


@pytest.mark.parametrize(
    ("runtime", "key"),
    [("python3.9", "python39-arm64"), ("java8.al2", "java8al2-arm64"), ("nodejs22.x", "nodejs22x-arm64")],
)
def test_identifiers_lose_their_dots(runtime: str, key: str) -> None:
    (unit,) = cut(NAME, Split.TARGET, targets([runtime], [ARM64]))
    assert (unit.key, unit.address) == (key, key.replace("-", "_"))


some_runtimes = st.lists(st.sampled_from(RUNTIMES), min_size=1, max_size=6, unique=True)
some_architectures = st.lists(st.sampled_from(list(Architecture)), min_size=1, unique=True)


@given(st.sampled_from(Split), some_runtimes, some_runtimes, some_architectures, some_architectures)
def test_whatever_is_added_to_a_layer_the_names_of_its_units_stay(
    split: Split,
    runtimes: list[str],
    more_runtimes: list[str],
    architectures: list[Architecture],
    more_architectures: list[Architecture],
) -> None:
    before = cut(NAME, split, targets(runtimes, architectures))
    wider = targets(
        [*more_runtimes, *(one for one in runtimes if one not in more_runtimes)],
        [*more_architectures, *(one for one in architectures if one not in more_architectures)],
    )
    after = {target: unit for unit in cut(NAME, split, wider) for target in unit.targets}
    for unit in before:
        for target in unit.targets:
            same = after[target]
            assert (same.key, same.aws_name, same.address) == (unit.key, unit.aws_name, unit.address)


@given(st.sampled_from(Split), some_runtimes, some_architectures)
def test_every_target_is_in_one_unit_and_every_address_is_an_identifier(
    split: Split, runtimes: list[str], architectures: list[Architecture]
) -> None:
    wanted = targets(runtimes, architectures)
    units = cut(NAME, split, wanted)
    assert sorted(target for unit in units for target in unit.targets) == sorted(wanted)
    assert [unit.targets[0] for unit in units] == sorted((unit.targets[0] for unit in units), key=wanted.index)
    assert len({unit.key for unit in units}) == len({unit.address for unit in units}) == len(units)
    for unit in units:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", unit.address)
        assert re.fullmatch(r"[A-Za-z0-9_-]+", unit.aws_name)
