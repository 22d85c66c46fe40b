"""Edges of rules that no certificate of the project reaches: what is left to others, and what stays undecided."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.checker import cone_form, copositivity, energy_form, midpoints
from hopverify.checker.growth import growth
from hopverify.checker.rules import judge
from hopverify.checker.slope_bounds import slope_bounds
from hopverify.checker.spins.overlaps import _lower
from hopverify.checks import claims_of
from hopverify.errors import EvidenceRejected
from hopverify.networks import altered_system, build_model
from hopverify.networks.dead_zones import dead_zones
from hopverify.obligations import Obligation, Outcome, SameEquilibria
from hopverify.spec import parse_spec
from tests.checker.models import layer, model, structured


def obligations(body: str, check: str) -> list[Obligation]:
    spec = parse_spec(f"hopverify: 1\nname: edges\n{body}checks: [{check}]\n")
    return [o for _, claim in claims_of(spec, build_model(spec)) for o in (*claim.premises, *claim.necessary)]


def refused(obligation: Obligation, evidence: dict[str, Any], message: str) -> None:
    with pytest.raises(EvidenceRejected, match=message):
        judge(obligation, evidence)


ROOT = "lagrangian: {expression: 2*x^(3/2)/3, of: neuron}"


def test_layers_that_are_not_defined_everywhere() -> None:
    tanh, root = layer("lagrangian: tanh"), layer(ROOT)
    assert growth(tanh.function) is not None
    assert growth(layer("activation: {expression: 1/x, of: neuron}").function) is None
    assert slope_bounds(tanh.function) == (0, 1)
    with pytest.raises(EvidenceRejected, match="an activation is not evidently locally Lipschitz"):
        slope_bounds(root.function)
    with pytest.raises(EvidenceRejected, match="no bound of the slope of an activation is known"):
        slope_bounds(layer("lagrangian: exp").function)


def test_kinks_that_cannot_be_located_hide_no_dead_zone() -> None:
    text = "lagrangian: {expression: '%s', of: neuron}"
    assert [zone.upper for zone in dead_zones(layer(text % "relu(x - 1)^2").function)] == [1]
    assert dead_zones(layer(text % "relu(x^2 - 2)^2").function) == []


def test_cones_beyond_the_limit_are_not_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    # The off-diagonal entries are negative, so that no quick criterion decides.
    Q = np.array([[Fraction(4), Fraction(-1)], [Fraction(-1), Fraction(4)]], dtype=object)
    assert cone_form.confirmed_margin(Q, [True, True], {"margin": "1"}) == 1
    skew = np.array([[1, 2, -1], [2, 1, 2], [-1, 2, 2]], dtype=object) * Fraction(1)

    def large(*arguments: Any) -> bool:
        raise copositivity.TooLarge("copositivity is decided exactly up to size 1, not 3")

    monkeypatch.setattr(cone_form, "is_positive_on_cone", large)
    with pytest.raises(EvidenceRejected, match="copositivity is decided exactly up to size 1"):
        cone_form.confirmed_margin(skew, [True] * 3, {"margin": "1/8"})


def test_drives_without_a_bound_give_no_energy() -> None:
    body = "layers: {x: {size: 1, lagrangian: relu}, y: {size: 1, lagrangian: tanh}}\nsynapses: {w: {kind: %s}}\n"
    fine = energy_form.EnergyForm(model(body % "dense, layers: [x, y], weights: [[1]]"))
    assert fine.bound(Fraction(1)) < 0
    with pytest.raises(EvidenceRejected):
        energy_form.EnergyForm(model(body % "expression, layers: [x, y], energy: -sum(x^2)*sum(y)")).bound(Fraction(1))


def test_energies_count_their_own_feedback() -> None:
    """The energy of unequal drives forward and back is that of the drives forward."""
    body = (
        "layers: {x: {size: 1, lagrangian: tanh}, y: {size: 1, lagrangian: tanh}}\nsynapses: {w: {kind: "
        "feedforward_feedback, layers: [x, y], forward: [[2]], feedback: [[3]]}}\n"
    )
    synapse = model(body).synapses["w"]
    assert synapse.defect() is not None
    assert energy_form.as_gradient(synapse).defect() is None


def test_rows_of_other_blocks_are_left_out() -> None:
    body = (
        "layers: {x: {size: 1, lagrangian: tanh}, y: {size: 1, lagrangian: tanh}}\n"
        "synapses: {w: {kind: dense, layers: [y, y], weights: [[3]], drive: gradient, prefactor: 2}}\n"
    )
    found = structured(body)
    assert midpoints.rows(found, 0, 1).values.tolist() == [[0, 0]]
    assert midpoints.rows(found, 0, 2).values.tolist() == [[0, 0], [0, 12]]
    assert midpoints.factor(Fraction(3, 2)) == 1.5
    with pytest.raises(EvidenceRejected, match="a factor of a synapse, about 10"):
        midpoints.factor(Fraction(10) ** 400)


def test_a_single_value_has_no_neighbours() -> None:
    assert _lower(np.array([7], dtype=object)).tolist() == [7]
    assert _lower(np.array([7, 3, 5], dtype=object)).tolist() == [3, 5, 3]


ALTERED = (
    "layers: {y: {size: 1, lagrangian: identity%s}, x: {size: 1, lagrangian: relu, tau: 0}}\n"
    "synapses: {s: {kind: feedforward_feedback, layers: [y, x], forward: [[1]], feedback: [[1]]%s}}\n"
)


def test_without_an_original_the_network_is_the_one_that_elimination_gives() -> None:
    whole = model(ALTERED % ("", ""))
    system = altered_system(whole)
    assert system is not None
    rule = {"rule": "same_equilibria"}
    assert judge(SameEquilibria(whole, system), rule).outcome is Outcome.PROVED
    # Without either there is nothing to compare.
    assert judge(SameEquilibria(whole, None), rule).outcome is Outcome.OPEN
