"""Layers that are cut."""

from __future__ import annotations

import numpy as np
import pytest

from hopverify.numerics.branching import branching_neurons


@pytest.mark.parametrize(
    ("pairs", "cut"),
    [([(0, 1)], [0]), ([(0, 1), (1, 2)], [1]), ([(0, 0), (0, 1)], [0]), ([(0, 1), (1, 1)], [1]), ([], [])],
)
def test_layers_whose_states_follow_from_others_are_not_cut(pairs: list[tuple[int, int]], cut: list[int]) -> None:
    """Of layers with 2, 3 and 4 neurons, the fewest that have an end of every connection."""
    layers = np.split(np.arange(9), [2, 5])
    W = np.zeros((9, 9))
    for a, b in pairs:
        W[np.ix_(layers[a], layers[b])] = W[np.ix_(layers[b], layers[a])] = 1
    found = branching_neurons(W, layers)
    assert [k for k, neurons in enumerate(layers) if found[neurons].any()] == cut
