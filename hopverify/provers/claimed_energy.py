"""Claimed energy: from its changes between some states, by which factor it is the derived one, or that it is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Evidence
from hopverify.checker.payload import texts_of
from hopverify.expr.floats import FLOATS
from hopverify.networks import Model
from hopverify.obligations import DerivedEnergy
from hopverify.provers import Budget, Prover
from hopverify.provers.structure import by_kernel, found_by_kernel

Floats = NDArray[np.float64]
DRAWN, MAX_DENOMINATOR, CLOSE = 6, 10_000, 1e-9


def _search(obligation: DerivedEnergy, budget: Budget) -> Iterator[Evidence]:
    model = obligation.model
    if model.claimed is None:
        return
    states = list(_states(model, budget.seed))
    found = _changes(model, states)
    if found is None or not np.any(found[1]):
        return
    claimed, derived = found
    k = int(np.argmax(np.abs(derived)))
    ratio = float(claimed[k] / derived[k])
    if ratio > 0 and np.abs(claimed - ratio * derived).max() <= CLOSE * np.abs(claimed).max():
        yield from _proportional(model, Fraction(ratio).limit_denominator(MAX_DENOMINATOR))
        return
    places = sorted(combinations(range(1, DRAWN), 2), key=lambda pair: -abs(_area(claimed, derived, *pair)))
    for i, j in places[:2] if ratio > 0 else [(k, 1 if k != 1 else 2)]:
        stated = [{name: texts_of(part.tolist()) for name, part in states[at].items()} for at in (0, i, j)]
        yield by_kernel("states", "another energy", because="the spec claims an energy of its own", states=stated)


def _area(claimed: Floats, derived: Floats, i: int, j: int) -> float:
    return float(claimed[i] * derived[j] - claimed[j] * derived[i])


def _states(model: Model, seed: int) -> Iterator[dict[str, Floats]]:
    """Yield states of the layers with τ > 0: all 0, and small numbers."""
    random = np.random.default_rng(seed)
    yield {layer.name: np.zeros(layer.size) for layer in model.dynamic}
    for _ in range(DRAWN - 1):
        yield {layer.name: random.integers(-8, 9, layer.size) / 4 for layer in model.dynamic}


def _changes(model: Model, states: Sequence[Any]) -> tuple[Floats, Floats] | None:
    """Return the energies less those of the first state: as claimed, and as derived with every bias."""
    if not replace(model, claimed=None).has_known_energy:
        return None
    layers = {name: replace(layer, bias_in_energy=True) for name, layer in model.layers.items()}
    energies = []
    for each in (model, replace(model, claimed=None, layers=layers)):
        try:
            with np.errstate(all="ignore"):
                values = np.array([float(each.energy(state, FLOATS)) for state in states])
        except (ValueError, ArithmeticError):
            return None
        energies.append(values - values[0])
    claimed, derived = energies
    return (claimed, derived) if np.isfinite(energies).all() else None


def _proportional(model: Model, factor: Fraction) -> Iterator[Evidence]:
    """Offer all ways to see it: by vectors or by neurons, with activations as they are or as functions of states."""
    fields = {} if factor == 1 else {"factor": str(factor)}
    every = list(model.layers)
    for by, resolved in (("coordinates", []), ("identity", every), ("identity", []), ("coordinates", every)):
        yield found_by_kernel({"activations": resolved}, by, "derived energy", **fields)


PROVER = Prover(
    name="claimed_energy",
    summary="the factor by which a claimed energy is the derived one, or states at which it is none",
    search=_search,
)
