"""Learning rules: patterns in, weights of a Hopfield network out, one rule a file.

A rule returns *stored* weights: exact rationals where they are few, otherwise doubles, which are then the numbers that
are verified. Nothing has to be believed of a rule: the spec holds the weights, and every verdict is about those.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hopverify.registry import Registry
from hopverify.spec import ExactArray

EXACT_NEURONS = 64
"""Up to so many neurons weights are computed, and written, as exact rationals."""


@dataclass(frozen=True)
class Learned:
    """Weights within a layer, None where the synapse is `hebbian` and forms none; ``said`` tells how they were made."""

    weights: ExactArray | None
    said: str


@dataclass(frozen=True)
class LearningRule:
    """One rule. ``learn`` takes patterns as the rows of Ξ, and whether W_ii is set to 0; W is exactly symmetric."""

    name: str
    summary: str
    reference: str
    learn: Callable[[ExactArray, bool], Learned]


LEARNING: Registry[LearningRule] = Registry(__name__, "RULE", noun="learning rule")
