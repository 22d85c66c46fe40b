"""From the verdict of a claim to the outcome of a test.

What a spec expects is asked of a check over all its subjects; a test speaks of one of them. It fails where its own
verdict is to blame. An unknown is never a success, unless the spec expects it.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from hopverify.reporting.report import Report, Row
from hopverify.reporting.sentences import grounds, reason_in_words
from hopverify.verdict import Verdict, summed_up

SHOWS, LISTS = "`hopverify verify --json` shows", "`hopverify verify -v` lists"


class Outcome(Enum):
    """What becomes of a test."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


def outcome_of(report: Report, row: Row, *, strict: bool) -> Outcome:
    """Return what becomes of the test of one claim; ``strict``: what is required must not be unknown."""
    if row.verdict is row.expected:
        return Outcome.PASSED
    if row.met:
        undecided = row.verdict in (Verdict.UNKNOWN, Verdict.NOT_APPLICABLE)
        return Outcome.SKIPPED if undecided else Outcome.PASSED
    if row.verdict is Verdict.FAIL or _as_a_whole(report, row) is not Verdict.UNKNOWN:
        return Outcome.FAILED
    # What keeps the check open is another subject's unknown, or this one's.
    return Outcome.FAILED if strict and row.verdict is Verdict.UNKNOWN else Outcome.SKIPPED


def _as_a_whole(report: Report, row: Row) -> Verdict:
    return summed_up(other.verdict for other in report.rows if other.check == row.check)


def in_one_line(report: Report, row: Row) -> str:
    """Return why a test is skipped."""
    if row.verdict in (Verdict.UNKNOWN, Verdict.NOT_APPLICABLE):
        return f"{row.verdict}: {reason_in_words(row)}"
    return f"{row.verdict}, where the spec expects {row.expected} of {row.check} as a whole, which is still unknown"


def in_full(report: Report, row: Row, file: str) -> Iterator[str]:
    """Yield the lines that a failed test shows: the claim, its verdict, the witness or the reason, what to do next."""
    yield f"{row.check} [{row.subject}]: {row.verdict}, where the spec expects {row.expected}"
    yield f"    claim ({row.theory}): {row.statement}"
    yield from (f"    {line}" for line in grounds(row, shows=SHOWS, lists=LISTS))
    if row.verdict is not Verdict.UNKNOWN and row.method:
        yield f"    decided by: {', '.join(row.method)}"
    yield f"    in full: hopverify verify -v {file}"
