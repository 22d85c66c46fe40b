"""Upper bounds of e^-y by the million: one multiplication, one truncation, and a table of steps.

The table holds bounds of e^(H - j/256) for j = 0, 1, …, its first entry infinite. If x ≤ 256·(H + y) then
e^-y ≤ table[⌊x⌋], and truncating a negative x gives entry 0; beyond its end the last entry is an upper bound. A step
costs a factor e^(1/256) at most. The entries come from :func:`~hopverify.checker.floats.exp_upper` at exponents that
are doubles exactly, and are rounded upward to the type.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.floats import exp_upper, roomy, roundoff
from hopverify.checker.gram import Gram, Tile
from hopverify.errors import EvidenceRejected

STEPS, HIGHEST = 256, 14
LOWEST: dict[type[np.floating[Any]], int] = {np.float32: -80, np.float64: -400}
Floats = NDArray[Any]


@lru_cache(maxsize=2)
def table(name: str) -> Floats:
    """Return the bounds of e^(14 - j/256) in the type of that name, down to e^-80 in float32, e^-400 in float64."""
    dtype: type[np.floating[Any]] = np.float32 if name == "float32" else np.float64
    exponents = HIGHEST - np.arange(STEPS * (HIGHEST - LOWEST[dtype]) + 1) / STEPS
    bounds: Floats = np.nextafter(exp_upper(exponents).astype(dtype), dtype(np.inf))
    bounds[0] = np.inf
    return bounds


def unit(dtype: type[np.floating[Any]]) -> float:
    """Return the unit roundoff, half the distance from 1 to the next number."""
    return float(np.finfo(dtype).eps) / 2


@dataclass(frozen=True)
class Weights:
    """Bounds of the weights q_ν = exp(-β(m_ν - r·d_ν)) on tiles of margins m and distances d.

    With c = 256·β the index is the integer part of x = c·m + 256·H - δ - k·D, where k ≥ c·r·(1 + 16·unit)(1 - unit)
    makes up for what D, k and the product k·D have lost. δ covers the other roundings: m and c are off by a unit of
    c·|m| each, their product by another, the sum by one of c·|m| + 256·H, the difference by one of the same with k·D.
    Here |m| is at most the Gram's ``reach``, D at most its ``diameter``, and r at most ``farthest``.
    """

    gram: Gram
    beta: float
    farthest: float
    dtype: type[np.floating[Any]]

    @property
    def scale(self) -> float:
        """The steps per unit of the margin, c."""
        return STEPS * self.beta

    @property
    def slack(self) -> float:
        """The steps δ that all roundings together may cost."""
        return float(16 * unit(self.dtype) * (self._largest + STEPS * HIGHEST))

    @property
    def _largest(self) -> float:
        return float(self.scale * (self.gram.reach + max(self.farthest, self.gram.diameter) * self.gram.diameter))

    def shifted(self, tile: Tile) -> Floats:
        """Return c·m + 256·H - δ, which the weights at every radius share."""
        shifted: Floats = tile.margin * self.dtype(self.scale)
        shifted += self.dtype(STEPS * HIGHEST - self.slack)
        return shifted

    def reductions(self, radius: Floats) -> Floats:
        """Return k for a vector of radii."""
        k: Floats = (radius * (self.scale * (1 + 16 * unit(self.dtype)))).astype(self.dtype)
        return k

    def at(self, tile: Tile, shifted: Floats, reductions: Floats) -> Floats:
        """Return upper bounds of the weights; ``reductions`` is k of all patterns."""
        x = tile.distance * tile.each(reductions)
        np.subtract(shifted, x, out=x)
        return np.asarray(table(np.dtype(self.dtype).name).take(x.astype(np.int64), mode="clip"))

    def total(self, sums: Floats) -> Floats:
        """Return upper bounds of Σ q·d or Σ q·d² from the sums over all tiles.

        A tile adds up at most 8,192 products in its own type, whose factors are off by 4 units, and at most as many
        tiles as there are patterns are added in double precision; (1 - u)^-k ≤ 1 + 2ku. A product that underflows loses
        less than the least normal number.
        """
        grown = 2 * (8400 * unit(self.dtype) * roomy() + self.gram.count * roundoff())
        lost = self.gram.count * 4 * float(np.finfo(self.dtype).tiny)
        total: Floats = sums * (1 + grown) + lost
        return total


def weights(gram: Gram, betas: list[float], farthest: float) -> list[Weights]:
    """Return the weights for each β: in single precision where its roundings cost two steps at most, else in double."""
    found = [Weights(gram, beta, farthest, np.float32) for beta in betas]
    if all(each.slack <= 2 for each in found):
        return found
    found = [Weights(gram, beta, farthest, np.float64) for beta in betas]
    if any(each.slack > 2.0**10 for each in found):
        raise EvidenceRejected("beta times the squared norm of the patterns is too large for floating-point bounds")
    return found
