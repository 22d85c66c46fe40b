"""Convexity of people's own expressions: in which way each is proved, with what was found, and what is refuted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from hopverify.checker.deciding import Decision
from hopverify.core.synapses import translated
from hopverify.derivation.acceptance import accepted, slope_on_pieces
from hopverify.derivation.layer_forms import layer_forms
from hopverify.expr.nodes import Expression
from hopverify.kernel import language
from hopverify.kernel.identity import same
from hopverify.kernel.terms import Variable
from hopverify.lagrangians import LAGRANGIANS, Lagrangian
from hopverify.networks import Layer, build_model
from hopverify.obligations import Convex, Outcome
from hopverify.pipeline import discharge
from hopverify.provers import PROVERS, Budget
from hopverify.provers.rewriting import _other_forms
from hopverify.spec import parse_spec

ROOT = Path(__file__).parents[2]
CONVEX = {
    "log(cosh(3*x))/3": ("composition",),
    "log(2*cosh(x))": ("composition",),
    "log(cosh(x))^2": ("composition",),
    "log(cosh(x)) + x^2/2": ("composition",),
    "log(cosh(x-1)) + log(cosh(x+1))": ("composition",),
    "-log(sech(x))": ("slope", "rewritten"),
    "log(1+exp(2*x))/2": ("composition",),
    "log1p(exp(x))": ("slope", "rewritten"),
    "log(1+exp(x)) - x/2": ("composition",),
    "log(1+exp(x)) + log(1+exp(-x))": ("composition",),
    "log(exp(x)+exp(-x))": ("composition",),
    "log(1+exp(x)+exp(2*x))": ("composition",),
    "log(exp(3*x)+exp(x)+1)": ("composition",),
    "exp(x)/(1+exp(x)) + x^2": ("slope", "rewritten"),
    "softplus(x) + softplus(-x)": ("composition",),
    "log(sum(exp(4*x)))/4": ("composition",),
    "log(1 + sum(exp(x))) + norm(x, 1)": ("composition",),
    "relu(x)^2/2 + log1p(exp(x))": ("slope", "rewritten"),
    "sqrt(1+x^2)": ("composition",),
    "(1+x^2)^(1/2)": ("slope", "rewritten"),
    "(1+x^2)^(3/2)": ("composition",),
    "sqrt(x^2 + 1/100) - log(1 + sqrt(x^2+1/100))": ("slope", "rewritten"),
    "sqrt(1+x^2) - 1 - log((1+sqrt(1+x^2))/2)": ("slope", "rewritten"),
    "x*arctan(x) - log(1+x^2)/2": ("slope", "rewritten"),
    "x*erf(x) + exp(-x^2)/sqrt(pi)": ("slope", "rewritten"),
    "x^2 + log(1+x^2)": ("slope", "rewritten"),
    "log(1+x^2/2+x^4)+x^2*3": ("slope", "rewritten"),
    "x^4/4 + x^2/2": ("composition",),
    "x^4/4 - x^3/3 + x^2/2": ("slope", "rewritten"),
    "(x^2-1)^2 + 2*x^2": ("slope", "rewritten"),
    "x^6/6 - x^5/10 + x^4/4 + x^2": ("slope", "cuts", "rewritten"),
    "x^2/2 + sin(x)/2": ("slope",),
    "x^2/2 - cos(x)/2": ("slope",),
    "x*sinh(x)": ("slope", "cuts"),
    "exp(x^2/2)": ("composition",),
    "cosh(2*x)/4": ("composition",),
    "sinh(x)^2": ("slope", "rewritten"),
    "relu(x)^2/2 + log(1+exp(x))": ("composition",),
    "x^2/2 - relu(x-1)^2/2 - relu(-x-1)^2/2": ("slope",),
    "max(x,0)^2/2": ("composition",),
    "relu(x + 3)^2/12 - relu(x - 3)^2/12": ("slope", "rewritten"),
    "x^2/3 - relu(x-1)^2/3": ("slope", "rewritten"),
    "relu(x)^2*pi - relu(x-1)^2*pi": ("slope", "rewritten"),
    "abs(x)^3/3": ("composition",),
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


@pytest.mark.parametrize(("text", "way"), CONVEX.items())
def test_convex_expressions_are_proved(text: str, way: tuple[str, ...]) -> None:
    decision = decided(text)
    assert decision.judgement.outcome is Outcome.PROVED
    assert decision.evidence is not None
    by, *found = way
    assert (decision.evidence["proof"]["by"], sorted(decision.evidence["proof"])) == (by, ["by", *found])


@pytest.mark.parametrize("text", NOT_CONVEX)
def test_other_expressions_are_refuted(text: str) -> None:
    assert decided(text).judgement.outcome is Outcome.REFUTED


def test_every_form_offered_is_identical_to_the_slope() -> None:
    obligation = Convex(layer("log(exp(2*x)+exp(x)+1)"))
    slope = obligation.function.slope
    assert slope is not None
    state = Variable(("state", ""))
    second = translated(slope, {"x": state})
    offered = list(PROVERS["rewriting"].search(obligation, Budget()))
    assert offered
    for evidence in offered:
        assert same(second, language.read(evidence["proof"]["rewritten"], "here"), {state.place: ()}, {})


@pytest.mark.parametrize("text", ["x*tanh(x + x^3)", "x/2 + x*tanh(0.8*x + 0.036*x^3)/2"])
def test_a_witness_is_sought_before_rewriting(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(expression: object) -> NoReturn:
        raise AssertionError("a witness costs less than other forms")

    monkeypatch.setattr("hopverify.provers.rewriting.other_forms", endless)
    failures: list[str] = []
    decision, _ = discharge(Convex(layer(text)), "necessary", Budget(), failed=failures.append)
    assert decision.judgement.outcome is Outcome.REFUTED
    assert failures == []


def test_sympy_has_no_part_in_a_verdict() -> None:
    program = f"""
import sys
sys.modules["sympy"] = sys.modules["mpmath"] = None
from tests.provers.test_rewriting import decided
print([decided(text).judgement.outcome.name for text in {list(CONVEX)}])
"""
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert said.stdout.strip() == str(["PROVED"] * len(CONVEX))


ELEMENTWISE = [entry for entry in LAGRANGIANS if entry.elementwise]


def of_catalogue(name: str) -> Layer:
    return build_model(parse_spec(f"hopverify: 1\nname: one\nlayers: {{x: {{size: 2, lagrangian: {name}}}}}\n")).layers[
        "x"
    ]


@pytest.mark.parametrize("entry", ELEMENTWISE, ids=lambda entry: entry.name)
def test_convexity_of_the_catalogue_is_decided(entry: Lagrangian) -> None:
    """Where it depends on the parameters, it is that of the standard ones."""
    outcome = discharge(Convex(of_catalogue(entry.name)), "necessary", Budget())[0].judgement.outcome
    assert outcome is (Outcome.REFUTED if entry.facts.convex is False else Outcome.PROVED)


@pytest.mark.parametrize("entry", ELEMENTWISE, ids=lambda entry: entry.name)
def test_h_of_the_catalogue_is_kept_and_the_kernel_accepts_it(
    entry: Lagrangian, monkeypatch: pytest.MonkeyPatch
) -> None:
    def derived(expression: Expression) -> NoReturn:
        raise AssertionError(f"another form of {expression} is sought")

    monkeypatch.setattr("hopverify.provers.rewriting.other_forms", derived)
    layer = of_catalogue(entry.name)
    assert layer.function.slope is not None
    (h,) = _other_forms(layer, layer.function.slope)
    assert accepted(layer_forms(layer)) == (("g",) if entry.name == "abs" else ("g", "H"))
    assert str(h) == str(slope_on_pieces(layer_forms(layer)))
