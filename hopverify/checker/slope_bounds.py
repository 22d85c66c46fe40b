"""Bounds κ ≤ H ≤ β of the slopes of a layer over all states: of each neuron, or of a whole layer's Hessian.

Elementwise activations: from their segments, or by interval enclosure of h on intervals that cover the line. Layers
that are not elementwise (softmax β/2, entmax 1, layer norm γ/√ε, …), and slopes of the catalogue that intervals do not
bound at infinity (GELU, SiLU, Mish), by the ``slope_range`` that their file declares and its docstring proves, rounded
outward in balls.

A locally Lipschitz g = ∇L with eigenvalues of H in [κ, β] wherever H exists is β-Lipschitz, and L - ½κ|x|² is convex:
almost every parallel of a segment meets the states without H in a null set (Fubini), and g is continuous.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import isfinite

import numpy as np
from flint import arb

from hopverify.checker.enclosure import Ends, enclosure
from hopverify.checker.floats import assert_rounding
from hopverify.errors import EvidenceRejected
from hopverify.expr.balls import BALLS, precision
from hopverify.expr.evaluate import evaluate
from hopverify.expr.intervals import INTERVALS, Interval, as_interval
from hopverify.expr.nodes import symbols
from hopverify.expr.parser import parse
from hopverify.expr.regularity import is_locally_lipschitz
from hopverify.lagrangians import LAGRANGIANS
from hopverify.networks import LayerFunction
from hopverify.networks.segments import segments

# The upper end of a ball is rounded up to a multiple of 1/GRID; TILES intervals make up a factor of two.
GRID, TILES = 2**40, 32


@lru_cache(maxsize=1024)
def slope_bounds(function: LayerFunction) -> tuple[Fraction, Fraction]:
    """Return 0 ≤ κ ≤ β of a layer, its Lagrangian being convex; raise :class:`EvidenceRejected` where no β is known."""
    if function.neurons:
        lows, highs = zip(*map(slope_bounds, function.neurons), strict=True)
        return min(lows), max(highs)
    if not function.elementwise:
        low, high = _declared(function, 0), _declared(function, 1)
        if low is None or high is None or low < 0:
            raise EvidenceRejected("no bounds 0 ≤ H ≤ β of a layer that is not elementwise are known")
        return low, high
    if not is_locally_lipschitz(function.activation[0]):
        raise EvidenceRejected("an activation is not evidently locally Lipschitz")
    low, high = slope_range(function)
    if high is None:
        raise EvidenceRejected("no bound of the slope of an activation is known")
    return max(low or Fraction(0), Fraction(0)), max(high, Fraction(0))


@lru_cache(maxsize=1024)
def slope_range(function: LayerFunction) -> Ends:
    """Return bounds of the slopes of a locally Lipschitz elementwise activation, of either sign; None where unknown."""
    parts = segments(function)
    if parts is not None:
        return min(part.slope for part in parts), max(part.slope for part in parts)
    slope = function.slope
    if slope is None or symbols(slope) - {"x"}:
        return None, None
    low, high = enclosure(slope, None, None)
    tiles = as_interval(evaluate(slope, {"x": _tiles()}, INTERVALS))
    below, above = float(np.min(tiles.lower)), float(np.max(tiles.upper))
    # The natural evaluation over the whole line is exact for some slopes, and tiles are sharper for others.
    lows = [end for end in (low, _finite(below), _declared(function, 0)) if end is not None]
    highs = [end for end in (high, _finite(above), _declared(function, 1)) if end is not None]
    return max(lows, default=None), min(highs, default=None)


def _finite(end: float) -> Fraction | None:
    return Fraction(end) if isfinite(end) else None


def _tiles() -> Interval:
    """Return intervals that cover the line: around 0, with ends in geometric progression, and two without an end."""
    assert_rounding()
    steps = 2.0 ** (np.arange(-16 * TILES, 10 * TILES + 1) / TILES)
    ends = np.concatenate([[-np.inf], -steps[::-1], [0.0], steps, [np.inf]])
    return Interval(ends[:-1], ends[1:])


def _declared(function: LayerFunction, end: int) -> Fraction | None:
    """Return an end of the declared range of slopes of a layer of the catalogue, rounded outward; None without one."""
    entry = LAGRANGIANS[function.name] if function.name is not None and function.name in LAGRANGIANS else None
    text = entry.facts.slope_range[end] if entry is not None and function.potential is not None else None
    if text is None:
        return None
    with precision():
        values = {name: BALLS.number(value) for name, value in function.parameters.items()}
        found = arb(evaluate(parse(text), values, BALLS))
        whole = (found.upper() * GRID).ceil() if end else (found.lower() * GRID).floor()
        number = whole.unique_fmpz()
    return None if number is None else Fraction(int(number), GRID)
