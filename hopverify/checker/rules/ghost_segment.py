"""Ghost segment: one ghost of layers of any kind, shown by a segment of states towards which, or away from, x⋆ lies.

The payload gives a ``state`` p of all neurons and a ``share`` s ≠ 0. With γ = g(p), in rationals, and x⋆ = x⋆(γ), the
segment ends at q = p + s(x⋆ - p). In each layer that differs there g does not change between p and q: it is elementwise
and both lie on one constant piece of each neuron, or its L is convex and g(p) = g(q) in rationals (T5). Instantaneous
neurons are at x⋆ already. So E is constant on the segment, and ∇E = 0 at each of its inner states, with or without a
kink (T6); and since g(x⋆) ≠ γ, for certain, no state with this activation rests.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hopverify.checker.constant_pieces import constant_pieces
from hopverify.checker.convexity import is_convex
from hopverify.checker.payload import rational, texts_of, vector
from hopverify.checker.rules import Judgement, Rule
from hopverify.checker.rules.ghost_enumeration import has_derived_energy
from hopverify.errors import EvidenceRejected
from hopverify.expr.balls import BALLS, precision
from hopverify.expr.exact import EXACT, NotRational
from hopverify.networks import Layer, LinearNetwork
from hopverify.obligations import NoGhosts, Outcome

Vector = np.ndarray[Any, Any]


def _judge(obligation: NoGhosts, payload: Mapping[str, Any]) -> Judgement:
    network, share = obligation.search.network, rational(payload["share"])
    p = vector(payload["state"], network.size)
    if not has_derived_energy(obligation.search.model):
        raise EvidenceRejected("the energy is not the one that is derived from the flow")
    gamma = network.activation(p)
    if gamma is None:
        raise EvidenceRejected("state: its activation is not known to be rational")
    target = network.target(gamma)
    q = p + share * (target - p)
    if (p == q).all() or not all(_keeps(layer, p[own], q[own]) for layer, own in network.places()):
        raise EvidenceRejected("state: the activation is not known to stay what it is on the way to or from x⋆")
    if not _is_another(network, target, gamma):
        raise EvidenceRejected("state: x⋆ may have the same activation, and rest")
    moved, names = np.flatnonzero(p != q), network.names()
    told = {
        "neurons": [names[i] for i in moved],
        "segment": [texts_of(end[moved]) for end in (p, q)],
        "target": texts_of(target[moved]),
        "activation": texts_of(gamma),
    }
    return Judgement(Outcome.REFUTED, told)


def _keeps(layer: Layer, p: Vector, q: Vector) -> bool:
    """Whether the activation of a layer is the same on the segment from p to q, for certain."""
    function, moved = layer.function, np.flatnonzero(p != q)
    if layer.instantaneous or not len(moved):
        return not len(moved)
    if function.elementwise:
        flat = constant_pieces(function).flat
        return all(any(piece.holds(min(p[i], q[i]), max(p[i], q[i])) for piece in flat) for i in moved)
    try:
        same = function.activate(p, EXACT) == function.activate(q, EXACT)
    except (NotRational, ZeroDivisionError):
        return False
    return is_convex(function.potential) and bool(same.all())


def _is_another(network: LinearNetwork, x: Vector, gamma: Vector) -> bool:
    """Whether g(x) is certainly not γ."""
    with precision():
        parts = [layer.function.activate(BALLS.array(x[own]), BALLS) for layer, own in network.places()]
        return any(bool(value != own) for value, own in zip(np.concatenate(parts), BALLS.array(gamma), strict=True))


RULE = Rule(
    name="ghost_segment",
    summary="a segment of states towards or away from x⋆ with one rational activation, which is not that of x⋆",
    obligations=(NoGhosts,),
    judge=_judge,
    required=frozenset({"state", "share"}),
)
