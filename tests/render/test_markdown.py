"""How a user's text is written into Markdown."""

import pytest

from layerforge.render import markdown


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("pandas, numpy and pyarrow", "pandas, numpy and pyarrow"),
        ("a | b", r"a \| b"),
        ("*bold* _it_ x86_64 __init__", r"\*bold\* \_it\_ x86_64 \_\_init\_\_"),
        ("`tick` [a](b) <b> &amp; ~x~ $y$", r"\`tick\` \[a](b) \<b> \&amp; \~x\~ \$y\$"),
        ("# heading", r"\# heading"),
        ("- item", r"\- item"),
        ("> quote", r"\> quote"),
        ("12. item", r"12\. item"),
        ("2.3.0 is out", "2.3.0 is out"),
        ("  two\n\nlines\t ", "two lines"),
        ("bell\x07", "bellU+0007"),
        ("", ""),
    ],
)
def test_text_has_no_markup(given: str, written: str) -> None:
    assert markdown.text(given) == written


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("a", "`a`"),
        ("a|b", r"`a\|b`"),
        ("a`b", "``a`b``"),
        ("`a", "`` `a ``"),
        ("``", "``` `` ```"),
        ("a\nb", "`a b`"),
        ("", "`  `"),
    ],
)
def test_code_is_fenced_by_more_ticks_than_it_has(given: str, written: str) -> None:
    assert markdown.code(given) == written
