"""Spins: diagonals and concavity synapse by synapse, signs, and sums that would be rounded in doubles."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hopverify.checker.rules.spin_states import _descends
from hopverify.checker.spins import low_rank_of
from hopverify.checker.spins.margins import certified_low_rank
from hopverify.checker.spins.one_by_one import OneByOne
from hopverify.checker.spins.overlaps import OverlapValues, _signs_between, flips_set_right
from hopverify.checker.spins.structure import _diagonal, _is_concave, is_concave_by_neuron
from hopverify.checker.spins.tables import table_of
from hopverify.checker.spins.values import UNDECIDED, signs_of
from hopverify.expr.parser import parse
from hopverify.networks import SpinModel
from tests.checker.test_spins import between, model, one
from tests.checker.test_spins_pinned import memory, rows


def only(made: SpinModel) -> Any:
    return made.synapses["w"]


@pytest.mark.parametrize(
    ("made", "diagonal"),
    [
        (model(one("dense", weights=[[3, 1], [1, -6]]), 2), {"s": [3, -6]}),
        (model(one("dense", weights=[[3, 1], [1, -6]], drive="gradient", prefactor="1/3"), 2), {"s": [2, -4]}),
        (between(weights=[[1, 2], [3, 4]]), {}),
        (model(one("diagonal", weights=[2, -1]), 2), {"s": [2, -1]}),
        (between(first="diagonal", weights=[-1, 2]), {}),
        (model(one("hebbian", patterns=[[3, 1], [1, 2]], scale="1/2"), 2), {"s": [5, Fraction(5, 2)]}),
        (model(one("hebbian", patterns=[[3, 1]], scale=1, zero_diagonal=True), 2), {"s": [0, 0]}),
        (between(first="feedforward_feedback", forward=[[1, 2], [0, 1]]), {}),
    ],
)
def test_diagonals(made: SpinModel, diagonal: dict[str, Any]) -> None:
    found = _diagonal(only(made))
    assert found is not None
    assert {name: list(entries) for name, entries in found.items()} == diagonal


@pytest.mark.parametrize(
    ("made", "concave"),
    [
        (model(one("hebbian", patterns=[[1, 1]], scale="1/2"), 2), True),
        (model(one("hebbian", patterns=[[1, 1]], scale=0), 2), True),
        (model(one("hebbian", patterns=[[1, 1]], scale=-1), 2), False),
        (model(one("hebbian", patterns=[[1, 1]], zero_diagonal=True), 2), False),
        (model(one("hebbian", patterns=[[1, 1]], scale=-1, zero_diagonal=True), 2), False),
        (model(one("diagonal", weights=["1/2", 0]), 2), True),
        (model(one("diagonal", weights=[1, -1]), 2), False),
        (between(first="diagonal", weights=[1, 2]), False),
        (between(first="diagonal", weights=[-1, 2]), False),
        (model(one("associative", patterns=[[1, 1]], function="z^2"), 2), True),
        (model(one("associative", patterns=[[1, 1]], function="-z^2"), 2), False),
        (model(one("associative", patterns=[[1, 1]], function="2*z"), 2), True),
        (model(one("expression", energy="sum(s)"), 2), True),
        (model(one("expression", energy="sum(s^2)"), 2), False),
        (model(one("dense", weights=[[1, 0], [0, 1]]), 2), False),
    ],
)
def test_concavity_of_a_synapse_by_its_form(made: SpinModel, concave: bool) -> None:
    assert _is_concave(only(made)) is concave


def test_each_synapse_is_looked_at() -> None:
    own = one("dense", weights=[[1, 0], [0, 1]])
    for function, concave in (("z^3", False), ("z^2", True)):
        made = model(own | {"v": one("associative", patterns=[[1, 1]], function=function)["w"]}, 2)
        assert is_concave_by_neuron(made) is concave
        turned = model({"a": own["w"], "b": one("associative", patterns=[[1, 1]], function=function)["w"]}, 2)
        assert is_concave_by_neuron(turned) is concave


def test_rows_are_compared_exactly() -> None:
    assert not rows([[-1, 1], [1, 0]])
    # The rows are (2⁵⁵ ± 2, 1), the energy's (2⁵⁵, 1): equal in doubles.
    assert not rows([[0, 2**55 + 2], [2**55 - 2, 0]], bias=[1, 1])
    assert rows([[0, 2**55 + 2], [2**55 + 2, 0]], bias=[1, 1])


def test_signs() -> None:
    found = signs_of(np.array([2, 1, 0, -1, -2]))
    assert found.tolist() == [1, 1, 0, -1, -1]
    assert found.dtype == np.int8
    low, high = np.array([1, -2, 0, 0, -1, -1]), np.array([2, -1, 0, 1, 0, 1])
    assert _signs_between(low, high).tolist() == [1, -1, 0, UNDECIDED, UNDECIDED, UNDECIDED]


def test_one_neuron_at_its_ties() -> None:
    # F' = z: what keeps the neuron is 1 + b, what sets it back is b - 1.
    for bias, sign, flips in ((-2, -1, -1), (-1, 0, 0), (0, 1, 0), (1, 1, 0), (2, 1, 1)):
        found = memory("z^2/2", [[1]], slope=True, bias=bias, size=1)
        assert OverlapValues(found).keeping(np.array([[1]])).tolist() == [[sign]]
        assert flips_set_right(found, np.array([1])) == flips


def test_an_enclosure_around_a_whole_number_is_rounded_to_both_sides() -> None:
    table = table_of(parse("sqrt(2)^2*z"), 1, 1, 4)
    assert table is not None
    assert (table.low - 2 * table.unit * np.array([-1, 0, 1])).tolist() == [-1, 0, -1]
    assert (table.high - 2 * table.unit * np.array([-1, 0, 1])).tolist() == [1, 0, 1]


def test_sums_of_products_are_added_in_whole_numbers() -> None:
    # Three products add up to C, beyond 2⁵³; as a double C would be C - 1, for which there is room.
    p, q = 2**26 - 1, 2**26 - 3
    synapse = one("hebbian", patterns=[[p, p, p, q]], scale=1, zero_diagonal=True)
    for less, flips in ((2, 2), (0, 3)):
        low = low_rank_of(model(synapse, 4, bias=[3 * p * p] * 3 + [3 * p * q - less]))
        assert low is not None
        assert certified_low_rank(low, np.ones((1, 4), dtype=np.int64)) == [flips]


def test_a_synapse_after_a_concave_one_counts() -> None:
    concave = one("associative", patterns=[[1, 1]], function="z^2")["w"]
    for weights, wanted in (([[1, 0], [0, 1]], True), ([[-1, 0], [0, 1]], False)):
        linear = one("dense", weights=weights)["w"]
        assert is_concave_by_neuron(model({"a": concave, "b": linear}, 2)) is wanted


@pytest.mark.parametrize(("drive", "wanted"), [({}, [3, 5]), ({"drive": "gradient"}, [-12, -20])])
def test_the_diagonal_of_a_dense_drive_is_that_of_its_matrix(drive: dict[str, Any], wanted: list[int]) -> None:
    made = model(one("dense", weights=[[3, 1], [1, 5]], prefactor=-2, **drive), 2)
    found = _diagonal(made.synapses["w"])
    assert found is not None
    assert {name: entries.tolist() for name, entries in found.items()} == {next(iter(made.layers)): wanted}


def test_no_states_have_no_signs() -> None:
    values = OneByOne(model(one("dense", weights=[[0, 1], [1, 0]]), 2))
    assert values.keeping(np.zeros((0, 2), dtype=np.int64)).shape == (0, 2)


def test_one_neuron_after_the_other_is_turned() -> None:
    states, seen = np.array([[1, 1], [1, -1]]), []

    def rising(before: Any, after: Any) -> Any:
        seen.append((before.tolist(), after.tolist()))
        return np.zeros(len(before), dtype=np.int8)

    values: Any = SimpleNamespace(flips=lambda states: np.array([[True, False], [True, True]]), rising=rising)
    assert _descends(model(one("dense", weights=[[0, 1], [1, 0]]), 2), values, states)
    assert seen == [([[1, 1], [1, -1]], [[-1, 1], [-1, -1]]), ([[1, -1]], [[1, 1]])]
