"""A comparison on the terminal: what changed as a table, the worst first, with the numbers that moved below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hopverify.reporting.comparison import Change, Comparison
from hopverify.reporting.comparison_words import HEADER, Compared, assumed, cells, conclusion, details, heading, told
from hopverify.reporting.plain import plain
from hopverify.reporting.terminal import GAP, OPEN, PROVED, QUIET, UNMET

NARROWEST = (9, 8, 8, 9, 7)
# Columns give up space in this order when the terminal is narrow.
GIVE_WAY = (2, 1, 3, 4)

_STYLES = {Change.WORSE: UNMET, Change.BETTER: PROVED, Change.SLOWER: OPEN, Change.GONE: OPEN, Change.SAME: QUIET}


def show(compared: Compared, console: Console, *, verbose: bool = False) -> None:
    """Print the comparison; ``verbose`` shows the claims that are the same, and how each was proved."""
    comparison = compared.comparison
    console.print(Text(plain(" → ".join(compared.files)), style="bold"))
    _say(console, heading(compared))
    claims = told(comparison, everything=verbose)
    rows = [(claim, tuple(plain(text) for text in cells(claim))) for claim in claims]
    widths = _widths([HEADER, *(texts for _, texts in rows)], console.width)
    if rows:
        console.print(_row(HEADER, ["bold"] * len(HEADER), widths))
    for claim, texts in rows:
        # The change carries the colour; the rest stays readable on any background.
        console.print(_row(texts, [_STYLES.get(claim.whole, ""), "", "", "", ""], widths))
        _say(console, details(claim, everything=verbose))
    _say(console, assumed(comparison))
    console.print(Text(plain(conclusion(comparison)), style=_conclusive(comparison)))


def one_line(compared: Compared) -> str:
    """Return the comparison as one line of plain text."""
    return plain(f"{' → '.join(compared.files)}: {conclusion(compared.comparison)}")


def _widths(rows: Sequence[Sequence[str]], available: int) -> list[int]:
    """Return the columns' widths: as wide as their texts, narrowed in turn where the terminal is too small."""
    widths = [max(cell_len(text) for text in column) for column in zip(*rows, strict=True)]
    excess = sum(widths) + GAP * (len(widths) - 1) - available
    for column in GIVE_WAY:
        given = max(0, min(excess, widths[column] - NARROWEST[column]))
        widths[column] -= given
        excess -= given
    return widths


def _row(texts: Sequence[str], styles: Sequence[str], widths: Sequence[int]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, GAP, 0, 0))
    for title, width in zip(HEADER, widths, strict=True):
        table.add_column(width=width, justify="right" if title == "seconds" else "left", overflow="fold")
    table.add_row(*(Text(text, style=style) for text, style in zip(texts, styles, strict=True)))
    return table


def _say(console: Console, lines: Iterable[str]) -> None:
    for line in lines:
        console.print(Padding(Text(plain(line)), (0, 0, 0, 4), expand=False))


def _conclusive(comparison: Comparison) -> str:
    if comparison.got_worse:
        return UNMET
    return PROVED if Change.BETTER in {comparison.verdict_change, *comparison.counts} else ""
