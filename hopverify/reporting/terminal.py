"""The report on the terminal: a table that a person reads at a glance, with reasons and witnesses below their rows.

Rows are printed as their claims finish, so the columns are as wide as what is known beforehand: names of checks and
subjects, the words of a verdict. What decided comes last, where it needs no width.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hopverify.reporting.plain import plain
from hopverify.reporting.report import Report, Row
from hopverify.reporting.sentences import (
    beside,
    conclusion,
    counts,
    details,
    obligations_in_words,
    reason_in_words,
    verdict_in_words,
)
from hopverify.verdict import Verdict

HEADER = ("check", "subject", "verdict", "seconds", "decided by")
USUAL_VERDICT, USUAL_TIME = "unknown, not required", "9999.99"
NARROWEST = (8, 8, 9, 7)
# The last column goes where it would be narrower than this; then columns give up space in this order.
LAST = 12
GIVE_WAY = (1, 0, 2)
PIPE_WIDTH = 10_000
GAP = 2
VERDICT, NEWLINE = 2, "\n"

PROVED, REFUTED, UNMET, OPEN, QUIET = "green", "magenta", "bold red", "yellow", "dim"


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


class Shown:
    """A report on a console: its title, rows in the order of the claims, and what it comes to.

    ``named`` are the check and the subject of each claim that it will have.
    """

    def __init__(self, console: Console, named: Iterable[tuple[str, str]], *, verbose: bool = False) -> None:
        self.console, self.verbose = console, verbose
        self.widths = _widths([(check, plain(subject)) for check, subject in named], console.width)
        self.shown: list[Row] = []
        self.skipped: list[Row] = []

    @property
    def count(self) -> int:
        """How many rows it has been given."""
        return len(self.shown) + len(self.skipped)

    def begin(self, name: str, file: str) -> None:
        """Print the title."""
        title = Text(plain(name), style="bold")
        title.append(f"  {plain(file)}", style=QUIET)
        self.console.print(title)

    def add(self, rows: Iterable[Row]) -> None:
        """Print rows that have not been printed; what does not concern the model is told at the end."""
        for row in rows:
            if row.verdict is Verdict.NOT_APPLICABLE and row.met:
                self.skipped.append(row)
            else:
                self._show(row)

    def _show(self, row: Row) -> None:
        if not self.shown:
            self.console.print(_table(HEADER, "bold", self.widths))
        self.shown.append(row)
        self.console.print(_table(_cells(row), _style(row), self.widths))
        _say(self.console, details(row), "")
        if self.verbose:
            _say(self.console, obligations_in_words(row), QUIET)

    def end(self, report: Report) -> None:
        """Print the rows that are left, and the verdict."""
        self.add(report.rows[self.count :])
        explained = [row for row in self.skipped if row.named or self.verbose]
        for row in explained:
            said = f"not applicable: {row.check} ({plain(row.subject)}): {plain(reason_in_words(row))}"
            self.console.print(Text(said, style=QUIET), soft_wrap=not self.console.is_terminal)
        rest = [row for row in self.skipped if row not in explained]
        if rest:
            said = f"not applicable: {_listed(rest)}"
            self.console.print(Text(said, style=QUIET), soft_wrap=not self.console.is_terminal)
        self.console.print(Text(conclusion(report), style=_conclusive(report)))


def show(report: Report, console: Console, *, verbose: bool = False) -> None:
    """Print the report."""
    shown = Shown(console, [(row.check, row.subject) for row in report.rows], verbose=verbose)
    shown.begin(report.name, report.file)
    shown.end(report)


def one_line(report: Report) -> str:
    """Return the report as one line of plain text.

    The checks that have not the verdict the spec asks for are named.
    """
    unmet = f"; not as the spec asks: {', '.join(report.unmet)}" if report.unmet else ""
    return f"{plain(report.file)}: {report.verdict} ({counts(report) or 'no checks'}{unmet})"


def summary(reports: Sequence[Report], refused: Sequence[tuple[str, str]]) -> list[str]:
    """Return what several specs come to: how many there are, and those that need a look, each with why.

    ``refused`` has the specs that could not be verified, each with a message.
    """
    total = len({*(report.file for report in reports), *(file for file, _ in refused)})
    verdicts = Counter(report.verdict for report in reports)
    counted = (
        (verdicts[Verdict.PASS], "as the spec asks"),
        (verdicts[Verdict.FAIL], "not as the spec asks"),
        (verdicts[Verdict.UNKNOWN], "unknown"),
        (len(refused), "broken"),
    )
    lines = [f"{total} specs: {', '.join(f'{count} {words}' for count, words in counted if count)}"]
    for verdict, words in ((Verdict.FAIL, "not as the spec asks"), (Verdict.UNKNOWN, "unknown")):
        lines += [f"  {words}: {each.file}: {', '.join(each.unmet)}" for each in reports if each.verdict is verdict]
    # Of several messages on a file the first is enough here: all were told where they arose.
    lines += [f"  broken: {message.partition(NEWLINE)[0]}" for _, message in refused]
    return [plain(line) for line in lines]


def _cells(row: Row) -> tuple[str, ...]:
    method = ", ".join(row.method)
    return (row.check, plain(row.subject), verdict_in_words(row), f"{row.seconds:.2f}", method or "—")


def _style(row: Row) -> str:
    """Return the colour of a claim: that of what is known of it, unless the spec asks for something else."""
    if row.verdict is Verdict.UNKNOWN:
        return f"bold {OPEN}" if not row.met else OPEN
    if not row.met and beside(row):
        return UNMET
    return {Verdict.PASS: PROVED, Verdict.FAIL: REFUTED}.get(row.verdict, QUIET)


def _conclusive(report: Report) -> str:
    if report.verdict is not Verdict.PASS:
        return UNMET if report.verdict is Verdict.FAIL else f"bold {OPEN}"
    is_refuted = any(row.verdict is Verdict.FAIL and row.expected is Verdict.FAIL for row in report.rows)
    return REFUTED if is_refuted else PROVED


def _widths(named: Iterable[tuple[str, str]], available: int) -> list[int | None]:
    """Return the widths of the columns: as wide as their texts, narrowed where the terminal is small.

    The last column has no width but what is left; where that is too little, it is not shown.
    """
    rows = [HEADER[:-1], *((check, subject, USUAL_VERDICT, USUAL_TIME) for check, subject in named)]
    widths = [max(cell_len(text) for text in column) for column in zip(*rows, strict=True)]
    left = available - sum(widths) - GAP * len(widths)
    if left >= LAST:
        return [*widths, None]
    excess = -left
    for column in GIVE_WAY:
        given = max(0, min(excess, widths[column] - NARROWEST[column]))
        widths[column] -= given
        excess -= given
    return list(widths)


def _table(texts: Sequence[str], style: str, widths: list[int | None]) -> Table:
    """Return one row, by itself, under the same columns as the others."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, GAP, 0, 0))
    for width, title in zip(widths, HEADER, strict=False):
        table.add_column(width=width, justify="right" if title == "seconds" else "left", overflow="fold")
    # The verdict carries the colour; the rest stays readable on any background.
    shown = list(enumerate(texts))[: len(widths)]
    table.add_row(*(Text(text, style=style if at == VERDICT or style == "bold" else "") for at, text in shown))
    return table


def _say(console: Console, lines: Iterable[str], style: str) -> None:
    for line in lines:
        console.print(Padding(Text(plain(line), style=style), (0, 0, 0, 4), expand=False))


def _listed(rows: Iterable[Row]) -> str:
    groups = groupby(rows, key=lambda row: row.check)
    return ", ".join(f"{check} ({', '.join(plain(row.subject) for row in group)})" for check, group in groups)
