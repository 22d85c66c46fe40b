"""The report on the terminal: a table that a person reads at a glance, with reasons and witnesses below their rows.

Rows are printed as their claims finish, so the columns are as wide as what is known beforehand: names of checks and
subjects, the words of a verdict. A name is never cut: where it is too long for its column, the row goes on below.
The summary comes last, beside the prompt, where it is read first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from hopverify.reporting.advice import next_steps, purpose
from hopverify.reporting.document import without_marks
from hopverify.reporting.highlights import highlights
from hopverify.reporting.plain import plain
from hopverify.reporting.report import Report, Row
from hopverify.reporting.sentences import (
    WORDS,
    beside,
    conclusion,
    counts,
    details,
    obligations_in_words,
    reason_in_words,
    verdict_in_words,
)
from hopverify.verdict import Verdict

HEADER = ("check", "subject", "verdict", "seconds")
USUAL_VERDICT, USUAL_TIME = "unknown, not required", "9999.99"
NARROWEST = 8
PIPE_WIDTH = 10_000
GAP = 2
SUBJECT, VERDICT, TIME = 1, 2, 3
NEWLINE = "\n"

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

    ``named`` are the check and the subject of each claim that it will have; of the model as a whole, ``name``, the
    table does not repeat the name.
    """

    def __init__(self, console: Console, name: str, named: Iterable[tuple[str, str]], *, verbose: bool = False) -> None:
        self.console, self.name, self.verbose = console, name, verbose
        shown = [(check, self._subject(subject)) for check, subject in named]
        self.has_subjects = any(subject for _, subject in shown)
        self.columns = _columns(shown, console.width)
        self.shown: list[Row] = []
        self.skipped: list[Row] = []
        self.reasons: dict[tuple[str, ...], Row] = {}

    def _subject(self, subject: str) -> str:
        return "" if subject == self.name else plain(subject.removeprefix(f"{self.name}, "))

    @property
    def count(self) -> int:
        """How many rows it has been given."""
        return len(self.shown) + len(self.skipped)

    def begin(self, file: str) -> None:
        """Print the title."""
        title = Text(plain(self.name), style="bold")
        title.append(f"  {plain(file)}", style=QUIET)
        self.console.print(title)

    def add(self, rows: Iterable[Row]) -> None:
        """Print rows that have not been printed; checks that do not apply are listed at the end."""
        for row in rows:
            if row.verdict is Verdict.NOT_APPLICABLE and row.met:
                self.skipped.append(row)
            else:
                self._show(row)

    def _show(self, row: Row) -> None:
        if not self.shown:
            # Without subjects of their own the table has no such column.
            heads = [(head if at != SUBJECT or self.has_subjects else "", "bold") for at, head in enumerate(HEADER)]
            self.console.print(_in_columns(heads, self.columns, self.console.width), soft_wrap=True)
        self.shown.append(row)
        cells = (row.check, self._subject(row.subject), verdict_in_words(row), f"{row.seconds:.2f}")
        # The verdict carries the colour; the rest stays readable on any background.
        styled = [(text, _style(row) if at == VERDICT else "") for at, text in enumerate(cells)]
        self.console.print(_in_columns(styled, self.columns, self.console.width), soft_wrap=True)
        _say(self.console, self._details(row), "")
        if self.verbose:
            _say(self.console, obligations_in_words(row), QUIET)

    def _details(self, row: Row) -> Sequence[str]:
        """Return what belongs under a claim; of what is open for the same reasons as an earlier claim, only that."""
        said = tuple(details(row))
        if row.verdict is not Verdict.UNKNOWN or self.reasons.setdefault(said, row) is row:
            return said
        return (f"unknown: for the reason of {self.reasons[said].check}",)

    def end(self, report: Report) -> None:
        """Print the rows that are left, what the report comes to in numbers, and what to do next."""
        self.add(report.rows[self.count :])
        explained = [row for row in self.skipped if row.named or self.verbose]
        for row in explained:
            self._print(f"not applicable: {self._called([row])}: {reason_in_words(row)}", QUIET)
        rest = [row for row in self.skipped if row not in explained]
        if rest:
            self._print(f"not applicable: {self._called(rest)}", QUIET)
        for remark in report.remarks:
            self._print(f"note: {remark}", "")
        if said := highlights(report):
            self._print(said, "bold")
        self._print(conclusion(report), _conclusive(report))
        for verdict in (Verdict.FAIL, Verdict.UNKNOWN):
            if named := dict.fromkeys(row.check for row in self.shown if row.verdict is verdict):
                self._print(f"{WORDS[verdict]}: {', '.join(named)}", "")
        for step, checks in next_steps(report.rows):
            # A command on a line of its own can be copied.
            self._print(f"next: {step.command}", "")
            _say(self.console, [purpose(step, checks)], QUIET)

    def _print(self, words: str, style: str) -> None:
        self.console.print(Text(plain(words), style=style), soft_wrap=not self.console.is_terminal)

    def _called(self, rows: Iterable[Row]) -> str:
        """Return the checks of some claims, each with what it is about unless that is the whole model."""
        groups = groupby(rows, key=lambda row: row.check)
        named = [
            (check, ", ".join(filter(None, (self._subject(row.subject) for row in group)))) for check, group in groups
        ]
        return ", ".join(f"{check} ({subjects})" if subjects else check for check, subjects in named)


def show(report: Report, console: Console, *, verbose: bool = False) -> None:
    """Print the report."""
    shown = Shown(console, report.name, [(row.check, row.subject) for row in report.rows], verbose=verbose)
    shown.begin(report.file)
    shown.end(report)


def one_line(report: Report) -> str:
    """Return the report as one line of plain text.

    The checks that have not the verdict the spec asks for are named.
    """
    unmet = f"; not as the spec expects: {', '.join(report.unmet)}" if report.unmet else ""
    return f"{plain(report.file)}: {report.verdict} ({counts(report) or 'no checks'}{unmet})"


def summary(reports: Sequence[Report], refused: Sequence[tuple[str, str]]) -> list[str]:
    """Return what several specs come to: how many there are, and those that need a look, each with why.

    ``refused`` has the specs that could not be verified, each with a message.
    """
    total = len({*(report.file for report in reports), *(file for file, _ in refused)})
    verdicts = Counter(report.verdict for report in reports)
    counted = (
        (verdicts[Verdict.PASS], "as the spec expects"),
        (verdicts[Verdict.FAIL], "not as the spec expects"),
        (verdicts[Verdict.UNKNOWN], "unknown"),
        (len(refused), "broken"),
    )
    lines = [f"{total} specs: {', '.join(f'{count} {words}' for count, words in counted if count)}"]
    for verdict, words in ((Verdict.FAIL, "not as the spec expects"), (Verdict.UNKNOWN, "unknown")):
        lines += [f"  {words}: {each.file}: {', '.join(each.unmet)}" for each in reports if each.verdict is verdict]
    # Of several messages on a file the first is enough here: all were told where they arose.
    lines += [f"  broken: {message.partition(NEWLINE)[0]}" for _, message in refused]
    return [plain(line) for line in lines]


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


def _columns(named: Sequence[tuple[str, str]], available: int) -> tuple[int, int, int, int]:
    """Return where the columns begin, and where the last of them ends: as wide as their texts, if there is room."""
    subject = max((cell_len(check) for check, _ in named), default=0) + GAP
    widest = max((cell_len(subject) for _, subject in named), default=0)
    wanted = subject + (max(widest, len(HEADER[1])) + GAP if widest else 0)
    verdict = max(min(wanted, available - len(USUAL_VERDICT) - GAP - len(USUAL_TIME)), NARROWEST)
    return 0, subject, verdict, verdict + len(USUAL_VERDICT) + GAP + len(USUAL_TIME)


def _in_columns(cells: Sequence[tuple[str, str]], columns: tuple[int, int, int, int], available: int) -> Text:
    """Return a row of styled texts: each begins in its column, on the next line where there is no room on this."""
    made, at = Text(), 0
    for place, ((words, style), column) in enumerate(zip(cells, columns, strict=True)):
        begin = column - cell_len(words) if place == TIME else column
        if not words:
            continue
        end = begin + cell_len(words)
        if at and (begin < at + GAP or end > available):
            made.append(NEWLINE)
            at, begin = 0, max(0, begin - max(0, end - available))
        made.append(" " * (begin - at)).append(words, style=style)
        at = begin + cell_len(words)
    return made


def _say(console: Console, lines: Iterable[str], style: str) -> None:
    for line in lines:
        console.print(Padding(Text(plain(without_marks(line)), style=style), (0, 0, 0, 4), expand=False))
