"""Lays rows out as text: columns as wide as they need, two spaces between them."""

from collections.abc import Sequence

from layerforge.cli.messages import printable


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return rows below a head, one a line; empty for no rows."""
    if not rows:
        return ""
    shown = [[printable(cell) for cell in row] for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    return "".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() + "\n" for row in shown
    )
