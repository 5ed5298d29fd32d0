"""The member index of a wheel is read back whole, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerforge.build import index as module
from layerforge.build.index import WheelIndex, WheelMember, dump_index, load_index

UINT32 = st.integers(0, 0xFFFFFFFF)
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1)
MEMBERS = st.builds(WheelMember, NAMES, st.booleans(), st.sampled_from([0, 8]), UINT32, UINT32, UINT32, UINT32)
INDEXES = st.builds(WheelIndex, dist_info=NAMES, members=st.lists(MEMBERS, max_size=6).map(tuple))


@given(INDEXES)
def test_an_index_is_read_back_as_it_was(index: WheelIndex) -> None:
    assert load_index(dump_index(index)) == index


@given(INDEXES, st.data())
def test_a_damaged_index_is_refused_or_says_the_same(index: WheelIndex, data: st.DataObject) -> None:
    content = bytearray(dump_index(index))
    at = data.draw(st.integers(0, len(content) - 1))
    match data.draw(st.sampled_from(["change", "cut", "repeat"])):
        case "change":
            content[at] ^= data.draw(st.integers(1, 255))
        case "cut":
            del content[at:]
        case _:
            content[at:at] = content[at:]
    try:
        found = load_index(bytes(content))
    except ValueError:
        return
    assert found == index


def test_an_index_of_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = dump_index(WheelIndex(dist_info="a-1.dist-info", members=()))
    monkeypatch.setattr(module, "CHECK_VERSION", module.CHECK_VERSION + 1)
    with pytest.raises(ValueError, match="the index was made by another version"):
        load_index(content)


def test_nothing_is_no_index() -> None:
    with pytest.raises(ValueError, match="the index is cut off"):
        load_index(b"")
