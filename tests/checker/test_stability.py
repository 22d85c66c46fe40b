"""Verdicts of stability at their edges, from eigenvalues and slopes that are made by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, cast

import numpy as np
import pytest
from flint import arb

from hopverify.checker import stability
from hopverify.checker.stability import NOT_ENCLOSED, LocalSlopes, _by_eigenvalues, stability_of
from tests.checker.test_edges_of_networks import at, dense, network


@pytest.mark.parametrize(
    ("parts", "verdict"),
    [
        ([arb(-1), arb(-2)], "stable"),
        ([arb(-1), arb(0)], "undecided"),
        ([arb(-1), arb(0, 0.25)], "undecided"),
        ([arb(-1), arb(1)], "unstable"),
    ],
)
def test_an_eigenvalue_that_is_exactly_0_decides_nothing(parts: list[arb], verdict: str) -> None:
    assert _by_eigenvalues(parts).verdict == verdict


def test_eigenvalues_are_told_by_the_end_that_decides() -> None:
    """The enclosures overlap, and the wider one reaches farther both ways."""
    narrow, wide = arb(-1, 0.125), arb(-2, 1.75)
    assert _by_eigenvalues([narrow, wide]).evidence == {"eigenvalues_below": wide.str(10)}
    assert _by_eigenvalues([-wide, -narrow]).evidence == {"eigenvalue_above": (-narrow).str(10)}


@pytest.mark.parametrize(
    ("weight", "verdict", "evidence"),
    [
        ("3/8", "stable", {"at_kink": ["x[0]"], "because": "strictly copositive on every cone of directions"}),
        ("1/2", "undecided", {"because": "the second-order condition at the kink holds only weakly"}),
        ("3/4", "unstable", {"direction": {"x[0]": "-1"}}),
    ],
)
def test_the_left_side_of_a_kink_may_decide(weight: str, verdict: str, evidence: dict[str, object]) -> None:
    """The slope is 2 to the left and 1 to the right of the kink: 1/2 - w and 1 - w are asked to be positive."""
    net = network(dense(f"[[{weight}]]", "size: 1, lagrangian: {leaky_relu: {slope: 2}}"))
    found = stability_of(net, at(net, 0))
    assert (found.verdict, found.evidence) == (verdict, evidence)


def test_a_spectrum_of_elementwise_layers_that_is_not_enclosed_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    net = network(dense("[[0, 1/2], [-1/4, 0]]", "size: 2, lagrangian: relu"))
    assert stability_of(net, at(net, 1, 1)).verdict == "stable"
    monkeypatch.setattr(stability, "real_parts", lambda J: None)
    assert stability_of(net, at(net, 1, 1)).verdict == "stable"
    monkeypatch.setattr(stability, "count_to_the_right", lambda J: None)
    found = stability_of(net, at(net, 1, 1))
    assert (found.verdict, found.evidence) == ("undecided", {"because": NOT_ENCLOSED})


def test_an_activation_with_a_kink_is_not_linearised_in_its_enclosure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever slope is enclosed there: the activation itself is asked whether it is analytic."""
    monkeypatch.setattr(stability, "slopes_at", lambda net, equilibrium: LocalSlopes([slope, slope], [slope, slope]))
    slope = arb(1)
    for name, verdict in (("tanh", "stable"), ("relu", "undecided")):
        net = network(dense("[[0, 1/2], [-1/4, 0]]", f"size: 2, lagrangian: {name}"))
        assert stability_of(net, at(net, 1, 1, width=0.5)).verdict == verdict


def test_a_kink_of_layers_that_are_not_elementwise_is_undecided() -> None:
    body = (
        "layers: {x: {size: 1, lagrangian: relu}, s: {size: 2, lagrangian: softmax}}\n"
        "synapses: {w: {kind: dense, layers: [x, x], weights: [[1/2]]}}\n"
    )
    net = network(body)
    assert stability_of(net, at(net, 1, 0, 0, width=2.0**-30)).verdict == "stable"
    assert stability_of(net, at(net, 0, 0, 0, width=2.0**-30)).verdict == "undecided"


def test_an_equilibrium_on_a_face_says_why_it_is_undecided() -> None:
    net = network(dense("[[1]]", "size: 1, lagrangian: relu"))
    x = np.array([Fraction(1)], dtype=object)
    face = stability.Equilibrium(x, x.astype(float), x.astype(float), face=cast(Any, "a face"))
    found = stability_of(net, face)
    assert (found.verdict, list(found.evidence)) == ("undecided", ["because"])


def test_many_neurons_at_a_kink_are_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    net = network(dense("[[0, 0], [0, 0]]", "size: 2, lagrangian: relu"))
    assert stability_of(net, at(net, 0, 0)).verdict == "stable"
    monkeypatch.setattr(stability, "MAX_BIACTIVE", 1)
    found = stability_of(net, at(net, 0, 0))
    assert (found.verdict, found.evidence) == ("undecided", {"because": "more than 1 neurons lie exactly at a kink"})
