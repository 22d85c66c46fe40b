"""From the verdict of a claim to the outcome of a test: one meaning for pytest and for JUnit.

What a spec expects is asked of a check over all its subjects; a test speaks of one of them. It fails where its own
verdict is to blame. An unknown is never a success, not even one that the spec expects, and neither is what does not
apply or was not checked: such a test is skipped, and says why.
"""

from __future__ import annotations

from enum import Enum

from hopverify.reporting.report import Report, Row
from hopverify.reporting.sentences import reason_in_words
from hopverify.verdict import Verdict, summed_up


class Outcome(Enum):
    """What becomes of a test."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


def outcome_of(report: Report, row: Row, *, strict: bool = False) -> Outcome:
    """Return what becomes of the test of one claim; ``strict``: what is required must not be unknown."""
    if row.verdict is Verdict.UNKNOWN:
        return Outcome.FAILED if strict and not row.met else Outcome.SKIPPED
    if not row.met and row.verdict is not row.expected:
        # What keeps the check open may be another subject's unknown; a fail is to blame in any case.
        to_blame = row.verdict is Verdict.FAIL or _as_a_whole(report, row) is not Verdict.UNKNOWN
        return Outcome.FAILED if to_blame else Outcome.SKIPPED
    return Outcome.SKIPPED if row.verdict is Verdict.NOT_APPLICABLE or not row.checked else Outcome.PASSED


def _as_a_whole(report: Report, row: Row) -> Verdict:
    return summed_up(other.verdict for other in report.rows if other.check == row.check)


def why_skipped(row: Row) -> str:
    """Return why a test is skipped, in one line."""
    if row.verdict is Verdict.UNKNOWN:
        return f"unknown: {reason_in_words(row)}"
    if row.verdict is Verdict.NOT_APPLICABLE:
        return f"not applicable: {reason_in_words(row)}"
    if not row.met and row.verdict is not row.expected:
        return f"{row.verdict}, where the spec expects {row.expected} of {row.check} as a whole, which is still unknown"
    return "not checked: the spec was not found"
