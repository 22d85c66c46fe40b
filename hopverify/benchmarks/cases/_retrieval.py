"""Retrieval balls of the rows of an array, at one β or several in one pass: search, check, and the bare computation.

The bare computation is what one would do without bounds or proof: a panel of 512 rows times all memories and its
exponentials at one β, in double precision, nothing kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.benchmarks import Counts, Way
from hopverify.checker.rules import judge
from hopverify.obligations import Outcome, Retrieval
from hopverify.provers import Budget, retrieval_radii
from hopverify.spec import ExactArray

PANEL = 512


@dataclass
class Memories:
    """The memories in double precision, the claim about them, and the evidence once it is found."""

    patterns: NDArray[np.float64]
    obligation: Retrieval
    evidence: dict[str, Any] = field(default_factory=dict)


def claimed(patterns: NDArray[np.float64], betas: tuple[int, ...]) -> Memories:
    """Return patterns, one a row, with the claim about their balls at each β."""
    exact, labels = ExactArray.of(patterns, copy=False), tuple(str(number) for number in range(len(patterns)))
    together = tuple(Fraction(beta) for beta in betas)
    zeros = ExactArray.of(np.zeros(len(patterns)))
    claim = Retrieval("benchmark", exact, together[0], zeros, labels, 0, together=together)
    # Whoever reads a spec makes the digest of its arrays once; it belongs to neither side.
    assert exact.digest
    return Memories(patterns, claim)


def _search(given: Memories) -> Callable[[], Counts]:
    def work() -> Counts:
        given.evidence = next(retrieval_radii.PROVER.search(given.obligation, Budget()))
        sheets = given.evidence["sheets"]
        return {f"certified, β = {sheet['beta']}": len(sheet["radii"]) - sheet["radii"].count(None) for sheet in sheets}

    return work


def _check(given: Memories) -> Callable[[], None]:
    def work() -> None:
        assert judge(given.obligation, given.evidence).outcome is Outcome.PROVED

    return work


def _bare(given: Memories) -> Callable[[], None]:
    beta = float(given.obligation.together[0])

    def work() -> None:
        for start in range(0, len(given.patterns), PANEL):
            products = given.patterns[start : start + PANEL] @ given.patterns.T
            products -= 1.0
            products *= beta
            np.exp(products, out=products).sum()

    return work


def ways(*, needs: str | None = None) -> tuple[Way, ...]:
    """Return the ways to be timed; ``needs`` is the module that the memories come from."""
    return (
        Way("search", "the prover: the radius of every memory, as evidence.", _search, own=True, needs=needs),
        Way("check", "the checker's rule on that evidence: the proof.", _check, own=True, needs=needs),
        Way(
            "product and exp",
            "blocked products ΞΞᵀ and one exponential pass, without bounds or proof.",
            _bare,
            needs=needs,
        ),
    )
