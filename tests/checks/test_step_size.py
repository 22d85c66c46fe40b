"""Step size: lengths that are known in closed form, stated steps of every verdict, altered systems, and bad input."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from hopverify.certificate import Certificate, parse_certificate
from hopverify.checker import check_certificate
from hopverify.errors import SpecError
from hopverify.pipeline import verify
from hopverify.reporting.report import report_of
from hopverify.reporting.step_sizes import certified_share, step_sizes_in_words
from hopverify.spec import ModelSpec, parse_spec, read_spec
from tests.profiles import long

ROOT = Path(__file__).parents[2]


def network(
    W: str, function: str = "tanh", *, extra: str = "", synapse: str = "", check: str = "step_size", b: str = "0"
) -> ModelSpec:
    size = W.count("[") - 1
    return parse_spec(
        f"hopverify: 1\nname: net\nlayers:\n  x: {{size: {size}, lagrangian: {function}, bias: {b}{extra}}}\n"
        f"synapses:\n  w: {{kind: dense, layers: [x, x], weights: {W}{synapse}}}\nchecks: [{check}]\n"
    )


def altered(
    *,
    layers: str = "",
    fast: str = "relu",
    metric: str = ", metric: [[1, 0.5], [0.5, 1]]",
    more: str = "",
    check: str = "step_size",
) -> ModelSpec:
    return parse_spec(
        f"""
hopverify: 1
name: altered
layers:
  y: {{size: 2, lagrangian: identity{layers}}}
  x: {{size: 2, lagrangian: {fast}, bias: [0.5, -1], tau: 0}}
synapses:
  both: {{kind: feedforward_feedback, layers: [y, x], forward: [[1, 0.5], [0.5, 1]]{metric}{more}}}
checks: [{check}]
"""
    )


def certificate_of(spec: ModelSpec) -> Certificate:
    """Return a certificate that the checker accepts."""
    certificate = verify(spec, samples=200)
    check_certificate(spec, parse_certificate(certificate.to_json()))
    return certificate


def decided(spec: ModelSpec) -> tuple[str, dict[str, Any]]:
    (entry,) = certificate_of(spec).results
    data: dict[str, Any] = {"reason": entry.get("reason")}
    for row in entry["obligations"]:
        data |= row.get("data", {})
    return entry["verdict"], data


def certified(spec: ModelSpec) -> str:
    verdict, data = decided(spec)
    assert verdict == "pass"
    return "any" if data["up_to"] is None else str(data["up_to"])


@pytest.mark.parametrize(
    ("W", "function", "extra", "step"),
    [
        # α ≤ min(1, 2/(1 + β·max(0, -λ_min)))
        ("[[0, 2], [2, 0]]", "relu", "", "2/3"),
        ("[[0, 2], [2, 0]]", "{tanh: {beta: 2}}", "", "2/5"),
        ("[[1, 0.5], [0.5, 1]]", "tanh", "", "1"),
        ("[[0, 2], [2, 0]]", "relu", ", tau: 3", "2"),
        ("[[-2, 0], [0, -2]]", "relu", ", tau: [1, 6]", "2/3"),
        ("[[0, 0], [0, 0]]", "tanh", ", tau: 2, leak: 4", "1/2"),
        # x⁺ = x - h(ρ - w)x, E = ½(ρ - w)x²: exactly 2/(ρ - w) while w < ρ
        ("[[-3]]", "identity", "", "1/2"),
        ("[[0.5]]", "identity", "", "4"),
        ("[[1]]", "identity", "", "any"),
        ("[[3]]", "identity", ", leak: 2", "any"),
        # Without a leak nothing but the weights limits the step.
        ("[[0, 0.5], [0.5, 0]]", "tanh", ", leak: false", "4"),
        ("[[2, 1], [1, 2]]", "softmax", ", leak: false", "any"),
        ("[[0, 0], [0, 0]]", "softmax", "", "1"),
        # Slopes between 1/4 and 1: 2a/κ + ρ/β = 0 at a = -1/8
        ("[[0]]", "{leaky_relu: {slope: 0.25}}", "", "8/7"),
    ],
)
def test_lengths_known_in_closed_form(W: str, function: str, extra: str, step: str) -> None:
    assert certified(network(W, function, extra=extra)) == step


def test_the_missing_half_doubles_the_weights() -> None:
    gradient = ", drive: gradient, prefactor: "
    assert certified(network("[[0, 1], [1, 0]]", "relu", synapse=gradient + "1")) == "2/3"
    assert certified(network("[[0, 1], [1, 0]]", "relu", synapse=gradient + "1/2")) == "1"
    assert certified(network("[[0, 2], [0, 0]]", "relu", synapse=gradient + "1")) == "2/3"
    assert decided(network("[[0, 1], [1, 0]]", "relu", synapse=", prefactor: 1"))[0] != "pass"


def test_attention_is_half_of_what_is_certified() -> None:
    spec = read_spec(ROOT / "specs" / "step-size-attention.yaml")
    (entry,) = certificate_of(spec).results
    data = entry["obligations"][-2]["data"]
    assert (entry["verdict"], data["up_to"], data["alpha"]) == ("pass", "1", {"v": ["2", "2"]})
    assert certified_share(data) > Fraction(9, 10)


@pytest.mark.parametrize(("step", "verdict"), [("2/3", "pass"), ("0.1", "pass"), ("0.67", "fail"), ("5", "fail")])
def test_stated_steps(step: str, verdict: str) -> None:
    spec = network("[[0, -2], [-2, 0]]", "relu", b="1", check=f"{{step_size: {{step: {step}}}}}")
    found, data = decided(spec)
    assert found == verdict
    assert data["up_to"] == "2/3"


def test_a_step_between_the_bounds_is_unknown() -> None:
    """The drift along the first neuron, at least 3/4, outweighs the weights: no step raises E, and 8 is certified."""
    W, bias = "[[0, 0.25], [0.25, 0]]", "[1, 0]"
    verdict, data = decided(network(W, extra=", leak: false", b=bias, check="{step_size: {step: 9}}"))
    assert (verdict, data["up_to"]) == ("unknown", "8")
    assert data["reason"]["code"] == "step_too_long"


@pytest.mark.parametrize(
    ("options", "step"),
    [
        ({}, "2"),
        ({"layers": ", tau: 3, leak: 1/2"}, "12"),
        long({"fast": "softmax"}, "2"),
        ({"more": ", feedback: [[1, 0], [0, 1]]"}, "2"),
    ],
)
def test_altered_systems(options: Mapping[str, str], step: str) -> None:
    verdict, data = decided(altered(**options))
    assert (verdict, data["up_to"], data["energy"]) == ("pass", step, "V")


def test_altered_systems_with_two_time_constants_or_without_convexity() -> None:
    two = decided(altered(layers=", tau: [1, 2]"))
    assert two[0] == "pass"
    assert Fraction(18, 10) < Fraction(two[1]["up_to"]) < 2
    gelu = decided(altered(fast="gelu"))
    # 2/h ≥ 1 + 0.13·λ_max(A) for A = P
    assert gelu[0] == "pass"
    assert abs(Fraction(gelu[1]["up_to"]) - 2 / (1 + Fraction(13, 100) * Fraction(3, 2))) < Fraction(1, 1000)


def test_a_residual_halves_the_step() -> None:
    text = """
hopverify: 1
name: residual
layers:
  y: {size: 2, lagrangian: identity}
  x: {size: 1, lagrangian: relu, tau: 0}
synapses:
  both:
    kind: feedforward_feedback
    layers: [y, x]
    forward: [[2, 1]]
    feedback: [[1], [0]]
    metric: [[2, 1], [1, 1]]
    MORE
checks: [step_size]
"""
    assert certified(parse_spec(text.replace("MORE", ""))) == "2"
    assert certified(parse_spec(text.replace("MORE", "residual: [[0], [1]]\n    potential: z^4"))) == "1"


def test_a_wrong_metric_certifies_nothing() -> None:
    assert decided(altered(metric=", metric: [[1, 0.5], [0.5, 1.25]]"))[0] != "pass"
    assert decided(altered(metric=", metric: [[1, 2], [2, 1]], feedback: [[-1, 2], [2, -1]]"))[0] != "pass"


def test_systems_whose_energy_depends_on_a_metric_that_is_not_stated() -> None:
    verdict, data = decided(altered(metric=""))
    assert verdict == "not-applicable"
    assert "state it as `metric`" in data["reason"]["text"]


def test_feedback_that_mirrors_the_drive_needs_no_metric() -> None:
    verdict, data = decided(altered(metric=", feedback: [[1, 0.5], [0.5, 1]]"))
    assert (verdict, data["up_to"], data["energy"]) == ("pass", "2", "E")


def test_without_an_energy_there_is_nothing_to_raise() -> None:
    spec = parse_spec(
        "{hopverify: 1, name: bare, layers: {x: {size: 3, activation: clipped_softmax}}, checks: [step_size]}"
    )
    (entry,) = verify(spec, samples=10).results
    assert entry["verdict"] == "not-applicable"
    assert "no Lagrangian" in entry["reason"]["text"]


@pytest.mark.parametrize(
    ("W", "function", "verdict"),
    [
        # E rises along the flow itself: no step is short enough.
        ("[[0, 3], [-3, 0]]", "tanh", "fail"),
        ("[[0, 1], [1, 0]]", "gelu", "fail"),
        # No bound of the slopes, so no step is certified.
        ("[[0, -1], [-1, 0]]", "exp", "unknown"),
    ],
)
def test_without_the_premises_nothing_is_certified(W: str, function: str, verdict: str) -> None:
    spec = network(W, function, b="[-2, 1]")
    (row,) = report_of(spec, certificate_of(spec)).rows
    assert row.verdict == verdict
    assert step_sizes_in_words(row.data) == []


@pytest.mark.parametrize(
    ("check", "message"),
    [
        ("{step_size: {step: 0}}", "step"),
        ("{step_size: {step: -1}}", "step"),
        ("{step_size: {step: long}}", "step"),
        ("{step_size: {length: 1}}", "length"),
    ],
)
def test_bad_parameters_are_refused(check: str, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        verify(network("[[0]]", check=check))
    assert verify(network("[[0]]", check="{step_size: {step: 1}}")).verdict == "pass"


def test_it_only_describes_unless_it_is_asked_for() -> None:
    spec = network("[[0, 3], [-3, 0]]", check="step_size")
    assert certificate_of(spec).verdict == "fail"
    text = "checks: all\nexpect: {weight_symmetry: fail, energy_descent: fail}\n"
    everything = parse_spec(
        "hopverify: 1\nname: net\nlayers:\n  x: {size: 2, lagrangian: tanh}\n"
        f"synapses:\n  w: {{kind: dense, layers: [x, x], weights: [[0, 3], [-3, 0]]}}\n{text}"
    )
    certificate = verify(everything, samples=200)
    (entry,) = (entry for entry in certificate.results if entry["check"] == "step_size")
    assert (entry["verdict"], entry["expected"], certificate.verdict) == ("fail", "any", "pass")


TANH = [
    "hamux-convention",
    long("hebbian-cells"),
    long("hebbian-tanh"),
    long("hierarchical"),
    long("hierarchical-convolution"),
    "hopfield-1984",
    long("negative-bias-left-out"),
    long("step-size-tanh"),
    "two-layer-cells",
]


@pytest.mark.parametrize("name", TANH)
def test_half_of_the_longest_safe_step_is_certified_for_tanh_networks(name: str) -> None:
    """A longer step that raises the energy, confirmed in balls, lies within twice the certified one."""
    text = (ROOT / "specs" / f"{name}.yaml").read_text(encoding="utf-8")
    head = text.partition("checks:")[0].replace("bias_in_energy: false", "bias_in_energy: true")
    spec = parse_spec(f"{head}checks: [step_size]\n", folder=ROOT / "specs", file=name)
    certificate = certificate_of(spec)
    (row,) = report_of(spec, certificate).rows
    assert row.data is not None
    share = certified_share(row.data)
    assert Fraction(1, 2) <= share < 1
    assert f"at least {int(100 * share)} % of the longest safe one" in step_sizes_in_words(row.data)[-1]


@pytest.mark.long
def test_hundreds_of_neurons() -> None:
    """A circulant W with λ_min = -2 and all slopes at most 1: α ≤ 2/3."""
    n = 220
    rows = ["[" + ", ".join("1" if abs(i - j) in (1, n - 1) else "0" for j in range(n)) + "]" for i in range(n)]
    spec = network(f"[{', '.join(rows)}]", "softplus")
    verdict, data = decided(spec)
    assert verdict == "pass"
    assert Fraction(665, 1000) < Fraction(data["up_to"]) <= Fraction(2, 3)


LAYER_NORM_AND_SOFTMAX = """
hopverify: 1
name: layer-norm
layers: {v: {size: 8, lagrangian: {layernorm: {epsilon: 1e-5}}}, h: {size: 5, lagrangian: softmax}}
synapses:
  w:
    kind: dense
    layers: [v, h]
    weights: [[0.13, -0.13, 0.64, 0.1, -0.54], [0.36, 1.3, 0.95, -0.7, -1.27], [-0.62, 0.04, -2.33, -0.22, -1.25],
      [-0.73, -0.54, -0.32, 0.41, 1.04], [-0.13, 1.37, -0.67, 0.35, 0.9], [0.09, -0.74, -0.92, -0.46, 0.22],
      [-1.01, -0.21, -0.16, 0.54, 0.21], [0.36, -0.65, -0.13, 0.78, 1.49]]
checks: [{step_size: {step: 0.5}}]
"""


def test_a_step_that_raises_the_energy_where_a_layer_norm_is_nearly_constant() -> None:
    """Its slope is 1/√ε there: the search draws states at that scale."""
    verdict, data = decided(parse_spec(LAYER_NORM_AND_SOFTMAX))
    assert verdict == "fail"
    assert Fraction(data["rise"]) > 0


def well(
    options: str, energy: str = "sum((x^2 - 1)^2)", layer: str = "size: 2, lagrangian: identity, leak: false"
) -> ModelSpec:
    return parse_spec(
        f"hopverify: 1\nname: well\nlayers: {{x: {{{layer}}}}}\n"
        f"synapses: {{s: {{kind: expression, layers: [x], energy: '{energy}'}}}}\n"
        f"checks: [{{step_size: {{{options}}}}}]\n"
    )


@pytest.mark.parametrize(
    ("options", "step", "energy"),
    [
        ("lower: -2, upper: [2, 1]", "1/22", "sum((x^2 - 1)^2)"),
        ("lower: -2, upper: 2, below: 8", "1/22", "sum((x^2 - 1)^2)"),
        ("lower: -2, upper: 2, below: 31/4", "1/22", "sum((x^2 - 1)^2) - x[0]*x[1]/2"),
        ("upper: 0", "2", "sum(exp(x))"),
    ],
)
def test_steps_within_a_box(options: str, step: str, energy: str) -> None:
    verdict, data = decided(well(options, energy))
    assert verdict == "pass"
    assert Fraction(data["up_to"]) == pytest.approx(float(Fraction(step)), rel=0.1)


def test_steps_below_a_level() -> None:
    """E ≤ 3 says |x| ≤ √(1 + √3) < 1.66, and S'' is at most 12x² - 4 < 29.1 there."""
    spec = well("below: 3", layer="size: 1, lagrangian: identity, leak: false")
    verdict, data = decided(spec)
    assert verdict == "pass"
    assert Fraction(2, 31) < Fraction(data["up_to"]) < Fraction(2, 28)
    (said, *_) = step_sizes_in_words(data)
    assert "from a state with E ≤ 3" in said


def test_a_step_that_is_too_long_for_some_states() -> None:
    for states in ("below: 3", "lower: -3, upper: 3", "lower: -3, upper: 3, below: 3"):
        options = f"step: 1/2, {states}"
        verdict, data = decided(well(options))
        assert verdict == "fail"
        assert data["energy"] == "E"


def test_a_level_that_reaches_the_faces_is_unknown() -> None:
    verdict, _ = decided(well("lower: -2, upper: 2, below: 10"))
    assert verdict == "unknown"
    verdict, _ = decided(well("below: 1", energy="sum(x^3)"))
    assert verdict == "unknown"


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ("lower: 2, upper: 1", "empty, or flat"),
        ("lower: [1, 2, 3]", "one for each of 2 neurons"),
        ("below: high", "must be a number"),
    ],
)
def test_regions_that_are_none(options: str, why: str) -> None:
    with pytest.raises(SpecError, match=why):
        verify(well(options))


def test_an_altered_system_has_no_region() -> None:
    (entry,) = certificate_of(altered(check="{step_size: {below: 1}}")).results
    assert "is one of E" in str(entry)
