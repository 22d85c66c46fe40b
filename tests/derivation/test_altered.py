"""What is derived of altered systems: resolvents in closed form, V and its gradient, and when none is stated."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest

from hopverify.derivation import derive
from hopverify.derivation.altered_crosscheck import check_altered, check_resolvent
from hopverify.derivation.crosscheck import POINTS, Disagreement
from hopverify.derivation.formula import expanded, formula, substituted
from hopverify.derivation.resolvent_section import U, branches
from hopverify.lagrangians import LAGRANGIANS
from hopverify.networks import AlteredSystem, altered_system
from hopverify.networks.segments import segments
from hopverify.spec import ExactArray
from tests.derivation.models import layer, model
from tests.derivation.test_derive import lines

P = "[[3, -2], [-2, 3]]"


def repaired(
    function: str = "relu", *, c: str = "3, 3", fields: str = "", x: str = "", y: str = "", metric: str = P
) -> str:
    """Return T12's repair of two neurons that inhibit each other, W = [[0, -2], [-2, 0]] and c = 3."""
    stated = f", metric: {metric}" if metric else ""
    inhibition = (
        f"  c: {{kind: diagonal, layers: [x, x], weights: [{c}], drive: gradient, prefactor: -1/2}}\n" if c else ""
    )
    return (
        f"layers:\n  y: {{size: 2, lagrangian: identity{y}}}\n"
        f"  x: {{size: 2, lagrangian: {function}, bias: 1, tau: 0{x}}}\n"
        f"synapses:\n  p: {{kind: feedforward_feedback, layers: [y, x], forward: {P}{stated}{fields}}}\n{inhibition}"
    )


def printed(text: str) -> list[str]:
    return lines(derive(model(text)))


def test_relu_in_closed_form() -> None:
    told = printed(repaired())
    for expected in (
        "ẋ_y,i = g_x,i synapse p",
        "x_x,i + 3·g_x,i = Σ_j A_ij·g_y,j synapse p",
        "Layer x, which inhibits itself at once",
        "u_x,i = x_x,i + 3·g_x,i its drive and bias",
        "x_x,i = u_x,i for u < 0",
        "u_x,i/4 for u > 0",
        "g_x,i = 0 for u < 0",
        "e(u) = 0 for u < 0",
        "u²/8 for u > 0",
        "as L is convex, x is the one solution of rho*x + c*g(x) = u, given above piece by piece",
        "V = Σ_ij P_ij·x_y,i·x_y,j/2 layer y",
        "- Σ_i L_x(x_x,i) layer x, at its x",
        "- 3·Σ_i g_x,i²/2 self-inhibition of layer x",
        "∇V = -P T ẋ",
        "dV/dt = -ẋᵀ T P ẋ",
        "= -Σ_ij P_ij·ẋ_y,i·ẋ_y,j layer y",
        "P is the metric of the spec: P is symmetric, and P is the transpose of A",
        "its equilibria are those of x = (A - c)g(x) + b, one for one, with y = g(x) in layer y",
        "dE/dt = -ẋᵀ T H ẋ is not stated for this model:",
        "x of layer x, in closed form: cross-checked with the model at 8 points",
        "V and its gradient: cross-checked with the model at 4 points",
    ):
        assert expected in told


def test_a_smooth_layer_has_a_derivative_and_no_closed_form() -> None:
    told = printed(repaired("tanh", x=", leak: 2"))
    assert "u_x,i = 2·x_x,i + 3·g_x,i its drive and bias" in told
    assert "∂x_i/∂u_i = 1/(3·h_x(x_x,i) + 2)" in told
    assert any(line.startswith("the resolvent of c*g: as L is convex, x is the one solution") for line in told)
    assert "- 2·Σ_i L_x(x_x,i) layer x, at its x" in told
    assert "its equilibria are those of ρx = (A - c)g(x) + b, one for one, with y = g(x) in layer y" in told
    assert "V and its gradient: cross-checked with the model at 4 points" in told


def test_a_layer_as_a_whole() -> None:
    told = printed(repaired("softmax"))
    assert "∂x/∂u = (ρ + c·H)⁻¹" in told
    assert "- L_x(x_x) layer x, at its x" in told
    assert "V and its gradient: cross-checked with the model at 4 points" in told


def test_neurons_that_differ_keep_their_symbols() -> None:
    told = printed(repaired("hard_tanh", c="1, 2", x=", leak: [1, 3]"))
    assert "u_x,i = ρ_x,i·x_x,i + c_x,i·g_x,i its drive and bias" in told
    assert "u_x,i/(ρ_x,i + c_x,i) for -rho_x[i] - c_x[i] < u < rho_x[i] + c_x[i]" in told
    assert "- Σ_i c_x,i·g_x,i²/2 self-inhibition of layer x" in told
    assert "x of layer x, in closed form: cross-checked with the model at 8 points" in told


@pytest.mark.long
def test_gelu_needs_no_convexity_without_inhibition_and_gets_nothing_with_it() -> None:
    told = printed(repaired("gelu", c=""))
    assert "then no region is flat, be L convex or not" in told
    assert "V and its gradient: cross-checked with the model at 4 points" in told
    refused = printed(repaired("gelu"))
    assert "none is stated: a layer inhibits itself whose L is not evidently convex, with a continuous g" in refused
    assert not any(line.startswith("V =") or "resolvent" in line for line in refused)


def test_feedback_bias_leak_and_residual() -> None:
    fields = ', feedback: [[1, 0], [0, 0]], residual: [[0], [1]], potential: "z^4/4"'
    text = repaired(fields=fields, metric="[[3, 0], [0, 1]]", y=", bias: [1, 2], leak: 2, tau: 3").replace(
        f"forward: {P}", "forward: [[3, 0], [0, 0]]"
    )
    told = printed(text)
    for expected in (
        "3·ẋ_y,i = Σ_j B_ij·g_x,j synapse p",
        "V = Σ_ij P_ij·x_y,i·x_y,j layer y",
        "- Σ_ij P_ij·b_y,i·x_y,j bias of layer y",
        "+ Σ_k z_k⁴/4 residual",
        "∇V_i = (-P T ẋ)_i + 2·Σ_k N_ik·z_k³",
        "- 2·Σ_k z_k⁴/3 residual",
        "z_k = Σ_i N_ik·(2·x_y,i - b_y,i)",
        "ż_k = -2·z_k/3",
        "P is the metric of the spec: P is symmetric, and P B is the transpose of A",
        "its equilibria are those of x = (AB/2 - c)g(x) + Aa/2 + b, one for one, with y = (Bg(x) + a)/2 in layer y",
        "V and its gradient: cross-checked with the model at 4 points",
    ):
        assert expected in told


OBSTACLES = [
    (repaired(metric="[[3, -2], [-2, 4]]"), "P B differs from the transpose of A in row 1, column 1"),
    (
        repaired(metric="[[3, -1], [-2, 3]]").replace(f"forward: {P}", "forward: [[3, -2], [-1, 3]]"),
        "P is not symmetric",
    ),
    (repaired(fields=', residual: [[1], [1]], potential: "z^2"'), "the feedback reaches the residual"),
    (
        repaired(y=", leak: 0"),
        "layer y, which is fed back to, must be linear (identity), with tau > 0 and one leak > 0",
    ),
]


@pytest.mark.parametrize(("text", "reason"), OBSTACLES, ids=[reason for _, reason in OBSTACLES])
def test_no_energy_is_stated_where_none_is_known(text: str, reason: str) -> None:
    told = printed(text)
    assert any(line.startswith("none is stated: ") and reason in line for line in told)
    assert not any(line.startswith("V =") for line in told)


def test_without_a_metric_p_is_any() -> None:
    told = printed(repaired(metric=""))
    assert "P is any metric, that is, P is symmetric, and P is the transpose of A" in told
    assert not any(line.startswith("V and its gradient") for line in told)


def test_models_of_other_kinds_are_told_nothing_of_it() -> None:
    text = "layers: {x: {size: 2, lagrangian: tanh}}\n"
    assert not any("altered" in line for line in printed(text))


def test_the_derived_energy_descends_where_b_is_the_transpose_of_a() -> None:
    """With B = Aᵀ the identity dE/dt = -ẋᵀTHẋ holds, self-inhibition included, and is compared with the model."""
    for function in ("tanh", "softmax"):
        derivation = derive(model(repaired(function, fields=f", feedback: {P}", metric="")))
        assert not derivation.obstacles
        assert derivation.rate_points == POINTS


@pytest.mark.long
def test_latex_is_balanced_ascii() -> None:
    fields = ', feedback: [[1, 0], [0, 0]], residual: [[0], [1]], potential: "z^4/4"'
    residual = repaired(fields=fields, metric="[[3, 0], [0, 1]]").replace(f"forward: {P}", "forward: [[3, 0], [0, 0]]")
    differing = repaired("hard_tanh", c="1, 2", x=", leak: [1, 3]")
    for text in (repaired(), repaired("softmax"), repaired("tanh"), repaired(metric=""), residual, differing):
        latex = derive(model(text)).to_latex()
        assert latex.isascii()
        assert latex.count("{") == latex.count("}")
        assert r"\nabla V" in latex


PIECEWISE = [
    entry.name for entry in LAGRANGIANS if segments(layer(entry.name).function) is not None and entry.name != "abs"
]


@pytest.mark.parametrize("name", PIECEWISE)
def test_closed_forms_solve_their_equation(name: str) -> None:
    """Between two kinks ρx + cg(x) = u as formulas, and the branches follow one another without gaps."""
    rho, c = formula(Fraction(2, 3)), formula(Fraction(3, 5))
    found = branches(layer(name).function, rho, c)
    assert found is not None
    for branch in found:
        assert expanded(rho * branch.state + c * branch.activation) == U
    for left, right in pairwise(found):
        assert left.upper == right.lower is not None
        assert substituted(left.state, {"u": right.lower}) == substituted(right.state, {"u": right.lower})
    assert (found[0].lower, found[-1].upper) == (None, None)
    assert check_resolvent(layer(name), (Fraction(1, 3),) * 4) == 4 * POINTS


def test_a_wrong_closed_form_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    right = branches(layer("relu").function, formula(1), formula(3))
    assert right is not None
    wrong = tuple(replace(branch, state=branch.state * (1 + Fraction(1, 10**20))) for branch in right)
    monkeypatch.setattr("hopverify.derivation.altered_crosscheck.branches", lambda *arguments: wrong)
    with pytest.raises(Disagreement, match="the closed form of x"):
        check_resolvent(layer("relu"), (Fraction(3),) * 4)


@pytest.mark.parametrize("entry", [(0, 0), (0, 1)])
def test_a_metric_that_does_not_fit_is_caught(entry: tuple[int, int]) -> None:
    found = altered_system(model(repaired("tanh")))
    assert isinstance(found, AlteredSystem)
    assert found.synapse.metric is not None
    assert check_altered(found) == POINTS
    values = found.synapse.metric.fractions()
    values[entry] += Fraction(1, 10**20)
    wrong = replace(found, synapse=replace(found.synapse, metric=ExactArray.of(values)))
    with pytest.raises(Disagreement, match="of the altered system differs"):
        check_altered(wrong)
