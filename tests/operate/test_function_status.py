"""How a function stands, from what was seen of it: its code, its layers and its aliases, every case in words."""

from collections.abc import Mapping

from layerforge.names import Sha256
from layerforge.operate.function_status import Deployed, SeenFunction, attached, judge_function
from layerforge.operate.status import Held, State, Wanted, WantedFunction
from support import plans

REGION = "eu-west-1"
RIGHT, WRONG, CODE, OLD = (plans.sha256(word) for word in ("right", "wrong", "code", "old"))
TOOLS = Wanted(unit=plans.layer("tools").units[0], name="tools", sha256=RIGHT)
POWERTOOLS = "arn:aws:lambda:eu-west-1:017000801446:layer:Powertools:7"
WANTED = WantedFunction(
    unit=plans.function("f").units[0], name="f", sha256=CODE, layers=(TOOLS, POWERTOOLS), aliases=("live", "canary")
)
FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:f"


def arn(number: int, name: str = "tools") -> str:
    return f"arn:aws:lambda:eu-west-1:123456789012:layer:{name}:{number}"


def deployed(*layers: str, version: int | None = None, code: Sha256 = CODE) -> Deployed:
    return Deployed(held=Held(arn=FUNCTION, number=version, sha256=code), layers=layers or (arn(2), POWERTOOLS))


CONTENTS: Mapping[str, Held | None] = {
    arn(1): Held(arn=arn(1), number=1, sha256=WRONG),
    arn(2): Held(arn=arn(2), number=2, sha256=RIGHT),
    arn(3): Held(arn=arn(3), number=3, sha256=RIGHT),
    arn(4): None,
}


def stands(
    newest: Deployed | None = None, wanted: WantedFunction = WANTED, **aliases: Deployed | None
) -> tuple[State, str]:
    both: dict[str, Deployed | None] = {"live": deployed(version=5), "canary": deployed(version=5), **aliases}
    seen = SeenFunction(newest=newest, aliases={name: one for name, one in both.items() if one is not None})
    assert {found for found, _ in attached(REGION, wanted, seen)} <= set(CONTENTS)
    record = judge_function(REGION, wanted, seen, CONTENTS)
    return record.state, record.detail


def test_code_layers_and_aliases_are_right_whichever_version_holds_the_content() -> None:
    assert stands(deployed()) == (State.PUBLISHED, "")
    assert stands(deployed(arn(3), POWERTOOLS)) == (State.PUBLISHED, "")


def test_there_is_no_function() -> None:
    assert stands(None) == (State.MISSING, "")


def test_other_code() -> None:
    assert stands(deployed(code=OLD)) == (State.OTHER, f"it holds {OLD[:12]}, the lock says {CODE[:12]}")


def test_every_way_in_which_layers_differ() -> None:
    """What an apply leaves that was stopped after the layer and its parameter, and before the function."""

    def layers(*arns: str) -> str:
        state, detail = stands(deployed(*arns))
        assert state is State.OTHER_LAYERS
        return detail

    assert layers(arn(1), POWERTOOLS) == f"layer 1, `tools:1`, holds {WRONG[:12]}, the lock says {RIGHT[:12]}"
    assert layers(arn(4), POWERTOOLS) == "layer 1, `tools:4`, is deleted"
    assert layers(POWERTOOLS, arn(2)) == "layer 1, `Powertools:7`, is no version of `tools`"
    other = POWERTOOLS.replace(":7", ":6")
    assert layers(arn(2), other) == f"layer 2 is `{other}`, the spec names `{POWERTOOLS}`"
    assert layers(arn(2)) == "it has 1 layer, the spec names 2"


def test_a_layer_that_the_spec_does_not_tell_for_the_region_is_not_judged() -> None:
    wanted = WantedFunction(unit=WANTED.unit, name="f", sha256=CODE, layers=(None,))
    assert stands(deployed(POWERTOOLS), wanted) == (State.PUBLISHED, "")


def test_an_alias_that_was_not_moved() -> None:
    """Callers get what the alias names, whatever was sent after it."""
    assert stands(deployed(), canary=deployed(version=4, code=OLD)) == (
        State.ELSEWHERE,
        f"`canary` names version 4, which holds {OLD[:12]}",
    )
    assert stands(deployed(), live=deployed(arn(1), POWERTOOLS, version=4)) == (
        State.ELSEWHERE,
        f"`live` names version 4: layer 1, `tools:1`, holds {WRONG[:12]}, the lock says {RIGHT[:12]}",
    )
    assert stands(deployed(), live=None) == (State.ELSEWHERE, "there is no alias `live`")
