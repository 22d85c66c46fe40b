"""Ranges of activations over all states, and of the drives they make: floating intervals with outward rounding.

Elementwise activations by their growth or by interval enclosure. For whole layers: softmax, entmax, normmax and
their kind lie in the simplex; u/√(Σu² + ε) between -1 and 1; (x - mean x)/√(Var x + ε) between -n and n (the square
of each entry is at most Σc² ≤ nσ²); and elementwise functions of such parts by interval arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import Any

import numpy as np
from flint import arb
from numpy.typing import NDArray

from hopverify.checker.enclosure import Ends, enclosure
from hopverify.checker.floats import UNIT, assert_rounding, raised
from hopverify.checker.midpoints import is_ordinary
from hopverify.errors import EvidenceRejected
from hopverify.expr.balls import BALLS, precision
from hopverify.expr.evaluate import Arithmetic, Value, evaluate
from hopverify.expr.intervals import INTERVALS, Interval, Intervals, as_interval, enclose
from hopverify.expr.nodes import Apply, Expression, Number, Symbol, symbols
from hopverify.networks import Layer, Model
from hopverify.numerics.linear_growth import growth
from hopverify.numerics.shares import share
from hopverify.spec import ExactArray
from hopverify.synapses import Synapse
from hopverify.synapses.dense import Dense

Floats = NDArray[np.float64]
SIMPLEX = frozenset({"softmax", "ghostmax", "sparsemax", "entmax", "normmax"})
ELEMENTWISE = frozenset({"add", "subtract", "multiply", "divide", "negate", "min", "max", "relu", "tanh", "sigmoid"})
TINY, BITS = 2.0**-1000, 53
MAX_TERMS = 20_000


@dataclass(frozen=True, eq=False)
class Box:
    """Closed intervals for the neurons of a layer; ends may be infinite."""

    lower: Floats
    upper: Floats

    @property
    def is_finite(self) -> bool:
        """Whether every end is finite."""
        return bool(np.isfinite(self.lower).all() and np.isfinite(self.upper).all())

    @classmethod
    def full(cls, size: int, ends: Ends) -> Box:
        """Return the box with the same ends for every neuron."""
        low, high = ends
        return cls(
            np.full(size, -inf if low is None else float(enclose(low).lower)),
            np.full(size, inf if high is None else float(enclose(high).upper)),
        )


def activation_range(layer: Layer) -> Ends:
    """Return bounds of all activations of a layer, whatever the state; None where no bound is known."""
    function = layer.function
    if function.elementwise:
        quotient = share(function.activation[0])
        if quotient is not None:
            return quotient
        found = growth(function)
        if found is not None:
            return found.range
        expression = function.activation[0]
        return (None, None) if symbols(expression) - {"x"} else enclosure(expression, None, None)
    bounds = [_whole(expression, layer) for expression in function.activation]
    lows, highs = [low for low, _ in bounds if low is not None], [high for _, high in bounds if high is not None]
    return min(lows) if len(lows) == len(bounds) else None, max(highs) if len(highs) == len(bounds) else None


def _whole(expression: Expression, layer: Layer) -> Ends:
    """Return bounds of an activation of a whole layer."""
    if isinstance(expression, Number):
        return expression.value, expression.value
    if isinstance(expression, Symbol):
        array = layer.function.constants.get(expression.name)
        if array is None or not array.values.size:
            return None, None
        return Fraction(array.values.min()), Fraction(array.values.max())
    assert isinstance(expression, Apply)
    if expression.function in SIMPLEX:
        return Fraction(0), Fraction(1)
    quotient = share(expression)
    if quotient is not None:
        return quotient
    size = _normalised(expression, layer)
    if size is not None:
        return -size, size
    if expression.function not in ELEMENTWISE:
        return None, None
    names = [f"u{k}" for k in range(len(expression.arguments))]
    parts = {name: _interval(_whole(a, layer)) for name, a in zip(names, expression.arguments, strict=True)}
    node = Apply(expression.function, tuple(Symbol(name) for name in names))
    found = as_interval(evaluate(node, parts, INTERVALS))
    low, high = float(found.lower), float(found.upper)
    return Fraction(low) if low > -inf else None, Fraction(high) if high < inf else None


def _interval(ends: Ends) -> Interval:
    box = Box.full(1, ends)
    return Interval(box.lower[0], box.upper[0])


def _normalised(expression: Apply, layer: Layer) -> Fraction | None:
    """Return the largest absolute value of c·u/√(|u|² + ε) or c·(x - mean x)/√(Var x + ε), else None."""
    if expression.function != "divide":
        return None
    factor, inner = Fraction(1), expression.arguments[0]
    while isinstance(inner, Apply) and inner.function in ("multiply", "negate"):
        if inner.function == "negate":
            inner = inner.arguments[0]
            continue
        low, high = _whole(inner.arguments[0], layer)
        if low is None or high is None:
            return None
        factor, inner = factor * max(abs(low), abs(high)), inner.arguments[1]
    divisor = expression.arguments[1]
    if not isinstance(divisor, Apply):
        return None
    if divisor.function == "norm" and divisor.arguments[0] == inner and _is_nonnegative(divisor.arguments[1]):
        return factor
    x = Symbol("x")
    centred = Apply("subtract", (x, Apply("mean", (x,))))
    variance = Apply("variance", (x,))
    spread = divisor.arguments[0] if divisor.function == "sqrt" else None
    if inner == centred and (spread == variance or _is_raised(spread, variance)):
        return factor * layer.size
    return None


def _is_nonnegative(expression: Expression) -> bool:
    return isinstance(expression, Number) and expression.value >= 0


def _is_raised(expression: Expression | None, variance: Expression) -> bool:
    """Whether the expression is the variance plus a number ≥ 0."""
    return (
        isinstance(expression, Apply)
        and expression.function == "add"
        and expression.arguments[0] == variance
        and _is_nonnegative(expression.arguments[1])
    )


def total_drives(model: Model, gamma: Mapping[str, Box]) -> dict[str, Box]:
    """Return bounds of the drive into each layer plus its bias, for activations in the given boxes."""
    parts = [drives_of(each, model.layers, gamma) for each in model.synapses.values()]
    return {name: _total(layer, [part for part in parts if name in part]) for name, layer in model.layers.items()}


def _total(target: Layer, parts: Sequence[Mapping[str, Box]]) -> Box:
    assert_rounding()
    bias = [enclose(Fraction(value)) for value in target.bias.values.tolist()]
    low, high = np.array([float(b.lower) for b in bias]), np.array([float(b.upper) for b in bias])
    for part in parts:
        with np.errstate(invalid="ignore", over="ignore"):
            low, high = _below(low + part[target.name].lower), _above(high + part[target.name].upper)
    return Box(low, high)


def _below(values: Floats) -> Floats:
    return np.asarray(np.nextafter(np.where(np.isnan(values), -inf, values), -inf))


def _above(values: Floats) -> Floats:
    return np.asarray(np.nextafter(np.where(np.isnan(values), inf, values), inf))


def drives_of(synapse: Synapse, layers: Mapping[str, Layer], gamma: Mapping[str, Box]) -> dict[str, Box]:
    """Return bounds of what a synapse adds to each of its layers."""
    names = dict.fromkeys(synapse.layers)
    if isinstance(synapse, Dense):
        weights = {name: _dense_weights(synapse, layers[name]) for name in names}
        # Doubles far from the ends of their range are as good as the exact weights; others are left to intervals.
        if all(is_ordinary(W) for W, _ in weights.values()):
            return {
                name: _products(W.floats(), gamma[source], _spread(synapse)) for name, (W, source) in weights.items()
            }
        if synapse.spread is not None:
            raise EvidenceRejected("weights with a spread are too large or too small for floating-point bounds")
    return {name: Box(*ends) for name, ends in _asked(synapse, gamma, synapse.drive).items() if name in names}


def energy_of(synapse: Synapse, gamma: Mapping[str, Box]) -> float:
    """Return a lower bound of S."""
    found = float(_asked(synapse, gamma, lambda values, a: {"S": [synapse.energy(values, a)]})["S"][0][0])
    if found > -inf:
        return found
    values = {name: intervals(gamma[name]) for name in dict.fromkeys(synapse.layers)}
    return float(ends_of([synapse.energy(values, _Shifted())])[0][0])


class _Shifted(Intervals):
    """Intervals in which the exponentials of a log-sum-exp do not overflow; its lower end may be lost."""

    def shift(self, vector: Value) -> Value:
        top = max(float(np.max(as_interval(u).upper)) for u in vector)
        return top if top < inf else 0.0


def _asked(
    synapse: Synapse, gamma: Mapping[str, Box], ask: Callable[[dict[str, Any], Arithmetic], Mapping[str, Any]]
) -> dict[str, tuple[Floats, Floats]]:
    """Return bounds of values for activations in boxes, by intervals; by balls, which are quick, where there are many.

    Balls lose more: the logarithm of a wide one may be unknown. Then intervals are asked as well.
    """
    names = dict.fromkeys(synapse.layers)
    many = sum(len(gamma[name].lower) for name in names) ** 2 > MAX_TERMS
    if many and all(gamma[name].is_finite for name in names):
        with precision(BITS):
            found = {name: ends_of(each) for name, each in ask({k: _balls(gamma[k]) for k in names}, BALLS).items()}
        if all(np.isfinite(ends).all() for ends in found.values()):
            return found
    return {name: ends_of(each) for name, each in ask({k: intervals(gamma[k]) for k in names}, INTERVALS).items()}


def ends_of(values: Any) -> tuple[Floats, Floats]:
    """Return the ends of intervals or balls, as doubles outside of them; infinite where they are not known."""
    if any(isinstance(entry, arb) for entry in values):
        known = [arb(entry) for entry in values]
        low, high = (np.array([float(getattr(each, end)()) for each in known]) for end in ("lower", "upper"))
        low, high = np.nextafter(low, -inf), np.nextafter(high, inf)
    else:
        each = [as_interval(entry) for entry in values]
        low, high = (np.array([float(getattr(entry, end)) for entry in each]) for end in ("lower", "upper"))
    return np.where(np.isnan(low), -inf, low), np.where(np.isnan(high), inf, high)


def _balls(box: Box) -> Any:
    result = np.empty(len(box.lower), dtype=object)
    result[:] = [arb(low).union(arb(high)) for low, high in zip(box.lower.tolist(), box.upper.tolist(), strict=True)]
    return result


def intervals(box: Box) -> Any:
    """Return a box as an object array of intervals."""
    result = np.empty(len(box.lower), dtype=object)
    result[:] = [Interval(a, b) for a, b in zip(box.lower, box.upper, strict=True)]
    return result


def _dense_weights(synapse: Dense, target: Layer) -> tuple[ExactArray, str]:
    """Return the matrix of a dense drive into a layer, exactly, and the layer that it comes from."""
    (left, right), W, p = synapse.layers, synapse.matrix, synapse.prefactor
    if synapse.within:
        return (ExactArray.of(p * (W.fractions() + W.fractions().T)) if synapse.gradient else W), left
    scaled = ExactArray.of(p * W.fractions()) if synapse.gradient and p != 1 else W
    return (scaled, right) if target.name == left else (scaled.transpose(), left)


def _spread(synapse: Dense) -> float:
    """Return an upper bound of how far any weight of the drive may lie from the given one."""
    if synapse.spread is None:
        return 0.0
    largest = float(np.max(np.abs(synapse.matrix.floats()), initial=0.0))
    times = 2 * synapse.prefactor if synapse.gradient else Fraction(1)
    absolute, relative = float(abs(times) * synapse.spread.absolute), float(abs(times) * synapse.spread.relative)
    return float(raised(absolute + relative * largest, 16)) + TINY


def _products(W: Floats, box: Box, spread: float = 0.0) -> Box:
    """Return bounds of Wγ; W may be off by a unit in the last place. A weight of 0 passes nothing on.

    With a ``spread`` the bounds hold for all weights that are so close to W.

    With n terms, each product and partial sum loses a factor 1 ± u at most (u = 2⁻⁵³), and W itself 1 ± u; what
    underflows is covered by the last term. NumPy's sums go pairwise, in the same order on every processor, so that the
    bounds may be told.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        ends = [np.where(W == 0, 0.0, W * end) for end in (box.lower, box.upper)]
        size = np.maximum(np.abs(ends[0]), np.abs(ends[1])).sum(axis=1)
        slack = size * ((W.shape[1] + 16) * 4 * UNIT) + W.shape[1] * TINY
        if spread:
            reach = np.maximum(np.abs(box.lower), np.abs(box.upper)).sum()
            slack = raised(slack + spread * reach, 4 * W.shape[1] + 16)
        low, high = np.minimum(*ends).sum(axis=1) - slack, np.maximum(*ends).sum(axis=1) + slack
    return Box(np.where(np.isnan(low), -inf, low), np.where(np.isnan(high), inf, high))
