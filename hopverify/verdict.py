"""Verdicts and the reasons for not having one.

"Don't know" cannot be read as "yes": a verdict has no truth value, and every ``unknown`` carries a
:class:`Reason` whose text says what would settle it.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, StrEnum
from typing import NoReturn


class Verdict(StrEnum):
    """What is known of a claim.

    >>> from hopverify import Verdict
    >>> if Verdict.UNKNOWN: pass
    Traceback (most recent call last):
        ...
    TypeError: a verdict is not a truth value: compare it, as in `verdict is Verdict.PASS`
    """

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not-applicable"

    def __bool__(self) -> NoReturn:
        raise TypeError("a verdict is not a truth value: compare it, as in `verdict is Verdict.PASS`")


# From strongest to weakest influence when several verdicts are summed up.
_ORDER = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS, Verdict.NOT_APPLICABLE)


def summed_up(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict of a conjunction: one fail fails it, one unknown leaves it open.

    >>> summed_up([Verdict.PASS, Verdict.NOT_APPLICABLE])
    <Verdict.PASS: 'pass'>
    >>> summed_up([])
    <Verdict.NOT_APPLICABLE: 'not-applicable'>
    """
    present = set(verdicts)
    return next((verdict for verdict in _ORDER if verdict in present), Verdict.NOT_APPLICABLE)


class Reason(Enum):
    """Why a verdict is unknown. The value is advice: what would settle it."""

    NO_PROOF_FOUND = (
        "neither proved nor refuted by any method here; a Lagrangian of the catalogue, or a simpler expression, "
        "may settle it"
    )
    NO_WITNESS_FOUND = (
        "a premise of the theorem is not shown, and no state that violates the claim was found; "
        "another --seed draws other states"
    )
    NONSMOOTH = (
        "the theorem needs a locally Lipschitz activation, which the structure of this one does not show: it may jump, "
        "or be undefined somewhere; a form of it whose parts do not jump, or a smoothed activation, would settle it"
    )
    MARGIN_TOO_SMALL = (
        "some patterns lie too close to their competitors for the retrieval condition; "
        "a larger inverse temperature or better separated patterns would settle it"
    )
    NOT_STORED = (
        "some patterns are not shown to be stored, or retrieved: each is listed with what it lacks; fewer patterns, or "
        "a larger gain, would settle it"
    )
    FLIPS_NOT_CERTIFIED = (
        "the bounds over all flips do not reach so far, and no flips were found from which a run ends elsewhere; "
        "fewer `flips` would settle it, and another --seed tries other flips"
    )
    TOO_MANY_STATES = (
        "there are more states, or partial states, than the search tries; fewer neurons, or weights of more different "
        "sizes, would settle it"
    )
    TOO_MANY_OVERLAPS = (
        "more sets of patterns have balls that may overlap than the search tries; a larger beta, which makes the balls "
        "smaller, or fewer patterns, would settle it"
    )
    NUMBERS_OUT_OF_RANGE = (
        "floating-point bounds cannot hold numbers of this size: the inverse temperature times the squared norm of the "
        "patterns, or a bias beside it, is too large or too small; more moderate ones would settle it"
    )
    STEP_TOO_LONG = (
        "the step is longer than the certified one, and no state was found from which a step of that length raises the "
        "energy; a shorter step would settle it, and another --seed draws other states"
    )
    SINGULAR_SYSTEM = (
        "the linear system of some choice of segments is singular, so that critical states may form a continuum; "
        "slightly different weights would settle it"
    )
    STABILITY_OPEN = (
        "the stability of some equilibrium is not decided: an eigenvalue may be 0, or eigenvalues that lie together "
        "could not be separated"
    )
    REGION_TOO_LARGE = (
        "no bounded box that holds all equilibria is known, or the search in it grew too large; a smaller region "
        "(`lower` and `upper` of the check) may settle it"
    )
    OUTSIDE_THEOREM = "no theorem that the check uses covers this model"
    ORIGINAL_DIFFERS = (
        "the network that this model stands for is not that of its original, as far as could be compared: the first "
        "difference is shown with the obligation; repairing it, or naming another `original`, would settle it"
    )
    UNCERTAIN_WEIGHTS = (
        "what was found holds for the weights that the spec gives, not for all within their tolerance; "
        "a spec with exact weights would settle it for these"
    )
    INTERRUPTED = "the run was interrupted before a decision; another run would go on"
    WORKER_LOST = (
        "the process that searched ended twice before a decision, often because memory ran out; "
        "fewer processes at a time (-j) or a smaller model would settle it"
    )
    SEARCH_FAILED = (
        "a search for a proof or a witness broke off with an error of its own, shown on the error stream; "
        "another version of the library that it names would settle it"
    )
    BUDGET_EXHAUSTED = "the time ran out before a decision; a larger --timeout would go on"
