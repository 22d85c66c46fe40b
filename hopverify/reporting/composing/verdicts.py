"""Verdicts as marks: what each means for its reader, beside the word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hopverify.reporting.document import Mark, Sign
from hopverify.reporting.report import Report, Row
from hopverify.reporting.sentences import conclusion, verdict_in_words
from hopverify.verdict import Verdict, summed_up

_SIGNS = {Verdict.PASS: Sign.MET, Verdict.FAIL: Sign.FAILED, Verdict.UNKNOWN: Sign.OPEN}
NOT_CHECKED = ", not checked"
_COUNTED = (
    (Verdict.PASS, "proved"),
    (Verdict.FAIL, "refuted"),
    (Verdict.UNKNOWN, "open"),
    (Verdict.NOT_APPLICABLE, "of no concern to this model"),
)


def mark_of(row: Row) -> Mark:
    """Return the mark of a claim: a fail that is asked for is met, one that nothing is asked of is told aside.

    What was not checked is open, whatever the certificate says.
    """
    words = verdict_in_words(row)
    if not row.checked and row.verdict is not Verdict.NOT_APPLICABLE:
        return Mark(Sign.OPEN, f"{words}{NOT_CHECKED}")
    if row.verdict is Verdict.FAIL and row.expected is None:
        return Mark(Sign.ASIDE, f"{words}, not required")
    return Mark(_sign(row), words)


def _sign(row: Row) -> Sign:
    if row.verdict is Verdict.UNKNOWN:
        return Sign.OPEN
    if row.verdict is Verdict.NOT_APPLICABLE:
        return Sign.ASIDE if row.met else Sign.FAILED
    # One subject may pass where another one keeps the check from what is asked.
    is_as_asked = row.met or row.verdict is row.expected
    return Sign.MET if is_as_asked else Sign.FAILED


def mark_of_check(rows: Sequence[Row]) -> Mark:
    """Return the mark of a check over its subjects: that of the first which decides it."""
    overall = summed_up(row.verdict for row in rows)
    return mark_of(next(row for row in rows if row.verdict is overall))


def mark_of_report(report: Report) -> Mark:
    """Return the mark of all checks together."""
    if not report.checked:
        return Mark(Sign.OPEN, f"{report.verdict}{NOT_CHECKED}")
    return Mark(_SIGNS.get(report.verdict, Sign.ASIDE), str(report.verdict))


def sentence_of_report(report: Report) -> str:
    """Return the verdict in one sentence."""
    said = conclusion(report)
    if not report.checked:
        return f"Not checked, as the spec is not at hand. The certificate says {said}."
    return f"{said[0].upper()}{said[1:]}."


def counts_in_words(rows: Iterable[Row]) -> str:
    """Return how many claims came to what.

    >>> counts_in_words([])
    'No claims are made.'
    """
    verdicts = [row.verdict for row in rows]
    counts = [(sum(verdict is each for verdict in verdicts), words) for each, words in _COUNTED]
    said = [f"{count:,} {'is' if count == 1 else 'are'} {words}" for count, words in counts if count]
    if not said:
        return "No claims are made."
    listed = said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
    return f"Of {len(verdicts):,} claim{'s' * (len(verdicts) != 1)} {listed}."
