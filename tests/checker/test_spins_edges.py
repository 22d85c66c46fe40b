"""Spins at the edges of their numbers: rounding, batches, ties, and what rules tell of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb

from hopverify.checker.spins import fixed_points as searching
from hopverify.checker.spins import low_rank_of, margins
from hopverify.checker.spins.fixed_points import fixed_points, linear_search
from hopverify.checker.spins.margins import _count, _in_floats, certified, certified_low_rank
from hopverify.checker.spins.one_by_one import _signs
from hopverify.checker.spins.overlap_search import overlap_search
from hopverify.checker.spins.overlaps import OverlapValues, bound
from hopverify.checker.spins.quadratic import Affine
from hopverify.checker.spins.values import UNDECIDED, all_states
from hopverify.errors import EvidenceRejected
from hopverify.expr.exact import EXACT, NotRational
from tests.checker.test_spin_rules import correction, obligation, taken
from tests.checker.test_spins import Everything, model, one
from tests.checker.test_spins_pinned import memory


def test_a_search_without_mirror_images_starts_with_both_signs() -> None:
    update = Affine(np.zeros((2, 2), dtype=np.int64), np.array([0, 1]))
    assert sorted(fixed_points(linear_search(update), [0, 1])[0].tolist()) == [[-1, 1], [1, 1]]
    below = Affine(np.zeros((2, 2), dtype=np.int64), np.array([-1, 0]))
    assert sorted(fixed_points(linear_search(below), [0, 1])[0].tolist()) == [[-1, -1], [-1, 1]]


def test_no_batch_of_a_search_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "_BATCH", 1)
    found, nodes = fixed_points(Exactly(), [2, 0, 1])
    assert (sorted(found.tolist()), nodes) == (sorted(all_states(3).tolist()), 15)


@dataclass(frozen=True)
class Exactly(Everything):
    most = 15


def test_bounds_of_a_search_are_not_rounded() -> None:
    # As doubles 2⁵⁵ + 7 is 2⁵⁵ + 8.
    search = linear_search(Affine(np.array([[0, 2**55 + 7], [0, 0]]), np.array([-(2**55) - 8, 0])))
    up, down = search.allowed(np.array([[0, 0]]))
    assert (up.tolist(), down.tolist()) == ([[False, True]], [[True, True]])
    update = Affine(np.array([[2**55 + 1, -(2**55)], [0, 1]]), np.array([0, 0]))
    assert update.at(np.array([[1, 1]])).tolist() == [[1, 1]]


def test_enclosures_stay_whole_numbers() -> None:
    table = memory("exp(z)", [[1, 1]], size=2).function
    assert table.low.dtype == table.high.dtype == np.int64


def test_counts_of_flips_for_which_there_is_room() -> None:
    rooms = np.array([-1, 0, 1, 2, 5, 6, 11, 12, 100])
    assert _count(np.array([1, 3, 6]), rooms, 1).tolist() == [-1, 0, 0, 1, 1, 2, 2, 3, 3]
    assert _count(np.array([1, 3, 6]), rooms, 3).tolist() == [-1, 0, 0, 0, 0, 1, 1, 1, 3]
    assert _count(np.array([1, 3, 6]), rooms[:3], 0).tolist() == [-1, 3, 3]
    # As a double (2⁵⁸ - 1)/2 would be 2⁵⁷.
    assert _count(np.array([2**57]), np.array([2**58 - 1]), 1).tolist() == [0]


def test_the_format_in_which_products_are_exact() -> None:
    for columns, kind in (
        ([[4095]], np.float32),
        ([[4096]], np.float64),
        ([[4095], [90]], np.float32),
        ([[4095], [91]], np.float64),
        ([[4000, 4000]], np.float32),
        ([[2**26], [2**26 - 1]], np.float64),
        ([[2**26, 2**26]], np.float64),
    ):
        found = _in_floats(np.array(columns))
        assert found.dtype == kind, columns
        assert found.tolist() == columns
    with pytest.raises(EvidenceRejected, match="too large for exact products"):
        _in_floats(np.array([[2**26], [2**26]]))


@pytest.mark.parametrize("rows", [1, 2, 3, 256])
def test_margins_at_low_rank_in_any_batch(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(margins, "ROWS", rows)
    # Neuron 4 alone is held weakly, whichever batch it is in.
    low = low_rank_of(model(one("hebbian", patterns=[[3, 3, 3, 3, 1]], scale=1, zero_diagonal=True), 5))
    assert low is not None
    states = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 1, -1], [-1, -1, 1, 1, 1]])
    # m = 30 and 12; taken are 9, 18, 27 and 3, 6: with one flip 12 or 6 are left, with two -6 or 0.
    assert certified_low_rank(low, states) == [1, -1, -1]
    biased = low_rank_of(
        model(
            one("hebbian", patterns=[[3, 3, 3, 3, 1]], scale=1, zero_diagonal=True), 5, bias=[100, 100, 100, 100, -12]
        )
    )
    assert biased is not None
    assert certified_low_rank(biased, states[:1]) == [0]


def test_signs_in_rationals_and_in_balls() -> None:
    exact = [Fraction(1, 2), Fraction(-1, 2), Fraction(0), Fraction(3)]
    assert _signs(lambda a: exact) == [1, -1, 0, 1]

    def balls(*values: Any) -> Callable[[Any], list[Any]]:
        def found(a: Any) -> list[Any]:
            if a is EXACT:
                raise NotRational
            return list(values)

        return found

    assert _signs(balls(arb("0.5"), arb("-0.5"), arb(2))) == [1, -1, 1]
    # A ball that touches 0, or is 0, has no sign that is known.
    assert _signs(balls(arb(0), arb(0.5, 0.5), arb(-0.5, 0.5), arb(0, 1))) == [UNDECIDED] * 4


def test_the_last_free_neuron_is_decided_exactly() -> None:
    search = overlap_search(memory("z^2/2", [[1] * 4]))
    up, down = search.allowed(np.array([[1, 1, -1, 0]]))
    assert (up[0, 3], down[0, 3]) == (True, False)


def test_a_search_allows_no_less_than_a_tie_by_one() -> None:
    found = memory("z^2/2", [[1, -1, 1, 1]], slope=True, bias=[1, 0, -2, 3])
    states = all_states(4)
    up, down = overlap_search(found).allowed(states)
    assert (np.where(states > 0, up, down) == (OverlapValues(found).keeping(states) >= 0)).all()


def test_what_rules_tell() -> None:
    rising = obligation("spin_energy_descent", [[-2, 1], [1, 0]])
    assert taken(rising, "spin_rise", state="++", neuron=0)["energy_before"] == "0"
    scaled = obligation("spin_convergence", [[0, 1], [2, 0]])
    assert "falls" in taken(scaled, "spin_structure", symmetriser=["2", "1"])["because"]
    assert taken(obligation("spin_convergence", [[1]], bias=1), "spin_states") == {"states": 2}


def test_margins_of_overlaps() -> None:
    synapse = {"kind": "associative", "layers": ["s"], "patterns": [[1] * 5], "function": "z^2/2"}
    asked = correction(2, None, synapse=synapse, size=5, at_least=1, update={"order": "asynchronous", "rule": "energy"})
    data = taken(asked, "spin_margins")
    assert (data["restored"], data["patterns"][0]) == (1, {"pattern": "0", "flips": 2})
    at_rest = taken(correction(0, [[0, 0], [0, 0]]), "spin_margins")
    assert at_rest["patterns"] == [{"pattern": "0", "flips": 0}, {"pattern": "1", "flips": 0}]
    assert at_rest["least"] == 0


def test_a_large_bias_is_not_rounded() -> None:
    found = memory("z^2/2", [[1]], slope=True, bias=2**55 + 1, size=1)
    one_neuron = np.array([[1]])
    assert bound(found, found.terms(), one_neuron, one_neuron).tolist() == [[2**55 + 2]]
    assert bound(found, found.terms(), one_neuron, -one_neuron).tolist() == [[-(2**55)]]


def test_margins_of_large_and_of_no_weights() -> None:
    ones, weights = np.ones((1, 2), dtype=np.int64), np.array([[0, 2**55 + 1], [2**55 + 1, 0]])
    for less, flips in ((2, -1), (1, 0)):
        assert certified(Affine(weights, np.array([-(2**55) - less, 0])), ones) == [flips]
    assert certified(Affine(0 * weights, np.array([1, 1])), ones) == [2]
