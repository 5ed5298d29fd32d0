"""What a variable of a module, or of a root, is, and the forms that its rules take."""

from dataclasses import dataclass

from layerforge.render import hcl
from layerforge.render.hcl import Expression


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One validation.

    Attributes:
        condition: true for a good value.
        message: what a good value is, in full sentences.
        wrong: values of variables with which this rule fails and no other one does.
    """

    condition: Expression
    message: str
    wrong: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Variable:
    """One variable of a module.

    Attributes:
        name: an HCL identifier.
        type: an HCL type.
        description: full sentences.
        default: ``None`` where a value has to be given.
        nullable: whether ``null`` means something.
        example: a good value, for the contract test; ``None`` to leave the default.
        rules: one validation each.
    """

    name: str
    type: Expression
    description: str
    default: Expression | None
    nullable: bool = False
    example: Expression | None
    rules: tuple[Rule, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class RootVariable:
    """One variable of a root.

    Attributes:
        name: an HCL identifier.
        type: an HCL type; it may span lines.
        description: full sentences.
        default: ``None`` where a value has to be given.
        nullable: whether ``null`` means something.
        rules: one validation each.
    """

    name: str
    type: Expression
    description: str
    default: Expression | None
    nullable: bool = False
    rules: tuple[Rule, ...] = ()

    @property
    def arguments(self) -> tuple[tuple[str, Expression], ...]:
        """The arguments of its block."""
        default = () if self.default is None else (("default", self.default),)
        return (
            ("description", hcl.string(self.description)),
            ("type", self.type),
            *default,
            *(() if self.nullable else (("nullable", Expression("false")),)),
        )


def every(words: str, variable: str, pattern: str, subject: str) -> Expression:
    """Return the condition that ``subject`` of each entry of a map, its ``words``, matches a regular expression."""
    return Expression(f"alltrue([for {words} in var.{variable} : can(regex({hcl.string(pattern)}, {subject}))])")


def each(variable: str, pattern: str) -> Expression:
    """Return the condition that each text of a list or set matches a regular expression."""
    return every("text", variable, pattern, "text")


def if_given(variable: str, condition: str) -> Expression:
    """Return a condition that holds for null too."""
    return Expression(f"var.{variable} == null ? true : {condition}")


def matches(variable: str, pattern: str, message: str, *, wrong: str, nullable: bool = False) -> Rule:
    """Return the rule that a string matches a regular expression."""
    condition = Expression(f"can(regex({hcl.string(pattern)}, var.{variable}))")
    return Rule(
        condition=if_given(variable, condition) if nullable else condition,
        message=message,
        wrong=((variable, hcl.string(wrong)),),
    )


def at_most(variable: str, room: int, *, start: str = "", nullable: bool = False) -> Rule:
    """Return the rule that a prefix is not too long; ``start`` is what the too long example begins with."""
    condition = Expression(f"length(var.{variable}) <= {room}")
    return Rule(
        condition=if_given(variable, condition) if nullable else condition,
        message=f"The prefix has at most {room} characters.",
        wrong=((variable, hcl.string(start + "x" * (room + 1 - len(start)))),),
    )
