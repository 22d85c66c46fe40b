"""What the list of all equilibria proves of the flow, and what it does not (T17); equilibria that refute."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.checker.rules import judge
from hopverify.errors import EvidenceRejected
from hopverify.networks import build_model
from hopverify.obligations import GloballyStable, Outcome
from hopverify.pipeline import verify
from hopverify.spec import ModelSpec, parse_spec
from tests.checker.models import dense

BY_LIST = "kernel (global stability, by list)"
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
    assert found["method"] == [BY_LIST]
    return GloballyStable(build_model(spec(body))), deepcopy(found["obligations"][0]["evidence"])


def refused(obligation: GloballyStable, payload: Mapping[str, Any], message: str) -> None:
    with pytest.raises(EvidenceRejected, match=message):
        judge(obligation, payload)


@pytest.mark.parametrize("body", [CLIPPED, SMOOTH, WHOLE, FOLLOWED])
def test_one_equilibrium_in_all_attracts_everything(body: str) -> None:
    results = verify(spec(body, ALL), samples=200).results
    assert [found["verdict"] for found in results] == ["pass"] * 4
    assert results[-1]["method"] == [BY_LIST]
    own = results[-1]["obligations"][0]["data"]["x"]
    (listed,) = results[2]["obligations"][0]["data"]["equilibria"]
    assert listed["stability"] == "stable"
    for one, other in zip(own, listed["x"], strict=True):
        first, second = (each if isinstance(each, list) else [each, each] for each in (one, other))
        assert max(map(Fraction, (first[0], second[0]))) <= min(map(Fraction, (first[1], second[1])))


# ------------------------------------------------------------------ what the list of one does not show


def test_a_list_of_a_region_is_none_of_all_states() -> None:
    """The trap: tanh(2x) has one equilibrium in [0.5, 3], and three in all."""
    asked = spec(TRAP, "energy_descent, boundedness, {equilibria: {lower: 0.5, upper: 3}}, global_stability")
    results = verify(asked, samples=200).results
    assert [found["verdict"] for found in results] == ["pass", "pass", "pass", "fail"]
    (listed,) = results[2]["obligations"]
    assert len(listed["data"]["equilibria"]) == 1


@pytest.mark.parametrize("name", ["hard_tanh", "relu"])
def test_a_continuum_is_no_point(name: str) -> None:
    """hard_tanh(x) = x on [-1, 1], relu(x) = x for x ≥ 0."""
    assert entry(dense("[[1]]", f"size: 1, lagrangian: {name}"))["verdict"] == "fail"


def test_an_energy_of_the_authors_own_is_not_the_derived_one() -> None:
    found = entry(f"{CLIPPED}energy: '1'\n")
    assert found["verdict"] == "unknown"
    _, payload = evidence(CLIPPED)
    refused(
        GloballyStable(build_model(spec(f"{CLIPPED}energy: '1'\n"))), payload, "it is about another core|energy|claims"
    )


def test_weights_within_a_tolerance_are_many_networks() -> None:
    near = "{values: [[0, '3/2'], ['3/2', 0]], tolerance: 0.5}"
    found = entry(dense(near, "size: 2, lagrangian: hard_tanh, bias: [3, 0]"))
    assert (found["verdict"], found["method"]) == ("unknown", [])
    model = build_model(spec(dense(near, "size: 2, lagrangian: hard_tanh, bias: [3, 0]")))
    _, payload = evidence(CLIPPED)
    refused(GloballyStable(model), payload, "known up to a spread|not shown to lead into the box")


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
    assert BY_LIST not in entry(body)["method"]
    _, payload = evidence(WHOLE if "softmax" in body else CLIPPED)
    with pytest.raises(EvidenceRejected, match="several time constants" if "softmax" in body else None):
        judge(GloballyStable(build_model(spec(body))), payload)


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


def test_two_equilibria_of_a_dense_memory_beyond_dozens_of_neurons() -> None:
    body = (
        "layers: {x: {size: 42, lagrangian: tanh}}\n"
        f"synapses: {{s: {{kind: associative, layers: [x], patterns: [{[1] * 42}], function: z^3/1000}}}}\n"
        f"memories: {{m: {{layer: x, patterns: [{[1] * 42}]}}}}\n"
    )
    found = entry(body)
    assert (found["verdict"], found["method"]) == ("fail", ["kernel (no global stability, by two)"])


@pytest.mark.parametrize("factor", ["1", "2", "300"])
def test_a_factor_of_the_energy_leaves_its_minima(factor: str) -> None:
    """Four minima at (±1, ±1), of an energy as steep as the factor says."""
    energy = f"{factor}*sum((x^2 - 1)^2)"
    body = (
        "layers: {x: {size: 2, lagrangian: identity, leak: false}}\n"
        f"synapses: {{s: {{kind: expression, layers: [x], energy: '{energy}'}}}}\n"
    )
    assert entry(body)["verdict"] == "fail"


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
