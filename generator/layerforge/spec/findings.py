"""Pydantic's errors to ours: what is wrong in the file's own words, where, and how to mend it."""

import re
from collections.abc import Iterable
from typing import Any, Final

from pydantic_core import ErrorDetails

from layerforge.diagnostics import Diagnostic, Location
from layerforge.spec.fields import choices_at, home, models_at
from layerforge.spec.functions import DefaultFunction
from layerforge.spec.model import Model
from layerforge.spec.positions import SpecPath
from layerforge.spec.problem import KIND
from layerforge.spec.refusals import REFUSED
from layerforge.spec.show import kind, listing, show
from layerforge.spec.suggest import nearest
from layerforge.spec.tree import Tree

_KEY: Final = "[key]"
_EXPECTED: Final = {
    "string_type": "text",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "enum": "text",
    "literal_error": "text",
    "int_type": "a number",
    "bool_type": "`true` or `false`",
}
_SINGLE: Final = frozenset(("string_type", "enum", "literal_error", "int_type", "bool_type"))
_UNQUOTED: Final = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./<>=-]*", re.ASCII)
_KEYED: Final[dict[SpecPath, str]] = {
    ("layers",): "write each layer's name as a key, without `-`: `shared-utils:`",
    ("functions",): "write each function's name as a key, without `-`: `data-processor:`",
    ("externals",): "write each layer's name as a key, without `-`: `powertools:`",
    ("regions",): "write each Region as a key, without `-`: `eu-west-1: active`",
}
_EXAMPLES: Final = {
    "version": "begin the spec with `version: 1`",
    "source": "say what it is made of: `source: {ecosystem: python, requirements: [requests==2.32.3]}`",
    "ecosystem": "write `ecosystem: python`",
    "arns": "give the ARN of one version for each Region: `arns: {eu-west-1: …}`",
    "bucket": "name the bucket that the object is in",
    "channel": "write the name alone for the version that is published with the function, or name a channel",
    "folder": "name the folder: `folder: src/data-processor`",
    "key": "name the object: `key: data-processor/1.zip`",
    "name": "name a layer of this spec",
    "file": "name the file: `file: pyproject.toml`; a list takes requirements: `[pandas==2.2.2]`",
    "security_group_ids": "list them: `security_group_ids: [sg-0123456789abcdef0]`",
    "subnet_ids": "list them: `subnet_ids: [subnet-0123456789abcdef0]`",
    "path": "name a file or folder: `path: src/shared_utils`",
}


def translate(errors: Iterable[ErrorDetails], tree: Tree, most: int) -> tuple[tuple[Diagnostic, ...], int]:
    """Return diagnostics for what Pydantic found in a tree, but for what the tree has refused already.

    Args:
        errors: Pydantic's.
        tree: what was validated.
        most: how many to return, the first in the file.

    Returns:
        The diagnostics in the file's order, and how many errors were left out.
    """
    found = []
    for error in errors:
        path = spec_path(error["loc"], tree.data)
        if path not in tree.refused and not (error["type"] == "missing" and path[:-1] in tree.refused):
            found.append((tree.places.order(path), path, error))
    found.sort(key=lambda one: one[0])
    return tuple(_translate(error, path, tree) for _, path, error in found[:most]), len(found[most:])


def _translate(error: ErrorDetails, path: SpecPath, tree: Tree) -> Diagnostic:
    if error["type"] == "missing":
        return _missing(path, tree)
    if error["type"] == "extra_forbidden":
        return _unknown(path, error["input"], tree)
    if error["type"] == KIND:
        return _ours(error, path, tree)
    if error["input"] is None:
        return _empty(error, path, tree)
    if error["type"] in {"enum", "literal_error"} and isinstance(error["input"], str):
        return _choice(error["input"], path, tree)
    return _wrong_kind(error, path, tree)


def spec_path(loc: tuple[int | str, ...], data: Any) -> SpecPath:  # noqa: ANN401 - any part of the document
    """Return Pydantic's way as the file has it: without names of variants and of fields that a text stands for."""
    path: list[str | int] = []
    here = data
    for index, part in enumerate(loc):
        in_list = isinstance(here, list) and isinstance(part, int) and part < len(here)
        if in_list or (isinstance(here, dict) and part in here):
            here = here[part]
        elif not (isinstance(here, dict) and index == len(loc) - 1) or part == _KEY:
            continue
        path.append(part)
    return tuple(path)


def _unknown(path: SpecPath, value: Any, tree: Tree) -> Diagnostic:  # noqa: ANN401 - any part of the document
    name, owner = str(path[-1]), path[:-1]
    models = _meant(models_at(owner), _siblings(owner, tree.data))
    known = [field for model in models for field in model.model_fields]
    noun = models[0].noun
    takes = _takes(models)
    if name in REFUSED and any(issubclass(model, DefaultFunction) for model in models):
        why, hint = REFUSED[name]
        return _diagnostic("SPEC026", f"{show(name)} cannot be used: {why}", tree.places.key(path), hint)
    close = nearest(name, [field for field in known if field not in _siblings(owner, tree.data)])
    if close is None and (elsewhere := home(name, top=not owner)) is not None:
        takes = f"`{name}` belongs in {elsewhere}; {takes}"
    elif close is None and not owner and isinstance(value, dict):
        takes = f"layers stand under `layers:`; {takes}"
    hint = f"did you mean `{close}`? {_capital(takes)}" if close else takes
    return _diagnostic("SPEC003", f"unknown field {show(name)} in {noun}", tree.places.key(path), hint)


def _meant(models: tuple[type[Model], ...], fields: Iterable[str]) -> tuple[type[Model], ...]:
    """Return the one of several models that has most of some fields, or the first."""
    given = set(fields)
    return tuple(sorted(models, key=lambda model: -len(given & model.model_fields.keys()))[:1])


def _siblings(owner: SpecPath, data: Any) -> Iterable[str]:  # noqa: ANN401 - any part of the document
    for part in owner:
        data = data[part]
    return data if isinstance(data, dict) else ()


def _missing(path: SpecPath, tree: Tree) -> Diagnostic:
    name = str(path[-1])
    model = next(one for one in models_at(path[:-1]) if name in one.model_fields)
    return _diagnostic("SPEC022", f"{model.noun} needs {show(name)}", tree.places.key(path[:-1]), _EXAMPLES.get(name))


def _ours(error: ErrorDetails, path: SpecPath, tree: Tree) -> Diagnostic:
    context = error["ctx"]
    full = spec_path((*error["loc"], *context["at"]), tree.data) if context["at"] else path
    is_key = error["loc"][-1:] == (_KEY,) or context["code"] == "SPEC003"
    where = tree.places.key(full) if is_key else tree.places.value(full)
    return _diagnostic(context["code"], context["message"], where, context["hint"])


def _empty(error: ErrorDetails, path: SpecPath, tree: Tree) -> Diagnostic:
    hint = "give it a value, or leave it out"
    if error["type"] == "tuple_type":
        hint = "list its items, or leave the line out"
    elif models := models_at(path):
        hint = _takes(models)
    return _diagnostic("SPEC021", f"{_subject(path)} has no value", tree.places.value(path), hint)


def _choice(value: str, path: SpecPath, tree: Tree) -> Diagnostic:
    choices = choices_at(path)
    where = tree.places.value(path)
    if path == ("version",):
        hint = f"this layerforge reads version {listing(choices, 'or')} of the spec"
        return _diagnostic("SPEC024", f"the version cannot be {show(value)}", where, hint)
    close = nearest(value, choices)
    meant = f"did you mean `{close}`? " if close else ""
    hint = f"{meant}{'It' if meant else 'it'} is {listing(choices, 'or')}"
    return _diagnostic("SPEC023", f"{_subject(path)} cannot be {show(value)}", where, hint)


def _wrong_kind(error: ErrorDetails, path: SpecPath, tree: Tree) -> Diagnostic:
    value, where = error["input"], tree.places.value(path)
    expected = _EXPECTED.get(error["type"])
    if expected is None:
        return _diagnostic("SPEC020", f"{_subject(path)} is not right: {error['msg']}", where, None)
    hint = None
    if expected == "a list" and isinstance(value, str):
        item = value if _UNQUOTED.fullmatch(value) else f'"{value}"'
        hint = f"write {show(f'[{item}]')}"
    elif expected == "a list":
        hint = "write each item on a line of its own that begins with `-`"
    elif expected == "text" and isinstance(value, dict):
        hint = "a value that holds `: ` or braces goes into quotes"
    elif error["type"] in _SINGLE:
        hint = f"write one value, without {'brackets or `-`' if isinstance(value, list) else 'fields'}"
    elif models := models_at(path):
        hint = _takes(models)
    elif expected == "a mapping":
        hint = _KEYED.get(path, "write `name: value`, each on a line of its own")
    message = f"{_subject(path)} must be {expected}, not {kind(value)}"
    return _diagnostic("SPEC020", message, where, hint)


def _takes(models: tuple[Any, ...]) -> str:
    fields = ", ".join(show(field) for model in models for field in model.model_fields)
    return f"{models[0].noun} takes: {fields}"


def _subject(path: SpecPath) -> str:
    if not path:
        return "the spec"
    if isinstance(path[-1], int):
        return f"an item of {show(str(path[-2]))}"
    return show(path[-1])


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _diagnostic(code: str, message: str, where: Location, hint: str | None) -> Diagnostic:
    return Diagnostic(code=code, message=message, location=where, hint=hint)
