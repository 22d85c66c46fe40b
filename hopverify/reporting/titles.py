"""Titles of claims: a statement that is refuted is told in its true form, one that is open as a question."""

from __future__ import annotations

from hopverify.checks import CHECKS
from hopverify.reporting.report import Row
from hopverify.verdict import Verdict


def title_of(row: Row) -> str:
    """Return what is known of a claim as a heading; the name of its check, if this version does not know it."""
    if row.check not in CHECKS:
        return row.check
    check = CHECKS[row.check]
    if row.verdict is Verdict.UNKNOWN or not row.checked:
        return f"{check.title}?"
    if row.verdict is not Verdict.FAIL:
        return check.title
    told = check.refuted if isinstance(check.refuted, str) else check.refuted(row.witness or {})
    return told or f"Not so: {check.title}"
