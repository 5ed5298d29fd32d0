"""How a unit stands, from what was seen of it: every case in words."""

from layerforge.names import Sha256
from layerforge.operate.status import Held, Seen, State, Wanted, judge, settled
from support import plans

REGION = "eu-west-1"
LAYER = plans.layer("tools", runtimes=["python3.12", "python3.13"], architectures=["arm64"])
UNIT = LAYER.units[0]
RIGHT, WRONG = plans.sha256("right"), plans.sha256("wrong")
ONE, TWO = "/layers/tools/python3.12/arm64/latest", "/layers/tools/python3.13/arm64/latest"


def arn(number: int, *, name: str = "tools", region: str = REGION) -> str:
    return f"arn:aws:lambda:{region}:123456789012:layer:{name}:{number}"


def held(number: int, sha256: Sha256 = RIGHT) -> Held:
    return Held(arn=arn(number), number=number, sha256=sha256)


def wanted(*parameters: str) -> Wanted:
    return Wanted(unit=UNIT, name="tools", sha256=RIGHT, parameters=parameters)


def stands(asked: Wanted, seen: Seen) -> tuple[State, int | None, str]:
    record = judge(REGION, asked, seen)
    return record.state, None if record.held is None else record.held.number, record.detail


def test_both_parameters_name_the_right_content_whatever_is_newer() -> None:
    seen = Seen(pointers={ONE: arn(2), TWO: arn(2)}, pointed={arn(2): held(2)})
    assert settled(wanted(ONE, TWO), seen)
    assert stands(wanted(ONE, TWO), seen) == (State.PUBLISHED, 2, "")


def test_without_parameters_the_newest_counts() -> None:
    assert not settled(wanted(), Seen())
    assert stands(wanted(), Seen(newest=held(7))) == (State.PUBLISHED, 7, "")
    assert stands(wanted(), Seen(newest=held(7, WRONG))) == (
        State.OTHER,
        7,
        f"version 7 holds {WRONG[:12]}, the lock says {RIGHT[:12]}",
    )
    assert stands(wanted(), Seen()) == (State.MISSING, None, "")


def test_nothing_at_all() -> None:
    assert stands(wanted(ONE), Seen()) == (State.MISSING, None, "")


def test_published_but_a_parameter_is_missing() -> None:
    seen = Seen(pointers={ONE: arn(3)}, pointed={arn(3): held(3)}, newest=held(3))
    assert stands(wanted(ONE, TWO), seen) == (State.ELSEWHERE, 3, f"there is no parameter `{TWO}`")


def test_published_but_a_parameter_still_names_the_version_before() -> None:
    seen = Seen(pointers={ONE: arn(2), TWO: arn(3)}, pointed={arn(2): held(2, WRONG), arn(3): held(3)}, newest=held(3))
    assert stands(wanted(ONE, TWO), seen) == (
        State.ELSEWHERE,
        3,
        f"`{ONE}` names version 2, which holds {WRONG[:12]}",
    )


def test_a_parameter_names_what_is_no_version_of_it() -> None:
    other = arn(3, name="other")
    seen = Seen(pointers={ONE: other}, newest=held(3))
    assert stands(wanted(ONE), seen) == (State.ELSEWHERE, 3, f"`{ONE}` names `{other}`, which is no version of it")


def test_a_parameter_is_all_that_is_left() -> None:
    seen = Seen(pointers={ONE: arn(3)})
    assert stands(wanted(ONE), seen) == (
        State.ELSEWHERE,
        None,
        f"there is no version of `tools`, but `{ONE}` names `{arn(3)}`, which is no version of it",
    )


def test_other_content_is_other_content_wherever_parameters_point() -> None:
    seen = Seen(pointers={ONE: arn(2)}, pointed={arn(2): held(2, WRONG)}, newest=held(2, WRONG))
    assert stands(wanted(ONE), seen)[:2] == (State.OTHER, 2)
