"""Sums of which no term is known: where all terms cancel the bias decides, and everywhere else nothing does."""

from __future__ import annotations

from collections import Counter
from itertools import product

import numpy as np
import pytest

from hopverify.checker.spins.overlaps import Memory, OverlapValues
from hopverify.checker.spins.tables import Table
from hopverify.checker.spins.values import UNDECIDED

SIZE = 3
NOTHING = Table(np.full(2 * SIZE + 1, -(10**6)), np.full(2 * SIZE + 1, 10**6), 1)
STATES = np.array(list(product((1, -1), repeat=SIZE)))
ALL, LAST = [1, 1, 1], [1, 1, -1]
PATTERNS = [[ALL], [ALL, ALL], [ALL, [-1, -1, -1]], [LAST, [1, -1, 1]], [ALL, LAST]]


def memory(patterns: list[list[int]], bias: list[int], *, slope: bool) -> Memory:
    return Memory(np.array(patterns), NOTHING, NOTHING if slope else None, np.array(bias), np.array(bias))


def sign(value: int) -> int:
    return (value > 0) - (value < 0)


@pytest.mark.parametrize("bias", [[0, 0, 0], [3, -1, 1]])
@pytest.mark.parametrize("patterns", PATTERNS)
@pytest.mark.parametrize("slope", [False, True])
def test_what_keeps_a_neuron(patterns: list[list[int]], bias: list[int], slope: bool) -> None:
    found = OverlapValues(memory(patterns, bias, slope=slope)).keeping(STATES)
    assert found.dtype == np.int8
    for s, signs in zip(STATES.tolist(), found.tolist(), strict=True):
        for i in range(SIZE):
            terms: Counter[int] = Counter()
            for pattern in patterns:
                kept = pattern[i] * s[i]
                overlap = sum(p * v for p, v in zip(pattern, s, strict=True)) - kept
                if slope:  # ε·F'(z + ε)
                    terms[overlap + kept] += kept
                else:  # ε·(F(z + 1) - F(z - 1))
                    terms[overlap + 1] += kept
                    terms[overlap - 1] -= kept
            assert signs[i] == (UNDECIDED if any(terms.values()) else sign(bias[i] * s[i]))


@pytest.mark.parametrize("bias", [[0, 0, 0], [3, -1, 1]])
@pytest.mark.parametrize("patterns", PATTERNS)
def test_a_rise_between_states_of_the_same_overlaps(patterns: list[list[int]], bias: list[int]) -> None:
    before, after = (np.array(states) for states in zip(*product(STATES, STATES), strict=True))
    found = OverlapValues(memory(patterns, bias, slope=False)).rising(before, after)
    assert found.dtype == np.int8
    for old, new, risen in zip(before, after, found, strict=True):
        same = sorted(np.array(patterns) @ old) == sorted(np.array(patterns) @ new)
        assert risen == (sign(int((old - new) @ np.array(bias))) if same else UNDECIDED)
