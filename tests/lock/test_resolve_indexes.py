"""Resolving against indexes that are private, broken, or not the ones that were meant."""

import hashlib
from pathlib import Path

import pytest

from layerforge.diagnostics import Diagnostic, OutsideError, Severity
from layerforge.facts.load import load_facts
from layerforge.lock.requests import read_request
from layerforge.lock.resolve import Resolver
from support import plans
from support.index import SimpleIndex, serve_index
from support.resolving import files, layer_of, refusal, resolve, versions
from support.wheels import make_wheel, pin_of

ARM, X86 = "python312-arm64", "python312-x86-64"
ONE = {"architectures": ["arm64"]}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


def test_a_private_name_comes_from_the_private_index(index: SimpleIndex, tmp_path: Path, project: Path) -> None:
    make_wheel(index.folder, "our-secrets", "99.0")
    make_wheel(index.folder, "public", "1.0")
    own = make_wheel(tmp_path / "own", "our-secrets", "1.0", requires=["public"])
    with serve_index(tmp_path / "own") as private:
        (project / "uv.toml").write_text(f'[[index]]\nname = "own"\nurl = "{private.url}"\n')
        found = resolve(tmp_path, "our-secrets", **ONE)
        assert versions(found)[ARM] == {"our-secrets": "1.0", "public": "1.0"}
        assert found.urls[pin_of(own).sha256] == private.file_url(own.name)
        assert not index.asked_for("our-secrets")


def test_a_package_pinned_to_an_index_comes_from_there(index: SimpleIndex, tmp_path: Path, project: Path) -> None:
    make_wheel(index.folder, "pinned", "99.0")
    make_wheel(index.folder, "other", "1.0")
    make_wheel(tmp_path / "own", "pinned", "1.0")
    make_wheel(tmp_path / "own", "other", "99.0")
    with serve_index(tmp_path / "own") as private:
        (project / "pyproject.toml").write_text(
            f'[[tool.uv.index]]\nname = "own"\nurl = "{private.url}"\nexplicit = true\n'
            '[tool.uv.sources]\npinned = {index = "own"}\n'
        )
        assert versions(resolve(tmp_path, "pinned", "other", **ONE))[ARM] == {"other": "1.0", "pinned": "1.0"}


def test_a_locked_version_is_kept_on_a_pinned_index_too(index: SimpleIndex, tmp_path: Path, project: Path) -> None:
    old = pin_of(make_wheel(tmp_path / "own", "pinned", "1.0"))
    make_wheel(tmp_path / "own", "pinned", "2.0")
    with serve_index(tmp_path / "own") as private:
        (project / "pyproject.toml").write_text(
            f'[[tool.uv.index]]\nname = "own"\nurl = "{private.url}"\nexplicit = true\n'
            '[tool.uv.sources]\npinned = {index = "own"}\n'
        )
        assert versions(resolve(tmp_path, "pinned", preferences=[old], **ONE))[ARM] == {"pinned": "1.0"}
        assert versions(resolve(tmp_path, "pinned", **ONE))[ARM] == {"pinned": "2.0"}


def test_pip_told_of_an_index_and_uv_not(index: SimpleIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_wheel(index.folder, "one", "1.0")
    monkeypatch.delenv("UV_DEFAULT_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", index.url)
    assert refusal(tmp_path, "one") == (
        Diagnostic(
            code="UV040",
            message="pip is told of an index (`PIP_INDEX_URL`), and uv, which resolves, is not",
            hint="set `UV_DEFAULT_INDEX` to the same URL, or put `[[index]]` into a `uv.toml` beside the spec",
            notes=("else a private package's name would be looked for in the public index",),
        ),
    )
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.url)
    assert versions(resolve(tmp_path, "one", **ONE))[ARM] == {"one": "1.0"}


def test_a_folder_of_wheels_is_enough(
    uv_alone: Path, tmp_path: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_wheel(project / "wheels", "app", "1.0", requires=["native"])
    native = make_wheel(project / "wheels", "native", "1.0", tag="cp312-cp312-manylinux_2_17_aarch64")
    (project / "uv.toml").write_text('no-index = true\nfind-links = ["wheels"]\n')
    found = resolve(tmp_path, "app", **ONE)
    assert found.pins == {ARM: (pin_of(app), pin_of(native))}
    assert found.urls == {pin_of(path).sha256: path.as_uri() for path in (app, native)}


def test_credentials_of_the_url_are_used_and_told_to_nobody(
    index: SimpleIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = make_wheel(index.folder, "one", "1.0")
    index.auth = ("me@example.com", "s3cret/+")
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.url_as("me@example.com", "s3cret/+"))
    found = resolve(tmp_path, "one", **ONE)
    assert found.urls == {pin_of(wheel).sha256: index.file_url(wheel.name)}
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.url_as("me@example.com", "wrong-s3cret"))
    (problem,) = refusal(tmp_path, "one", **ONE)
    assert problem.code == "UV016"
    assert problem.message == (
        f"an index refuses the credentials, or wants some: an index URL ({index.url}) could not be queried due to a"
        " lack of valid authentication credentials (401 Unauthorized)"
    )
    assert "wrong-s3cret" not in repr(problem)


@pytest.mark.parametrize(("status", "code"), [(401, "UV016"), (403, "UV016"), (500, "UV008")])
def test_an_index_that_refuses(index: SimpleIndex, tmp_path: Path, status: int, code: str) -> None:
    index.refuse = status
    layer = layer_of(tmp_path, "one", **ONE)  # type: ignore[arg-type]
    with pytest.raises(OutsideError) as caught:
        Resolver()(layer, read_request(layer), facts=load_facts())
    assert [item.code for item in caught.value.diagnostics] == [code]


def test_a_page_for_people_instead_of_an_index(index: SimpleIndex, tmp_path: Path) -> None:
    make_wheel(index.folder, "one", "1.0")
    index.login_page = True
    for requirement, name in (("one==1.0", "one==1.0"), ("one", "one")):
        (found,) = refusal(tmp_path, requirement, **ONE)
        assert found.code == "UV007"
        assert found.message == f"`{name}` is in none of the indexes"
        assert (found.hint or "").startswith(
            "if an index should have it: one that wants a login may answer with a page"
        )
        assert found.location == plans.location()


def test_no_network_at_all(uv_alone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    (found,) = refusal(tmp_path, "one", **ONE)
    assert found.code == "UV008"
    assert found.message == "an index cannot be reached: failed to fetch: `http://127.0.0.1:9/simple/one/`".replace(
        "`", ""
    )
    assert "`UV_FIND_LINKS`" in (found.hint or "")


def test_what_two_systems_lack_is_said_once(index: SimpleIndex, tmp_path: Path) -> None:
    found = refusal(tmp_path, "none", runtimes=["python3.11", "python3.12"])
    assert [item.message for item in found] == ["`none` is in none of the indexes"]


def test_a_package_that_is_there_as_source_only(index: SimpleIndex, tmp_path: Path) -> None:
    (index.folder / "source-1.0.tar.gz").write_bytes(b"")
    make_wheel(index.folder, "app", "1.0", requires=["source"])
    for requirement in ("source", "app"):
        (found,) = refusal(tmp_path, requirement, **ONE)
        assert (found.code, found.message) == (
            "UV013",
            "`source` has no wheel that fits, only source, and layers are made of wheels",
        )
        assert found.location == plans.location()


def test_a_package_without_a_wheel_for_a_target(index: SimpleIndex, tmp_path: Path) -> None:
    make_wheel(index.folder, "native", "1.0", tag="cp312-cp312-manylinux_2_17_x86_64")
    (found,) = refusal(tmp_path, "native")
    assert (found.code, found.message) == ("UV014", "`native` has no wheel that `python3.12/arm64` can load")


def test_a_yanked_pin_is_a_warning(index: SimpleIndex, tmp_path: Path) -> None:
    wheel = make_wheel(index.folder, "one", "1.0")
    index.yanked[wheel.name] = "broken"
    assert resolve(tmp_path, "one==1.0", **ONE).diagnostics == (
        Diagnostic(
            code="UV010",
            message="`one` 1.0 was yanked by its authors: broken",
            severity=Severity.WARNING,
            location=plans.location(),
            hint="take another version",
        ),
    )
    (found,) = refusal(tmp_path, "one", **ONE)
    assert found.message == "every version of `one` that fits was yanked by its authors"


def test_an_extra_that_is_not_there(index: SimpleIndex, tmp_path: Path) -> None:
    make_wheel(index.folder, "one", "1.0", metadata=["Provides-Extra: all"], requires=["two ; extra == 'all'"])
    make_wheel(index.folder, "two", "1.0")
    assert versions(resolve(tmp_path, "one[all]", **ONE))[ARM] == {"one": "1.0", "two": "1.0"}
    (found,) = refusal(tmp_path, "one[al]", **ONE)
    assert found.message == "`one` 1.0 has no extra `al`, so nothing would come of asking for it"


def test_an_index_without_digests_has_its_files_read(index: SimpleIndex, tmp_path: Path) -> None:
    wheel = make_wheel(index.folder, "one", "1.0")
    index.no_hash = True
    assert resolve(tmp_path, "one", **ONE).pins == {ARM: (pin_of(wheel),)}


def test_an_index_with_digests_of_another_kind(index: SimpleIndex, tmp_path: Path) -> None:
    make_wheel(index.folder, "one", "1.0")
    index.hash_name = "md5"
    assert refusal(tmp_path, "one", **ONE) == (
        Diagnostic(
            code="UV055",
            message="the index gives no sha256 of `one-1.0-py3-none-any.whl`, only md5",
            location=plans.location(),
            hint="a lock knows files by their sha256: have the index give it, or put the wheel into a find-links"
            " folder",
        ),
    )


@pytest.mark.parametrize("json_pages", [True, False])
@pytest.mark.parametrize("metadata", [True, False])
def test_every_form_of_index(index: SimpleIndex, tmp_path: Path, json_pages: bool, metadata: bool) -> None:
    index.json_pages, index.metadata = json_pages, metadata
    make_wheel(index.folder, "app", "1.0", requires=["native"])
    make_wheel(index.folder, "native", "1.0+local.1", tag="cp312-cp312-manylinux_2_17_aarch64")
    assert versions(resolve(tmp_path, "app", **ONE))[ARM] == {"app": "1.0", "native": "1.0+local.1"}


def test_constraints_and_hashes_of_a_requirements_file(index: SimpleIndex, tmp_path: Path, project: Path) -> None:
    pure = make_wheel(index.folder, "one", "1.0", requires=["two"])
    make_wheel(index.folder, "one", "1.0", tag="cp312-cp312-manylinux_2_17_aarch64", requires=["two"])
    two = make_wheel(index.folder, "two", "1.0")
    make_wheel(index.folder, "two", "2.0")
    digest = hashlib.sha256(pure.read_bytes()).hexdigest()
    (project / "limits.txt").write_text(f"two<2 --hash=sha256:{pin_of(two).sha256}\n")
    (project / "requirements.txt").write_text(f"one==1.0 --hash=sha256:{digest}\n-c limits.txt\n")
    found = resolve(tmp_path, file="requirements.txt", **ONE)
    assert found.pins == {ARM: (pin_of(pure), pin_of(two))}

    (project / "limits.txt").write_text("two<2\n")
    (problem,) = refusal(tmp_path, file="requirements.txt", **ONE)
    assert problem == Diagnostic(
        code="REQ019",
        message="`two` has no hash, and where one requirement has one, all packages need one",
        location=plans.location("layers.data"),
        hint="`uv pip compile --generate-hashes --universal` writes the hashes of everything that is needed",
    )


def test_hashes_that_no_file_has(index: SimpleIndex, tmp_path: Path, project: Path) -> None:
    make_wheel(index.folder, "one", "1.0")
    (project / "requirements.txt").write_text(f"one==1.0 --hash=sha256:{'0' * 64}\n")
    (problem,) = refusal(tmp_path, file="requirements.txt", **ONE)
    assert problem.code == "UV050"
    assert problem.message == (
        "`one` 1.0 has no wheel that `python3.12/arm64` can load: no wheel that fits has one of the hashes that are"
        " given for it"
    )
    assert (
        problem.hint
        == "add the hash of its wheel: `uv pip compile --generate-hashes --universal` writes those of all files"
    )
    assert problem.location is not None
    assert (problem.location.file, problem.location.line) == ("requirements.txt", 1)


def test_a_dependency_that_hangs_on_the_kernel(index: SimpleIndex, tmp_path: Path) -> None:
    make_wheel(index.folder, "app", "1.0", requires=["one ; platform_release >= '5'"])
    make_wheel(index.folder, "one", "1.0")
    assert refusal(tmp_path, "app", **ONE) == (
        Diagnostic(
            code="UV057",
            message="whether `one` is needed hangs on the kernel's version, which Lambda does not promise",
            location=plans.location("layers.data"),
            hint="ask for another version of what brings it, or override it in uv's `override-dependencies`",
        ),
    )


def test_the_environment_has_no_say_in_versions(
    index: SimpleIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for version in ("1.0", "2.0", "3.0rc1"):
        make_wheel(index.folder, "one", version)
    (tmp_path / "limits.txt").write_text("one<2\n")
    monkeypatch.setenv("UV_CONSTRAINT", str(tmp_path / "limits.txt"))
    monkeypatch.setenv("UV_RESOLUTION", "lowest")
    monkeypatch.setenv("UV_PRERELEASE", "allow")
    monkeypatch.setenv("UV_FROZEN", "1")
    found = resolve(tmp_path, "one", **ONE)
    assert versions(found)[ARM] == {"one": "2.0"}
    assert [item.message.split()[0] for item in found.diagnostics] == [
        "`UV_CONSTRAINT`",
        "`UV_RESOLUTION`",
        "`UV_PRERELEASE`",
    ]


def test_settings_of_the_project_have(index: SimpleIndex, tmp_path: Path, project: Path) -> None:
    for version in ("1.0", "2.0", "3.0rc1"):
        make_wheel(index.folder, "one", version)
    make_wheel(index.folder, "app", "1.0", requires=["one"])
    for line, version in (
        ('constraint-dependencies = ["one<2"]', "1.0"),
        ('override-dependencies = ["one==1.0"]', "1.0"),
        ('prerelease = "allow"', "3.0rc1"),
        ('resolution = "lowest"', "1.0"),
    ):
        (project / "uv.toml").write_text(line)
        assert versions(resolve(tmp_path, "app", **ONE))[ARM]["one"] == version


def test_settings_that_uv_does_not_take_are_blamed_on_their_file(
    index: SimpleIndex, tmp_path: Path, project: Path
) -> None:
    (project / "uv.toml").write_text('prerelease = "perhaps"')
    (found,) = refusal(tmp_path, "one", **ONE)
    assert found.code == "UV005"
    assert found.message == "`uv` did not take the settings of the generated project, so its result cannot be used"
    assert found.hint == f"one of the settings that come from {project / 'uv.toml'} is the cause"
    assert "perhaps" in " ".join(found.notes)


def test_uv_told_to_read_no_settings_still_reads_ours(
    index: SimpleIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_wheel(index.folder, "one", "1.0", tag="cp311-cp311-manylinux_2_17_aarch64")
    make_wheel(index.folder, "one", "2.0", tag="cp311-cp311-manylinux_2_28_aarch64")
    config = tmp_path / "home" / ".config" / "uv" / "uv.toml"
    config.parent.mkdir(parents=True)
    config.write_text('constraint-dependencies = ["one<1"]\nindex-url = "http://127.0.0.1:9/simple"\n')
    monkeypatch.setenv("UV_NO_CONFIG", "1")
    found = resolve(tmp_path, "one", runtimes=["python3.11"], **ONE)
    assert files(found) == {"python311-arm64": ["one-1.0-cp311-cp311-manylinux_2_17_aarch64.whl"]}
