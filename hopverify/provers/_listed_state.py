"""An equilibrium as a list has it, with the linear drives beside it: slopes beside it, and what is at a kink, or alive.

In floating point, but for what is exactly 0: what the kernel's claim `stability` says of these is enclosed here, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.expr.balls import BALLS, ball, precision
from hopverify.expr.evaluate import evaluate
from hopverify.expr.floats import FLOATS
from hopverify.networks import LinearNetwork
from hopverify.numerics.lure_form import is_balanced
from hopverify.numerics.mean_value import slopes_of_drives
from hopverify.obligations import Search

Floats = NDArray[np.float64]
STEP = 1e-7


@dataclass(frozen=True, eq=False)
class State:
    """An equilibrium as the list has it. ``network`` is the one with linear drives beside it.

    ``curved``: the drives of the model are not linear, and W is what their slopes are at the equilibrium, in doubles.
    """

    network: LinearNetwork
    entry: Mapping[str, Any]
    curved: bool = False

    @staticmethod
    def of(search: Search, entry: Mapping[str, Any]) -> State:
        """Return an equilibrium of a model."""
        if search.linear is not None:
            return State(search.linear, entry)
        neurons = search.neurons
        W = slopes_of_drives(search.model, _middles(entry))
        network = LinearNetwork(W, neurons.bias, neurons.leak, neurons.functions, neurons.layers)
        return State(network, entry, curved=True)

    @cached_property
    def ends(self) -> list[tuple[Fraction, Fraction]]:
        """The ends of the box; equal ones for an exact state."""
        return _ends(self.entry)

    @cached_property
    def x(self) -> Floats:
        """The state, or the middle of its box."""
        return _middles(self.entry)

    @cached_property
    def slopes(self) -> Floats:
        """The slopes on the left and right of each neuron that acts for itself, (2, N); NaN for others."""
        found = np.full((2, self.network.size), np.nan)
        for i, function in enumerate(self.network.functions):
            if function.slope is not None:
                exact = self.ends[i][0] == self.ends[i][1]
                for k, side in enumerate((-STEP, STEP) if exact else (0.0, 0.0)):
                    found[k, i] = float(evaluate(function.slope, {"x": self.x[i] + side}, FLOATS))
        return found

    @cached_property
    def at_kink(self) -> list[int]:
        """The neurons exactly at a kink."""
        left, right = self.slopes
        return [int(i) for i in np.flatnonzero(np.abs(left - right) > 1e3 * STEP * (1 + np.abs(left)))]

    @cached_property
    def alive(self) -> list[int]:
        """The neurons off kinks whose activation moves: whose row of H is not exactly 0 in balls."""
        found: list[int] = []
        with precision():
            for layer, neurons in self.network.places():
                x = np.array([_hull(*self.ends[i]) for i in neurons], dtype=object)
                if layer.function.slope is not None:
                    rows = [[evaluate(layer.function.slope, {"x": each}, BALLS)] for each in x]
                else:
                    units: Any = [[ball(int(i == j)) for i in neurons] for j in neurons]
                    columns = [layer.function.hessian_times(x, unit, BALLS) for unit in np.array(units, dtype=object)]
                    rows = np.array(columns, dtype=object).T.tolist()
                moving = [int(i) for i, row in zip(neurons, rows, strict=True) if not all(each == 0 for each in row)]
                # Where the sum is constant, none moves alone.
                found += moving if len(moving) > 1 or not is_balanced(layer) else []
        return [i for i in found if i not in self.at_kink]

    def hessian(self, signs: Mapping[int, int]) -> Floats:
        """Return the derivative of g, at kinks on the sides that signs choose, or in the middle of both sides."""
        left, right = self.slopes
        H = np.diag(np.nan_to_num((left + right) / 2))
        for i, sign in signs.items():
            H[i, i] = right[i] if sign > 0 else left[i]
        for layer, neurons in self.network.places():
            if layer.function.slope is None:
                columns = [layer.function.hessian_times(self.x[neurons], unit, FLOATS) for unit in np.eye(layer.size)]
                H[np.ix_(neurons, neurons)] = np.array(columns, dtype=np.float64).T
        return H

    @cached_property
    def described(self) -> dict[str, Any]:
        """The part of the row that does not depend on how stability is shown."""
        row: dict[str, Any] = {"x": self.entry["x"], "alive": self.alive}
        if self.at_kink:
            row["at_kink"] = self.at_kink
        row |= {key: self.entry[key] for key in ("dimension", "ends") if key in self.entry}
        return row


def _ends(entry: Mapping[str, Any]) -> list[tuple[Fraction, Fraction]]:
    pairs = [each if isinstance(each, list) else [each, each] for each in entry["x"]]
    return [(Fraction(low), Fraction(high)) for low, high in pairs]


def _middles(entry: Mapping[str, Any]) -> Floats:
    return np.array([float((low + high) / 2) for low, high in _ends(entry)])


def _hull(low: Fraction, high: Fraction) -> Any:
    return ball(low) if low == high else ball(low).union(ball(high))
