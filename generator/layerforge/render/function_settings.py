"""The variables of a function's module that are about what it runs with: memory, concurrency, environment, logs.

Each is made once for all functions that have the same value there.
"""

from functools import cache

from layerforge.render import hcl
from layerforge.render.hcl import Expression
from layerforge.render.rules import Rule, Variable, every, if_given


@cache
def environment(names: frozenset[str], room: int) -> Variable:
    """Return the variable for the environment variables that a stage adds.

    Args:
        names: those that Lambda sets itself.
        room: bytes for all.
    """
    # What cannot begin a name need not be told apart from what Lambda sets.
    reserved = sorted(name for name in names if name[0].isalpha())

    def wrong(name: str, content: str = "contract") -> tuple[tuple[str, Expression], ...]:
        return (("environment", hcl.compact({name: content})),)

    long = Expression(f'format("%0{room}d", 0)')

    return Variable(
        name="environment",
        type=Expression("map(string)"),
        description="Environment variables beside those of the spec, which they may replace.",
        default=Expression("{}"),
        example=hcl.compact({"STAGE": "contract"}),
        rules=(
            Rule(
                condition=every("name, value", "environment", "^[A-Za-z][0-9A-Za-z_]+$", "name"),
                message="A name has two or more letters, digits and underscores, and begins with a letter.",
                wrong=wrong("NOT-A-NAME"),
            ),
            Rule(
                condition=Expression(
                    f"alltrue([for name in {hcl.value(reserved)} : !contains(keys(var.environment), name)])"
                ),
                message=f"Lambda itself sets {', '.join(reserved)}.",
                wrong=wrong(reserved[0]),
            ),
            Rule(
                condition=Expression(
                    f'length(join("", concat(keys(var.environment), values(var.environment)))) <= {room}'
                ),
                message=f"All variables of a function have at most {room} bytes.",
                wrong=wrong("STAGE", long),
            ),
        ),
    )


@cache
def memory_size(given: int, least: int, most: int) -> Variable:
    """Return the variable for a function's memory, in MB."""
    return Variable(
        name="memory_size",
        type=Expression("number"),
        description="Memory in MB.",
        default=hcl.value(given),
        example=None,
        rules=(
            Rule(
                condition=Expression(f"var.memory_size >= {least} && var.memory_size <= {most}"),
                message=f"A function has {least} to {most} MB.",
                wrong=(("memory_size", hcl.value(least - 1)),),
            ),
            _whole("memory_size", f"{least}.5"),
        ),
    )


@cache
def reserved_concurrency(given: int | None) -> Variable:
    """Return the variable for the executions that are kept for a function."""
    name = "reserved_concurrent_executions"
    return Variable(
        name=name,
        type=Expression("number"),
        description="How many executions at a time are kept for the function, which are also the most that it gets. 0 "
        "stops it, null reserves none.",
        default=hcl.value(given),
        nullable=True,
        example=None,
        rules=(
            Rule(
                condition=if_given(name, f"var.{name} >= 0"),
                message="It is 0 or more.",
                wrong=((name, hcl.value(-1)),),
            ),
            _whole(name, "0.5", nullable=True),
        ),
    )


@cache
def log_retention_days(given: int, known: tuple[int, ...]) -> Variable:
    """Return the variable for how long what a function logs is kept; ``known`` is what CloudWatch takes."""
    listed = hcl.value([0, *known])
    return Variable(
        name="log_retention_days",
        type=Expression("number"),
        description="Days for which CloudWatch keeps what the function logs. 0 means for ever.",
        default=hcl.value(given),
        example=None,
        rules=(
            Rule(
                condition=Expression(f"contains({listed}, var.log_retention_days)"),
                message=f"CloudWatch takes {_in_words(listed)}.",
                wrong=(("log_retention_days", hcl.value(2)),),
            ),
        ),
    )


def _whole(name: str, wrong: str, *, nullable: bool = False) -> Rule:
    condition = Expression(f"floor(var.{name}) == var.{name}")
    return Rule(
        condition=if_given(name, condition) if nullable else condition,
        message="It is a whole number.",
        wrong=((name, Expression(wrong)),),
    )


def _in_words(listed: str) -> str:
    first, _, last = listed.strip("[]").rpartition(", ")
    return f"{first} or {last}"
