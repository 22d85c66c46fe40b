"""Payloads of the wrong shape, sizes beyond a rule, and numbers beyond doubles: each beside what is taken."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.checker import cells, midpoints, quadratic_forms
from hopverify.checker.rules import RULES, Judgement, judge
from hopverify.checker.spins import reading
from hopverify.checks import claims_of
from hopverify.errors import EvidenceRejected
from hopverify.networks import SpinModel, any_model, build_model
from hopverify.numerics import ranges
from hopverify.obligations import Outcome, RegularDrive
from hopverify.provers.structure import by_kernel
from hopverify.spec import parse_spec
from tests.checker.models import model, structured


def judged(body: str, check: str, evidence: Mapping[str, Any]) -> Judgement:
    """Return what a rule makes of evidence for the first obligation of a check that it speaks of."""
    spec = parse_spec(f"hopverify: 1\nname: guarded\n{body}checks: [{check}]\n")
    for _, claim in claims_of(spec, any_model(spec)):
        for obligation in (*claim.premises, *claim.necessary):
            if isinstance(obligation, RULES[evidence["rule"]].obligations):
                return judge(obligation, evidence)
    raise AssertionError("no such obligation")


def dense(weights: str, layer: str = "size: 2, lagrangian: relu") -> str:
    return f"layers: {{x: {{{layer}}}}}\nsynapses: {{w: {{kind: dense, layers: [x, x], weights: {weights}}}}}\n"


def refused(body: str, check: str, evidence: Mapping[str, Any], message: str) -> None:
    with pytest.raises(EvidenceRejected, match=message):
        judged(body, check, evidence)


def test_rules_speak_of_their_obligations_only() -> None:
    model = build_model(parse_spec(f"hopverify: 1\nname: guarded\n{dense('[[1]]', 'size: 1, lagrangian: relu')}"))
    obligation = RegularDrive(model, "w")
    shown = by_kernel("composition", "Lipschitz drive", synapse="w")
    assert judge(obligation, shown).outcome is Outcome.PROVED
    for evidence, message in (
        ({"rule": "lure"}, "rule lure is not about"),
        ({"rule": "never"}, "no rule of the checker is called 'never'"),
        ({}, "no rule of the checker is called None"),
        (3, "no rule of the checker is called None"),
        (shown | {"more": 1}, "unexpected or missing keys: more"),
    ):
        with pytest.raises(EvidenceRejected, match=message):
            judge(obligation, evidence)  # type: ignore[arg-type]


# ------------------------------------------------------------------ beyond doubles


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_weights_beyond_doubles() -> None:
    fine = structured(dense("[[1, 2], [2, 1]]"))
    assert midpoints.rows(fine, 0, 2).values.tolist() == [[1, 2], [2, 1]]
    twice = (
        "layers: {x: {size: 1, lagrangian: relu}}\nsynapses: {v: {kind: dense, layers: [x, x], weights: [[1.7e308]]}, "
        "w: {kind: dense, layers: [x, x], weights: [[1.7e308]]}}\n"
    )
    with pytest.raises(EvidenceRejected, match="the weights are too large for floating-point bounds"):
        midpoints.rows(structured(twice), 0, 1)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_spreads_beyond_doubles(monkeypatch: pytest.MonkeyPatch) -> None:
    near = "{values: [[0, 1], [1, 0]], tolerance: %s}"
    fine = structured(dense(near % "1/4"))
    spreads = midpoints.spreads(fine, 0, 2)
    assert spreads is not None
    assert np.all((spreads >= 0.25) & (spreads < 0.2500001))
    norm = quadratic_forms.spread_norm(fine, np.arange(2), np.ones(2))
    assert 1 <= norm < Fraction(10001, 10000)
    assert quadratic_forms.spread_norm(fine, np.arange(0), np.ones(0)) == 0
    with pytest.raises(EvidenceRejected, match="the spread of the weights is too large for floating-point bounds"):
        quadratic_forms.spread_norm(structured(dense(near % "1e200")), np.arange(2), np.full(2, 1e200))
    monkeypatch.setattr(midpoints, "_spread_of", lambda *arguments: np.full((2, 2), np.inf))
    with pytest.raises(EvidenceRejected, match="the spread of the weights is too large for floating-point bounds"):
        midpoints.spreads(fine, 0, 2)


def test_exact_matrices_beyond_doubles() -> None:
    assert quadratic_forms.DenseForm.of_exact(np.array([[Fraction(1, 3)]], dtype=object)).size == 1
    with pytest.raises(ValueError, match="beyond the range of doubles: scale it"):
        quadratic_forms.DenseForm.of_exact(np.array([[Fraction(10) ** 400]], dtype=object))


def test_ranges_of_weights_with_a_spread() -> None:
    near = "{values: [[%s]], tolerance: 1/10}"
    small, large = (model(dense(near % w, "size: 1, lagrangian: tanh")) for w in ("1", "1e300"))
    box = {"x": ranges.Box.full(1, (Fraction(-1), Fraction(1)))}
    drive = ranges.total_drives(small, box)["x"]
    assert 1.1 <= drive.upper[0] < 1.1001
    with pytest.raises(EvidenceRejected, match="weights with a spread are too large or too small"):
        ranges.total_drives(large, box)


def test_cells_are_bounded_where_activations_are() -> None:
    found = cells.Cells(structured(dense("[[0, 1], [1, 0]]", "size: 2, lagrangian: tanh")))
    ends = found.targets(found.everywhere)
    assert ends.upper.max() < 1.001
    loose = cells.Cells(structured(dense("[[0, 1], [1, 0]]")))
    with pytest.raises(EvidenceRejected, match="an activation is not bounded on a cell"):
        loose.targets(loose.everywhere)
    # What does not move costs nothing.
    assert found.flip_losses(np.zeros(2), [1])[1].tolist() == [0, 0]
    assert np.all(found.flip_losses(np.array([2.0, 2.0]), [1])[1] >= 2)


# ------------------------------------------------------------------ payloads

MEMORY = "memories: {m: {layer: x, patterns: [[1]]}}\n"
CELL = {
    "unit": "1",
    "lower": [0],
    "upper": [9],
    "inner": None,
    "flips": 0,
    "rest": None,
    "definiteness": {"method": "exact"},
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"unit": "3"}, "a unit that is a power of two"),
        ({"unit": "0"}, "a unit that is a power of two"),
        ({"unit": "-1"}, "a unit that is a power of two"),
        ({"unit": "3/2"}, "a unit that is a power of two"),
        ({"unit": str(2**2000)}, "a unit that is a power of two"),
        ({"unit": f"1/{2**2000}"}, "a unit that is a power of two"),
        ({"lower": [0, 0]}, "lower: expected one entry for each of 1 neurons"),
        ({"lower": [True]}, "lower: expected whole numbers below"),
        ({"lower": ["0"]}, "lower: expected whole numbers below"),
        ({"lower": [2**50]}, "lower: expected whole numbers below"),
        ({"lower": [10]}, "a box is empty"),
        ({"inner": [[0], [9]]}, "inner: a smaller box is for flips"),
        ({"flips": 1}, "inner: expected lower and upper ends"),
        ({"flips": 1, "inner": [[-1], [9]]}, "inner: a box is empty, or not within the cell"),
        ({"more": 1}, "cells: expected rows with the keys"),
    ],
)
def test_rows_of_cells(change: Mapping[str, Any], message: str) -> None:
    body = dense("[[2]]", "size: 1, lagrangian: tanh") + MEMORY
    found = judged(body, "basin_cells", {"rule": "basin_cells", "cells": [CELL | {"lower": [1]}]})
    assert found.data["certified"] == 1
    refused(body, "basin_cells", {"rule": "basin_cells", "cells": [CELL | change]}, message)
    refused(body, "basin_cells", {"rule": "basin_cells", "cells": [CELL, CELL]}, "expected one for each of 1 patterns")


def test_cells_that_are_none_are_not_counted() -> None:
    """A row whose conditions do not hold is refused."""
    body = dense("[[2]]", "size: 1, lagrangian: tanh") + MEMORY
    found = judged(body, "basin_cells", {"rule": "basin_cells", "cells": [None]})
    assert (found.outcome, found.data["certified"]) == (Outcome.OPEN, 0)
    for change in ({"lower": [-9]}, {"lower": [2]}, {"definiteness": {"method": "never"}}):
        evidence = {"rule": "basin_cells", "cells": [CELL | change]}
        refused(body, "basin_cells", evidence, "the conditions of T9 do not hold")


# ------------------------------------------------------------------ steps


# ------------------------------------------------------------------ spins


def spins(synapse: str, bias: str = "0") -> SpinModel:
    layer = f"layers: {{s: {{size: 3, states: spins, bias: {bias}}}}}\n"
    found = any_model(
        parse_spec(f"hopverify: 1\nname: s\n{layer}synapses: {{w: {{{synapse}}}}}\nupdate: asynchronous\n")
    )
    assert isinstance(found, SpinModel)
    return found


def test_states_are_texts_of_signs() -> None:
    assert reading.spins("+-+", 3).tolist() == [1, -1, 1]
    assert reading.text(reading.spins("+-+", 3)) == "+-+"
    for wrong in (3, "+-", "+0-", None):
        with pytest.raises(EvidenceRejected, match="expected a state as text of 3 signs"):
            reading.spins(wrong, 3)


def test_energies_of_spins_are_exact_where_they_are_rational(monkeypatch: pytest.MonkeyPatch) -> None:
    state = reading.spins("++-", 3)
    cubic = spins("kind: associative, layers: [s], patterns: [[1, 1, 1]], function: z^3")
    assert reading.energy_text(cubic, state) == "-1"
    other = spins("kind: associative, layers: [s], patterns: [[1, 1, 1]], function: exp(z)")
    assert reading.energy_text(other, state).startswith("[-2.718")
    monkeypatch.setattr(reading, "LARGE", 2)
    assert reading.energy_text(cubic, state) == ""


def test_corrections_need_a_bound_over_flips() -> None:
    text = (
        "layers: {s: {size: 3, states: spins}}\nsynapses: {w: {%s}}\nmemories: {m: {layer: s, patterns: [[1, 1, 1]]}}\n"
        "update: asynchronous\n"
    )
    rule = {"rule": "spin_margins"}
    hebbian = text % "kind: hebbian, layers: [s], patterns: [[1, 1, 1]]"
    assert judged(hebbian, "{spin_correction: {flips: 0}}", rule).outcome is Outcome.PROVED
    cubic = text % "kind: expression, layers: [s], energy: -sum(s)^3"
    refused(cubic, "{spin_correction: {flips: 0}}", rule, "no bound over flips is known for these synapses")


def test_inverse_temperatures_beyond_doubles() -> None:
    body = (
        "layers: {v: {size: 1, lagrangian: identity}, h: {size: 2, lagrangian: {softmax: {beta: %s}}, tau: 0}}\n"
        "synapses: {xi: {kind: dense, layers: [h, v], weights: [[2], [-2]]}}\n"
    )
    for beta in ("8", "1e290", "1e390"):
        sheet = {"beta": beta.replace("1e290", "1" + "0" * 290).replace("1e390", "1" + "0" * 390)}
        sheet |= {"radii": ["1", "1"], "distances": ["1/2", "1/2"]}  # type: ignore[dict-item]
        sheet |= {"own": [True, True], "competitors": [1, 0]}  # type: ignore[dict-item]
        evidence = {"rule": "retrieval", "sheets": [sheet]}
        if beta == "8":
            assert judged(body % beta, "memory_retrieval", evidence).outcome is Outcome.PROVED
        else:
            refused(
                body % beta, "memory_retrieval", evidence, "beta is too large or too small for patterns of this size"
            )
