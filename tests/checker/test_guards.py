"""Guards of the checker: what each refuses, by the input next to one that it takes. Limits of size are lowered here."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from fractions import Fraction
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from hopverify.checker import cells, floats, payload
from hopverify.checker.convexity import has_convex_lagrangian, is_nondecreasing
from hopverify.checker.definiteness import ball_ldl, check_definite, cholesky, exact, integer_cholesky
from hopverify.checker.definiteness import low_rank as low_rank_method
from hopverify.checker.linear_algebra import inertia as inertia_of
from hopverify.checker.linear_algebra import solve
from hopverify.checker.midpoints import Midpoint
from hopverify.checker.quadratic_forms import DenseForm, LowRankForm, SparseForm
from hopverify.checker.rules import RULES, Judgement, judge
from hopverify.checker.slope_bounds import slope_range
from hopverify.checks import claims_of
from hopverify.errors import EvidenceRejected, HopverifyError
from hopverify.expr.parser import parse
from hopverify.networks import build_model
from hopverify.numerics import linear_growth as growth
from hopverify.numerics import ranges
from hopverify.numerics.definiteness import propose
from hopverify.numerics.exact_copositivity import is_strictly_copositive
from hopverify.obligations import Outcome
from hopverify.spec import parse_spec
from tests.checker.models import model, structured

ONE = "layers: {x: {size: 1, lagrangian: relu}}\n"
CUBIC = "{kind: expression, layers: [x], energy: -sum(x^3)}"


def judged(body: str, check: str, evidence: Mapping[str, Any], kind: type | None = None) -> Judgement:
    """Return what a rule makes of evidence for the first obligation of a check that it speaks of."""
    spec = parse_spec(f"hopverify: 1\nname: guarded\n{body}checks: [{check}]\n")
    rule = RULES[evidence["rule"]]
    for _, claim in claims_of(spec, build_model(spec)):
        for obligation in (*claim.premises, *claim.necessary):
            if isinstance(obligation, kind or rule.obligations):
                return judge(obligation, evidence)
    raise AssertionError("no such obligation")


def dense(weights: str, layer: str = "size: 2, lagrangian: relu") -> str:
    return f"layers: {{x: {{{layer}}}}}\nsynapses: {{w: {{kind: dense, layers: [x, x], weights: {weights}}}}}\n"


# ------------------------------------------------------------------ definiteness


@pytest.mark.parametrize("module", [ball_ldl, cholesky, exact, integer_cholesky])
def test_a_method_has_a_limit(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    form = DenseForm.of(np.diag([2.0, 3.0]))
    name = module.METHOD.name if hasattr(module.METHOD, "name") else module.__name__.rsplit(".", 1)[-1]
    evidence: dict[str, Any] = {"method": name}
    if module is integer_cholesky:
        evidence = propose(form) or {}
        evidence = {"method": name, "shift": 0, "factor": ""} if evidence.get("method") != name else evidence
    if module is not integer_cholesky:
        check_definite(form, evidence)
    monkeypatch.setattr(module, "MAX_SIZE", 1)
    with pytest.raises(EvidenceRejected, match="the limit is n = 1, and n = 2"):
        module.METHOD.verify(form, evidence)


def test_low_rank_has_a_limit_and_finite_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    patterns = Midpoint(np.ones((1, 2)), 0.0)
    low_rank_method.schur_complement(LowRankForm(np.full(2, 3.0), patterns, Fraction(1)))
    with pytest.raises(EvidenceRejected, match="too large, or a diagonal entry too small"):
        low_rank_method.schur_complement(
            LowRankForm(np.full(2, 3.0), Midpoint(np.full((1, 2), 1e200), 0.0), Fraction(1))
        )
    monkeypatch.setattr(low_rank_method, "MAX_SIZE", 1)
    with pytest.raises(EvidenceRejected, match="the limit is n = 1"):
        low_rank_method.schur_complement(LowRankForm(np.full(2, 3.0), patterns, Fraction(1)))


def test_windows_have_rows_and_finite_entries() -> None:
    empty = np.zeros(0, dtype=np.int64)
    form = SparseForm(np.array([2.0, 2.0]), empty, empty, np.zeros(0))
    evidence = {"method": "windows", "order": [0, 1], "block": 1, "share": "1/2"}
    check_definite(form, evidence)
    with pytest.raises(EvidenceRejected, match="at least one row"):
        check_definite(form, evidence | {"block": 0})
    far = SparseForm(np.array([1.7e308, 1.7e308]), np.array([1]), np.array([0]), np.array([1.7e308]))
    with pytest.raises(EvidenceRejected, match="entries that are not finite"):
        check_definite(far, evidence)


def test_forms_are_what_they_say() -> None:
    one, two = np.zeros(1, dtype=np.int64), np.ones(2)
    for wrong in (
        lambda: DenseForm.of_exact(np.array([[1, 2], [3, 4]], dtype=object)),
        lambda: SparseForm(two, one + 1, one, np.ones(2)),
        lambda: SparseForm(np.array([1.0, np.inf]), one + 1, one, np.ones(1)),
        lambda: LowRankForm(two, Midpoint(np.ones((1, 3)), 0.0), Fraction(1)),
        lambda: LowRankForm(np.array([1.0, np.nan]), Midpoint(np.ones((1, 2)), 0.0), Fraction(1)),
        lambda: LowRankForm(two, Midpoint(np.full((1, 2), np.inf), 0.0), Fraction(1)),
        lambda: LowRankForm(two, Midpoint(np.ones((1, 2)), 0.0), Fraction(0)),
    ):
        with pytest.raises(ValueError, match=r"symmetric|values|finite|columns|numbers"):
            wrong()


# ------------------------------------------------------------------ exact matrices and numbers


def test_matrices_that_are_none() -> None:
    skew = np.array([[Fraction(0), Fraction(1)], [Fraction(-1), Fraction(0)]], dtype=object)
    for wrong in (inertia_of, is_strictly_copositive):
        with pytest.raises(ValueError, match="symmetric matrices"):
            wrong(skew)
    nothing = np.empty((0, 0), dtype=object)
    found = solve(nothing, np.empty(0, dtype=object))
    assert found is not None
    assert found.shape == (0,)


def test_a_number_with_too_many_digits_is_refused() -> None:
    assert payload.rational("1/3") == Fraction(1, 3)
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(640)
    try:
        with pytest.raises(EvidenceRejected, match="more digits than this process reads"):
            payload.rational("9" * 700)
    finally:
        sys.set_int_max_str_digits(limit)
    assert payload.rational("9" * 700) == 10**700 - 1


def test_a_process_that_rounds_otherwise_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    floats.assert_rounding()
    # As if 1 + 2⁻⁵³ were not rounded to 1.
    monkeypatch.setattr(floats, "UNIT", 2.0**-52)
    with pytest.raises(HopverifyError, match="does not round to nearest"):
        floats.assert_rounding()


# ------------------------------------------------------------------ functions


def test_functions_without_a_lagrangian_or_a_slope() -> None:
    bare = model('layers: {x: {size: 2, activation: {expression: ["x[0]", "x[1]"]}}}\n').layers["x"].function
    assert not is_nondecreasing(bare)
    assert not has_convex_lagrangian(bare)
    assert has_convex_lagrangian(model(ONE).layers["x"].function)
    assert slope_range(bare) == (None, None)


def test_growth_is_of_the_state() -> None:
    assert growth._linear(parse("-x"), (None, None)) == growth._linear(parse("x"), (None, None)) == (1, 0)
    assert growth._linear(parse("y"), (None, None)) is None


# ------------------------------------------------------------------ rules


def test_cells_are_for_monotone_activations_and_symmetric_weights() -> None:
    for body, message in (
        (dense("[[0, 1], [1, 0]]", "size: 2, lagrangian: gelu"), "not evidently non-decreasing"),
        (dense("[[0, 1], [2, 0]]"), "not symmetric"),
        (dense("[[0, 1], [1, 0]]", "size: 2, lagrangian: relu, leak: 0"), "a leak is not positive"),
    ):
        network = structured(body)
        with pytest.raises(EvidenceRejected, match=message):
            cells.Cells(network)


def test_a_cell_on_which_nothing_saturates_is_none() -> None:
    memory = "memories: {m: {layer: x, patterns: [[1]]}}\n"
    row = {
        "unit": "1",
        "lower": [-9],
        "upper": [9],
        "inner": None,
        "flips": 0,
        "rest": None,
        "definiteness": {"method": "exact"},
    }
    body = dense("[[0]]", "size: 1, lagrangian: {expression: 'x^4/12 + x^3/6 + x^2/2'}") + memory
    with pytest.raises(EvidenceRejected):
        judged(body, "basin_cells", {"rule": "basin_cells", "cells": [row]})
    body = dense("[[0]]", "size: 1, lagrangian: tanh") + memory
    found = judged(body, "basin_cells", {"rule": "basin_cells", "cells": [row]})
    # All of it flows to 0, where the layer rests without synapses.
    assert (found.outcome, found.data["cells"][0]["why"]) == (Outcome.OPEN, "far")


def test_competitors_are_told_for_each_pattern() -> None:
    body = (
        "layers: {v: {size: 1, lagrangian: identity}, h: {size: 2, lagrangian: sparsemax, tau: 0}}\n"
        "synapses: {xi: {kind: dense, layers: [h, v], weights: [[2], [-2]]}}\n"
    )
    shown = {"rule": "one_step_retrieval", "radii": ["1/2", "1/2"], "competitors": [1, 0]}
    assert judged(body, "memory_retrieval", shown).outcome is Outcome.PROVED
    with pytest.raises(EvidenceRejected, match="expected one entry for each of the 2 patterns"):
        judged(body, "memory_retrieval", shown | {"competitors": [1]})


# ------------------------------------------------------------------ ranges


def test_drives_of_large_synapses_are_known_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    body = (
        "layers: {x: {size: 1, lagrangian: tanh}}\nsynapses: {w: {kind: expression, layers: [x], energy: -sum(x^3)}}\n"
    )
    of, gamma = model(body), {"x": ranges.Box.full(1, (None, Fraction(1)))}
    assert ranges.total_drives(of, gamma)["x"].lower[0] > -1e-300
    monkeypatch.setattr(ranges, "MAX_TERMS", 0)
    assert ranges.total_drives(of, gamma)["x"].lower[0] > -1e-300
    bounded = {"x": ranges.Box.full(1, (Fraction(-1), Fraction(1)))}
    assert ranges.total_drives(of, bounded)["x"].is_finite


@pytest.mark.parametrize(
    ("activation", "largest"),
    [
        ("-x/norm(x, 1)", 1),
        ("-(2*x)/norm(x, 1)", None),
        ("x/3", None),
        ("(x*x)/norm(x, 1)", None),
        ("(x - mean(x))/sqrt(variance(x) + 1)", 2),
        ("(x - mean(x))/sqrt(variance(x) - 1)", None),
        ("(x - mean(x))/sqrt(2)", None),
    ],
)
def test_normalised_activations_have_bounds(activation: str, largest: int | None) -> None:
    layer = model(f"layers: {{x: {{size: 2, activation: {{expression: '{activation}', of: layer}}}}}}\n").layers["x"]
    low, high = ranges.activation_range(layer)
    assert (low, high) == ((None, None) if largest is None else (-largest, largest)) or largest is None
