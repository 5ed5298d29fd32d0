"""What uv says, in our words: recorded from uv 0.13."""

# ruff: noqa: E501 - uv's words as they come

from pathlib import Path
from textwrap import dedent

import pytest

from layerforge.diagnostics import Diagnostic, LayerforgeError, Location, OutsideError, Severity, SpecError
from layerforge.facts.load import load_facts
from layerforge.lock.asked import Asked, read_requirement
from layerforge.lock.requests import Request
from layerforge.lock.targets import platform_of
from layerforge.lock.uv_settings import Settings
from layerforge.lock.uv_talk import failure, warnings
from layerforge.names import Sha256
from layerforge.process import Finished
from support import plans

PLATFORMS = [
    platform_of(target, load_facts()) for target in plans.targets(["python3.11", "python3.12"], ["x86_64", "arm64"])
]
X86 = "python_full_version == '3.12.*' and implementation_name == 'cpython' and platform_machine == 'x86_64' and sys_platform == 'linux'"
OLD_ARM = (
    "python_full_version >= '3.11.4' and python_full_version < '3.12' and implementation_name == 'cpython'"
    " and platform_machine == 'aarch64' and sys_platform == 'linux'"
)
ACTIVE = (
    "hint: While the active Python version is 3.11, the resolution failed for other Python versions supported by your"
    " project. Consider limiting your project's supported Python versions using `requires-python`.\n"
)
LOGIN = (
    "if an index should have it: one that wants a login may answer with a page for people instead; look at the index's"
    " URL and credentials (`UV_DEFAULT_INDEX`, `UV_INDEX`, or `[[index]]` in uv.toml), else at the name's spelling"
)
WHEEL = (
    "build its wheel once (`pip wheel --no-deps …`), put it into an index or a folder that uv's `find-links` names, and"
    " ask for it as `name==version`"
)
NETWORK = (
    "uv asks the indexes of `UV_DEFAULT_INDEX`, `UV_INDEX` and uv.toml; proxies are `HTTPS_PROXY` and `NO_PROXY`, a"
    " company's certificates `SSL_CERT_FILE`; without a network, name a folder of wheels in `UV_FIND_LINKS` and set"
    " `UV_NO_INDEX=1`"
)
CREDENTIALS = (
    "give them by `UV_INDEX_<NAME>_USERNAME` and `UV_INDEX_<NAME>_PASSWORD`, in the index's URL, by netrc, or by"
    " `UV_KEYRING_PROVIDER=subprocess`"
)


def place(text: str) -> Location:
    line = ["pure[extra]==9", "clash", "nat"].index(text) + 3
    return Location(file="layers.yaml", line=line, column=3, length=len(text), text=f"- {text}")


def asked(text: str) -> Asked:
    found = read_requirement(text, place(text))
    assert isinstance(found, Asked)
    return found


REQUEST = Request(
    requirements=(asked("pure[extra]==9"), asked("clash"), asked("nat")),
    settings=Settings(origin=Path("/project/uv.toml")),
    digest=Sha256(""),
)


def said(stderr: str, returncode: int = 1) -> Finished:
    return Finished(argv=("uv", "lock"), returncode=returncode, stdout="", stderr=dedent(stderr))


def no_solution(reasons: str, hints: str = "", split: str = X86) -> LayerforgeError:
    head = f"error: No solution found when resolving dependencies for split (markers: {split})\n"
    return failure(said(head + reasons + "\n\n" + ACTIVE + hints), REQUEST, PLATFORMS)


def one(error: LayerforgeError) -> Diagnostic:
    (found,) = error.diagnostics
    return found


@pytest.mark.parametrize(
    ("reasons", "code", "message", "hint", "where"),
    [
        (
            (
                "  cause: Because there is no version of pure==9 and your project depends on pure==9, we can conclude that your"
                " project's requirements are unsatisfiable."
            ),
            "UV007",
            "`pure==9` is in none of the indexes",
            LOGIN,
            "pure[extra]==9",
        ),
        (
            (
                "  cause: Because nat was not found in the package registry and your project depends on nat, we can conclude"
                " that your project's requirements are unsatisfiable."
            ),
            "UV007",
            "`nat` is in none of the indexes",
            LOGIN,
            "nat",
        ),
        (
            (
                "  cause: Because there are no versions of nat and your project depends on nat, we can conclude that your"
                " project's requirements are unsatisfiable."
            ),
            "UV007",
            "`nat` is in none of the indexes",
            LOGIN,
            "nat",
        ),
        (
            (
                "  cause: Because sd==1.0 has no usable wheels and only sd==1.0 is available, we can conclude that all versions"
                " of sd cannot be used.\n         And because your project depends on clash, we can conclude that x."
            ),
            "UV013",
            "`sd` has no wheel that fits, only source, and layers are made of wheels",
            WHEEL,
            "clash",
        ),
        (
            (
                f"  cause: Because nat==1.0 has no `{OLD_ARM}`-compatible wheels and only nat==1.0 is available, we can conclude"
                " that all versions of nat cannot be used.\n         And because your project depends on nat, we can conclude x."
            ),
            "UV014",
            "`nat` has no wheel that `python3.11/arm64` can load",
            f"ask for another version, drop the target from the layer, or {WHEEL}",
            "nat",
        ),
        (
            (
                "  cause: Because all versions of nat have no usable wheels and your project depends on nat, we can conclude"
                " that your project's requirements are unsatisfiable."
            ),
            "UV013",
            "`nat` has no wheel that fits, only source, and layers are made of wheels",
            WHEEL,
            "nat",
        ),
        (
            (
                "  cause: Because nat>=1.0,<2.0 has no usable wheels and only the following versions of nat are available:\n"
                "             nat>=1.0,<2.0\n         we can conclude that all versions of nat cannot be used.\n"
                "         And because your project depends on nat, we can conclude x."
            ),
            "UV013",
            "`nat` has no wheel that fits, only source, and layers are made of wheels",
            WHEEL,
            "nat",
        ),
        (
            (
                "  cause: Because all of:\n             nat<=1.0\n             nat==1.1\n         have no usable wheels and all"
                f" of:\n             nat>=1.2,<=1.4\n             nat>=1.5,<2\n         have no `{OLD_ARM}`-compatible wheels and"
                " your project depends on nat, we can conclude that your project's requirements are unsatisfiable."
            ),
            "UV014",
            "`nat` has no wheel that `python3.11/arm64` can load",
            f"ask for another version, drop the target from the layer, or {WHEEL}",
            "nat",
        ),
        (
            (
                "  cause: Because nat==1.0 has no wheels with a matching Python version tag (e.g., `cp38`) and your project"
                " depends on nat==1.0, we can conclude that your project's requirements are unsatisfiable."
            ),
            "UV014",
            "`nat` has no wheel that the Pythons of these targets can load",
            f"ask for another version, drop the target from the layer, or {WHEEL}",
            "nat",
        ),
        (
            (
                "  cause: Because nat==1.0 was yanked (reason: broken) and only nat==1.0 is available, we can conclude that all"
                " versions of nat cannot be used.\n         And because your project depends on nat, we can conclude that x."
            ),
            "UV015",
            "every version of `nat` that fits was yanked by its authors",
            "pin it by `==1.0` if it has to be",
            "nat",
        ),
    ],
)
def test_no_solution_for_one_reason(reasons: str, code: str, message: str, hint: str, where: str) -> None:
    error = no_solution(reasons)
    assert isinstance(error, SpecError)
    found = one(error)
    assert (found.code, found.message, found.hint, found.location) == (code, message, hint, place(where))


def test_requirements_that_exclude_each_other_are_all_shown() -> None:
    error = no_solution(
        "  cause: Because all versions of clash depend on dep<2 and pure>=2.0 depends on dep>=2, we can conclude that all"
        " versions of clash and pure>=2.0 are incompatible.\n"
        "         And because your project depends on clash and pure[extra]==9, we can conclude that your project's"
        " requirements are unsatisfiable."
    )
    assert one(error) == Diagnostic(
        code="UV006",
        message="the requirements have no solution for python3.12/x86_64",
        location=place("pure[extra]==9"),
        hint="loosen one of the requirements; the notes say which exclude each other",
        notes=(
            (
                "Because all versions of clash depend on dep<2 and pure>=2.0 depends on dep>=2, we can conclude that all"
                " versions of clash and pure>=2.0 are incompatible."
            ),
            (
                "And because the layer depends on clash and pure[extra]==9, we can conclude that the layer's requirements are"
                " unsatisfiable."
            ),
            "asked for at layers.yaml:4: - clash",
        ),
    )


@pytest.mark.parametrize(
    ("hint", "shown"),
    [
        (
            (
                "hint: An index URL (https://me:secret@own.example/simple/) could not be queried due to a lack of valid"
                " authentication credentials (401 Unauthorized)\n"
            ),
            (
                "an index URL (https://own.example/simple/) could not be queried due to a lack of valid authentication"
                " credentials (401 Unauthorized)"
            ),
        ),
        (
            (
                "hint: An index (https://own.example/simple/) returned a 403 Forbidden error. Check that the index URL is"
                " correct and the credentials are valid.\n"
            ),
            (
                "an index (https://own.example/simple/) returned a 403 Forbidden error. Check that the index URL is correct"
                " and the credentials are valid"
            ),
        ),
    ],
)
def test_not_found_may_mean_not_let_in(hint: str, shown: str) -> None:
    reason = (
        "Because nat was not found in the package registry and your project depends on nat, we can conclude that x."
    )
    error = no_solution(f"  cause: {reason}", "\n" + hint)
    assert isinstance(error, OutsideError)
    assert one(error) == Diagnostic(
        code="UV016",
        message=f"an index refuses the credentials, or wants some: {shown}",
        hint=CREDENTIALS,
        notes=(reason.replace("your project", "the layer"),),
    )


def test_a_file_that_is_refused() -> None:
    error = failure(
        said(
            """\
            error: Failed to fetch: https://own.example/files/pure-1.0-py3-none-any.whl
              cause: HTTP status client error (403 Forbidden) for url (https://own.example/files/pure-1.0-py3-none-any.whl)
            """,
            2,
        ),
        REQUEST,
        PLATFORMS,
    )
    assert one(error) == Diagnostic(
        code="UV016",
        message="an index refuses the credentials, or wants some: failed to fetch:"
        " https://own.example/files/pure-1.0-py3-none-any.whl",
        hint=CREDENTIALS,
        notes=(
            "HTTP status client error (403 Forbidden) for url (https://own.example/files/pure-1.0-py3-none-any.whl)",
        ),
    )


@pytest.mark.parametrize(
    "causes",
    [
        ["error sending request for url (https://own.example/simple/pure/)", "client error (Connect)", "dns error"],
        ["HTTP status server error (500 Internal Server Error) for url (https://own.example/simple/pure/)"],
    ],
)
def test_an_index_that_cannot_be_reached(causes: list[str]) -> None:
    lines = ["error: Failed to fetch: https://own.example/simple/pure/", *(f"  cause: {cause}" for cause in causes)]
    error = failure(said("\n".join(lines), 2), REQUEST, PLATFORMS)
    assert isinstance(error, OutsideError)
    assert one(error) == Diagnostic(
        code="UV008",
        message="an index cannot be reached: failed to fetch: https://own.example/simple/pure/",
        hint=NETWORK,
        notes=tuple(causes),
    )


def test_uv_told_to_stay_offline() -> None:
    error = no_solution(
        "  cause: Because pure was not found in the cache and your project depends on pure, we can conclude that x.",
        "\nhint: Packages were unavailable because the network was disabled. When the network is disabled, registry"
        " packages may only be read from the cache.\n",
    )
    assert isinstance(error, OutsideError)
    found = one(error)
    assert (found.code, found.message, found.hint) == (
        "UV008",
        "packages are not in uv's cache, and uv is told to stay offline",
        "unset `UV_OFFLINE`",
    )


def test_anything_else_is_shown_as_uv_says_it() -> None:
    stderr = """\
        Using CPython 3.11.7 interpreter at: /usr/bin/python3
        error: Failed to build `layerforge-generated-project @ file:///tmp/x`
          cause: Failed to parse entry: `pure`
          cause: Package `pure` references an undeclared index: `none`
        """
    assert one(failure(said(stderr), REQUEST, PLATFORMS)) == Diagnostic(
        code="UV009",
        message="uv failed: failed to build `layerforge-generated-project @ file:///tmp/x`",
        hint="settings that were carried along come from /project/uv.toml",
        notes=("Failed to parse entry: `pure`", "Package `pure` references an undeclared index: `none`"),
    )


def test_a_cache_that_uv_cannot_write() -> None:
    stderr = """\
        error: Failed to initialize cache at `/home/me/.cache/uv`
          cause: failed to create directory `/home/me/.cache/uv`: Permission denied (os error 13)
        """
    assert one(failure(said(stderr), REQUEST, PLATFORMS)) == Diagnostic(
        code="UV009",
        message="uv failed: failed to initialize cache at `/home/me/.cache/uv`",
        hint="uv keeps what it fetches there; `UV_CACHE_DIR` names a folder that can be written",
        notes=("failed to create directory `/home/me/.cache/uv`: Permission denied (os error 13)",),
    )


def test_a_failure_without_words() -> None:
    assert one(failure(said("", 2), None, ())).message == "uv failed: no reason given"


def test_a_yanked_pin_is_a_warning_with_its_place() -> None:
    found = warnings(said('warning: `nat==1.0` is yanked (reason: "broken")\n', 0), REQUEST)
    assert found == (
        Diagnostic(
            code="UV010",
            message="`nat` 1.0 was yanked by its authors: broken",
            severity=Severity.WARNING,
            location=place("nat"),
            hint="take another version",
        ),
    )


def test_a_yanked_dependency_has_no_place() -> None:
    (found,) = warnings(said("warning: `other==1.0` is yanked\n", 0), REQUEST)
    assert (found.message, found.location) == ("`other` 1.0 was yanked by its authors", None)


def test_an_extra_that_is_not_there_is_an_error_where_it_is_asked_for() -> None:
    with pytest.raises(SpecError) as caught:
        warnings(said("warning: The package `pure==9` does not have an extra named `extra`\n", 0), REQUEST)
    assert one(caught.value) == Diagnostic(
        code="UV011",
        message="`pure` 9 has no extra `extra`, so nothing would come of asking for it",
        location=place("pure[extra]==9"),
        hint="look at the spelling, or drop the extra",
    )


def test_an_extra_that_a_dependency_asks_for_in_vain_is_a_warning() -> None:
    (found,) = warnings(said("warning: The package `dep==9` does not have an extra named `x`\n", 0), REQUEST)
    assert (found.code, found.severity, found.location, found.hint) == ("UV011", Severity.WARNING, None, None)


@pytest.mark.parametrize(
    "warning",
    [
        "Failed to parse `pyproject.toml` during settings discovery:\n  TOML parse error at line 14, column 1",
        (
            "Setting `minimum-libc-version` is experimental and may change without warning. Pass `--preview-features"
            " minimum-libc-version` to disable this warning."
        ),
    ],
)
def test_settings_that_uv_ignores_are_an_error(warning: str) -> None:
    with pytest.raises(OutsideError) as caught:
        warnings(said(f"warning: {warning}\nResolved 2 packages in 1ms\n", 0), REQUEST)
    assert one(caught.value) == Diagnostic(
        code="UV005",
        message="`uv` did not take the settings of the generated project, so its result cannot be used",
        hint="one of the settings that come from /project/uv.toml is the cause",
        notes=tuple(warning.splitlines()),
    )


def test_locked_versions_that_uv_ignores_are_an_error() -> None:
    line = "Ignoring existing lockfile due to change in fork strategy: `requires-python` vs. `fewest`"
    with pytest.raises(OutsideError) as caught:
        warnings(said(f"{line}\nResolved 2 packages in 1ms\n", 0), REQUEST)
    assert one(caught.value) == Diagnostic(
        code="UV004",
        message=f"`uv` did not keep the locked versions: {line}",
        hint="this is a bug of layerforge: please report it; `lock --upgrade` goes around it",
    )


def test_a_warning_that_we_do_not_know_is_shown_as_uv_says_it_once() -> None:
    stderr = "warning: something new\n  cause: it is so\nResolved 2 packages in 1ms\nwarning: something new\n  cause: it is so\n"
    assert warnings(said(stderr, 0), REQUEST) == (
        Diagnostic(
            code="UV012", message="uv warns: something new", severity=Severity.WARNING, notes=("  cause: it is so",)
        ),
    )


def test_what_uv_tells_of_its_work_is_not_shown() -> None:
    stderr = "Using CPython 3.11.7 interpreter at: /usr/bin/python3\nResolved 2 packages in 1ms\nAdded pure v2.0\n"
    assert warnings(said(stderr, 0), REQUEST) == ()
