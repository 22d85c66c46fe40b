"""The report on the terminal: a table that a person reads at a glance, with reasons and witnesses below their rows."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hopverify.reporting.plain import plain
from hopverify.reporting.report import Report, Row
from hopverify.reporting.sentences import conclusion, details, obligations_in_words, reason_in_words, verdict_in_words
from hopverify.verdict import Verdict

HEADER = ("check", "subject", "verdict", "proved by", "seconds")
NARROWEST = (8, 8, 9, 12, 7)
# Columns give up space in this order when the terminal is narrow.
GIVE_WAY = (3, 1, 0, 2)
PIPE_WIDTH = 10_000
GAP = 2

MET, FAILED, OPEN, QUIET = "green", "bold red", "bold yellow", "dim"


def console_for(stream: object, *, colour: bool) -> Console:
    """Return a console on a stream: colours on a terminal only, and lines that are never cut in a pipe."""
    terminal = bool(getattr(stream, "isatty", lambda: False)())
    return Console(
        file=stream,  # type: ignore[arg-type]
        force_terminal=terminal,
        color_system="auto" if colour and terminal else None,
        width=None if terminal else PIPE_WIDTH,
        markup=False,
        highlight=False,
        emoji=False,
    )


def show(report: Report, console: Console, *, verbose: bool = False) -> None:
    """Print the report."""
    title = Text(plain(report.name), style="bold")
    title.append(f"  {plain(report.file)}", style=QUIET)
    console.print(title)
    shown = [row for row in report.rows if row.verdict is not Verdict.NOT_APPLICABLE or not row.met]
    if shown:
        _show_rows(shown, console, verbose)
    skipped = [row for row in report.rows if row not in shown]
    if skipped:
        console.print(Text(f"not applicable: {_listed(skipped)}", style=QUIET), soft_wrap=not console.is_terminal)
    if verbose:
        for row in skipped:
            _say(console, [f"{row.check} [{plain(row.subject)}]: {reason_in_words(row)}"], QUIET)
    console.print(Text(conclusion(report), style=_style(report.verdict)))


def one_line(report: Report) -> str:
    """Return the report as one line of plain text.

    The checks that have not the verdict the spec asks for are named.
    """
    counts = {verdict: sum(row.verdict is verdict for row in report.rows) for verdict in Verdict}
    said = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
    unmet = f"; not as the spec asks: {', '.join(report.unmet)}" if report.unmet else ""
    return f"{plain(report.file)}: {report.verdict} ({said or 'no checks'}{unmet})"


def _show_rows(rows: list[Row], console: Console, verbose: bool) -> None:
    cells = [(row, _cells(row)) for row in rows]
    widths = _widths([HEADER, *(texts for _, texts in cells)], console.width)
    console.print(_table([HEADER], ["bold"], widths))
    for row, texts in cells:
        console.print(_table([texts], [_row_style(row)], widths))
        _say(console, details(row), "")
        if verbose:
            _say(console, obligations_in_words(row), QUIET)


def _cells(row: Row) -> tuple[str, ...]:
    method = ", ".join(row.method)
    return (row.check, plain(row.subject), verdict_in_words(row), method or "—", f"{row.seconds:.2f}")


def _style(verdict: Verdict) -> str:
    return {Verdict.PASS: MET, Verdict.FAIL: FAILED, Verdict.UNKNOWN: OPEN}.get(verdict, QUIET)


def _row_style(row: Row) -> str:
    return MET if row.met else _style(Verdict.UNKNOWN if row.verdict is Verdict.UNKNOWN else Verdict.FAIL)


def _widths(rows: list[tuple[str, ...]], available: int) -> list[int]:
    """Return the columns' widths: as wide as their texts, narrowed in turn where the terminal is too small."""
    widths = [max(cell_len(text) for text in column) for column in zip(*rows, strict=True)]
    excess = sum(widths) + GAP * len(widths) - available
    for column in GIVE_WAY:
        given = max(0, min(excess, widths[column] - NARROWEST[column]))
        widths[column] -= given
        excess -= given
    return widths


def _table(rows: Iterable[tuple[str, ...]], styles: Iterable[str], widths: list[int]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, GAP, 0, 0))
    for width, title in zip(widths, HEADER, strict=True):
        right = title == "seconds"
        table.add_column(width=width, justify="right" if right else "left", overflow="fold")
    for texts, style in zip(rows, styles, strict=True):
        # The verdict carries the colour; the rest stays readable on any background.
        table.add_row(
            *(Text(text, style=style if column == 2 or style == "bold" else "") for column, text in enumerate(texts))
        )
    return table


def _say(console: Console, lines: Iterable[str], style: str) -> None:
    for line in lines:
        console.print(Padding(Text(plain(line), style=style), (0, 0, 0, 4), expand=False))


def _listed(rows: Iterable[Row]) -> str:
    groups = groupby(rows, key=lambda row: row.check)
    return ", ".join(f"{check} ({', '.join(plain(row.subject) for row in group)})" for check, group in groups)
