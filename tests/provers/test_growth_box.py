"""Boxes that drives lead to, neuron by neuron in numbers worked out by hand; and what runs away."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.checker.rules import Judgement, judge
from hopverify.networks import Layer, Model, build_model
from hopverify.numerics.ranges import Box
from hopverify.obligations import Bounded, Outcome
from hopverify.pipeline import verify
from hopverify.provers import PROVERS, Budget
from hopverify.provers.growth_box import MARGINS, _image, _runaways, outward, rows_of, settled, state_box
from hopverify.reporting.wording import witness_in_words
from hopverify.spec import parse_spec

INF, MARGIN = np.inf, MARGINS[0]


def model(layers: str, synapses: str = "") -> Model:
    body = f"layers: {{{layers}}}\n" + (f"synapses: {{{synapses}}}\n" if synapses else "")
    return build_model(parse_spec(f"hopverify: 1\nname: driven\n{body}"))


def layer(text: str) -> Layer:
    return model(f"x: {{{text}}}").layers["x"]


def box(lower: Any, upper: Any) -> Box:
    return Box(np.array(lower, dtype=float), np.array(upper, dtype=float))


def wider(end: float, sign: int) -> float:
    return end + sign * MARGIN * (abs(end) + MARGIN)


def ends(found: Box) -> list[list[float]]:
    return [found.lower.tolist(), found.upper.tolist()]


# ------------------------------------------------------------------ boxes


def test_states_follow_their_drives() -> None:
    found = state_box(layer("size: 3, lagrangian: relu, leak: 1/2"), box([-1, 2, 0], [0, 3, 1]), MARGIN)
    assert ends(found) == [
        [wider(-2, -1), wider(4, -1), wider(0, -1)],
        [wider(0, 1), wider(6, 1), wider(2, 1)],
    ]
    assert found.lower[2] < 0 < found.upper[0]
    below = state_box(layer("size: 1, lagrangian: relu, leak: 1/2"), box([-8], [-4]), MARGIN)
    assert ends(below) == [[wider(-16, -1)], [wider(-8, 1)]]


def test_leaks_are_those_of_the_neurons() -> None:
    """No spec gives one layer two leaks; the boxes do not rely on that."""
    own = replace(layer("size: 2, lagrangian: relu"), leak=(Fraction(2), Fraction(4)))
    assert ends(state_box(own, box([-8, -8], [8, 8]), MARGIN)) == [
        [wider(-4, -1), wider(-2, -1)],
        [wider(4, 1), wider(2, 1)],
    ]
    none = replace(own, leak=(Fraction(2), Fraction(0)))
    assert ends(state_box(none, box([-8, -8], [8, 8]), MARGIN)) == [[-INF, -INF], [INF, INF]]


def test_leaks_that_no_double_is() -> None:
    """1/3 is enclosed by two doubles; 10⁻⁴⁰⁰ by 0 and the smallest: then nothing is known."""
    third = state_box(layer("size: 1, lagrangian: relu, leak: 1/3"), box([-1], [1]), MARGIN)
    assert Fraction(third.lower[0]) < -3 < 3 < Fraction(third.upper[0])
    tiny = state_box(layer("size: 1, lagrangian: relu, leak: 1e-400"), box([-1], [1]), MARGIN)
    assert not tiny.is_finite
    assert not state_box(layer("size: 1, lagrangian: relu"), box([-INF], [1]), MARGIN).is_finite


def test_images_of_boxes() -> None:
    relu = _image(layer("size: 3, lagrangian: relu"), box([-2, -1, 1], [-1, 3, 2]))
    assert ends(relu) == [[0, 0, 1], [0, 3, 2]]
    cube = _image(layer("size: 1, lagrangian: {expression: 'x^4/4', of: neuron}"), box([-2], [3]))
    assert -8.001 < cube.lower[0] <= -8
    assert 27 <= cube.upper[0] < 27.001
    # Of a whole layer, and of one whose neurons differ, what was known before.
    assert ends(_image(layer("size: 2, lagrangian: softmax"), box([-2, -2], [3, 3]))) == [[0, 0], [1, 1]]


def test_layers_settle_one_after_the_other() -> None:
    """tanh and identity drive each other: each box is that of the range known before, not of a later round."""
    joined = "a: {kind: dense, layers: [x, y], weights: [[1]]}"
    boxes = settled(model("x: {size: 1, lagrangian: tanh}, y: {size: 1, lagrangian: identity}", joined), MARGIN)
    assert wider(1, 1) <= boxes["y"].upper[0] < 1.001
    assert wider(wider(1, 1), 1) <= boxes["x"].upper[0] < 1.002
    alone = model("x: {size: 1, lagrangian: tanh}, y: {size: 2, lagrangian: identity, bias: [1, -3]}")
    boxes = settled(alone, MARGIN)
    assert ends(boxes["x"]) == [[wider(0, -1)], [wider(0, 1)]]
    assert ends(boxes["y"]) == [[wider(1, -1), wider(-3, -1)], [wider(1, 1), wider(-3, 1)]]


def test_bounds_are_told_outward() -> None:
    unit = Fraction(1, 2**20)
    for end, low, high in (
        (0.5, Fraction(1, 2) - unit, Fraction(1, 2) + unit),
        (-0.5, -Fraction(1, 2) - unit, -Fraction(1, 2) + unit),
        (3.0, 3 - 4 * unit, 3 + 4 * unit),
        (0.0, -unit, unit),
    ):
        assert (outward(end, -1), outward(end, 1)) == (low, high)
    # Within half a unit of the next multiple, the one beyond is taken.
    between = float(Fraction(1, 2) + unit * Fraction(5, 8))
    assert (outward(between, -1), outward(between, 1)) == (Fraction(1, 2), Fraction(1, 2) + 2 * unit)
    assert rows_of({"x": box([0.5, 0.5], [0.5, 3])}) == {
        "x": [["524287/1048576", "524289/1048576"], ["524287/1048576", "786433/262144"]]
    }


def found(asked: Model) -> tuple[dict[str, Any], Judgement]:
    """Return the claim that is offered first, and what the kernel makes of it."""
    evidence = next(iter(PROVERS["growth_box"].search(Bounded(asked), Budget())))
    return evidence["claim"], judge(Bounded(asked), evidence)


def test_boxes_are_accepted() -> None:
    layers = "x: {size: 2, lagrangian: tanh, bias: [0, 1/2]}, y: {size: 1, lagrangian: tanh, tau: 0}"
    claim, judgement = found(model(layers))
    assert judgement.outcome is Outcome.PROVED
    assert judgement.data == {"box": claim["box"]}
    rows = [[Fraction(end) for end in row] for row in claim["box"]["x"]]
    for (low, high), middle in zip(rows, (0, Fraction(1, 2)), strict=True):
        assert middle - Fraction(1, 1000) < low < middle < high < middle + Fraction(1, 1000)
        assert max(abs(low - middle), abs(high - middle)) > Fraction(MARGIN) ** 2


def test_layers_without_a_bound_have_no_box() -> None:
    layers = "x: {size: 1, lagrangian: tanh}, y: {size: 1, lagrangian: relu}, z: {size: 1, lagrangian: tanh, leak: 0}"
    asked = model(layers, "w: {kind: dense, layers: [y, y], weights: [[2]]}")
    assert [name for name, box in settled(asked, MARGIN).items() if not box.is_finite] == ["y", "z"]
    assert list(PROVERS["growth_box"].search(Bounded(asked), Budget())) == []


@pytest.mark.parametrize(
    ("bias", "leak", "drive"),
    [
        ("1/2", "0", "524287/1048576"),
        ("-1/2", "0", "-524287/1048576"),
        ("3", "0", str(3 - Fraction(4, 2**20))),
        ("0", "0", None),
        ("1/2", "1", None),
        ("-1/2", "1", None),
        ("3", "1/2", None),
    ],
)
def test_what_runs_away(bias: str, leak: str, drive: str | None) -> None:
    """A neuron without leak and a drive of one sign; the second of two, beside one that rests."""
    asked = model(f"x: {{size: 2, lagrangian: tanh, bias: [0, {bias}], leak: {leak}}}")
    if drive is None:
        assert list(_runaways(asked)) == []
    else:
        claim, judgement = found(asked)
        told = {"layer": "x", "neuron": 1, "drive": drive}
        assert claim == {"claim": "unbounded solutions", **told}
        assert (judgement.outcome, judgement.data) == (Outcome.REFUTED, told)
        (sentence,) = witness_in_words(["kernel (unbounded solutions, by ranges)"], told)
        assert sentence.startswith("neuron 1 of layer x runs away, from every state: it has no leak")
        assert ("≤ ≈-" if drive.startswith("-") else "≥ ≈") in sentence


@pytest.mark.parametrize(("weight", "runs"), [("1/8", True), ("1/4", False), ("3/4", False)])
def test_a_drive_that_reaches_zero_runs_nowhere(weight: str, runs: bool) -> None:
    """The activations of softmax lie in [0, 1]: the drive is at most 2w - 1/2."""
    layers = "x: {size: 1, lagrangian: tanh, bias: -1/2, leak: 0}, s: {size: 2, lagrangian: softmax}"
    joined = f"w: {{kind: dense, layers: [x, s], weights: [[{weight}, {weight}]]}}"
    assert bool(list(_runaways(model(layers, joined)))) is runs


def test_each_neuron_has_its_leak() -> None:
    """No spec gives one layer two leaks; what runs away does not rely on that."""
    asked = model("x: {size: 2, lagrangian: tanh, bias: [1, 1]}")
    for leaks, neuron in (((1, 0), 1), ((0, 1), 0)):
        own = replace(asked.layers["x"], leak=tuple(map(Fraction, leaks)))
        (evidence,) = _runaways(replace(asked, layers={"x": own}))
        assert evidence["claim"]["neuron"] == neuron


def test_a_box_is_wider_where_the_kernel_knows_less_of_shares() -> None:
    """The activations of v are in [-1, 1]: of their softmax floats know more than that it is in [0, 1]."""
    layers = "v: {size: 2, lagrangian: tanh}"
    asked = model(layers, "m: {kind: associative, layers: [v], patterns: [[1, 2], [2, 1]], function: exp(z)}")
    offered = list(PROVERS["growth_box"].search(Bounded(asked), Budget()))
    assert [each["proof"] for each in offered] == [{"by": "ranges"}] * len(MARGINS)


def test_weights_beyond_doubles_have_no_box() -> None:
    near = "{values: [[1e400]], tolerance: 1}"
    asked = model("x: {size: 1, lagrangian: tanh}", f"w: {{kind: dense, layers: [x, x], weights: {near}}}")
    assert list(PROVERS["growth_box"].search(Bounded(asked), Budget())) == []


def test_a_sum_of_states_without_leak_drifts() -> None:
    """u' = Wσ(u) + b with W = -1 in all entries: u_0 - u_1 drifts if b_0 ≠ b_1; not with a leak, or W of full rank."""
    text = "layers: {u: {size: 2, lagrangian: sigmoid, bias: %s, leak: %s}}\n"
    text += "synapses: {w: {kind: dense, layers: [u, u], weights: %s}}\n"
    low = "[[-1, -1], [-1, -1]]"
    for bias, leak, weights, verdict in (
        ("[1, 0]", "false", low, "fail"),
        ("[1, 1]", "false", low, "unknown"),
        ("[1, 0]", "1", low, "pass"),
        ("[1, 0]", "false", "[[-1, -1], [-1, -2]]", "unknown"),
    ):
        spec = parse_spec(f"hopverify: 1\nname: drift\n{text % (bias, leak, weights)}checks: [boundedness]\n")
        (entry,) = verify(spec).results
        assert entry["verdict"] == verdict, bias
        if verdict == "fail":
            assert entry["method"] == ["kernel (unbounded solutions, by drift)"]
