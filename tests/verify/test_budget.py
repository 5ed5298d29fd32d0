"""A function with all its layers against what Lambda unpacks at most."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerforge.cli.messages import render_diagnostics
from layerforge.diagnostics import Severity
from layerforge.facts.load import load_facts
from layerforge.lock.types import ExternalRecord, Lock
from layerforge.names import LayerName, Split
from layerforge.plan.function_types import CODE, Function
from layerforge.verify.budget import check_budget
from layerforge.verify.parts import Sizes, known_sizes
from support import plans
from support.artifacts import artifact

LIMITS = load_facts().limits
LIMIT = 262_144_000
ARN = "arn:aws:lambda:eu-west-1:017000801446:layer:Powertools:7"
OTHER = "arn:aws:lambda:us-east-1:017000801446:layer:Powertools:8"
DATA, TOOLS = (plans.layer(name, architectures=["arm64"], split=Split.NONE) for name in ("data-science", "tools"))
WHERE = " --> layers.yaml:1:1 (functions.data-processor)\n\n"
LESS = "hint: leave out what is not needed at run time with `exclude`, such as `**/tests/**`"


def sizes(code: int | None = None, data: int | None = None, tools: int | None = None, **arns: int) -> Sizes:
    given = {("data-processor", CODE): code, ("data-science", "all"): data, ("tools", "all"): tools}
    return Sizes(
        units={name: size for name, size in given.items() if size is not None},
        externals={{"here": ARN, "there": OTHER}[name]: size for name, size in arns.items()},
    )


def said(function: Function, known: Sizes) -> str:
    return render_diagnostics(check_budget(function, known, LIMITS))


def test_the_limit_is_lambdas() -> None:
    assert LIMITS.unzipped_bytes == LIMIT


def test_everything_that_fits_is_silent() -> None:
    function = plans.function(layers=[DATA, TOOLS])
    assert said(function, sizes(code=10, data=LIMIT * 9 // 10 - 20, tools=10)) == ""


def test_budg001_names_each_part() -> None:
    function = plans.function(layers=[DATA, TOOLS, plans.pinned_layer(ARN, label="powertools", size=9_000_000)])
    assert said(function, sizes(code=1_234, data=245_000_000, tools=8_142_767)) == (
        "error[BUDG001]: `data-processor` has 262,144,001 bytes unzipped with its layers, over the 262,144,000 that "
        f"Lambda allows\n{WHERE}"
        "          1,234 bytes: its code\n"
        "    245,000,000 bytes: `data-science/all`\n"
        "      8,142,767 bytes: `tools/all`\n"
        "      9,000,000 bytes: `powertools`\n"
        f"\n{LESS}, or attach fewer layers\n"
    )


def test_budg002_warns_near_the_limit() -> None:
    function = plans.function(layers=[DATA])
    assert said(function, sizes(code=1, data=LIMIT - 1)) == (
        "warning[BUDG002]: `data-processor` has 262,144,000 bytes unzipped with its layers, 100% of the 262,144,000 "
        f"that Lambda allows\n{WHERE}"
        "              1 bytes: its code\n"
        "    262,143,999 bytes: `data-science/all`\n"
        f"\n{LESS}\n"
    )


def test_code_alone() -> None:
    assert said(plans.function(), sizes(code=LIMIT + 1)).startswith(
        "error[BUDG001]: `data-processor` has 262,144,001 bytes unzipped, over the 262,144,000 that Lambda allows\n"
    )


def test_layers_alone_where_the_code_is_elsewhere() -> None:
    function = plans.function(code=None, layers=[DATA])
    assert said(function, sizes(data=LIMIT)).startswith(
        "warning[BUDG002]: the layers of `data-processor` have 262,144,000 bytes unzipped, 100% of"
    )
    assert said(function, sizes(data=LIMIT * 6 // 10)) == ""


def test_budg003_names_what_nobody_knows_where_it_could_matter() -> None:
    code = plans.bucket_code()
    named, bare = plans.pinned_layer(ARN, label="powertools"), plans.pinned_layer(OTHER)
    channel = plans.pinned_layer(OTHER, label="tools@stable", layer="tools")
    function = plans.function(code=code, layers=[DATA, named, bare, channel])
    assert said(function, sizes(data=LIMIT // 2)) == ""
    assert said(function, sizes(data=LIMIT // 2 + 1)) == (
        f"note[BUDG003]: the unzipped sizes of its code, `powertools`, `{OTHER}` and `tools@stable` are "
        "not known, and the rest of `data-processor` has 131,072,001 bytes, 50% of the 262,144,000 that Lambda "
        f"allows\n{WHERE}"
        "              unknown: its code\n"
        "    131,072,001 bytes: `data-science/all`\n"
        "              unknown: `powertools`\n"
        f"              unknown: `{OTHER}`\n"
        "              unknown: `tools@stable`\n"
        "\nhint: write `size` beside the `bucket`; write `size` beside the `arns` of `powertools`, or let `layerforge "
        "lock --ask-aws` ask AWS once; let `layerforge lock --ask-aws` ask AWS once\n"
    )


def test_budg003_for_one_alone() -> None:
    function = plans.function(layers=[DATA, plans.pinned_layer(ARN, label="powertools")])
    assert said(function, sizes(code=1, data=LIMIT * 6 // 10)).startswith(
        "note[BUDG003]: the unzipped size of `powertools` is not known, and the rest of `data-processor` has "
        "157,286,401 bytes, 60% of the 262,144,000 that Lambda allows\n"
    )


def test_over_the_limit_with_something_unknown() -> None:
    function = plans.function(layers=[DATA, plans.pinned_layer(ARN, label="powertools")])
    assert said(function, sizes(code=1, data=LIMIT)).startswith(
        "error[BUDG001]: `data-processor` has at least 262,144,001 bytes unzipped with its layers, over"
    )


def test_what_is_not_built_yet_is_no_reason_to_ask_anybody() -> None:
    assert said(plans.function(layers=[DATA, TOOLS]), sizes(data=LIMIT * 6 // 10)) == ""


def test_a_declared_size_goes_before_a_recorded_one() -> None:
    known = sizes(code=1, here=LIMIT)
    assert said(plans.function(layers=[plans.pinned_layer(ARN, size=5)]), known) == ""
    assert "BUDG001" in said(plans.function(layers=[plans.pinned_layer(ARN)]), known)


def test_the_largest_version_of_all_regions_counts() -> None:
    function = plans.function(layers=[plans.pinned_layer(ARN, OTHER, label="powertools")])
    assert said(function, sizes(code=1, here=5, there=LIMIT)).startswith("error[BUDG001]")
    assert said(function, sizes(code=LIMIT * 6 // 10, there=5)) == ""


def test_a_bucket_code_with_a_size() -> None:
    function = plans.function(code=plans.bucket_code(size=LIMIT), layers=[DATA])
    assert "    262,144,000 bytes: its code\n" in said(function, sizes(data=1))


def test_sizes_come_from_the_lock_and_from_what_was_just_built() -> None:
    plan = plans.plan(DATA, TOOLS, fleets=[plans.fleet(plans.function(layers=[DATA, TOOLS]))])
    lock = plans.locks(plan)[plans.SPEC]
    stale = replace(lock.units[LayerName("tools"), TOOLS.units[0].key], artifact=None)
    lock = Lock(
        units={**lock.units, (LayerName("tools"), TOOLS.units[0].key): stale},
        externals={ARN: ExternalRecord(zipped_size=1, unzipped_size=7)},
    )
    built = artifact(DATA.units[0], {"python/x": (100, 1)})
    assert known_sizes(lock, [built]) == Sizes(
        units={("data-science", "all"): 100, ("data-processor", CODE): 6384},
        externals={ARN: 7},
    )


@given(parts=st.lists(st.none() | st.integers(0, LIMIT), min_size=1, max_size=5), data=st.data())
def test_the_order_of_layers_moves_no_sum(parts: list[int | None], data: st.DataObject) -> None:
    layers = [
        plans.pinned_layer(f"{ARN[:-1]}{number}", label=f"l{number}", size=size) for number, size in enumerate(parts, 1)
    ]
    shuffled = data.draw(st.permutations(layers))
    one, other = (check_budget(plans.function(layers=some), sizes(code=1), LIMITS) for some in (layers, shuffled))
    assert [item.code for item in one] == [item.code for item in other]
    known = 1 + sum(size or 0 for size in parts)
    assert any(item.severity is Severity.ERROR for item in one) == (known > LIMIT)


@pytest.mark.parametrize("via", ["src", plans.bucket_code(size=3), None])
def test_an_empty_list_of_layers(via: str | None) -> None:
    assert said(plans.function(code=via), sizes(code=3)) == ""


def test_artifacts_of_tests_are_as_builds_make_them() -> None:
    made = artifact(DATA.units[0], {"b": (1, 2), "a": (3, 4)})
    assert (made.unzipped_size, [entry.path for entry in made.content]) == (4, ["a", "b"])
    assert made.path == Path("all.zip")
