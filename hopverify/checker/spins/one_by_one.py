"""Any energy and drive, state by state: in rationals where they are rational, else in balls of growing precision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from hopverify.checker.spins.values import UNDECIDED, Signs, States, Values
from hopverify.expr.balls import BALLS, precision
from hopverify.expr.evaluate import Arithmetic
from hopverify.expr.exact import EXACT, NotRational
from hopverify.networks import SpinModel
from hopverify.networks.spins import as_state

BITS = (128, 512)

Vector = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False)
class OneByOne(Values):
    """The signs of a model, by its own energy and drive."""

    model: SpinModel
    most = 10
    _energies: dict[tuple[bytes, int], Any] = field(default_factory=dict)

    def keeping(self, states: States) -> Signs:
        own = self._by_energy if self.model.by_energy else self._by_drive
        return np.array([_signs(partial(own, s)) for s in states], dtype=np.int8).reshape(states.shape)

    def rising(self, before: States, after: States) -> Signs:
        pairs = zip(before, after, strict=True)
        return np.array([_signs(partial(self._change, s, t))[0] for s, t in pairs], dtype=np.int8)

    def _by_drive(self, s: Vector, a: Arithmetic) -> list[Any]:
        drive = self.model.drive(as_state(s, a), a)
        return [int(sign) * value for sign, value in zip(s, drive, strict=True)]

    def _by_energy(self, s: Vector, a: Arithmetic) -> list[Any]:
        flipped = [np.where(np.arange(len(s)) == i, -s, s) for i in range(len(s))]
        return [self._change(s, t, a)[0] for t in flipped]

    def _change(self, s: Vector, t: Vector, a: Arithmetic) -> list[Any]:
        return [self._energy(t, a) - self._energy(s, a)]

    def _energy(self, s: Vector, a: Arithmetic) -> Any:
        key = (s.tobytes(), -1 if a is EXACT else a.working_precision)
        if key not in self._energies:
            if len(self._energies) > 2**14:
                self._energies.clear()
            self._energies[key] = self.model.energy(as_state(s, a), a)
        return self._energies[key]


def _signs(values: Callable[[Arithmetic], list[Any]]) -> list[int]:
    """Return the signs of numbers, exactly or in balls; those that stay open are undecided."""
    try:
        return [(value > 0) - (value < 0) for value in values(EXACT)]
    except (NotRational, ZeroDivisionError):
        pass
    signs: list[int] = []
    for bits in BITS:
        with precision(bits):
            signs = [1 if value > 0 else -1 if value < 0 else UNDECIDED for value in values(BALLS)]
        if UNDECIDED not in signs:
            break
    return signs
