"""The claims of a report, numbered in its order, so that tables, statements and proofs can name them."""

from __future__ import annotations

from dataclasses import dataclass

from hopverify.reporting.report import Report, Row
from hopverify.verdict import Verdict


@dataclass(frozen=True)
class Claim:
    """A row of a report with its number."""

    number: int
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
    return tuple(Claim(number, row) for number, row in enumerate(report.rows, start=1))


def anchor_of(check: str) -> str:
    """Return the anchor of a check's section.

    >>> anchor_of("energy_flatness")
    'check-energy-flatness'
    """
    return "check-" + "".join(c if c.isascii() and c.isalnum() else "-" for c in check)
