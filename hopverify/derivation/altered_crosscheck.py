"""Derived formulas of altered systems against the model: x in closed form, V as it is printed, and ∇V = -PTẏ.

The closed form of a self-inhibiting neuron is compared with the model's own solution in rationals; V as the sum of
its printed terms, and the slope of the model's V along random directions by dual numbers, in ball arithmetic.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.derivation.crosscheck import BITS, MAX_SIZE, POINTS, Disagreement
from hopverify.derivation.formula import Formula, Number, formula, substituted
from hopverify.derivation.resolvent_section import branches, is_settled
from hopverify.expr.balls import BALLS, precision
from hopverify.expr.dual import Dual, Duals, along
from hopverify.expr.evaluate import Value, evaluate
from hopverify.expr.exact import EXACT
from hopverify.networks import AlteredSystem, Layer
from hopverify.networks.resolvent import resolvent
from hopverify.synapses import held


def check_resolvent(layer: Layer, inhibition: tuple[Fraction, ...], seed: int = 0) -> int:
    """Compare the closed form of x with the solution in rationals, for each neuron; return at how many points."""
    generator, agreed = random.Random(seed), 0
    for rho, c in zip(layer.each(layer.leak), inhibition, strict=True):
        found = branches(layer.function, formula(rho), formula(c))
        if found is None:
            return 0
        for _ in range(POINTS):
            u = Fraction(generator.randint(-50_000, 50_000), 9973)
            (theirs,) = resolvent(layer.function, np.array([u], dtype=object), [rho], [c], EXACT)
            ours = next(b for b in found if _reaches(b.lower, u, -1) and _reaches(b.upper, u, 1)).state
            if substituted(ours, {"u": Number(u)}) != Number(theirs):
                raise Disagreement(f"layer {layer.name}: the closed form of x at u = {u} differs from {theirs}")
            agreed += 1
    return agreed


def _reaches(end: Formula | None, u: Fraction, side: int) -> bool:
    return not isinstance(end, Number) or side * (end.value - u) >= 0


def check_altered(system: AlteredSystem, seed: int = 0) -> int:
    """Compare V and its slope with what is printed, at random y; return at how many points both agree."""
    metric, model, slow = system.synapse.metric, system.model, system.slow
    if metric is None or not is_settled(model) or any(layer.size > MAX_SIZE for layer in model.layers.values()):
        return 0
    generator, agreed = random.Random(seed), 0
    for _ in range(POINTS):
        y, d = (
            np.array([Fraction(generator.randint(-20_000, 20_000), 9973) for _ in range(slow.size)], dtype=object)
            for _ in range(2)
        )
        with precision(BITS):
            at, way = BALLS.array(y), BALLS.array(d)
            moved = system.energy(along(at, way), metric, Duals(BALLS))
            slope = moved.slope if isinstance(moved, Dual) else BALLS.number(Fraction(0))
            differences = {
                "V": system.energy(at, metric, BALLS) - _printed(system, at),
                "the gradient of V": slope - (_gradient(system, at) * way).sum(),
            }
            agreed += _agree(differences)
    return agreed


def _agree(differences: Mapping[str, Any]) -> int:
    """Return 1 if all differences may be 0, 0 if one is not defined; raise where one is not 0."""
    if not all(difference.is_finite() for difference in differences.values()):
        return 0
    for what, difference in differences.items():
        if not difference.contains(0):
            raise Disagreement(f"{what} of the altered system differs from what is derived by {difference}")
    return 1


def _printed(system: AlteredSystem, y: Value) -> Any:
    """Return V as it is printed, in balls."""
    assert system.synapse.metric is not None
    x, gamma = system.model.complete({system.slow.name: y}, BALLS)
    P, a, rate = held(system.synapse.metric, BALLS), held(system.slow.bias, BALLS), BALLS.number(system.rate)
    total = (y * (P @ y)).sum() * rate / 2 - (a * (P @ y)).sum()
    start = 0
    for layer in system.fast:
        c = BALLS.array(np.array(system.inhibition[start : start + layer.size], dtype=object))
        start += layer.size
        leak = layer.per_neuron(layer.leak, BALLS)
        lagrangian = layer.function.lagrangian(x[layer.name], BALLS)
        own = (leak * lagrangian).sum() if layer.function.elementwise else leak * lagrangian
        total = total - own - (c * gamma[layer.name] ** 2).sum() / 2
    if system.synapse.potential is None:
        return total
    return total + np.asarray(evaluate(system.synapse.potential, {"z": _z(system, y)}, BALLS)).sum()


def _z(system: AlteredSystem, y: Value) -> Value:
    assert system.synapse.residual is not None
    N = held(system.synapse.residual, BALLS)
    return N.T @ (BALLS.number(system.rate) * y - held(system.slow.bias, BALLS))


def _gradient(system: AlteredSystem, y: Value) -> Value:
    """Return -PTẏ, and λNφ'(z) of the residual."""
    assert system.synapse.metric is not None
    flow = system.model.flow({system.slow.name: y}, BALLS)[system.slow.name]
    own = -(held(system.synapse.metric, BALLS) @ flow)
    if system.residual is None or system.synapse.residual is None:
        return own
    slopes = system.residual.function.activate(_z(system, y), BALLS)
    return own + BALLS.number(system.rate) * (held(system.synapse.residual, BALLS) @ slopes)
