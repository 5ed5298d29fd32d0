"""Specs in tests: loaded and planned from a text, and case files that keep a spec beside all that is said about it.

A case file is a list of::

    ====== what the case shows
    the spec
    ------ another.yaml            (a second spec of the same run, or a `.json` file beside the first, if there is one)
    it
    ------>
    error SPEC003 2:1 «lables» unknown field …
      hint: …
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from layerforge.diagnostics import Diagnostic, SpecError
from layerforge.facts.load import Facts, load_facts
from layerforge.plan.fleet_types import Plan
from layerforge.plan.make import make_plan
from layerforge.spec.load import LoadedSpec, load_spec, read_spec
from support.golden import Golden

TODAY = date(2026, 11, 21)
FIRST = "layers.yaml"
_CASE = re.compile(
    r"^======[ ](?P<title>.*)\n(?P<specs>(?:(?!------>).*\n)*)------>\n(?:(?!======[ ]).*\n)*", re.MULTILINE
)
_NEXT_FILE = re.compile(r"^------ (.+)\n", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One case of a case file: a title and the texts of one or more specs, and of files beside them, by name."""

    title: str
    specs: dict[str, str]


def load(folder: Path, text: str, name: str = FIRST) -> LoadedSpec:
    """Write a text to a folder and load it."""
    path = folder / name
    path.write_bytes(text.encode())
    return load_spec(path, shown=name)


def plan(folder: Path, *texts: str, facts: Facts | None = None, as_of: date = TODAY) -> Plan:
    """Plan the specs in some texts."""
    loaded = [load(folder, text, f"{index or ''}{FIRST}") for index, text in enumerate(texts)]
    return make_plan(loaded, facts or load_facts(), as_of)


def tell(diagnostics: Iterable[Diagnostic]) -> str:
    """Return diagnostics as texts that show every part of them, what the caret marks included."""
    return "".join(_tell(one) for one in diagnostics)


def _tell(one: Diagnostic) -> str:
    where = one.location
    place = ""
    if where is not None:
        place = f"{where.file}" + (f":{where.line}:{where.column}" if where.line else "")
        if where.text is not None and where.column is not None:
            place += f" «{where.text[where.column - 1 : where.column - 1 + where.length]}»"
        place += f" ({where.path})" if where.path else ""
    lines = [f"{one.severity} {one.code} {place}", f"  {one.message}"]
    lines += [f"  note: {note}" for note in one.notes]
    lines += [f"  hint: {one.hint}"] if one.hint else []
    return "".join(f"{line}\n" for line in lines)


def said_while_loading(folder: Path, case: Case) -> str:
    """Return all that is said about the specs of a case when they are loaded."""
    readings = [read_spec(path) for path in _write(folder, case)]
    return tell(problem for reading in readings for problem in reading.problems) or "nothing\n"


def said_while_planning(folder: Path, case: Case) -> str:
    """Return all that is said about the specs of a case when they are planned."""
    loaded = [load_spec(path) for path in _write(folder, case)]
    try:
        made = make_plan(loaded, load_facts(), TODAY)
    except SpecError as error:
        return tell(error.diagnostics)
    return tell(made.warnings) or "nothing\n"


def check_cases(path: Path, golden: Golden, say: Callable[[Case], str]) -> None:
    """Compare what is said about each case of a file with what the file keeps."""
    kept = path.read_text(encoding="utf-8")
    cases = [_case(found) for found in _CASE.finditer(kept)]
    assert "".join(found[0] for found in _CASE.finditer(kept)) == kept, "a case is not in the form of a case"
    assert cases, "no cases"
    golden.text(path, "".join(_write_case(case, say(case)) for case in cases))


def _case(found: re.Match[str]) -> Case:
    first, *others = _NEXT_FILE.split(found["specs"])
    specs = {FIRST: first, **dict(zip(others[::2], others[1::2], strict=True))}
    return Case(title=found["title"], specs=specs)


def _write_case(case: Case, said: str) -> str:
    specs = "".join(text if name == FIRST else f"------ {name}\n{text}" for name, text in case.specs.items())
    return f"====== {case.title}\n{specs}------>\n{said}"


def _write(folder: Path, case: Case) -> list[Path]:
    for left in folder.rglob("*.json"):
        left.unlink()
    for name, text in case.specs.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(text.encode())
    return [Path(name) for name in case.specs if not name.endswith(".json")]
