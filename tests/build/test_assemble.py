"""Which members a layer has: what is excluded, who wins a path, and what cannot stand side by side."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerforge.build.assemble import Assembled, assemble
from layerforge.build.content import OWN_FILES
from layerforge.build.types import Member
from layerforge.diagnostics import Diagnostic, FindingsError, Severity
from layerforge.names import PackageName
from layerforge.plan.types import Exclude
from support.plans import location

A, B, C = "aa 1.0", "bb 2.0", "cc 3.0"


@dataclass(frozen=True)
class Text:
    """Content that lies in memory."""

    data: bytes

    def chunks(self) -> Iterator[bytes]:
        yield self.data


def member(name: str, origin: str = A, content: bytes = b"x", *, mode: int = 0o644) -> Member:
    return Member(
        name=name,
        mode=mode,
        method=0,
        crc32=zlib.crc32(content),
        compressed_size=len(content),
        size=len(content),
        content=Text(content),
        origin=origin,
    )


def assembled(members: Sequence[Member], *globs: str, prefer: Sequence[str] = ()) -> Assembled:
    exclude = [Exclude(glob=glob, where=location("layers.x.source.exclude")) for glob in globs]
    return assemble(members, exclude, [PackageName(name) for name in prefer])


def kept(members: Sequence[Member], *globs: str) -> list[str]:
    return [item.name for item in assembled(members, *globs).members]


def errors(members: Sequence[Member], *globs: str, prefer: Sequence[str] = ()) -> tuple[Diagnostic, ...]:
    with pytest.raises(FindingsError) as caught:
        assembled(members, *globs, prefer=prefer)
    return caught.value.diagnostics


TREE = [
    member(f"python/{name}")
    for name in ("a/__init__.py", "a/tests/x.py", "a/tests/deep/y.py", "a/b/tests/z.py", "tests.py", "a/x.pyi")
]


@pytest.mark.parametrize(
    ("globs", "left"),
    [
        ((), ["a/__init__.py", "a/b/tests/z.py", "a/tests/deep/y.py", "a/tests/x.py", "a/x.pyi", "tests.py"]),
        (("**/tests/**",), ["a/__init__.py", "a/x.pyi", "tests.py"]),
        (("python/a/tests/",), ["a/__init__.py", "a/b/tests/z.py", "a/x.pyi", "tests.py"]),
        (("**/*.pyi", "python/tests.py", "**/tests/**"), ["a/__init__.py"]),
        (("python/*/*.py",), ["a/b/tests/z.py", "a/tests/deep/y.py", "a/tests/x.py", "a/x.pyi", "tests.py"]),
    ],
)
def test_what_a_glob_matches_stays_out(globs: tuple[str, ...], left: list[str]) -> None:
    assert kept(TREE, *globs) == [f"python/{name}" for name in left]
    assert assembled(TREE, *globs).diagnostics == ()


@pytest.mark.parametrize(
    ("glob", "hint"),
    [
        ("tests", "`**/tests/**` does"),
        ("tests/", "`**/tests/**` does"),
        ("*.pyi", "`**/*.pyi` does"),
        ("a/x.pyi", "`python/a/x.pyi` does"),
        ("/python/tests.py", "`python/tests.py` does"),
        ("python/a/tests", "`python/a/tests/**` does"),
        ("**/docs/**", "globs are over whole paths in the ZIP, such as `python/pandas/tests/**` in a layer"),
    ],
)
def test_a_glob_that_matches_nothing_is_a_warning_with_the_one_that_would(glob: str, hint: str) -> None:
    assert assembled(TREE, glob, "**/b/**").diagnostics == (
        Diagnostic(
            code="BUILD003",
            severity=Severity.WARNING,
            message=f"`{glob}` excludes nothing",
            location=location("layers.x.source.exclude"),
            hint=hint,
        ),
    )


def test_a_glob_is_not_idle_because_another_one_took_its_files() -> None:
    assert assembled(TREE, "**/tests/**", "python/a/tests/x.py").diagnostics == ()


def test_exclude_goes_before_the_search_for_collisions() -> None:
    assert kept([member("python/x", A, b"1"), member("python/x", B, b"2"), member("python/y")], "python/x") == [
        "python/y"
    ]


def test_nothing_left_is_an_error() -> None:
    hint = "AWS takes no empty ZIP: exclude less, add `requirements` or `include`, or take it out of the spec"
    message = "there is nothing to put into the ZIP: "
    assert errors([]) == (
        Diagnostic(code="BUILD005", message=f"{message}no package and no own file brings anything", hint=hint),
    )
    assert errors(TREE, "**") == (
        Diagnostic(code="BUILD005", message=f"{message}`exclude` leaves nothing over", hint=hint),
    )


def test_equal_content_is_taken_once_from_the_first_by_name_in_any_order() -> None:
    rivals = [member("python/x", origin) for origin in (C, A, B, OWN_FILES)]
    for order in (rivals, rivals[::-1], rivals[2:] + rivals[:2]):
        assert [(item.name, item.origin) for item in assembled(order).members] == [("python/x", A)]


def test_packages_go_before_own_files_of_the_same_content() -> None:
    assert assembled([member("x", OWN_FILES), member("x", "zz 1")]).members[0].origin == "zz 1"


def test_equal_content_is_executable_if_one_of_them_is() -> None:
    for order in ([0o644, 0o755], [0o755, 0o644]):
        found = assembled([member("x", origin, mode=mode) for origin, mode in zip((A, B), order, strict=True)]).members
        assert [(item.origin, item.mode) for item in found] == [(A, 0o755)]


def test_equal_size_and_crc_are_not_taken_for_equal_content() -> None:
    # Two texts of one length and one CRC-32, as they were found by trying.
    first, second = b"plumless", b"buckeroo"
    assert zlib.crc32(first) == zlib.crc32(second)
    [found] = errors([member("x", A, first), member("x", B, second)])
    assert found.message == "`aa 1.0` and `bb 2.0` bring `x` with different content"


def test_different_content_is_an_error_that_names_both_and_the_remedies() -> None:
    assert errors([member("python/x/__init__.py", B, b"1"), member("python/x/__init__.py", A, b"2")]) == (
        Diagnostic(
            code="BUILD001",
            message="`aa 1.0` and `bb 2.0` bring `python/x/__init__.py` with different content",
            hint="`prefer: [aa]` takes the one of `aa`; `exclude: [python/x/__init__.py]` leaves it out",
        ),
    )


def test_many_collisions_of_the_same_packages_are_one_message() -> None:
    members = [member(f"x/{number:02}", origin, origin.encode()) for number in range(12) for origin in (A, B)]
    members += [member("y", origin, origin.encode()) for origin in (A, B, C)]
    assert errors(members) == (
        Diagnostic(
            code="BUILD001",
            message="`aa 1.0` and `bb 2.0` bring 12 files with different content",
            hint="`prefer: [aa]` takes those of `aa`; `exclude: [x/00]` leaves the first out",
            notes=(*(f"x/{number:02}" for number in range(10)), "and 2 more"),
        ),
        Diagnostic(
            code="BUILD001",
            message="`aa 1.0`, `bb 2.0` and `cc 3.0` bring `y` with different content",
            hint="`prefer: [aa]` takes the one of `aa`; `exclude: [y]` leaves it out",
        ),
    )


def test_own_files_collide_with_packages_too() -> None:
    assert errors([member("python/x.py", OWN_FILES, b"1"), member("python/x.py", A, b"2")]) == (
        Diagnostic(
            code="BUILD001",
            message="`aa 1.0` and the own files bring `python/x.py` with different content",
            hint="give the own file another name, or another place with `to` of its `include`",
        ),
    )


def test_a_wheel_may_collide_with_itself() -> None:
    assert errors([member("python/x.py", A, b"1"), member("python/x.py", A, b"2")]) == (
        Diagnostic(
            code="BUILD001",
            message="`aa 1.0` brings `python/x.py` twice, with different content",
            hint="`exclude: [python/x.py]` leaves it out",
        ),
    )


def test_prefer_says_who_wins_strongest_first() -> None:
    rivals = [member("x", A, b"1"), member("x", B, b"2"), member("x", C, b"3"), member("y", C, b"4")]
    found = assembled(rivals, prefer=["not-here", "cc", "bb"]).members
    assert [(item.name, item.origin) for item in found] == [("x", C), ("y", C)]
    assert assembled(rivals, prefer=["bb"]).members[0].origin == B


def test_prefer_helps_against_own_files_but_not_against_a_wheel_itself() -> None:
    assert assembled([member("x", OWN_FILES, b"1"), member("x", A, b"2")], prefer=["aa"]).members[0].origin == A
    [found] = errors([member("x", A, b"1"), member("x", A, b"2"), member("x", B, b"3")], prefer=["aa"])
    assert found.code == "BUILD001"


def test_a_file_where_another_one_has_a_folder_is_an_error() -> None:
    assert errors([member("python/x", A), member("python/x/y/z", B), member("python/x/y/a", OWN_FILES)]) == (
        Diagnostic(
            code="BUILD002",
            message="`python/x` is a file of `aa 1.0` and a folder of the own files",
            hint="`exclude: [python/x]` leaves the file out, `exclude: [python/x/**]` the folder",
            notes=("in the folder: python/x/y/a",),
        ),
    )


def test_names_that_differ_only_in_case_are_a_warning() -> None:
    hint = "Lambda tells them apart; where the ZIP is unpacked on macOS or Windows, one replaces the other"
    assert assembled([member("python/X.py"), member("python/x.py", B), member("python/y.py")]).diagnostics == (
        Diagnostic(
            code="BUILD004",
            severity=Severity.WARNING,
            message="`python/X.py` and `python/x.py` differ only in case",
            hint=hint,
        ),
    )
    folders = [member("python/Crypto/a.py"), member("python/crypto/a.py", B), member("python/Z"), member("python/z")]
    assert assembled(folders).diagnostics == (
        Diagnostic(
            code="BUILD004",
            severity=Severity.WARNING,
            message="`python/Crypto` and `python/crypto` differ only in case",
            hint=hint,
            notes=("python/Crypto and python/crypto", "python/Z and python/z"),
        ),
    )


SOME = st.builds(
    member,
    st.sampled_from(["python/a", "python/b", "python/c/d", "python/c", "bin/e"]),
    st.sampled_from([A, B, C, OWN_FILES]),
    st.sampled_from([b"", b"1", b"2"]),
    mode=st.sampled_from([0o644, 0o755]),
)


@given(st.data(), st.lists(SOME, max_size=12), st.permutations(["aa", "bb", "cc"]), st.integers(0, 3))
def test_the_order_of_the_members_never_matters(
    data: st.DataObject, members: list[Member], ranks: list[str], many: int
) -> None:
    def outcome(order: Sequence[Member]) -> object:
        try:
            return assembled(order, "bin/**", prefer=ranks[:many])
        except FindingsError as error:
            return error.diagnostics

    assert outcome(data.draw(st.permutations(members))) == outcome(members)
