"""Forms: each bounds the exact matrix from below, and by no more than its roundings."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.checker.linear_algebra import is_positive_semidefinite
from hopverify.checker.midpoints import Midpoint
from hopverify.checker.quadratic_forms import (
    DenseForm,
    LowRankForm,
    SparseForm,
    _scaled_below,
    _squares_below,
    form_of,
    rounded_down,
    rounded_up,
    spread_norm,
)
from hopverify.errors import EvidenceRejected
from hopverify.networks import build_model
from hopverify.networks.structured import StructuredNetwork, structured_network
from hopverify.spec import parse_spec
from tests.rationals import exact

U = Fraction(1, 2**53)
LARGEST = Fraction(np.finfo(np.float64).max)
Matrix = np.ndarray[Any, Any]


def network(synapse: str, size: int = 2) -> StructuredNetwork:
    text = f"hopverify: 1\nname: form\nlayers: {{x: {{size: {size}, lagrangian: tanh}}}}\nsynapses: {{w: {synapse}}}\n"
    found = structured_network(build_model(parse_spec(text)))
    assert found is not None
    return found


def midpoint_of(form: Any) -> Matrix:
    """Return Â in Fractions."""
    A = form.shifted(-form.slack)
    return DenseForm(A.values).fractions() if isinstance(A, DenseForm) else A.fractions()


# ------------------------------------------------------------------ roundings


@pytest.mark.parametrize(
    ("value", "up", "down"),
    [
        (Fraction(1), 1.0, 1.0),
        (Fraction(0), 0.0, 0.0),
        (1 + U, float(1 + 2 * U), 1.0),
        (1 + U / 2, float(1 + 2 * U), 1.0),
        (1 + 2 * U - U / 2, float(1 + 2 * U), 1.0),
        (Fraction(1, 2**1080), 2.0**-1074, 0.0),
        (-Fraction(1, 2**1080), 0.0, -(2.0**-1074)),
        (LARGEST, float(LARGEST), float(LARGEST)),
        (LARGEST + 1, np.inf, float(LARGEST)),
        (Fraction(10**400), np.inf, float(LARGEST)),
        (-Fraction(10**400), -float(LARGEST), -np.inf),
        (-LARGEST - 1, -float(LARGEST), -np.inf),
    ],
)
def test_rounding_to_one_side(value: Fraction, up: float, down: float) -> None:
    assert rounded_up(value) == up
    assert rounded_down(value) == down


@pytest.mark.parametrize("size", [1.0, 2.0**-535, 2.0**-538, 2.0**300])
@pytest.mark.parametrize("radius", [0.0, 0.25])
def test_squares_are_bounded_from_below(size: float, radius: float) -> None:
    """Of all patterns within the radius: (|ξ| - r)², where |ξ| is larger, and 0 beside it."""
    Xi = size * np.array([[1.0, -1 / 3, 0.2, 0.0], [3.0, 0.7, -0.1, 0.1]])
    found = _squares_below(Xi, size * radius)
    for column, bound in zip(exact(Xi).T.tolist(), found.tolist(), strict=True):
        least = sum(max(abs(v) - Fraction(size * radius), Fraction(0)) ** 2 for v in column)
        twice = sum(max(abs(v) - 2 * Fraction(size * radius), Fraction(0)) ** 2 for v in column)
        assert 0 <= Fraction(bound) <= least * (1 - 2 * U)
        assert Fraction(bound) >= twice * (1 - 80 * U) - Fraction(5, 2**1069)


@pytest.mark.parametrize("scale", [Fraction(1), Fraction(1, 3), Fraction(2, 7**50)])
@pytest.mark.parametrize("size", [1.0, 2.0**-1000, 2.0**300])
def test_scaled_bounds_stay_below(scale: Fraction, size: float) -> None:
    for value in (0.0, size, size / 3):
        wanted = scale * Fraction(value)
        found = Fraction(float(_scaled_below(np.array([value]), scale)[0]))
        assert 0 <= found <= max(wanted * (1 - 6 * U), Fraction(0))
        assert found >= wanted * (1 - 12 * U) - Fraction(2, 2**1069)


# ------------------------------------------------------------------ forms


def test_a_shift_is_more_slack() -> None:
    A = exact([[2.0, 1.0], [1.0, 2.0]]) / 3
    forms: list[Any] = [
        DenseForm.of(np.array([[2.0, 1.0], [1.0, 2.0]])),
        DenseForm.of_exact(A),
        SparseForm(np.full(2, 2.0), np.array([1]), np.array([0]), np.ones(1)),
        LowRankForm(np.full(2, 2.0), Midpoint(np.ones((1, 2)), 0.0), Fraction(1, 2)),
    ]
    for form in forms:
        moved = form.shifted(Fraction(1, 7))
        assert moved.slack == form.slack + Fraction(1, 7)
        change = form.fractions() - moved.fractions()
        assert (change == np.array([[Fraction(1, 7), 0], [0, Fraction(1, 7)]], dtype=object)).all()
    assert (forms[1].fractions() == A).all()
    assert 2 * U * Fraction(2, 3) <= forms[1].slack <= 8 * U


def test_forms_in_fractions() -> None:
    form = LowRankForm(
        np.array([2.0, np.inf, 3.0]), Midpoint(np.array([[1.0, 5.0, 2.0]]), 0.0), Fraction(1, 2), Fraction(1, 4)
    )
    assert form.size == 3
    wanted = [[Fraction(5, 4), Fraction(-1)], [Fraction(-1), Fraction(3, 4)]]
    assert form.fractions().tolist() == wanted
    bare = LowRankForm(np.array([2.0, np.inf]), Midpoint(np.zeros((0, 2)), 0.0), Fraction(1))
    assert bare.fractions().tolist() == [[Fraction(2)]]
    rounded = LowRankForm(np.ones(1), Midpoint(np.zeros((1, 1)), 2.0**-60), Fraction(1))
    with pytest.raises(EvidenceRejected, match="exact patterns"):
        rounded.fractions()
    # Either triangle alone is read.
    lower = DenseForm(np.array([[2.0, 9.0], [1.0, 3.0]]), Fraction(1, 2))
    assert lower.fractions().tolist() == [[Fraction(3, 2), 1], [1, Fraction(5, 2)]]


@pytest.mark.parametrize("values", [np.ones(3), np.ones((2, 3)), np.ones((2, 2), dtype=np.float32)])
def test_a_dense_form_is_a_square_matrix_of_doubles(values: Any) -> None:
    with pytest.raises(ValueError, match="square matrix of float64"):
        DenseForm.of(values)


def test_what_no_double_holds_has_no_form() -> None:
    DenseForm.of_exact(np.array([[Fraction(10) ** 300]], dtype=object))
    with pytest.raises(ValueError, match="beyond the range"):
        DenseForm.of_exact(np.array([[Fraction(10) ** 400]], dtype=object))


@pytest.mark.parametrize("alive", [[True, True], [True, False], [False, False]])
def test_a_dense_network_is_bounded_from_below(alive: list[bool]) -> None:
    found = network('{kind: dense, layers: [x, x], weights: [["0.1", "0.3"], ["0.3", "-0.7"]]}')
    diagonal = np.where(alive, np.array([1 / 3, 5.0]), np.inf)
    form = form_of(found, diagonal)
    assert isinstance(form, DenseForm)
    chosen = np.flatnonzero(alive)
    A = -found.fractions()[np.ix_(chosen, chosen)]
    for place, i in enumerate(chosen):
        A[place, place] += Fraction(float(diagonal[i]))
    assert form.values.shape == A.shape
    assert (form.fractions() == A).all()
    if not len(chosen):
        return
    gap = A - midpoint_of(form)
    gap[np.diag_indices(len(chosen))] += form.slack
    assert is_positive_semidefinite(gap)
    assert len(chosen) * U * Fraction(7, 10) <= form.slack <= 4 * len(chosen) * U * Fraction(7, 10)
    loss = [A[k, k] - Fraction(float(form.values[k, k])) for k in range(len(chosen))]
    assert all(-2 * U <= entry <= 16 * U for entry in loss)
    assert any(entry > 0 for entry in loss)


@pytest.mark.parametrize("zero", ["true", "false"])
@pytest.mark.parametrize("scale", ["1", "1/3"])
@pytest.mark.parametrize("patterns", ["[[1, -1, 2]]", '[["0.1", 1, "-0.3"], [1, "1/3", 2]]'])
def test_a_hebbian_network_stays_low_rank_and_below(zero: str, scale: str, patterns: str) -> None:
    found = network(f"{{kind: hebbian, layers: [x], patterns: {patterns}, zero_diagonal: {zero}, scale: {scale}}}", 3)
    diagonal = np.array([20 / 3, 0.1, np.inf])
    form = form_of(found, diagonal)
    assert isinstance(form, LowRankForm)
    Xi = found.low_rank.patterns.fractions()  # type: ignore[union-attr]
    # What the form says of its own matrix: diag(d) - sΞᵀΞ for the exact Ξ.
    W = found.fractions()
    for i in range(2):
        own = Fraction(float(diagonal[i])) - W[i, i]
        told = Fraction(float(form.diagonal[i])) - Fraction(scale) * sum(v * v for v in Xi[:, i].tolist())
        assert told < own
        assert own - told <= 64 * U * (abs(own) + 20)
    assert form.diagonal[2] == np.inf


@pytest.mark.parametrize("scale", ["-1", "0"])
def test_a_hebbian_network_that_is_not_subtracted_is_dense(scale: str) -> None:
    found = network(f"{{kind: hebbian, layers: [x], patterns: [[1, 2]], scale: {scale}}}")
    assert isinstance(form_of(found, np.ones(2)), DenseForm)


def test_a_network_that_is_not_symmetric_has_no_form() -> None:
    found = network("{kind: dense, layers: [x, x], weights: [[0, 1], [2, 0]], drive: weights}")
    with pytest.raises(EvidenceRejected, match="W is not symmetric"):
        form_of(found, np.ones(2))


# ------------------------------------------------------------------ spreads


def uncertain(tolerance: str) -> StructuredNetwork:
    weights = f"{{values: [[1, 2, 0], [2, -3, 1], [0, 1, 5]], {tolerance}}}"
    return network(f"{{kind: dense, layers: [x, x], weights: {weights}}}", 3)


def test_the_norm_of_a_spread_is_its_largest_row() -> None:
    """Σ_j d_i U_ij + d_j U_ji on the neurons that are alive, with U = 1/4 everywhere."""
    found = uncertain("tolerance: 1/4")
    d = np.array([1.0, 2.0, 4.0])
    for alive, wanted in (
        ([0, 1, 2], Fraction(19, 4)), ([0, 1], Fraction(7, 4)), ([2], Fraction(2)), ([0], Fraction(1, 2)),
    ):  # fmt: skip
        norm = spread_norm(found, np.array(alive), d)
        assert wanted <= norm <= wanted * (1 + 200 * U)
    assert spread_norm(found, np.array([], dtype=np.int64), d) == 0
    assert spread_norm(network("{kind: diagonal, layers: [x, x], weights: [1, 1]}"), np.arange(2), np.ones(2)) == 0
    with pytest.raises(EvidenceRejected, match="spread of the weights is too large"), np.errstate(over="ignore"):
        spread_norm(found, np.arange(3), np.full(3, 1.7e308))


def test_a_form_of_uncertain_weights_holds_for_all() -> None:
    """The slack is half the norm for d = 1: that of E itself, 3/4 for three neurons and a tolerance of 1/4."""
    form = form_of(uncertain("tolerance: 1/4"), np.full(3, 9.0))
    assert isinstance(form, DenseForm)
    assert form.exact is None
    assert Fraction(3, 4) <= form.slack <= Fraction(3, 4) * (1 + 200 * U)


# ------------------------------------------------------------------ to the last double


def test_bounds_are_pinned() -> None:
    """Sums of one or two exact terms: what is taken away is the last factor and term of each bound, and no more."""
    # 3/2, upward for the spread and then for the sums: by 73 units in the last place.
    assert spread_norm(uncertain("tolerance: 1/4"), np.arange(3), np.ones(3)) == Fraction(3 * 2**51 + 73, 2**52)
    Xi = np.array([[1.0, 2.0**-530], [2.0, 2.0**-531]])
    least = 5.0 * 2.0**-1062
    assert _squares_below(Xi, 0.0).tolist() == [
        5.0 * (1.0 - 10 * 2.0**-51),
        least * (1.0 - 10 * 2.0**-51) - 3 * 2.0**-1070,
    ]
    assert float(_scaled_below(np.array([2.0**-1066]), Fraction(1))[0]) == 15 * 2.0**-1070


def test_a_dense_form_is_looked_at_tile_by_tile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hopverify.checker.quadratic_forms.TILE", 2)
    DenseForm.of(np.eye(7))
    for i, j in ((0, 1), (3, 2), (6, 0), (2, 6), (5, 4)):
        wrong = np.eye(7)
        wrong[i, j] = 1.0
        with pytest.raises(ValueError, match="symmetric matrices"):
            DenseForm.of(wrong)
        wrong[i, j] = wrong[j, i] = np.inf
        with pytest.raises(ValueError, match="not finite"):
            DenseForm.of(wrong)


def test_a_sparse_form_gives_each_place_once_below_the_diagonal() -> None:
    def form(row: list[int], column: list[int]) -> SparseForm:
        return SparseForm(np.ones(4), np.array(row), np.array(column), np.ones(len(row)))

    form([1, 2, 2, 3, 3, 3], [0, 0, 1, 0, 1, 2])
    with pytest.raises(ValueError, match="each place once"):
        form([3, 1, 3], [2, 0, 2])
    for row, column in (([1], [1]), ([0], [1]), ([4], [0]), ([1], [-1])):
        with pytest.raises(ValueError, match="below the diagonal"):
            form(row, column)


def test_a_spread_that_is_almost_nothing_is_not_lost() -> None:
    """A sum that underflows is covered by a term of 2⁻¹⁰⁰⁰."""
    norm = spread_norm(uncertain("tolerance: 1/4"), np.arange(3), np.full(3, 2.0**-1060))
    assert Fraction(1, 2**1000) <= norm < Fraction(1, 2**999)
