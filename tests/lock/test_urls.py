"""Where the files of pins are, asked of uv."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import pytest

from layerforge.diagnostics import Diagnostic, OutsideError, SpecError
from layerforge.lock.types import Pin
from layerforge.lock.urls import find_urls
from support import plans
from support.index import SimpleIndex, serve_index
from support.wheels import make_wheel, pin_of

GONE = (
    "if it was deleted there, `layerforge lock --upgrade {}` takes another; an index that wants a login may answer with"
    " a page for people: look at its URL and credentials"
)


def problems(pins: Sequence[Pin], root: Path) -> tuple[Diagnostic, ...]:
    with pytest.raises(OutsideError) as caught:
        find_urls(pins, root)
    return caught.value.diagnostics


def gone(pin: Pin) -> tuple[str, str, str]:
    return ("UV070", f"`{pin.file}` is locked, and no index has it any more", GONE.format(pin.name))


def told(found: Sequence[Diagnostic]) -> list[tuple[str, str, str | None]]:
    return [(item.code, item.message, item.hint) for item in found]


def test_pins_of_every_kind_are_found_at_once(index: SimpleIndex, tmp_path: Path) -> None:
    tags = [
        "py3-none-any",
        "py2.py3-none-any",
        "cp311-cp311-manylinux_2_17_x86_64",
        "cp312-cp312-manylinux_2_34_aarch64",
        "cp39-abi3-manylinux_2_28_x86_64",
        "cp310.cp311-cp310.cp311-manylinux2014_x86_64",
        "py3-none-manylinux_2_17_aarch64",
        "cp312-none-any",
    ]
    wheels = [make_wheel(index.folder, f"name-{at}", "1.0", tag=tag) for at, tag in enumerate(tags)]
    wheels += [make_wheel(index.folder, "several", version) for version in ("1.0", "2.0", "3.0rc1", "1.0+local.2")]
    wheels.append(make_wheel(index.folder, "built", "1.0", build="2", tag="py3-none-any"))
    found = find_urls([pin_of(path) for path in wheels], tmp_path)
    expected = {pin_of(path).sha256: index.file_url(path.name) for path in wheels}
    assert {digest: quote(url, safe=":/%") for digest, url in found.items()} == expected


def test_nothing_is_asked_for_no_pins(index: SimpleIndex, tmp_path: Path) -> None:
    assert find_urls([], tmp_path) == {}
    assert index.requests == []


def test_dependencies_and_pythons_do_not_matter(index: SimpleIndex, tmp_path: Path) -> None:
    old = make_wheel(index.folder, "old", "1.0", metadata=["Requires-Python: >=3.8,<3.12"], requires=["none==9"])
    new = make_wheel(index.folder, "new", "1.0", metadata=["Requires-Python: >=3.14"], requires=["old>5"])
    exact = make_wheel(
        index.folder, "exact", "1.0", tag="cp311-cp311-manylinux_2_17_x86_64", metadata=["Requires-Python: >=3.11.5"]
    )
    index.requires_python = {old.name: ">=3.8,<3.12", new.name: ">=3.14", exact.name: ">=3.11.5"}
    pins = [pin_of(path) for path in (old, new, exact)]
    assert set(find_urls(pins, tmp_path)) == {pin.sha256 for pin in pins}


def test_settings_that_pick_versions_do_not_hide_a_pin(index: SimpleIndex, tmp_path: Path) -> None:
    wheel = make_wheel(index.folder, "one", "2.0")
    (tmp_path / "uv.toml").write_text('constraint-dependencies = ["one<2"]\nexclude-newer = "2020-01-01"\n')
    assert set(find_urls([pin_of(wheel)], tmp_path)) == {pin_of(wheel).sha256}


def test_a_yanked_file_is_found_all_the_same(index: SimpleIndex, tmp_path: Path) -> None:
    wheel = make_wheel(index.folder, "one", "1.0")
    index.yanked[wheel.name] = "broken"
    assert set(find_urls([pin_of(wheel)], tmp_path)) == {pin_of(wheel).sha256}


def test_all_pins_that_are_gone_are_named(index: SimpleIndex, tmp_path: Path) -> None:
    here = make_wheel(index.folder, "here", "1.0")
    version, package, file = (make_wheel(index.folder, name, "1.0") for name in ("version", "package", "file"))
    pins = [pin_of(path) for path in (here, version, package, file)]
    make_wheel(index.folder, "version", "2.0")
    make_wheel(index.folder, "file", "1.0", tag="py3-none-manylinux_2_17_x86_64")
    for path in (version, package, file):
        path.unlink()
    assert told(problems(pins, tmp_path)) == [gone(pins[2]), gone(pins[1]), gone(pins[3])]


def test_a_file_whose_content_was_changed(index: SimpleIndex, tmp_path: Path) -> None:
    wheel = make_wheel(index.folder, "one", "1.0")
    locked = pin_of(wheel)
    make_wheel(index.folder, "one", "1.0", files={"one/__init__.py": b"changed"})
    served = pin_of(wheel)
    assert problems([locked], tmp_path) == (
        Diagnostic(
            code="UV071",
            message="`one-1.0-py3-none-any.whl` is not the file that was locked: its content was changed where it is"
            " served",
            hint="find out who changed it; if that is meant, `layerforge lock --upgrade one` takes the new one",
            notes=(
                f"locked: sha256 {locked.sha256}",
                f"served: sha256 {served.sha256}, {index.file_url(wheel.name)}",
            ),
        ),
    )


def test_an_index_without_sha256(index: SimpleIndex, tmp_path: Path) -> None:
    wheel = make_wheel(index.folder, "one", "1.0")
    index.hash_name = "md5"
    assert problems([pin_of(wheel)], tmp_path) == (
        Diagnostic(
            code="UV072",
            message="the index gives no sha256 of `one-1.0-py3-none-any.whl`",
            hint="have the index give it, or put the wheel into a find-links folder",
        ),
    )


def test_a_wheel_in_a_folder_is_found_there(uv_alone: Path, tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path / "our wheels", "one", "1.0", tag="cp312-cp312-manylinux_2_17_aarch64")
    (tmp_path / "uv.toml").write_text('no-index = true\nfind-links = ["our wheels"]\n')
    assert find_urls([pin_of(wheel)], tmp_path / "sub") == {pin_of(wheel).sha256: wheel.as_uri()}


def test_the_same_name_in_two_places_is_told_apart_by_digest(index: SimpleIndex, tmp_path: Path) -> None:
    make_wheel(index.folder, "one", "1.0")
    own = make_wheel(tmp_path / "own", "one", "1.0", files={"one/__init__.py": b"own"})
    (tmp_path / "uv.toml").write_text('find-links = ["own"]\n')
    assert find_urls([pin_of(own)], tmp_path) == {pin_of(own).sha256: own.as_uri()}


def test_a_package_pinned_to_an_index_is_looked_for_there(index: SimpleIndex, tmp_path: Path) -> None:
    make_wheel(index.folder, "pinned", "2.0")
    own = make_wheel(tmp_path / "own", "pinned", "1.0")
    with serve_index(tmp_path / "own") as private:
        (tmp_path / "pyproject.toml").write_text(
            f'[[tool.uv.index]]\nname = "own"\nurl = "{private.url}"\nexplicit = true\n'
            '[tool.uv.sources]\npinned = {index = "own"}\n'
        )
        assert find_urls([pin_of(own)], tmp_path) == {pin_of(own).sha256: private.file_url(own.name)}
        assert index.requests == []


def test_credentials_stay_out_of_urls(index: SimpleIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = make_wheel(index.folder, "one", "1.0")
    index.auth = ("me", "s3cret")
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.url_as("me", "s3cret"))
    assert find_urls([pin_of(wheel)], tmp_path) == {pin_of(wheel).sha256: index.file_url(wheel.name)}
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.url)
    (found,) = problems([pin_of(wheel)], tmp_path)
    assert found.code == "UV016"
    assert "401 Unauthorized" in found.message


def test_an_index_that_cannot_be_reached_is_one_problem(
    uv_alone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    pins = [plans.pin(name) for name in ("a", "b", "c")]
    (found,) = problems(pins, tmp_path)
    assert found.code == "UV008"


def test_pip_told_of_an_index_and_uv_not(index: SimpleIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UV_DEFAULT_INDEX")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", index.url)
    with pytest.raises(SpecError) as caught:
        find_urls([plans.pin()], tmp_path)
    assert [item.code for item in caught.value.diagnostics] == ["UV040"]
