"""A lone equilibrium: the update contracts all of space, so that one pattern at most is retrieved (M4).

The update is F(v) = Ξᵀ softmax(β(Ξv + b)), the flow τv̇ = F(v) - v. At every state DF is β times the covariance of the
patterns under some weights, and a covariance is least about its mean: ‖DF‖ ≤ q = βR², R the largest distance of a
pattern to any fixed point c. If q < 1 there is exactly one equilibrium, which attracts everything (Banach; along the
flow distances fall at the rate (1 - q)/τ), and it lies within ‖F(c) - c‖/(1 - q) of c. It is the own one of one pattern
at most, and of none where it certainly lies outside all their balls of half the distance to their rivals. For ghostmax
the ghost is a pattern at the origin.

The payload gives c as ``state``; everything is computed in balls.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any

import numpy as np
from flint import arb

from hopverify.checker.payload import vector
from hopverify.checker.rules import Judgement, Rule
from hopverify.checker.stored import Rivals, doubles_around
from hopverify.errors import EvidenceRejected
from hopverify.expr.balls import BALLS, ball, precision
from hopverify.obligations import Outcome, Retrieval

MAX_NUMBERS, MAX_PATTERNS = 2**20, 2000


def _judge(obligation: Retrieval, payload: Mapping[str, Any]) -> Judgement:
    patterns = obligation.patterns
    if patterns.spread is not None or patterns.values.size > MAX_NUMBERS or patterns.shape[0] > MAX_PATTERNS:
        raise EvidenceRejected(f"it is for exact patterns, at most {MAX_PATTERNS} and {MAX_NUMBERS} numbers in all")
    with precision():
        centre, radius = _enclosed(obligation, vector(payload["state"], patterns.shape[1]))
    rivals = Rivals(None, patterns, obligation.errors)
    lower, upper = (np.array(ends) for ends in zip(*(doubles_around(c + radius) for c in centre), strict=True))
    assert rivals.different is not None
    owners = [mu for mu in range(len(obligation.labels)) if rivals.may_own(mu, lower, upper)]
    asked, owned = min(obligation.at_least, rivals.different), min(len(owners), 1)
    if owned >= asked:
        raise EvidenceRejected("the equilibrium may be the own one of enough patterns")
    return Judgement(Outcome.REFUTED, {"all_equilibria": 1, "owned_at_most": owned, "asked": asked})


def _enclosed(obligation: Retrieval, state: Any) -> tuple[Any, Any]:
    """Return c, and a ball around 0 that holds each coordinate of v⋆ - c."""
    Xi, bias = BALLS.array(obligation.patterns.fractions()), BALLS.array(obligation.bias.fractions())
    if obligation.ghost:
        Xi, bias = np.concatenate([Xi, 0 * Xi[:1]]), np.concatenate([bias, 0 * bias[:1]])
    c, beta = BALLS.array(state), ball(obligation.beta)
    contraction = [1 - beta * sum((row - c) ** 2) for row in Xi]
    if not all(entry > 0 for entry in contraction):
        raise EvidenceRejected("state: the update does not certainly contract all of space")
    logits = [beta * entry for entry in Xi @ c + bias]
    top = max(entry.mid() for entry in logits)
    shares = [(entry - top).exp() for entry in logits]
    moved = np.array(shares, dtype=object) @ Xi / sum(shares) - c
    off = (sum(entry * entry for entry in moved).sqrt() / reduce(arb.min, contraction)).abs_upper()
    return c, off.union(-off)


RULE = Rule(
    name="lone_equilibrium",
    summary="the update contracts all of space, in balls: one equilibrium, which too few patterns can own",
    obligations=(Retrieval,),
    judge=_judge,
    required=frozenset({"state"}),
)
