"""Spins by hand: each number of the checker's own forms, bounds and searches, at the edge where it decides."""

from __future__ import annotations

from fractions import Fraction
from math import exp
from typing import Any

import numpy as np
import pytest

from hopverify.checker.linear_algebra import is_positive_semidefinite
from hopverify.checker.spins import low_rank_of, memory_of, quadratic_form
from hopverify.checker.spins.fixed_points import LinearSearch, fixed_points, linear_search
from hopverify.checker.spins.low_rank import LowRankValues
from hopverify.checker.spins.margins import certified, certified_low_rank
from hopverify.checker.spins.one_by_one import OneByOne
from hopverify.checker.spins.overlap_search import overlap_search
from hopverify.checker.spins.overlaps import Memory, OverlapValues, Terms, bound, flips_set_right
from hopverify.checker.spins.quadratic import Affine
from hopverify.checker.spins.reading import energy_text, flipped_in_order, spins, text, told
from hopverify.checker.spins.structure import (
    counts_biases,
    is_concave,
    is_concave_by_neuron,
    is_gradient,
    is_row_by_row,
    symmetrised,
)
from hopverify.checker.spins.tables import Table, table_of
from hopverify.checker.spins.values import UNDECIDED, all_states, decided
from hopverify.checker.spins.whole import as_integers
from hopverify.errors import EvidenceRejected
from hopverify.expr.parser import parse
from tests.checker.test_spins import UPDATES, between, model, one


def whole(*rows: Any) -> Any:
    return np.array(rows, dtype=object)


def test_a_rational_table_is_exact_over_one_denominator() -> None:
    table = table_of(parse("z^2/3"), 2, 4, 3)
    assert table is not None
    assert table.exact
    assert (table.low.tolist(), table.unit) == ([16, 4, 0, 4, 16], 12)


@pytest.mark.parametrize(("terms", "bits"), [(6, 40), (2**14, 40), (2**20, 34), (2**38, 16), (2**39, 64)])
def test_an_enclosed_table_is_rounded_outward_by_one_unit(terms: int, bits: int) -> None:
    # ⌈e²⌉ = 8 has 4 bits; of 59 the rest is for the terms and the fraction, which has 16 at least and 40 at most.
    table = table_of(parse("exp(z)"), 2, 1, terms)
    assert table is not None
    assert table.unit == 2**bits
    assert not table.exact
    for z, low, high in zip(range(-2, 3), table.low, table.high, strict=True):
        assert high - low == (z != 0)
        assert low / table.unit <= exp(z) * (1 + 1e-15)
        assert exp(z) * (1 - 1e-15) <= high / table.unit


def test_the_denominator_of_a_bias_multiplies_a_table() -> None:
    negative, table = table_of(parse("-exp(z)"), 1, 3, 5), table_of(parse("exp(z)"), 1, 3, 5)
    assert table is not None
    assert negative is not None
    assert table.unit == negative.unit == 3 * 2**40
    assert (table.high - table.low).tolist() == [3, 0, 3]
    assert (negative.low == -table.high).all()
    assert (negative.high == -table.low).all()


def test_terms_over_a_reach_are_least_values_two_apart() -> None:
    terms = Terms(whole(5, 1, 7, 3, 9), whole(9, 8, 1, 8, 9))
    assert terms.over(0).plus.tolist() == [5, 1, 7, 3, 9]
    assert terms.over(1).plus.tolist() == [1, 5, 1, 7, 3]
    assert terms.over(2).plus.tolist() == [5, 1, 5, 1, 7]
    assert terms.over(1).minus.tolist() == [8, 1, 8, 1, 8]
    assert Terms(whole(4), whole(6)).over(3).plus.tolist() == [4]


def memory(function: str, patterns: Any, slope: bool = False, bias: Any = 0, size: int = 4) -> Memory:
    found = memory_of(
        model(one("associative", patterns=patterns, function=function), size, UPDATES[1 - slope], bias=bias)
    )
    assert found is not None
    return found


def test_terms_by_hand() -> None:
    # F = z³ at -2 … 2, for two neurons: z = -1, 0, 1.
    energy, drive = memory("z^3", [[1, 1]], size=2), memory("z^3", [[1, 1]], slope=True, size=2)
    assert energy.terms().plus.tolist() == [8, 2, 8]
    assert energy.terms().minus.tolist() == [-8, -2, -8]
    assert drive.terms().plus.tolist() == [0, 3, 12]
    assert drive.terms().minus.tolist() == [-12, -3, 0]
    assert drive.terms(flipped=True).plus.tolist() == [12, 3, 0]
    assert drive.terms(flipped=True).minus.tolist() == [0, -3, -12]
    enclosed = memory("exp(z)", [[1, 1]], size=2)
    low, high = enclosed.function.low, enclosed.function.high
    assert enclosed.terms().plus.tolist() == [low[k + 2] - high[k] for k in range(3)]
    assert enclosed.terms().minus.tolist() == [low[k] - high[k + 2] for k in range(3)]
    sloped = memory("exp(z)", [[1, 1]], slope=True, size=2)
    assert sloped.slope is not None
    assert not sloped.exact
    assert sloped.terms().minus.tolist() == [-sloped.slope.high[k] for k in range(3)]
    assert sloped.terms(flipped=True).minus.tolist() == [-sloped.slope.high[k + 2] for k in range(3)]


def test_numbers_of_a_memory() -> None:
    by_energy = memory("z^2/2", [[1, 1], [1, -1]], bias=["1/3", -1], size=2)
    assert (by_energy.function.unit, by_energy.bias.tolist(), by_energy.counted.tolist()) == (6, [4, -12], [2, -6])
    assert by_energy.bias.dtype == by_energy.counted.dtype == by_energy.function.low.dtype == np.int64
    by_drive = memory("z^2/2", [[1, 1], [1, -1]], slope=True, bias=["1/3", -1], size=2)
    assert by_drive.slope is not None
    assert (by_drive.slope.unit, by_drive.function.unit) == (3, 6)
    assert (by_drive.bias.tolist(), by_drive.counted.tolist()) == ([1, -3], [2, -6])
    assert by_drive.slope.low.dtype == np.int64
    assert by_drive.slope.exact


def test_numbers_become_small_only_if_no_sum_overflows() -> None:
    # 2·(4 terms · F(1) + |b|) is to stay below 2⁶⁰; F = az has a as its largest value, and the bias counts twice over.
    for a, bias, kind in (
        (2**57 - 1, 0, np.int64),
        (2**57, 0, object),
        (2**56, 2**56, np.int64),
        (2**56, 2**57, object),
    ):
        function = one("associative", patterns=[[1]], function=f"{a}*z")
        found = memory_of(model(function, 1, UPDATES[1], bias=bias))
        assert found is not None
        assert found.function.low.dtype == found.bias.dtype == kind, (a, bias)


def test_bounds_of_a_memory_by_hand() -> None:
    found = memory("z^3", [[1, 1]], slope=True, bias=[1, -2], size=2)
    states = np.array([[1, 1], [1, -1]])
    # From (1, 1): 3·2² + 1 and 3·2² - 2; from (1, -1), where the overlap is 0, the biases alone.
    assert bound(found, found.terms(), states, states).tolist() == [[13, 10], [1, 2]]
    assert bound(found, found.terms(flipped=True), states, -states).tolist() == [[-13, -10], [-1, -2]]


def test_flips_that_are_set_right_at_a_tie() -> None:
    # F = z²/2 with one pattern of n neurons: s_i Σ_{j≠i} s_j s_i; k flips leave n - 1 - 2k ≥ 0, one more needs > 0.
    for n, bias, flips in ((5, 0, 2), (4, 0, 1), (3, 0, 1), (5, 4, 4), (5, -4, 0), (5, -5, -1), (1, 0, 0)):
        found = memory("z^2/2", [[1] * n], bias=bias, size=n)
        assert flips_set_right(found, np.ones(n, dtype=np.int64)) == flips, (n, bias)


def test_flips_from_the_search_by_bounds_are_all_there_are() -> None:
    found = memory("z^2/2", [[1] * 3], bias=100, size=3)
    assert flips_set_right(found, np.ones(3, dtype=np.int64)) >= 3


def test_rises_of_overlaps_by_hand() -> None:
    found = memory("z^3", [[1, 1]], bias=[1, -1], size=2)
    values, up, down = OverlapValues(found), np.array([[1, 1]]), np.array([[-1, -1]])
    assert values.rising(up, down).tolist() == [1]
    assert values.rising(down, up).tolist() == [-1]
    assert values.rising(np.array([[1, -1]]), np.array([[-1, 1]])).tolist() == [1]
    assert values.keeping(np.zeros((0, 2), dtype=np.int64)).shape == (0, 2)
    left_out = memory_of(
        model(one("associative", patterns=[[1, 1]], function="z^2"), 2, bias=[5, 0], bias_in_energy=False)
    )
    assert left_out is not None
    assert OverlapValues(left_out).rising(up, down).tolist() == [0]
    assert OverlapValues(left_out).keeping(down).tolist() == [[-1, 1]]


def test_margins_by_hand() -> None:
    # Ones: m = Σ_j a_ij + b. The largest others first, each taken twice.
    update = Affine(np.array([[1, 2, 3], [2, 1, 3], [3, 3, 1]]), np.array([0, 0, 0]))
    pattern = np.ones((1, 3), dtype=np.int64)
    # m = 6, 6, 7: one flip leaves 0, 0, 1; a flipped neuron has 4, 4, 5. Two flips: -4; certified is 1.
    assert certified(update, pattern) == [1]
    for bias, flips in (
        ([-1, 0, 0], 0),
        ([4, 4, 5], 2),
        ([3, 4, 5], 1),
        ([4, 4, 4], 1),
        ([7, 7, 8], 3),
        ([6, 6, 7], 2),
    ):
        assert certified(Affine(update.matrix, np.array(bias)), pattern) == [flips], bias
    assert certified(Affine(update.matrix, np.array([-7, 0, 0])), pattern) == [-1]
    assert certified(Affine(update.matrix, np.array([-6, 0, 0])), pattern) == [0]


@pytest.mark.parametrize("zero_diagonal", [True, False])
def test_margins_at_low_rank_by_hand(zero_diagonal: bool) -> None:
    # One pattern of five ones: W_ij = 1. m = 4 + b, or 5 + b with the diagonal, which a flipped neuron has against it.
    for bias, k in (([0] * 5, 2), ([-4] * 5, 0), ([4] * 5, 4), ([5] * 5, 5), ([0, 0, 0, 0, -6], -1), ([2] * 5, 3)):
        low = low_rank_of(model(one("hebbian", patterns=[[1] * 5], scale=1, zero_diagonal=zero_diagonal), 5, bias=bias))
        form = quadratic_form(
            model(
                one("dense", weights=[[int(i != j or not zero_diagonal) for j in range(5)] for i in range(5)]),
                5,
                bias=bias,
            )
        )
        assert low is not None
        assert form is not None
        ones = np.ones((1, 5), dtype=np.int64)
        assert certified_low_rank(low, ones) == certified(form.update, ones)
        assert not zero_diagonal or certified_low_rank(low, ones) == [k], bias


def test_numbers_of_low_rank() -> None:
    made = model(one("hebbian", patterns=[["1/2", 1], [1, 0]], scale="2/3", zero_diagonal=True), 2, bias=["1/5", 0])
    low = low_rank_of(made)
    assert low is not None
    # Ξ = (1 2; 2 0)/2, scale 2/3 = (1/6)·2², all times 30.
    assert (low.patterns.tolist(), low.factor, low.bias.tolist()) == ([[1, 2], [2, 0]], 5, [6, 0])
    assert (low.removed.tolist(), low.counted, low.by_energy) == ([5, 4], True, False)
    assert low.at(np.array([[1, 1]])).tolist() == [[16, 10]]
    values = LowRankValues(low)
    # Twice the energy over 30: -5·|Ξs|² - 12 s₀.
    assert values._energies(np.array([[1, 1], [-1, 1]])).tolist() == [-77, -13]
    kept = low_rank_of(model(one("hebbian", patterns=[[1, 2]], scale=1), 2, bias=[1, 0], bias_in_energy=False))
    assert kept is not None
    assert (kept.removed.tolist(), kept.counted) == ([0, 0], False)
    by_energy = low_rank_of(model(one("hebbian", patterns=[[1, 2]], scale=1), 2, UPDATES[1], bias=[1, 0]))
    assert by_energy is not None
    assert (by_energy.removed.tolist(), by_energy.counted, by_energy.by_energy) == ([1, 4], True, True)
    without = low_rank_of(
        model(one("hebbian", patterns=[[1, 2]], scale=1), 2, UPDATES[1], bias=[1, 0], bias_in_energy=False)
    )
    assert without is not None
    assert without.bias.tolist() == [0, 0]
    assert LowRankValues(without).rising(np.array([[1, 1]]), np.array([[1, -1]])).tolist() == [1]


def test_low_rank_is_left_where_sums_may_overflow() -> None:
    # 2n·(factor·(K + 1)(n + 1)·largest² + bias) < 2⁵⁹ with n = 2, K = 1: 4·(6·factor + bias).
    for factor, bias, taken in (
        (1, 2**57 - 7, True),
        (1, 2**57 - 6, False),
        (-1, -(2**57) + 6, False),
        (2**54, 0, True),
    ):
        made = model(one("hebbian", patterns=[[1, 1]], scale=factor), 2, bias=[bias, 0])
        assert (low_rank_of(made) is not None) is taken, (factor, bias)
    two = between(first="dense", weights=[[1, 0], [0, 1]])
    assert low_rank_of(two) is None
    assert memory_of(two) is None


def test_what_a_linear_search_allows() -> None:
    update = Affine(np.array([[1, 2, -3], [2, 0, 1], [-3, 1, 5]]), np.array([1, -3, 0]))
    search = linear_search(update)
    assert (search.slack, search.mirrored, search.most) == (0, False, 2**22)
    up, down = search.allowed(np.array([[0, 1, 1], [0, 0, 0], [1, 0, -1]]))
    assert up.tolist() == [[True, True, True], [True, True, True], [True, False, True]]
    assert down.tolist() == [[True, True, True], [True, True, True], [False, True, True]]
    states = all_states(3)
    rests = (states * update.at(states) >= 0).all(axis=1)
    assert (search.resting(states) == rests).all()
    found, _ = fixed_points(search, [2, 0, 1])
    assert {tuple(s) for s in found} == {tuple(s) for s in states[rests]}


def test_ties_and_one_less_in_a_linear_search() -> None:
    for bias, allowed in ((-3, True), (-4, False)):
        search = linear_search(Affine(np.array([[1, 2], [2, 1]]), np.array([bias, -bias])))
        up, down = search.allowed(np.array([[0, 0]]))
        assert (up[0, 0], down[0, 1]) == (allowed, allowed)
        assert down[0, 0]
        assert up[0, 1]


def test_a_mirrored_search_takes_one_half() -> None:
    ferromagnet = linear_search(Affine(1 - np.eye(3, dtype=np.int64), np.zeros(3, dtype=np.int64)))
    assert ferromagnet.mirrored
    found, nodes = fixed_points(ferromagnet, [1, 0, 2])
    assert sorted(found.tolist()) == [[-1, -1, -1], [1, 1, 1]]
    assert nodes == 5
    loose = linear_search(Affine(np.zeros((2, 2), dtype=np.int64), np.zeros(2, dtype=np.int64)))
    assert len(fixed_points(loose, [0, 1])[0]) == 4


def test_numbers_of_a_rounded_search() -> None:
    exact = linear_search(Affine(whole([2**47, 1], [-1, 3]), whole(0, 5)[:2]))
    assert (exact.slack, exact.weights.tolist(), exact.bias.tolist()) == (0, [[0, 1], [-1, 0]], [0, 5])
    search = linear_search(Affine(whole([2**49, 4], [-1, 2**50 - 1]), whole(0, 5)))
    assert isinstance(search, LinearSearch)
    # 50 bits: divided by 4 and rounded down.
    assert (search.weights.tolist(), search.bias.tolist()) == ([[0, 1], [-1, 0]], [0, 1])
    assert (search.sizes.tolist(), search.diagonal.tolist()) == ([[0, 1], [1, 0]], [2**47, 2**48 - 1])
    assert search.slack == 4
    large = linear_search(Affine(whole([1, 0], [0, 1]), whole(-(2**50), 0)))
    assert large.bias.tolist() == [-(2**47), 0]


@pytest.mark.parametrize("rule", [False, True])
@pytest.mark.parametrize("function", ["z^3", "z^4", "exp(z)"])
@pytest.mark.parametrize("bias", [0, [1, 0, -20, 3]])
def test_what_an_overlap_search_allows(rule: bool, function: str, bias: Any) -> None:
    """Never less than the fixed points that extend a partial state; with one neuron free besides, what bounds say."""
    found = memory(function, [[1, -1, 1, 1], [1, 1, -1, 1]], slope=rule, bias=bias)
    search = overlap_search(found)
    assert search.most == 2**20
    states = all_states(4)
    keeping = OverlapValues(found).keeping(states)
    up, down = search.allowed(states)
    assert (np.where(states > 0, up, down) == (keeping >= 0)).all()
    rests = states[(keeping >= 0).all(axis=1)]
    assert (search.resting(states) == (keeping >= 0).all(axis=1)).all()
    for free in range(4):
        partial = states.copy()
        partial[:, free] = 0
        up, down = search.allowed(partial)
        for place, part in enumerate(partial):
            for s in rests[((rests == part) | (part == 0)).all(axis=1)]:
                assert np.where(s > 0, up[place], down[place]).all()


def test_an_overlap_search_is_mirrored_only_if_all_is_even() -> None:
    patterns = [[1, -1, 1, 1]]
    assert overlap_search(memory("z^2", patterns)).mirrored
    assert not overlap_search(memory("z^3", patterns)).mirrored
    assert not overlap_search(memory("z^2", patterns, bias=[0, 1, 0, 0])).mirrored
    assert not overlap_search(memory("exp(z) + exp(-z)", patterns)).mirrored
    assert overlap_search(memory("z^2", patterns, slope=True)).mirrored
    assert not overlap_search(memory("z^3", patterns, slope=True)).mirrored


def test_an_overlap_search_narrows() -> None:
    # One pattern of four ones, F = z²/2: with three neurons at 1 the last may be 1 only.
    search = overlap_search(memory("z^2/2", [[1] * 4]))
    up, down = search.allowed(np.array([[1, 1, 1, 0], [1, -1, 0, 0], [1, 0, 0, 0]]))
    assert up.tolist() == [[True, True, True, True], [True, True, True, True], [True] * 4]
    assert down.tolist() == [[False, False, False, False], [True, True, True, True], [True, True, True, True]]


def test_concavity_at_its_edges() -> None:
    two = one("dense", weights=[[1, 0], [0, 1]])
    for other, holds in (([-1, 0], True), ([-2, 0], False), ([0, -2], False)):
        made = model(two | {"v": one("diagonal", weights=other)["w"]}, 2)
        assert is_concave_by_neuron(made) is holds
        assert is_concave(made) is holds
    bent = one("associative", patterns=[[1, 1]], function="z^3") | {"v": one("dense", weights=[[1, 0], [0, 1]])["w"]}
    assert not is_concave(model(bent, 2))
    assert not is_concave_by_neuron(model(bent, 2))
    skew = model(one("dense", weights=[[1, 1], [-1, 1]]), 2)
    assert not is_concave(skew)
    assert not is_gradient(skew)
    off = between(first="diagonal", weights=[0, 0])
    assert is_concave(off)
    gradient = model(one("dense", weights=[[-1, 0], [0, 1]], drive="gradient"), 2)
    assert not is_concave_by_neuron(gradient)
    assert is_concave(model(one("hebbian", patterns=[[1, 1]], scale=0), 2))
    assert is_concave(model(one("associative", patterns=[[1, 1]], function="3*z"), 2))


def test_biases_that_the_energy_has() -> None:
    zero = one("dense", weights=[[0, 1], [1, 0]])
    assert counts_biases(model(zero, 2, bias=[1, 0]))
    assert counts_biases(model(zero, 2, bias_in_energy=False))
    assert not counts_biases(model(zero, 2, bias=[0, 1], bias_in_energy=False))


def test_matrices_that_a_positive_diagonal_makes_symmetric() -> None:
    made = model(one("dense", weights=[[0, 1], [2, 0]]), 2)
    d = np.array([Fraction(2), Fraction(1)], dtype=object)
    found = symmetrised(made, d)
    assert found.tolist() == [[0, 2], [2, 0]]
    assert not is_positive_semidefinite(found)
    for wrong in ((1, 1), (-2, -1), (0, 0), (2, -1)):
        assert symmetrised(made, np.array([Fraction(v) for v in wrong], dtype=object)) is None
    zero = model(one("dense", weights=[[1, 0], [0, 1]]), 2)
    assert symmetrised(zero, np.array([Fraction(0), Fraction(1)], dtype=object)) is None
    cubic = model(one("associative", patterns=[[1, 1]], function="z^3"), 2)
    assert symmetrised(cubic, d) is None


def rows(weights: Any, **fields: Any) -> bool:
    form = quadratic_form(model(one("dense", weights=weights), len(weights), **fields))
    assert form is not None
    return is_row_by_row(form)


def test_rows_that_are_positive_multiples() -> None:
    assert rows([[0, 1, 2], [1, 0, 3], [2, 3, 0]], bias=[1, 0, 2])
    assert not rows([[0, 1, 2], [-1, 0, 3], [2, 3, 0]])
    assert not rows([[0, -1], [3, 0]])
    assert rows([[0, 1], [3, 0]])
    assert not rows([[0, 1, 1], [1, 0, 1], [2, 1, 0]])
    assert not rows([[0, 1], [1, 0]], bias=[1, 0], bias_in_energy=False)
    assert rows([[0, 0], [0, 0]], bias=[1, 0])
    assert not rows([[0, 0], [0, 0]], bias=[1, 0], bias_in_energy=False)


def test_signs_one_by_one() -> None:
    for update in UPDATES:
        made = model(one("expression", energy="-s[0]*s[1] - exp(s[0])*s[1]/10"), 2, update)
        states = all_states(2)
        # E falls with s₀s₁; the other term, at most 0.28, is smaller.
        assert OneByOne(made).keeping(states).tolist() == [[1, 1], [-1, -1], [-1, -1], [1, 1]]
        assert OneByOne(made).rising(states[[0, 1]], states[[1, 0]]).tolist() == [1, -1]
    flat = OneByOne(model(one("expression", energy="exp(s[0]^2)"), 2, UPDATES[1]))
    assert flat.most == 10
    assert (flat.keeping(all_states(2)) == UNDECIDED).all()
    rational = OneByOne(model(one("expression", energy="s[0]^2/3"), 2, UPDATES[1]))
    assert (rational.keeping(all_states(2)) == 0).all()
    # Told apart at 512 bits, not at 128.
    close = OneByOne(model(one("expression", energy=f"-exp(1)*s[0]/{10**60} + exp(3) - s[1]*exp(2)"), 2, UPDATES[1]))
    assert close.keeping(np.array([[1, 1], [-1, -1]])).tolist() == [[1, 1], [-1, -1]]


def test_states_are_read_and_told() -> None:
    assert spins("+-", 2).tolist() == [1, -1]
    assert text(np.array([1, -1, -1])) == "+--"
    for wrong in ("+", "+-+", "+0", "", ["+", "-"], None):
        with pytest.raises(EvidenceRejected, match="text of 2 signs"):
            spins(wrong, 2)
    made = between(weights=[[1, 0], [0, 1]])
    assert told(made, np.array([1, 1, -1, 1])) == {"a": "++", "b": "-+"}
    assert energy_text(model(one("dense", weights=[[0, 1], [1, 0]]), 2, bias=[1, 0]), np.array([1, 1])) == "-2"
    assert energy_text(model(one("expression", energy="-exp(s[0])"), 2), np.array([1, 1])).startswith("[-2.718")
    assert energy_text(model(one("expression", energy="1/(s[0] - 1)"), 2), np.array([-1, 1])) == "-1/2"


def test_an_order_of_flips() -> None:
    values = OneByOne(model(one("dense", weights=[[0, 1], [-1, 0]]), 2))
    start = np.array([1, 1])
    assert flipped_in_order(values, start, [1, 0, 1, 0]).tolist() == [1, 1]
    assert flipped_in_order(values, start, [1]).tolist() == [1, -1]
    assert start.tolist() == [1, 1]
    for order in ([0], [1, 1]):
        with pytest.raises(EvidenceRejected, match="not certainly flipped"):
            flipped_in_order(values, start, order)
    wrong: tuple[Any, ...] = ((1,), "1", {1: 0}, None, [1, 0] * 50_001)
    for order in wrong:
        with pytest.raises(EvidenceRejected, match="order: expected a list"):
            flipped_in_order(values, start, order)
    tie = OneByOne(model(one("dense", weights=[[0, 0], [0, 0]]), 2))
    with pytest.raises(EvidenceRejected, match="not certainly flipped"):
        flipped_in_order(tie, start, [0])


def test_states_and_whole_numbers() -> None:
    assert all_states(2).tolist() == [[-1, -1], [1, -1], [-1, 1], [1, 1]]
    assert as_integers(np.array([[Fraction(1, 2), Fraction(-2, 3)]], dtype=object), 12).tolist() == [[6, -8]]
    assert decided(np.array([1, 0, -1], dtype=np.int8)).tolist() == [1, 0, -1]
    with pytest.raises(EvidenceRejected, match="cannot be decided"):
        decided(np.array([1, UNDECIDED], dtype=np.int8))
    flat = OverlapValues(memory("z^2", [[1, 1]], slope=True, size=2))
    assert flat.flips(np.array([[1, -1], [1, 1]])).tolist() == [[False, False], [False, False]]
    apart = OverlapValues(memory("-z^2", [[1, 1]], size=2))
    assert apart.flips(np.array([[1, 1]])).tolist() == [[True, True]]
    assert apart.step(np.array([[1, 1], [1, -1]])).tolist() == [[-1, -1], [1, -1]]
    assert apart.most == 16
    assert isinstance(apart.memory.function, Table)
