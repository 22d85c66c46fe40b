"""States and boxes that are shown: rates, rises, boxes and minima in numbers worked out by hand."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from hopverify.checker.contraction import Contractor
from hopverify.checker.rules import Judgement, ball_minima, judge
from hopverify.checker.rules.attracting_box import rows
from hopverify.checker.rules.energy_bound import short_below
from hopverify.checker.rules.equilibrium_boxes import _verify
from hopverify.errors import EvidenceRejected
from hopverify.model import AlteredSystem, Model, altered_system, build_model, linear_network
from hopverify.obligations import (
    BallMinima,
    Bounded,
    Descent,
    EnergyBoundedBelow,
    EquilibriaNear,
    FallingResidual,
    Outcome,
    SafeSteps,
    Search,
)
from hopverify.spec import ExactArray, parse_spec
from hopverify.synapses.epanechnikov import Epanechnikov


def model(layers: str, synapses: str = "", more: str = "") -> Model:
    joined = f"synapses: {{{synapses}}}\n" if synapses else ""
    return build_model(parse_spec(f"hopverify: 1\nname: shown\nlayers: {{{layers}}}\n{joined}{more}"))


def judged(asked: Any, rule: str, **payload: Any) -> Judgement:
    return judge(asked, {"rule": rule, **payload})


def refused(asked: Any, message: str, rule: str, **payload: Any) -> None:
    with pytest.raises(EvidenceRejected, match=message):
        judged(asked, rule, **payload)


def doubling(energy: str, tau: int = 1, size: int = 1) -> Model:
    """Return τẋ = x with an energy of its own."""
    weights = [[2 * int(i == j) for j in range(size)] for i in range(size)]
    return model(
        f"x: {{size: {size}, lagrangian: identity, tau: {tau}}}",
        f"w: {{kind: dense, layers: [x, x], weights: {weights}}}",
        f"energy: {energy}\n",
    )


# ------------------------------------------------------------------ rates and rises


def test_energies_that_rise() -> None:
    """E = x² along 2ẋ = x: dE/dt = x², and an update by 1/4 of Tẋ makes it (5/4)² as large."""
    found = judged(Descent(doubling("sum(x^2)", 2)), "ascent", state={"x": ["3"]}, step="1/4")
    assert found.outcome is Outcome.REFUTED
    assert found.data == {
        "dE/dt": "9.0000000",
        "velocity": {"x": ["1.50000"]},
        "rise of E by one update": "5.0625000",
    }
    assert set(judged(Descent(doubling("sum(x^2)")), "ascent", state={"x": ["1/4"]}).data) == {"dE/dt", "velocity"}
    for energy, state in (("-sum(x^2)", "3"), ("sum(x^2)", "0")):
        refused(Descent(doubling(energy)), "not certainly positive", "ascent", state={"x": [state]})
    many = judged(Descent(doubling("sum(x^2)", size=9)), "ascent", state={"x": ["1"] * 9})
    assert len(many.data["velocity"]["x"]) == 8


def test_updates_that_overshoot() -> None:
    """E = -(x - 2)² rises from x = 1 until x = 2, and is what it was at x = 3."""
    asked = Descent(doubling("-sum((x - 2)^2)"))
    for step, rises in (("1/8", True), ("1", True), ("2", False), ("3", False)):
        if rises:
            found = judged(asked, "ascent", state={"x": ["1"]}, step=step)
            assert "rise of E by one update" in found.data
        else:
            refused(asked, "one update does not certainly raise", "ascent", state={"x": ["1"]}, step=step)


def test_steps_that_rise() -> None:
    """A step h of 2ẋ = x takes E = x² from 9 to 9(1 + h/2)²."""
    asked = SafeSteps(doubling("sum(x^2)", 2), Fraction(2), None)
    found = judged(asked, "rising_step", state={"x": ["3"]}, step="2")
    assert (found.outcome, found.data) == (Outcome.REFUTED, {"energy": "E", "rise": "27.000000"})
    small = judged(asked, "rising_step", state={"x": ["1/8"]}, step="1/2")
    assert small.outcome is Outcome.REFUTED
    refused(asked, "longer than the claim says", "rising_step", state={"x": ["3"]}, step="3")
    for step in ("0", "-1"):
        refused(asked, "expected a positive number", "rising_step", state={"x": ["3"]}, step=step)
    refused(asked, "does not certainly raise", "rising_step", state={"x": ["0"]}, step="1")
    refused(asked, "expected a state of", "rising_step", state={"y": ["0"]}, step="1")
    anywhere = SafeSteps(doubling("sum(x^2)", 2), None, None)
    refused(anywhere, "longer than the claim says", "rising_step", state={"x": ["3"]}, step="1")
    # Without a step, the rate counts.
    for own in (asked, anywhere):
        found = judged(own, "rising_step", state={"x": ["1/2"]})
        assert (found.outcome, found.data) == (Outcome.REFUTED, {"energy": "E", "dE/dt": "0.25000000"})
        refused(own, "not certainly positive", "rising_step", state={"x": ["0"]})
    falling = SafeSteps(doubling("-sum(x^2)"), Fraction(1), None)
    refused(falling, "not certainly positive", "rising_step", state={"x": ["1"]})


# ------------------------------------------------------------------ residuals


def system(residual: str, potential: str, feedback: str = "[[1], [0]]", tau: str = "1") -> AlteredSystem:
    joined = (
        f"s: {{kind: feedforward_feedback, layers: [y, x], forward: [[1, 0]], feedback: {feedback}, "
        f"metric: [[1, 0], [0, 1]], residual: {residual}, potential: '{potential}'}}"
    )
    layers = f"y: {{size: 2, lagrangian: identity, tau: {tau}}}, x: {{size: 1, lagrangian: relu, tau: 0}}"
    found = altered_system(model(layers, joined))
    assert isinstance(found, AlteredSystem)
    return found


@pytest.mark.parametrize(
    ("residual", "potential", "feedback", "tau", "because"),
    [
        ("[[0], [1]]", "z^2", "[[1], [0]]", "1", None),
        ("[[0], [1]]", "z^4 + z^2/2", "[[1], [0]]", "3", None),
        ("[[0], [1]]", "z^2", "[[1], [0]]", "[1, 2]", "neurons of y differ in their time constants"),
        ("[[0, 3], [1, 0]]", "z^2", "[[1], [0]]", "1", "(NᵀB)[1,0] = 3"),
        ("[[0], [1]]", "z^2", "[[1], [1/4]]", "1", "(NᵀB)[0,0] = 1/4"),
        ("[[0], [1]]", "z^2 + z/4", "[[1], [0]]", "1", "φ'(0) = 1/4"),
        ("[[0], [1]]", "(z + 1)^2", "[[1], [0]]", "1", "φ'(0) = 2"),
        ("[[0], [1]]", "z^2 - z", "[[1], [0]]", "1", "φ'(0) = -1"),
    ],
)
def test_residuals_fall_on_their_own(
    residual: str, potential: str, feedback: str, tau: str, because: str | None
) -> None:
    found = judged(FallingResidual(system(residual, potential, feedback, tau)), "residual")
    if because is None:
        assert found == Judgement(Outcome.PROVED)
    else:
        assert (found.outcome, found.data) == (Outcome.REFUTED, {"because": because})


# ------------------------------------------------------------------ boxes


def test_boxes_are_told_layer_by_layer() -> None:
    layers = ", ".join(
        f"{name}: {{size: {size}, lagrangian: tanh, tau: {tau}}}"
        for name, size, tau in (("a", 1, 1), ("f", 2, 0), ("b", 2, 1), ("c", 1, 1))
    )
    network = linear_network(model(layers))
    assert network is not None
    found = rows(network, [Fraction(-k) for k in range(1, 7)], [Fraction(k, 2) for k in range(1, 7)])
    assert found == {"a": [["-1", "1/2"]], "b": [["-4", "2"], ["-5", "5/2"]], "c": [["-6", "3"]]}


def test_a_box_that_attracts() -> None:
    """ẋ = tanh(x)/2 + 1/4 - x enters -1 ≤ x ≤ 1 for good; the bounds given as U and then V."""
    body = "w: {kind: dense, layers: [x, x], weights: [[1/2]]}"
    asked = Bounded(model("x: {size: 1, lagrangian: tanh, bias: 1/4}", body))
    found = judged(asked, "attracting_box", bounds=["1", "2"])
    assert (found.outcome, found.data) == (Outcome.PROVED, {"bounded": "every state", "box": {"x": [["-2", "1"]]}})
    refused(asked, "does not point inward", "attracting_box", bounds=["1/4", "1"])
    for bounds in (["1"], ["1", "1", "1"]):
        refused(asked, "expected a list of 2", "attracting_box", bounds=bounds)
    quartic = model("x: {size: 1, lagrangian: tanh}", "e: {kind: expression, layers: [x], energy: sum(x^4)}")
    refused(Bounded(quartic), "the drives are not linear", "attracting_box", bounds=["1", "1"])


def near(*patterns: int) -> EquilibriaNear:
    """Return what is asked of (ẋ, ẏ) = (1 - x, 2 - y); patterns are states of the second neuron."""
    body = "w: {kind: dense, layers: [x, x], weights: [[0, 0], [0, 0]]}"
    asked = model("x: {size: 2, lagrangian: identity, bias: [1, 2]}", body)
    network = linear_network(asked)
    assert network is not None
    rows_ = ExactArray.of([[Fraction(entry)] for entry in patterns])
    return EquilibriaNear(Search(asked, network, None), "m", rows_, 1, tuple(f"m[{k}]" for k in range(len(patterns))))


def test_boxes_beside_patterns() -> None:
    found = judged(near(5, 1), "equilibrium_boxes", centres=[["1", "2"], ["9/8", "9/4"]], widths=["1/4", "1/2"])
    assert found.outcome is Outcome.PROVED
    assert found.data == {
        "memories": [
            {"name": "m[0]", "half_width": "1/4", "distance_at_most": "13/4"},
            {"name": "m[1]", "half_width": "1/2", "distance_at_most": "7/4"},
        ],
        "norm": "largest coordinate",
    }
    for centre in (["2", "2"], ["0", "2"], ["1", "3"], ["1", "1"]):
        refused(near(5), r"the box of m\[0\]", "equilibrium_boxes", centres=[centre], widths=["1/4"])
    good = {"centres": [["1", "2"], ["1", "2"]], "widths": ["1", "1"]}
    judged(near(5, 1), "equilibrium_boxes", **good)
    for change in (
        {"centres": good["centres"][:1]},
        {"widths": ["1"]},
        {"centres": good["centres"][:1], "widths": ["1"]},
        {"centres": good["centres"] * 2, "widths": ["1"] * 4},
        {"centres": {"0": 1, "1": 2}},
        {"widths": {"0": 1, "1": 2}},
    ):
        refused(near(5, 1), "expected one for each of 2 patterns", "equilibrium_boxes", **(good | change))


@pytest.mark.parametrize(
    ("low", "high", "held"),
    [
        ([-0.5, 0.5], [0.5, 1.5], True),
        ([np.nextafter(-1, 0), 0.5], [np.nextafter(1, 0), 1.5], True),
        ([-1.0, 0.5], [0.5, 1.5], False),
        ([-0.5, 0.5], [1.0, 1.5], False),
        ([-0.5, 0.0], [0.5, 1.5], False),
        ([-0.5, 0.5], [0.5, 2.0], False),
        ([-9.0, 0.5], [0.5, 1.5], False),
        ([-0.5, 0.5], [0.5, 9.0], False),
        ([-np.inf, 0.5], [0.5, 1.5], False),
        ([-0.5, 0.5], [np.inf, 1.5], False),
        ([-np.inf, -np.inf], [0.5, 1.5], False),
        ([np.nan, 0.5], [0.5, 1.5], False),
        ([-0.5, 0.5], [0.5, np.nan], False),
    ],
)
def test_the_result_lies_in_the_interior(low: list[float], high: list[float], held: bool) -> None:
    """Of the box [-1, 1] x [0, 2]."""
    seen: list[Any] = []

    def everywhere(lower: Any, upper: Any) -> None:
        seen.extend([lower.tolist(), upper.tolist()])

    contractor = cast(
        Contractor,
        SimpleNamespace(everywhere=everywhere, krawczyk=lambda boxes: (np.array([low]), np.array([high]))),
    )
    centre = np.array([Fraction(0), Fraction(1)], dtype=object)
    if held:
        _verify(contractor, centre, Fraction(1), "m[0]")
    else:
        with pytest.raises(EvidenceRejected, match="does not hold on the box of"):
            _verify(contractor, centre, Fraction(1), "m[0]")
    assert seen == [[-1, 0], [1, 2]]


# ------------------------------------------------------------------ bounds and minima


@pytest.mark.parametrize("value", ["0", "1", "-1", "1/3", "-1/3", "1000001/7", "-1e30", "1e-300", "-1e-310"])
def test_short_bounds_lie_closely_below(value: str) -> None:
    exact = Fraction(value)
    found = short_below(exact)
    assert found <= exact
    assert exact - found <= abs(exact) / 2**19
    assert found.numerator.bit_length() <= 1100
    assert abs(found.numerator) < 2**21 or found.denominator == 1
    with pytest.raises(EvidenceRejected, match="beyond the range of doubles"):
        short_below(Fraction(10) ** 400)


def test_energies_have_a_lower_bound() -> None:
    """relu with W = -1: E = γ²/2 + γ²/2 ≥ 0; and tanh, whose energy needs no form."""
    one = EnergyBoundedBelow(
        model("x: {size: 1, lagrangian: relu}", "w: {kind: dense, layers: [x, x], weights: [[-1]]}")
    )
    found = judged(one, "energy_bound", margin="1")
    assert found.outcome is Outcome.PROVED
    assert Fraction(found.data["lower bound"]) <= 0
    assert found.data["unbounded activations"] == ["x"]
    assert found.data["form"] == "uᵀQu ≥ 1·|u|² on their cone"
    refused(one, "not positive on the cone", "energy_bound", margin="2")
    refused(one, "expected a rational number", "energy_bound")
    tanh = EnergyBoundedBelow(
        model("x: {size: 1, lagrangian: tanh}", "w: {kind: dense, layers: [x, x], weights: [[2]]}")
    )
    assert set(judged(tanh, "energy_bound").data) == {"lower bound", "bounded"}


def minima(patterns: list[list[Any]], beta: Any) -> Judgement:
    """Return the minima of the Epanechnikov energy; balls have the squared radius 2/β."""
    rows_ = "[" + ", ".join("[" + ", ".join(map(str, row)) + "]" for row in patterns) + "]"
    asked = model(
        f"x: {{size: {len(patterns[0])}, lagrangian: identity, leak: 0}}",
        f"s: {{kind: epanechnikov, layers: [x], patterns: {rows_}, beta: {beta}, epsilon: 1/8}}",
    )
    synapse = asked.synapses["s"]
    assert isinstance(synapse, Epanechnikov)
    return judged(BallMinima(asked, synapse), "ball_minima")


def test_minima_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Balls of radius 1 on a line: 0 alone; those of 3 and 9/2 overlap between 7/2 and 4, around their centroid."""
    found = minima([[0], [3], [Fraction(9, 2)]], 2)
    assert found.outcome is Outcome.PROVED
    told = {key: found.data[key] for key in ("count", "emergent", "patterns", "stored", "flat_beyond")}
    assert told == {"count": 4, "emergent": 1, "patterns": 3, "stored": 3, "flat_beyond": "1"}
    assert [(row["members"], row["state"], row["stored"], row["radius"]) for row in found.data["minima"]] == [
        ([0], ["0"], True, "1"),
        ([1], ["3"], True, "1/2"),
        ([1, 2], ["15/4"], False, "1/4"),
        ([2], ["9/2"], True, "1/2"),
    ]
    monkeypatch.setattr(ball_minima, "MAX_LISTED", 2)
    assert len(minima([[0], [3], [Fraction(9, 2)]], 2).data["minima"]) == 2
    # Two that are the same are stored by one minimum; the middle of three is one of them too.
    assert minima([[0], [0]], 2).data["stored"] == 2
    three = minima([[0], [1], [2]], Fraction(1, 2)).data
    assert (three["count"], three["emergent"], three["stored"]) == (1, 0, 1)
