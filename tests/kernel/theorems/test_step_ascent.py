"""States from which a step raises an energy; what is next to them is refused."""

from __future__ import annotations

from typing import Any

from hopverify.kernel.core import Core
from tests.kernel.accepting import accepted, core, dense, rejected
from tests.kernel.theorems.test_descent import doubling
from tests.kernel.theorems.test_step_descent import altered, entry, gradient

LINEAR = dense("[[-1]]", "size: 1, lagrangian: identity, tau: 2")
FIELDS: dict[str, Any] = {"energy": "E", "state": {"x": ["1"]}, "step": "3", "rise": "3", "within": "3"}


def test_steps_that_rise() -> None:
    """2ẋ = -2x and E = x²: a step of 3 leads from 1 to -2, and E from 1 to 4."""
    assert accepted(LINEAR, "step ascent", "point", FIELDS)
    assert accepted(LINEAR, "step ascent", "point", FIELDS | {"within": "7/2"})
    for changed, why in (
        ({"rise": "3000001/1000000"}, "does not certainly raise"),
        ({"step": "2", "rise": "1/1000000"}, "does not certainly raise"),
        ({"within": "5/2"}, "the step is longer"),
        ({"step": "-1"}, "not positive"),
        ({"rise": "0"}, "not positive"),
        ({"state": {"x": ["0"]}}, "does not certainly raise"),
        ({"energy": "F"}, "called E or V"),
        ({"rate": "1"}, "or a rate"),
    ):
        rejected(LINEAR, "step ascent", "point", FIELDS | changed, why)
    for left_out, why in (("rise", "or a rate"), ("within", "within a length")):
        less = {key: value for key, value in FIELDS.items() if key != left_out}
        rejected(LINEAR, "step ascent", "point", less, why)


def test_energies_that_rise_along_the_flow() -> None:
    """E = x² along 2ẋ = x: dE/dt = x²."""
    fields = {"energy": "E", "state": {"x": ["3"]}, "rate": "9"}
    of, falling = doubling("sum(x^2)", tau=2), doubling("-sum(x^2)", tau=2)
    assert accepted(of, "step ascent", "point", fields)
    assert accepted(of, "step ascent", "point", fields | {"within": "1"})
    rejected(of, "step ascent", "point", fields | {"rate": "9001/1000"}, "not certainly so high")
    rejected(falling, "step ascent", "point", fields, "not certainly so high")
    rejected(of, "step ascent", "point", fields | {"energy": "V"}, "rates are those of E")


def test_altered_energies() -> None:
    """Where both neurons are dead V = ½yᵀPy and ẏ = -y: a step of 3 leads from y to -2y."""
    of = altered(fast="relu")
    fields = {"energy": "V", "state": {"y": ["-4", "-2"]}, "step": "3", "within": "3"}
    # Before, V = ½(16 + 8 + 4) = 14. Then y = (8, 4), x = (21/2, 7), and V = 56 - ½(441/4 + 49) = -189/8.
    rejected(of, "step ascent", "point", fields | {"rise": "1/1000"}, "does not certainly raise")
    small = fields | {"state": {"y": ["-1", "-1/4"]}, "within": "9/4", "step": "9/4"}
    rejected(of, "step ascent", "point", small | {"rise": "1/1000"}, "does not certainly raise")
    dead = altered(fast="{expression: '3*x', of: neuron}")
    # γ = 3: V = ½yᵀPy - (9/2, 9/2)·y + constant, least at y = (3, 3): from (4, 4) a step of 3 leads to (1, 1).
    raised = {"energy": "V", "state": {"y": ["4", "4"]}, "step": "3", "rise": "9/2", "within": "3"}
    assert accepted(dead, "step ascent", "point", raised)
    rejected(dead, "step ascent", "point", raised | {"rise": "4501/1000"}, "does not certainly raise")


def test_guesses_of_neurons_that_inhibit_themselves() -> None:
    """x + relu(x) = y + b: x is half of it. V in the middle of that piece is a quadratic function."""
    of = core(
        "layers: {y: {size: 1, lagrangian: identity}, x: {size: 1, lagrangian: relu, tau: 0}}\n"
        "synapses:\n  s: {kind: feedforward_feedback, layers: [y, x], forward: [[1]], metric: [[1]]}\n"
        "  c: {kind: diagonal, layers: [x, x], weights: [-1]}\n"
    )
    # V = y²/2 - x²/2 - γ²/2 with γ = x = y/2 where y > 0, and y²/2 where y < 0: ẏ = -y/2 leads from 1 by h = 5 to -3/2.
    fields = {"energy": "V", "state": {"y": ["1"]}, "step": "5", "rise": "7/8", "within": "5"}
    convex = [gradient(of, "x"), entry("composition", "convex", layer="x")]
    proof = {"guesses": [{"x": ["1/2"]}, {"x": ["-3/2"]}], "premises": convex}
    assert accepted(of, "step ascent", "point", fields, **proof)
    rejected(of, "step ascent", "point", fields | {"rise": "8/9"}, "does not certainly raise", **proof)
    rejected(of, "step ascent", "point", fields, "depends on instantaneous layers")
    rejected(of, "step ascent", "point", fields, "lacks a premise", **proof | {"premises": convex[:1]})
    rejected(of, "step ascent", "point", fields, "before and after", **proof | {"guesses": [{"x": ["1/2"]}]})
    far = proof | {"guesses": [{"x": ["1/2"]}, {"x": ["0"]}]}
    rejected(of, "step ascent", "point", fields, "does not certainly raise", **far)
    near = proof | {"guesses": [{"x": ["1/2"]}, {"x": ["-1501/1000"]}]}
    assert accepted(of, "step ascent", "point", fields | {"rise": "43/50"}, **near)


def test_guesses_of_a_layer_that_acts_as_a_whole() -> None:
    """x + softmax(x) = y: x = y - 1/2 for y = (a, a), and V = a² - a + constant. A step of 4 leads from 1 to -1."""
    of = core(
        "layers: {y: {size: 2, lagrangian: identity}, x: {size: 2, lagrangian: softmax, tau: 0}}\n"
        "synapses:\n  s: {kind: feedforward_feedback, layers: [y, x], forward: [[1, 0], [0, 1]],"
        " metric: [[1, 0], [0, 1]]}\n  c: {kind: diagonal, layers: [x, x], weights: [-1, -1]}\n"
    )
    fields = {"energy": "V", "state": {"y": ["1", "1"]}, "step": "4", "rise": "19/10", "within": "4"}
    convex = [gradient(of, "x"), entry("composition", "convex", layer="x")]
    proof = {"guesses": [{"x": ["1/2", "1/2"]}, {"x": ["-3/2", "-3/2"]}], "premises": convex}
    assert accepted(of, "step ascent", "point", fields, **proof)
    rejected(of, "step ascent", "point", fields | {"rise": "21/10"}, "does not certainly raise", **proof)


def test_a_residual_is_part_of_the_energy() -> None:
    """Where the neuron is dead V = |y|²/2 + z² with z = y_1: a step of 3 leads from (-1, 1) to (2, -2)."""

    def system(potential: str) -> Core:
        return core(
            "layers: {y: {size: 2, lagrangian: identity}, x: {size: 1, lagrangian: relu, bias: -5, tau: 0}}\n"
            "synapses:\n  s: {kind: feedforward_feedback, layers: [y, x], forward: [[1, 0]], feedback: [[1], [0]],"
            f" metric: [[1, 0], [0, 1]], residual: [[0], [1]], potential: '{potential}'}}\n"
        )

    fields = {"energy": "V", "state": {"y": ["-1", "1"]}, "step": "3", "rise": "6", "within": "3"}
    assert accepted(system("z^2"), "step ascent", "point", fields)
    rejected(system("z^2"), "step ascent", "point", fields | {"rise": "6001/1000"}, "does not certainly raise")
    rejected(system("z^2/2"), "step ascent", "point", fields, "does not certainly raise")
