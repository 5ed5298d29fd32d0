"""Reading back what the templates wrote: all of it, nothing that somebody else wrote, and no guesses."""

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerforge.foresee.hcl_text import UnreadableError, read_blocks
from layerforge.foresee.literals import value_of
from layerforge.foresee.sides import names_of, read_folder
from layerforge.foresee.types import Difference, Kind
from layerforge.names import Delivery
from layerforge.render import hcl
from render import cases
from support import plans
from support.foreseen import foretold, lines, texts_of

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
VALUES = st.recursive(
    TEXT | st.integers(-99, 99) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


def _normal(value: object) -> object:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [_normal(item) for item in value]
    return {_normal(key): _normal(item) for key, item in value.items()} if isinstance(value, dict) else value


@given(
    st.dictionaries(st.from_regex(r"[a-z][a-z_]{0,6}", fullmatch=True), TEXT | st.lists(TEXT, max_size=3), max_size=4)
)
def test_what_is_written_in_a_block_is_read_back(arguments: dict[str, object]) -> None:
    pairs = [(name, hcl.value(value)) for name, value in arguments.items()]  # type: ignore[arg-type]
    (block,) = read_blocks(
        f'# head\n\nresource "a" "b" {{\n{hcl.aligned(pairs, 2)}\n\n  inner {{\n    x = 1 # one\n  }}\n}}\n'
    )
    assert block.labels == ("a", "b")
    assert {name: value_of(text) for name, text in block.attributes.items()} == _normal(arguments)
    assert [(inner.type, inner.attributes) for inner in block.blocks] == [("inner", {"x": "1"})]


@given(VALUES)
def test_values_are_read_back(value: object) -> None:
    keys = [hcl.key(word) for word in _keys(value)]
    if len(set(keys)) == len(keys):
        assert value_of(hcl.value(value)) == _normal(value)  # type: ignore[arg-type]


def _keys(value: object) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(key for item in value.values() for key in _keys(item))]
    return [key for item in value for key in _keys(item)] if isinstance(value, list) else []


def test_every_module_that_the_templates_write_can_be_read() -> None:
    texts = cases.texts()
    whole = Difference(after=texts, before=dict.fromkeys(texts))
    unread = [name for name in names_of(whole) if read_folder(name, whole).unknown]
    assert names_of(whole) == tuple(sorted({name.partition("/")[0] for name in texts}))
    assert unread == []


UNREADABLE = {
    "a heredoc": 'x "y" {\n  a = <<EOT\nb\nEOT\n}\n',
    "a comment of another kind": "// words\n",
    "an attribute outside": "a = 1\n",
    "a block that ends nowhere": 'x "y" {\n  a = 1\n',
    "a bracket that ends nowhere": 'x "y" {\n  a = [1\n}\n',
    "a bracket too many": 'x "y" {\n  a = 1)\n}\n',
    "a string that ends nowhere": 'x "y" {\n  a = "b\n}\n',
    "a template that ends nowhere": 'x "y" {\n  a = "${b"\n}\n',
    "one attribute twice": 'x "y" {\n  a = 1\n  a = 2\n}\n',
    "an attribute without value": 'x "y" {\n  a =\n}\n',
    "blocks without end": "x {\n" * 200,
    "strings without end": 'x {\n  a = "' + '${"' * 3000,
}


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE)
def test_what_the_templates_do_not_write_is_not_guessed_at(text: str) -> None:
    before = {"tools/main.tf": text}
    effects = foretold((before, {}), plans.plan(plans.layer("tools")))
    assert lines(effects) == [
        "tools: not known, for what was here before is not as layerforge writes it: `terraform plan` tells"
    ]
    assert effects.affected[0].effects[0].kind is Kind.UNKNOWN


@pytest.mark.parametrize("text", ["[1", "{ a = 1", "1 2", "local", "a.b.", '"${a}"', "[1 2]", "{ 1 = 2 }", "[" * 5000])
def test_what_is_no_value_is_none(text: str) -> None:
    with pytest.raises((UnreadableError, RecursionError)):
        value_of(text)


def test_a_change_by_hand_leads_to_no_traceback() -> None:
    plan = plans.plan(
        plans.layer("tools", ssm="/x", grants=[plans.ORGANIZATION]),
        fleets=[plans.fleet(plans.function("app", layers=[plans.layer("tools")]), regions=["eu-west-1"])],
    )
    modules, roots = texts_of(plan)
    chance = random.Random(7)
    for _ in range(300):
        name = chance.choice(["tools/main.tf", "tools/artifacts.tf", "tools/variables.tf", "app/main.tf"])
        start = chance.randrange(len(modules[name]))
        damaged = modules[name][:start] + chance.choice(["", '"', "}", "{", "=", "\n"]) + modules[name][start + 3 :]
        where = chance.randrange(len(roots["eu-west-1"]["main.tf"]))
        root = roots["eu-west-1"] | {"main.tf": roots["eu-west-1"]["main.tf"][where:]}  # type: ignore[operator]
        foretold(({**modules, name: damaged}, {"eu-west-1": root}), plan)


def test_a_conflict_is_not_known_but_grants_that_either_side_had_are_told() -> None:
    ours = plans.plan(plans.layer("tools", grants=[plans.ORGANIZATION, plans.ACCOUNT]))
    theirs = plans.plan(plans.layer("tools", grants=[plans.ORGANIZATION, plans.PUBLIC]))
    (one, _), (other, _) = texts_of(ours), texts_of(theirs)
    line, others = (
        next(line for line in text.splitlines() if word in line)
        for text, word in ((one["tools/main.tf"], "account-1"), (other["tools/main.tf"], "public"))
    )
    torn = one["tools/main.tf"].replace(line, f"<<<<<<< HEAD\n{line}\n||||||| base\n=======\n{others}\n>>>>>>> branch")
    assert lines(
        foretold(({**one, "tools/main.tf": torn}, {}), plans.plan(plans.layer("tools", grants=[plans.ACCOUNT])))
    ) == [
        "tools: not known, for what was here before has conflict markers: `terraform plan` tells",
        (
            "tools: grant `organization-o-abc123def4` stays on every version that has it: `layerforge grants --apply "
            "--revoke` revokes it"
        ),
        "tools: grant `public` stays on every version that has it: `layerforge grants --apply --revoke` revokes it",
    ]


def test_what_has_no_words_of_its_own_is_named() -> None:
    plan = plans.plan(plans.layer("tools"))
    modules, _ = texts_of(plan)
    edited = modules["tools/main.tf"].replace('type           = "String"', 'type           = "SecureString"')
    more = modules["tools/main.tf"] + '\nresource "aws_s3_bucket" "own" {\n  bucket = "mine"\n}\n'
    assert lines(foretold(({**modules, "tools/main.tf": edited}, {}), plan)) == [
        "tools: `aws_ssm_parameter.latest`, `aws_ssm_parameter.channel` are changed"
    ]
    assert lines(foretold(({**modules, "tools/main.tf": more}, {}), plan)) == ["tools: `aws_s3_bucket.own` is deleted"]
    stored = plans.plan(plans.layer("tools", via=Delivery.S3))
    modules, _ = texts_of(stored)
    other = modules["tools/variables.tf"].replace('"layers"', '"mine"')
    assert lines(foretold(({**modules, "tools/variables.tf": other}, {}), stored)) == [
        "tools: defaults: artifact_prefix mine → layers"
    ]


def test_comments_conditions_and_alignment_are_nothing_to_aws() -> None:
    plan = plans.plan(plans.layer("tools"))
    modules, _ = texts_of(plan)
    edited = (
        modules["tools/main.tf"].replace("  # ", "  # Another ").replace("skip_destroy             =", "skip_destroy =")
    )
    edited = edited.replace("AWS holds other bytes", "AWS has other bytes")
    assert foretold(({**modules, "tools/main.tf": edited}, {}), plan).affected == ()
