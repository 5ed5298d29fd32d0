"""Resolving with the real uv against an index on loopback: pins, versions, splits and notes."""

from pathlib import Path

import pytest

from layerforge.diagnostics import Diagnostic, Severity
from layerforge.lock.types import Upgrade
from layerforge.names import PackageName, Split
from support import plans
from support.index import SimpleIndex
from support.resolving import files, refusal, resolve, versions
from support.wheels import make_wheel, pin_of

ARM, X86 = "python312-arm64", "python312-x86-64"


def test_a_requirement_becomes_pins_of_each_unit_with_its_dependencies(index: SimpleIndex, tmp_path: Path) -> None:
    app = make_wheel(index.folder, "app", "1.0", requires=["native>=1"])
    x86 = make_wheel(index.folder, "native", "1.0", tag="cp312-cp312-manylinux_2_28_x86_64")
    arm = make_wheel(index.folder, "native", "1.0", tag="cp312-cp312-manylinux_2_17_aarch64")
    found = resolve(tmp_path, "app")
    assert found.pins == {
        "python312-x86-64": (pin_of(app), pin_of(x86)),
        "python312-arm64": (pin_of(app), pin_of(arm)),
    }
    assert found.urls == {pin_of(path).sha256: index.file_url(path.name) for path in (app, x86, arm)}
    assert found.diagnostics == ()


def test_no_requirements_ask_no_index(index: SimpleIndex, tmp_path: Path) -> None:
    assert resolve(tmp_path).pins == {"python312-x86-64": (), "python312-arm64": ()}
    assert index.requests == []


def test_locked_versions_stay_unless_upgraded(index: SimpleIndex, tmp_path: Path) -> None:
    kept = [pin_of(make_wheel(index.folder, name, "1.0")) for name in ("one", "two")]
    for name in ("one", "two"):
        make_wheel(index.folder, name, "2.0")

    def found(upgrade: Upgrade | None) -> dict[str, str]:
        how = {"architectures": ["arm64"], "preferences": kept, "upgrade": upgrade}
        return versions(resolve(tmp_path, "one", "two", **how))[ARM]  # type: ignore[arg-type]

    assert found(None) == {"one": "1.0", "two": "1.0"}
    assert found(Upgrade(packages=frozenset({PackageName("two")}))) == {"one": "1.0", "two": "2.0"}
    assert found(Upgrade(everything=True)) == {"one": "2.0", "two": "2.0"}


def test_a_locked_version_that_does_not_fit_any_more_is_left(index: SimpleIndex, tmp_path: Path) -> None:
    old, _ = (pin_of(make_wheel(index.folder, "one", version)) for version in ("1.0", "2.0"))
    assert versions(resolve(tmp_path, "one>1", architectures=["arm64"], preferences=[old]))[ARM] == {"one": "2.0"}


def test_of_two_locked_versions_one_is_kept(index: SimpleIndex, tmp_path: Path) -> None:
    kept = [pin_of(make_wheel(index.folder, "one", version)) for version in ("1.0", "1.5")]
    make_wheel(index.folder, "one", "2.0")
    found = versions(resolve(tmp_path, "one", preferences=kept))
    assert found[ARM] == found[X86]
    assert found[ARM]["one"] in {"1.0", "1.5"}


def test_settings_that_go_into_the_lock_do_not_undo_the_locked_versions(index: SimpleIndex, tmp_path: Path) -> None:
    old = pin_of(make_wheel(index.folder, "one", "1.0"))
    make_wheel(index.folder, "one", "2.0")
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "uv.toml").write_text(
        'exclude-newer = "2025-01-01"\nprerelease = "allow"\nconstraint-dependencies = ["other<1"]\n'
    )
    found = resolve(tmp_path, "one", architectures=["arm64"], preferences=[old])
    assert versions(found) == {ARM: {"one": "1.0"}}
    assert found.diagnostics == ()


def test_one_version_serves_both_architectures_where_it_can(index: SimpleIndex, tmp_path: Path) -> None:
    for machine in ("x86_64", "aarch64"):
        make_wheel(index.folder, "native", "1.0", tag=f"cp312-cp312-manylinux_2_17_{machine}")
    make_wheel(index.folder, "native", "2.0", tag="cp312-cp312-manylinux_2_17_x86_64")
    make_wheel(index.folder, "native", "3.0", tag="cp312-cp312-manylinux_2_17_aarch64")
    found = resolve(tmp_path, "native")
    assert versions(found) == {X86: {"native": "1.0"}, ARM: {"native": "1.0"}}
    assert found.diagnostics == ()


def test_versions_that_cannot_be_one_are_noted(index: SimpleIndex, tmp_path: Path) -> None:
    make_wheel(index.folder, "native", "2.0", tag="cp312-cp312-manylinux_2_17_x86_64")
    make_wheel(index.folder, "native", "3.0", tag="cp312-cp312-manylinux_2_17_aarch64")
    make_wheel(index.folder, "other", "1.0")
    found = resolve(
        tmp_path, "native==2.0 ; platform_machine=='x86_64'", "native==3.0; platform_machine=='aarch64'", "other"
    )
    assert versions(found) == {X86: {"native": "2.0", "other": "1.0"}, ARM: {"native": "3.0", "other": "1.0"}}
    assert found.diagnostics == (
        Diagnostic(
            code="UV062",
            message="no one version of `native` serves all targets of `data`",
            severity=Severity.NOTE,
            location=plans.location("layers.data"),
            notes=("2.0 for python3.12/x86_64", "3.0 for python3.12/arm64"),
        ),
    )


def test_one_bound_that_has_no_solution_does_not_undo_the_others(index: SimpleIndex, tmp_path: Path) -> None:
    for name, both in (("free", "1.0"), ("bound", None)):
        for version, machine in (("2.0", "x86_64"), ("3.0", "aarch64")):
            make_wheel(index.folder, name, version, tag=f"cp312-cp312-manylinux_2_17_{machine}")
        if both is not None:
            make_wheel(index.folder, name, both)
    found = resolve(
        tmp_path, "free", "bound==2.0 ; platform_machine=='x86_64'", "bound==3.0; platform_machine=='aarch64'"
    )
    assert versions(found)[X86] == {"free": "1.0", "bound": "2.0"}
    assert versions(found)[ARM] == {"free": "1.0", "bound": "3.0"}
    assert [item.message for item in found.diagnostics] == ["no one version of `bound` serves all targets of `data`"]


def test_two_operating_systems_get_one_version_and_what_is_held_back_is_named(
    index: SimpleIndex, tmp_path: Path
) -> None:
    for python in ("cp311", "cp312"):
        make_wheel(index.folder, "native", "1.0", tag=f"{python}-{python}-manylinux_2_26_x86_64")
        make_wheel(index.folder, "native", "2.0", tag=f"{python}-{python}-manylinux_2_28_x86_64")
    found = resolve(tmp_path, "native", runtimes=["python3.11", "python3.12"], architectures=["x86_64"])
    assert versions(found) == {"python311-x86-64": {"native": "1.0"}, X86: {"native": "1.0"}}
    assert found.diagnostics == (
        Diagnostic(
            code="UV063",
            message="held back by AL2: `native` 1.0, newest is 2.0",
            severity=Severity.NOTE,
            location=plans.location(),
            hint="its newer wheels need a newer glibc than AL2's 2.26; runtimes on a newer system get them",
        ),
    )


def test_what_the_request_itself_holds_back_is_not_blamed_on_the_system(index: SimpleIndex, tmp_path: Path) -> None:
    make_wheel(index.folder, "one", "1.0")
    make_wheel(index.folder, "one", "2.0")
    assert resolve(tmp_path, "one<2", architectures=["arm64"]).diagnostics == ()


def test_markers_and_the_patch_floor_are_the_targets(index: SimpleIndex, tmp_path: Path) -> None:
    make_wheel(
        index.folder,
        "app",
        "1.0",
        requires=[
            "early ; python_full_version < '3.11.5'",
            "late ; python_full_version >= '3.11.5'",
            "mac ; sys_platform == 'darwin'",
            "arm ; platform_machine == 'aarch64'",
        ],
    )
    for name in ("early", "late", "mac", "arm"):
        make_wheel(index.folder, name, "1.0")
    found = versions(resolve(tmp_path, "app", runtimes=["python3.11"]))
    assert list(found["python311-x86-64"]) == ["app", "early"]
    assert list(found["python311-arm64"]) == ["app", "arm", "early"]


def test_pure_wheels_may_share_one_zip(index: SimpleIndex, tmp_path: Path) -> None:
    make_wheel(index.folder, "pure", "1.0")
    make_wheel(index.folder, "both", "1.0")
    make_wheel(index.folder, "both", "1.0", tag="cp312-cp312-manylinux_2_17_x86_64")
    found = resolve(tmp_path, "pure", "both", split=Split.NONE, runtimes=["python3.12", "python3.13"])
    assert files(found) == {"all": ["both-1.0-py3-none-any.whl", "pure-1.0-py3-none-any.whl"]}


def test_abi3_wheels_may_share_a_zip_of_an_architecture(index: SimpleIndex, tmp_path: Path) -> None:
    for machine in ("x86_64", "aarch64"):
        make_wheel(index.folder, "stable", "1.0", tag=f"cp311-abi3-manylinux_2_17_{machine}")
        make_wheel(index.folder, "stable", "1.0", tag=f"cp312-cp312-manylinux_2_17_{machine}")
    found = resolve(tmp_path, "stable", split=Split.ARCHITECTURE, runtimes=["python3.11", "python3.12"])
    assert files(found) == {
        "x86-64": ["stable-1.0-cp311-abi3-manylinux_2_17_x86_64.whl"],
        "arm64": ["stable-1.0-cp311-abi3-manylinux_2_17_aarch64.whl"],
    }


@pytest.mark.parametrize(("tag", "fits"), [("abi3", "architecture"), ("cp312", "target")])
def test_a_split_that_does_not_fit_names_file_unit_and_the_one_that_does(
    index: SimpleIndex, tmp_path: Path, tag: str, fits: str
) -> None:
    names = {}
    for machine in ("x86_64", "aarch64"):
        for python in ("cp312", "cp313"):
            if tag == "cp312" or python == "cp312":
                abi = "abi3" if tag == "abi3" else python
                wheel = make_wheel(index.folder, "native", "1.0", tag=f"{python}-{abi}-manylinux_2_17_{machine}")
                names[python, machine] = wheel.name
    old = names["cp312", "x86_64"]
    assert refusal(tmp_path, "native", split=Split.NONE, runtimes=["python3.12", "python3.13"]) == (
        Diagnostic(
            code="UV051",
            message=f"`native` does not fit one ZIP for `data/all`: it has no wheel that all its targets can load"
            f" (`{old}` is for one of them)",
            location=plans.location("layers.data"),
            hint=f"set `split: {fits}` for `data`",
            notes=(
                f"python3.12/x86_64: {old}",
                f"python3.12/arm64: {names['cp312', 'aarch64']}",
                f"python3.13/x86_64: {names.get(('cp313', 'x86_64'), old)}",
                f"python3.13/arm64: {names.get(('cp313', 'aarch64'), names['cp312', 'aarch64'])}",
            ),
        ),
    )


def test_versions_that_differ_do_not_fit_one_zip(index: SimpleIndex, tmp_path: Path) -> None:
    make_wheel(index.folder, "one", "1.0")
    make_wheel(index.folder, "one", "2.0")
    (found,) = refusal(
        tmp_path,
        "one==1.0 ; python_version < '3.13'",
        "one==2.0 ; python_version >= '3.13'",
        split=Split.ARCHITECTURE,
        architectures=["arm64"],
        runtimes=["python3.12", "python3.13"],
    )
    assert found.message == "`one` does not fit one ZIP for `data/arm64`: it comes as 1.0 and 2.0 for different targets"
    assert found.hint == "set `split: target` for `data`"


def test_a_package_for_some_targets_goes_in_for_all_with_a_note(index: SimpleIndex, tmp_path: Path) -> None:
    make_wheel(index.folder, "old", "1.0")
    make_wheel(index.folder, "one", "1.0", requires=["old ; python_version < '3.13'"])
    found = resolve(tmp_path, "one", split=Split.NONE, architectures=["arm64"], runtimes=["python3.12", "python3.13"])
    assert files(found) == {"all": ["old-1.0-py3-none-any.whl", "one-1.0-py3-none-any.whl"]}
    assert found.diagnostics == (
        Diagnostic(
            code="UV060",
            message="`old` is needed for `python3.12/arm64` only, and goes into `data/all` for all its targets",
            severity=Severity.NOTE,
            location=plans.location("layers.data"),
        ),
    )


def test_a_coarser_split_is_a_note_once_for_the_layer(index: SimpleIndex, tmp_path: Path) -> None:
    make_wheel(index.folder, "pure", "1.0")
    found = resolve(tmp_path, "pure", runtimes=["python3.12", "python3.13"])
    assert found.diagnostics == (
        Diagnostic(
            code="UV061",
            message="the packages of `data` are the same for all targets",
            severity=Severity.NOTE,
            location=plans.location("layers.data"),
            hint="`split: none` would make 1 of its 4 AWS layers, under other names; its own files have to be the same"
            " for all then, too",
        ),
    )
    for machine in ("x86_64", "aarch64"):
        make_wheel(index.folder, "stable", "1.0", tag=f"cp311-abi3-manylinux_2_17_{machine}")
    found = resolve(tmp_path, "pure", "stable", runtimes=["python3.12", "python3.13"])
    assert [(item.message, (item.hint or "").split(",")[0]) for item in found.diagnostics] == [
        (
            "the packages of `data` are the same for all targets of an architecture",
            "`split: architecture` would make 2 of its 4 AWS layers",
        )
    ]


def test_the_same_answer_on_every_host(index: SimpleIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_wheel(index.folder, "native", "1.0", tag="cp312-cp312-manylinux_2_17_x86_64", requires=["x ; os_name=='nt'"])
    make_wheel(index.folder, "native", "1.0", tag="cp312-cp312-manylinux_2_17_aarch64")
    here = resolve(tmp_path, "native")
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    monkeypatch.setattr("sys.platform", "darwin")
    monkeypatch.setenv("UV_PYTHON_PLATFORM", "windows")
    assert resolve(tmp_path, "native").pins == here.pins
