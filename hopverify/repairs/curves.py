"""Energies of a family along a line of states, in floating point: to be looked at, and never part of a proof.

At equilibria, and along lines between them, all members agree but for a constant: there z = 0. So the line goes from
an equilibrium, if one is found, to a state with z ≠ 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hopverify.checker.linear_algebra import nullspace
from hopverify.expr.floats import FLOATS
from hopverify.networks import AlteredSystem, Model, altered_system
from hopverify.repairs import UnfitError

POINTS, STEPS, FAR = 161, 4000, 1e6
Floats = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Curves:
    """``places`` t along the line y(t) = first + t (second - first), and V at them for each member, less V(first)."""

    first: tuple[float, ...]
    second: tuple[float, ...]
    places: tuple[float, ...]
    members: tuple[tuple[str, tuple[float, ...]], ...]


def curves(members: Sequence[tuple[str, Model]]) -> Curves:
    """Return the energies of altered systems with one and the same flow; ``members`` are labels and models."""
    systems = [(label, _system(model)) for label, model in members]
    system = next((each for _, each in systems if each.synapse.residual is not None), systems[0][1])
    first = _rest(system)
    second = _beside(system, first)
    places = np.linspace(-1.0, 2.0, POINTS)
    lines = tuple((label, _along(each, first, second, places)) for label, each in systems)
    return Curves(tuple(first.tolist()), tuple(second.tolist()), tuple(places.tolist()), lines)


def _system(model: Model) -> AlteredSystem:
    system = altered_system(model)
    if isinstance(system, str):
        raise UnfitError(system)
    return system


def _rest(system: AlteredSystem) -> Floats:
    """Return a state near an equilibrium, by damped fixed-point steps; the origin where the flow runs away."""
    y: Floats = np.random.default_rng(0).normal(size=system.slow.size)
    rate = float(system.rate)
    for _ in range(STEPS):
        move = np.asarray(system.model.flow({system.slow.name: y}, FLOATS)[system.slow.name]) / rate
        if float(np.abs(move).max()) < 1e-12:
            break
        y = y + move / 2
        if not float(np.abs(y).max()) < FAR:
            return np.zeros(system.slow.size)
    return y


def _beside(system: AlteredSystem, first: Floats) -> Floats:
    """Return a state beside the first one: along ker Bᵀ so that no |z| exceeds 1, and within what feedback reaches."""
    kernel = [np.array(z, dtype=np.float64) for z in nullspace(system.synapse.feedback.fractions().T)]
    if system.synapse.residual is not None:
        kernel = list(system.synapse.residual.floats().T)
    along: Floats = np.sum([z / np.linalg.norm(z) for z in kernel], axis=0)
    along = along / max(1e-9, *(abs(float(z @ along)) for z in kernel))
    within = system.synapse.feedback.floats().sum(axis=1)
    size = float(np.linalg.norm(along)) / max(float(np.linalg.norm(within)), 1e-9)
    found: Floats = first + along + 0.5 * size * within
    return found


def _along(system: AlteredSystem, first: Floats, second: Floats, places: Floats) -> tuple[float, ...]:
    metric = system.synapse.metric
    if metric is None:
        raise UnfitError("the spec states no metric")
    values = [_energy(system, metric, first + t * (second - first)) for t in places]
    base = _energy(system, metric, first)
    return tuple(value - base for value in values)


def _energy(system: AlteredSystem, metric: Any, y: Floats) -> float:
    return float(system.energy(y, metric, FLOATS))
