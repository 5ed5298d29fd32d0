"""The files of a function's code: where they go, what stays out, and what is refused, in words of functions."""

import hashlib
import shutil
from pathlib import Path

import pytest

from layerforge.cli.messages import render_diagnostics
from layerforge.diagnostics import SpecError
from layerforge.lock.fields import fields_digest
from layerforge.lock.never_packed import never_packed
from layerforge.lock.own_files import collect, collect_all, own_files_digest
from layerforge.lock.types import OwnFile
from layerforge.plan.function_types import Function
from layerforge.plan.packaged import is_code, root_of, source_of, word_for
from support import plans
from support.checkouts import Checkout, function_of, layer_of

PLACE = " --> layers.yaml:7:11 (functions.processor.code)\n\n"


def refusal(function: Function) -> str:
    with pytest.raises(SpecError) as caught:
        collect(function)
    return render_diagnostics(caught.value.diagnostics)


def test_code_lies_at_the_root_of_its_zip(checkout: Checkout) -> None:
    checkout.write({"src/handler.py": "x = 1\n", "src/lib/a.py": "", "src/data.json": "{}"})
    files = collect(function_of(checkout.path))
    assert [file.path for file in files] == ["data.json", "handler.py", "lib/a.py"]
    assert files[1] == OwnFile(
        path="handler.py",
        source=checkout.path.resolve() / "src/handler.py",
        mode=0o644,
        size=6,
        sha256=hashlib.sha256(b"x = 1\n").hexdigest(),
    )


def test_one_file_is_code_too(checkout: Checkout) -> None:
    checkout.write({"src/handler.py": "x = 1\n"})
    assert [file.path for file in collect(function_of(checkout.path, "src/handler.py"))] == ["handler.py"]


def test_the_same_folder_as_code_and_as_an_include(checkout: Checkout) -> None:
    checkout.write({"src/a.py": "x = 1\n"})
    found = collect_all([layer_of(checkout.path, "src", name="utils"), function_of(checkout.path)])
    assert [file.path for file in found["utils"].files] == ["python/src/a.py"]
    assert [file.path for file in found["processor"].files] == ["a.py"]


def test_programs_of_the_code_are_executable(checkout: Checkout) -> None:
    checkout.write({"src/bootstrap": "#!/bin/sh\n", "src/tools/t": "x", "src/plain": "x"})
    files = collect(function_of(checkout.path, executable=("tools/*",)))
    assert {file.path: oct(file.mode) for file in files} == {
        "bootstrap": "0o755",
        "plain": "0o644",
        "tools/t": "0o755",
    }


def test_own016_shows_globs_of_a_function(checkout: Checkout) -> None:
    checkout.write({"src/tool": "x"})
    found = collect_all([function_of(checkout.path, executable=("src/tool", "*"))])["processor"].diagnostics
    assert render_diagnostics(found) == (
        "warning[OWN016]: `executable` of `processor` has `src/tool`, which matches none of its own files\n"
        " --> layers.yaml:1:1 (functions.processor)\n"
        "\n"
        "hint: globs stand for whole paths within the ZIP, such as `tools/*`\n"
    )


@pytest.mark.parametrize("git", [True, False])
def test_installed_node_modules_are_code_and_no_part_of_a_layer(checkout: Checkout, *, git: bool) -> None:
    checkout.write({"src/index.mjs": "", "src/node_modules/left-pad/index.js": "", "src/.env": "SECRET=1"})
    if not git:
        shutil.rmtree(checkout.path / ".git")
    found = collect_all([function_of(checkout.path), layer_of(checkout.path, ("src", "."), name="utils")])
    assert [file.path for file in found["processor"].files] == ["index.mjs", "node_modules/left-pad/index.js"]
    assert [file.path for file in found["utils"].files] == ["python/index.mjs"]


def test_ignored_node_modules_stay_out_of_code(checkout: Checkout) -> None:
    checkout.write({"src/index.mjs": "", "src/node_modules/a/index.js": "", ".gitignore": "node_modules/\n"})
    assert [file.path for file in collect(function_of(checkout.path))] == ["index.mjs"]


def test_never_packed() -> None:
    assert never_packed(["a", "node_modules"]) == "node_modules"
    assert never_packed(["a", "node_modules"], code=True) is None
    assert never_packed(["a", ".env"], code=True) == ".env"


def test_own001_no_code(checkout: Checkout) -> None:
    assert refusal(function_of(checkout.path)) == (
        f"error[OWN001]: the code `src` does not exist\n{PLACE}hint: paths start at the folder of the spec\n"
    )


def test_own002_empty_or_ignored_code(checkout: Checkout) -> None:
    (checkout.path / "src").mkdir()
    assert refusal(function_of(checkout.path)) == (
        f"error[OWN002]: the code `src` is an empty folder\n{PLACE}hint: put the code there, or name another folder\n"
    )
    checkout.write({"src/a.py": "", ".gitignore": "src/\n"})
    assert refusal(function_of(checkout.path)) == (
        f"error[OWN002]: the code `src` holds nothing to pack: all that lies there is ignored\n{PLACE}"
        "hint: take it out of `.gitignore`, or track it with `git add --force`; `git check-ignore -v src/*` tells the "
        "rule\n"
    )


def test_own002_a_name_that_is_never_packed(checkout: Checkout) -> None:
    checkout.write({".env/a.py": ""})
    assert refusal(function_of(checkout.path, ".env")) == (
        f"error[OWN002]: the code `.env` holds nothing to pack: `.env` is never part of a function\n{PLACE}"
        "hint: name the code itself\n"
    )


def test_own003_the_folder_of_the_spec(checkout: Checkout) -> None:
    checkout.write({"handler.py": ""})
    assert refusal(function_of(checkout.path, ".")) == (
        f"error[OWN003]: the code `.` holds the spec itself, with its lock and its modules\n{PLACE}"
        "hint: put the function's code into a folder of its own and name that\n"
    )


def test_own006_a_link(checkout: Checkout) -> None:
    checkout.write({"real/a.py": ""})
    (checkout.path / "src").symlink_to("real")
    assert refusal(function_of(checkout.path)) == (
        f"error[OWN006]: `src` is a symbolic link\n{PLACE}hint: name what it points to\n"
    )


@pytest.mark.parametrize("name", ["app.zip", "app.JAR", "app.tar.gz"])
def test_own017_an_archive_is_no_code(checkout: Checkout, name: str) -> None:
    checkout.write({f"build/{name}": b"PK"})
    assert refusal(function_of(checkout.path, f"build/{name}")) == (
        f"error[OWN017]: the code `build/{name}` is an archive already, and would be packed into another one\n{PLACE}"
        "hint: name the folder that it was made of, or put it into a bucket and name that\n"
    )


def test_an_archive_may_be_part_of_code_and_of_a_layer(checkout: Checkout) -> None:
    checkout.write({"src/words.zip": b"PK", "words.zip": b"PK"})
    assert [file.path for file in collect(function_of(checkout.path))] == ["words.zip"]
    assert [file.path for file in collect(layer_of(checkout.path, "words.zip"))] == ["python/words.zip"]


def test_the_digest_follows_paths_modes_and_content(checkout: Checkout) -> None:
    def digest() -> str:
        return own_files_digest(collect(function_of(checkout.path)))

    checkout.write({"src/a.py": "x = 1\n"})
    seen = [digest()]
    checkout.write({"src/a.py": "x = 2\n"})
    seen.append(digest())
    checkout.write({"src/a.py": "#!x = 2\n"})
    seen.append(digest())
    (checkout.path / "src/a.py").rename(checkout.path / "src/b.py")
    seen.append(digest())
    assert len(set(seen)) == 4


def test_golden_fields_of_code() -> None:
    """A digest that changes makes every function of every user stale: only with a good reason."""
    function = function_of(Path("/project"), exclude=("**/tests/**", "docs/**"))
    assert fields_digest(function) == "631e74428cb78381da0ea2c15afca9c52791ce4bd697e1bf7d538f0c28157d8f"


def test_fields_of_code_are_none_of_a_layer() -> None:
    folder = Path("/project")
    assert fields_digest(function_of(folder)) != fields_digest(layer_of(folder))
    assert fields_digest(function_of(folder, exclude=("a",))) != fields_digest(function_of(folder))
    assert fields_digest(function_of(folder, exclude=("a", "b"))) == fields_digest(
        function_of(folder, exclude=("b", "a", "a"))
    )


def test_what_there_is_to_know_of_both_kinds() -> None:
    layer, function = plans.layer(), plans.function()
    assert (root_of(layer), is_code(layer), word_for(layer)) == ("python", False, "layer")
    assert (root_of(function), is_code(function), word_for(function)) == (".", True, "function")
    with pytest.raises(ValueError, match="data-processor has no ZIP"):
        source_of(plans.function(code=None))
