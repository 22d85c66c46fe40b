"""The form of Euler steps, entry by entry; bounds of slopes; and what the rules refuse."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.checker.rules import Judgement, judge
from hopverify.checker.slope_bounds import slope_bounds, slope_range
from hopverify.checker.step_form import DerivedForm, step_form
from hopverify.checks.step_size import CHECK
from hopverify.errors import EvidenceRejected
from hopverify.networks import Model, build_model
from hopverify.obligations import Outcome, SafeSteps, StepForm
from hopverify.spec import parse_spec
from hopverify.verdict import Reason

F = Fraction


def model(layers: str, synapses: str) -> Model:
    return build_model(
        parse_spec(f"hopverify: 1\nname: net\nlayers: {{{layers}}}\nsynapses: {{{synapses}}}\nchecks: all\n")
    )


def single(function: str, W: str = "[[0, -2], [-2, 1]]", more: str = "") -> Model:
    size = W.count("[") - 1
    layer = f"x: {{size: {size}, lagrangian: {function}{more}}}"
    return model(layer, f"w: {{kind: dense, layers: [x, x], weights: {W}}}")


def obligations(made: Model, step: Fraction | None = None) -> tuple[StepForm, SafeSteps]:
    (claim,) = CHECK.claims(made, {"step": step})
    form, safe = claim.premises[-1], claim.necessary[0]
    assert isinstance(form, StepForm)
    assert isinstance(safe, SafeSteps)
    return form, safe


def judged(made: Model, payload: dict[str, Any], step: Fraction | None = None) -> Judgement:
    return judge(obligations(made, step)[0], {"rule": "euler_step", **payload})


def function(text: str) -> Any:
    return single(text, "[[0]]").layers["x"].function


@pytest.mark.parametrize(
    ("name", "kappa", "beta"),
    [
        ("identity", 1, 1),
        ("relu", 0, 1),
        ("{leaky_relu: {slope: 3}}", 1, 3),
        ("{tanh: {beta: 5}}", 0, 5),
        ("{sigmoid: {beta: 2}}", 0, F(1, 2)),
        ("{expression: 'softplus(2*x)'}", 0, 1),
        ("{softmax: {beta: 3}}", 0, F(3, 2)),
        ("entmax", 0, 1),
        ("{layernorm: {gamma: 2, epsilon: 1/100}}", 0, 20),
        ("{spherical: {gamma: 3, epsilon: 4}}", 0, F(3, 2)),
    ],
)
def test_bounds_of_slopes(name: str, kappa: int, beta: Fraction) -> None:
    low, high = slope_bounds(function(name))
    assert low == kappa
    assert beta <= high <= beta * (1 + F(1, 1000))


@pytest.mark.parametrize(
    "name",
    [
        "exp",
        "spherical",
        "normmax",
        "{layernorm: {gamma: -1}}",
        "{expression: 'norm(x, 1)', of: layer}",
        "repu",
    ],
)
def test_slopes_without_bounds(name: str) -> None:
    with pytest.raises(EvidenceRejected):
        slope_bounds(function(name))


@pytest.mark.parametrize("name", ["gelu", "silu", "mish"])
def test_slopes_of_either_sign(name: str) -> None:
    made = function(name)
    low, high = slope_range(made)
    x = np.linspace(-40, 40, 20_001)
    from hopverify.expr.evaluate import evaluate
    from hopverify.expr.floats import FLOATS

    slopes = evaluate(made.slope, {"x": x}, FLOATS)
    assert low is not None
    assert high is not None
    assert -F(1, 50) + F(float(slopes.min())) < low <= F(float(slopes.min()))
    assert F(float(slopes.max())) <= high


def entries(made: Model, pace: Fraction) -> list[list[Fraction]]:
    form: Any = step_form(obligations(made)[0]).form(pace)
    return [[F(value) for value in row] for row in form.fractions()]


def test_the_form_entry_by_entry() -> None:
    """M = diag(2a/β̃ + ρ/β) + W with a = τ/h - ρ."""
    made = single("{tanh: {beta: 2}}", more=", tau: [1, 3], leak: [2, 1]")
    assert entries(made, F(4)) == [[2 * F(4 - 2) / 2 + 1, -2], [-2, 2 * F(12 - 1) / 2 + F(1, 2) + 1]]
    leaky = single("{leaky_relu: {slope: 1/4}}", "[[0, 1], [1, 0]]")
    # a = -1/2 is divided by κ = 1/4, a = 1 by β = 1.
    assert entries(leaky, F(1, 2))[0] == [2 * F(-1, 2) * 4 + 1, 1]
    assert entries(leaky, F(2))[0] == [3, 1]


def test_neurons_with_constant_activations_are_left_out() -> None:
    both = model(
        "x: {size: 1, lagrangian: relu}, c: {size: 1, lagrangian: {expression: '3*x', of: neuron}}",
        "w: {kind: dense, layers: [x, c], weights: [[-9]]}",
    )
    assert entries(both, F(1)) == [[1]]


def test_fast_layers_take_no_part_in_the_form() -> None:
    made = model(
        "v: {size: 2, lagrangian: identity}, h: {size: 1, lagrangian: relu, tau: 0}, "
        "f: {size: 1, lagrangian: softmax, tau: 0}",
        "a: {kind: dense, layers: [v, h], weights: [[-9], [9]]}, b: {kind: dense, layers: [f, v], weights: [[7, 7]]}",
    )
    assert step_form(obligations(made)[0]).diagonal_below(F(1, 2)) == [F(0), F(0)]


def test_large_networks_have_the_same_form() -> None:
    """Blocks in doubles with their slack lie below the exact form, closely."""
    generator = np.random.default_rng(3)
    n = 210
    Xi = generator.choice([-1, 1], size=(3, n))
    patterns = "[" + ", ".join(str(row.tolist()) for row in Xi) + "]"
    layer = f"x: {{size: {n}, lagrangian: {{tanh: {{beta: 2}}}}}}"
    for scale in (-1, 1):
        made = model(
            layer, f"w: {{kind: hebbian, layers: [x], patterns: {patterns}, scale: {scale}, zero_diagonal: true}}"
        )
        form = step_form(obligations(made)[0])
        W = scale * (Xi.T @ Xi - 3 * np.eye(n))
        M = np.array(form.form(F(5, 4)).fractions(), dtype=np.float64)
        assert np.abs(M - (W + np.eye(n) * (2 * 0.25 / 2 + 0.5))).max() < 1e-9
        below = form.diagonal_below(F(5, 4))
        assert below == ([F(3, 4) - 3] * n if scale > 0 else None)


def test_the_edge_is_exact() -> None:
    """λ_min(W) = -2, β = 1: h = 2/3 makes M singular, and a part in 10¹² more makes it indefinite."""
    made = single("relu", "[[0, -2], [-2, 0]]")
    inertia = {"method": "inertia"}
    assert judged(made, {"step": "2/3", "definiteness": inertia}).outcome is Outcome.PROVED
    longer = str(F(2, 3) * (1 + F(1, 10**12)))
    for payload in ({"definiteness": inertia}, {"definiteness": {"method": "exact"}}, {}):
        with pytest.raises(EvidenceRejected):
            judged(made, {"step": longer, **payload})


def test_saturating_neurons_end_the_theorem() -> None:
    made = single("tanh", "[[5]]")
    assert judged(made, {"step": "1"}).data["certified_step"] == "1"
    for step in ("1000001/1000000", "any"):
        with pytest.raises(EvidenceRejected):
            judged(made, {"step": step})


@pytest.mark.parametrize("step", ["0", "-1", "1/0", "0.5", "all", 1, None])
def test_steps_that_are_no_lengths(step: Any) -> None:
    with pytest.raises(EvidenceRejected):
        judged(single("tanh", "[[0]]"), {"step": step})


def test_a_shorter_step_than_the_stated_one_proves_nothing() -> None:
    made = single("tanh", "[[0]]")
    assert judged(made, {"step": "1/2"}, F(1, 2)).outcome is Outcome.PROVED
    short = judged(made, {"step": "1/2"}, F(3, 4))
    assert (short.outcome, short.reason) == (Outcome.OPEN, Reason.STEP_TOO_LONG)


def test_the_theorem_needs_symmetric_weights_and_quadratic_synapses() -> None:
    for made in (
        single("tanh", "[[0, 1], [1.0000000000000002, 0]]"),
        model("x: {size: 1, lagrangian: tanh}", "s: {kind: expression, layers: [x], energy: '-sum(x^3)'}"),
    ):
        with pytest.raises(EvidenceRejected, match="quadratic"):
            judged(made, {"step": "1/1000", "definiteness": {"method": "exact"}})


def test_two_time_constants_in_a_layer_that_is_not_elementwise() -> None:
    with pytest.raises(EvidenceRejected, match="differ"):
        judged(single("softmax", "[[0, 0], [0, 0]]", ", tau: [1, 2]"), {"step": "1/1000"})


def test_unsafe_steps_have_to_be_longer_and_to_raise_the_energy() -> None:
    made = single("identity", "[[-1]]")
    claimed = {"step": "1"}

    def with_unsafe(state: str, step: str) -> Judgement:
        return judged(made, {**claimed, "unsafe": {"state": {"x": [state]}, "step": step}})

    data = with_unsafe("1", "5/4").data
    assert (data["unsafe_step"], data["certified_share"]) == ("5/4", "4/5")
    for state, step in (("1", "1"), ("0", "5/4"), ("1", "1/2")):
        with pytest.raises(EvidenceRejected):
            with_unsafe(state, step)
    with pytest.raises(EvidenceRejected):
        judged(made, {**claimed, "unsafe": {"state": {"x": ["1"]}}})


def test_rising_steps_are_confirmed_and_within_the_claim() -> None:
    made = single("identity", "[[-1]]")
    _, safe = obligations(made, F(5, 4))

    def refuted(state: str, step: str) -> Outcome:
        return judge(safe, {"rule": "rising_step", "state": {"x": [state]}, "step": step}).outcome

    assert refuted("1", "5/4") is Outcome.REFUTED
    assert refuted("1", "9/8") is Outcome.REFUTED
    for state, step in (("1", "1"), ("0", "5/4"), ("1", "3/2")):
        with pytest.raises(EvidenceRejected):
            refuted(state, step)
    with pytest.raises(EvidenceRejected, match="positive"):
        judge(safe, {"rule": "rising_step", "state": {"x": ["1"]}})


def test_the_longest_pace_of_a_model() -> None:
    form = step_form(obligations(single("tanh", more=", tau: [1, 2], leak: [3, 1]"))[0])
    assert isinstance(form, DerivedForm)
    assert form.least_pace == 3
