"""Drives as affine functions of all activations."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from hopverify.kernel import core as cores
from hopverify.kernel.affine import AFFINE, Affine, affine_drives, starts, unit
from hopverify.kernel.core import Core
from hopverify.kernel.numbers import Rejected
from hopverify.kernel.reading import read
from tests.kernel.accepting import core

LAYERS = "layers: {x: {size: 2, lagrangian: tanh, bias: [1, 0]}, y: {size: 1, lagrangian: relu, tau: 0}}\n"
JOINED = "kind: dense, layers: [x, y]"
X, Y = ["activation", "x"], ["activation", "y"]
FIRST, SECOND = ["index", X, "0"], ["index", X, "1"]


def rows(of: Core) -> list[tuple[Fraction, dict[int, Fraction]]]:
    return [(row.constant, dict(row.slopes)) for row in affine_drives(of)]


def driven(S: Any, drive: Any = "gradient") -> Core:
    """Return the core of the layers with another energy of their synapse."""
    found = cores.write(core(f"{LAYERS}synapses: {{w: {{{JOINED}, weights: [[2], [1/3]]}}}}\n"))
    return read({**found, "synapses": [{"name": "w", "S": S, "drive": drive}]})


def test_neurons_are_numbered_through_the_layers() -> None:
    inhibition = "v: {kind: diagonal, layers: [y, y], weights: [-3]}"
    found = core(f"{LAYERS}synapses: {{w: {{{JOINED}, weights: [[2], [1/3]]}}, {inhibition}}}\n")
    assert starts(found) == {"x": 0, "y": 2}
    assert rows(found) == [(1, {2: 2}), (0, {2: Fraction(1, 3)}), (0, {0: 2, 1: Fraction(1, 3), 2: -3})]


@pytest.mark.parametrize(
    ("S", "wanted"),
    [
        (["negate", ["multiply", FIRST, SECOND]], [(1, {1: 1}), (0, {0: 1}), (0, {})]),
        # What cancels; constants of any kind; quotients; powers 1 and 0.
        (["subtract", ["power", FIRST, "2"], ["dot", X, X]], [(1, {}), (0, {1: 2}), (0, {})]),
        (
            ["multiply", ["exp", "0"], ["divide", ["power", ["sum", Y], "2"], ["sqrt", "4"]]],
            [(1, {}), (0, {}), (0, {2: -1})],
        ),
        (["multiply", ["power", ["exp", "0"], "3"], ["power", SECOND, "1"]], [(1, {}), (-1, {}), (0, {})]),
    ],
)
def test_drives_that_are_gradients_by_definition(S: Any, wanted: Any) -> None:
    assert rows(driven(S)) == wanted


def test_products_of_matrices() -> None:
    twice = ["matmul", ["matmul", ["array", "w"], ["transpose", ["array", "w"]]], X]
    found = driven(["negate", ["divide", ["dot", X, twice], "2"]], {"x": twice, "y": ["power", Y, "1"]})
    assert rows(found) == [
        (1, {0: 4, 1: Fraction(2, 3)}),
        (0, {0: Fraction(2, 3), 1: Fraction(1, 9)}),
        (0, {2: 1}),
    ]


@pytest.mark.parametrize(
    "drive",
    [["multiply", X, X], ["power", X, "2"], ["tanh", X], ["divide", X, X], ["divide", X, ["negate", "0"]]],
)
def test_other_drives_are_refused(drive: Any) -> None:
    with pytest.raises(Rejected, match="it is not affine in the activations"):
        rows(driven(["sum", X], {"x": drive}))


def test_arrays_within_a_spread_are_refused_unless_the_given_ones_are_meant() -> None:
    weights = "{values: [[2], [1/3]], tolerance: 1/8}"
    spread = core(f"{LAYERS}synapses: {{w: {{{JOINED}, weights: {weights}}}}}\n")
    with pytest.raises(Rejected, match="known up to a spread"):
        affine_drives(spread)
    assert affine_drives(spread, every=False)[0].slopes == {2: 2}


def test_inner_products_of_constants_with_activations() -> None:
    three, zero = AFFINE.number(Fraction(3)), AFFINE.number(Fraction(0))
    shifted = Affine(Fraction(1), {0: Fraction(2), 1: Fraction(-1)})
    found = AFFINE.own["dot"]([three, zero, three], [shifted, unit(0), unit(1)])
    assert found == Affine(Fraction(3), {0: Fraction(6)})
    assert AFFINE.own["dot"]([unit(1)], [three]) == Affine(Fraction(0), {1: Fraction(3)})
