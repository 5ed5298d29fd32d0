"""A command line that cannot be understood: what is wrong with it, and what may have been meant."""

import argparse
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from layerforge.diagnostics import Diagnostic


class Misused(Exception):  # noqa: N818 - it never leaves the command line
    """The command line cannot be understood.

    Attributes:
        diagnostics: one for each word that is not understood.
    """

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        """Carry what there is to say."""
        super().__init__(diagnostics[0].message)
        self.diagnostics = tuple(diagnostics)


class Parser(argparse.ArgumentParser):
    """A parser that says what is wrong as we do, and that knows its options by their whole names only."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 - those of argparse
        """Take the settings of ``argparse.ArgumentParser``."""
        super().__init__(allow_abbrev=False, **settings)

    def error(self, message: str) -> NoReturn:
        """Raise instead of printing.

        Raises:
            Misused: ``CLI009`` with argparse's own words.
        """
        raise Misused([self._told(message, None)])

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:  # noqa: ANN401 - those of argparse
        """Parse a command line.

        Raises:
            Misused: ``CLI009`` for each option that there is not, or for each word that is one too many.
        """
        parsed, unknown = self.parse_known_args(args, namespace)
        options = [word.partition("=")[0] for word in unknown if word.startswith("-") and word.strip("-")]
        if options:
            inner = self._chosen(parsed)
            raise Misused(
                [self._told(*_about(word, [*self._option_string_actions, *inner], inner)) for word in options]
            )
        if unknown:
            raise Misused([self._told(f"`{word}` is one word too many", None) for word in unknown])
        return parsed

    def _check_value(self, action: argparse.Action, value: Any) -> None:  # noqa: ANN401 - as in argparse
        """Look up a command or an action of ``cache``."""
        if action.choices is not None and value not in action.choices:
            message = f"there is no {str(action.metavar).lower()} `{value}`"
            raise Misused([self._told(message, _meant(str(value), action.choices))])

    def _chosen(self, parsed: argparse.Namespace) -> list[str]:
        """Return the options of the action that was chosen, of a command that has actions."""
        return [
            option
            for action in self._actions
            if isinstance(action, argparse._SubParsersAction)  # noqa: SLF001 - there is no other name for it
            for option in action.choices[getattr(parsed, action.dest)]._option_string_actions  # noqa: SLF001 - likewise
        ]

    def _told(self, message: str, meant: str | None) -> Diagnostic:
        more = f"`{self.prog} --help` tells what there is"
        return Diagnostic(code="CLI009", message=message, hint=f"did you mean `{meant}`? {more}" if meant else more)


def too_early(words: Sequence[str], command: str) -> Misused:
    """Say of options that they stand before the command."""
    hint = f"options come after the command: `layerforge {command} {words[0]} …`"
    return Misused([Diagnostic(code="CLI009", message=f"`{word}` comes too early", hint=hint) for word in words])


def _about(word: str, known: Iterable[str], inner: Iterable[str]) -> tuple[str, str | None]:
    if word in inner:
        return f"`{word}` comes too early: it goes after the action", None
    return f"there is no option `{word}`", _meant(word, known)


def _meant(word: str, known: Iterable[str]) -> str | None:
    from layerforge.spec.suggest import nearest  # noqa: PLC0415 - a mistake may take its time

    bare = {name.lstrip("-"): name for name in known}
    return bare.get(nearest(word.lstrip("-"), bare) or "")
