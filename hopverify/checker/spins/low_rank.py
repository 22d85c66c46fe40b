"""One Hebbian synapse on one layer of any size: A = s(ΞᵀΞ - D) is never formed, Ξ and the bias are whole numbers.

With whole numbers Ξ, B and a factor M, As + b is (M(Ξᵀ(Ξs) - Ds) + B) over one number > 0. The energy is the drive's:
its matrix is A, its bias is b or, where that is left out of the energy, 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.spins.values import Signs, States, Values, signs_of
from hopverify.checker.spins.whole import ROOM, as_integers
from hopverify.errors import EvidenceRejected
from hopverify.networks import SpinModel
from hopverify.synapses.hebbian import Hebbian


@dataclass(frozen=True, eq=False)
class LowRank:
    """``patterns`` Ξ (K × n, int64), ``factor`` M, ``bias`` B (int64), and whether it counts in the energy.

    ``removed`` is what is subtracted on the diagonal of ΞᵀΞ, a vector; ``by_energy``: neither diagonal nor drive count.
    """

    patterns: NDArray[np.int64]
    factor: int
    bias: NDArray[np.int64]
    removed: NDArray[np.int64]
    counted: bool
    by_energy: bool

    @property
    def squares(self) -> NDArray[np.int64]:
        """The diagonal of ΞᵀΞ."""
        found: NDArray[np.int64] = (self.patterns**2).sum(axis=0)
        return found

    def row(self, i: int) -> NDArray[np.int64]:
        """Return one row of the matrix, with ΞᵀΞ's own diagonal."""
        return self.factor * (self.patterns[:, i] @ self.patterns)

    def at(self, states: States) -> NDArray[np.int64]:
        """Return M(ΞᵀΞ - diag(removed))s + B for each state."""
        found: NDArray[np.int64] = (states @ self.patterns.T) @ self.patterns - self.removed * states
        return self.factor * found + self.bias


@lru_cache(maxsize=4)
def low_rank_of(model: SpinModel) -> LowRank | None:
    """Return a model in this form; None if it has other synapses or layers, or numbers that are too large."""
    if len(model.layers) != 1 or len(model.synapses) != 1:
        return None
    (layer,), (synapse,) = model.layers.values(), model.synapses.values()
    if not isinstance(synapse, Hebbian):
        return None
    Xi, in_energy = synapse.patterns.fractions(), layer.bias_in_energy or not model.by_energy
    bias = layer.bias.fractions() if in_energy else np.full(layer.size, Fraction(0), dtype=object)
    unit = lcm(*{entry.denominator for entry in Xi.flat})
    scale, below = synapse.scale / unit**2, lcm(*{entry.denominator for entry in bias})
    whole = lcm(scale.denominator, below)
    patterns, factor, biases = as_integers(Xi, unit), int(scale * whole), as_integers(bias, whole)
    if not _fits(patterns, factor, biases):
        return None
    patterns = patterns.astype(np.int64)
    squares = (patterns**2).sum(axis=0)
    removed = squares if synapse.zero_diagonal or model.by_energy else 0 * squares
    counted = layer.bias_in_energy or not layer.bias.values.any()
    return LowRank(patterns, factor, biases.astype(np.int64), removed, counted, model.by_energy)


def _fits(patterns: NDArray[Any], factor: int, bias: NDArray[Any]) -> bool:
    """Whether no sum that is formed can overflow: entries of Ξs, of ΞᵀΞs, their multiples, and energies."""
    count, n = patterns.shape
    largest = max(1, max(abs(entry) for entry in patterns.flat))
    drive = abs(factor) * (count + 1) * (n + 1) * largest**2 + max(abs(entry) for entry in bias)
    return bool(2 * n * drive < ROOM)


@dataclass(frozen=True, eq=False)
class LowRankValues(Values):
    """The signs of a low-rank model."""

    form: LowRank
    most = 0

    def keeping(self, states: States) -> Signs:
        return signs_of(states * self.form.at(states))

    def rising(self, before: States, after: States) -> Signs:
        return signs_of(self._energies(after) - self._energies(before))

    def _energies(self, states: States) -> NDArray[np.int64]:
        """Return twice the energy up to a constant: -M|Ξs|² - 2B·s."""
        form = self.form
        if not form.counted and not form.by_energy:
            raise EvidenceRejected("the energy of a bias that is left out of it is not computed at this size")
        overlaps = states @ form.patterns.T
        found: NDArray[np.int64] = -form.factor * (overlaps**2).sum(axis=1) - 2 * (states @ form.bias)
        return found
