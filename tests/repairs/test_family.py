"""Families: one flow, and energies that differ; why there is none where P is unique."""

from __future__ import annotations

import numpy as np
import pytest

from hopverify.checker.linear_algebra import is_positive_definite
from hopverify.expr.floats import FLOATS
from hopverify.repairs import Proposal, Refusal, outcomes
from hopverify.repairs.curves import curves
from hopverify.reporting.figures.energies import energies
from tests.repairs.subjects import model_of, network, subject, system_of

BODY = (
    "layers: {v: {size: 3, lagrangian: identity, bias: [1, 0, 2]}, h: {size: 2, lagrangian: softmax, tau: 2}}\n"
    "synapses: {s: {kind: dense, layers: [h, v], weights: [[1, 0, 1], [2, 1, 0]]}}\n"
)


def family(count: int) -> list[Proposal]:
    found = list(outcomes(subject(BODY), only="altered", family=count))
    assert all(isinstance(member, Proposal) for member in found)
    return [member for member in found if isinstance(member, Proposal)]


def test_members_share_a_flow_and_differ_in_their_energies() -> None:
    members = family(6)
    assert [member.name for member in members] == [f"altered-{k}" for k in range(1, 7)]
    systems = [system_of(member) for member in members]
    y = np.array([0.5, -1.0, 0.25])
    flows = [system.model.flow({"v": y}, FLOATS)["v"] for system in systems]
    assert all((flow == flows[0]).all() for flow in flows)
    values = []
    for system in systems:
        metric = system.synapse.metric
        assert metric is not None
        assert (metric.fractions() @ system.synapse.feedback.fractions() == system.synapse.forward.fractions().T).all()
        assert is_positive_definite(metric.fractions())
        values.append(float(system.energy(y, metric, FLOATS)))
    assert len({round(value, 9) for value in values}) == len(values)


def test_residuals_are_not_reached_by_feedback() -> None:
    told = [system_of(member).synapse for member in family(7)]
    residuals = [synapse for synapse in told if synapse.residual is not None]
    assert len(residuals) == 4
    for synapse in residuals:
        assert synapse.residual is not None
        assert not (synapse.residual.fractions().T @ synapse.feedback.fractions()).any()


def test_a_unique_metric_is_said_to_be_unique() -> None:
    (found,) = outcomes(network([[2, 1], [1, 2]]), only="altered", family=3)
    assert isinstance(found, Refusal)
    assert "P is unique" in found.reason
    assert "ker Bᵀ = 0" in found.reason
    (universal,) = outcomes(network([[0, 1], [1, 0]]), only="universal", family=3)
    assert isinstance(universal, Refusal)


def test_the_figure_is_reproducible_and_shows_every_member() -> None:
    pytest.importorskip("matplotlib", reason="pip install 'hopverify[figures]'")
    members = family(3)
    drawn = curves([(member.name, model_of(member)) for member in members])
    again = curves([(member.name, model_of(member)) for member in members])
    text = energies(drawn, "small")
    assert text == energies(again, "small")
    assert all(f">{member.name}<" in text for member in members)
    values = [line for _, line in drawn.members]
    assert all(abs(line[drawn.places.index(0.0)]) < 1e-12 for line in values if 0.0 in drawn.places)
    assert len({tuple(round(value, 9) for value in line) for line in values}) == 3
