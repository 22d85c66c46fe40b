"""Convexity of people's own expressions: by which rule each is proved, and what is refuted."""

from __future__ import annotations

import subprocess
import sys
from typing import NoReturn

import pytest

from hopverify.checker.deciding import Decision
from hopverify.expr.nodes import Expression
from hopverify.expr.parser import parse
from hopverify.expr.pieces import pieces_or_whole
from hopverify.expr.rational import identical
from hopverify.lagrangians import LAGRANGIANS
from hopverify.networks import Layer, build_model
from hopverify.obligations import Convex, Outcome
from hopverify.pipeline import discharge
from hopverify.provers import PROVERS, Budget
from hopverify.provers.rewriting import _other_forms
from hopverify.spec import parse_spec

CONVEX = {
    "log(cosh(3*x))/3": "composition",
    "log(2*cosh(x))": "composition",
    "log(cosh(x))^2": "sign",
    "log(cosh(x)) + x^2/2": "composition",
    "log(cosh(x-1)) + log(cosh(x+1))": "composition",
    "-log(sech(x))": "sign",
    "log(1+exp(2*x))/2": "composition",
    "log1p(exp(x))": "sign",
    "log(1+exp(x)) - x/2": "composition",
    "log(1+exp(x)) + log(1+exp(-x))": "composition",
    "log(exp(x)+exp(-x))": "composition",
    "log(1+exp(x)+exp(2*x))": "composition",
    "log(exp(3*x)+exp(x)+1)": "composition",
    "exp(x)/(1+exp(x)) + x^2": "sign",
    "softplus(x) + softplus(-x)": "composition",
    "log(sum(exp(4*x)))/4": "composition",
    "log(1 + sum(exp(x))) + norm(x, 1)": "composition",
    "relu(x)^2/2 + log1p(exp(x))": "sign",
    "sqrt(1+x^2)": "composition",
    "(1+x^2)^(1/2)": "sign",
    "(1+x^2)^(3/2)": "composition",
    "sqrt(x^2 + 1/100) - log(1 + sqrt(x^2+1/100))": "sign",
    "sqrt(1+x^2) - 1 - log((1+sqrt(1+x^2))/2)": "sign",
    "x*arctan(x) - log(1+x^2)/2": "sign",
    "x*erf(x) + exp(-x^2)/sqrt(pi)": "sign",
    "x^2 + log(1+x^2)": "sign",
    "log(1+x^2/2+x^4)+x^2*3": "sign",
    "x^4/4 + x^2/2": "composition",
    "x^4/4 - x^3/3 + x^2/2": "sign",
    "(x^2-1)^2 + 2*x^2": "sign",
    "x^6/6 - x^5/10 + x^4/4 + x^2": "subdivision",
    "x^2/2 + sin(x)/2": "subdivision",
    "x^2/2 - cos(x)/2": "subdivision",
    "x*sinh(x)": "subdivision",
    "exp(x^2/2)": "composition",
    "cosh(2*x)/4": "composition",
    "sinh(x)^2": "sign",
    "relu(x)^2/2 + log(1+exp(x))": "composition",
    "x^2/2 - relu(x-1)^2/2 - relu(-x-1)^2/2": "sign",
    "max(x,0)^2/2": "composition",
    "abs(x)^3/3": "composition",
}

NOT_CONVEX = [
    "x^3",
    "sin(x)",
    "x*exp(-x^2)",
    "x*tanh(x) - log(cosh(x))",
    "(x^2 - 1)*(1 + erf(x/sqrt(2)))/4 + x*exp(-x^2/2)/(2*sqrt(2*pi))",
    "log(1+x^2)",
    "x^4/4 - x^2/2",
    "-log(cosh(x))",
    "x^2/2 + sin(2*x)/2",
    "x/(1+x^2)",
]


def layer(text: str) -> Layer:
    spec = f'hopverify: 1\nname: own\nlayers:\n  x: {{size: 2, lagrangian: {{expression: "{text}"}}}}\n'
    return build_model(parse_spec(spec)).layers["x"]


def decided(text: str) -> Decision:
    return discharge(Convex(layer(text)), "necessary", Budget())[0]


@pytest.mark.parametrize(("text", "rule"), CONVEX.items())
def test_convex_expressions_are_proved(text: str, rule: str) -> None:
    decision = decided(text)
    assert decision.judgement.outcome is Outcome.PROVED
    assert decision.evidence is not None
    assert decision.evidence["rule"] == rule


@pytest.mark.parametrize("text", NOT_CONVEX)
def test_other_expressions_are_refuted(text: str) -> None:
    assert decided(text).judgement.outcome is Outcome.REFUTED


def test_every_form_offered_is_identical_to_the_slope() -> None:
    obligation = Convex(layer("log(exp(2*x)+exp(x)+1)"))
    slope = obligation.function.slope
    assert slope is not None
    offered = list(PROVERS["rewriting"].search(obligation, Budget()))
    assert offered
    assert all(identical(slope, parse(str(evidence["rewritten"]))) for evidence in offered)


def test_sympy_is_loaded_only_by_the_search() -> None:
    program = "import sys, hopverify.pipeline, hopverify.provers as p; list(p.PROVERS); print('sympy' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


@pytest.mark.parametrize("text", ["x*tanh(x + x^3)", "x/2 + x*tanh(0.8*x + 0.036*x^3)/2"])
def test_a_witness_is_sought_before_rewriting(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(expression: object) -> NoReturn:
        raise AssertionError("SymPy may need hours for this one")

    monkeypatch.setattr("hopverify.derivation.symbolic.simplification.simplified", endless)
    failures: list[str] = []
    decision, _ = discharge(Convex(layer(text)), "necessary", Budget(), failed=failures.append)
    assert decision.judgement.outcome is Outcome.REFUTED
    assert failures == []


def test_nothing_is_simplified_on_the_way_to_a_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    def unbounded(*_: object, **__: object) -> NoReturn:
        raise AssertionError("no bound is known for the time that this takes")

    for name in ("simplify", "trigsimp", "nsimplify"):
        monkeypatch.setattr(f"sympy.{name}", unbounded)
    assert decided("log(cosh(x))^2").judgement.outcome is Outcome.PROVED


@pytest.mark.parametrize("name", [entry.name for entry in LAGRANGIANS if entry.elementwise])
def test_forms_of_the_catalogue_are_kept_and_not_derived_again(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def derived(expression: Expression) -> NoReturn:
        raise AssertionError(f"SymPy is asked for {expression}")

    monkeypatch.setattr("hopverify.derivation.symbolic.simplification.simplified", derived)
    spec = f"hopverify: 1\nname: one\nlayers: {{x: {{size: 2, lagrangian: {name}}}}}\n"
    function = build_model(parse_spec(spec)).layers["x"].function
    assert function.slope is not None
    forms = list(_other_forms(function, function.slope))
    assert len(forms) == (1 if len(pieces_or_whole(function.slope)) == 1 else 0)
