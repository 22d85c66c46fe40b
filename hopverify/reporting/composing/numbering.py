"""The claims of a report, numbered in its order, so that tables, statements and proofs can name them.

Claims of checks that say nothing of the model have no number, so that the others are numbered without gaps.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

from hopverify.reporting.report import Report, Row
from hopverify.verdict import Verdict

NOT_APPLICABLE = "not-applicable"
"""The anchor of the section of claims without numbers."""


@dataclass(frozen=True)
class Claim:
    """A row of a report with its number, 0 for none; ``entry`` is its place among the results of the certificate."""

    number: int
    entry: int
    row: Row

    @property
    def label(self) -> str:
        """What the document calls it."""
        return f"Claim {self.number}"

    @property
    def concerns(self) -> bool:
        """Whether the claim concerns the model."""
        return self.row.verdict is not Verdict.NOT_APPLICABLE


def numbered(report: Report) -> tuple[Claim, ...]:
    """Return the claims in the report's order."""
    concerned = {row.check for row in report.rows if row.verdict is not Verdict.NOT_APPLICABLE}
    numbers = count(1)
    return tuple(
        Claim(next(numbers) if row.check in concerned else 0, entry, row)
        for entry, row in enumerate(report.rows, start=1)
    )


def anchor_of(check: str) -> str:
    """Return the anchor of a check's section.

    >>> anchor_of("energy_flatness")
    'check-energy-flatness'
    """
    return "check-" + "".join(c if c.isascii() and c.isalnum() else "-" for c in check)
