"""Boxes that every solution enters, and neurons that run away."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from hopverify.kernel.core import Core
from hopverify.kernel.reading import read
from tests.kernel.accepting import accepted, core, rejected
from tests.kernel.test_core import SPINS

TWO = "x: {size: 1, lagrangian: tanh}, y: {size: 1, lagrangian: identity, bias: 1}"
JOINED = "a: {kind: dense, layers: [x, y], weights: [[2]]}"
NOT_INTO = "the drive into layer . is not shown to lead into the box"
BOUNDED = "bounded solutions"


def network(layers: str, synapses: str = "") -> Core:
    return core(f"layers: {{{layers}}}\n" + (f"synapses: {{{synapses}}}\n" if synapses else ""))


def box(**layers: list[tuple[Any, Any]]) -> dict[str, Any]:
    return {"box": {name: [[str(low), str(high)] for low, high in rows] for name, rows in layers.items()}}


def test_layers_are_driven_into_the_box_one_after_the_other() -> None:
    """tanh and identity drive each other: y tends to [-1, 3], and x then to twice that."""
    of = network(TWO, JOINED)
    said = accepted(of, BOUNDED, "ranges", box(x=[(-3, 7)], y=[("-5/4", "13/4")]))
    assert said == "every solution is bounded"
    for wrong in (
        box(x=[(-3, 7)], y=[(-1, 3)]),
        box(x=[("-5/2", 7)], y=[("-5/4", "13/4")]),
        box(x=[(-3, 7)], y=[(3, 4)]),
    ):
        rejected(of, BOUNDED, "ranges", wrong, NOT_INTO)


def test_activations_over_a_box_are_those_between_its_ends() -> None:
    """y tends to 5 + [-3, 3], and x and z then to -4 + 2·[1, 9] and [1, 9]: the relu of y ≥ 1 is no 0."""
    layers = "x: {size: 1, lagrangian: tanh, bias: -4}, y: {size: 1, lagrangian: relu, bias: 5}"
    layers += ", z: {size: 1, lagrangian: tanh}"
    of = network(layers, f"{JOINED}, b: {{kind: dense, layers: [y, z], weights: [[1]]}}")
    good = box(x=[(-3, 15)], y=[(1, 9)], z=[("1/2", 10)])
    assert accepted(of, BOUNDED, "ranges", good)
    rejected(of, BOUNDED, "ranges", box(x=[(-1, 15)], y=[(1, 9)], z=[("1/2", 10)]), NOT_INTO)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"box": [["-1", "1"]]}, "expected an object"),
        (box(x=[(-3, 7)]), "the key 'y' is missing"),
        (box(x=[(-3, 7)], y=[(-3, 7)], z=[(-3, 7)]), "unknown keys"),
        (box(x=[(-3, 7), (-3, 7)], y=[(-3, 7)]), "an interval for each neuron of layer x"),
        (box(x=[(7, -3)], y=[(-3, 7)]), "low < high"),
        ({"box": {"x": [["-3", None]], "y": [["-3", "7"]]}}, "expected a rational"),
    ],
)
def test_boxes_have_an_interval_for_each_neuron(wrong: dict[str, Any], why: str) -> None:
    rejected(network(TWO, JOINED), BOUNDED, "ranges", wrong, why)


def test_leaks_divide_the_drive() -> None:
    of = network("x: {size: 2, lagrangian: tanh, bias: [1, -1], leak: 1/4}")
    assert accepted(of, BOUNDED, "ranges", box(x=[("15/4", "17/4"), ("-17/4", "-15/4")]))
    rejected(of, BOUNDED, "ranges", box(x=[("3/4", "5/4"), ("-5/4", "-3/4")]), NOT_INTO)
    rejected(of, BOUNDED, "ranges", box(x=[(4, 5), (-5, -3)]), NOT_INTO)
    without = network("x: {size: 1, lagrangian: tanh, leak: 0}")
    rejected(without, BOUNDED, "ranges", box(x=[(-1, 1)]), NOT_INTO)


@pytest.mark.parametrize(
    ("lagrangian", "weights", "high"),
    [
        ("softmax", "[[1, 1], [-1, 0]]", 2),
        ("sparsemax", "[[1, 1], [-1, 0]]", 2),
        ("ghostmax", "[[1, 1], [-1, 0]]", 2),
        ("{normmax: {gamma: 2}}", "[[1, 1], [-1, 0]]", 2),
        ("spherical", "[[1, 1], [-1, 0]]", 2),
        ("{layernorm: {gamma: -3}}", "[[1, 0], [0, 0]]", 6),
        ("{layernorm: {epsilon: 0}}", "[[1, 0], [0, 0]]", 2),
        ("hard_tanh", "[[1, 1], [-1, 0]]", 2),
        ("{expression: 'norm(x, 1)'}", "[[1, 1], [-1, 0]]", 2),
    ],
)
def test_activations_that_are_bounded_over_all_states(lagrangian: str, weights: str, high: int) -> None:
    text = f"x: {{size: 2, lagrangian: {lagrangian}}}"
    of = network(text, f"w: {{kind: dense, layers: [x, x], weights: {weights}}}")
    rows = [(-high - Fraction(1, 100), high + Fraction(1, 100))] * 2
    assert accepted(of, BOUNDED, "ranges", box(x=rows))
    rejected(of, BOUNDED, "ranges", box(x=[(-high - 1, high - Fraction(1, 2))] * 2), NOT_INTO)


@pytest.mark.parametrize("lagrangian", ["relu", "identity", "softplus", "exp", "{expression: 'norm(x, -1 + sum(x))'}"])
def test_activations_without_bounds(lagrangian: str) -> None:
    of = network(
        f"x: {{size: 2, lagrangian: {lagrangian}}}", "w: {kind: dense, layers: [x, x], weights: [[1, 1], [1, 1]]}"
    )
    rejected(of, BOUNDED, "ranges", box(x=[(-1000, 1000)] * 2), NOT_INTO)


def test_weights_within_a_spread_times_what_is_not_bounded() -> None:
    near = "{values: [[1]], tolerance: 1}"
    of = network("x: {size: 1, lagrangian: relu}", f"w: {{kind: dense, layers: [x, x], weights: {near}}}")
    rejected(of, BOUNDED, "ranges", box(x=[(-9, 9)]), NOT_INTO)


def test_weights_within_a_spread_are_all_meant() -> None:
    near = "{values: [[1]], tolerance: 1}"
    of = network("x: {size: 1, lagrangian: tanh}", f"w: {{kind: dense, layers: [x, x], weights: {near}}}")
    assert accepted(of, BOUNDED, "ranges", box(x=[("-201/100", "201/100")]))
    rejected(of, BOUNDED, "ranges", box(x=[("-199/100", "199/100")]), NOT_INTO)


@pytest.mark.parametrize(
    ("synapse", "high"),
    [
        ("kind: attention, layers: [x, y], queries: [[[1, 0]]], keys: [[[0, 1]]], beta: 2", 3),
        ("kind: associative, layers: [x], patterns: [[1, 2], [2, 1]], function: exp(z)", 70),
        ("kind: expression, layers: [x], energy: 'dot(x, x)^2 + logsumexp(x) + pi*sum(x)'", 14),
        ("kind: convolution, layers: [x, y], kernel: [[[1, 1]]]", 3),
        ("kind: expression, layers: [x], energy: sum(x^4)/4", 2),
    ],
)
def test_drives_that_are_not_linear(synapse: str, high: int) -> None:
    size = 1 if "convolution" in synapse else 2
    of = network(f"x: {{size: 2, lagrangian: tanh}}, y: {{size: {size}, lagrangian: tanh}}", f"s: {{{synapse}}}")
    assert accepted(of, BOUNDED, "ranges", box(x=[(-high, high)] * 2, y=[(-high, high)] * size))


def test_spins_follow_no_flow() -> None:
    of = read(SPINS)
    rejected(of, BOUNDED, "ranges", {"box": {"s": []}}, "spins follow no flow")


# ------------------------------------------------------------------ growth

Growth = list[list[str]]
UNIT: Growth = [["1", "1", "0"], ["1", "1", "0"]]
RELU: Growth = [["1", "0", "0"], ["0", "0", "0"]]


def grown(of: Core, low: Any, high: Any, growth: Growth, why: str | None = None) -> None:
    """Show that the kernel accepts the same interval for each neuron of layer x, or why it does not."""
    claim = box(x=[(low, high)] * of.layers[0].size)
    if why is None:
        assert accepted(of, BOUNDED, "growth", claim, growth={"x": growth})
    else:
        rejected(of, BOUNDED, "growth", claim, why, growth={"x": growth})


def excited(weights: str, bias: str = "0", lagrangian: str = "relu", more: str = "") -> Core:
    size = weights.count("[") - 1
    text = f"x: {{size: {size}, lagrangian: {lagrangian}, bias: {bias}{more}}}"
    return network(text, f"w: {{kind: dense, layers: [x, x], weights: {weights}}}")


def test_growth_through_the_weights_is_less_than_the_leak() -> None:
    """By hand: ẋ = 3/4 relu(y) + 1 - x, and alike: 3/4 U + 1 < U says U > 4; below, 0 + 0 < V."""
    of = excited("[[0, 3/4], [3/4, 0]]", "1")
    grown(of, "-1/100", "401/100", RELU)
    grown(of, "-1/100", 4, RELU, "does not point inward")
    grown(of, 0, 5, RELU, "has 0 inside")
    grown(of, -9, 0, RELU, "has 0 inside")
    # With the slope 1 on both sides, -9 is 3/4·9 below 0.
    grown(of, -9, 9, UNIT)
    grown(of, "-1/100", 9, UNIT, "does not point inward")
    grown(excited("[[0, 1], [1, 0]]", "-5"), -100, 100, RELU, "does not point inward")
    grown(excited("[[0, 1], [1, 0]]", "-5", more=", leak: 3/2"), -10, 100, RELU)


def test_inhibition_counts_from_the_other_side() -> None:
    """ẋ = -3 relu(x) + b - x: below it is drawn to b - 3U, and above to b, since relu ≥ 0."""
    of = excited("[[-3]]", "1")
    grown(of, -4, "11/10", RELU)
    grown(of, -3, "11/10", RELU, "does not point inward")
    grown(of, -4, 1, RELU, "does not point inward")


def test_a_bias_does_not_help_far_out() -> None:
    """Bz + c < z for a c < 0 is not enough: of the 100-fold box the same would have to hold."""
    grown(excited("[[1]]", "-1"), -2, 2, RELU, "does not point inward")


@pytest.mark.parametrize(
    ("lagrangian", "growth", "less"),
    [
        ("identity", ("1 0 0", "0 1 0"), [("15/16 0 0", "0 1 0"), ("1 0 -1/16", "0 1 0"), ("1 0 0", "0 15/16 1")]),
        ("{leaky_relu: {slope: 1/4}}", ("1 0 0", "0 1/4 0"), [("1 0 0", "0 3/16 0")]),
        ("tanh", ("0 0 1", "0 0 1"), [("0 0 15/16", "0 0 1"), ("0 0 1", "0 0 15/16")]),
        ("tanh", ("1 0 0", "0 1 0"), [("1/2 0 0", "0 1 0"), ("1 0 0", "0 1/2 0")]),
        ("softplus", ("1 0 7/10", "0 0 0"), [("1 0 11/16", "0 0 0"), ("15/16 0 9", "0 0 0"), ("1 0 1", "0 0 -1/16")]),
        ("silu", ("1 0 0", "0 1/2 0"), [("15/16 0 0", "0 1/2 0"), ("1 0 0", "0 1/4 0")]),
        ("gelu", ("1 0 0", "0 1/2 0"), [("15/16 0 0", "0 1/2 0"), ("1 0 0", "0 1/4 0")]),
        ("elu", ("1 0 0", "0 0 1"), [("1 0 0", "0 0 15/16"), ("1 0 0", "0 0 -1")]),
        # |g'| is 2 between -1 and 1, and 1 beyond.
        (
            "{expression: 'x^2 - relu(x - 1)^2/2 - relu(-1 - x)^2/2', of: neuron}",
            ("1 0 1", "0 1 1"),
            [("1 0 15/16", "0 1 1"), ("1 0 1", "0 1 15/16"), ("15/16 0 9", "0 1 1")],
        ),
        ("{expression: 'x^2/2 - cos(x)/3', of: neuron}", ("1 0 1/2", "0 1 1/2"), [("1 0 1/4", "0 1 1/2")]),
        ("{expression: '-x^2/2 - cos(x)/3', of: neuron}", ("0 1 1/2", "1 0 1/2"), [("0 1 1/4", "1 0 1/2")]),
        ("softmax", ("0 0 1", "0 0 0"), [("0 0 15/16", "0 0 0"), ("0 0 1", "0 0 -1/16")]),
    ],
)
def test_bounds_of_growth(lagrangian: str, growth: tuple[str, str], less: list[tuple[str, str]]) -> None:
    of = excited("[[1/4, 0], [0, 1/4]]", "1", lagrangian)
    grown(of, -9, 9, [each.split() for each in growth])
    for pair in less:
        grown(of, -9, 9, [each.split() for each in pair], "not shown to grow so slowly")
    grown(of, -9, 9, [["-1", "0", "9"], growth[1].split()], "slopes of growth are ≥ 0")


@pytest.mark.parametrize("lagrangian", ["squared_relu", "exp", "{expression: 'relu(x)^(3/2)', of: neuron}"])
def test_what_grows_faster_has_no_bounds(lagrangian: str) -> None:
    grown(excited("[[1/4]]", "0", lagrangian), -9, 9, [["9", "9", "9"], ["9", "9", "9"]], "not shown to grow so slowly")


def test_growth_is_stated_for_both_sides_of_each_layer() -> None:
    of = excited("[[1/4]]")
    grown(of, -9, 9, RELU[:1], "a bound of g, and one of -g")
    grown(of, -9, 9, [["1", "0"], ["0", "0", "0"]], "expected 3 numbers")
    rejected(of, BOUNDED, "growth", box(x=[(-9, 9)]), "the key 'x' is missing", growth={})
    rejected(of, BOUNDED, "growth", box(x=[(-9, 9)]), "the key 'growth' is missing")
    grown(excited("[[1/4]]", more=", leak: 0"), -9, 9, RELU, "has no leak")


def test_growth_asks_for_affine_drives_with_exact_weights() -> None:
    text = "x: {size: 1, lagrangian: tanh}"
    curved = network(text, "e: {kind: expression, layers: [x], energy: sum(x^4)}")
    grown(curved, -9, 9, UNIT, "not affine")
    near = network(text, "w: {kind: dense, layers: [x, x], weights: {values: [[1/4]], tolerance: 1/8}}")
    grown(near, -9, 9, UNIT, "known up to a spread")


# ------------------------------------------------------------------ what runs away


def premises(of: Core) -> list[dict[str, Any]]:
    wanted = [("Lipschitz activation", "layer", each.name) for each in of.layers]
    wanted += [("Lipschitz drive", "synapse", each.name) for each in of.synapses]
    return [{"claim": {"claim": name, key: value}, "proof": {"by": "composition"}} for name, key, value in wanted]


def runs(layer: str = "x", neuron: Any = 1, drive: str = "1/4") -> dict[str, Any]:
    return {"layer": layer, "neuron": neuron, "drive": drive}


UNBOUNDED = "unbounded solutions"
FREE = "x: {size: 2, lagrangian: tanh, bias: [0, %s], leak: 0}, y: {size: 1, lagrangian: relu, tau: %s}"
OWN = "v: {kind: dense, layers: [x, x], weights: [[0, 0], [1/4, 0]]}"
WEIGHTS = f"w: {{kind: dense, layers: [x, y], weights: [[1], [%s]]}}, {OWN}"


def test_a_neuron_runs_away() -> None:
    """relu ≥ 0 has no upper bound: with weights ≥ 0 the drive plus bias is at least 1/2 - 1/4."""
    of = network(FREE % ("1/2", 1), WEIGHTS % 3)
    said = accepted(of, UNBOUNDED, "ranges", runs(), premises=premises(of))
    assert said == "some solution is unbounded"
    rejected(of, UNBOUNDED, "ranges", {**runs(), "rate": "1"}, "expected the fields layer", premises=premises(of))
    for wrong in ("13/50", "0", "-1/4"):
        rejected(of, UNBOUNDED, "ranges", runs(drive=wrong), "not certainly beyond this number", premises=premises(of))
    down = network(FREE % ("-1/2", 1), WEIGHTS % -3)
    assert accepted(down, UNBOUNDED, "ranges", runs(drive="-1/4"), premises=premises(down))
    rejected(down, UNBOUNDED, "ranges", runs(drive="1/4"), "not certainly beyond", premises=premises(down))
    either = network(FREE % ("1/2", 1), WEIGHTS % -3)
    rejected(either, UNBOUNDED, "ranges", runs(), "not certainly beyond", premises=premises(either))


def test_what_runs_away_is_a_neuron_without_leak_that_has_a_time_constant() -> None:
    of = network(FREE % ("1/2", 0), WEIGHTS % 3)
    rejected(of, UNBOUNDED, "ranges", runs("y", 0), "no time constants", premises=premises(of))
    rejected(of, UNBOUNDED, "ranges", runs("z", 0), "no layer with a flow", premises=premises(of))
    rejected(of, UNBOUNDED, "ranges", runs(neuron=2), "from 0 to 1", premises=premises(of))
    leaks = network("x: {size: 2, lagrangian: tanh, bias: 1}")
    rejected(leaks, UNBOUNDED, "ranges", runs(), "has a leak", premises=premises(leaks))


def test_solutions_have_to_go_on() -> None:
    of = network("x: {size: 2, activation: {expression: 'step(x)', of: neuron}, bias: 5, leak: 0}")
    rejected(of, UNBOUNDED, "ranges", runs(), "locally Lipschitz", premises=premises(of))
    rejected(of, UNBOUNDED, "ranges", runs(), "lacks a premise", premises=[])
    at_once = "x: {size: 2, lagrangian: tanh, bias: 5, leak: 0}, y: {size: 1, lagrangian: tanh, tau: 0}"
    inhibited = network(at_once, "i: {kind: diagonal, layers: [y, y], weights: [-1]}")
    rejected(inhibited, UNBOUNDED, "ranges", runs(), "depends on instantaneous layers", premises=premises(inhibited))


def drifts(z: dict[str, list[str]], rate: str) -> dict[str, Any]:
    return {"drift": z, "rate": rate}


def test_a_sum_of_states_drifts() -> None:
    """u' = Wσ(u) + b with W = -1 in all entries and b = (1, 0): u_0 - u_1 grows at the rate 1."""
    text = "u: {size: 2, lagrangian: sigmoid, bias: [1, 0], leak: %s}, y: {size: 1, lagrangian: tanh, tau: %s}"
    inhibited = "w: {kind: dense, layers: [u, u], weights: [[-1, -1], [-1, -1]]}"
    of = network(text % ("false", 1), inhibited)
    assert accepted(of, UNBOUNDED, "drift", drifts({"u": ["1", "-1"], "y": ["0"]}, "1"), premises=premises(of))
    assert accepted(of, UNBOUNDED, "drift", drifts({"u": ["-2", "2"], "y": ["0"]}, "-2"), premises=premises(of))
    for z, rate, why in (
        ({"u": ["1", "-1"], "y": ["0"]}, "2", "has another rate"),
        ({"u": ["0", "0"], "y": ["0"]}, "0", "the rate is 0"),
        ({"u": ["1", "0"], "y": ["0"]}, "1", "is not constant"),
        ({"u": ["1", "-1"], "y": ["1"]}, "1", "has a leak, or no time constant"),
        ({"u": ["1", "-1"]}, "1", "the key 'y' is missing"),
    ):
        rejected(of, UNBOUNDED, "drift", drifts(z, rate), why, premises=premises(of))
    rejected(of, UNBOUNDED, "drift", drifts({"u": ["1", "-1"], "y": ["0"]}, "1"), "lacks a premise", premises=[])
    leaky = network(text % ("[1, 0]", 0), inhibited)
    rejected(
        leaky, UNBOUNDED, "drift", drifts({"u": ["1", "-1"], "y": ["0"]}, "1"), "has a leak", premises=premises(leaky)
    )


def falling(of: Core, ray: list[str], coefficient: str, why: str | None = None, **proof: Any) -> None:
    """Show that the kernel accepts a ray of states of the layer x, or why it does not."""
    fields = {"ray": {each.name: ray if each.name == "x" else ["0"] for each in of.layers}, "coefficient": coefficient}
    if why is None:
        assert accepted(of, UNBOUNDED, "energy", fields, **proof) == "some solution is unbounded"
    else:
        rejected(of, UNBOUNDED, "energy", fields, why, **proof)


LEAKY = "{leaky_relu: {slope: 1/4}}"


@pytest.mark.parametrize(
    ("ray", "value"),
    [
        # Σ ρx²α - 16 d₁d₂, with ρ = 3, and d = x/4 where x < 0.
        (("1", "1"), 6 - 16),
        (("-4", "-4"), 24 - 16),
        (("2", "3"), 12 + 27 - 96),
        (("0", "1"), 3),
        (("1", "1/2"), 3 + Fraction(3, 4) - 8),
        (("-4", "1"), 12 + 3 + 16),
    ],
)
def test_a_ray_along_which_the_energy_falls(ray: tuple[str, str], value: Any) -> None:
    of = excited("[[0, 8], [8, 0]]", "5", LEAKY, ", leak: 3")
    why = "does not fall so along this ray"
    falling(of, list(ray), str(Fraction(value) / 2), None if value < 0 else why)
    falling(of, list(ray), str(Fraction(value) / 2 - 1), why)


def test_what_rays_are_not_about() -> None:
    falling(excited("[[2]]"), ["1"], "-1/2")
    falling(excited("[[1]]"), ["1"], "0", "does not fall so")
    falling(excited("[[2]]"), ["-1"], "-1/2", "does not fall so")
    falling(excited("[[0, 3], [1, 0]]"), ["1", "1"], "-1", "the weights are not symmetric")
    falling(excited("[[2]]", more=", leak: 0"), ["1"], "-1", "has no leak, and its activation is not its state")
    falling(excited("[[2]]", lagrangian="identity", more=", leak: 0"), ["1"], "-1")
    falling(excited("[[2]]", lagrangian="softplus"), ["1"], "-1", "not piecewise linear and rising")
    falling(excited("[[2]]", lagrangian="{expression: '-x^2/2', of: neuron}"), ["1"], "-1", "not piecewise linear and")
    falling(excited("[[2, 0], [0, 2]]", lagrangian="softmax"), ["1", "1"], "-1", "acts as a whole")
    beside = "x: {size: 1, lagrangian: relu}, y: {size: 1, lagrangian: relu, tau: %s}"
    joined = "w: {kind: dense, layers: [x, x], weights: [[2]]}"
    falling(network(beside % 1, joined), ["1"], "-1/2")
    falling(network(beside % 0, joined), ["1"], "-1/2", "layer y is instantaneous")


def test_gradients_of_degree_one_have_symmetric_weights() -> None:
    def gradients(way: str) -> list[dict[str, Any]]:
        return [{"claim": {"claim": "gradient drive", "synapse": "w"}, "proof": {"by": way}}]

    of = excited("[[0, 8], [8, 0]]", "5", LEAKY, ", leak: 3")
    held = {"premises": gradients("identity")}
    falling(of, ["1", "1"], "-5", **held)
    falling(of, ["1", "1"], "-6", "does not fall so", **held)
    falling(of, ["1", "1"], "-5", "lacks a premise", premises=[])
    uneven = excited("[[0, 9], [7, 0]]", "5", LEAKY, ", leak: 3")
    falling(uneven, ["1", "1"], "-5", "other normal forms", **held)
    # -∂S/∂γ = 2γ + γ²: the form would be -1 + 2 of γ and more of γ².
    text = "x: {size: 1, lagrangian: relu}", "w: {kind: expression, layers: [x], energy: '-x[0]^2%s'}"
    stated = {"premises": gradients("definition")}
    falling(network(text[0], text[1] % ""), ["1"], "-1/2", **stated)
    falling(network(text[0], text[1] % " - x[0]^3/3"), ["1"], "-1/2", "not of degree 1", **stated)
    falling(network(text[0], text[1] % " - relu(x[0])^2"), ["1"], "-3/2", "not of degree 1", **stated)


# ------------------------------------------------------------------ confined by an energy

ALONE = {"layer": "x"}


def confined(of: Core, lower: str, confines: bool = True, **more: Any) -> list[dict[str, Any]]:
    """Return the premises of bounded solutions by the energy of one layer x, and one synapse w."""

    def shown(name: str, by: str, **fields: Any) -> dict[str, Any]:
        return {"claim": {"claim": name, **fields}, "proof": {"by": by}}

    convex, gradient = shown("convex", "composition", **ALONE), shown("gradient of L", "identity", **ALONE)
    times = shown("compatible times", "commuting", **ALONE, because="one time constant")
    smooth, drive = (
        shown("Lipschitz activation", "composition", **ALONE),
        shown("Lipschitz drive", "composition", synapse="w"),
    )
    t2 = [shown("derived energy", "core"), shown("gradient drive", "identity", synapse="w"), drive, smooth, gradient]
    below = {"claim": "energy bounded below", "lower_bound": lower, "confines": confines}
    proof = {"by": "convexity", "premises": [convex, gradient], "growth": {}, "synapses": {"w": "quadratic"}, **more}
    descent = {"claim": {"claim": "descent"}, "proof": {"by": "T2", "premises": [*t2, convex, times]}}
    return [descent, {"claim": below, "proof": proof}, smooth, drive]


def test_an_energy_confines_solutions() -> None:
    form = {"growth": {"x": ["1", "0", "0", "0"]}, "margin": "1"}
    of = excited("[[-1]]")
    held = confined(of, "0", **form)
    assert accepted(of, BOUNDED, "energy", {}, premises=held)
    rejected(of, BOUNDED, "energy", box(x=[(-1, 1)]), "no box is shown", premises=held)
    rejected(of, BOUNDED, "energy", {}, "another one than needed", premises=confined(of, "0", False, **form))
    for k in range(4):
        rejected(of, BOUNDED, "energy", {}, "premise", premises=[*held[:k], *held[k + 1 :]])


def test_without_leak_states_have_to_be_activations() -> None:
    """E = γ²/2 confines γ = tanh(x), which says nothing of x; of γ = x it does."""
    for lagrangian, why in (("identity", None), ("tanh", "has no leak, and its activation is not its state")):
        of = excited("[[-1]]", lagrangian=lagrangian, more=", leak: false")
        form = {"growth": {"x": ["1", "0", "1", "0"]}, "margin": "1/2"} if why is None else {}
        held = confined(of, "0" if why is None else "-1", **form)
        if why is None:
            assert accepted(of, BOUNDED, "energy", {}, premises=held)
        else:
            rejected(of, BOUNDED, "energy", {}, why, premises=held)


def held_in_a_box(of: Core, why: str | None, high: Any, synapses: dict[str, Any] | None = None, **form: Any) -> None:
    """Show that the kernel accepts the box [-high, high] of layer x by the energy, or why it does not."""
    descent, below, *_ = confined(of, "-99", **form)
    proof = {"premises": [*descent["proof"]["premises"], below], "synapses": synapses or {"w": "quadratic"}}
    proof |= {"growth": {}, **form}
    claim = box(x=[(f"-{high}", high)] * of.layers[0].size)
    if why is None:
        assert accepted(of, BOUNDED, "limits", claim, **proof)
    else:
        rejected(of, BOUNDED, "limits", claim, why, **proof)


GROWN = {"growth": {"x": ["1", "0", "0", "0"]}}


def test_equilibria_lie_in_a_box_by_the_energy() -> None:
    """By hand: γ² ≤ bγ/(1 - w) says |γ| ≤ 6 for b = 3, w = 1/2; then x = γ/2 + 3 is in [3, 6]."""
    of = excited("[[1/2]]", "3")
    held_in_a_box(of, None, "61/10", margin="63/128", **GROWN)
    held_in_a_box(of, "not shown to lie in the box", "59/10", margin="63/128", **GROWN)
    held_in_a_box(of, "not shown to lie in the box", "61/10", margin="1/4", **GROWN)
    held_in_a_box(of, "is not positive on the cone", "99", margin="5/8", **GROWN)
    held_in_a_box(of, "grows with an offset", "99", margin="63/128", growth={"x": ["1", "1/2", "0", "0"]})
    held_in_a_box(of, "counts as quadratic, or by its slopes", "99", {"w": "curved"}, margin="63/128", **GROWN)
    for k in range(9):
        descent, below, *_ = confined(of, "-99", margin="63/128", **GROWN)
        premises = [*descent["proof"]["premises"], below]
        del premises[min(k, len(premises) - 1)]
        proof = {"premises": premises, "synapses": {"w": "quadratic"}, "margin": "63/128", **GROWN}
        rejected(of, BOUNDED, "limits", box(x=[("-7", "7")]), "premise", **proof)


def test_a_box_of_states_without_leak_is_that_of_activations() -> None:
    """E = γ²/2 - 3γ without leak rests at 3 = b/m."""
    of = excited("[[-1]]", "3", "identity", ", leak: false")
    form = {"growth": {"x": ["1", "0", "1", "0"]}, "margin": "127/128"}
    held_in_a_box(of, None, "31/10", **form)
    held_in_a_box(of, "not shown to lie in the box", "29/10", **form)
    # Bounded activations have their ranges: x = -2 tanh(x) + 1 is less than 3.
    tanh = excited("[[-2]]", "1", "tanh")
    held_in_a_box(tanh, None, "31/10")
    held_in_a_box(tanh, "not shown to lie in the box", "29/10")
