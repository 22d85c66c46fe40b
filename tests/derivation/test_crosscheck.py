"""The comparison with ball arithmetic: everything in the catalogue agrees, and a wrong formula is caught."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from hopverify.activations import ACTIVATIONS
from hopverify.derivation.crosscheck import POINTS, Disagreement, check_layer, check_rate
from hopverify.derivation.layer_forms import layer_forms
from hopverify.lagrangians import LAGRANGIANS
from tests.derivation.models import layer, model
from tests.profiles import long

WHOLE = [
    "{softmax: {beta: 4}}",
    "{layernorm: {gamma: 2, epsilon: 0.01, delta: [1, 2, 3, 4]}}",
    long("{spherical: {gamma: -2, epsilon: 0.5}}"),
    "{entmax: {alpha: 1.25}}",
    long("{normmax: {gamma: 1.5}}"),
    "{tanh: {beta: 3}}",
    long("{elu: {alpha: 0.5}}"),
    '{expression: "sum(x^2)/2 + logsumexp(x)"}',
    long('{expression: "x[0]*x[1] + sum(x^2)"}'),
    long('{expression: "sum(relu(x)^2)/2", of: layer}'),
    long('{expression: "variance(x)*logsumexp(x)"}'),
    '{expression: "sum(x*sum(x^3))"}',
    long('{expression: "dot(softmax(x), x)"}'),
    long('{expression: "norm(x, logsumexp(x)^2)"}'),
    long('{expression: "max(x, 0)^2 + sqrt(1 + x^2) + softplus(x)"}'),
]


@pytest.mark.parametrize("name", LAGRANGIANS.names)
def test_the_catalogue_agrees(name: str) -> None:
    assert check_layer(layer_forms(layer(name))) == POINTS


@pytest.mark.parametrize("function", WHOLE)
def test_other_layers_agree(function: str) -> None:
    assert check_layer(layer_forms(layer(function))) == POINTS


@pytest.mark.parametrize("name", [entry.name for entry in ACTIVATIONS])
def test_bare_activations_agree(name: str) -> None:
    text = f"{{{name}: {{gamma: [1, 2, 3, 4]}}}}" if name == "vector_layernorm" else name
    assert check_layer(layer_forms(layer(text, key="activation"))) == POINTS


@pytest.mark.parametrize("part", ["activation", "hessian"])
def test_a_wrong_formula_of_a_whole_layer_is_caught(part: str) -> None:
    forms = layer_forms(layer("softmax"))
    assert forms.whole is not None
    wrong = replace(forms.whole, **{part: getattr(forms.whole, part) * (1 + Fraction(1, 10**25))})
    with pytest.raises(Disagreement):
        check_layer(replace(forms, whole=wrong))


@pytest.mark.parametrize("part", ["activation", "slope"])
def test_a_wrong_formula_of_a_neuron_is_caught(part: str) -> None:
    forms = layer_forms(layer("tanh"))
    assert forms.elementwise is not None
    (case,) = forms.cases
    wrong = replace(forms.elementwise, cases=(replace(case, **{part: -getattr(case, part)}),))
    with pytest.raises(Disagreement):
        check_layer(replace(forms, elementwise=wrong))


def test_the_rate_is_compared_where_it_holds_and_differs_where_it_does_not() -> None:
    symmetric = "layers: {x: {size: 2, lagrangian: tanh, tau: [1, 2]}}\n"
    weights = "synapses: {w: {kind: dense, layers: [x, x], weights: [[0, 1], [%s, 0]]}}\n"
    assert check_rate(model(symmetric + weights % "1")) == POINTS
    with pytest.raises(Disagreement):
        check_rate(model(symmetric + weights % "2"))


def test_a_form_is_compared_where_it_has_a_value() -> None:
    """Kinks that are not located leave one form with max in it; the square root of a negative number is none."""
    assert check_layer(layer_forms(layer('{expression: "x^2/2 + relu(sin(x))^2/10", of: neuron}'))) == POINTS
    assert check_layer(layer_forms(layer('{expression: "x^2 + sqrt(x)", of: neuron}'))) == 0
