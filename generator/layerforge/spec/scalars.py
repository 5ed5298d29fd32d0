"""The kinds of text in a spec, each with what makes it legal. A validator judges one value."""

import re
from typing import Annotated, Final
from unicodedata import normalize

from pydantic import AfterValidator, WithJsonSchema

from layerforge.facts.load import load_facts
from layerforge.names import LAYER_NAME, RUNTIME_ID, SSM_PREFIX
from layerforge.spec.problem import problem
from layerforge.spec.show import show
from layerforge.spec.suggest import nearest

_UNSEEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
_UNSEEN_BUT_LINES: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)
_RELEASE: Final = re.compile(
    r"(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)"
    r"(?:-(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*)?"
    r"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?",
    re.ASCII,
)
_PACKAGE: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_GROUP: Final = _PACKAGE


def one_line(value: str) -> str:
    """Return a text without the line end that YAML's ``>`` and ``|`` leave, if it is one line of visible text."""
    value = value.rstrip("\n")
    if "\n" in value:
        raise problem(
            "SPEC033", "the text has several lines", "write one line; `>` in place of `|` folds several into one"
        )
    return _visible(value, _UNSEEN)


def lines(value: str) -> str:
    """Return a text of one or more lines without the line end that YAML's ``>`` and ``|`` leave."""
    return visible_lines(value.rstrip("\n"))


def visible_lines(value: str) -> str:
    """Return a text of one or more lines as it is."""
    return _visible(value, _UNSEEN_BUT_LINES)


def filled(value: str) -> str:
    """Return a text in which there is something."""
    if not value.strip():
        raise problem("SPEC033", "the text is empty", "write something, or leave it out")
    return value


def _visible(value: str, unseen: re.Pattern[str]) -> str:
    if (found := unseen.search(value)) is not None:
        raise problem("SPEC033", f"the text holds the control character U+{ord(found[0]):04X}", "remove it")
    return value


def own_name(what: str) -> AfterValidator:
    """Return what refuses a name that cannot be one of ``a layer``."""

    def check(value: str) -> str:
        if LAYER_NAME.fullmatch(value):
            return value
        unaccented = normalize("NFKD", value).encode("ascii", "ignore").decode()
        plain = re.sub(r"[^A-Za-z0-9_-]+", "-", unaccented).strip("-_")
        rule = f"{what}'s name takes letters, digits, `-` and `_`, and begins and ends with a letter or digit"
        hint = f"{rule}; {show(plain)} fits" if plain else rule
        raise problem("SPEC030", f"{show(value)} cannot name {what}", hint)

    return AfterValidator(check)


def _runtime(value: str) -> str:
    if RUNTIME_ID.fullmatch(value):
        return value
    known = nearest(value.lower(), load_facts().runtimes)
    hint = f"did you mean {show(known)}?" if known else "write AWS's identifier, such as `python3.12`"
    raise problem("SPEC031", f"{show(value)} is not a runtime identifier", hint)


def _release(value: str) -> str:
    if _RELEASE.fullmatch(value):
        return value
    numbers = re.fullmatch(r"[vV]?(\d+(?:\.\d+){0,2})", value, re.ASCII)
    hint = "write `MAJOR.MINOR.PATCH`, such as `2.3.0`"
    if numbers is not None:
        fitting = [str(int(part)) for part in numbers[1].split(".")]
        hint = f"write `{'.'.join([*fitting, '0', '0'][:3])}`"
    raise problem("SPEC032", f"{show(value)} is not a semantic version", hint)


def _ssm_prefix(value: str) -> str:
    if not SSM_PREFIX.fullmatch(value):
        plain = "/" + "/".join(part for part in re.sub(r"[^A-Za-z0-9_./-]+", "-", value).split("/") if part)
        hint = "write it as `/layers/data-science`: letters, digits, `_`, `.` and `-` between slashes, none at the end"
        fits = f"; {show(plain)} fits" if SSM_PREFIX.fullmatch(plain) else ""
        raise problem("SPEC037", f"{show(value)} is not an SSM prefix", hint + fits)
    if value.lower().startswith(("/aws", "/ssm")):
        raise problem(
            "SPEC037", f"{show(value)} begins with a name that AWS keeps for itself", "begin with another word"
        )
    return value


def _package(value: str) -> str:
    if not _PACKAGE.fullmatch(value):
        raise problem(
            "SPEC036", f"{show(value)} is not the name of a package", "write the name alone, without a version: `numpy`"
        )
    return re.sub(r"[-_.]+", "-", value).lower()


def _group(value: str) -> str:
    if not _GROUP.fullmatch(value):
        raise problem("SPEC036", f"{show(value)} is not the name of an extra or group", "write it as its file does")
    return re.sub(r"[-_.]+", "-", value).lower()


def _requirement(value: str) -> str:
    if value.lstrip().startswith(("<", ">", "=", "!", "~")):
        hint = 'a comma ends a value in `[…]`: put the whole requirement into quotes, `"pandas>=2,<3"`'
        raise problem("SPEC040", f"the requirement {show(value)} names no package", hint)
    if value.lstrip().startswith("-"):
        hint = "options and files belong in a `requirements.txt`: `requirements: requirements.txt`"
        raise problem("SPEC040", f"the requirement {show(value)} is an option of pip's", hint)
    return value


def text_pattern(pattern: re.Pattern[str], description: str | None = None) -> WithJsonSchema:
    """Return what tells the JSON Schema which texts there are."""
    bare = re.sub(r"\(\?P<\w+>", "(?:", pattern.pattern)
    schema: dict[str, object] = {"type": "string", "pattern": rf"^(?:{bare})\n*$"}
    return WithJsonSchema({**schema, "description": description} if description else schema)


Line = Annotated[str, AfterValidator(one_line)]
FilledLine = Annotated[Line, AfterValidator(filled)]
License = Annotated[str, AfterValidator(lines), AfterValidator(filled)]
LayerKey = Annotated[FilledLine, own_name("a layer"), text_pattern(LAYER_NAME)]
Runtime = Annotated[FilledLine, AfterValidator(_runtime), text_pattern(RUNTIME_ID)]
Release = Annotated[FilledLine, AfterValidator(_release), text_pattern(_RELEASE)]
SsmPrefix = Annotated[FilledLine, AfterValidator(_ssm_prefix), text_pattern(SSM_PREFIX)]
Package = Annotated[FilledLine, AfterValidator(_package), text_pattern(_PACKAGE)]
Group = Annotated[FilledLine, AfterValidator(_group), text_pattern(_GROUP)]
Requirement = Annotated[FilledLine, AfterValidator(_requirement)]
