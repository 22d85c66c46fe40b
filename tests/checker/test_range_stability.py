"""What is left of H without its null directions, and where the derivative of g is certainly continuous, by hand."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb

from hopverify.checker.equilibria import Equilibrium
from hopverify.checker.range_stability import (
    alive_neurons,
    complement,
    has_energy,
    is_flat_along_ones,
    is_smooth_at,
    mirrored,
)
from hopverify.expr.balls import BALLS
from hopverify.expr.parser import parse
from tests.checker.models import layer, network
from tests.rationals import exact

THREE = (
    "layers: {u: {size: 2, lagrangian: %s%s}, v: {size: 3, lagrangian: %s%s}}\n"
    "synapses: {s: {kind: dense, layers: [u, v], weights: [[1, 2, 0], [0, 1, 1]]}}\n"
)


def of(first: str, second: str, one: str = "", two: str = "") -> Any:
    return network(THREE % (first, one, second, two))


def balls(*rows: Any) -> Any:
    return BALLS.array(exact(rows))


def at(*state: Any) -> Equilibrium:
    x = np.array(state, dtype=np.float64)
    return Equilibrium(None, x, x, None)


def whole(A: Any) -> Any:
    return [[float(entry) for entry in row] for row in A]


def test_a_neuron_is_dead_where_its_row_is_zero() -> None:
    assert alive_neurons(balls([0, 0, 0], [0, 1, 2], [0, 2, 0])) == [1, 2]
    # An enclosure that holds 0 and more is not known to be 0.
    unsure = balls([0, 0], [0, 0])
    unsure[0, 1] = arb(0, 1)
    assert alive_neurons(unsure) == [0]
    assert alive_neurons(balls([1, 1], [1, 1])) == [0, 1]


def test_only_whole_layers_are_flat_along_ones() -> None:
    assert is_flat_along_ones(layer("lagrangian: softmax"))
    assert not is_flat_along_ones(layer("lagrangian: relu"))
    assert not is_flat_along_ones(layer("lagrangian: spherical"))


def test_units_or_differences_complement_the_null_directions() -> None:
    mixed = of("relu", "softmax")
    assert whole(complement(mixed, [0, 1, 2, 3, 4]).T) == [
        [1, 0, 0, 0, 0],
        [0, 1, 0, 0, 0],
        [0, 0, 1, 0, -1],
        [0, 0, 0, 1, -1],
    ]
    assert whole(complement(mixed, [1, 2, 3]).T) == [[0, 1, 0, 0, 0], [0, 0, 1, -1, 0]]
    assert whole(complement(mixed, [0, 1]).T) == [[1, 0, 0, 0, 0], [0, 1, 0, 0, 0]]
    assert complement(mixed, [4]).shape == complement(mixed, []).shape == (5, 0)


def test_the_upper_triangle_ismirrored() -> None:
    assert whole(mirrored(balls([1, 2], [5, 3]))) == [[1, 2], [2, 3]]
    assert mirrored(balls([1, 2], [5, 3])[:0, :0]).shape == (0, 0)


def test_an_energy_asks_for_one_leak_and_one_time_in_whole_layers() -> None:
    found = of("relu", "softmax", ", leak: [1, 2], tau: [1, 2]", ", leak: 2, tau: 3")
    assert has_energy(found), "elementwise layers may differ from neuron to neuron"
    first, second = found.layers
    ones = (Fraction(1),) * 3
    for wrong in (
        replace(second, leak=(*ones[:2], Fraction(2))),
        replace(second, tau=(*ones[:2], Fraction(2))),
        replace(second, function=replace(second.function, potential=None)),
    ):
        assert not has_energy(replace(found, layers=(first, wrong)))


def test_a_derivative_is_continuous_where_that_is_certain() -> None:
    H = balls(*np.eye(5).tolist())
    zero, some = (0, 0, 0, 0, 0), (1, -1, 0, 0, 0)
    assert is_smooth_at(of("tanh", "softmax"), at(*zero), H)
    assert is_smooth_at(of("relu", "softmax"), at(*some), H)
    assert not is_smooth_at(of("relu", "softmax"), at(1, 0, 0, 0, 0), H)
    # The slope of relu(x)²/2 has a kink at 0, but no jump.
    kinked = of("relu", "softmax")
    first, second = kinked.layers
    bent = replace(first, function=replace(first.function, activation=(parse("relu(x)^2/2"),), slope=parse("relu(x)")))
    assert is_smooth_at(replace(kinked, layers=(bent, second)), at(*zero), H)


def test_the_edge_of_a_support_is_not_smooth() -> None:
    sparse = of("tanh", "sparsemax")
    where = at(0, 0, 1, 0, 0)
    for own, beside, smooth in ((1, 0, True), (0, 0, True), (arb(0, 1), 0, False), (0, 1, False), (-1, 0, False)):
        H = balls(*np.eye(5).tolist())
        H[4, 4], H[4, 3] = arb(own), arb(beside)
        assert is_smooth_at(sparse, where, H) is smooth, (own, beside)
    H = balls(*np.eye(5).tolist())
    assert is_smooth_at(of("tanh", "{normmax: {gamma: 3/2}}"), where, H)
    # No other activation of a whole layer that is not analytic has a support of which this speaks; nor is a kink in
    # its argument seen on the diagonal.
    first, second = sparse.layers
    smooth = {"relu(x)": False, "x": True, "sparsemax(x + relu(x)/10)": False, "sparsemax(x + tanh(x))": True}
    for text, expected in smooth.items():
        other = replace(second, function=replace(second.function, activation=(parse(text),)))
        assert is_smooth_at(replace(sparse, layers=(first, other)), where, H) is expected
