"""The bound of the energy by growth and ranges: form, linear part and constant, each worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from flint import arb

from hopverify.checker import energy_form
from hopverify.checker.energy_form import EnergyForm
from hopverify.errors import EvidenceRejected
from hopverify.expr.balls import BALLS, precision
from hopverify.networks import LayerFunction, Model
from tests.checker.models import layer, model

F = Fraction
ZERO = F(0)

# g(x) = relu(2x + 5/4) - 3/4, so that g(0) = 1/2, and g(x) = 1/2 - relu(3/4 - 4x): one rises without end and keeps
# above -3/4, the other falls without end and keeps below 1/2. The range of ``kept`` is [-1, 2], and its L(0) is 1/2.
LAYERS = """layers:
  up: {size: 2, lagrangian: {expression: "relu(2*x + 5/4)^2/4 - 3*x/4"}, leak: [1, 2], bias: [-1/2, 3]}
  down: {size: 1, lagrangian: {expression: "relu(3/4 - 4*x)^2/8 + x/2"}, leak: 3, bias: 1/8}
  both: {size: 2, lagrangian: {leaky_relu: {slope: 1/2}}, leak: [1, 5], bias: [0, -1]}
  kept: {size: 2, lagrangian: {expression: "relu(x + 1)^2/2 - relu(x - 2)^2/2 - x"}, leak: 4, bias: [1/4, -1]}
"""
OPEN = """synapses:
  own: {kind: dense, layers: [up, up], weights: [[-1, 1/4], [1/4, -2]]}
  doubled: {kind: diagonal, layers: [up, up], weights: [-1/8, -1/16], prefactor: 1}
  across: {kind: dense, layers: [down, both], weights: [[1/2, -1/4]], prefactor: 2}
  fed: {kind: feedforward_feedback, layers: [up, down, kept], forward: [[1/8, 1], [2, -1], [0, 3]], feedback: [[7, 7, 7], [7, 7, 7]]}
  kept: {kind: dense, layers: [kept, kept], weights: [[1, -2], [-2, 3]]}
"""  # noqa: E501
SIGNED = [True, True, True, False, False]
# S = -½γᵀWγ - Σ wγ² - 2γ_down V γ_both - γ_(down, kept)ᵀ A γ_up; what falls is counted downwards.
FORM: list[list[Fraction | int]] = [
    [F(1, 2) + 1 + F(1, 4), -F(1, 4), F(1, 8), 0, 0],
    [-F(1, 4), 1 + 2 + F(1, 8), 1, 0, 0],
    [F(1, 8), 1, F(3, 4), 1, -F(1, 2)],
    [0, 0, 1, 1, 0],
    [0, 0, -F(1, 2), 0, 5],
]
# What reaches ``up`` from ``kept`` in [-1, 2]² is (2γ_0, -γ_0 + 3γ_1), to which its bias is added.
LINEAR = [max(F(5, 2), F(7, 2)), max(F(2), F(10)), F(1, 8), ZERO, F(1)]


def test_the_form_of_layers_that_rise_fall_and_do_both() -> None:
    found = EnergyForm(model(LAYERS + OPEN))
    assert [layer.name for layer in found.open] == ["up", "down", "both"]
    assert found.loose == []
    assert found.signed == SIGNED
    assert found.form.tolist() == FORM


def test_every_term_of_the_bound() -> None:
    margin = F(1, 8)
    leak, slope = [F(1), F(2), F(3), F(1), F(5)], [F(2), F(2), F(4), F(1), F(1)]
    offset, shift = [F(1, 2), F(1, 2), F(1, 4), ZERO, ZERO], [F(3, 4), F(3, 4), F(1, 2), ZERO, ZERO]
    c = [bound + rho * t / s for bound, rho, t, s in zip(LINEAR, leak, offset, slope, strict=True)]
    moved = [sum((q * a for q, a in zip(row, shift, strict=True)), ZERO) for row in FORM]
    raised = sum((each + abs(by)) ** 2 for each, by in zip(c, moved, strict=True))
    # Of S within ``kept``, entry by entry of γ∘Wγ, between [-1, 2] and the ranges of Wγ: [-5, 4] and [-7, 8].
    lowest = -F(1, 2) * (max(5, -4, -10, 8) + max(7, -8, -14, 16)) - max(-F(1, 4), F(1, 2)) - max(F(1), F(-2))
    lagrangians = (1 + 2) * F(25, 64) + 3 * F(9, 128) + 2 * 4 * F(1, 2)
    curved = sum((rho * a * a / (2 * s) for rho, a, s in zip(leak, shift, slope, strict=True)), ZERO)
    constant = lagrangians + curved - lowest
    at_shift = sum((a * by for a, by in zip(shift, moved, strict=True)), ZERO)
    pulled = sum((each * a for each, a in zip(c, shift, strict=True)), ZERO)
    wanted = -raised / (2 * margin) - pulled + at_shift / 2 - constant
    found = EnergyForm(model(LAYERS + OPEN)).bound(margin)
    assert wanted - F(1, 10**9) < found < wanted
    assert EnergyForm(model(LAYERS + OPEN)).bound(None) == pytest.approx(float(curved - constant), rel=1e-12)


LOOSE = """layers:
  kept: {size: 2, lagrangian: {expression: "relu(x + 1)^2/2 - relu(x - 2)^2/2 - x"}, leak: 4}
  wide: {size: 2, lagrangian: {expression: "relu(x)^2/2 + relu(-x)^2/16"}, leak: [1/2, 3], bias: [-1, 1/2]}
  mirrored: {size: 1, lagrangian: {expression: "relu(x)^2/16 + relu(-x)^2/2"}, leak: 2}
  lone: {size: 1, lagrangian: exp, bias: 1}
  none: {size: 2, lagrangian: identity, leak: [0, 1]}
  pair: {size: 2, lagrangian: identity}
synapses:
  a: {kind: dense, layers: [wide, kept], weights: [[1, 1/2], [-1/4, 0]]}
  b: {kind: dense, layers: [kept, mirrored], weights: [[3], [-1]]}
"""


def test_layers_joined_to_bounded_ones_alone_are_loose() -> None:
    """A neuron without leak is not outweighed, however little reaches it, and so its layer is open."""
    assert [each.name for each in EnergyForm(model(LOOSE)).loose] == ["wide", "mirrored", "lone", "pair"]
    assert [each.name for each in EnergyForm(model(LOOSE)).open] == ["none"]


@pytest.mark.parametrize(
    ("synapse", "loose"),
    [
        ("{kind: dense, layers: [pair, pair], weights: [[-1, 0], [0, -1]]}", False),
        ("{kind: dense, layers: [pair, wide], weights: [[1, 0], [0, 1]]}", False),
        ("{kind: dense, layers: [pair, kept], weights: [[1, 0], [0, 1]]}", True),
        ("{kind: diagonal, layers: [kept, pair], weights: [1, 2]}", True),
        ("{kind: expression, layers: [kept, pair], energy: 'sum(kept*pair^2)'}", False),
        ("{kind: feedforward_feedback, layers: [pair, kept], forward: [[1, 0], [0, 1]]}", True),
        ("{kind: gated, layers: [kept, pair, held], weights: [1, 1]}", True),
        ("{kind: gated, layers: [kept, pair, wide], weights: [1, 1]}", False),
    ],
)
def test_what_may_touch_a_loose_layer(synapse: str, loose: bool) -> None:
    held = LOOSE.replace("synapses:", "  held: {size: 2, lagrangian: tanh}\nsynapses:")
    found = EnergyForm(model(held + f"  c: {synapse}\n"))
    assert ("pair" in [each.name for each in found.loose]) == loose
    assert ("pair" in [each.name for each in found.open]) != loose


def test_loose_layers_lower_the_bound_by_their_lagrangians_where_the_drive_is_outweighed() -> None:
    """|drive + bias| is at most 5/2 and 3/4 on ``wide``, 7 on ``mirrored``, 1 on ``lone`` and 0 on ``pair``."""
    text = LOOSE.replace("  none: {size: 2, lagrangian: identity, leak: [0, 1]}\n", "")
    found = EnergyForm(model(text))
    wide, mirrored = F(1, 2) * F(5) ** 2 / 2 + 3 * F(1, 4) ** 2 / 2, 2 * F(7, 2) ** 2 / 2
    # S of ``kept`` alone, with the others at 0, is 0.
    wanted = 2 * 4 * F(1, 2) + wide + mirrored
    assert found._loosely(found.model.layers["wide"]) == pytest.approx(float(wide), rel=1e-12)
    assert found._loosely(found.model.layers["mirrored"]) == pytest.approx(float(mirrored), rel=1e-12)
    bound = found.bound(None)
    assert bound == pytest.approx(-float(wanted) - np.exp(1), rel=1e-12)
    assert bound < -float(wanted) - np.exp(1)


def test_the_energy_lies_above_the_bound() -> None:
    """At states of all sizes; the margin is one of the form, which is definite."""
    margin = F(1, 8)
    weak = OPEN.replace("[[1/8, 1], [2, -1], [0, 3]]", "[[1/8, 1/4], [2, -1], [0, 3]]")
    weak = weak.replace("[[1/2, -1/4]]", "[[1/8, -1/4]]")
    made = model(LAYERS + weak)
    found = EnergyForm(made)
    assert np.linalg.eigvalsh(found.form.astype(float)).min() > float(margin)
    bound, rng = found.bound(margin), np.random.default_rng(3)
    for scale in (0.1, 1.0, 10.0, 100.0):
        for _ in range(5):
            state = {each.name: BALLS.array(rng.normal(size=each.size) * scale) for each in made.dynamic}
            assert float(made.energy(state, BALLS).lower()) > bound


# ------------------------------------------------------------------ what is refused, and which bias counts


def changed(made: Model, **changes: object) -> Model:
    (found,) = made.layers.values()
    return replace(made, layers={found.name: replace(found, **changes)})  # type: ignore[arg-type]


def test_lagrangians_have_to_be_convex_and_leaks_at_least_0() -> None:
    """Either is asked for by itself."""
    good = model("layers: {x: {size: 2, lagrangian: tanh}}\n")
    assert EnergyForm(changed(good, leak=(F(1), F(0)))).open == []
    concave = model("layers: {x: {size: 2, lagrangian: {expression: '-logcosh(x)'}}}\n")
    for refused in (changed(good, leak=(F(1), F(-1))), concave, changed(concave, leak=(F(-1), F(-1)))):
        with pytest.raises(EvidenceRejected, match="not evidently convex"):
            EnergyForm(refused)


@pytest.mark.parametrize(("counted", "wanted"), [("true", -4), ("false", 0)])
def test_a_bias_counts_where_the_energy_has_it(counted: str, wanted: int) -> None:
    """L(0) = 0 and S = 0, so that the bound is that of -bᵀγ, γ between -1 and 1."""
    made = model(f"layers: {{x: {{size: 2, lagrangian: hard_tanh, bias: [3, -1], bias_in_energy: {counted}}}}}\n")
    assert EnergyForm(made).bound(None) == pytest.approx(wanted, abs=1e-300)


def test_a_bias_that_the_energy_does_not_count_reaches_no_loose_layer() -> None:
    text = "layers: {{x: {{size: 1, lagrangian: relu, bias: 3, bias_in_energy: {}}}}}\n"
    assert EnergyForm(model(text.format("true"))).bound(None) == pytest.approx(-4.5, rel=1e-12)
    assert EnergyForm(model(text.format("false"))).bound(None) == pytest.approx(0, abs=1e-300)


# ------------------------------------------------------------------ Lagrangians from above


def above(value: float) -> Fraction:
    return F(float(np.nextafter(value, np.inf)))


def test_a_lagrangian_is_taken_from_above_and_times_the_leak() -> None:
    neurons = layer("lagrangian: relu, leak: [2, 3]")
    assert energy_form._lagrangians(neurons, np.array([F(2), F(-1)])) == [2 * above(2.0), 3 * above(0.0)]
    same = layer("lagrangian: relu, leak: 5")
    assert energy_form._lagrangians(same, np.array([F(2), F(4)])) == [5 * above(2.0), 5 * above(8.0)]
    assert energy_form._lagrangians(layer("lagrangian: relu, leak: false"), np.array([F(2), F(4)])) == [0]


@pytest.mark.parametrize("leak", ["3", "[3, 3]"])
def test_a_layer_as_a_whole_has_one_lagrangian(leak: str) -> None:
    """log(1 + 1), whether the leak is told once or for each neuron."""
    whole = layer(f"lagrangian: softmax, leak: {leak}")
    (found,) = energy_form._lagrangians(whole, np.array([ZERO, ZERO]))
    assert 3 * np.log(2) < found < 3 * np.log(2) + 1e-14


def test_a_wide_ball_counts_by_its_upper_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LayerFunction, "lagrangian", lambda *_: np.array([arb(1, 0.25), arb(-1, 0.5)]))
    with precision():
        found = energy_form._lagrangians(layer("lagrangian: relu, leak: 2"), np.array([ZERO, ZERO]))
    assert 2.5 < found[0] < 2.5 + 1e-8
    assert -1 < found[1] < -1 + 1e-8
