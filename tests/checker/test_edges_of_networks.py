"""Edges that networks of the project do not reach: each beside the input next to it that is taken."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, cast

import numpy as np
import pytest

from hopverify.checker import ranges, reduction, stability
from hopverify.checker.energy_form import EnergyForm
from hopverify.checker.equilibria import Equilibrium
from hopverify.checker.gram import Gram
from hopverify.checker.range_stability import hessian_at, is_smooth_at
from hopverify.checker.rules import basin_cells, energy_confinement, judge, lure
from hopverify.checker.rules.retrieval import _numbers
from hopverify.checks import claims_of
from hopverify.errors import EvidenceRejected
from hopverify.expr.balls import precision
from hopverify.networks import LinearNetwork, altered_system, build_model
from hopverify.networks.altered import AlteredSystem
from hopverify.obligations import EnergyBoundedBelow, Obligation, Outcome
from hopverify.pipeline import verify
from hopverify.spec import ExactArray, parse_spec
from tests.checker.models import by_tree, dense, layer, model, network


def entry(body: str, check: str) -> Mapping[str, Any]:
    return verify(parse_spec(f"hopverify: 1\nname: edges\n{body}checks: [{check}]\n"), samples=20).results[0]


def obligation(body: str, check: str) -> Obligation:
    spec = parse_spec(f"hopverify: 1\nname: edges\n{body}checks: [{check}]\n")
    ((_, claim),) = claims_of(spec, build_model(spec))
    return (*claim.premises, *claim.necessary)[0]


def refused(asked: Obligation, evidence: Mapping[str, Any], message: str) -> None:
    with pytest.raises(EvidenceRejected, match=message):
        judge(asked, evidence)


def at(net: LinearNetwork, *state: Fraction | int, width: float = 0.0) -> Equilibrium:
    x = np.array([Fraction(value) for value in state], dtype=object)
    return Equilibrium(None if width else x, x.astype(float) - width, x.astype(float) + width)


# ------------------------------------------------------------------ energies and drives


def test_a_drive_whose_interval_is_too_dear_bounds_no_energy(monkeypatch: pytest.MonkeyPatch) -> None:
    body = (
        "layers: {x: {size: 2, lagrangian: relu}, y: {size: 2, lagrangian: tanh}}\n"
        "synapses: {w: {kind: diagonal, layers: [x, y], weights: [1, 2]}}\n"
    )
    asked = model(body)
    assert [round(float(bound), 9) for bound in EnergyForm(asked)._linear(asked.layers["x"])] == [1, 2]
    monkeypatch.setattr(ranges, "MAX_TERMS", 1)
    with pytest.raises(EvidenceRejected, match="no bound of the drive into layer x"):
        EnergyForm(asked)._linear(asked.layers["x"])


def test_weights_near_the_ends_of_doubles_are_left_to_intervals() -> None:
    for power in (10, 950):
        asked = model(dense(f"[[{2**power}]]", "size: 1, lagrangian: tanh"))
        gamma = {"x": ranges.Box.full(1, (Fraction(-1), Fraction(1)))}
        box = ranges.total_drive(asked, asked.layers["x"], gamma, asked.synapses)
        assert -(2.0**power) * 1.01 < box.lower[0] <= -(2.0**power)
        assert 2.0**power <= box.upper[0] < 2.0**power * 1.01


def test_an_energy_without_a_convex_lagrangian_is_bounded_by_none() -> None:
    runaway = {"rule": "unbounded_direction", "direction": ["1"]}
    own = model(dense("[[2]]", "size: 1, lagrangian: relu"))
    assert judge(EnergyBoundedBelow(own), runaway).outcome is Outcome.REFUTED
    other = model(dense("[[2]]", "size: 1, activation: {expression: 'relu(x)', of: neuron}"))
    refused(EnergyBoundedBelow(other), runaway, "a layer has no Lagrangian")


def test_an_activation_without_a_growth_confines_nothing() -> None:
    assert energy_confinement._grown(network(dense("[[1]]", "size: 1, lagrangian: relu")), 0)
    with pytest.raises(EvidenceRejected, match="no linear growth bound"):
        energy_confinement._grown(network(dense("[[1]]", "size: 1, lagrangian: exp")), 0)


def test_slopes_without_an_upper_end_have_no_multipliers() -> None:
    assert lure.steepest(layer("lagrangian: {leaky_relu: {slope: 2}}")) == 2
    with pytest.raises(EvidenceRejected, match="no bound of the slope"):
        lure.steepest(layer("lagrangian: exp"))
    assert lure.steepest(layer("lagrangian: {spherical: {epsilon: 1}}")) == 1
    with pytest.raises(EvidenceRejected, match="not evidently locally Lipschitz"):
        lure.steepest(layer("lagrangian: {spherical: {epsilon: 0}}"))


# ------------------------------------------------------------------ equilibria


def test_an_equilibrium_next_to_the_region_is_not_in_it() -> None:
    """1/3 is no double: the box that is searched reaches past it, the region does not."""
    for shift, count in (("1/1000000000000000000000", 1), ("-1/1000000000000000000000", 0)):
        body = dense("[[0]]", f"size: 1, lagrangian: relu, bias: {Fraction(1, 3) + Fraction(shift)}")
        found = entry(body, "{equilibria: {lower: 1/3, upper: 1}}")
        assert (found["verdict"], len(found["obligations"][0]["data"]["equilibria"])) == ("pass", count)


def test_layers_of_both_kinds_are_smooth_inside_their_pieces() -> None:
    body = (
        "layers: {x: {size: 1, lagrangian: relu}, s: {size: 2, lagrangian: softmax}, r: {size: 1, lagrangian: relu}}\n"
        "synapses: {w: {kind: dense, layers: [x, r], weights: [[0]]}}\n"
    )
    net = network(body)
    for x, r, smooth in ((1, -1, True), (0, -1, False), (1, 0, False)):
        equilibrium = at(net, x, 0, 0, r, width=2.0**-30)
        with precision():
            assert is_smooth_at(net, equilibrium, hessian_at(net, equilibrium)) is smooth


def test_eigenvalues_that_do_not_come_apart_are_counted() -> None:
    """H = p₁p₂[[1, -1], [-1, 1]]: if W is antisymmetric, WH squared is 0, and -I + WH has the eigenvalue -1 twice."""
    for weight, told_by in (("1/2", "eigenvalues_below"), ("-1", "because")):
        body = dense(f"[[0, 1], [{weight}, 0]]", "size: 2, lagrangian: softmax")
        (found,) = entry(body, "equilibria")["obligations"][0]["data"]["equilibria"]
        ends = np.array([[float(Fraction(end)) for end in pair] for pair in found["x"]])
        told = stability.stability_of(network(body), Equilibrium(None, ends[:, 0], ends[:, 1]))
        assert (told.verdict, [*told.evidence]) == ("stable", [told_by])


def test_a_spectrum_that_is_not_enclosed_decides_nothing() -> None:
    """At 0, where H = (1 - 11ᵀ/3)/3, 3·1 + uvᵀ with v, u ⊥ 1 and v ⊥ u makes -I + WH have 0 twice, and not diagonal."""
    u, v = (1, 1, -2), (1, -1, 0)
    rows = [[3 * (i == j) + u[i] * v[j] for j in range(3)] for i in range(3)]
    net = network(dense(f"{rows}", "size: 3, lagrangian: softmax"))
    for width in (0.0, 2.0**-30):
        told = stability.stability_of(net, at(net, 0, 0, 0, width=width))
        assert (told.verdict, told.evidence) == ("undecided", {"because": stability.NOT_ENCLOSED})


def test_a_multiple_eigenvalue_that_is_known_roughly_decides_nothing() -> None:
    """The entries of a wide H are known one by one, so that its square need not be 0."""
    net = network(dense("[[0, 1], [-1, 0]]", "size: 2, lagrangian: softmax"))
    for width, verdict in ((2.0**-30, "stable"), (64.0, "undecided")):
        assert stability.stability_of(net, at(net, 0, 0, width=width)).verdict == verdict


def test_a_softmax_that_is_only_known_roughly_is_not_known_to_be_stable() -> None:
    net = network(dense("[[0, 1/4], [1/4, 0]]", "size: 2, lagrangian: softmax"))
    x = Fraction(1, 8)
    assert stability.stability_of(net, at(net, x, x, width=2.0**-30)).verdict == "stable"
    told = stability.stability_of(net, at(net, x, x, width=64.0))
    assert (told.verdict, [*told.evidence.values()]) == (
        "undecided",
        ["H is not certainly positive off its known null space"],
    )


def test_a_falling_direction_of_alive_neurons_decides_beside_a_kink() -> None:
    """x = (1, 0): the first neuron doubles what it is given, the second lies at its kink."""
    for weight, bias, verdict in ((2, -1, "unstable"), (Fraction(1, 2), Fraction(1, 2), "stable")):
        net = network(dense(f"[[{weight}, 0], [0, 1/2]]", f"size: 2, lagrangian: relu, bias: [{bias}, 0]"))
        assert stability.stability_of(net, at(net, 1, 0)).verdict == verdict


# ------------------------------------------------------------------ sizes, scales, cells


def test_a_radius_that_vanishes_beside_the_patterns_is_refused() -> None:
    patterns, bias = (ExactArray.of(np.array(rows)) for rows in ([[2.0**30, 0.0], [0.0, 2.0**30]], [0.0, 0.0]))
    gram = Gram(patterns, bias)
    assert _numbers(gram, np.array([2.0**20, 0.0]).tobytes())[0] > 0
    with pytest.raises(EvidenceRejected, match="too small beside the patterns"):
        _numbers(gram, np.array([2.0**-1074, 0.0]).tobytes())


def test_a_diagonal_that_is_not_positive_is_not_definite() -> None:
    assert not basin_cells._is_definite(cast(Any, None), np.array([1.0, 0.0]), {"method": "dominance"})


# ------------------------------------------------------------------ altered systems

SLOW = "layers: {y: {size: 1, lagrangian: identity%s}, x: {size: 1, lagrangian: relu, tau: 0}}\n"
JOINED = "synapses: {s: {kind: feedforward_feedback, layers: [y, x], forward: %s, feedback: [[1]], metric: [[2]]%s}}\n"


def test_original_networks_too_large_for_rationals_have_one_layer() -> None:
    system = altered_system(model(SLOW % "" + JOINED % ("[[1]]", "")))
    assert isinstance(system, AlteredSystem)
    one = model(dense("[[1]]", "size: 1, lagrangian: relu"))
    reduction.compare_large(system, one)
    two = model(
        "layers: {x: {size: 1, lagrangian: relu}, z: {size: 1, lagrangian: relu}}\n"
        + dense("[[1]]", "").split("\n", 1)[1]
    )
    with pytest.raises(EvidenceRejected, match="not one layer with one dense or Hebbian synapse"):
        reduction.compare_large(system, two)


# ------------------------------------------------------------------ trees and slopes


def test_the_ends_of_a_region_belong_to_it() -> None:
    for region in ("{lower: 1/2, upper: 1}", "{lower: 0, upper: 1/2}", "{lower: 1/2, upper: 1/2}"):
        found = entry(dense("[[0]]", "size: 1, lagrangian: relu, bias: 1/2"), f"{{equilibria: {region}}}")
        assert [row["x"] for row in found["obligations"][0]["data"]["equilibria"]] == [["1/2"]]


def test_a_cut_is_between_two_pieces() -> None:
    asked = obligation(dense("[[0, -2], [-2, 0]]", "size: 2, lagrangian: relu, bias: 1"), "equilibria")
    tree = by_tree(asked)
    assert judge(asked, tree).outcome is Outcome.PROVED
    for place in (1, 2, -1):
        with pytest.raises(EvidenceRejected):
            judge(asked, tree | {"cuts": [[0, place], *tree["cuts"][1:]]})


def test_slopes_whose_sign_is_not_certain_decide_nothing() -> None:
    net = network(dense("[[1/2]]", "size: 1, lagrangian: relu"))
    told = stability.stability_of(net, at(net, 0, width=2.0**-20))
    assert (told.verdict, told.evidence["because"]) == ("undecided", "a slope is negative, or its sign is not certain")
    assert stability.stability_of(net, at(net, 1, width=2.0**-20)).verdict == "stable"


def test_a_kink_inside_an_enclosure_has_no_linearisation() -> None:
    """All slopes are positive, and the second derivative jumps: eigenvalues are for g that are known to be analytic."""
    text = "size: 2, activation: {expression: '%s', of: neuron}"
    for function, known in (("x + x^3", True), ("x + x*abs(x)", False)):
        net = network(dense("[[0, 1/2], [-1/4, 0]]", text % function))
        told = stability.stability_of(net, at(net, 0, 0, width=2.0**-20))
        assert told.verdict == ("stable" if known else "undecided")
        assert known or told.evidence == {"because": "W is not symmetric, and a kink is involved"}


@pytest.mark.parametrize(("weight", "verdict"), [("1/2", "stable"), ("1", "undecided"), ("2", "unstable")])
def test_eigenvalues_on_the_axis_decide_nothing(weight: str, verdict: str) -> None:
    net = network(dense(f"[[{weight}, 1], [0, 1/4]]", "size: 2, lagrangian: relu"))
    told = stability.stability_of(net, at(net, 1, 2))
    assert told.verdict == verdict
    if verdict == "stable":
        assert told.evidence["eigenvalues_below"].startswith("[-0.5")
    if verdict == "unstable":
        assert told.evidence["eigenvalue_above"].startswith("[1.0")


def test_what_is_told_of_the_stability_of_dead_neurons_and_of_faces() -> None:
    net = network(dense("[[0]]", "size: 1, lagrangian: relu, bias: -1"))
    assert stability.stability_of(net, at(net, -1)).evidence == {"lambda_max_at_most": "0"}
    (found,) = entry(dense("[[1]]", "size: 1, lagrangian: relu"), "{equilibria: {lower: -1, upper: 1}}")["obligations"]
    rows = found["data"]["equilibria"]
    assert {row["stability"] for row in rows if "dimension" in row} <= {"undecided", "neutral"}
