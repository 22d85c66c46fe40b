"""What SymPy derived is put to the kernel: what is right is accepted, and nothing that differs, on no piece."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from hopverify.derivation import derive
from hopverify.derivation.acceptance import accepted
from hopverify.derivation.language import read
from hopverify.derivation.layer_forms import LayerForms, layer_forms
from hopverify.lagrangians import LAGRANGIANS
from tests.derivation.models import layer, model

BOTH = ("g", "H")
# sign(x) jumps, x/|x| has no derivative at 0, and the others have no normal form.
NOT_BOTH = {"abs": ("g",), "spherical": ("g",), "entmax": (), "normmax": (), "sparsemax": ()}
OTHERS = {
    "{tanh: {beta: 3}}": BOTH,
    "{elu: {alpha: 0.5}}": BOTH,
    "{hard_tanh: {}}": BOTH,
    "{softmax: {beta: 4}}": BOTH,
    "{layernorm: {gamma: 2, epsilon: 0.01, delta: [1, 2, 3, 4]}}": BOTH,
    "{layernorm: {gamma: 0, delta: [1, 2, 3, 4]}}": BOTH,
    "{spherical: {gamma: -2, epsilon: 0.5}}": BOTH,
    '{expression: "log(cosh(2*x))/2"}': BOTH,
    '{expression: "max(x, 0)^2 + sqrt(1 + x^2) + softplus(x)"}': BOTH,
    '{expression: "sum(x*sum(x^3))"}': BOTH,
    '{expression: "dot(softmax(x), x)"}': BOTH,
    '{expression: "x[0]*x[1] + sum(x^2)"}': (),
}


def forms(function: str) -> LayerForms:
    return layer_forms(layer(function))


@pytest.mark.parametrize("name", LAGRANGIANS.names)
def test_of_the_catalogue(name: str) -> None:
    assert accepted(forms(name)) == NOT_BOTH.get(name, BOTH)


@pytest.mark.parametrize(("function", "parts"), OTHERS.items())
def test_of_other_parameters_and_of_expressions(function: str, parts: tuple[str, ...]) -> None:
    assert accepted(forms(function)) == parts


def with_case(given: LayerForms, number: int, **parts: Any) -> LayerForms:
    assert given.elementwise is not None
    cases = tuple(replace(case, **parts) if place == number else case for place, case in enumerate(given.cases))
    return replace(given, elementwise=replace(given.elementwise, cases=cases))


def test_other_functions_of_one_neuron_are_not_accepted() -> None:
    tanh, elu = forms("tanh"), forms("elu")
    (case,) = tanh.cases
    little = 1 + Fraction(1, 10**40)
    assert accepted(with_case(tanh, 0, activation=case.activation * little)) == ()
    assert accepted(with_case(tanh, 0, slope=case.slope * little)) == ("g",)
    assert accepted(with_case(elu, 0, activation=read("exp(x)"))) == ()
    assert accepted(with_case(elu, 1, slope=read("2"))) == ("g",)
    assert accepted(with_case(elu, 1, slope=read("x"))) == ("g",)


def test_the_place_of_a_kink_matters() -> None:
    given = forms("relu6")
    moved = with_case(with_case(given, 1, upper=read("7")), 2, lower=read("7"))
    assert accepted(given) == BOTH
    assert accepted(moved) == ()


@pytest.mark.parametrize(
    ("part", "text", "left"),
    [
        ("activation", "2*p[i]", ()),
        ("activation", "p[j]", ()),
        ("activation", "q[i]", ()),
        ("activation", "q*p[i]", ()),
        ("hessian", "beta*(KroneckerDelta(i, j) - p[i])*p[i]", ("g",)),
        ("hessian", "beta*(KroneckerDelta(i, j) - 2*p[j])*p[i]", ("g",)),
        ("hessian", "beta*KroneckerDelta(i, j)*p[i]", ("g",)),
        ("hessian", "sqrt(x[i] + x[j])", ("g",)),
        ("hessian", "Sum(x[i]*x[k], (k, 1, n))", ("g",)),
    ],
)
def test_other_functions_of_a_whole_layer_are_not_accepted(part: str, text: str, left: tuple[str, ...]) -> None:
    given = forms("{softmax: {beta: 4}}")
    assert given.whole is not None
    assert accepted(replace(given, whole=replace(given.whole, **{part: read(text)}))) == left


def test_nothing_of_a_bare_activation_is_put_to_the_kernel() -> None:
    assert accepted(layer_forms(layer("clipped_softmax", key="activation"))) == ()


def test_many_neurons_are_not_named_one_by_one() -> None:
    assert accepted(layer_forms(layer("softmax", size=10_000))) == BOTH
    assert accepted(layer_forms(layer("softmax", size=10_001))) == ()
    assert accepted(layer_forms(layer("tanh", size=10_001))) == BOTH


def origin(text: str) -> list[str]:
    (section,) = (each for each in derive(model(text)).sections if each.title == "Origin of the formulas")
    return [note for note in section.notes if isinstance(note, str)]


@pytest.mark.parametrize(
    ("function", "note"),
    [
        ("lagrangian: tanh", "g and H of layer x: derived by SymPy, accepted by the kernel"),
        ("lagrangian: abs", "g of layer x: derived by SymPy, accepted by the kernel"),
        ("lagrangian: abs", "H of layer x: derived by SymPy, not decided by the kernel, compared with automatic"),
        ("lagrangian: sparsemax", "H of layer x: derived by SymPy, not decided by the kernel, compared with automatic"),
        (
            'lagrangian: {expression: "x^2 + sqrt(-1 - x^2)", of: neuron}',
            "not decided by the kernel, compared at no point",
        ),
        ("activation: clipped_softmax", "H of layer x: derived by SymPy, not decided by the kernel"),
        ('activation: {expression: "tanh(x)"}', "H of layer x: derived by SymPy, not decided by the kernel"),
    ],
)
def test_what_is_said_of_it(function: str, note: str) -> None:
    assert any(note in each for each in origin(f"layers: {{x: {{size: 3, {function}}}}}\n"))


def test_nothing_is_said_of_what_is_not_derived() -> None:
    text = 'layers: {x: {size: 2, lagrangian: {expression: "sparsemax_conjugate(2*x)"}}}\n'
    (section,) = (each for each in derive(model(text)).sections if each.title.startswith("Layer x"))
    assert "no closed form is derived" in str(section.notes)
    assert not any("SymPy" in note for note in origin(text))
