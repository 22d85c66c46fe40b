"""Where patterns are stored, and what attracts: what has no meaning there is refused, and told apart from what has."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import inf, sqrt
from typing import Any

import numpy as np
import pytest

from hopverify.checker import linear_algebra
from hopverify.checker.linear_algebra import is_positive_definite
from hopverify.checker.rules.basin_cells import read_row
from hopverify.checker.stored import reach_of_signs
from hopverify.checks import claims_of, ghost_regions, global_stability
from hopverify.checks._stored import SPREAD
from hopverify.errors import EvidenceRejected, SpecError
from hopverify.expr.parser import parse
from hopverify.expr.pieces import Piece
from hopverify.networks import LayerFunction, build_model
from hopverify.numerics.constant_pieces import (
    ConstantPieces,
    Interval,
    Place,
    _joined,
    constant_pieces,
    is_alive,
)
from hopverify.spec import ExactArray, parse_spec
from hopverify.spec.spread import Spread

DENSE = "{kind: dense, layers: [x, x], weights: [[0, 0.5], [0.5, 0]]}"


def model_of(synapse: str, layer: str = "lagrangian: tanh") -> Any:
    text = f"layers: {{x: {{size: 2, {layer}}}}}\nsynapses: {{w: {synapse}}}\n"
    return build_model(parse_spec(f"hopverify: 1\nname: net\n{text}"))


def test_the_ends_of_intervals_belong_to_them() -> None:
    piece, zero, one, two = Interval(Fraction(0), Fraction(1)), Fraction(0), Fraction(1), Fraction(2)
    assert (piece.holds(zero, one), piece.holds(zero, two), piece.holds(-one, one)) == (True, False, False)
    assert (piece.meets(one, two), piece.meets(-one, zero), piece.meets(two, two)) == (True, True, False)
    assert (piece.meets(-two, -one), Interval(None, one).holds(-two, one), Interval(zero, None).holds(zero, two)) == (
        False,
        True,
        True,
    )
    flat = constant_pieces(function_of("relu"))
    assert flat.around(-one, -one) == Interval(None, zero)
    assert flat.around(-one, one) is Place.UNSETTLED
    unknown = ConstantPieces((), (piece,))
    assert (unknown.around(one, two), unknown.around(two, two)) == (Place.UNSETTLED, Place.ALIVE)


def test_a_piece_is_analytic_for_the_signs_that_x_has_there() -> None:
    assert is_alive(Piece(Fraction(0), Fraction(1), parse("sqrt(x) - 3/4")))
    assert not is_alive(Piece(None, None, parse("abs(x) - 3/4")))


@pytest.mark.parametrize("check", ["basin_cells", "{equilibria: {near: m}}"])
def test_patterns_with_a_spread_are_not_spoken_of(check: str) -> None:
    given = parse_spec(
        "hopverify: 1\nname: net\nlayers: {v: {size: 2, lagrangian: tanh}, h: {size: 2, lagrangian: tanh}}\n"
        "synapses: {w: {kind: dense, layers: [h, v], weights: {values: [[2, 1], [1, 2]], tolerance: 0.1}}}\n"
        f"memories: {{m: {{layer: v, patterns: {{same_as: w}}}}}}\nchecks: [{check}]\n"
    )
    ((_, claim),) = claims_of(given, build_model(given))
    assert claim.inapplicable == SPREAD


def at_rest(layer: str, weights: str, option: str = "") -> Any:
    hidden = f"h: {{size: 2, tau: 0, lagrangian: {layer}}}"
    given = parse_spec(
        f"hopverify: 1\nname: net\nlayers: {{v: {{size: 2, lagrangian: identity}}, {hidden}}}\n"
        f"synapses: {{w: {{kind: dense, layers: [h, v], weights: {weights}}}}}\n"
        "memories: {m: {layer: v, patterns: {same_as: w}}}\n"
        f"checks: [{{memory_retrieval: {{near: m{option}}}}}]\n"
    )
    ((_, claim),) = claims_of(given, build_model(given))
    return claim


def test_what_is_asked_of_states_at_rest_needs_softmax_and_exact_patterns() -> None:
    near = "{values: [[2, 1], [1, 2]], tolerance: 0.1}"
    assert at_rest("softmax", near).inapplicable == SPREAD
    assert "needs a softmax layer" in at_rest("sparsemax", "[[2, 1], [1, 2]]").inapplicable
    with pytest.raises(SpecError, match="leave `errors` out"):
        at_rest("softmax", "[[2, 1], [1, 2]]", ", errors: 1")


def test_what_is_refuted_is_counted() -> None:
    assert [ghost_regions._counted(told) for told in ({}, {"count": "1"}, {"count": "1200"})] == [
        "A ghost region",
        "1 ghost region",
        "1,200 ghost regions",
    ]
    assert global_stability._refuted({"equilibria": ["one", "other"]}) == "Several equilibria"
    assert global_stability._refuted({}) == "No equilibrium attracts everything"


def test_a_cell_may_be_as_narrow_as_one_number() -> None:
    row: dict[str, Any] = {"unit": "1", "flips": 0, "inner": None, "rest": None, "definiteness": None}
    assert read_row(0, row | {"lower": [2], "upper": [2]}, 1).lower.tolist() == [2]
    with pytest.raises(EvidenceRejected, match="a box is empty"):
        read_row(0, row | {"lower": [2], "upper": [1]}, 1)


def test_signs_reach_less_far_where_patterns_have_a_spread() -> None:
    exact = ExactArray.of([[2, -2], [2, 2]])
    assert reach_of_signs(exact, 1) == pytest.approx(2 * sqrt(2))
    assert reach_of_signs(replace(exact, spread=Spread(Fraction(1, 2), Fraction(1, 4))), 1) == pytest.approx(sqrt(2))
    assert reach_of_signs(ExactArray.of([[2, 1]]), 1) == inf


def function_of(lagrangian: str) -> LayerFunction:
    return model_of(DENSE, f"lagrangian: {lagrangian}").layers["x"].function


def test_neighbouring_pieces_that_are_dead_are_one() -> None:
    pieces = constant_pieces(function_of('{expression: "relu(abs(x) - 1)^3"}'))
    assert pieces.flat == (Interval(Fraction(-1), Fraction(1)),)
    assert pieces.around(Fraction(2), Fraction(3)) is Place.ALIVE
    assert pieces.around(Fraction(0), Fraction(2)) is Place.UNSETTLED
    zero, one = Fraction(0), Fraction(1)
    assert _joined([(None, zero, True), (zero, one, True), (Fraction(2), None, True)]) == [
        (None, one, True),
        (Fraction(2), None, True),
    ]
    assert _joined([(None, zero, True), (zero, one, False)]) == [(None, one, False)]


def test_where_nothing_is_known_of_a_slope_nothing_is_settled() -> None:
    pieces = constant_pieces(function_of('{expression: "relu(sin(x))^3"}'))
    assert (pieces.flat, pieces.unknown) == ((), (Interval(None, None),))
    assert pieces.around(Fraction(1), Fraction(1)) is Place.UNSETTLED


def test_definiteness_that_doubles_cannot_factorise_is_not_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> Any:
        raise np.linalg.LinAlgError("not positive definite")

    monkeypatch.setattr(linear_algebra, "LARGE", 1)
    A = np.array([[Fraction(2), Fraction(1)], [Fraction(1), Fraction(2)]], dtype=object)
    assert is_positive_definite(A)
    monkeypatch.setattr(np.linalg, "cholesky", fails)
    assert is_positive_definite(A), "by elimination"
