"""Tanh networks that store random patterns by Hebb's rule, in which each memory is to get a certified basin cell."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.benchmarks import Counts
from hopverify.benchmarks.cases._whole import written
from hopverify.certificate import Certificate
from hopverify.checker import check_certificate
from hopverify.pipeline import verify
from hopverify.spec import ModelSpec, read_spec

BETA, LOAD = 4, 0.015
STARTS, STEPS, STEP, FLIPPED = 20, 80, 0.1, 0.1

DENSE = "{kind: dense, layers: [x, x], weights: {file: w.npy}}"
LOW_RANK = "{kind: hebbian, layers: [x, x], patterns: {file: xi.npy}, zero_diagonal: true}"

SPEC = """\
hopverify: 1
name: stored
layers:
  x: {{size: {size}, lagrangian: {{tanh: {{beta: {beta}}}}}}}
synapses:
  w: {synapse}
memories:
  xi: {{layer: x, patterns: {{file: xi.npy}}}}
checks: [basin_cells]
"""


@dataclass
class Stored:
    """Patterns Ξ of ±1 as rows, the synapse as a spec writes it, and spec and certificate once they are made."""

    patterns: NDArray[np.float64]
    synapse: str
    spec: ModelSpec | None = None
    certificate: Certificate | None = field(default=None, repr=False)

    def weights(self) -> NDArray[np.float64]:
        """Return W = ΞᵀΞ/n without its diagonal; symmetric, since the products are integers."""
        W: NDArray[np.float64] = self.patterns.T @ self.patterns / self.patterns.shape[1]
        np.fill_diagonal(W, 0.0)
        return W


def stored(n: int, synapse: str) -> Stored:
    """Return a network of n neurons with its memories, 60 for 4,000 neurons."""
    return Stored(np.random.default_rng(n).choice([-1.0, 1.0], size=(round(LOAD * n), n)), synapse)


def verifying(given: Stored) -> Callable[[], Counts]:
    """Return the work of reading and verifying; the files are written before."""

    def work() -> Counts:
        with _written(given) as path:
            given.spec = read_spec(path)
            given.certificate = verify(given.spec)
        (entry,) = given.certificate.results
        assert entry["verdict"] == "pass", entry["verdict"]
        return {"memories": len(given.patterns)}

    return work


def checking(given: Stored) -> Callable[[], Counts]:
    """Return the work of the checker on that certificate."""

    def work() -> Counts:
        assert given.spec is not None
        assert given.certificate is not None
        check_certificate(given.spec, given.certificate)
        return {"memories": len(given.patterns)}

    return work


def _written(given: Stored) -> AbstractContextManager[Path]:
    text = SPEC.format(size=given.patterns.shape[1], beta=BETA, synapse=given.synapse)
    weights = {"w": given.weights()} if given.synapse == DENSE else {}
    return written(text, xi=given.patterns, **weights)


def simulating(given: Stored) -> Callable[[], Counts]:
    """Return the work of one who simulates: states with a tenth of the signs flipped, by Euler's method."""

    def work() -> Counts:
        generator = np.random.default_rng(0)
        returned = 0
        for pattern in given.patterns:
            flips = np.where(generator.random(size=(STARTS, len(pattern))) < FLIPPED, -1.0, 1.0)
            returned += int((np.sign(_flow(given, flips * pattern)) == pattern).all(axis=1).sum())
        return {"memories": len(given.patterns), "returned in simulation": returned}

    return work


def _flow(given: Stored, x: NDArray[Any]) -> NDArray[Any]:
    """Return where states (one a row) are after a while; W is used in its cheap form ΞᵀΞ/n - (K/n)I."""
    Xi, n = given.patterns, given.patterns.shape[1]
    for _ in range(STEPS):
        g = np.tanh(BETA * x)
        x = x + STEP * (((g @ Xi.T) @ Xi - len(Xi) * g) / n - x)
    return x
