"""Candidates for basin cells of networks with any weights, and with layers that act as a whole, in floating point.

The map Φ sends boxes of states to the hull of the targets of their activations. Iterated from a box, with a little
inflation, it rises to one that it keeps, if there is one. Nothing here is a proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from flint import arb
from numpy.typing import NDArray

from hopverify.expr.balls import BALLS, ball, precision
from hopverify.expr.evaluate import evaluate
from hopverify.expr.floats import FLOATS
from hopverify.networks import Layer, LinearNetwork
from hopverify.numerics.limits import Ask
from hopverify.numerics.lure_form import comparison_multipliers, differences, is_balanced
from hopverify.spec.exact_array import ExactArray

Floats = NDArray[np.float64]
Ends = tuple[Floats, Floats]

ITERATIONS, INFLATION, ROOM, DEFINITE, CLOSE = 16, 0.04, 2.0**-8, 1e-6, 1e-4
SHARES_OF_ONE = ("softmax", "ghostmax", "sparsemax", "entmax")
PLACES = (0.0, 0.02, 0.1, 0.3, 0.6, 0.9, 1.0)


class Boxes:
    """Boxes of the states of one network; ``most`` are bounds of the slopes of activations over all states."""

    def __init__(self, network: LinearNetwork, most: Sequence[float], ask: Ask) -> None:
        self.network, self.most, self.ask = network, np.array(most), ask
        self.W, self.b, self.leak = (ExactArray.of(each).floats() for each in (network.W, network.b, network.leak))

    def image(self, box: Ends, loss: Floats | float = 0.0) -> Ends:
        """Return Φ of a box, wider by a loss."""
        low, high = self.activated(box)
        c, r = (low + high) / 2, (high - low) / 2
        middle, spread = (self.W @ c + self.b) / self.leak, np.abs(self.W) @ r / self.leak + loss
        return middle - spread, middle + spread

    def activated(self, box: Ends) -> Ends:
        """Return about the ranges of activations on a box, those of neurons between its ends."""
        self.ask()
        low, high = np.empty_like(box[0]), np.empty_like(box[1])
        for layer, own in self.network.places():
            if layer.function.elementwise:
                ends = [layer.function.activate(end[own], FLOATS) for end in box]
                low[own], high[own] = np.minimum(*ends), np.maximum(*ends)
            else:
                low[own], high[own] = _whole(layer, (box[0][own], box[1][own]))
        return low, high

    def heights(self, box: Ends) -> Floats:
        """Return about the steepest slopes on a box; of a layer that acts as a whole a bound of the norm of H."""
        found = self.most.copy()
        gamma = self.activated(box)
        for layer, own in self.network.places():
            low, high = box[0][own], box[1][own]
            if layer.function.slope is not None:
                places = [low + share * (high - low) for share in PLACES] + [np.clip(0.0, low, high)]
                slopes = [evaluate(layer.function.slope, {"x": place}, FLOATS) for place in places]
                found[own] = np.maximum.reduce([np.broadcast_to(each, low.shape) for each in slopes])
            elif (gamma[0][own] == gamma[1][own]).all():
                found[own] = 0.0
            elif layer.function.name in ("softmax", "ghostmax"):
                beta = float(layer.function.parameters.get("beta", 1))
                p, q = gamma[0][own], gamma[1][own]
                variance = np.maximum(p * (1 - p), q * (1 - q)) + 0.25 * ((p < 0.5) & (q > 0.5))
                found[own] = np.minimum(found[own], beta * np.max(variance + q * (q.sum() - q)))
        return found

    def least(self, x: Floats, start: Ends, loss: Floats | float = 0.0) -> Ends | None:
        """Return about the least box around a state that contains ``start`` and that Φ keeps; None if none is found."""
        box = start
        for _ in range(ITERATIONS):
            image = self.image(box, loss)
            low = image[0] >= box[0] + ROOM * (x - box[0])
            high = image[1] <= box[1] - ROOM * (box[1] - x)
            if low.all() and high.all():
                return box
            wider = np.minimum(image[0], box[0]), np.maximum(image[1], box[1])
            grown = [x + (1 + INFLATION) * (end - x) for end in wider]
            box = np.where(low, box[0], grown[0]), np.where(high, box[1], grown[1])
            if not (np.isfinite(box[0]).all() and np.isfinite(box[1]).all()):
                return None
        return None

    def is_definite(self, box: Ends, d: Floats) -> bool:
        """Whether the form of T9 seems to be positive definite on a box."""
        h = self.heights(box)
        alive = h > 0
        M = d[:, None] * (np.diag(self.leak / np.where(alive, h, 1.0)) - self.W)
        N = differences(self.network.layers)[:, alive[self._columns()]]
        values = np.linalg.eigvalsh(N.T @ (M + M.T) @ N) if N.shape[1] else np.ones(1)
        return bool(np.isfinite(values).all() and values[0] > DEFINITE * max(1.0, float(values[-1])) * 1e-3)

    def _columns(self) -> Any:
        """The neurons by which the differences of activations are known."""
        return np.concatenate([own[1:] if is_balanced(layer) else own for layer, own in self.network.places()])

    def multipliers(self, box: Ends) -> Floats:
        """Return D from the comparison matrix of diag(ρ/h̄) - W on a box, ones where that tells nothing."""
        h, ones = self.heights(box), np.ones(self.network.size)
        alive = np.flatnonzero(h > 0)
        A = np.diag(self.leak[alive] / h[alive]) - self.W[np.ix_(alive, alive)]
        d = comparison_multipliers(A)
        if d is not None:
            ones[alive] = 2.0 ** np.round(np.log2(d))
        return ones


def _whole(layer: Layer, box: Ends) -> Ends:
    """Return about the ranges of the activations of a layer that acts as a whole: shares rise with their own state."""
    if layer.function.name in SHARES_OF_ONE:
        return _by_ends(layer, *box), _by_ends(layer, *box[::-1])
    with precision():
        x = np.array([ball(low).union(ball(high)) for low, high in zip(*map(np.ndarray.tolist, box), strict=True)])
        gamma = list(map(arb, layer.function.activate(x, BALLS)))
        ends = [(float(each.lower()), float(each.upper())) for each in gamma]
    return np.array([low for low, _ in ends]), np.array([high for _, high in ends])


def _by_ends(layer: Layer, own: Floats, others: Floats) -> Floats:
    """Return each activation with its own state at one end, and all others at the other one."""
    found = np.empty(len(own))
    for k, each in enumerate(own):
        x = others.copy()
        x[k] = each
        found[k] = layer.function.activate(x, FLOATS)[k]
    return found
