"""What the layers of a function take from each other, in their order, and what its code takes from them."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerforge.build.types import Artifact
from layerforge.cli.messages import render_diagnostics
from layerforge.facts.load import load_facts
from layerforge.lock.types import Lock, LockedUnit, UnitId
from layerforge.names import Split
from layerforge.plan.function_types import Function
from layerforge.plan.types import Layer
from layerforge.verify.conflicts import check_conflicts
from layerforge.verify.functions import check_functions, concerns
from layerforge.verify.overlay import Overlay, Overlays, modules_of, versions_in
from support import plans
from support.artifacts import artifact

LIMITS = load_facts().limits
DATA, TOOLS, THIRD = (
    plans.layer(name, architectures=["arm64"], split=Split.NONE) for name in ("data-science", "tools", "third")
)
WHERE = " --> layers.yaml:1:1\n\n"
MEANT = "`overrides: [tools]` of the function says that it is meant\n"
FUNCTION = "processor"

Files = Mapping[str, tuple[int, int]]


def built(layers: Mapping[str, Files], code: Files | None = None) -> dict[UnitId, Artifact]:
    """Return the artifacts of layers, and of the function's code, by what they hold."""
    units = {layer.name: layer.units[0] for layer in (DATA, TOOLS, THIRD)}
    made = [artifact(units[name], files) for name, files in layers.items()]
    if code is not None:
        made.append(artifact(plans.function(FUNCTION).units[0], code))
    return {(item.unit.layer, item.unit.key): item for item in made}


def lock(**pins: list[str]) -> dict[object, Lock]:
    """Return the lock of layers with pins such as ``numpy 1.0``."""
    units = {
        (layer.name, layer.units[0].key): LockedUnit(
            inputs=plans.inputs([plans.pin(*pin.split()) for pin in pins.get(layer.name.replace("-", "_"), [])])
        )
        for layer in (DATA, TOOLS, THIRD)
    }
    return {plans.SPEC: Lock(units=units)}


def said(
    *layers: Layer,
    files: dict[UnitId, Artifact],
    overrides: tuple[str, ...] = (),
    pins: dict[object, Lock] | None = None,
) -> str:
    function = plans.function(FUNCTION, layers=layers, overrides=overrides)
    return render_diagnostics(check_conflicts(function, files, pins or lock()))


def wheel(name: str, version: str, crc32: int) -> Files:
    return {
        f"python/{name}/__init__.py": (10, crc32),
        f"python/{name}-{version}.dist-info/METADATA": (20, crc32),
        f"python/{name}-{version}.dist-info/RECORD": (30, crc32),
    }


def test_the_same_file_in_both_is_no_conflict() -> None:
    same = {"python/x.py": (1, 2)}
    assert said(DATA, TOOLS, files=built({"data-science": same, "tools": same})) == ""


def test_conf002_one_file_and_the_layer_that_wins() -> None:
    files = built({"data-science": {"python/x.py": (1, 2)}, "tools": {"python/x.py": (1, 3)}})
    assert said(DATA, TOOLS, files=files) == (
        "warning[CONF002]: `tools/all` replaces `python/x.py` of `data-science/all` with different content in "
        f"`processor`\n{WHERE}hint: let one of the two layers bring it, or leave it out with `exclude`; {MEANT}"
    )
    assert "`data-science/all` replaces `python/x.py` of `tools/all`" in said(TOOLS, DATA, files=files)


def test_conf002_many_files_are_told_once() -> None:
    below = {f"python/x{number:02}.py": (1, 2) for number in range(12)}
    above = dict.fromkeys(below, (2, 2))
    told = "".join(f"  python/x{number:02}.py\n" for number in range(10))
    assert said(DATA, TOOLS, files=built({"data-science": below, "tools": above})) == (
        "warning[CONF002]: `tools/all` replaces 12 files of `data-science/all` with different content in `processor`\n"
        f"{WHERE}{told}  and 2 more\n\n"
        f"hint: let one of the two layers bring it, or leave it out with `exclude`; {MEANT}"
    )


def test_conf001_one_package_in_two_versions() -> None:
    files = built({"data-science": wheel("numpy", "1.26.4", 1), "tools": wheel("numpy", "2.0.0", 2)})
    assert said(DATA, TOOLS, files=files) == (
        "error[CONF001]: `tools/all` lays `numpy` 2.0.0 over 1.26.4 of `data-science/all`, which mixes their files in "
        f"`processor`\n{WHERE}  1 file differs, such as python/numpy/__init__.py\n\n"
        f"hint: lock one version in both layers, or let one of them bring it; {MEANT}"
    )
    assert "`data-science/all` lays `numpy` 1.26.4 over 2.0.0 of `tools/all`" in said(TOOLS, DATA, files=files)


def test_conf001_several_packages() -> None:
    below = {**wheel("numpy", "1.26.4", 1), **wheel("My_Pkg", "1.0", 1), **wheel("same", "1.0", 1)}
    above = {**wheel("numpy", "2.0.0", 2), **wheel("my.pkg", "1.1", 2), **wheel("same", "1.0", 1)}
    assert said(DATA, TOOLS, files=built({"data-science": below, "tools": above})) == (
        "error[CONF001]: `tools/all` lays other versions of 2 packages of `data-science/all`, which mixes their files "
        f"in `processor`\n{WHERE}"
        "  my-pkg: 1.0, then 1.1\n"
        "  numpy: 1.26.4, then 2.0.0\n"
        "  1 file differs, such as python/numpy/__init__.py\n\n"
        f"hint: lock one version in both layers, or let one of them bring it; {MEANT}"
    )


def test_the_lock_says_how_a_version_is_written() -> None:
    files = built({"data-science": wheel("a", "1.0", 1), "tools": wheel("a", "1.0.0", 1)})
    assert "CONF001" in said(DATA, TOOLS, files=files)
    assert said(DATA, TOOLS, files=files, pins=lock(data_science=["a 1.0"], tools=["a 1.0"])) == ""


def test_a_package_that_exclude_left_out_counts_no_more() -> None:
    files = built({"data-science": wheel("numpy", "1.26.4", 1), "tools": {"python/x.py": (1, 1)}})
    pins = lock(data_science=["numpy 1.26.4"], tools=["numpy 2.0.0"])
    assert said(DATA, TOOLS, files=files, pins=pins) == ""


def test_what_a_patch_layer_wins_is_meant() -> None:
    files = built({"data-science": wheel("numpy", "1.26.4", 1), "tools": wheel("numpy", "2.0.0", 2)})
    assert said(DATA, TOOLS, files=files, overrides=("tools",)) == ""


def test_what_a_patch_layer_loses_is_not() -> None:
    files = built({"data-science": wheel("numpy", "1.26.4", 1), "tools": wheel("numpy", "2.0.0", 2)})
    assert said(DATA, TOOLS, files=files, overrides=("data-science",)).startswith("error[CONF001]: `tools/all` lays")


def test_each_pair_of_three_layers_is_told() -> None:
    files = built({layer.name: {"python/x.py": (number, 1)} for number, layer in enumerate((DATA, TOOLS, THIRD))})
    lines = [line for line in said(DATA, TOOLS, THIRD, files=files).splitlines() if line.startswith("warning")]
    assert lines == [
        f"warning[CONF002]: `{upper}/all` replaces `python/x.py` of `{lower}/all` with different content in `processor`"
        for lower, upper in (("data-science", "tools"), ("data-science", "third"), ("tools", "third"))
    ]


def test_conf003_a_file_and_a_folder() -> None:
    files = built({"data-science": {"python/x": (1, 1)}, "tools": {"python/x/y.py": (1, 1)}})
    hint = "hint: AWS does not say what Lambda makes of that: leave one of the two out with `exclude`\n"
    for layers in ((DATA, TOOLS), (TOOLS, DATA)):
        lower, upper = (layer.name for layer in layers)
        assert said(*layers, files=files) == (
            "warning[CONF003]: `python/x` is a file of one and a folder of the other of "
            f"`{lower}/all` and `{upper}/all` in `processor`\n{WHERE}{hint}"
        )


def test_conf003_several_paths() -> None:
    below = {"python/a": (1, 1), "python/b": (1, 1)}
    above = {"python/a/y.py": (1, 1), "python/b/z/y.py": (1, 1)}
    assert said(DATA, TOOLS, files=built({"data-science": below, "tools": above})).startswith(
        "warning[CONF003]: 2 paths are files of one and folders of the other of `data-science/all` and `tools/all` in "
        f"`processor`\n{WHERE}  python/a\n  python/b\n"
    )


def test_layers_whose_zips_are_not_here_are_not_judged() -> None:
    files = built({"data-science": wheel("numpy", "1.26.4", 1)})
    external = plans.pinned_layer("arn:aws:lambda:eu-west-1:017000801446:layer:Powertools:7")
    function = plans.function(FUNCTION, layers=[external, DATA, TOOLS], code=None)
    pins = lock(data_science=["numpy 1.26.4"], tools=["numpy 2.0.0"])
    assert check_conflicts(function, files, pins) == ()


# What code takes from layers


@pytest.mark.parametrize(
    ("code", "layer", "names"),
    [
        ("numpy/__init__.py", "python/numpy/__init__.py", "`numpy`"),
        ("numpy.py", "python/numpy/core/x.py", "`numpy`"),
        ("numpy.cpython-312-aarch64-linux-gnu.so", "python/numpy.py", "`numpy`"),
        ("google/__init__.py", "python/google/protobuf/x.py", "`google`"),
        ("numpy/__init__.py", "python/lib/python3.12/site-packages/numpy/__init__.py", "`numpy`"),
    ],
)
def test_conf004_code_that_shadows(code: str, layer: str, names: str) -> None:
    files = built({"data-science": {layer: (1, 1)}}, code={code: (1, 1)})
    assert said(DATA, files=files) == (
        f"note[CONF004]: the code of `processor` has {names} too, which Python finds before what is in "
        "`data-science/all`\n --> layers.yaml:1:1 (functions.processor)\n\n"
        "hint: take it out of the code if the layer's is meant\n"
    )


@pytest.mark.parametrize(
    ("code", "layer"),
    [
        ("google/mine.py", "python/google/protobuf/x.py"),  # no regular package: Python goes on looking
        ("handler.py", "python/numpy/handler.py"),
        ("lib/numpy/__init__.py", "python/numpy/__init__.py"),
        ("README.md", "python/README.md"),
        ("bin/x", "bin/x"),
        ("numpy-1.0.dist-info/RECORD", "python/numpy-1.0.dist-info/RECORD"),
    ],
)
def test_code_that_shadows_nothing(code: str, layer: str) -> None:
    assert said(DATA, files=built({"data-science": {layer: (1, 1)}}, code={code: (1, 2)})) == ""


def test_conf004_a_package_that_lies_in_the_code_with_its_metadata() -> None:
    code = {"numpy/__init__.py": (1, 1), "numpy-2.0.dist-info/METADATA": (1, 1), "x.py": (1, 1)}
    layer = {**wheel("numpy", "1.26.4", 1), "python/x.py": (1, 1)}
    assert said(DATA, files=built({"data-science": layer}, code=code)).startswith(
        "note[CONF004]: the code of `processor` has `numpy` 2.0 (the layer has 1.26.4) too, which Python finds before "
        "what is in `data-science/all`\n"
    )


def test_conf004_many_names_are_cut_short() -> None:
    names = [f"m{number}" for number in range(7)]
    files = built(
        {"data-science": {f"python/{name}.py": (1, 1) for name in names}}, code={f"{name}.py": (1, 1) for name in names}
    )
    assert "has `m0`, `m1`, `m2`, `m3`, `m4` and 2 more too, which Python finds before those in" in said(
        DATA, files=files
    )


# All functions of a run


def fleet(count: int, **given: object) -> list[Function]:
    return [plans.function(f"f{number}", layers=[DATA, TOOLS], code=None, **given) for number in range(count)]


def test_what_functions_share_is_said_once() -> None:
    files = built({"data-science": {"python/x.py": (1, 2)}, "tools": {"python/x.py": (1, 3)}})
    (found,) = check_functions(fleet(7), files, lock(), LIMITS)
    assert found.message == (
        "`tools/all` replaces `python/x.py` of `data-science/all` with different content in `f0`, `f1`, `f2`, `f3`, "
        "`f4` and 2 more"
    )


def test_the_budget_of_each_function_is_told() -> None:
    files = built({"data-science": {"python/x": (200_000_000, 1)}, "tools": {"python/y": (70_000_000, 1)}})
    found = check_functions(fleet(2), files, lock(), LIMITS)
    assert [(item.code, item.message.split("`")[1]) for item in found] == [("BUDG001", "f0"), ("BUDG001", "f1")]


def test_which_functions_a_build_concerns() -> None:
    one, none, code = fleet(1)[0], plans.function(code=None), plans.function("other")
    data, tools = ((layer.name, layer.units[0].key) for layer in (DATA, TOOLS))
    assert concerns(one, {data})
    assert concerns(one, {tools})
    assert not concerns(one, {("third", "all")})
    assert concerns(none, set())
    assert not concerns(code, {data})
    assert concerns(code, {("other", "code")})


# Laws

paths = st.sampled_from(["python/a.py", "python/b.py", "python/p/c.py", "python/p", "bin/x"])
trees = st.dictionaries(paths, st.tuples(st.integers(0, 3), st.integers(0, 1)), max_size=5).filter(
    lambda tree: not {"python/p", "python/p/c.py"} <= tree.keys()
)


@given(below=trees, above=trees)
def test_the_order_decides_the_winner_and_nothing_else(
    below: dict[str, tuple[int, int]], above: dict[str, tuple[int, int]]
) -> None:
    overlays = Overlays(built({"data-science": below, "tools": above}), lock()[plans.SPEC].units)
    data, tools = ((layer.name, layer.units[0].key) for layer in (DATA, TOOLS))
    one, other = overlays.between(data, tools), overlays.between(tools, data)
    assert (one.files, one.clashes) == (other.files, other.clashes)
    laid = {**below, **above}
    assert set(one.files) == {path for path in below if path in above and laid[path] != below[path]}
    assert overlays.between(data, data) == Overlay()
    forwards, backwards = (
        said(*order, files=built({"data-science": below, "tools": above})) for order in ((DATA, TOOLS), (TOOLS, DATA))
    )
    assert ("`tools/all` replaces" in forwards) == ("`data-science/all` replaces" in backwards) == bool(one.files)


def test_modules_of_a_tree() -> None:
    tree = [
        "a.py",
        "b/__init__.py",
        "c/d.py",
        "e.abi3.so",
        "f.txt",
        "g/__init__.abi3.so",
        "h.pyc",
        "a-b/x.py",
        "i.j.py",
    ]
    assert modules_of(tree) == {"a", "b", "e", "g", "h"}


def test_versions_in_a_tree() -> None:
    tree = ["A_b.C-1.0+cu1.dist-info/METADATA", "x-1.dist-info/RECORD", "y/z-1.dist-info/METADATA", "METADATA"]
    assert versions_in(tree) == {"a-b-c": "1.0+cu1"}
