"""Euler steps that raise no energy, in numbers worked out by hand, and what the kernel refuses next to them."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from hopverify.kernel.arrays import Array, Within
from hopverify.kernel.core import Core
from tests.kernel.accepting import accepted, core, dense, rejected

HOLDS = "positive semidefinite"


def entry(by: str, claim: str, **fields: Any) -> dict[str, Any]:
    return {"claim": {"claim": claim, **fields}, "proof": {"by": by}}


def premises(of: Core, fast: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Return the premises of the energy, and convex L of instantaneous layers."""
    found = [entry("core", "derived energy")]
    for synapse in of.synapses:
        way = "definition" if synapse.drive is None else "identity"
        found += [entry(way, "gradient drive", synapse=synapse.name)]
        found += [entry("composition", "Lipschitz drive", synapse=synapse.name)]
    for layer in of.layers:
        found += [entry("composition", "Lipschitz activation", layer=layer.name), gradient(of, layer.name)]
    return found + [entry("composition", "convex", layer=name) for name in fast]


def gradient(of: Core, name: str) -> dict[str, Any]:
    (layer,) = (each for each in of.layers if each.name == name)
    stated = getattr(layer, "g", None) is not None
    return entry("identity" if stated else "definition", "gradient of L", layer=name)


def told(up_to: str | None, tau: Any = 1) -> dict[str, Any]:
    if up_to is None:
        return {"energy": "E", "up_to": None}
    return {"energy": "E", "up_to": up_to, "alpha": {"x": [str(Fraction(up_to) / tau)] * 2}}


def proof(of: Core, low: str, high: str, **more: Any) -> dict[str, Any]:
    return {"slopes": {"x": [low, high]}, "premises": premises(of), **more}


@pytest.mark.parametrize(
    ("function", "weights", "bounds", "edge"),
    [
        # M = diag(2(1/h - 1)/β + 1/β) + W, and for h > 1 the first summand is divided by κ.
        ("relu", "[[0, 2], [2, 0]]", ("0", "1"), "2/3"),
        ("{tanh: {beta: 2}}", "[[0, 2], [2, 0]]", ("0", "2"), "2/5"),
        ("identity", "[[-3]]", ("1", "1"), "1/2"),
        ("identity", "[[1/2]]", ("1", "1"), "4"),
        ("{leaky_relu: {slope: 1/4}}", "[[0]]", ("1/4", "1"), "8/7"),
    ],
)
def test_the_edge_is_exact(function: str, weights: str, bounds: tuple[str, str], edge: str) -> None:
    of = dense(weights, f"size: {weights.count('[') - 1}, lagrangian: {function}")
    assert accepted(of, "step descent", "T14", told(edge), **proof(of, *bounds)).endswith("from any state")
    longer = str(Fraction(edge) * (1 + Fraction(1, 10**12)))
    rejected(of, "step descent", "T14", told(longer), HOLDS, **proof(of, *bounds))


def test_steps_of_any_length() -> None:
    """Linear neurons with W = 1: M = 2(1/h - 1) + 1 + W is 0 for h = ∞."""
    linear = "size: 1, lagrangian: identity"
    of, other = dense("[[1]]", linear), dense("[[999/1000]]", linear)
    assert accepted(of, "step descent", "T14", told(None), **proof(of, "1", "1"))
    rejected(other, "step descent", "T14", told(None), HOLDS, **proof(other, "1", "1"))
    rejected(of, "step descent", "T14", told(None) | {"alpha": {}}, "alpha goes with", **proof(of, "1", "1"))


def test_saturating_neurons_end_the_theorem() -> None:
    """Of saturating neurons, κ = 0, nothing is known beyond τ/ρ."""
    of = dense("[[5]]", "size: 1, lagrangian: tanh, tau: 3, leak: 2")
    assert accepted(of, "step descent", "T14", told("3/2", 3), **proof(of, "0", "1"))
    for step in ("1500000001/1000000000", None):
        rejected(of, "step descent", "T14", told(step, 3), "longer than τ/ρ", **proof(of, "0", "1"))


@pytest.mark.parametrize(
    ("bounds", "why"),
    [
        (("0", "999/1000"), "not shown to be in"),
        (("1/1000", "1"), "not shown to be in"),
        (("-1", "1"), "expected 0"),
        (("2", "1"), "expected 0"),
    ],
)
def test_bounds_of_slopes(bounds: tuple[str, str], why: str) -> None:
    of = dense("[[0]]", "size: 1, lagrangian: tanh")
    assert accepted(of, "step descent", "T14", told("1"), **proof(of, "0", "1"))
    rejected(of, "step descent", "T14", told("1/8"), why, **proof(of, *bounds))


def test_slopes_that_are_least_where_a_piece_ends() -> None:
    """g = x + tanh x rises at rates between 1 and 2, and g = x + relu(x) at 1 and 2."""
    for potential in ("x^2/2 + logcosh(x)", "x^2/2 + relu(x)^2/2"):
        of = dense("[[0]]", f"size: 1, lagrangian: {{expression: '{potential}'}}")
        assert accepted(of, "step descent", "T14", told("4/3"), **proof(of, "1", "2"))
        rejected(of, "step descent", "T14", told("1"), "not shown", **proof(of, "1001/1000", "2"))


def test_constant_activations_are_left_out() -> None:
    of = dense("[[-9]]", "size: 1, lagrangian: {expression: '3*x', of: neuron}")
    assert accepted(of, "step descent", "T14", told("5"), **proof(of, "0", "0"))


def test_layers_that_act_as_a_whole_have_one_time() -> None:
    one, two = (dense("[[0, 0], [0, 0]]", f"size: 2, lagrangian: softmax, tau: {tau}") for tau in ("1", "[1, 2]"))
    assert accepted(one, "step descent", "T14", told("1"), **proof(one, "0", "1/2"))
    fields = {"energy": "E", "up_to": "1/8", "alpha": {"x": ["1/16", "1/8"]}}
    rejected(two, "step descent", "T14", fields, "several times", **proof(two, "0", "1/2"))


def test_instantaneous_layers_take_no_part_in_the_form() -> None:
    """Attention: κ = β = 1 and W = 0 give h ≤ 2τ/ρ. Layers that excite themselves or each other are refused."""

    def attention(own: tuple[int, int], fast: str = "relu") -> Core:
        made = core(
            f"layers: {{v: {{size: 2, lagrangian: identity}}, x: {{size: 2, lagrangian: {fast}, tau: 0}}}}\n"
            "synapses:\n  a: {kind: dense, layers: [v, x], weights: [[-9, 1], [9, 0]]}\n"
            "  c: {kind: diagonal, layers: [x, x], weights: [-1, -1]}\n"
        )
        (name,) = (name for name, held in made.arrays.items() if held.shape == (2,))
        return replace(made, arrays={**made.arrays, name: Array((2,), list(map(Fraction, own)))})

    fields = {"energy": "E", "up_to": "2", "alpha": {"v": ["2", "2"]}}
    for of in (attention((0, 0)), attention((-1, -3)), attention((-2, -2), fast="softmax")):
        found = {"slopes": {"v": ["1", "1"]}, "premises": premises(of, ("x",))}
        assert accepted(of, "step descent", "T14", fields, **found)
        less = found | {"premises": premises(of)}
        rejected(of, "step descent", "T14", fields, "lacks a premise", **less)
    for other in (attention((-2, -1), fast="softmax"), attention((-1, 1))):
        found = {"slopes": {"v": ["1", "1"]}, "premises": premises(other, ("x",))}
        rejected(other, "step descent", "T14", fields, "excites itself, or", **found)


def test_concave_synapses_are_left_out() -> None:
    """S = -log Σ e^(3x) is concave; M = 2(1/h - 1) + 1 - 3 ≥ 0 up to h = 1/2."""

    def both(energy: str) -> Core:
        return core(
            "layers: {x: {size: 2, lagrangian: tanh}}\n"
            "synapses:\n  w: {kind: diagonal, layers: [x, x], weights: [-3, -3]}\n"
            f"  s: {{kind: expression, layers: [x], energy: '{energy}'}}\n"
        )

    of = both("-logsumexp(3*x)")
    assert accepted(of, "step descent", "T14", told("1/2"), **proof(of, "0", "1", curved=["s"]))
    rejected(of, "step descent", "T14", told("9/16"), HOLDS, **proof(of, "0", "1", curved=["s"]))
    rejected(of, "step descent", "T14", told("1/2"), "not affine", **proof(of, "0", "1"))
    rejected(of, "step descent", "T14", told("1/2"), "another name", **proof(of, "0", "1", curved=["t"]))
    rejected(of, "step descent", "T14", told("1/2"), "expected a name", **proof(of, "0", "1", curved=[["s"]]))
    twice = proof(of, "0", "1", curved=["s", "s"])
    rejected(of, "step descent", "T14", told("1/2"), "named twice", **twice)


@pytest.mark.parametrize(
    ("energy", "layer", "bounds", "edge"),
    [
        # M = 2(1/h - 1) + 1 - Λ on identity layers: h = 2/(1 + Λ).
        ("sum(cos(x))", "identity", ("1", "1"), "1"),
        ("sum(softplus(x))", "identity", ("1", "1"), "8/5"),
        ("sum(x^2)", "identity", ("1", "1"), "2/3"),
        ("-sum(x^2)/4", "identity", ("1", "1"), "2"),
        ("cos(x[0] - x[1])", "identity", ("1", "1"), "2/3"),
        ("log(1 + exp(2*x[0])) + 2*x[1]", "identity", ("1", "1"), "1"),
        # Activations of tanh are in (-1, 1), so -6γ < 6.
        ("-sum(x^3)", "tanh", ("0", "1"), "2/7"),
    ],
)
def test_synapses_with_bounded_hessians(energy: str, layer: str, bounds: tuple[str, str], edge: str) -> None:
    of = core(
        f"layers: {{x: {{size: 2, lagrangian: {layer}}}}}\n"
        f"synapses: {{s: {{kind: expression, layers: [x], energy: '{energy}'}}}}\n"
    )
    assert accepted(of, "step descent", "T14", told(edge), **proof(of, *bounds, curved=["s"]))
    longer = str(Fraction(edge) * (1 + Fraction(1, 10**9)))
    rejected(of, "step descent", "T14", told(longer), HOLDS, **proof(of, *bounds, curved=["s"]))


def test_synapses_with_unbounded_hessians() -> None:
    for energy in ("sum((x^2 - 1)^2)", "sum(exp(x))", "x[0]*x[1]^2"):
        of = core(
            "layers: {x: {size: 2, lagrangian: identity}}\n"
            f"synapses: {{s: {{kind: expression, layers: [x], energy: '{energy}'}}}}\n"
        )
        rejected(of, "step descent", "T14", told("1/8"), "not bounded above", **proof(of, "1", "1", curved=["s"]))


def test_concave_synapses_join_layers_with_times() -> None:
    of = core(
        "layers: {x: {size: 2, lagrangian: tanh}, y: {size: 2, lagrangian: softmax, tau: 0}}\n"
        "synapses: {s: {kind: expression, layers: [x, y], energy: '-logsumexp(x) - sum(y)'}}\n"
    )
    found = {"slopes": {"x": ["0", "1"]}, "curved": ["s"], "premises": premises(of, ("y",))}
    rejected(of, "step descent", "T14", told("1/8"), "joins layers that are instantaneous", **found)


def test_weights_with_a_spread_leave_less_room() -> None:
    """|w| ≤ 1 + 1/8 between two neurons: M = 2(1/h - 1) + 1 - 9/8 ≥ 0 up to h = 16/17."""
    exact = dense("[[0, 1], [1, 0]]", "size: 2, lagrangian: tanh")

    def within(radius: str) -> Core:
        (held,) = exact.arrays.values()
        spread = Array(held.shape, held.entries, Within(Fraction(0), Fraction(radius), True))
        return replace(exact, arrays=dict.fromkeys(exact.arrays, spread))

    of = within("1/8")
    assert accepted(of, "step descent", "T14", told("16/17"), **proof(of, "0", "1"))
    rejected(of, "step descent", "T14", told("17/18"), HOLDS, **proof(of, "0", "1"))
    assert accepted(exact, "step descent", "T14", told("1"), **proof(exact, "0", "1"))


def test_what_is_told_beside() -> None:
    of = dense("[[-4]]", "size: 1, lagrangian: identity, tau: 2")
    longer = {"state": {"x": ["1"]}, "step": "2", "rise": "75/2"}
    fields, found = told("1/4", 2) | {"longer": longer}, proof(of, "1", "1")
    # 2ẋ = -5x and E = 5x²/2: a step of 2 leads from 1 to -4, and E from 5/2 to 40.
    assert accepted(of, "step descent", "T14", fields, **found)
    for changed, why in (
        ({"rise": "751/20"}, "does not certainly raise"),
        ({"step": "1/4"}, "is not longer"),
        ({"step": "1/2"}, "does not certainly raise"),
        ({"rise": "0"}, "is not positive"),
        ({"state": {"y": ["1"]}}, "'x' is missing"),
    ):
        rejected(of, "step descent", "T14", fields | {"longer": longer | changed}, why, **found)
    rejected(of, "step descent", "T14", fields | {"alpha": {"x": ["1/8", "1/4"]}}, "alpha is not", **found)
    rejected(of, "step descent", "T14", fields | {"energy": "V"}, "is called E", **found)
    rejected(of, "step descent", "T14", fields | {"up_to": "0"}, "is not positive", **found)


def test_a_premise_less_or_of_another_layer() -> None:
    of = dense("[[0]]", "size: 1, lagrangian: tanh")
    found = proof(of, "0", "1")
    for place in range(len(found["premises"])):
        less = [each for k, each in enumerate(found["premises"]) if k != place]
        rejected(of, "step descent", "T14", told("1"), "premise", **found | {"premises": less})


# ---------------------------------------------------------------------------------------------------- altered systems


def altered(
    tau: str = "1", fast: str = "relu", metric: str = "[[1, 1/2], [1/2, 1]]", own: str = "0", more: str = ""
) -> Core:
    inhibition = "" if own == "0" else f"  c: {{kind: diagonal, layers: [x, x], weights: {own}}}\n"
    stated = f", metric: {metric}" if metric else ""
    return core(
        f"layers: {{y: {{size: 2, lagrangian: identity, tau: {tau}}}, x: {{size: 2, lagrangian: {fast},"
        f" bias: [1/2, -1], tau: 0}}}}\nsynapses:\n  both: {{kind: feedforward_feedback, layers: [y, x],"
        f" forward: [[1, 1/2], [1/2, 1]]{stated}{more}}}\n{inhibition}"
    )


def of_fast(of: Core, *, convex: bool = True) -> list[dict[str, Any]]:
    found = [entry("composition", "Lipschitz activation", layer="x"), gradient(of, "x")]
    return found + ([entry("composition", "convex", layer="x")] if convex else [])


def claim(up_to: str, *taus: int) -> dict[str, Any]:
    alpha = [str(Fraction(up_to) / tau) for tau in taus or (1, 1)]
    return {"energy": "V", "up_to": up_to, "alpha": {"y": alpha}}


@pytest.mark.parametrize("options", [{}, {"fast": "softmax"}, {"own": "[-1, -2]"}])
def test_altered_systems_allow_twice_the_time(options: dict[str, str]) -> None:
    of = altered(**options)
    assert accepted(of, "step descent", "altered", claim("2"), premises=of_fast(of))
    rejected(of, "step descent", "altered", claim("2000001/1000000"), HOLDS, premises=of_fast(of))
    rejected(of, "step descent", "altered", claim("2") | {"energy": "E"}, "is called V", premises=of_fast(of))
    rejected(of, "step descent", "altered", claim("2"), "lacks a premise", premises=of_fast(of, convex=False))


def test_metrics_that_are_none() -> None:
    for metric, why in (
        ("", "states none"),
        ("[[1, 1/2], [1/2, 5/4]]", "PB is not"),
        ("[[1, 1/2], [1/4, 1]]", "not symmetric"),
    ):
        of = altered(metric=metric)
        rejected(of, "step descent", "altered", claim("1"), why, premises=of_fast(of))
    negative = altered(metric="[[1, 2], [2, 1]]", more=", feedback: [[0, 1/2], [1/2, 0]]")
    rejected(negative, "step descent", "altered", claim("1"), "PB is not|definite", premises=of_fast(negative))


def test_two_times() -> None:
    """M = 2 sym(TP)/h - P with T = diag(1, 2): singular at the least root of a quadratic, between 9/5 and 2."""
    of = altered(tau="[1, 2]")
    assert accepted(of, "step descent", "altered", claim("9/5", 2, 1), premises=of_fast(of))
    rejected(of, "step descent", "altered", claim("2", 2, 1), HOLDS, premises=of_fast(of))


def weak(modulus: str) -> dict[str, Any]:
    """Return the premise that GELU's L + μx²/2 is convex: h' = φ(x)(2 - x²)."""
    x: Any = ["state"]
    root = ["sqrt", ["multiply", "2", ["pi"]]]
    bell = ["divide", ["exp", ["divide", ["negate", ["power", x, "2"]], "2"]], root]
    half = ["divide", ["add", "1", ["erf", ["divide", x, ["sqrt", "2"]]]], "2"]
    rewritten = ["add", ["add", half, ["multiply", x, bell]], modulus]
    third = ["multiply", bell, ["subtract", "2", ["power", x, "2"]]]
    cuts = ["-141422/100000", "-141421/100000", "141421/100000", "141422/100000"]
    ends = [str(Fraction(each)) for each in cuts]
    proved = {"by": "slope", "cuts": ends, "rewritten": rewritten, "third": third}
    return {"claim": {"claim": "weakly convex", "layer": "x", "modulus": modulus}, "proof": proved}


def test_layers_that_are_weakly_convex() -> None:
    """2/h ≥ 1 + 0.13·λ_max(P) for A = P, whose eigenvalues are 1/2 and 3/2."""
    of, edge = altered(fast="gelu"), str(2 / (1 + Fraction(13, 100) * Fraction(3, 2)))
    found = {"moduli": {"x": "13/100"}, "premises": [*of_fast(of, convex=False), weak("13/100")]}
    assert accepted(of, "step descent", "altered", claim(edge), **found)
    rejected(of, "step descent", "altered", claim("17/10"), HOLDS, **found)
    less = found | {"moduli": {"x": "1/8"}}
    rejected(of, "step descent", "altered", claim(edge), "another one than needed", **less)
    negative = found | {"moduli": {"x": "-1/8"}}
    rejected(of, "step descent", "altered", claim("1"), "modulus of layer x", **negative)
    inhibited = altered(own="[-1, -1]")
    rejected(inhibited, "step descent", "altered", claim("1"), "c > 0", **found)


@pytest.mark.parametrize(("modulus", "holds"), [("13/100", True), ("129/1000", True), ("1289/10000", False)])
def test_moduli(modulus: str, holds: bool) -> None:
    """The least slope of GELU is -0.12899…"""
    of = core("layers: {x: {size: 1, lagrangian: gelu}}\n")
    given = weak(modulus)
    fields, held = {key: given["claim"][key] for key in ("layer", "modulus")}, dict(given["proof"])
    by = held.pop("by")
    if holds:
        assert accepted(of, "weakly convex", by, fields, **held)
    else:
        rejected(of, "weakly convex", by, fields, "not shown to be", **held)
    for key in ("rewritten", "third"):
        wrong = held | {key: ["add", held[key], "1/1000"]}
        rejected(of, "weakly convex", by, fields, "other form", **wrong)


def test_a_residual_halves_the_step() -> None:
    def system(residual: str, potential: str, feedback: str = "[[1], [0]]", tau: str = "1") -> Core:
        return core(
            f"layers: {{y: {{size: 2, lagrangian: identity, tau: {tau}}}, x: {{size: 1, lagrangian: relu, tau: 0}}}}\n"
            f"synapses:\n  s: {{kind: feedforward_feedback, layers: [y, x], forward: [[2, 1]], feedback: {feedback},"
            f" metric: [[2, 1], [1, 1]], residual: {residual}, potential: '{potential}'}}\n"
        )

    def held(of: Core) -> list[dict[str, Any]]:
        ends = [entry("composition", "convex", layer="residual")]
        ends += [entry("composition", "Lipschitz activation", layer="residual")]
        first, second, third = of_fast(of)
        return [first, second, *ends, third]

    of = system("[[0], [1]]", "z^4")
    assert accepted(of, "step descent", "altered", claim("1"), premises=held(of))
    rejected(of, "step descent", "altered", claim("9/8"), "longer than", premises=held(of))
    for residual, potential, tau, why in (
        ("[[1], [1]]", "z^2", "1", "feedback reaches it"),
        ("[[0], [1]]", "z^2 + z/4", "1", "does not rest at 0"),
        ("[[0], [1]]", "z^2", "[1, 2]", "one time constant"),
    ):
        wrong = system(residual, potential, tau=tau)
        fields = claim("1/2", 2, 1) if tau != "1" else claim("1/2")
        rejected(wrong, "step descent", "altered", fields, why, premises=held(wrong))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("layers: {x: {size: 1, lagrangian: tanh}}\n", "not linear"),
        ("layers: {x: {size: 1, lagrangian: identity}, y: {size: 1, lagrangian: tanh}}\n", "one layer with"),
        ("layers: {x: {size: 2, lagrangian: identity, leak: [1, 2]}}\n", "not one leak"),
        ("layers: {x: {size: 1, lagrangian: identity, leak: false}}\n", "not one leak"),
        (
            "layers: {x: {size: 1, lagrangian: identity}}\n"
            "synapses: {w: {kind: dense, layers: [x, x], weights: [[1]]}}\n",
            "drives itself",
        ),
    ],
)
def test_cores_that_are_no_altered_systems(body: str, why: str) -> None:
    rejected(core(body), "step descent", "altered", {"energy": "V", "up_to": None}, why, premises=[])
