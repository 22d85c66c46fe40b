"""Dead intervals, lines and pairs of states on which nothing changes, and activations that change on every segment."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kernel.accepting import accepted, layer, rejected

NO, YES = "constant on no segment", "constant on a segment"
BOTH = ["x → -∞", "x → +∞"]


def own(expression: str, of: str = "neuron", size: int = 2) -> str:
    return f"size: {size}, lagrangian: {{expression: '{expression}', of: {of}}}"


def stated(expression: str, of: str = "neuron") -> str:
    return f"size: 2, activation: {{expression: '{expression}', of: {of}}}"


def kind(name: str, **fields: Any) -> dict[str, Any]:
    return {"layer": "x", "kind": name, **fields}


@pytest.mark.parametrize(
    ("text", "fields", "points"),
    [
        ("size: 2, lagrangian: identity", kind("alive"), []),
        ("size: 2, lagrangian: tanh", kind("saturated", at=BOTH), []),
        ("size: 2, lagrangian: tanh", kind("saturated", at=BOTH[:1]), []),
        ("size: 2, lagrangian: tanh", kind("alive"), []),
        ("size: 2, lagrangian: exp", kind("saturated", at=BOTH[:1]), []),
        (own("x^4"), kind("alive"), ["1"]),
        (own("x^4"), kind("alive"), ["0", "-1", "1"]),
        (own("cos(x)"), kind("alive"), ["0"]),
        (own("x^2 - abs(x)^3/3"), kind("alive"), ["-2", "3"]),
        (own("abs(x) - log1p(abs(x))"), kind("saturated", at=BOTH), []),
        # A kink that cannot be located, where the slope is positive all the same.
        (stated("x + relu(x + tanh(x))"), kind("alive"), []),
        (stated("-x"), kind("alive"), []),
    ],
)
def test_alive(text: str, fields: dict[str, Any], points: list[str]) -> None:
    assert accepted(layer(text), NO, "slope", fields, points=points)


@pytest.mark.parametrize(
    ("text", "fields", "points", "why"),
    [
        ("size: 2, lagrangian: relu", kind("alive"), ["-1"], "between None and 0 g' may vanish"),
        ("size: 2, lagrangian: tanh", kind("alive", at=BOTH), [], "the kind is alive, or saturated"),
        ("size: 2, lagrangian: tanh", kind("saturated"), [], "the kind is alive, or saturated"),
        ("size: 2, lagrangian: tanh", kind("saturated", at=BOTH[::-1]), [], "in this order"),
        ("size: 2, lagrangian: tanh", kind("saturated", at=["x → 0"]), [], "in this order"),
        ("size: 2, lagrangian: tanh", kind("saturated", at="x"), [], "expected a list"),
        ("size: 2, lagrangian: exp", kind("saturated", at=BOTH), [], "not certainly so small at the end x → \\+∞"),
        (stated("-x"), kind("saturated", at=BOTH), [], "not certainly so small"),
        (stated("tanh(x) + relu(x - 2000000)"), kind("saturated", at=BOTH[1:]), [], "not certainly so small"),
        (stated("tanh(x) - relu(-x - 2000000)"), kind("saturated", at=BOTH[:1]), [], "not certainly so small"),
        (own("x^4"), kind("alive"), ["0"], "may vanish"),
        (own("x^4"), kind("alive"), [], "may vanish"),
        (own("x^2 - abs(x)^3/3"), kind("alive"), ["3"], "between None and 0 g' may vanish"),
        (stated("relu(x + tanh(x))"), kind("alive"), ["1"], "may vanish"),
        (stated("sqrt(x)^2"), kind("alive"), ["1"], "may vanish"),
        (own("x^2"), kind("alive"), [1], "expected a rational"),
        ("size: 2, lagrangian: softmax", kind("alive"), [], "the layer acts as a whole"),
    ],
)
def test_alive_is_not_shown(text: str, fields: dict[str, Any], points: list[Any], why: str) -> None:
    rejected(layer(text), NO, "slope", fields, why, points=points)


def test_strictly_convex() -> None:
    strict = kind("strictly convex")
    assert accepted(layer(own("dot(x, x)/2 + logsumexp(x)", "layer")), NO, "composition", strict)
    for text, fields, why in (
        (own("logsumexp(x)", "layer"), strict, "that the Lagrangian is strictly convex"),
        (own("dot(x, x)", "layer"), kind("alive"), "the kind is strictly convex"),
        (own("dot(x, x)", "layer"), kind("strictly convex", at=[]), "the kind is strictly convex"),
        (stated("tanh(x)"), strict, "has no Lagrangian"),
        ("size: 2, lagrangian: ghostmax", strict, "the proof lacks a premise|expected a list"),
    ):
        rejected(layer(text), NO, "composition", fields, why)


def dead_fields(intervals: Any, states: Any, unbounded: Any = True) -> dict[str, Any]:
    return kind("dead", intervals=intervals, unbounded=unbounded, neuron_states=states)


@pytest.mark.parametrize(
    ("text", "intervals", "states", "unbounded"),
    [
        ("size: 2, lagrangian: relu", [["-∞", "0"]], ["-1", "-1/2"], True),
        ("size: 2, lagrangian: hard_tanh", [["-∞", "-1"], ["1", "+∞"]], ["-3", "-2"], True),
        ("size: 2, lagrangian: hard_tanh", [["1", "+∞"]], ["3", "2"], True),
        (own("x^2/2 - relu(x - 1)^2/2"), [["1", "+∞"]], ["2", "3"], True),
        (own("relu(x - 4)^2/2 + relu(2 - x)^2/2"), [["2", "4"]], ["3", "7/2"], False),
        (stated("x - x"), [["-∞", "+∞"]], ["0", "1"], True),
        # What cancels on a cell: 1/6 - 1/6, in balls not 0, and by normal forms.
        (own("relu(x + 3)^2/12 - relu(x - 3)^2/12"), [["-∞", "-3"], ["3", "+∞"]], ["-5", "-4"], True),
        (own("x^2/3 - relu(x-1)^2/3"), [["1", "+∞"]], ["2", "3"], True),
        (stated("sin(x)^2 + cos(x)^2"), [["-∞", "+∞"]], ["0", "1"], True),
    ],
)
def test_dead(text: str, intervals: Any, states: Any, unbounded: bool) -> None:
    assert accepted(layer(text), YES, "cells", dead_fields(intervals, states, unbounded))


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        (dead_fields([["-∞", "1"]], ["-1", "-2"]), "between None and 1 g is not shown"),
        (dead_fields([["0", "+∞"]], ["1", "2"]), "between 0 and None g is not shown"),
        (dead_fields([["-∞", "0"], ["0", "+∞"]], ["-1", "-2"]), "between 0 and None g is not shown"),
        (dead_fields([["0", "-∞"]], ["1", "2"]), "expected a rational"),
        (dead_fields([["-∞"]], ["1", "2"]), "an interval has two ends"),
        (dead_fields([], ["1", "2"]), "there is no interval"),
        (dead_fields([["-∞", "0"]], ["-1", "-1"]), "the states are two inside"),
        (dead_fields([["-∞", "0"]], ["-1", "0"]), "the states are two inside"),
        (dead_fields([["-∞", "0"]], ["0", "-1"]), "the states are two inside"),
        (dead_fields([["-∞", "0"]], ["-1"]), "expected 2 numbers"),
        (dead_fields([["-∞", "0"]], ["-1", "-2"], unbounded=False), "unbounded is true if"),
        (dead_fields([["-∞", "0"]], ["-1", "-2"], unbounded=1), "unbounded is true if"),
        (kind("dead"), "the kind is dead, with intervals and states"),
        (dead_fields([["-∞", "0"]], ["-1", "-2"]) | {"kind": "alive"}, "the kind is dead, with intervals and states"),
    ],
)
def test_dead_is_not_shown(fields: dict[str, Any], why: str) -> None:
    rejected(layer("size: 2, lagrangian: relu"), YES, "cells", fields, why)


def test_dead_concerns_neurons() -> None:
    rejected(layer("size: 2, lagrangian: softmax"), YES, "cells", kind("dead"), "the layer acts as a whole")
    undefined = dead_fields([["-∞", "0"]], ["-1", "-2"])
    rejected(layer(stated("relu(x)*0 + sqrt(x - 1)*step(x)")), YES, "cells", undefined, "g is not shown")


@pytest.mark.parametrize(
    "text",
    [
        *("size: 3, lagrangian: softmax", "size: 3, lagrangian: layernorm", "size: 3, lagrangian: sparsemax"),
        own("logsumexp(2*x)/2 + x[0]", "layer"),
        # |x - mean(x)| has no gradient where all entries are equal, and x/|x| no value there.
        own("norm(x - mean(x))", "layer"),
        "size: 2, lagrangian: {layernorm: {gamma: -1, epsilon: 0}}",
        stated("sign(x - mean(x))", "layer"),
        stated("softmax(x)", "layer"),
    ],
)
def test_singular_everywhere(text: str) -> None:
    assert accepted(layer(text), YES, "growth", kind("singular everywhere"))


@pytest.mark.parametrize(
    ("text", "fields", "why"),
    [
        (own("dot(x, x)", "layer"), kind("singular everywhere"), "never changes along"),
        (stated("x - x", "layer"), kind("singular everywhere"), "never changes along"),
        (stated("log(x - mean(x))", "layer"), kind("singular everywhere"), "no value there, or none beside it"),
        (own("logsumexp(x)", "layer"), kind("singular"), "the kind is another one"),
        (own("logsumexp(x)", "layer"), kind("singular everywhere", unbounded=True), "the kind is another one"),
        ("size: 2, lagrangian: relu", kind("singular everywhere"), "act for themselves"),
    ],
)
def test_singular_everywhere_is_not_shown(text: str, fields: dict[str, Any], why: str) -> None:
    rejected(layer(text), YES, "growth", fields, why)


CONVEX = {"claim": {"claim": "convex", "layer": "x"}, "proof": {"by": "composition"}}
QUADRATIC = {"claim": {"claim": "convex", "layer": "x"}, "proof": {"by": "quadratic"}}


def test_equal_activations() -> None:
    text = own("(x[0] + x[1])^2", "layer")
    fields = kind("singular", states=[["1", "2"], ["3", "0"]])
    assert accepted(layer(text), YES, "states", fields, premises=[CONVEX])
    assert accepted(layer(text), YES, "states", fields, premises=[QUADRATIC])
    neurons = kind("singular", states=[["-1", "2"], ["-3", "2"]])
    assert accepted(layer(own("relu(x)^2/2")), YES, "states", neurons, premises=[CONVEX])


@pytest.mark.parametrize(
    ("expression", "fields", "premises", "why"),
    [
        ("(x[0] + x[1])^2", kind("singular", states=[["1", "2"], ["3", "1"]]), [CONVEX], "activations differ"),
        ("(x[0] + x[1])^2", kind("singular", states=[["1", "2"], ["1", "2"]]), [CONVEX], "are the same"),
        ("(x[0] + x[1])^2", kind("singular", states=[["1", "2"]]), [CONVEX], "expected two states"),
        ("(x[0] + x[1])^2", kind("singular", states=[["1"], ["2"]]), [CONVEX], "expected 2 numbers"),
        ("(x[0] + x[1])^2", kind("singular", states={}), [CONVEX], "expected a list"),
        ("(x[0] + x[1])^2", kind("singular"), [CONVEX], "the kind is singular"),
        ("(x[0] + x[1])^2", kind("dead", states=[]), [CONVEX], "the kind is singular"),
        ("(x[0] + x[1])^2", kind("singular", states=[["1", "2"], ["3", "0"]]), [], "lacks a premise"),
        ("x[0]*x[1]", kind("singular", states=[["1", "2"], ["3", "0"]]), [QUADRATIC], "not positive semidefinite"),
        ("x[0]^2 + x[1]^4", kind("singular", states=[["1", "2"], ["1", "3"]]), [CONVEX], "activations differ"),
        ("logsumexp(x)", kind("singular", states=[["1", "2"], ["2", "3"]]), [CONVEX], "rational at 0 only"),
    ],
)
def test_equal_activations_are_not_shown(expression: str, fields: Any, premises: Any, why: str) -> None:
    rejected(layer(own(expression, "layer")), YES, "states", fields, why, premises=premises)


def test_a_stated_activation_has_to_be_the_gradient() -> None:
    spherical = layer("size: 2, lagrangian: {spherical: {epsilon: 0}}")
    fields = kind("singular", states=[["1", "0"], ["2", "0"]])
    rejected(spherical, YES, "states", fields, "lacks a premise", premises=[CONVEX])


def test_an_activation_that_is_stated_has_slopes_between_the_two_states() -> None:
    """x/|x| is the gradient of |x|, and has no value at 0."""
    of = layer("size: 2, lagrangian: {spherical: {epsilon: 0}}")
    premises = [CONVEX, {"claim": {"claim": "gradient of L", "layer": "x"}, "proof": {"by": "identity"}}]
    for first, second, holds in ((["3", "4"], ["6", "8"], True), (["-3", "0"], ["3", "0"], False)):
        fields = kind("singular", states=[first, second])
        if holds:
            assert accepted(of, YES, "states", fields, premises=premises)
        else:
            rejected(of, YES, "states", fields, "no value there", premises=premises)
