"""Dense associative memories of spins: S = -Σ_μ F(ξ_μ·s) with patterns ±1, by tables of F over whole overlaps.

For a neuron i let z_μ be the overlap Σ_{j≠i} ξ_μj s_j. What keeps s_i at v = ±1, in units of the tables, is

    Σ_μ G(ε_μ, z_μ) + B_i v,   ε_μ = ξ_μi v,

with G(ε, z) = ε(F(z + 1) - F(z - 1)) and B = 2b by the energy rule, and G(ε, z) = εF'(z + ε) and B = b by the drive
rule. For a neuron that is at -v the drive is taken where it is: G(ε, z) = εF'(z - ε). Values that are not rational are
enclosed; where an enclosure leaves a sign open, equal terms are cancelled before it counts as undecided, and where all
of them cancel the bias, which is exact, decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.spins.tables import Table, table_of
from hopverify.checker.spins.values import UNDECIDED, Signs, States, Values
from hopverify.checker.spins.whole import as_integers
from hopverify.networks import SpinModel
from hopverify.synapses.associative import Associative

Whole = NDArray[Any]

LARGEST = 4000
"""The number of neurons up to which tables are made."""
_CELLS, _ROOM = 2**21, 2**60


@dataclass(frozen=True, eq=False)
class Terms:
    """Lower bounds of G(ε, z) for ε = 1 and ε = -1, z from -(n - 1) to n - 1."""

    plus: Whole
    minus: Whole

    def over(self, reach: int) -> Terms:
        """Return the least values where z moves by -reach, -reach + 2, …, reach, as far as |z| ≤ n - 1."""
        plus, minus = self.plus, self.minus
        for _ in range(reach):
            plus, minus = _lower(plus), _lower(minus)
        return Terms(plus, minus)


def _lower(values: Whole) -> Whole:
    """Return the lesser of the two neighbours; at the ends there is one."""
    if len(values) == 1:
        return values
    left, right = np.append(values[1], values[:-1]), np.append(values[1:], values[-2])
    found: Whole = np.minimum(left, right)
    return found


@dataclass(frozen=True, eq=False)
class Memory:
    """Patterns Ξ (K × n), tables of F and of what sets a neuron, the bias B in their unit, and c, that of the energy.

    ``function`` is the table of F for |z| ≤ n; ``slope`` that of F' under the drive rule, else None.
    """

    patterns: States
    function: Table
    slope: Table | None
    bias: Whole
    counted: Whole

    @property
    def size(self) -> int:
        """The number of neurons."""
        return int(self.patterns.shape[1])

    def terms(self, *, flipped: bool = False) -> Terms:
        """Return lower bounds of G; ``flipped``: for a neuron that is at -v."""
        if self.slope is None:
            low, high = self.function.low, self.function.high
            return Terms(low[2:] - high[:-2], low[:-2] - high[2:])
        low, high = self.slope.low, -self.slope.high
        return Terms(low[:-2], high[2:]) if flipped else Terms(low[2:], high[:-2])

    @property
    def exact(self) -> bool:
        """Whether no value is enclosed only."""
        return (self.function if self.slope is None else self.slope).exact


@lru_cache(maxsize=4)
def memory_of(model: SpinModel) -> Memory | None:
    """Return a model of one associative synapse with patterns ±1 on one layer; None if it is another."""
    if len(model.layers) != 1 or len(model.synapses) != 1 or model.size > LARGEST:
        return None
    (synapse,) = model.synapses.values()
    if not isinstance(synapse, Associative) or not bool((abs(synapse.patterns.values) == 1).all()):
        return None
    patterns, drive, energy = synapse.patterns.values.astype(np.int64), model.biases(), model.biases(in_energy=True)
    below, terms = lcm(*{entry.denominator for entry in (*drive, *energy)}), 2 * len(patterns) + 2
    function = table_of(synapse.function, model.size, below, terms)
    slope = None if model.by_energy else table_of(synapse.slope, model.size, below, terms)
    if function is None or (slope is None and not model.by_energy):
        return None
    bias = as_integers(drive, slope.unit) if slope is not None else 2 * as_integers(energy, function.unit)
    whole = Memory(patterns, function, slope, bias, as_integers(energy, function.unit))
    return _fitted(whole, terms)


def _fitted(memory: Memory, terms: int) -> Memory:
    """Return the memory with its numbers as int64, if no sum of so many terms can overflow."""
    tables = [table for table in (memory.function, memory.slope) if table is not None]
    largest = max(abs(entry) for table in tables for entry in (*table.low, *table.high))
    biases = sum(abs(entry) for entry in (*memory.bias, *memory.counted))
    if 2 * (terms * largest + biases) >= _ROOM:
        return memory
    slope = None if memory.slope is None else _small(memory.slope)
    bias, counted = memory.bias.astype(np.int64), memory.counted.astype(np.int64)
    return Memory(memory.patterns, _small(memory.function), slope, bias, counted)


def _small(table: Table) -> Table:
    low = table.low.astype(np.int64)
    return Table(low, low if table.exact else table.high.astype(np.int64), table.unit)


@dataclass(frozen=True, eq=False)
class OverlapValues(Values):
    """The signs of a dense associative memory."""

    memory: Memory

    def keeping(self, states: States) -> Signs:
        step = max(1, _CELLS // self.memory.patterns.size)
        parts = [self._keeping(states[k : k + step]) for k in range(0, len(states), step)]
        return np.concatenate(parts) if parts else np.zeros(states.shape, dtype=np.int8)

    def _keeping(self, states: States) -> Signs:
        memory = self.memory
        low = bound(memory, memory.terms(), states, states)
        if memory.exact:
            return (np.asarray(low > 0, dtype=np.int8) - np.asarray(low < 0, dtype=np.int8)).astype(np.int8)
        # What keeps a neuron is minus what would keep its mirror image: the same terms, bounded from above.
        high = -bound(memory, memory.terms(flipped=True), states, -states)
        signs = _signs_between(low, high)
        for place, i in np.argwhere(signs == UNDECIDED):
            signs[place, i] = self._cancelled(states[place], int(i))
        return signs

    def _cancelled(self, s: States, i: int) -> int:
        """Return the sign of the bias alone if all terms of a sum cancel by themselves, else that it is undecided."""
        memory = self.memory
        z = memory.patterns @ s - memory.patterns[:, i] * s[i]
        left: Counter[int] = Counter()
        for overlap, sign in zip(z.tolist(), (memory.patterns[:, i] * s[i]).tolist(), strict=True):
            if memory.slope is None:
                left[overlap + sign] += 1
                left[overlap - sign] -= 1
            else:
                left[overlap + sign] += sign
        return UNDECIDED if any(left.values()) else _sign(int(memory.bias[i]) * int(s[i]))

    def rising(self, before: States, after: States) -> Signs:
        memory, reach = self.memory, self.memory.size
        table, inside = memory.function, memory.patterns.T
        old, new = (states @ inside + reach for states in (before, after))
        bias = ((before - after) * memory.counted).sum(axis=1)
        low = (table.low[old] - table.high[new]).sum(axis=1) + bias
        high = (table.high[old] - table.low[new]).sum(axis=1) + bias
        signs = _signs_between(low, high)
        for place in np.flatnonzero(signs == UNDECIDED):
            same = Counter(old[place].tolist()) == Counter(new[place].tolist())
            signs[place] = _sign(bias[place]) if same else UNDECIDED
        return signs


def _sign(value: Any) -> int:
    return int(value > 0) - int(value < 0)


def _signs_between(low: Whole, high: Whole) -> Signs:
    """Return the signs of numbers of which both bounds are known."""
    zero = (low == 0) & (high == 0)
    return np.where(low > 0, 1, np.where(high < 0, -1, np.where(zero, 0, UNDECIDED))).astype(np.int8)


def bound(memory: Memory, terms: Terms, partial: States, wanted: States) -> Whole:
    """Return lower bounds of what keeps each neuron at the ``wanted`` sign, for the overlaps of (partial) states."""
    z = (partial @ memory.patterns.T)[:, :, None] - memory.patterns * partial[:, None, :] + (memory.size - 1)
    up = memory.patterns * wanted[:, None, :] > 0
    found: Whole = np.where(up, terms.plus[z], terms.minus[z]).sum(axis=1) + memory.bias * wanted
    return found


def flips_set_right(memory: Memory, pattern: States) -> int:
    """Return the largest k for which the bounds of D6 hold for a pattern; -1 if they do not even for k = 0."""
    stay, back = (_least(memory, memory.terms(flipped=flipped), pattern) for flipped in (False, True))

    def holds(k: int) -> bool:
        return stay(2 * k) >= 0 and (k == 0 or back(2 * k - 2) > 0)

    if not holds(0):
        return -1
    low, high = 0, memory.size + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def _least(memory: Memory, terms: Terms, pattern: States) -> Callable[[int], Any]:
    """Return the least bound over all neurons, as a function of how far overlaps may move."""
    return lambda reach: bound(memory, terms.over(reach), pattern[None, :], pattern[None, :]).min()
