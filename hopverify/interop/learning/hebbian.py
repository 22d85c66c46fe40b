"""Hebb's rule: W = ΞᵀΞ/n, less its diagonal if that is wanted (Hopfield 1982).

W is never formed: the synapse `hebbian` keeps the patterns, so thousands of neurons are no matter.
"""

from __future__ import annotations

from hopverify.interop.learning import Learned, LearningRule
from hopverify.spec import ExactArray


def _learn(patterns: ExactArray, zero_diagonal: bool) -> Learned:
    diagonal = " without its diagonal" if zero_diagonal else ""
    return Learned(
        None, f"Hebb's rule: W is the transpose of the patterns times the patterns, over n{diagonal}, exactly"
    )


RULE = LearningRule(
    name="hebbian",
    summary="W = ΞᵀΞ/n, never formed",
    reference="doi:10.1073/pnas.79.8.2554",
    learn=_learn,
)
