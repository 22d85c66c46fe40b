"""What the energy leaves open of an equilibrium, and the flat region around it, in small networks with W = 0."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from hopverify.checker import flat_regions
from hopverify.checker.equilibria import Equilibrium
from hopverify.checker.flat_regions import (
    DIFFERENT_TIMES,
    IN_THE_BASIN,
    flat_region,
    is_in_basin,
    recovered,
    whole_layers,
)
from hopverify.networks import LinearNetwork
from tests.checker.models import network
from tests.rationals import vector

OPEN = "an open neighbourhood lies in the basin too"


def still(layers: str) -> LinearNetwork:
    """Return a network whose layer ``a`` of two neurons and all others receive nothing but their biases."""
    synapse = "{kind: diagonal, layers: [a, a], weights: [0, 0]}"
    return network(f"layers: {{{layers}}}\nsynapses: {{w: {synapse}}}\n")


def enclosed(lower: list[float], upper: list[float] | None = None) -> Equilibrium:
    return Equilibrium(None, np.array(lower), np.array(lower if upper is None else upper))


def exact(*state: str) -> Equilibrium:
    numbers = vector(*state)
    return Equilibrium(numbers, numbers.astype(float), numbers.astype(float))


MIXED = (
    "a: {size: 2, lagrangian: relu, bias: [-1, 2]}, s: {size: 3, lagrangian: sparsemax, bias: [1, 1, -5]}, "
    "b: {size: 1, lagrangian: relu, bias: [-3]}, m: {size: 2, lagrangian: softmax, bias: [1, 3]}"
)
STATE = [-1.0, 2.0, 1.0, 1.0, -5.0, -3.0, 1.0, 3.0]


def test_only_neurons_in_a_flat_segment_are_open() -> None:
    net = still("a: {size: 2, lagrangian: relu, bias: [1, -2]}")
    for equilibrium in (exact("1", "-2"), enclosed([1.0, -2.0])):
        found = flat_regions.flat_neurons(net, equilibrium)
        assert [(i, part.lower, part.upper) for i, part in found.items()] == [(1, None, Fraction(0))]
    assert set(flat_regions.flat_neurons(net, exact("0", "0"))) == {0, 1}
    assert set(flat_regions.flat_neurons(net, enclosed([-1.0, -1.0], [1.0, 0.0]))) == {1}


def test_supports_are_told_layer_by_layer() -> None:
    net = still(MIXED)
    found = [(each.layer.name, each.support, each.outside, each.known) for each in whole_layers(net, enclosed(STATE))]
    assert found == [("s", [2, 3], [4], True), ("m", [6, 7], [], True)]


def test_a_winner_that_takes_all_is_not_outside_the_support() -> None:
    """Its row of H is 0 as are the others', and its activation is 1."""
    net = still("a: {size: 2, lagrangian: relu}, s: {size: 3, lagrangian: sparsemax, bias: [5, 0, 1]}")
    state = enclosed([0.0, 0.0, 5.0, 0.0, 1.0])
    assert [(each.support, each.outside) for each in whole_layers(net, state)] == [([2], [3, 4])]
    said = f"x + t·1 for every t, with s[1], s[2] anywhere up to t above the threshold of the support, {IN_THE_BASIN}"
    assert flat_region(net, state)["layers"] == {"s": said}


def test_a_neuron_at_the_edge_of_the_support_is_not_outside() -> None:
    """At (1, 0) the second activation is 0 and grows on one side: below, it is open, which is not told."""
    net = still("a: {size: 2, lagrangian: relu}, s: {size: 2, lagrangian: sparsemax, bias: [1, 0]}")
    at_the_edge, outside = enclosed([0.0, 0.0, 1.0, 0.0]), enclosed([0.0, 0.0, 1.0, -0.5])
    assert [(each.support, each.outside) for each in whole_layers(net, at_the_edge)] == [([2, 3], [])]
    assert [(each.support, each.outside) for each in whole_layers(net, outside)] == [([2], [3])]
    assert flat_region(net, at_the_edge)["layers"] == {"s": f"its flat region, {IN_THE_BASIN}"}
    assert recovered(net, at_the_edge)["unsettled"] == ["s"]
    assert "unsettled" not in recovered(net, outside)


def test_what_is_recovered_of_every_layer() -> None:
    upper = [*STATE[:6], 1.5, 3.0]
    found = recovered(still(MIXED), enclosed(STATE, upper))
    assert found == {
        "x": [[str(Fraction(a)), str(Fraction(b))] for a, b in zip(STATE, upper, strict=True)],
        "undetermined": {
            "a[0]": ["-1", "-1"],
            "s[2]": ["-5", "-5"],
            "b[0]": ["-3", "-3"],
            "the mean of s over its support": ["1", "1"],
            "the mean of m": ["2", "9/4"],
        },
    }


def test_flat_segments_are_told_with_both_ends() -> None:
    net = still("a: {size: 2, activation: {expression: 'clip(x, -1, 1)', of: neuron}, bias: [3, -2]}")
    region = {"a[0]": ["1", "+∞"], "a[1]": ["-∞", "-1"]}
    assert flat_region(net, exact("3", "-2")) == {"x": ["3", "-2"], "region": region, "neighbourhood": OPEN}


def test_an_unstable_equilibrium_has_no_neighbourhood_in_the_basin() -> None:
    """x = 2 relu(x) - 1 has the equilibria -1, stable, and 1, unstable."""
    body = "layers: {{a: {{size: 1, lagrangian: relu, bias: [-1]}}}}\nsynapses: {{w: {}}}\n"
    net = network(body.format("{kind: dense, layers: [a, a], weights: [[2]]}"))
    assert flat_region(net, exact("1"))["neighbourhood"] == "no more is claimed"
    assert flat_region(net, exact("-1"))["neighbourhood"] == OPEN


@pytest.mark.parametrize(
    ("first", "second", "wanted"),
    [
        ("", "", OPEN),
        (", tau: [1, 2]", "", "no more is claimed"),
        ("", ", tau: [1, 2]", "no more is claimed"),
    ],
)
def test_every_whole_layer_must_return_on_a_straight_line(
    first: str, second: str, wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    layers = f"a: {{size: 2, lagrangian: relu}}, m: {{size: 2, lagrangian: softmax{first}}}"
    net = still(f"{layers}, n: {{size: 2, lagrangian: softmax{second}}}")
    monkeypatch.setattr(flat_regions, "stability_of", lambda *given: SimpleNamespace(verdict="stable"))
    found = flat_region(net, enclosed([0.0] * 6))
    assert found["layers"] == {
        name: f"x + R·1, {DIFFERENT_TIMES if differs else IN_THE_BASIN}"
        for name, differs in (("m", first), ("n", second))
    }
    assert found["neighbourhood"] == wanted
    assert is_in_basin(found) == (wanted == OPEN)


def test_a_threshold_with_an_affine_term_has_no_activation_0() -> None:
    """All activations of L + 2·Σx are ≥ 2: which neurons lie outside the support is not seen, and not told."""
    shifted = "{expression: 'entmax_conjugate(x, 2) + 2*sum(x)', of: layer}"
    net = still(f"a: {{size: 2, lagrangian: relu}}, s: {{size: 2, lagrangian: {shifted}, bias: [3, 0]}}")
    state = enclosed([0.0, 0.0, 3.0, 0.0])
    assert flat_region(net, state)["layers"] == {"s": f"its flat region, {IN_THE_BASIN}"}
    assert recovered(net, state)["unsettled"] == ["s"]
