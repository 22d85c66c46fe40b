"""What became of a certificate, as a value: two of them compared, claim by claim. Nothing is decided, nothing checked.

A claim is a check of a subject. It got *better* or *worse* by how its verdict stands to what is asked of it (as asked,
open, not as asked), and by its numbers, where a direction is better. A verdict that changed while both are as asked is
*different*. :mod:`hopverify.reporting.comparing` makes the value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from hopverify.reporting.report import Row
from hopverify.verdict import Verdict

SLOWER_BY, SLOWER_SECONDS = 1.5, 0.5
"""A claim is slower, or faster, beyond this factor and this many seconds; less is taken for noise."""


class Change(StrEnum):
    """What became of something; where several are true, the first."""

    WORSE = "worse"
    BETTER = "better"
    DIFFERENT = "different"
    NEW = "new"
    GONE = "gone"
    SLOWER = "slower"
    FASTER = "faster"
    SAME = "same"


class Standing(IntEnum):
    """How a verdict stands to what is asked, in the order in which exit codes count."""

    NOT_AS_ASKED = 0
    OPEN = 1
    AS_ASKED = 2


def standing(claim: Row) -> Standing:
    """Return how a claim stands, as far as its certificate tells.

    One subject of several need not have what is asked of the check as a whole: a check that is asked to fail does so as
    soon as one subject fails. A check that does not concern the model is what a pass asks for.
    """
    concerns = claim.verdict is not Verdict.NOT_APPLICABLE or claim.expected not in (None, Verdict.PASS)
    if claim.verdict is claim.expected or not concerns:
        return Standing.AS_ASKED
    if claim.verdict is Verdict.UNKNOWN:
        return Standing.OPEN
    return Standing.AS_ASKED if claim.met else Standing.NOT_AS_ASKED


def pace(before: float, after: float) -> Change:
    """Return whether a time is longer or shorter beyond noise.

    >>> [str(pace(*seconds)) for seconds in ((1.0, 1.6), (0.1, 0.4), (4.0, 1.0))]
    ['slower', 'same', 'faster']
    """
    least, most = sorted((before, after))
    if most <= SLOWER_BY * least or most - least <= SLOWER_SECONDS:
        return Change.SAME
    return Change.SLOWER if after > before else Change.FASTER


@dataclass(frozen=True)
class Moved:
    """Something told as text: a number, a digest, a version. None: it was not there, or is not any more."""

    name: str
    before: str | None
    after: str | None
    change: Change


@dataclass(frozen=True)
class ClaimChange:
    """One claim before and after, None where a certificate has no such claim; ``change`` is about its verdict.

    ``lost`` and ``won`` name the patterns that are not certified any more, and those that are now. A contradiction is a
    claim about one and the same model that passes in one certificate and fails in the other.
    """

    check: str
    subject: str
    before: Row | None
    after: Row | None
    change: Change
    pace: Change = Change.SAME
    numbers: tuple[Moved, ...] = ()
    lost: tuple[str, ...] = ()
    won: tuple[str, ...] = ()
    is_contradiction: bool = False

    @property
    def whole(self) -> Change:
        """What is true of the verdict, a number or the pace, the first in the order of :class:`Change`."""
        found = {self.change, self.pace, *(number.change for number in self.numbers)}
        if self.is_lost or self.lost:
            found.add(Change.WORSE)
        return next(change for change in Change if change in found)

    @property
    def is_lost(self) -> bool:
        """Whether the claim is gone although it had the verdict that is asked of it."""
        before = self.before
        if before is None or self.after is not None:
            return False
        return before.verdict in (Verdict.PASS, Verdict.FAIL) and standing(before) is Standing.AS_ASKED


@dataclass(frozen=True)
class Comparison:
    """Two certificates compared. ``assumptions`` are those that only one of them makes, ``made_with`` what differs."""

    names: tuple[str, str]
    verdicts: tuple[Verdict, Verdict]
    verdict_change: Change
    digests: tuple[str, str]
    arrays: tuple[Moved, ...]
    claims: tuple[ClaimChange, ...]
    assumptions: tuple[Moved, ...]
    made_with: tuple[Moved, ...]
    seconds: tuple[float, float]

    @property
    def is_same_spec(self) -> bool:
        """Whether both are of one spec; a digest counts the arrays in files, too."""
        return self.digests[0] == self.digests[1]

    @property
    def pace(self) -> Change:
        """Whether all claims together became slower or faster."""
        return pace(*self.seconds)

    @property
    def got_worse(self) -> bool:
        """Whether the verdict, a claim or a number of one got worse, or an answer as asked is gone."""
        return Change.WORSE in {self.verdict_change, *(claim.whole for claim in self.claims)}

    @property
    def got_slower(self) -> bool:
        """Whether a claim, or all together, became slower."""
        return Change.SLOWER in {self.pace, *(claim.pace for claim in self.claims)}

    @property
    def is_different(self) -> bool:
        """Whether spec, verdicts or numbers are not what they were; times and versions do not count."""
        still = {Change.SAME, Change.SLOWER, Change.FASTER}
        return not self.is_same_spec or any(claim.whole not in still for claim in self.claims)

    @property
    def counts(self) -> Mapping[Change, int]:
        """How many claims changed how."""
        return Counter(claim.whole for claim in self.claims)
