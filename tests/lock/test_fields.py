"""The digest over the spec's fields that shape bytes."""

from layerforge.lock.fields import fields_digest
from layerforge.names import Sha256, Split
from support import plans


def digest(
    *, exclude: tuple[str, ...] = (), prefer: tuple[str, ...] = (), name: str = "utils", release: str = ""
) -> Sha256:
    return fields_digest(
        plans.layer(name, description=release, split=Split.NONE, content=plans.source(exclude=exclude, prefer=prefer))
    )


def test_a_golden_digest() -> None:
    """A digest that changes makes every unit of every user stale: only with a good reason."""
    expected = "b31447fba32b025345fcfbf1fb4fc3f29c7549c029488d3639216eaad1a024ae"
    assert digest(exclude=("**/tests/**",), prefer=("numpy", "pandas")) == expected


def test_exclude_is_a_set() -> None:
    assert digest(exclude=("a", "b")) == digest(exclude=("b", "a", "b")) != digest(exclude=("a",))


def test_prefer_is_a_list_in_which_the_first_mention_counts() -> None:
    assert digest(prefer=("a", "b")) != digest(prefer=("b", "a"))
    assert digest(prefer=("a", "b", "a")) == digest(prefer=("a", "b"))


def test_the_fields_do_not_run_into_each_other() -> None:
    found = [
        digest(),
        digest(exclude=("a",)),
        digest(prefer=("a",)),
        digest(exclude=("a", "b")),
        digest(exclude=("ab",)),
    ]
    assert len(set(found)) == len(found)


def test_what_shapes_no_bytes_does_not_count() -> None:
    assert digest(name="other", release="2.0.0") == digest()


def test_a_glob_of_other_letters() -> None:
    assert digest(exclude=("**/é中/**",)) != digest(exclude=("**/e/**",))
