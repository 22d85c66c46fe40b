"""derive(): what is printed of whole models, and what is not claimed."""

from __future__ import annotations

from pathlib import Path

import pytest

from hopverify.derivation import Derivation, derive
from hopverify.networks import any_model
from hopverify.spec import read_spec
from tests.derivation.models import model
from tests.profiles import long_but

SPECS = sorted((Path(__file__).parents[2] / "specs").glob("*.yaml"))
QUICK = (
    "relu-pair", "softmax-memory", "hopfield-1982", "epanechnikov", "own-expressions", "hebbian-tanh",
    "negative-bias-left-out", "input-driven-plasticity",
)  # fmt: skip

MODERN = """
layers:
  v: {size: 4, lagrangian: identity}
  h: {size: 3, lagrangian: {softmax: {beta: 4}}, tau: 0}
synapses:
  x: {kind: dense, layers: [h, v], weights: [[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0]]}
"""


def lines(derivation: Derivation) -> list[str]:
    """Return the lines of the text, with runs of blanks as one."""
    return [" ".join(line.split()) for line in derivation.to_text().splitlines()]


@pytest.mark.parametrize("path", long_but(QUICK, SPECS))
def test_every_spec_is_derived_and_printed(path: Path) -> None:
    derivation = derive(any_model(read_spec(path)))
    assert "Energy" in derivation.to_text()
    latex = derivation.to_latex()
    assert latex.count(r"\begin{align*}") == latex.count(r"\end{align*}") > 0
    assert latex.replace(r"\{", "").replace(r"\}", "").count("{") == latex.replace(r"\{", "").replace(r"\}", "").count(
        "}"
    )
    assert latex.isascii()
    told = "\n".join(lines(derivation))
    assert (not derivation.obstacles) == ("is not stated for this model" not in told)


def test_a_modern_hopfield_network() -> None:
    printed = lines(derive(model(MODERN)))
    for expected in (
        "Layer h: n = 3, Lagrangian softmax, instantaneous (tau = 0), leak 1",
        "L(x) = log(Z)/β",
        "g_i = ∂L/∂x_i = p_i",
        "H_ij = ∂g_i/∂x_j = β·(δ_ij - p_j)·p_i",
        "Z = Σ_k e^(β·x_k)",
        "p_k = e^(β·x_k)/Z",
        "β = 4",
        "null space of H: spanned by the vector of ones, at every state, for every n",
        "ẋ_v,i = Σ_j W_ji·g_h,j synapse x",
        "x_h,i = Σ_j W_ij·g_v,j synapse x",
        "- L_h(x_h) layer h, eliminated",
        "= -Σ_i h_v(x_v,i)·ẋ_v,i² layer v",
        "g and H of layers v and h: derived by SymPy, accepted by the kernel",
        "dE/dt: cross-checked in ball arithmetic at 4 points",
    ):
        assert expected in printed


def test_relu_by_pieces() -> None:
    layers = "layers: {x: {size: 2, lagrangian: relu, bias: [1, 0]}}\n"
    printed = lines(derive(model(layers + "synapses: {w: {kind: diagonal, layers: [x, x], weights: [1, 2]}}\n")))
    for expected in (
        "L(x) = 0 for x < 0",
        "x²/2 for x > 0",
        "null space of H: the coordinates i with x_i in (-infinity, 0) (dead neurons)",
        "h has no value at x = 0, where it jumps",
        "- Σ_i b_i·g_i bias of layer x",
    ):
        assert expected in printed


def test_softmax_with_two_time_constants_keeps_the_double_sum() -> None:
    printed = lines(derive(model("layers: {h: {size: 2, lagrangian: softmax, tau: [1, 10]}}\n")))
    assert "= -Σ_ij H_ij·τ_i·ẋ_i·ẋ_j layer h" in printed
    assert "layer h: T H is not symmetric, so H >= 0 does not settle the sign" in printed


@pytest.mark.parametrize(
    ("text", "obstacle"),
    [
        (
            "layers: {x: {size: 2, lagrangian: tanh}}\n"
            "synapses: {w: {kind: dense, layers: [x, x], weights: [[0, 1], [2, 0]]}}\n",
            "the drive of synapse w is not -dS/dg",
        ),
        ("layers: {x: {size: 2, lagrangian: tanh, bias: 1, bias_in_energy: false}}\n", "bias of layer x"),
        ("layers: {x: {size: 2, lagrangian: tanh}}\nenergy: dot(x, x)\n", "claims an energy of its own"),
        ("layers: {x: {size: 2, activation: clipped_softmax}}\n", "activation without a Lagrangian"),
    ],
)
def test_the_rate_is_not_stated_where_it_does_not_hold(text: str, obstacle: str) -> None:
    derivation = derive(model(text))
    assert any(obstacle in reason for reason in derivation.obstacles)
    assert derivation.rate_points == 0
    assert "dE/dt = -ẋᵀ T H ẋ is not stated for this model:" in lines(derivation)
    assert not any("= -Σ_i h" in line for line in lines(derivation))


def test_a_claimed_energy_is_printed_as_claimed() -> None:
    text = MODERN + 'arrays: {X: [[1, 1, 0, 0], [0, 0, 1, 1]]}\nenergy: "dot(v, v)/2 - logsumexp(4*(X@v))/4"\n'
    assert "E = Σ_k x_v,k²/2 - log(Σ_k e^(4·Σ_l X_kl·x_v,l))/4" in lines(derive(model(text)))


def test_an_energy_without_a_leak_has_no_term_of_the_layer() -> None:
    text = "layers: {x: {size: 2, lagrangian: layernorm, leak: false}}\n"
    weights = "synapses: {w: {kind: dense, layers: [x, x], weights: [[0, 1], [1, 0]]}}\n"
    derivation = derive(model(text + weights))
    assert "E = -Σ_ij W_ij·g_i·g_j/2 synapse w" in lines(derivation)
    assert derivation.rate_points == 4
