"""How findings of the plan are made and worded."""

from collections.abc import Iterable

from layerforge.diagnostics import Diagnostic, Location, Severity


def error(code: str, message: str, where: Location, hint: str, notes: tuple[str, ...] = ()) -> Diagnostic:
    """Return a finding that stops the work."""
    return Diagnostic(code=code, message=message, location=where, hint=hint, notes=notes)


def warning(code: str, message: str, where: Location, hint: str, notes: tuple[str, ...] = ()) -> Diagnostic:
    """Return a finding to think about."""
    return Diagnostic(code=code, message=message, severity=Severity.WARNING, location=where, hint=hint, notes=notes)


def listed(words: Iterable[str]) -> str:
    """Return words in backquotes: ``a``, ``b`` and ``c``."""
    *most, last = [f"`{word}`" for word in words]
    return f"{', '.join(most)} and {last}" if most else last


def place(where: Location) -> str:
    """Return where something stands, for a message about something else: ``layers.yaml:7``."""
    return f"{where.file}:{where.line}" if where.line is not None else where.file
