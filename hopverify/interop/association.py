"""What a module makes of queries, beside what was read of it: keys, β, and how scores become weights.

A module's association weights for some states tell which function of the scores β q·k they are. Nothing is concluded
from that but errors: a module whose weights are not those of what was read is refused, and what it says of itself
(an ``alpha``, a mode) is only a hint at which functions to try.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.errors import HopverifyError
from hopverify.expr.evaluate import evaluate
from hopverify.expr.floats import FLOATS
from hopverify.expr.nodes import Number, substitute
from hopverify.expr.parser import parse
from hopverify.interop.memories import SOFTMAX, Weighing
from hopverify.lagrangians import LAGRANGIANS

Array = NDArray[np.float64]

#: At how many states of each of these sizes weights are compared, and to which part of how much they vary.
STATES, SCALES, CLOSE = 3, tuple(10.0**k for k in range(-2, 5)), 1e-4
#: How many updates are followed of a module that makes as many as it takes.
MOST = 1000


@dataclass(frozen=True, eq=False)
class Head:
    """One head: keys (K, d), β, queries (n, d), the module's weights for them (n, K), after so many updates at most."""

    keys: Array
    beta: float
    queries: Array
    weights: Array
    updates: int = 1


def states(width: int) -> Array:
    """Return the states at which a module and what was read of it are compared, one a row."""
    drawn = np.random.default_rng(0).normal(size=(len(SCALES), STATES, width))
    return (np.array(SCALES)[:, None, None] * drawn).reshape(-1, width)


def weighing_of(observed: Sequence[Head], tried: Sequence[Weighing] = (SOFTMAX,)) -> Weighing:
    """Return which function makes a head's weights of its scores, in all that was observed of the head.

    Raises where it is none of those that are tried, or cannot be told. A module may make fewer updates than it could:
    its weights are to be those of one of the updates.
    """
    keys = observed[0].keys
    for head in observed:
        if head.weights.shape != (len(head.queries), len(keys)):
            shape = f"association weights of shape {head.weights.shape}, where {len(keys)} keys were read"
            raise HopverifyError(f"the module gives {shape}; what it computes is not understood")
    found = [weighing for weighing in tried if all(_follows(head, weighing) for head in observed)]
    if len(found) > 1 and (keys != keys[0]).any():
        names = " as of ".join(weighing.name for weighing in found)
        raise HopverifyError(
            f"the module's association weights hardly vary: they might be those of {names}; {_BY_HAND}"
        )
    if not found:
        names = ", ".join(dict.fromkeys(weighing.name for weighing in tried))
        raise HopverifyError(
            f"the module's association weights are not {names} of scores beta q·k, with the keys and the beta that were"
            f" read of it; {_BY_HAND}"
        )
    return found[0]


_BY_HAND = "write what it computes into a spec, or a mapping file"


def weighings(alpha: float | None) -> Sequence[Weighing]:
    """Return what may make weights of scores, the plainest first; ``alpha`` is a parameter that a module states."""
    orders = [Fraction(order) for order in dict.fromkeys((alpha, 1.5)) if order is not None and 1.001 <= order < 2]
    norms = [Fraction(order) for order in dict.fromkeys((alpha, 2.0)) if order is not None and 1.001 <= order <= 2]
    return [
        SOFTMAX,
        Weighing("sparsemax"),
        *(Weighing("entmax", {"alpha": order}) for order in orders),
        *(Weighing("normmax", {"gamma": order}) for order in norms),
    ]


def _follows(head: Head, weighing: Weighing) -> bool:
    """Whether the module's weights are those of one of its updates by this function, at all states alike."""
    queries = head.queries
    for _ in range(head.updates):
        scores = head.beta * queries @ head.keys.T
        weights = np.array([_weights(weighing, row) for row in scores])
        if _are_close(weights, head.weights, scores):
            return True
        further = weights @ head.keys
        if np.array_equal(further, queries):
            return False
        queries = further
    return False


def _weights(weighing: Weighing, scores: Array) -> Array:
    given = {name: Number(value) for name, value in weighing.parameters.items()}
    if weighing.name == "softmax":
        given["beta"] = Number(Fraction(1))
    activation = substitute(parse(LAGRANGIANS[weighing.name].activation), given)
    weights: Array = np.asarray(evaluate(activation, {"x": scores}, FLOATS), dtype=np.float64)
    return weights


def _are_close(ours: Array, theirs: Array, scores: Array) -> bool:
    """Whether weights agree up to a part of how much they vary, and to what double precision leaves of the scores."""
    vary = ours.max(axis=1) - ours.min(axis=1)
    lost = 64 * np.finfo(np.float64).eps * (1 + np.abs(scores).max(axis=1))
    difference: Any = np.abs(ours - theirs).max(axis=1)
    return bool((difference <= CLOSE * vary + lost).all())
