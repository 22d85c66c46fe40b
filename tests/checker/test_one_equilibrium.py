"""Equilibria of networks that have one only (T16): found at any size, and refused where the evidence is not whole."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.checker.rules import judge
from hopverify.checks import claims_of
from hopverify.errors import EvidenceRejected
from hopverify.networks import build_model
from hopverify.obligations import Obligation, Outcome
from hopverify.pipeline import verify
from hopverify.spec import ModelSpec, parse_spec
from tests.checker import multipliers

CHECKS = ("equilibria", "state_recovery", "equilibrium_stability", "flat_region_stability")
PAIR = "[[0, -1/2], [-1/2, 0]]"
ACTIVATIONS = {"tanh": np.tanh, "relu": lambda x: np.maximum(x, 0)}


def spec(layer: str, weights: Any, checks: str = "equilibria") -> ModelSpec:
    synapses = f"synapses: {{w: {{kind: dense, layers: [x, x], weights: {weights}}}}}\n"
    return parse_spec(f"hopverify: 1\nname: one\nlayers: {{x: {{{layer}}}}}\n{synapses}checks: [{checks}]\n")


def first(asked: ModelSpec) -> tuple[Obligation, dict[str, Any]]:
    ((_, claim),) = claims_of(asked, build_model(asked))
    entry = verify(asked, samples=20).results[0]
    return claim.necessary[0], deepcopy(entry["obligations"][0]["evidence"])


def refused(obligation: Obligation, evidence: Mapping[str, Any], message: str) -> None:
    with pytest.raises(EvidenceRejected, match=message):
        judge(obligation, evidence)


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("symmetric", [True, False])
def test_the_one_equilibrium_of_many_neurons(name: str, symmetric: bool) -> None:
    random, n = np.random.default_rng(0), 32
    W = random.normal(size=(n, n))
    W = W + W.T if symmetric else W
    W = np.round(W / np.linalg.norm(W, 2) * 0.75, 6)
    b = np.round(random.normal(size=n), 3)
    asked = spec(f"size: {n}, lagrangian: {name}, bias: {b.tolist()}", W.tolist(), ", ".join(CHECKS))
    results = verify(asked, samples=20).results
    assert [(entry["check"], entry["verdict"]) for entry in results] == [(check, "pass") for check in CHECKS]
    (listed,) = results[0]["obligations"][0]["data"]["equilibria"]
    assert listed["stability"] == "stable"
    x = np.zeros(n)
    for _ in range(2000):
        x = x + (W @ ACTIVATIONS[name](x) + b - x) / 2
    told = [entry if isinstance(entry, list) else [entry, entry] for entry in listed["x"]]
    ends = np.array([[float(Fraction(end)) for end in entry] for entry in told])
    assert np.all(ends[:, 0] - 1e-9 <= x)
    assert np.all(x <= ends[:, 1] + 1e-9)
    assert np.max(ends[:, 1] - ends[:, 0]) < 1e-9


def test_in_a_region_there_is_the_one_equilibrium_or_none() -> None:
    """Wherever it lies, it is the only one: at 0.468… here."""
    for lower, upper, count in ((-1, 1, 1), (1, 2, 0)):
        region = f"{{equilibria: {{lower: {lower}, upper: {upper}}}}}"
        obligation, evidence = first(spec("size: 1, lagrangian: tanh, bias: 1/4", "[[1/2]]", region))
        assert evidence["proof"]["premises"][0]["proof"]["by"] == "at most one"
        found = judge(obligation, evidence)
        assert (found.outcome, len(found.data["equilibria"])) == (Outcome.PROVED, count)


def test_an_equilibrium_at_a_kink_is_found() -> None:
    (entry,) = verify(spec("size: 2, lagrangian: relu, bias: [1/2, 1/4]", PAIR), samples=20).results
    (found,) = entry["obligations"][0]["data"]["equilibria"]
    assert (entry["verdict"], found["x"], found["at_kink"]) == ("pass", ["1/2", "0"], [1])


def test_stability_needs_no_elimination_where_the_theorem_gives_it() -> None:
    n = 48
    W = (np.eye(n) / 4).tolist()
    (entry,) = verify(spec(f"size: {n}, lagrangian: tanh, bias: 1", W, "equilibrium_stability"), samples=20).results
    (found,) = entry["obligations"][0]["data"]["equilibria"]
    assert found["stability"] == "stable"
    assert [proof["by"] for proof in entry["obligations"][0]["evidence"]["proof"]["proofs"]] == ["T16"]


def test_a_softmax_layer_has_one_equilibrium_up_to_its_steepest_slope() -> None:
    """H ⪯ β/2: for W = s(1, -1)ᵀ(1, -1)/2 the zero of the flow is the only one exactly if sβ/2 ≤ ρ."""
    for s, verdict in (("9/10", "pass"), ("1", "unknown"), ("11/10", "fail")):
        half = Fraction(s) / 2
        weights = f"[['{half}', '{-half}'], ['{-half}', '{half}']]"
        asked = spec("size: 2, lagrangian: {softmax: {beta: 2}}", weights, "global_stability")
        assert verify(asked).results[0]["verdict"] == verdict, s


def test_a_layer_that_is_not_elementwise_has_one_multiplier_and_one_time() -> None:
    softmax = "size: 2, lagrangian: softmax"
    obligation, evidence = first(spec(softmax, PAIR, "global_stability"))
    assert evidence["proof"]["heights"] == {"x": "1/2"}
    proof = evidence["proof"]
    for d, held in ((["1", "2"], False), (["2", "2"], True)):
        changed = evidence | {"proof": proof | {"multipliers": {"x": d}}}
        if held:
            assert judge(obligation, changed).outcome is Outcome.PROVED
        else:
            refused(obligation, changed, "has one multiplier, and one τ")
    two_times = spec(f"{softmax}, tau: [1, 2]", PAIR, "global_stability")
    ((_, claim),) = claims_of(two_times, build_model(two_times))
    refused(claim.necessary[0], evidence, "one multiplier, and one τ")


def test_layers_of_which_no_bound_is_declared_are_left_open() -> None:
    for layer in ("normmax", "{spherical: {epsilon: 0}}", "{layernorm: {gamma: -1}}"):
        asked = spec(f"size: 2, lagrangian: {layer}", PAIR, "global_stability")
        ((_, claim),) = claims_of(asked, build_model(asked))
        with pytest.raises(EvidenceRejected):
            judge(claim.necessary[0], multipliers.stable(build_model(asked), ["1", "1"]))
