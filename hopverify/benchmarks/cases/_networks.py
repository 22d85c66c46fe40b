"""Small random networks, ẋ = W g(x) + b - x, in which all equilibria are sought; numbers on a grid of 1/64."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.benchmarks import Counts
from hopverify.pipeline import verify
from hopverify.spec import parse_spec

BOUND = 50
"""Equilibria are sought with every |x_i| at most this."""

STARTS = 200
"""From how many random states SciPy's root finder starts."""

SAME = 1e-4
"""States nearer than this count as one equilibrium met."""

NETWORKS = 3
"""How many networks of each size: they differ much in difficulty."""

SPEC = """\
hopverify: 1
name: dense
layers:
  x: {{size: {size}, lagrangian: {lagrangian}, bias: {b}}}
synapses:
  w: {{kind: dense, layers: [x, x], weights: {W}}}
checks:
  - equilibria: {{lower: -{bound}, upper: {bound}}}
"""


@dataclass(frozen=True)
class Network:
    """W without self-coupling, n × n, and the bias b."""

    W: NDArray[np.float64]
    b: NDArray[np.float64]
    lagrangian: str


def networks(size: int, lagrangian: str, gain: float) -> list[Network]:
    """Return networks with weights of standard deviation gain/√n and biases of standard deviation 1."""
    found = []
    for number in range(NETWORKS):
        generator = np.random.default_rng((size, number))
        W = np.round(generator.normal(size=(size, size)) * gain / np.sqrt(size) * 64) / 64
        b = np.round(generator.normal(size=size) * 64) / 64
        found.append(Network(np.tril(W, -1) + np.tril(W, -1).T, b, lagrangian))
    return found


def enumerated(given: list[Network]) -> Counts:
    """Find and certify all equilibria of all networks; count them, and what was searched."""
    counts = {"nodes": 0, "equilibria": 0}
    for network in given:
        lists = {"W": network.W.tolist(), "b": network.b.tolist()}
        text = SPEC.format(size=len(network.b), lagrangian=network.lagrangian, bound=BOUND, **lists)
        (entry,) = verify(parse_spec(text)).results
        assert entry["verdict"] == "pass", entry
        row = entry["obligations"][0]
        # A network shown to have one equilibrium at most is not searched.
        counts["nodes"] += len(row["evidence"]["proof"]["premises"][0]["proof"].get("nodes", ()))
        counts["equilibria"] += len(row["data"]["equilibria"])
    return counts


def sampled(given: list[Network], activation: Any) -> Counts:
    """Look for equilibria from random states; count the different ones that the root finder met."""
    from scipy.optimize import root

    met: list[NDArray[Any]] = []
    for network in given:
        here: list[NDArray[Any]] = []
        generator = np.random.default_rng(0)

        def flow(x: NDArray[Any], network: Network = network) -> NDArray[Any]:
            moved: NDArray[Any] = network.W @ activation(x) + network.b - x
            return moved

        ends = (root(flow, generator.normal(size=len(network.b)) * 3) for _ in range(STARTS))
        # The question is about a region: what lies beyond is not asked for.
        inside = (end.x for end in ends if end.success and np.abs(end.x).max() <= BOUND)
        for x in inside:
            if all(np.abs(x - other).max() > SAME for other in here):
                here.append(x)
        met += here
    return {"met by root": len(met)}
