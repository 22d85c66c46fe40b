"""The report on the terminal: a table that a person reads at a glance, with reasons and witnesses below their rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hopverify.reporting.cells import cells_in_words
from hopverify.reporting.equilibria import equilibria_in_words
from hopverify.reporting.memories import memories_in_words
from hopverify.reporting.plain import plain
from hopverify.reporting.report import Report, Row, Values
from hopverify.reporting.step_sizes import step_sizes_in_words
from hopverify.reporting.wording import witness_in_words
from hopverify.verdict import Verdict

HEADER = ("check", "subject", "verdict", "proved by", "seconds")
NARROWEST = (8, 8, 9, 12, 7)
# Columns give up space in this order when the terminal is narrow.
GIVE_WAY = (3, 1, 0, 2)
PIPE_WIDTH = 10_000
OPEN_SHOWN = 3
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
            _say(console, [f"{row.check} [{plain(row.subject)}]: {_reason(row)}"], QUIET)
    console.print(Text(_conclusion(report), style=_style(report.verdict)))


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
        _say(console, _details(row), "")
        if verbose:
            _say(console, _obligations(row), QUIET)


def _cells(row: Row) -> tuple[str, ...]:
    method = ", ".join(row.method)
    return (row.check, plain(row.subject), _verdict_of(row), method or "—", f"{row.seconds:.2f}")


def _verdict_of(row: Row) -> str:
    if row.verdict is row.expected or (row.verdict is Verdict.NOT_APPLICABLE and row.met):
        return str(row.verdict) if row.verdict is Verdict.PASS else f"{row.verdict}, as expected"
    # One subject need not have the verdict that is asked of the check as a whole.
    if row.expected is None:
        return str(row.verdict)
    return str(row.verdict) if row.met or row.expected is Verdict.PASS else f"{row.verdict}, not {row.expected}"


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


def _details(row: Row) -> Iterator[str]:
    """Yield what belongs under a row: the witness of a fail, the reason of an unknown, patterns, equilibria."""
    if row.verdict is Verdict.FAIL and row.witness is not None:
        yield from witness_in_words(row.method, row.witness)
    if row.verdict is Verdict.UNKNOWN:
        yield f"unknown: {_reason(row)}"
        yield from _missing(row.obligations)
    if row.verdict is Verdict.NOT_APPLICABLE:
        yield _reason(row)
    yield from memories_in_words(row.data)
    yield from cells_in_words(row.data)
    yield from step_sizes_in_words(row.data, row.obligations)
    yield from equilibria_in_words(row.check, row.data)


def _reason(row: Row) -> str:
    return str(row.reason["text"]) if row.reason else "no reason is recorded"


def _missing(obligations: Iterable[Values]) -> Iterator[str]:
    """Yield the premises that do not hold, and the first of those left open."""
    premises = [row for row in obligations if row["role"] == "premise"]
    for row in premises:
        if row["outcome"] == "refuted":
            yield f"does not hold: {row['statement']}{_because(row)}"
    still_open = [f"{row['statement']}{_because(row)}" for row in premises if row["outcome"] == "open"]
    yield from (f"not shown: {statement}" for statement in still_open[:OPEN_SHOWN])
    if len(still_open) > OPEN_SHOWN:
        yield f"and {len(still_open) - OPEN_SHOWN} more premises not shown: -v lists all"


def _because(row: Values) -> str:
    data = row.get("data", {})
    return (
        f" ({data['because']})"
        if "because" in data
        else f" (violated: {data['violated']})"
        if "violated" in data
        else ""
    )


def _obligations(row: Row) -> Iterator[str]:
    yield f"claim ({row.theory}): {row.statement}"
    for part in row.obligations:
        rule = part["evidence"]["rule"] if "evidence" in part else None
        how = f"{part['outcome']} by {rule}" if rule else part["outcome"]
        yield f"{part['role']}, {how}: {part['statement']}{_because(part)}"
    yield from (f"assuming: {assumption}" for assumption in row.assumptions)


def _listed(rows: Iterable[Row]) -> str:
    groups = groupby(rows, key=lambda row: row.check)
    return ", ".join(f"{check} ({', '.join(plain(row.subject) for row in group)})" for check, group in groups)


def _conclusion(report: Report) -> str:
    if not report.rows:
        return "pass: the spec asks for no checks"
    if report.verdict is Verdict.PASS:
        return "pass: every check has the verdict the spec asks for"
    return f"{report.verdict}: not as the spec asks: {', '.join(report.unmet)}"
