"""Krawczyk's test and stability in balls, on linear networks whose equilibria and eigenvalues are known exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from flint import arb

from hopverify.checker.rules import equilibrium_balls, judge
from hopverify.checker.rules.equilibrium_balls import _stability, flat_region, jacobian, krawczyk, rates
from hopverify.errors import EvidenceRejected
from hopverify.expr.balls import BALLS, ball, precision
from hopverify.networks import Layer, Model, build_model
from hopverify.obligations import EquilibriaBeside, Outcome
from hopverify.spec import ExactArray, parse_spec
from tests.rationals import vector


def model(weights: str, text: str, size: int = 2) -> Model:
    body = (
        f"layers: {{x: {{size: {size}, {text}}}}}\n"
        f"synapses: {{w: {{kind: dense, layers: [x, x], weights: {weights}}}}}\n"
    )
    return build_model(parse_spec(f"hopverify: 1\nname: balls\n{body}"))


def about(found: Any, value: Any) -> bool:
    """Whether all of a ball lies beside a number."""
    return abs(float(found.mid()) - float(value)) + float(found.rad()) < 1e-12


# F(x) = (-x₁ + 3x₂ + 1, -x₂ + 2), which is 0 at (7, 2).
SHEAR = model("[[0, 3], [0, 0]]", "lagrangian: identity, bias: [1, 2]")


def test_jacobians_are_those_of_the_flow() -> None:
    with precision():
        J = jacobian(SHEAR, BALLS.array(vector(5, -1)))
        assert all(about(J[i, j], value) for (i, j), value in {(0, 0): -1, (0, 1): 3, (1, 0): 0, (1, 1): -1}.items())
        timed = rates(model("[[0, 3], [0, 0]]", "lagrangian: identity, tau: [1, 4]"), BALLS.array(vector(5, -1)))
        assert all(about(timed[0, j], value) for j, value in enumerate((-1, 3)))
        assert all(about(timed[1, j], value) for j, value in enumerate((0, Fraction(-1, 4))))


@pytest.mark.parametrize("centre", [(7, 2), (6, 2), (7, Fraction(5, 3)), (-4, 9)])
def test_one_step_solves_what_is_linear(centre: tuple[Any, Any]) -> None:
    with precision():
        image, _ = krawczyk(SHEAR, BALLS.array(vector(*centre)), ball(Fraction(1, 3)))
        assert about(image[0], 7)
        assert about(image[1], 2)


def test_a_jacobian_is_enclosed_on_the_whole_box() -> None:
    """h of tanh at both ends of [1, 3], and hardly more than that: 2 sech² - 1 falls."""
    tanh = model("[[2]]", "lagrangian: tanh", 1)
    with precision():
        _, J = krawczyk(tanh, BALLS.array(vector(2)), ball(Fraction(1)))
        for end in (1, 2, 3):
            assert J[0, 0].overlaps(2 * arb(end).sech() ** 2 - 1)
        # The image of a box on which the slope changes sign is wider than the box.
        image, _ = krawczyk(tanh, BALLS.array(vector(1)), ball(Fraction(1)))
        assert float(image[0].rad()) > 1
        # Beside the equilibrium the test holds.
        image, _ = krawczyk(tanh, BALLS.array(vector(Fraction(1915, 1000))), ball(Fraction(1, 10)))
        assert image[0].overlaps(arb("1.9150080481 +/- 1e-9"))
        assert float(image[0].rad()) < 0.01


def test_a_jacobian_that_is_not_finite_is_refused() -> None:
    root = "lagrangian: {expression: 'sqrt(x)^3', of: neuron}"
    with precision():
        krawczyk(model("[[0]]", root, 1), BALLS.array(vector(4)), ball(Fraction(1)))
        with pytest.raises(EvidenceRejected, match="not enclosed on a box"):
            krawczyk(model("[[1]]", root, 1), BALLS.array(vector(0)), ball(Fraction(1)))


# ------------------------------------------------------------------ boxes


def beside(asked: Model, *patterns: tuple[Any, ...]) -> EquilibriaBeside:
    labels = tuple(f"m[{k}]" for k in range(len(patterns)))
    return EquilibriaBeside(asked, "m", "x", ExactArray.of([list(map(Fraction, row)) for row in patterns]), labels, 0)


def evidence(centres: list[Any], widths: list[Any], **more: Any) -> dict[str, Any]:
    return {"rule": "equilibrium_balls", "centres": [{"x": x} for x in centres], "widths": widths, **more}


# T ẋ = 2 - x: the image of every box is the point 2.
POINT = model("[[0]]", "lagrangian: identity, bias: 2", 1)


@pytest.mark.parametrize(
    ("centre", "width", "held"),
    [
        ("2", "1", True),
        ("5/2", "1", True),
        ("3/2", "1", True),
        # In the interior is not at an end, nor beside it.
        ("1", "1", False),
        ("3", "1", False),
        ("0", "1", False),
        ("4", "1", False),
        ("2", "0", False),
        ("2", "-1", False),
        ("2", "2", True),
    ],
)
def test_the_image_lies_in_the_interior(centre: str, width: str, held: bool) -> None:
    asked, found = beside(POINT, (0,)), evidence([[centre]], [width])
    if held:
        assert judge(asked, found).outcome is Outcome.PROVED
    else:
        with pytest.raises(EvidenceRejected):
            judge(asked, found)


def test_each_coordinate_counts() -> None:
    """The image is (7, 2): both coordinates of the box have to hold theirs."""
    asked = beside(SHEAR, (0, 0))
    assert judge(asked, evidence([["7", "2"]], ["1/4"])).outcome is Outcome.PROVED
    for centre in (["8", "2"], ["7", "3"]):
        with pytest.raises(EvidenceRejected, match=r"does not hold on the box of m\[0\]"):
            judge(asked, evidence([centre], ["1/4"]))


def test_what_is_told_of_each_box() -> None:
    found = judge(beside(SHEAR, (8, 1), (7, -1)), evidence([["7", "2"], ["29/4", "2"]], ["1/4", "1/2"]))
    assert found.data["norm"] == "largest coordinate"
    first, second = found.data["memories"]
    assert [shown.split(" ")[0].strip("[") for shown in first.pop("state")] == ["7.00000000000", "2.00000000000"]
    assert first == first | {
        "name": "m[0]",
        "half_width": "1/4",
        "distance_at_most": "5/4",
        "stability": "stable",
        "flat_region": {},
    }
    assert (second["name"], second["half_width"], second["distance_at_most"]) == ("m[1]", "1/2", "7/2")


def test_all_patterns_are_answered() -> None:
    asked = beside(POINT, (0,), (1,))
    good = evidence([["2"], ["2"]], ["1", "1"])
    assert len(judge(asked, good).data["memories"]) == 2
    one = judge(asked, good | {"centres": [good["centres"][0], None], "widths": ["1", None]})
    assert one.data["memories"][1] == {"name": "m[1]", "verdict": "unknown", "why": "none"}
    for change in (
        {"centres": good["centres"][:1]},
        {"widths": ["1"]},
        {"centres": good["centres"][:1], "widths": ["1"]},
        {"centres": [*good["centres"], *good["centres"]], "widths": ["1"] * 4},
        {"centres": {"0": 1, "1": 2}},
        {"widths": {"0": 1, "1": 2}},
    ):
        with pytest.raises(EvidenceRejected, match="expected one for each of 2 patterns"):
            judge(asked, good | change)
    for forms in ([None], [None] * 3, {"0": None, "1": None}):
        with pytest.raises(EvidenceRejected, match="expected one matrix or null for each of 2 patterns"):
            judge(asked, good | {"lyapunov": forms})
    assert judge(asked, good | {"lyapunov": [None, [["1"]]]}).outcome is Outcome.PROVED
    with pytest.raises(EvidenceRejected, match="not a symmetric positive definite matrix"):
        judge(asked, good | {"lyapunov": [None, [["-1"]]]})
    for width in ("0", "-1"):
        with pytest.raises(EvidenceRejected, match="widths: expected positive numbers"):
            judge(asked, good | {"widths": ["1", width]})


def test_as_many_neurons_as_the_limit_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(equilibrium_balls, "MAX_SIZE", 2)
    assert judge(beside(SHEAR, (7, 2)), evidence([["7", "2"]], ["1"])).outcome is Outcome.PROVED
    monkeypatch.setattr(equilibrium_balls, "MAX_SIZE", 1)
    with pytest.raises(EvidenceRejected, match="up to 1 neurons"):
        judge(beside(SHEAR, (7, 2)), evidence([["7", "2"]], ["1"]))


# ------------------------------------------------------------------ stability


def stability(asked: Model, form: Any = None) -> str:
    with precision():
        return _stability(asked, BALLS.array(vector(*[1] * asked.size)), form)


def test_forms_fall_along_the_flow() -> None:
    """A = (-1 3; 0 -1), of which PA + AᵀP = (-2p 3p; 3p -2q) for P = diag(p, q): negative definite iff 4q > 9p."""
    for q, falls in (("4", True), ("1", False), ("9/4", False), ("-4", False)):
        form = [["1", "0"], ["0", q]]
        if falls:
            assert stability(SHEAR, form) == "stable"
        else:
            with pytest.raises(EvidenceRejected):
                stability(SHEAR, form)


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ([["1", "0"], ["1/8", "4"]], "not a symmetric positive definite matrix"),
        ([["-1", "0"], ["0", "4"]], "not a symmetric positive definite matrix"),
        ([["1", "0"]], "expected the 2 rows"),
        ([["1", "0"], ["0", "4"], ["0", "0"]], "expected the 2 rows"),
        ({"a": ["1", "0"], "b": ["0", "4"]}, "expected the 2 rows"),
        ([["1"], ["4"]], "expected a list of 2"),
        ([["1", "0"], ["0", "1"]], "does not fall along the flow"),
    ],
)
def test_forms_are_symmetric_and_positive(form: Any, message: str) -> None:
    with pytest.raises(EvidenceRejected, match=message):
        stability(SHEAR, form)


def test_a_form_that_falls_is_no_proof_unless_it_is_positive() -> None:
    """ẋ = x runs away, and -x² falls along it."""
    runaway = model("[[2]]", "lagrangian: identity", 1)
    for form in ([["-1"]], [["0"]]):
        with pytest.raises(EvidenceRejected, match="not a symmetric positive definite matrix"):
            stability(runaway, form)
    with pytest.raises(EvidenceRejected, match="does not fall"):
        stability(runaway, [["1"]])


@pytest.mark.parametrize(
    ("weight", "said"),
    [("1/2", "stable"), ("1", "undecided"), ("3/2", "unstable"), ("3", "unstable"), ("-9", "stable")],
)
def test_eigenvalues_decide_what_is_analytic(weight: str, said: str) -> None:
    assert stability(model(f"[[{weight}]]", "lagrangian: identity", 1)) == said
    assert stability(model(f"[[{weight}]]", "lagrangian: relu", 1)) == "undecided"
    # One neuron of two is enough to leave, both are needed to stay.
    both = stability(model(f"[[{weight}, 0], [0, 1/4]]", "lagrangian: identity"))
    assert both == said


def test_time_constants_count() -> None:
    """Eigenvalues of T⁻¹(W - I): (0.5 -1; 4/τ -2/τ) has the trace 1/2 - 2/τ and the determinant 3/τ."""
    for tau, said in ((1, "stable"), (8, "unstable")):
        assert stability(model("[[3/2, -1], [4, -1]]", f"lagrangian: identity, tau: [1, {tau}]")) == said


# ------------------------------------------------------------------ flat regions


def layer(text: str) -> Layer:
    return build_model(parse_spec(f"hopverify: 1\nname: flat\nlayers: {{x: {{size: 2, {text}}}}}\n")).layers["x"]


IN, OUT = "all of it in the basin", "not shown to lie in the basin: the time constants or leaks differ inside the layer"
RAYS = "mean(x)·1 + s·(x - mean(x)·1) + R·1, s > 0"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lagrangian: softmax", f"x + R·1, {IN}"),
        ("lagrangian: softmax, tau: [1, 2]", f"x + R·1, {OUT}"),
        ("lagrangian: {layernorm: {epsilon: 0}}", f"{RAYS}, {IN}"),
        ("lagrangian: {layernorm: {epsilon: 0}}, tau: [1, 2]", f"{RAYS}, {OUT}"),
        ("lagrangian: {layernorm: {epsilon: 1}}", f"x + R·1, {IN}"),
        ("lagrangian: {spherical: {epsilon: 0}}", f"the ray s·x, s > 0, {IN}"),
        ("lagrangian: {spherical: {epsilon: 1}}", None),
        ("lagrangian: relu", None),
        ("activation: clipped_softmax", None),
    ],
)
def test_flat_regions_in_words(text: str, said: Mapping[str, Any] | None) -> None:
    assert flat_region(layer(text)) == said


def test_leaks_that_differ_are_said_to_matter() -> None:
    """No spec gives one layer two leaks; what is told does not rely on that."""
    softmax = layer("lagrangian: softmax")
    assert flat_region(replace(softmax, leak=(Fraction(1), Fraction(2)))) == f"x + R·1, {OUT}"


def written(body: str) -> Model:
    return build_model(parse_spec(f"hopverify: 1\nname: written\n{body}"))


@pytest.mark.parametrize("drive", ["1e-9*z^(5/2)", "1e-9*z*sqrt(z)^3", "1e-9*relu(z)^2*sqrt(z)"])
def test_no_equilibrium_where_the_drive_is_not_defined(drive: str) -> None:
    """z^(5/2) has no value at z = -5·10⁻¹¹, beside which an equilibrium would have to lie."""
    body = (
        "layers: {{x: {{size: 1, lagrangian: identity, bias: {bias}}}}}\n"
        "synapses: {{w: {{kind: associative, layers: [x], patterns: [[1]], function: '{drive}'}}}}\n"
    )
    boxed = {"rule": "equilibrium_balls", "centres": [{"x": ["1/1000"]}], "widths": ["10000001/10000000000"]}
    with pytest.raises(EvidenceRejected, match="not enclosed"):
        judge(beside(written(body.format(bias="-5e-11", drive=drive)), (0,)), boxed)
    # Where z > 0 on all of the box there is one.
    defined = {"rule": "equilibrium_balls", "centres": [{"x": ["1"]}], "widths": ["1/2"]}
    assert judge(beside(written(body.format(bias="1", drive=drive)), (1,)), defined).outcome is Outcome.PROVED


def test_eigenvalues_at_a_kink_of_the_drive_settle_nothing() -> None:
    """F' = relu(z)/2 has its kink at the equilibrium 0, where identity is as smooth as can be."""
    kinked = written(
        "layers: {x: {size: 2, lagrangian: identity}}\n"
        "synapses: {a: {kind: associative, layers: [x], patterns: [[1, 0], [0, 1]], function: 'relu(z)^2/4'}}\n"
    )
    obligation = beside(kinked, (0, 0))
    boxed = {"rule": "equilibrium_balls", "centres": [{"x": ["0", "0"]}], "widths": ["1/100"]}
    form = {"lyapunov": [[["1", "0"], ["0", "1"]]]}
    told = [judge(obligation, boxed | more).data["memories"][0]["stability"] for more in ({}, form)]
    assert told == ["undecided", "stable"]
