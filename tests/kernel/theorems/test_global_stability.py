"""One equilibrium that attracts every solution, and at most one: multipliers, heights, and the border."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from hopverify.kernel.core import Core
from hopverify.kernel.reading import read
from hopverify.kernel.theorems import global_stability
from tests.kernel.accepting import accepted, core, rejected
from tests.kernel.test_core import SPINS

STABLE, ONE = "global stability", "at most one equilibrium"
INDEFINITE = "is not positive definite"


def network(weights: str, text: str = "lagrangian: tanh", size: int = 2) -> Core:
    synapse = f"w: {{kind: dense, layers: [x, x], weights: {weights}}}"
    return core(f"layers: {{x: {{size: {size}, {text}}}}}\nsynapses: {{{synapse}}}\n")


def proof(*d: Any, height: Any = 1) -> dict[str, Any]:
    return {"multipliers": {"x": [str(each) for each in d]}, "heights": {"x": str(height)}}


def test_identity_neurons_need_no_leak() -> None:
    of = network("[[-2, -1], [-1, -2]]", "lagrangian: identity, leak: 0, bias: [1, 0]")
    assert accepted(of, STABLE, "T16", {"x": ["2/3", "-1/3"]}, **proof(1, 1))
    rejected(of, STABLE, "T16", {}, "has no leak", **proof(1, 1, height=2))
    for weights in ("[[-1, -1], [-1, -1]]", "[[-1, 0], [0, 1/9]]"):
        rejected(network(weights, "lagrangian: identity, leak: 0"), STABLE, "T16", {}, INDEFINITE, **proof(1, 1))
    # Its slopes are at most 1, and less in between: h̄ = 1 does not make it the identity.
    steep = network("[[-2, 0], [0, -2]]", "lagrangian: relu, leak: [0, 1]")
    rejected(steep, STABLE, "T16", {}, "has no leak", **proof(1, 1))


def test_an_expression_of_degree_two_is_a_dense_synapse() -> None:
    layers = "layers: {x: {size: 2, lagrangian: identity, leak: 0}}\n"
    of = core(
        f"{layers}synapses: {{e: {{kind: expression, layers: [x], energy: 'x[0]^2 + x[0]*x[1] + x[1]^2 - x[0]'}}}}\n"
    )
    assert accepted(of, STABLE, "T16", {"x": ["2/3", "-1/3"]}, **proof(1, 1))
    rejected(of, STABLE, "T16", {"x": ["2/3", "-1/4"]}, "no equilibrium is shown", **proof(1, 1))
    rejected(of, STABLE, "T16", {"x": ["0", "0"]}, "no equilibrium is shown", **proof(1, 1))


@pytest.mark.parametrize("claim", [STABLE, ONE])
@pytest.mark.parametrize(
    ("weights", "d", "held"),
    [
        ("[[0, 9/10], [9/10, 0]]", (1, 1), True),
        ("[[0, 2], [2, 0]]", (1, 1), False),
        ("[[0, 4], [0, 0]]", (1, 1), False),
        ("[[0, 4], [0, 0]]", (1, 16), True),
        ("[[0, 4], [0, 0]]", (16, 1), False),
        ("[[0, 0], [4, 0]]", (16, 1), True),
        ("[[0, 9], [-9, 0]]", ("1/8", "1/8"), True),
        ("[[2, 0], [0, 0]]", (1, 1), False),
    ],
)
def test_the_form_is_positive_definite(claim: str, weights: str, d: tuple[Any, Any], held: bool) -> None:
    of = network(weights)
    if held:
        assert accepted(of, claim, "T16", {}, **proof(*d))
    else:
        rejected(of, claim, "T16", {}, INDEFINITE, **proof(*d))
    for wrong in ((0, 1), (1, -1)):
        rejected(of, claim, "T16", {}, "multipliers are > 0", **proof(*wrong))
    rejected(of, claim, "T16", {}, "expected 2 numbers", **proof(1))


@pytest.mark.parametrize(
    ("text", "height", "less"),
    [
        ("lagrangian: tanh", 1, "999999/1000000"),
        ("lagrangian: {tanh: {beta: 2}}", 2, "1999999/1000000"),
        ("lagrangian: sigmoid", "1/4", "249999/1000000"),
        ("lagrangian: {sigmoid: {beta: 3}}", "3/4", "749999/1000000"),
        ("lagrangian: arctan", 1, "999999/1000000"),
        ("lagrangian: erf", "113/100", "112/100"),
        ("lagrangian: relu", 1, "999999/1000000"),
        ("lagrangian: hard_sigmoid", "1/6", "166666/1000000"),
        ("lagrangian: {leaky_relu: {slope: 3}}", 3, 2),
        ("lagrangian: softplus", 1, "999999/1000000"),
        ("lagrangian: elu", 1, "999999/1000000"),
        ("lagrangian: {celu: {alpha: 1/2}}", "1000001/1000000", "999999/1000000"),
        ("activation: {expression: '1 + 0*x', of: neuron}", 0, -1),
        ("activation: {expression: 'x + tanh(x)/8', of: neuron}", "9/8", "8/8"),
        ("lagrangian: {expression: 'abs(x) - log(1 + abs(x))', of: neuron}", "1000001/1000000", "999999/1000000"),
        ("lagrangian: softmax", "1/2", "499999/1000000"),
        ("lagrangian: {softmax: {beta: 3}}", "3/2", "1499999/1000000"),
        ("activation: {expression: '2*softmax(3*x) + 1'}", 3, "299/100"),
        ("lagrangian: ghostmax", "1/2", "499999/1000000"),
        ("lagrangian: sparsemax", 1, "999999/1000000"),
        ("lagrangian: entmax", 1, "999999/1000000"),
        ("lagrangian: {spherical: {epsilon: 1/4, gamma: 3}}", 6, "599/100"),
        ("lagrangian: {layernorm: {epsilon: 1/4, gamma: 3, delta: [1, 2]}}", 6, "599/100"),
    ],
)
def test_heights_bound_slopes(text: str, height: Any, less: Any) -> None:
    of = network("[[0, 0], [0, 0]]", text)
    assert accepted(of, STABLE, "T16", {}, **proof(1, 1, height=height))
    lower = str(Fraction(less))
    rejected(of, STABLE, "T16", {}, "falls, or may be steeper", **proof(1, 1, height=lower))


@pytest.mark.parametrize(
    "text",
    [
        "lagrangian: gelu",
        "lagrangian: silu",
        "lagrangian: {leaky_relu: {slope: -1}}",
        "lagrangian: squared_relu",
        "lagrangian: exp",
        "lagrangian: {normmax: {gamma: 2}}",
        "lagrangian: {spherical: {epsilon: 0}}",
        "lagrangian: {layernorm: {epsilon: 0}}",
        "lagrangian: {layernorm: {gamma: -1}}",
        "activation: {expression: '-softmax(x)'}",
        "activation: {expression: '-2*softmax(x)'}",
        "activation: {expression: 'softmax(-x)'}",
        "activation: {expression: 'softmax(2*tanh(x))'}",
        "activation: {expression: 'softmax(x)*x'}",
        "activation: {expression: 'x/exp(sum(x))'}",
        "activation: {expression: 'x/norm(2*x, 1)'}",
        "activation: {expression: 'x - mean(x)'}",
        "activation: {expression: 'x/sum(x)'}",
        "activation: {expression: '(x - mean(x))/sqrt(1 + sum(x)^2)'}",
        "activation: clipped_softmax",
    ],
)
def test_activations_without_a_height(text: str) -> None:
    rejected(network("[[0, 0], [0, 0]]", text), STABLE, "T16", {}, "falls, or may be steeper", **proof(1, 1, height=99))


@pytest.mark.parametrize(
    "text", ["activation: {expression: 'step(x)', of: neuron}", "activation: {expression: 'sign(x)'}"]
)
def test_activations_that_jump(text: str) -> None:
    why = "locally Lipschitz|falls, or may be steeper"
    rejected(network("[[0, 0], [0, 0]]", text), STABLE, "T16", {}, why, **proof(1, 1, height=99))


def test_leaks_and_heights_enter() -> None:
    for beta, leak, held in ((1, 1, True), (2, 1, False), (2, 2, True), (1, "1/2", False)):
        of = network("[[3/4, 0], [0, 3/4]]", f"lagrangian: {{tanh: {{beta: {beta}}}}}, leak: {leak}")
        if held:
            assert accepted(of, STABLE, "T16", {}, **proof(1, 1, height=beta))
        else:
            rejected(of, STABLE, "T16", {}, INDEFINITE, **proof(1, 1, height=beta))
    rejected(
        network("[[-1, 0], [0, -1]]", "lagrangian: tanh, leak: 0"), STABLE, "T16", {}, "has no leak", **proof(1, 1)
    )


def test_constant_neurons_do_not_count() -> None:
    layers = "x: {size: 2, lagrangian: tanh}, y: {size: 1, activation: {expression: '1 + 0*x', of: neuron}}"
    joined = "a: {kind: dense, layers: [x, y], weights: [[99], [9]]}, b: {kind: dense, layers: [y, y], weights: [[9]]}"
    of = core(f"layers: {{{layers}}}\nsynapses: {{{joined}}}\n")
    found = {"multipliers": {"x": ["1", "1"], "y": ["1"]}, "heights": {"x": "1", "y": "0"}}
    assert accepted(of, STABLE, "T16", {}, **found)
    rejected(of, STABLE, "T16", {}, INDEFINITE, **found | {"heights": {"x": "1", "y": "1"}})
    rejected(of, STABLE, "T16", {}, "the key 'y' is missing", **found | {"heights": {"x": "1"}})


def test_whole_layers_have_one_multiplier_and_one_time() -> None:
    weights = "[[-1, 0], [0, -1]]"
    assert accepted(network(weights, "lagrangian: softmax"), STABLE, "T16", {}, **proof(2, 2, height="1/2"))
    rejected(network(weights, "lagrangian: softmax"), STABLE, "T16", {}, "one multiplier", **proof(1, 2, height="1/2"))
    slow = network(weights, "lagrangian: softmax, tau: [1, 2]")
    rejected(slow, STABLE, "T16", {}, "one multiplier, and one τ", **proof(1, 1, height="1/2"))
    assert accepted(network(weights, "lagrangian: tanh, tau: [1, 2]"), STABLE, "T16", {}, **proof(1, 2))


@pytest.mark.parametrize(
    ("text", "height", "held"),
    [
        ("lagrangian: softmax", "1/2", True),
        ("lagrangian: sparsemax", 1, True),
        ("lagrangian: {layernorm: {epsilon: 1}}", 1, True),
        ("lagrangian: ghostmax", "1/2", False),
        ("lagrangian: {spherical: {epsilon: 1}}", 1, False),
        ("lagrangian: relu", 1, False),
    ],
)
def test_in_balanced_layers_a_common_drive_does_not_count(text: str, height: Any, held: bool) -> None:
    """W = 5·11ᵀ: the drive is 5 for each neuron, whatever the shares are. But relu neurons excite each other."""
    of = network("[[5, 5, 5], [5, 5, 5], [5, 5, 5]]", text, 3)
    if held:
        assert accepted(of, STABLE, "T16", {}, **proof(1, 1, 1, height=height))
    else:
        rejected(of, STABLE, "T16", {}, INDEFINITE, **proof(1, 1, 1, height=height))
    steep = network("[[5, 5, 5], [5, 5, 5], [5, 5, 9]]", text, 3)
    rejected(steep, STABLE, "T16", {}, INDEFINITE, **proof(1, 1, 1, height=height))


def test_large_networks_are_left_to_others() -> None:
    many = core("layers: {x: {size: 401, lagrangian: tanh}}\n")
    rejected(many, STABLE, "T16", {}, "more than 400 neurons", **proof(*[1] * 401))


def test_of_large_networks_no_form_is_singular(monkeypatch: pytest.MonkeyPatch) -> None:
    of = network("[[1, 0], [0, 0]]")
    assert accepted(of, STABLE, "T16", {"x": ["0", "0"]}, **proof(1, 1))
    monkeypatch.setattr(global_stability, "MAX_BORDER", 1)
    rejected(of, STABLE, "T16", {"x": ["0", "0"]}, "of over 1 neurons", **proof(1, 1))


def test_more_patterns_than_dozens_differ_by_sums_of_0() -> None:
    """66 neurons with W = 3·11ᵀ + ½I: on vectors with sum 0 it is ½, and 1/h̄ = 2."""
    rows = [[Fraction(7, 2) if i == j else Fraction(3) for j in range(66)] for i in range(66)]
    of = network(str([[str(each) for each in row] for row in rows]), "lagrangian: softmax", 66)
    assert accepted(of, STABLE, "T16", {}, **proof(*[1] * 66, height="1/2"))


@pytest.mark.parametrize(
    ("values", "tolerance", "d", "held"),
    [
        # Both entries of a row may be off: what is left of the diagonal is 1 - W_ii - 2·tolerance.
        ("[[0, 0], [0, 0]]", "499/1000", (1, 1), True),
        ("[[0, 0], [0, 0]]", "1/2", (1, 1), False),
        ("[[1/2, 0], [0, 0]]", "249/1000", (1, 1), True),
        ("[[1/2, 0], [0, 0]]", "1/4", (1, 1), False),
        # 2M = (2 0; 0 6) less 2t + (t + 3t) in the first row, and (t + 3t) + 6t in the second.
        ("[[0, 3], [-1, 0]]", "1/4", (1, 3), True),
        ("[[0, 3], [-1, 0]]", "1/3", (1, 3), False),
    ],
)
def test_weights_within_a_spread_are_all_meant(values: str, tolerance: str, d: tuple[int, int], held: bool) -> None:
    near = network(f"{{values: {values}, tolerance: {tolerance}}}")
    for claim in (STABLE, ONE):
        if held:
            assert accepted(near, claim, "T16", {}, **proof(*d))
        else:
            rejected(near, claim, "T16", {}, "for weights within the spread", **proof(*d))
    rejected(near, STABLE, "T16", {"x": ["0", "0"]}, "spread", **proof(*d))


def test_drives_are_affine_and_there_are_no_spins() -> None:
    cubic = core(
        "layers: {x: {size: 2, lagrangian: tanh}}\nsynapses: {e: {kind: expression, layers: [x], energy: sum(x^4)}}\n"
    )
    rejected(cubic, STABLE, "T16", {}, "not affine", **proof(1, 1))
    rejected(read(SPINS), STABLE, "T16", {}, "spins follow no flow", **proof(1, 1))


# ------------------------------------------------------------------ the border


BOX = {"claim": {"claim": "bounded solutions", "box": {"x": [["-2", "2"]]}}, "proof": {"by": "ranges"}}


def test_at_the_border_an_equilibrium_is_shown() -> None:
    """tanh is as steep as 1 at 0 only: W = 1 leaves one equilibrium, if there is one."""
    of = network("[[1]]", "lagrangian: tanh", 1)
    assert accepted(of, ONE, "T16", {}, **proof(1))
    rejected(of, STABLE, "T16", {}, "lacks a premise", **proof(1))
    assert accepted(of, STABLE, "T16", {"x": ["0"]}, **proof(1))
    assert accepted(of, STABLE, "T16", {}, **proof(1), premises=[BOX])
    rejected(of, STABLE, "T16", {"x": ["1/8"]}, "no equilibrium is shown there", **proof(1))
    above = network("[[1000001/1000000]]", "lagrangian: tanh", 1)
    for claim, fields in ((STABLE, {"x": ["0"]}), (ONE, {})):
        rejected(above, claim, "T16", fields, INDEFINITE, **proof(1))


def test_softplus_at_the_border_may_have_none() -> None:
    """softplus(x) + b = x has a solution for b < 0 only, -log(e - 1) = -0.5413… for b = -1."""
    of = network("[[1]]", "lagrangian: softplus, bias: -1", 1)
    assert accepted(of, STABLE, "T16", {"x": [["-5423/10000", "-5403/10000"]]}, **proof(1))
    for wrong in (["-2/5", "0"], ["-5413/10000", "-5403/10000"]):
        rejected(of, STABLE, "T16", {"x": [wrong]}, "no equilibrium is shown there", **proof(1))
    rejected(of, STABLE, "T16", {}, "not shown to lead", **proof(1), premises=[BOX])


def test_a_place_that_is_stated_is_shown_within_the_border_too() -> None:
    of = network("[[1/2]]", "lagrangian: tanh", 1)
    assert accepted(of, STABLE, "T16", {"x": ["0"]}, **proof(1))
    rejected(of, STABLE, "T16", {"x": ["1"]}, "no equilibrium is shown there", **proof(1))
    rejected(of, STABLE, "T16", {"x": ["0", "0"]}, "expected", **proof(1))
    rejected(of, STABLE, "T16", {}, "more premises", **proof(1), premises=[BOX])


@pytest.mark.parametrize("text", ["relu", "hard_tanh", "identity", "elu", "{leaky_relu: {slope: 1/2}}"])
def test_slopes_that_are_attained_on_a_segment_leave_a_continuum(text: str) -> None:
    rejected(network("[[1]]", f"lagrangian: {text}", 1), ONE, "T16", {}, INDEFINITE, **proof(1))


def test_only_strict_neurons_may_lie_in_the_kernel() -> None:
    layers = "x: {size: 1, lagrangian: tanh}, y: {size: 1, lagrangian: relu}"
    for own, other, across, held in (("1/2", "1/2", "1/2", True), ("1", "1/2", "0", True), ("1/2", "1", "0", False)):
        joined = f"a: {{kind: dense, layers: [x, x], weights: [[{own}]]}}"
        joined += f", b: {{kind: dense, layers: [y, y], weights: [[{other}]]}}"
        joined += f", c: {{kind: dense, layers: [x, y], weights: [[{across}]]}}"
        of = core(f"layers: {{{layers}}}\nsynapses: {{{joined}}}\n")
        found = {"multipliers": {"x": ["1"], "y": ["1"]}, "heights": {"x": "1", "y": "1"}}
        if held:
            assert accepted(of, ONE, "T16", {}, **found)
        else:
            rejected(of, ONE, "T16", {}, INDEFINITE, **found)


def test_whole_layers_are_never_strict() -> None:
    of = network("[[1, 0], [0, 1]]", "lagrangian: {softmax: {beta: 2}}")
    rejected(of, ONE, "T16", {}, INDEFINITE, **proof(1, 1))


def test_at_the_border_the_premise_states_a_box() -> None:
    """That solutions are bounded, without a box, is another claim than what has an equilibrium."""
    of = network("[[1]]", "lagrangian: tanh", 1)
    entry = {"claim": {"claim": STABLE, "x": ["0"]}, "proof": {"by": "T16", **proof(1)}}
    bounded = {"claim": {"claim": "bounded solutions"}, "proof": {"by": "stability", "premises": [entry]}}
    assert accepted(of, "bounded solutions", "stability", {}, premises=[entry])
    rejected(of, STABLE, "T16", {}, "a box that every solution enters", **proof(1), premises=[bounded])
    rejected(of, "bounded solutions", "stability", {"box": {"x": [["-1", "1"]]}}, "no box is shown", premises=[entry])
    rejected(of, "bounded solutions", "ranges", {}, "states a box")
