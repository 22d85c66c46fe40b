"""What updates do to states of spins, decided exactly: which neurons keep their state, and whether the energy rises."""

from __future__ import annotations

from functools import lru_cache

from hopverify.checker.spins.low_rank import LowRankValues, low_rank_of
from hopverify.checker.spins.one_by_one import OneByOne
from hopverify.checker.spins.overlaps import OverlapValues, memory_of
from hopverify.checker.spins.quadratic import QuadraticValues, quadratic_form
from hopverify.checker.spins.values import Values
from hopverify.networks import SpinModel

__all__ = [
    "LowRankValues",
    "OneByOne",
    "OverlapValues",
    "QuadraticValues",
    "Values",
    "low_rank_of",
    "memory_of",
    "quadratic_form",
    "values_of",
]


@lru_cache(maxsize=8)
def values_of(model: SpinModel) -> Values:
    """Return the values of a model: in whole numbers for linear drives and overlaps, else state by state."""
    form = quadratic_form(model)
    if form is not None and form.energy is not None:
        return QuadraticValues(form)
    patterns = low_rank_of(model)
    if patterns is not None:
        return LowRankValues(patterns)
    memory = memory_of(model)
    return OverlapValues(memory) if memory is not None else OneByOne(model)
