"""Steps in the presence of synapses that are not quadratic: a concave S takes no part in M(h), others with a bound."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from hopverify import verify
from hopverify.expr.curvature import curvature
from hopverify.expr.floats import FLOATS
from hopverify.expr.functions import Bend
from hopverify.expr.parser import parse
from hopverify.networks import Model, build_model
from hopverify.numerics.step_form import step_form
from hopverify.obligations import StepForm
from hopverify.provers import Budget
from hopverify.provers.euler_steps import Steps
from hopverify.spec import parse_spec

TWO = "x: {size: 2, lagrangian: tanh}, y: {size: 2, lagrangian: identity}"
DENSE = "w: {kind: dense, layers: [x, y], weights: [[0.5, 0.25], [0, 0.5]]}"
CONCAVE = {
    "log-sum-exp": "s: {kind: expression, layers: [x], energy: '-logsumexp(3*x)'}",
    "of two layers": "s: {kind: expression, layers: [x, y], energy: '-logsumexp(x + 2*y)'}",
    "with an array": "s: {kind: expression, layers: [x], energy: '-sum(exp(a @ x))'}",
    "linear": "s: {kind: expression, layers: [x], energy: 'sum(x)'}",
    "exponential memory": "s: {kind: associative, layers: [x], patterns: [[1, -1]], function: exp(z)}",
}
BOUNDED = {
    "convex": ("s: {kind: expression, layers: [x], energy: 'logsumexp(3*x)'}", "3/8", "2/5"),
    "neither": ("s: {kind: expression, layers: [x], energy: '-sum(x^3)'}", "8/29", "1/3"),
    "cubic memory": ("s: {kind: associative, layers: [x], patterns: [[1, -1]], function: z^3}", "1/14", "1/3"),
}
OTHER = {
    "unbounded": "s: {kind: expression, layers: [y], energy: '-sum(y^3)'}",
    "concave, its drive with a jump": "s: {kind: expression, layers: [x], energy: '-sum(abs(x))'}",
    "of a kind that never is": "s: {kind: gated, layers: [x, y, z], weights: [1, 1]}",
}


def model(synapse: str, *, layers: str = TWO, dense: str = DENSE) -> Model:
    more = ", z: {size: 2, lagrangian: tanh}" if "gated" in synapse else ""
    text = f"hopverify: 1\nname: net\nlayers: {{{layers}{more}}}\nsynapses: {{{dense}, {synapse}}}\n"
    return build_model(parse_spec(text + "arrays: {a: [[1, -2], [0, 1]]}\n"))


def holds(made: Model, step: str) -> bool:
    """Return whether the kernel accepts steps up to a length."""
    obligation = StepForm(made, None, None)
    return Steps(obligation, step_form(obligation), Budget()).shown(1 / Fraction(step))


@pytest.mark.parametrize("synapse", CONCAVE.values(), ids=CONCAVE)
def test_a_concave_synapse_is_left_out(synapse: str) -> None:
    diagonal = "d: {kind: diagonal, layers: [x, x], weights: [0.25, 0.25]}"
    assert holds(model(synapse, dense=diagonal), "1")


@pytest.mark.parametrize(("synapse", "safe", "longer"), BOUNDED.values(), ids=BOUNDED)
def test_a_bound_of_the_hessian_counts(synapse: str, safe: str, longer: str) -> None:
    diagonal = "d: {kind: diagonal, layers: [x, x], weights: [0.25, 0.25]}"
    assert holds(model(synapse, dense=diagonal), safe)
    assert not holds(model(synapse, dense=diagonal), longer)


@pytest.mark.parametrize("synapse", OTHER.values(), ids=OTHER)
def test_any_other_is_refused(synapse: str) -> None:
    diagonal = "d: {kind: diagonal, layers: [x, x], weights: [0.25, 0.25]}"
    assert not holds(model(synapse, dense=diagonal), "1/8")


def test_so_is_a_concave_one_of_a_layer_that_is_eliminated() -> None:
    layers = "x: {size: 2, lagrangian: tanh}, y: {size: 2, lagrangian: softmax, tau: 0}"
    both = CONCAVE["log-sum-exp"].replace("[x]", "[x, y]").replace("3*x)", "3*x) - sum(y)")
    assert not holds(model(both, layers=layers), "1/8")
    assert holds(model(CONCAVE["log-sum-exp"], layers=layers), "1")


def test_the_quadratic_synapses_count_as_before() -> None:
    inhibition = "d: {kind: diagonal, layers: [x, x], weights: [-3, -3]}"
    made = model(CONCAVE["log-sum-exp"], dense=inhibition)
    # 2(1/h - 1) + 1 - 3 ≥ 0 up to h = 1/2.
    assert holds(made, "1/2")
    assert not holds(made, "9/16")


@pytest.mark.parametrize("synapse", CONCAVE.values(), ids=CONCAVE)
def test_certified_steps_raise_no_energy(synapse: str) -> None:
    made, rng = model(synapse), np.random.default_rng(3)
    for _ in range(200):
        state = {name: rng.normal(scale=4, size=2) for name in made.layers}
        velocity = made.velocity(state, FLOATS)
        for step in (0.25, 0.5):
            after = {name: state[name] + step * velocity[name] for name in state}
            before, then = made.energy(state, FLOATS), made.energy(after, FLOATS)
            assert then <= before + 1e-9 * (1 + abs(before))


@pytest.mark.parametrize(("step", "verdict"), [("2", "pass"), ("9/4", "fail")])
def test_attention_written_as_an_energy_allows_twice_its_update(step: str, verdict: str) -> None:
    spec = parse_spec(
        "{hopverify: 1, name: attention, layers: {x: {size: 2, lagrangian: identity}},"
        " synapses: {s: {kind: expression, layers: [x], energy: '-logsumexp(4*(a @ x))/4'}},"
        f" arrays: {{a: [[1, 0], [0, 1], [-1, 2]]}}, checks: [{{step_size: {{step: {step}}}}}]}}"
    )
    assert verify(spec, samples=20).verdict == verdict


@pytest.mark.parametrize("state", ["x", "y", "input"])
def test_a_root_of_squares_is_a_norm_whatever_the_state_is_called(state: str) -> None:
    affine, bent = (parse(f"sqrt({inner}^2 + 1)") for inner in (f"(2*{state} - 3)", f"(exp(-{state}) - 1)"))
    assert curvature(affine, {state}).bend is Bend.CONVEX
    # |e^-u - 1| is not convex.
    assert curvature(bent, {state}).bend is None
