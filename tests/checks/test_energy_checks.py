"""The checks on energy and Lagrangians, on small specs whose verdicts are known by hand."""

from __future__ import annotations

from typing import Any

import pytest

from hopverify.certificate import parse_certificate
from hopverify.checker import check_certificate
from hopverify.pipeline import verify
from hopverify.spec import parse_spec


def result(check: str, layers: str, synapses: str = "{}", extra: str = "") -> dict[str, Any]:
    """Return the entry of one check on a spec, its certificate checked."""
    spec = parse_spec(f"hopverify: 1\nname: t\nlayers: {layers}\nsynapses: {synapses}\nchecks: [{check}]\n{extra}")
    certificate = verify(spec, samples=300)
    check_certificate(spec, parse_certificate(certificate.to_json()))
    return dict(certificate.results[0])


def lagrangian(text: str, size: int = 2) -> str:
    return f'{{x: {{size: {size}, lagrangian: {{expression: "{text}"}}}}}}'


def activation(*texts: str) -> str:
    listed = ", ".join(f'"{text}"' for text in texts)
    return f"{{x: {{size: {max(len(texts), 2)}, activation: {{expression: [{listed}]}}}}}}"


@pytest.mark.parametrize(
    ("text", "verdict", "rule"),
    [
        ("x[0]^2 + x[0]*x[1] + x[1]^2", "pass", "kernel (convex, by quadratic)"),
        ("x[0]^2 + 2*x[0]*x[1] + x[1]^2", "pass", "kernel (convex, by quadratic)"),
        ("x[0]^2 + 2.000000000000000000001*x[0]*x[1] + x[1]^2", "fail", "kernel (not convex, by point)"),
        ("logsumexp(3*x)/3 + norm(x)", "pass", "kernel (convex, by composition)"),
        ("-logsumexp(3*x)", "fail", "kernel (not convex, by point)"),
        ("x^4/4", "pass", "kernel (convex, by composition)"),
        ("x^3/3", "fail", "kernel (not convex, by point)"),
        ("relu(x)^2/2 - abs(x)*0", "pass", "kernel (convex, by composition)"),
        ("logcosh(x) - x^2/4", "fail", "kernel (not convex, by point)"),
        ("abs(x) - log1p(abs(x))", "pass", "kernel (convex, by slope)"),
        ("relu(x) - arctan(relu(x))", "pass", "kernel (convex, by slope)"),
        ("x*clip(x, -1, 1) - clip(x, -1, 1)^2/2", "pass", "kernel (convex, by slope)"),
    ],
)
def test_convexity_of_own_lagrangians(text: str, verdict: str, rule: str) -> None:
    entry = result("lagrangian_convexity", lagrangian(text))
    assert (entry["verdict"], entry["method"]) == (verdict, [rule])


@pytest.mark.parametrize(
    ("texts", "verdict"),
    [
        (("x[0] + x[1]", "x[0] - x[1]"), "pass"),
        (("exp(x[0] + x[1])", "exp(x[0] + x[1]) + x[1]^3"), "pass"),
        (("exp(x[0])/(exp(x[0]) + exp(x[1]))", "exp(x[1])/(exp(x[0]) + exp(x[1]))"), "pass"),
        (("x[1]", "-x[0]"), "fail"),
        (("x[0]*x[1]", "x[0]*x[1]"), "fail"),
        (("x[0] + 1e-30*x[1]", "x[1]"), "fail"),
    ],
)
def test_which_activations_are_gradients(texts: tuple[str, ...], verdict: str) -> None:
    entry = result("activation_is_gradient", activation(*texts))
    if verdict == "fail" and "1e-30" in texts[0]:
        # Too small a difference to be seen by sampling in floats: honest, and never a pass.
        assert entry["verdict"] in ("fail", "unknown")
    else:
        assert entry["verdict"] == verdict


def test_three_kinds_of_flatness_are_told_apart() -> None:
    kinds = {}
    for name in ("relu", "softmax", "tanh", "identity"):
        entry = result("energy_flatness", f"{{x: {{size: 3, lagrangian: {name}}}}}")
        kinds[name] = (entry["verdict"], entry["obligations"][0]["data"]["kind"])
    assert kinds == {
        "relu": ("fail", "dead"),
        "softmax": ("fail", "singular everywhere"),
        "tanh": ("pass", "saturated"),
        "identity": ("pass", "alive"),
    }


def test_layer_norm_without_epsilon_is_flat_along_rays_too() -> None:
    entry = result("energy_flatness", "{x: {size: 4, lagrangian: {spherical: {epsilon: 0}}}}")
    assert (entry["verdict"], entry["method"]) == ("fail", ["kernel (constant on a segment, by states)"])


def test_without_leak_the_energy_still_descends() -> None:
    layers = "{x: {size: 2, lagrangian: tanh, leak: false, bias: [1, -1]}}"
    assert (
        result("energy_descent", layers, "{w: {kind: diagonal, layers: [x, x], weights: [1, 2]}}")["verdict"] == "pass"
    )


def test_an_instantaneous_layer_need_not_be_convex() -> None:
    layers = "{x: {size: 2, lagrangian: identity}, h: {size: 2, lagrangian: gelu, tau: 0}}"
    synapse = "{w: {kind: dense, layers: [x, h], weights: [[1, 2], [0, 1]]}}"
    assert result("energy_descent", layers, synapse)["verdict"] == "pass"


def test_a_claimed_energy_is_judged_as_claimed() -> None:
    layers = "{x: {size: 2, lagrangian: tanh}}"
    synapse = "{w: {kind: dense, layers: [x, x], weights: [[0, 3], [3, 0]]}}"
    assert result("energy_descent", layers, synapse, 'energy: "dot(x, x)"\n')["verdict"] == "fail"


def test_the_time_limit_ends_in_a_well_formed_certificate() -> None:
    spec = parse_spec(f"hopverify: 1\nname: t\nlayers: {lagrangian('x^4/4 - x*0')}\nchecks: all\n")
    certificate = verify(spec, timeout=1e-9)
    assert {entry["verdict"] for entry in certificate.results} <= {"unknown", "not-applicable"}
    assert "budget_exhausted" in str(certificate.results)
    check_certificate(spec, parse_certificate(certificate.to_json()))


GENES = "{{x: {{size: 2, tau: [1, 2], activation: {{expression: '{g}', of: neuron}}}}}}"
COUPLED = "{{w: {{kind: dense, layers: [x, x], weights: [[0, {a}], [{b}, 0]]}}}}"


@pytest.mark.parametrize(
    ("g", "a", "b", "verdict"),
    [
        ("x/(1 + abs(x))", "2", "2", "pass"),
        ("relu(x)^2/(1 + relu(x)^2)", "2", "2", "pass"),
        ("relu(x)^3/(1 + relu(x)^3)", "-1/2", "-1/2", "pass"),
        ("x/(1 + abs(x))", "2", "1", "unknown"),
        ("x*exp(-x^2)", "2", "2", "unknown"),
        ("step(x)", "2", "2", "not-applicable"),
    ],
)
def test_energies_of_activations_of_single_neurons(g: str, a: str, b: str, verdict: str) -> None:
    """L is their integral: E falls if they rise, and the weights are symmetric."""
    layers, synapses = GENES.format(g=g), COUPLED.format(a=a, b=b)
    assert result("energy_descent", layers, synapses)["verdict"] == verdict
    if verdict == "not-applicable":
        return
    assert result("time_constants", layers, synapses)["verdict"] == "pass"
    assert result("energy_bounded_below", layers, synapses)["verdict"] == "not-applicable"
    # No step is shown to raise an energy whose values are not known.
    assert result("step_size: {step: 100}", layers, synapses)["verdict"] == "unknown"


def test_dead_zones_of_activations_of_single_neurons() -> None:
    entry = result("energy_flatness", GENES.format(g="relu(x)^2/(1 + relu(x)^2)"))
    assert entry["verdict"] == "fail"
    assert result("energy_flatness", GENES.format(g="x/(1 + abs(x))"))["verdict"] == "pass"
