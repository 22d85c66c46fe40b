"""Marks: what is known of a statement, and beside it what the spec makes of that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hopverify.reporting.counting import counted, listed
from hopverify.reporting.document import Mark, Sign
from hopverify.reporting.report import Report, Row
from hopverify.reporting.sentences import EXPECTED, UNMET, WORDS, asides, beside, counts
from hopverify.reporting.titles import title_of
from hopverify.verdict import Verdict, summed_up

_SIGNS = {
    Verdict.PASS: Sign.PROVED,
    Verdict.FAIL: Sign.REFUTED,
    Verdict.UNKNOWN: Sign.OPEN,
    Verdict.NOT_APPLICABLE: Sign.ASIDE,
}
NOT_CHECKED = ", not checked"


def mark_of(row: Row) -> Mark:
    """Return the mark of a claim: whether its statement is proved or refuted, whatever the spec expects.

    What was not checked is open, whatever the certificate says.
    """
    said = beside(row)
    if not row.checked and row.verdict is not Verdict.NOT_APPLICABLE:
        return Mark(Sign.OPEN, f"{WORDS[row.verdict]}{NOT_CHECKED}", said, said == UNMET)
    return Mark(_SIGNS[row.verdict], WORDS[row.verdict], said, said == UNMET)


def deciding(rows: Sequence[Row]) -> Row:
    """Return the claim that decides a check over its subjects: the first with the check's verdict."""
    overall = summed_up(row.verdict for row in rows)
    return next(row for row in rows if row.verdict is overall)


def mark_of_report(report: Report) -> Mark:
    """Return the mark of all checks together: of what the spec requires, as far as it is as required."""
    if not report.checked:
        return Mark(Sign.OPEN, f"{report.verdict}{NOT_CHECKED}")
    if report.verdict is Verdict.FAIL:
        return Mark(Sign.UNMET, UNMET, unmet=True)
    if report.verdict is Verdict.UNKNOWN:
        return Mark(Sign.OPEN, WORDS[report.verdict], UNMET, unmet=True)
    required = {row.verdict for row in report.rows if row.verdict is row.expected}
    for verdict in (Verdict.UNKNOWN, Verdict.FAIL):
        if verdict in required:
            return Mark(_SIGNS[verdict], WORDS[verdict], EXPECTED)
    return Mark(Sign.PROVED, "proved") if Verdict.PASS in required else Mark(Sign.ASIDE, "nothing is required")


def sentence_of_report(report: Report) -> str:
    """Return the sentence that completes the report's mark."""
    if not report.checked:
        said = f"{report.verdict}: {counts(report) or 'no claims'}"
        return f"Not checked, because the spec was not found. The certificate says {said}."
    if report.unmet:
        return _titles(row for row in report.rows if not row.met and beside(row))
    for verdict in (Verdict.UNKNOWN, Verdict.FAIL):
        if found := [row for row in report.rows if row.verdict is verdict is row.expected]:
            return _titles(found)
    if any(row.expected is Verdict.PASS and row.verdict is Verdict.PASS for row in report.rows):
        return "All that the spec requires of this model is proved."
    return "The spec requires nothing of this model." if report.rows else "The spec names no checks."


def _titles(rows: Iterable[Row]) -> str:
    """Return what is known of some claims, once each: "The energy rises; several equilibria." Then what is open."""
    titles = list(dict.fromkeys(title_of(row) for row in rows))
    questions = [title for title in titles if title.endswith("?")]
    first, *others = [title for title in titles if title not in questions] or [""]
    said = "; ".join([first, *(title[0].lower() + title[1:] for title in others)])
    return " ".join([f"{said}."] * bool(said) + ["Open:"] * bool(said and questions) + questions)


def counts_in_words(rows: Iterable[Row]) -> str:
    """Return how many claims came to what, and what the spec makes of those that are refuted or unknown.

    >>> counts_in_words([])
    'No claims are made.'
    """
    found = list(rows)
    said = [_counted([row for row in found if row.verdict is each], each) for each in Verdict]
    said = [each for each in said if each]
    if not said:
        return "No claims are made."
    if len(said) == 1 and len(found) > 1:
        return f"All {said[0].replace(' ', ' claims ', 1)}."
    return f"Of {counted(len(found), 'claim')} {listed(said)}."


def _counted(rows: Sequence[Row], verdict: Verdict) -> str:
    if not rows:
        return ""
    count = len(rows)
    if verdict is Verdict.NOT_APPLICABLE:
        return f"{count:,} do{'es' * (count == 1)} not apply"
    return f"{count:,} {'is' if count == 1 else 'are'} {WORDS[verdict]}{asides(rows)}"
