"""Is a layer's Lagrangian convex? Decided by the provers and the checker, as the check is."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from hopverify.checker.convexity import has_convex_lagrangian
from hopverify.checker.rules import judge
from hopverify.errors import EvidenceRejected
from hopverify.networks import Layer
from hopverify.obligations import Convex, Outcome
from hopverify.provers import Budget, NothingToSearchError, accepting
from hopverify.repairs.finding import number

SAMPLES = 2000


@lru_cache(maxsize=256)
def why_not_convex(layer: Layer) -> str | None:
    """Return None if L is convex, else a phrase: the state and direction that refute it, or that nothing is known."""
    if has_convex_lagrangian(layer.function):
        return None
    obligation, budget = Convex(layer), Budget(samples=SAMPLES)
    for prover in accepting(obligation):
        try:
            for evidence in prover.search(obligation, budget):
                try:
                    found = judge(obligation, evidence)
                except EvidenceRejected:
                    continue
                if found.outcome is Outcome.PROVED:
                    return None
                if found.outcome is Outcome.REFUTED:
                    state, curvature = found.data["state"], number(Fraction(found.data["curvature"]))
                    return f"is not convex (at the state {_vector(state)} the curvature is {curvature} or less)"
        except NothingToSearchError:
            continue
    return "could not be shown to be convex"


def _vector(state: object) -> str:
    return f"({', '.join(map(str, state))})" if isinstance(state, list) else str(state)
