"""Edges of rules that no certificate of the project reaches: what is left to others, and what stays undecided."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.checker import midpoints
from hopverify.checker.rules import judge
from hopverify.checker.slope_bounds import slope_bounds
from hopverify.checker.spins.overlaps import _lower
from hopverify.checks import claims_of
from hopverify.errors import EvidenceRejected
from hopverify.networks import build_model
from hopverify.networks.dead_zones import dead_zones
from hopverify.numerics.linear_growth import growth
from hopverify.obligations import Obligation
from hopverify.spec import parse_spec
from tests.checker.models import layer, structured


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
