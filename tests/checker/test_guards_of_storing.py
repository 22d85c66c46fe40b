"""Where patterns are stored, and what attracts: what has no meaning there is refused, and told apart from what has."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import inf, sqrt
from typing import Any

import numpy as np
import pytest

from hopverify.checker import linear_algebra
from hopverify.checker.boxed_equilibria import box_around
from hopverify.checker.constant_pieces import (
    ConstantPieces,
    Interval,
    Place,
    _joined,
    constant_pieces,
    is_alive,
    is_steep_nowhere,
)
from hopverify.checker.contraction import Contractor
from hopverify.checker.linear_algebra import is_positive_definite
from hopverify.checker.regions import _guess, is_inside
from hopverify.checker.rules import judge
from hopverify.checker.rules.basin_cells import read_row
from hopverify.checker.rules.equilibrium_balls import flat_region
from hopverify.checker.rules.equilibrium_boxes import is_attracting
from hopverify.checker.stability import _by_spectrum
from hopverify.checker.stored import reach_of_signs
from hopverify.checks import FACTORISATION, FLOATING_POINT, claims_of, ghost_regions, global_stability
from hopverify.checks._stored import SPREAD
from hopverify.errors import EvidenceRejected, SpecError
from hopverify.expr.balls import BALLS, precision
from hopverify.expr.parser import parse
from hopverify.expr.pieces import Piece
from hopverify.networks import LayerFunction, build_model, linear_network
from hopverify.pipeline import verify
from hopverify.spec import ExactArray, parse_spec
from hopverify.spec.spread import Spread

MEMORY = "memories: {m: {layer: x, patterns: %s}}\n"
CURVED = "{kind: expression, layers: [x], energy: 'sum(x^4)'}"
DENSE = "{kind: dense, layers: [x, x], weights: [[0, 0.5], [0.5, 0]]}"


def model_of(synapse: str, layer: str = "lagrangian: tanh") -> Any:
    text = f"layers: {{x: {{size: 2, {layer}}}}}\nsynapses: {{w: {synapse}}}\n"
    return build_model(parse_spec(f"hopverify: 1\nname: net\n{text}"))


def obligation_of(text: str) -> Any:
    given = parse_spec(f"hopverify: 1\nname: net\n{text}")
    ((_, claim),) = claims_of(given, build_model(given))
    return claim.necessary[0]


def cells(patterns: str) -> Any:
    layer = "layers: {x: {size: 2, lagrangian: tanh}}\n"
    return obligation_of(f"{layer}synapses: {{w: {DENSE}}}\n{MEMORY % patterns}checks: [basin_cells]\n")


def refused(obligation: Any, evidence: dict[str, Any], message: str) -> None:
    with pytest.raises(EvidenceRejected, match=message):
        judge(obligation, evidence)


CHOLESKY = {"definiteness": {"method": "cholesky"}}
TREE = {"rule": "few_equilibria", "list": {"tree": [], "points": []}}


def test_patterns_that_cannot_be_told_apart_count_for_nothing() -> None:
    refused(cells(f"[[1, 1], [1, 1.{'0' * 40}1]]"), TREE, "cannot be told apart")
    refused(cells("[[1, 1], [1, -1]]"), {"rule": "few_equilibria", "list": 3}, "list: expected an object")


def test_drives_that_are_not_linear_have_no_list() -> None:
    curved = model_of(CURVED)
    asked = replace(cells("[[1, 1], [1, -1]]"), model=curved)
    refused(asked, {"rule": "whole_space", "attracts": {}, "equilibrium": {}}, "the drives are not linear")


def listed(text: str) -> tuple[Any, dict[str, Any]]:
    """Return the obligation of cells of a network of one neuron, and the tree that lists its equilibria."""
    body = f"layers: {{x: {{size: 1, {text}}}}}\nsynapses: {{w: {{kind: dense, layers: [x, x], weights: [[3]]}}}}\n"
    found = verify(parse_spec(f"hopverify: 1\nname: net\n{body}checks: [equilibria]\n"), samples=20).results[0]
    tree = {key: value for key, value in found["obligations"][0]["evidence"].items() if key != "rule"}
    return body, {"rule": "few_equilibria", "list": tree}


def test_the_list_refutes_where_only_an_unstable_equilibrium_is_near() -> None:
    """x = 3 tanh(x) has a stable equilibrium beside 3; x = 3 tanh(x) + 1/2 an unstable one beside -1/4."""
    body, evidence = listed("lagrangian: tanh")
    refused(obligation_of(f"{body}{MEMORY % '[[3]]'}checks: [basin_cells]\n"), evidence, "own ones of enough")
    body, evidence = listed("lagrangian: tanh, bias: 1/2")
    told = judge(obligation_of(f"{body}{MEMORY % [['-1/4']]}checks: [basin_cells]\n"), evidence).data
    assert {**told, "assumptions": None} == {
        "all_equilibria": 3,
        "owned_at_most": 0,
        "asked": 1,
        "assumptions": None,
    }
    asked = obligation_of(f"{body}{MEMORY % [['-1/4']]}checks: [basin_cells]\n")
    part = {"claim": {"claim": "some equilibria", "equilibria": []}, "proof": {"by": "boxes"}}
    refused(asked, {"rule": "few_equilibria", "list": part}, "not complete")
    wrong = {**part, "proof": {"by": "tree"}}
    refused(asked, {"rule": "few_equilibria", "list": wrong}, "list: claim: 'some equilibria' is shown by")


def test_lists_of_layers_that_act_as_a_whole_may_be_trees() -> None:
    """x = softmax(x)/2 has one equilibrium, (1/4, 1/4)."""
    body = (
        "layers: {x: {size: 2, lagrangian: softmax}}\n"
        "synapses: {w: {kind: dense, layers: [x, x], weights: [[1/2, 0], [0, 1/2]]}}\n"
    )
    asked = obligation_of(f"{body}{MEMORY % '[[1, 0], [0, 1]]'}checks: [equilibria: {{near: m}}]\n")
    ends = [str(Fraction(1, 4) + sign * Fraction(1, 2**36)) for sign in (-1, 1)]
    tree = {"box": None, "levels": ["k"], "cuts": [], "faces": {}, "enclosures": [[ends, ends]]}
    assert judge(asked, {"rule": "few_equilibria", "list": tree}).data["all_equilibria"] == 1
    refused(asked, {"rule": "few_equilibria", "list": tree | {"levels": ["?"], "enclosures": []}}, "not complete")


def test_what_definiteness_in_doubles_assumes_is_told() -> None:
    asked, one = cells("[[1, 1], [1, -1]]"), {"multipliers": ["1", "1"]}
    told = {"all_equilibria": 1, "owned_at_most": 1, "asked": 2}
    for more, assumed in (({}, [FLOATING_POINT]), (CHOLESKY, [FLOATING_POINT, FACTORISATION])):
        found = judge(asked, {"rule": "few_equilibria", "list": one | more})
        assert found.data == told | {"assumptions": assumed}


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
    assert is_steep_nowhere(function_of('{expression: "x^2/(1 + abs(x))"}'), Fraction(100))
    assert not is_steep_nowhere(function_of('{expression: "x^2/(1 + abs(x))"}'), Fraction(-100))
    # Of what is not analytic a point says nothing.
    assert not is_steep_nowhere(function_of('{expression: "relu(sin(x))^3"}'), Fraction(100))


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


def test_the_end_of_a_region_is_guessed_first_then_a_short_rational() -> None:
    third, ends = Fraction(1, 3), (Fraction(0), Fraction(1))
    tiny = Fraction(1, 2**60)
    assert _guess(-tiny, tiny, ends) == 0
    assert _guess(third - tiny, third + tiny, ends) == third
    odd = Fraction(2**61 + 1, 2**62 + 5)
    assert _guess(odd, odd, ends) is None


def test_eigenvalues_that_do_not_come_apart_are_counted() -> None:
    with precision():
        block = [[-1, 1, 0], [0, -1, 1], [0, 0, -1]]
        stable = _by_spectrum(BALLS.array(ExactArray.of(block).fractions()))
        unstable = _by_spectrum(BALLS.array(ExactArray.of((-np.array(block)).tolist()).fractions()))
    assert (stable.verdict, unstable.verdict) == ("stable", "unstable")


def test_definiteness_that_doubles_cannot_factorise_is_not_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> Any:
        raise np.linalg.LinAlgError("not positive definite")

    monkeypatch.setattr(linear_algebra, "LARGE", 1)
    A = np.array([[Fraction(2), Fraction(1)], [Fraction(1), Fraction(2)]], dtype=object)
    assert is_positive_definite(A)
    monkeypatch.setattr(np.linalg, "cholesky", fails)
    assert is_positive_definite(A), "by elimination"


def test_a_list_of_a_network_whose_drives_are_not_linear_is_none() -> None:
    asked = replace(cells("[[1, 1], [1, -1]]"), model=model_of(CURVED))
    tree = {"box": None, "levels": [], "cuts": [], "faces": {}}
    refused(asked, {"rule": "few_equilibria", "list": tree}, "list: the drives are not linear")


def test_the_form_of_stability_is_for_slopes_that_are_nowhere_negative() -> None:
    layer = "layers: {x: {size: 2, lagrangian: gelu}}\n"
    text = f"{layer}synapses: {{w: {DENSE}}}\n{MEMORY % '[[1, 1], [1, -1]]'}checks: [equilibria: {{near: m}}]\n"
    asked = obligation_of(text)
    contractor = Contractor(asked.search.network)
    box = box_around(contractor, np.array([Fraction(-3), Fraction(0)], dtype=object), Fraction(1, 8))
    assert not is_attracting(asked, box, {"method": "cholesky"})


def test_the_flat_region_of_a_threshold_is_more_than_a_line() -> None:
    assert flat_region(model_of(DENSE, "lagrangian: softmax").layers["x"]).startswith("x + R·1, ")  # type: ignore[union-attr]
    found = flat_region(model_of(DENSE, "lagrangian: sparsemax").layers["x"])
    assert found is not None
    assert found.startswith("x + R·1 and whatever else has its activation")


def test_an_equilibrium_on_the_end_of_a_region_where_the_flow_is_singular() -> None:
    network = linear_network(
        model_of("{kind: dense, layers: [x, x], weights: [[1, 0], [0, 1]]}", "lagrangian: identity")
    )
    assert network is not None
    ends = np.array([0.125, 0.125])
    assert is_inside(network, [(Fraction(0), Fraction(1))] * 2, -ends, ends)
