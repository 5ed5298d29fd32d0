"""Globs over paths within a layer."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerforge.plan.globs import compile_glob


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("python/pandas/tests/x.py", "python/pandas/tests/x.py"),
        ("python/*/tests/*", "python/pandas/tests/x.py"),
        ("**/tests/**", "python/pandas/tests/x.py"),
        ("**/tests/**", "tests/x.py"),
        ("**/tests/**", "python/a/tests/b/c/d.py"),
        ("**/tests/", "python/a/tests/b/c/d.py"),
        ("python/**/x.py", "python/x.py"),
        ("python/**/x.py", "python/a/b/x.py"),
        ("**/**/x.py", "x.py"),
        ("**", "python/a/b/x.py"),
        ("**/*.so", "python/a.so"),
        ("**/*.so", "python/.hidden.so"),
        ("bin/?", "bin/a"),
        ("bin/[ab]", "bin/b"),
        ("bin/[a-c]", "bin/b"),
        ("bin/[!a-c]", "bin/d"),
        ("bin/[]]", "bin/]"),
        ("bin/[!]]", "bin/x"),
        ("bin/[a-]", "bin/-"),
        ("bin/[*]", "bin/*"),
        ("bin/[^a]", "bin/^"),
        ("bin/a[b", "bin/a[b"),
        ("bin/a.b", "bin/a.b"),
        ("bin/a***b", "bin/axxb"),
        ("bin/ä*", "bin/äö"),
        ("bin/*", "bin/a\nb"),
    ],
)
def test_a_glob_matches(glob: str, path: str) -> None:
    assert compile_glob(glob).fullmatch(path)


@pytest.mark.parametrize(
    ("glob", "path"),
    [
        ("tests", "python/tests"),
        ("*.py", "python/x.py"),
        ("python/*", "python/a/b"),
        ("python/**", "python"),
        ("**/tests/**", "python/tests"),
        ("**/tests/**", "python/mytests/x"),
        ("bin/?", "bin//"),
        ("bin/[!a]", "bin//"),
        ("bin[/]a", "bin/a"),
        ("bin/[!a-c]", "bin/b"),
        ("bin/[c-a]", "bin/b"),
        ("bin/a.b", "bin/axb"),
        ("Bin/a", "bin/a"),
        ("bin/**a", "bin/x/a"),
    ],
)
def test_a_glob_does_not_match(glob: str, path: str) -> None:
    assert not compile_glob(glob).fullmatch(path)


@given(st.text(alphabet="ab*?[]!-/.\\^|()", max_size=20), st.text(alphabet="ab/.-]", max_size=20))
def test_any_text_is_a_glob(glob: str, path: str) -> None:
    compile_glob(glob).fullmatch(path)


@given(st.text(alphabet="ab./+$()é", min_size=1, max_size=20).filter(lambda text: not text.endswith("/")))
def test_a_glob_without_wildcards_matches_itself(glob: str) -> None:
    assert compile_glob(glob).fullmatch(glob)


def test_many_stars_stay_fast() -> None:
    started = time.process_time()
    compile_glob("**/**/**/**/**/**/**/**/x").fullmatch("a/" * 200)
    compile_glob("*****a*****b").fullmatch("a" * 2000)
    assert time.process_time() - started < 30  # an engine that goes back and forth takes hours
