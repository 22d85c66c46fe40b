"""What the list of all equilibria proves of the flow, and what it does not (T17); equilibria that refute."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import numpy as np
import pytest

from hopverify.checker.boxed_equilibria import confirmed
from hopverify.checker.payload import text_of
from hopverify.checker.rules import judge
from hopverify.errors import EvidenceRejected
from hopverify.networks import build_model, linear_network
from hopverify.obligations import GloballyStable, Outcome
from hopverify.pipeline import verify
from hopverify.spec import ModelSpec, parse_spec
from tests.checker.models import dense

ALL = "energy_descent, boundedness, equilibria, global_stability"
# One equilibrium, (9/2, 3/2), where no neuron is alive; λ_max(W) = 3/2 is too much for T16.
CLIPPED = dense("[[0, '3/2'], ['3/2', 0]]", "size: 2, lagrangian: hard_tanh, bias: [3, 0]")
SMOOTH = dense("[[0, '3/2'], ['3/2', 0]]", "size: 2, lagrangian: tanh, bias: [3, 0]")
WHOLE = dense("[[6, 0], [0, 6]]", "size: 2, lagrangian: softmax, bias: [9, 0]")
FOLLOWED = (
    "layers:\n  v: {size: 2, lagrangian: hard_tanh, bias: [3, -3]}\n  h: {size: 2, lagrangian: identity, tau: 0}\n"
    "synapses: {w: {kind: dense, layers: [v, h], weights: [['5/4', 0], [0, '5/4']]}}\n"
)
TRAP = dense("[[1]]", "size: 1, lagrangian: {tanh: {beta: 2}}")


def spec(body: str, checks: str = "global_stability") -> ModelSpec:
    return parse_spec(f"hopverify: 1\nname: run\n{body}checks: [{checks}]\n")


def entry(body: str, check: str = "global_stability") -> Mapping[str, Any]:
    return verify(spec(body, check), samples=200).results[-1]


def evidence(body: str) -> tuple[GloballyStable, dict[str, Any]]:
    found = entry(body)
    assert found["method"] == ["lasalle"]
    return GloballyStable(build_model(spec(body))), deepcopy(found["obligations"][0]["evidence"])


def whole_descent(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the evidence of a descent with the proofs that its premises cite."""
    *premises, conclusion = (row["evidence"] for row in found["obligations"])
    whole = [{key: each[key] for key in ("claim", "proof")} for each in premises]
    return {**conclusion, "proof": {**conclusion["proof"], "premises": whole}}


def refused(obligation: GloballyStable, payload: Mapping[str, Any], message: str) -> None:
    with pytest.raises(EvidenceRejected, match=message):
        judge(obligation, payload)


@pytest.mark.parametrize("body", [CLIPPED, SMOOTH, WHOLE, FOLLOWED])
def test_one_equilibrium_in_all_attracts_everything(body: str) -> None:
    results = verify(spec(body, ALL), samples=200).results
    assert [found["verdict"] for found in results] == ["pass"] * 4
    assert results[-1]["method"] == ["lasalle"]
    (own,) = results[-1]["obligations"][0]["data"]["listed"]
    (listed,) = results[2]["obligations"][0]["data"]["equilibria"]
    assert (own, listed["stability"]) == (listed["x"], "stable")


# ------------------------------------------------------------------ what the list of one does not show


def test_a_list_of_a_region_is_none_of_all_states() -> None:
    """The trap: tanh(2x) has one equilibrium in [0.5, 3], and three in all."""
    asked = spec(TRAP, "energy_descent, boundedness, {equilibria: {lower: 0.5, upper: 3}}, global_stability")
    results = verify(asked, samples=200).results
    assert [found["verdict"] for found in results] == ["pass", "pass", "pass", "fail"]
    (listed,) = results[2]["obligations"]
    assert len(listed["data"]["equilibria"]) == 1
    _, payload = evidence(SMOOTH)
    tree = {key: value for key, value in listed["evidence"].items() if key != "rule"}
    trap = GloballyStable(build_model(spec(TRAP)))
    descent = whole_descent(results[0])
    taken = {**payload, "descent": descent, "list": tree, "bounded": results[1]["obligations"][0]["evidence"]}
    refused(trap, taken, "does not hold|ends before|not emptied|not one isolated")


@pytest.mark.parametrize(
    ("body", "lists"),
    [
        # hard_tanh(x) = x on [-1, 1], relu(x) = x for x ≥ 0: told as one state on a face, or as none of it.
        (dense("[[1]]", "size: 1, lagrangian: hard_tanh"), {"levels": ["c", "sc", "ss"], "cuts": [[0, 0], [0, 1]]}),
        (dense("[[1]]", "size: 1, lagrangian: relu"), {"levels": ["c", "ss"], "cuts": [[0, 0]]}),
    ],
)
def test_a_face_is_no_point(body: str, lists: dict[str, Any]) -> None:
    obligation = GloballyStable(build_model(spec(body)))
    descent = whole_descent(entry(body, "energy_descent"))
    claimed = {"claim": "bounded solutions", "box": {"x": [["-2", "2"]]}}
    bounded = {"rule": "kernel", "claim": claimed, "proof": {"by": "ranges"}}
    for faces in ({}, {"1": ["0"]}):
        tree = {"box": None, "faces": faces} | lists
        payload = {"rule": "lasalle", "list": tree, "bounded": bounded, "descent": descent}
        refused(obligation, payload, "not one isolated|not shown to lead into")
    assert entry(body)["verdict"] == "fail"


def test_an_energy_of_the_authors_own_is_not_the_derived_one() -> None:
    found = entry(f"{CLIPPED}energy: '1'\n")
    assert found["verdict"] == "unknown"
    _, payload = evidence(CLIPPED)
    refused(GloballyStable(build_model(spec(f"{CLIPPED}energy: '1'\n"))), payload, "energy|claims")


def test_weights_within_a_tolerance_are_many_networks() -> None:
    near = "{values: [[0, '3/2'], ['3/2', 0]], tolerance: 0.5}"
    found = entry(dense(near, "size: 2, lagrangian: hard_tanh, bias: [3, 0]"))
    assert (found["verdict"], found["method"]) == ("unknown", [])
    model = build_model(spec(dense(near, "size: 2, lagrangian: hard_tanh, bias: [3, 0]")))
    _, payload = evidence(CLIPPED)
    refused(GloballyStable(model), payload, "not shown to lead into the box")


@pytest.mark.parametrize(
    "body",
    [
        # An activation that jumps; one that falls somewhere; weights that are not symmetric; two time constants in a
        # layer that is not elementwise. All have one equilibrium.
        dense("[[0, '3/2'], ['3/2', 0]]", "size: 2, lagrangian: {expression: 'abs(x)', of: neuron}, bias: [3, 0]"),
        dense("[[0, '5/2'], ['5/2', 0]]", "size: 2, lagrangian: gelu, bias: [-3, -3]"),
        dense("[[0, '3/2'], [1, 0]]", "size: 2, lagrangian: hard_tanh, bias: [3, 0]"),
        dense("[[6, 0], [0, 6]]", "size: 2, lagrangian: softmax, bias: [9, 0], tau: [1, 10]"),
    ],
)
def test_where_nothing_is_known_to_descend_nothing_follows(body: str) -> None:
    assert "lasalle" not in entry(body)["method"]
    _, payload = evidence(WHOLE if "softmax" in body else CLIPPED)
    with pytest.raises(EvidenceRejected, match="several time constants" if "softmax" in body else None):
        judge(GloballyStable(build_model(spec(body))), payload)


def test_each_part_of_the_evidence_is_judged() -> None:
    obligation, payload = evidence(CLIPPED)
    found = judge(obligation, payload)
    assert (found.outcome, found.data["boxes"]) == (Outcome.PROVED, sum(map(len, payload["list"]["levels"])))
    descent, tree = payload["descent"], payload["list"]
    premises = descent["proof"]["premises"]
    for k, own in enumerate(premises):
        for changed in (premises[:k], [*premises[:k], {"claim": own["claim"]}, *premises[k + 1 :]]):
            less = {**descent, "proof": {"by": "T2", "premises": changed}}
            refused(obligation, payload | {"descent": less}, "lacks a premise|was not accepted before")
    refused(obligation, payload | {"descent": {"rule": "kernel", **premises[0]}}, "the claim is about something else")
    refused(obligation, payload | {"descent": None}, "no rule of the checker")
    refused(obligation, payload | {"bounded": payload}, "is not about")
    refused(obligation, payload | {"bounded": None}, "no rule of the checker")
    refused(obligation, payload | {"list": tree | {"multipliers": ["1", "1"]}}, "expected a tree with the keys")
    refused(obligation, payload | {"list": tree | {"levels": ["?"], "cuts": []}}, "not one isolated")
    refused(obligation, payload | {"list": None}, "expected a tree")


# ------------------------------------------------------------------ what refutes


def hebbian(size: int) -> str:
    rng = np.random.default_rng(3)
    patterns = np.where(rng.random((4, size)) < 0.5, -1, 1)
    weights = [[f"{int(v)}/{size}" for v in row] for row in patterns.T @ patterns]
    return dense(str(weights), f"size: {size}, lagrangian: {{tanh: {{beta: 4}}}}").replace('"', "'")


@pytest.mark.parametrize("size", [48, 80])
def test_two_equilibria_refute_beyond_dozens_of_neurons(size: int) -> None:
    found = entry(hebbian(size))
    assert (found["verdict"], found["method"]) == ("fail", ["kernel (no global stability, by two)"])
    assert len(found["obligations"][0]["data"]["equilibria"]) == 2


def test_one_unstable_equilibrium_refutes() -> None:
    """An oscillator: 0 is the only equilibrium, with the eigenvalues 1 ± 2i; and one that is affine beside it."""
    for layer in ("tanh", "hard_tanh"):
        body = dense("[[2, 2], [-2, 2]]", f"size: 2, lagrangian: {layer}")
        found = entry(body)
        assert (found["verdict"], found["method"]) == ("fail", ["kernel (no global stability, by unstable)"])
        assert len(found["obligations"][0]["data"]["equilibria"]) == 1
        obligation = GloballyStable(build_model(spec(body)))
        stable = dense("[['1/2', 2], [-2, '1/2']]", f"size: 2, lagrangian: {layer}")
        payload = found["obligations"][0]["evidence"]
        refused(GloballyStable(build_model(spec(stable))), payload, "form|rejected|not certainly|negative")
        assert judge(obligation, payload).outcome is Outcome.REFUTED


@pytest.mark.parametrize("width", ["-1/1000", "-1/10", "-3", "-10"])
def test_a_box_of_negative_width_holds_nothing(width: str) -> None:
    """Krawczyk's test says nothing of it: where the map expands, its image of such a box "lies inside"."""
    for body in (TRAP, WHOLE):
        network = linear_network(build_model(spec(body)))
        assert network is not None
        for at in np.linspace(-4, 4, 17).tolist():
            with pytest.raises(EvidenceRejected, match="has no width"):
                confirmed(network, {"centre": [text_of(at)] * network.size, "width": width})
