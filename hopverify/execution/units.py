"""What travels between processes: units of work and findings. Places instead of obligations, so no model travels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from hopverify.certificate import Evidence
from hopverify.checker import Judgement
from hopverify.provers import Budget
from hopverify.verdict import Reason

UNFINISHED = frozenset({Reason.INTERRUPTED, Reason.BUDGET_EXHAUSTED, Reason.WORKER_LOST, Reason.SEARCH_FAILED})
"""Reasons that leave an obligation to another run: nothing is known of what a whole search would have found."""


class Place(NamedTuple):
    """Where an obligation stands: the number of its claim, and its own number among the claim's, premises first."""

    claim: int
    obligation: int


Report = Callable[[Place, int, int | None, str], None]
"""Hears how far the search for an obligation is: done, of how many (None: not known), and of what."""


@dataclass(frozen=True)
class Offer:
    """What an earlier run left for an obligation: evidence, to be judged again; ``reason`` if it stayed open."""

    statement: str
    evidence: Evidence | None
    reason: Reason | None


@dataclass(frozen=True)
class Unit:
    """Obligations to discharge one after another in one process, and what they may spend."""

    places: tuple[Place, ...]
    budget: Budget
    offers: Mapping[Place, Offer] = field(default_factory=dict)

    def only(self, places: Iterable[Place]) -> Unit:
        """Return the part of the unit that is about these of its places."""
        return replace(self, places=tuple(places))


@dataclass(frozen=True)
class Finding:
    """What came of one obligation: evidence with the checker's judgement of it, or the reason there is none.

    ``refused`` says why the checker did not accept what an earlier run had left; ``kept`` that it did, so that nothing
    was searched; ``failures`` which searches broke off, and how.
    """

    place: Place
    evidence: Evidence | None
    judgement: Judgement
    reason: Reason | None
    seconds: float
    refused: str | None = None
    kept: bool = False
    failures: tuple[str, ...] = ()
