"""All local minima of the Epanechnikov energy, by going through all sets of balls that may overlap (M2).

E = -(1/β) log(ε + f) with f = Σ relu(u_μ), u_μ = 1 - (β/2)|x - ξ_μ|², is a decreasing function of f: its minima are the
maxima of f. Let I be the patterns with u_μ > 0 at x, and B those with u_μ = 0.

*B empty.* Near x, f = |I| - (β/2) Σ_I |x - ξ_μ|². If I is empty, f = 0: E is constant near x, and the flow is zero.
Else f is strictly concave there, with its one critical point at the centroid c of I. So x is a local maximum iff x = c,
and then a strict one.

*B not empty.* Let v = Σ_I ∇u_μ and w_ν = ∇u_ν = -β(x - ξ_ν) for ν in B, which is not 0, as |x - ξ_ν|² = 2/β. In the
direction d the one-sided derivative of f is v·d + Σ_B max(w_ν·d, 0). At a local maximum it is ≤ 0 for d and for -d; the
sum of the two is Σ_B |w_ν·d| ≤ 0 for every d, which is impossible. So there is no minimum at the edge of a ball.

Hence the list of :mod:`hopverify.checker.ball_minima` is complete. On the open ball of the listed radius around c no
edge is met, and T ẋ = m(c - x)/(ε + f) there, f > 0: all |x_i - c_i| fall, the ball is invariant, and c attracts it.
There is no payload: nothing is left to be proposed.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from hopverify.checker.ball_minima import Minimum, attracted, minima
from hopverify.checker.payload import text_of, texts_of
from hopverify.checker.rules import Judgement, Rule
from hopverify.obligations import BallMinima, Outcome

MAX_LISTED = 200


def _judge(obligation: BallMinima, payload: Mapping[str, Any]) -> Judgement:
    synapse = obligation.synapse
    found, squared_radius = minima(synapse), 2 / synapse.beta
    stored = {mu for minimum in found if minimum.stored for mu in _patterns_at(minimum, synapse.patterns.fractions())}
    data = {
        "minima": [_described(minimum, squared_radius) for minimum in found[:MAX_LISTED]],
        "count": len(found),
        "emergent": sum(not minimum.stored for minimum in found),
        "patterns": synapse.patterns.shape[0],
        "stored": len(stored),
        "flat_beyond": text_of(squared_radius),
    }
    return Judgement(Outcome.PROVED, data)


def _patterns_at(minimum: Minimum, Xi: Any) -> list[int]:
    return [mu for mu in minimum.members if tuple(Xi[mu]) == minimum.state]


def _described(minimum: Minimum, squared_radius: Fraction) -> dict[str, Any]:
    return {
        "members": list(minimum.members),
        "state": texts_of(minimum.state),
        "stored": minimum.stored,
        "radius": text_of(attracted(minimum, squared_radius)),
    }


RULE = Rule(
    name="ball_minima",
    summary="all sets of overlapping balls gone through in whole numbers: the centroids that lie in exactly theirs",
    obligations=(BallMinima,),
    judge=_judge,
)
