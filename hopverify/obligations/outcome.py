"""What evidence can do to an obligation."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """What the checker made of the evidence."""

    PROVED = "proved"
    REFUTED = "refuted"
    OPEN = "open"
