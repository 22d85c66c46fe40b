"""Stability at exact states, with neurons alive, dead and at a kink: against solutions that begin beside them."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pytest

from hopverify.checker.equilibria import Equilibrium
from hopverify.checker.stability import stability_of
from hopverify.networks import LinearNetwork, build_model, linear_network
from hopverify.spec import parse_spec
from tests.checks.networks import listed

ACTIVATIONS = {
    "relu": lambda x: np.maximum(x, 0.0),
    "hard_tanh": lambda x: np.clip(x, -1.0, 1.0),
    "{leaky_relu: {slope: 1/2}}": lambda x: np.where(x > 0, x, x / 2),
}
# States on both sides of the kinks, and on them.
STATES = {
    "relu": (Fraction(-1), Fraction(0), Fraction(1, 2)),
    "hard_tanh": (Fraction(-2), Fraction(-1), Fraction(0), Fraction(1), Fraction(3, 2)),
    "{leaky_relu: {slope: 1/2}}": (Fraction(-1), Fraction(0), Fraction(1)),
}


def drawn(name: str, seed: int) -> tuple[LinearNetwork, list[Fraction]]:
    """Return a symmetric network with an equilibrium at a state that is drawn first."""
    random = Random(f"{name} {seed}")
    n = random.randint(1, 3)
    x = [random.choice(STATES[name]) for _ in range(n)]
    rho = [Fraction(random.choice((1, 1, 2))) for _ in range(n)]
    W = [[Fraction(random.randint(-7, 7), 4) for _ in range(n)] for _ in range(n)]
    W = [[W[max(i, j)][min(i, j)] for j in range(n)] for i in range(n)]
    gamma = [Fraction(float(value)) for value in ACTIVATIONS[name](np.array(x, dtype=float)).tolist()]
    drive = [sum((w * g for w, g in zip(row, gamma, strict=True)), Fraction(0)) for row in W]
    b = [r * s - d for r, s, d in zip(rho, x, drive, strict=True)]
    texts = [", ".join(map(str, values)) for values in (b, rho)]
    layer = f"size: {n}, lagrangian: {name}, bias: [{texts[0]}], leak: [{texts[1]}]"
    body = (
        f"hopverify: 1\nname: kinks\nlayers: {{x: {{{layer}}}}}\n"
        f"synapses: {{w: {{kind: dense, layers: [x, x], weights: {listed(W)}}}}}\n"
    )
    network = linear_network(build_model(parse_spec(body)))
    assert network is not None
    return network, x


def farthest(network: LinearNetwork, name: str, x: Any) -> float:
    """Return how far from x the solutions are, relatively, that began next to it in many directions."""
    W, b, leak = (np.array(part, dtype=float) for part in (network.W, network.b, network.leak))
    random = np.random.default_rng(0)
    starts = random.normal(size=(200, len(x)))
    near = 1e-3 * starts / np.linalg.norm(starts, axis=1, keepdims=True)
    states = x + near
    for _ in range(1500):
        states = states + 0.05 * (ACTIVATIONS[name](states) @ W.T + b - leak * states)
    return float(np.max(np.linalg.norm(states - x, axis=1)) / 1e-3)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_what_is_called_stable_attracts_and_what_is_called_unstable_does_not(name: str) -> None:
    told = dict.fromkeys(("stable", "unstable", "undecided"), 0)
    for seed in range(60):
        network, x = drawn(name, seed)
        exact = np.array(x, dtype=object)
        verdict = stability_of(network, Equilibrium(exact, exact.astype(float), exact.astype(float))).verdict
        told[verdict] += 1
        if verdict != "undecided":
            distance = farthest(network, name, exact.astype(float))
            assert (distance < 0.5) if verdict == "stable" else (distance > 2), (seed, distance)
    assert min(told["stable"], told["unstable"]) > 5
    assert told["undecided"] < 25
