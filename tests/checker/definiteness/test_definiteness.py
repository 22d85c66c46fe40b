"""Forms, evidence and messages of definiteness; what is proposed; bounds of the least eigenvalue."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hopverify.checker.definiteness import METHODS, Method, check_above, check_definite, cholesky
from hopverify.checker.linear_algebra import is_positive_definite, is_positive_semidefinite
from hopverify.checker.midpoints import Midpoint, matrix
from hopverify.checker.quadratic_forms import DenseForm, LowRankForm, SparseForm, form_of, rounded_up
from hopverify.checker.rules.lure import multiplied_form
from hopverify.errors import EvidenceRejected
from hopverify.networks import build_model
from hopverify.networks.structured import StructuredNetwork, structured_network
from hopverify.numerics.definiteness import lower_bound, propose
from hopverify.spec import parse_spec
from hopverify.spec.exact_array import ExactArray


def spread(n: int, low: float, high: float) -> np.ndarray[Any, Any]:
    """Return a symmetric matrix with eigenvalues between low and high, both taken (to rounding)."""
    generator = np.random.default_rng(n)
    Q, _ = np.linalg.qr(generator.normal(size=(n, n)))
    A = (Q * np.linspace(low, high, n)) @ Q.T
    return (A + A.T) / 2


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([[1.0, 2.0], [3.0, 20.0]], "symmetric"),
        ([[1.0, np.nan], [np.nan, 1.0]], "symmetric"),
        ([[np.inf, 0.0], [0.0, 1.0]], "not finite"),
        ([[1.0, 2.0]], "square"),
    ],
)
def test_what_is_no_symmetric_matrix_is_an_error(values: list[list[float]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        DenseForm.of(np.array(values))


def test_asymmetry_is_seen_in_every_tile() -> None:
    A = np.eye(700)
    DenseForm.of(A)
    A[600, 3] = 5e-324
    with pytest.raises(ValueError, match="symmetric"):
        DenseForm.of(A)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", [(0, 0), (1, 0), (4, 2), (4, 4)])
def test_numbers_that_are_not_finite_never_pass(bad: float, place: tuple[int, int]) -> None:
    A = 3 * np.eye(5)
    A[place] = A[place[::-1]] = bad
    with np.errstate(all="ignore"):
        for evidence in (
            {"method": "cholesky"},
            {"method": "integer_cholesky", "shift": "1/8"},
            {"method": "dominance"},
        ):
            with pytest.raises(EvidenceRejected):
                check_definite(DenseForm(A), evidence)


@pytest.mark.parametrize("evidence", [None, {}, {"method": "guess"}, {"method": ["cholesky"]}, "cholesky"])
def test_unknown_methods_are_refused(evidence: Any) -> None:
    with pytest.raises(EvidenceRejected, match="no method for definiteness"):
        check_definite(DenseForm.of(np.eye(2)), evidence)


def test_keys_and_kinds_are_checked() -> None:
    form = DenseForm.of(np.eye(2))
    with pytest.raises(EvidenceRejected, match="missing keys: hint"):
        check_definite(form, {"method": "cholesky", "hint": "1"})
    with pytest.raises(EvidenceRejected, match="missing keys: shift"):
        check_definite(form, {"method": "integer_cholesky"})
    with pytest.raises(EvidenceRejected, match="low_rank is not for"):
        check_definite(form, {"method": "low_rank", "complement": {"method": "exact"}})
    for order in ([0], [0, 0], [0, 2], "01", [0, True]):
        with pytest.raises(EvidenceRejected):
            check_definite(
                SparseForm(np.ones(2), np.array([1]), np.array([0]), np.array([0.5])),
                {"method": "windows", "order": order, "block": 1, "share": "1/8"},
            )


def test_windows_want_neighbouring_blocks() -> None:
    form = SparseForm(np.full(3, 2.0), np.array([2]), np.array([0]), np.array([1.0]))
    with pytest.raises(EvidenceRejected, match="further apart"):
        check_definite(form, {"method": "windows", "order": [0, 1, 2], "block": 1, "share": "1/8"})
    check_definite(form, {"method": "windows", "order": [1, 0, 2], "block": 1, "share": "1/8"})


def test_every_window_carries_the_whole_slack() -> None:
    """diag(1, 5): the first row lies in one window only, so half a slack there would pass λ_min > 6/5."""
    form = SparseForm(np.array([1.0, 5.0]), *(np.zeros(0, dtype=np.int64),) * 2, np.zeros(0))
    evidence = {"method": "windows", "order": [0, 1], "block": 1, "share": "19/20"}
    check_above(form, "9/10", evidence)
    with pytest.raises(EvidenceRejected, match="window 0"):
        check_above(form, "6/5", evidence)


@pytest.mark.parametrize(
    ("row", "column", "message"), [([0], [1], "below the diagonal"), ([2, 2], [1, 1], "once"), ([3], [0], "below")]
)
def test_sparse_forms_are_checked(row: list[int], column: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SparseForm(np.ones(3), np.array(row), np.array(column), np.ones(len(row)))


def test_shifts_and_slack() -> None:
    form = DenseForm.of(np.array([[2.0, 1.0], [1.0, 2.0]]))
    assert check_above(form, "99/100", {"method": "cholesky"}) == Fraction(99, 100)
    with pytest.raises(EvidenceRejected):
        check_above(form, "1", {"method": "exact"})
    # A negative shift asks less: λ_min([[0, 1], [1, 0]]) = -1.
    swap = DenseForm.of(np.array([[0.0, 1.0], [1.0, 0.0]]))
    for evidence in ({"method": "cholesky"}, {"method": "exact"}):
        check_above(swap, "-101/100", evidence)
        with pytest.raises(EvidenceRejected):
            check_above(swap, "-99/100", evidence)
    with pytest.raises(EvidenceRejected):
        check_definite(DenseForm(np.eye(2), Fraction(1)), {"method": "cholesky"})


def test_both_ways_to_call_lapack_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    definite, not_definite = DenseForm.of(spread(80, 1e-6, 1.0)), DenseForm.of(spread(80, -1e-6, 1.0))
    for _ in range(2):
        check_definite(definite, {"method": "cholesky"})
        with pytest.raises(EvidenceRejected):
            check_definite(not_definite, {"method": "cholesky"})
        monkeypatch.setattr(cholesky, "_IN_COLUMNS", None)


def test_a_factor_of_nan_does_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in (np.nan, -1.0, 0.0, np.inf):
        monkeypatch.setattr(cholesky, "_IN_COLUMNS", lambda A, out, wrong=wrong: np.eye(3) * [1, wrong, 1])
        with pytest.raises(EvidenceRejected, match="pivot"):
            check_definite(DenseForm.of(np.eye(3)), {"method": "cholesky"})


def test_exact_matrices_keep_their_fractions() -> None:
    third = Fraction(1, 3)
    singular = np.array([[third, third], [third, third]], dtype=object)
    form = DenseForm.of_exact(singular)
    assert propose(form) is None
    singular[0, 0] += Fraction(1, 10**30)
    assert propose(DenseForm.of_exact(singular)) == {"method": "exact"}


@pytest.mark.parametrize("value", [Fraction(1, 3), Fraction(-1, 3), Fraction(10) ** 400, Fraction(1, 10**400)])
def test_rounded_up(value: Fraction) -> None:
    found = rounded_up(value)
    assert found == np.inf or Fraction(found) >= value
    assert Fraction(rounded_up(-(Fraction(10) ** 400))) >= -(Fraction(10) ** 400)


@pytest.mark.parametrize("n", [10, 40, 250])
def test_dense_bounds_are_tight(n: int) -> None:
    A = spread(n, 0.01, 2.0)
    found = lower_bound(DenseForm.of(A))
    assert found is not None
    bound, evidence = found
    check_above(DenseForm.of(A), str(bound), evidence)
    true = np.linalg.eigvalsh(A)[0]
    assert true - 1e-9 < bound < true + 1e-14
    assert bound.denominator & (bound.denominator - 1) == 0


def test_evidence_without_trust_in_lapack() -> None:
    dense = DenseForm.of(spread(250, 1e-6, 2.0))
    assert propose(dense) == {"method": "cholesky"}
    found = propose(dense, trust_lapack=False)
    assert found is not None
    assert found["method"] == "integer_cholesky"
    assert propose(DenseForm.of(spread(250, -1e-6, 2.0)), trust_lapack=False) is None
    Xi = np.random.default_rng(5).choice([-1.0, 1.0], size=(40, 300))
    found = propose(LowRankForm(np.full(300, 3.0), Midpoint(Xi, 0.0), Fraction(1, 300)), trust_lapack=False)
    assert found is not None
    assert found["complement"]["method"] == "integer_cholesky"


def test_low_rank_bound_agrees_with_the_dense_one() -> None:
    generator = np.random.default_rng(3)
    Xi = generator.choice([-1.0, 1.0], size=(5, 250))
    form = LowRankForm(np.full(250, 3.0), Midpoint(Xi, 0.0), Fraction(1, 256))
    found, dense = lower_bound(form), lower_bound(DenseForm.of(3 * np.eye(250) - Xi.T @ Xi / 256))
    assert found is not None
    assert dense is not None
    assert found[1] == {"method": "low_rank", "complement": {"method": "exact"}}
    assert abs(found[0] - dense[0]) < 1e-10


@pytest.mark.parametrize(
    ("diagonal", "method"), [(2.5, "dominance"), (1.999, "windows")], ids=["dominated", "not dominated"]
)
def test_sparse_proposals(diagonal: float, method: str) -> None:
    """A ring with positive couplings: tridiag(1, d, 1) and a corner is definite for d > 2cos(π/n), n odd."""
    n = 51
    places = np.arange(n - 1)
    row, column = np.append(places + 1, n - 1), np.append(places, 0)
    form = SparseForm(np.full(n, diagonal), row, column, np.ones(n))
    evidence = propose(form)
    assert evidence is not None
    assert evidence["method"] == method
    assert is_positive_definite(form.fractions())
    bound = lower_bound(form)
    assert bound is not None
    assert diagonal - 2 * np.cos(np.pi / n) - 1e-8 < bound[0] < diagonal - 2 * np.cos(np.pi / n) + 1e-13


def test_weights_extend_dominance() -> None:
    """An M-matrix whose rows are not all dominated: weights are found, and are rational."""
    form = SparseForm(np.array([1.0, 5.0]), np.array([1]), np.array([0]), np.array([-2.0]))
    evidence = propose(form)
    assert evidence is not None
    assert set(evidence) == {"method", "weights"}
    with pytest.raises(EvidenceRejected, match="weighted"):
        check_definite(form, {"method": "dominance"})
    with pytest.raises(EvidenceRejected, match="positive weights"):
        check_definite(form, {"method": "dominance", "weights": ["1", "0"]})


def test_rows_of_other_scales_cost_nothing() -> None:
    """Saturated neurons: diagonal entries up to 1e12 beside a form whose least eigenvalue is 1/2."""
    A = spread(60, -0.5, 0.5)
    A[np.diag_indices(60)] += np.logspace(0, 12, 60)
    check_definite(DenseForm.of(A), {"method": "cholesky"})
    check_definite(DenseForm.of(A), {"method": "integer_cholesky", "shift": "1/64"})


def network(synapse: str, size: int = 3) -> StructuredNetwork:
    found = structured_network(
        build_model(
            parse_spec(
                f"{{hopverify: 1, name: f, layers: {{x: {{size: {size}, lagrangian: tanh}}}},"
                f" synapses: {{w: {{layers: [x, x], {synapse}}}}}}}"
            )
        )
    )
    assert found is not None
    return found


@pytest.mark.parametrize(
    "synapse",
    [
        "kind: hebbian, patterns: [[0.1, 1, -1], [1, 1, 0.3]], zero_diagonal: true, scale: 1/3",
        "kind: hebbian, patterns: [[1, 1, -1], [1, 1, 1]], zero_diagonal: true",
        "kind: hebbian, patterns: [[1, 1, -1], [1, 1, 1]]",
        "kind: hebbian, patterns: [[1, 1, -1], [1, 1, 1]], scale: -1/3",
        "kind: dense, weights: [[0.1, 0.2, 0.3], [0.2, 0.1, 0.4], [0.3, 0.4, 0.1]]",
        "kind: dense, weights: [[1, 2, 3], [2, 1, 4], [3, 4, 1]]",
    ],
)
def test_form_of_a_network_lies_below_the_exact_one(synapse: str) -> None:
    from_network = network(synapse)
    for diagonal in (np.array([2.0, 5.0, 0.7]), np.array([2.0, np.inf, 0.7]), np.array([0.1, 0.2, np.inf])):
        alive = np.flatnonzero(diagonal < np.inf)
        exact = -from_network.fractions()[np.ix_(alive, alive)]
        for k, i in enumerate(alive):
            exact[k, k] += Fraction(diagonal[i])
        found = lower_bound(form_of(from_network, diagonal))
        true = float(np.linalg.eigvalsh(exact.astype(np.float64))[0])
        assert found is not None
        for k in range(len(exact)):
            exact[k, k] -= found[0]
        assert is_positive_definite(exact)
        assert found[0] > true - 1e-9


def below(form: Any, exact: np.ndarray[Any, Any]) -> bool:
    """Whether A - (Â - σI) ⪰ 0 for the exact A and each triangle of Â, in rationals."""
    for triangle in (form.values, form.values.T):
        lower = DenseForm(triangle, form.slack).fractions()
        if not is_positive_semidefinite(exact - lower):
            return False
    return True


@pytest.mark.parametrize("seed", range(10))
def test_the_slack_covers_what_rounding_loses(seed: int) -> None:
    """Rational weights with many digits: the form lies below the exact matrix, and it would not without its slack."""
    generator = np.random.default_rng(seed)
    W = [[Fraction(int(v), 1003) for v in row] for row in generator.integers(-999, 999, size=(4, 4))]
    for i in range(4):
        W[i][i] = abs(W[i][i]) + Fraction(1, 1003)
    rows = [[(W[i][j] + W[j][i]) / 2 for j in range(4)] for i in range(4)]
    symmetric = network(f"kind: dense, weights: {[[str(v) for v in row] for row in rows]}".replace("'", ""), 4)
    # The diagonal cancels, so that rounding it downward hides nothing.
    d = np.array([float(rows[i][i]) for i in range(4)])
    form = form_of(symmetric, d)
    exact = -symmetric.fractions()
    exact[np.diag_indices(4)] += ExactArray.of(d).fractions()
    assert isinstance(form, DenseForm)
    assert below(form, exact)
    assert not below(replace(form, slack=Fraction(0)), exact)
    skew = network(f"kind: dense, weights: {[[str(v) for v in row] for row in W]}".replace("'", ""), 4)
    d = generator.integers(1, 99, size=4) / 7
    form = multiplied_form(skew, [1 / W[i][i] for i in range(4)], d)
    exact = -ExactArray.of(d).fractions()[:, None] * skew.fractions()
    exact = exact + exact.T
    np.fill_diagonal(exact, Fraction(0))
    assert below(form, exact)
    assert not below(replace(form, slack=Fraction(0)), exact)


def test_large_dense_weights_stay_doubles() -> None:
    form = form_of(network("kind: dense, weights: [[0, 1, 2], [1, 0, 3], [2, 3, 0]]"), np.full(3, 9.0))
    assert isinstance(form, DenseForm)
    assert form.slack == 0
    assert matrix(network("kind: dense, weights: [[0, 1, 2], [1, 0, 3], [2, 3, 0]]")).radius == 0
    with pytest.raises(EvidenceRejected, match="not symmetric"):
        form_of(network("kind: dense, weights: [[0, 1, 2], [1, 0, 3], [2, 0, 0]]"), np.full(3, 9.0))


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_every_method_is_documented(method: Method) -> None:
    page = (Path(__file__).parents[3] / "docs" / "certificate.md").read_text(encoding="utf-8")
    (row,) = (line for line in page.splitlines() if line.startswith(f"| `{method.name}` |"))
    assert all(f"`{key}`" in row for key in method.required | method.optional)
    assert "≻" in row
