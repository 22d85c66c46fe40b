"""Lower bounds of energies in numbers worked out by hand, rays along which energies fall, and what is beside them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from hopverify.kernel.core import Core, Layer
from hopverify.kernel.language import read as read_term
from hopverify.kernel.reading import read
from hopverify.kernel.separate import lies_above
from tests.kernel.accepting import accepted, core, dense, rejected
from tests.kernel.test_core import SPINS

BELOW, UNBOUNDED = "energy bounded below", "energy unbounded below"
RELU, IDENTITY = ["1", "0", "0", "0"], ["1", "0", "1", "0"]
TOO_HIGH, NOT_POSITIVE = "not certainly so high", "not positive on the cone"


def premises(of: Core, *names: str) -> list[dict[str, Any]]:
    found = []
    for layer in of.layers:
        if layer.name in names and isinstance(layer, Layer):
            way = "definition" if layer.g is None else "identity"
            found.append({"claim": {"claim": "convex", "layer": layer.name}, "proof": {"by": "composition"}})
            found.append({"claim": {"claim": "gradient of L", "layer": layer.name}, "proof": {"by": way}})
    return found


def bounded(of: Core, bound: str, why: str | None = None, confines: bool = True, **proof: Any) -> None:
    """Show that the kernel accepts a bound, or why it does not; all layers leak unless there are other premises."""
    held = {"premises": premises(of, *(each.name for each in of.layers)), "growth": {}, **proof}
    fields = {"lower_bound": bound, "confines": confines}
    if why is None:
        assert accepted(of, BELOW, "convexity", fields, **held) == f"the energy is at least {bound} at all states"
    else:
        rejected(of, BELOW, "convexity", fields, why, **held)


def test_rectified_neurons_have_a_form() -> None:
    """E = (γ₁² + γ₂²)/2 + γ₁γ₂/2 - γ₁ ≥ -1/2 for γ ≥ 0; Q has the eigenvalues 1/2 and 3/2."""
    of = dense("[[0, -1/2], [-1/2, 0]]", "size: 2, lagrangian: relu, bias: [1, 0]")
    held = {"growth": {"x": RELU}, "synapses": {"w": "quadratic"}}
    # c²/2m = 1/(2m).
    bounded(of, "-28/25", margin="9/20", **held)
    bounded(of, "-11/10", TOO_HIGH, margin="9/20", **held)
    bounded(of, "-10", NOT_POSITIVE, margin="2", **held)
    # With the entries of Q between neurons that are ≥ 0 split off, the margin is 1.
    split = [["0", "1/2"], ["1/2", "0"]]
    bounded(of, "-51/100", margin="99/100", split=split, **held)
    bounded(of, "-49/100", TOO_HIGH, margin="99/100", split=split, **held)
    bounded(of, "-9", NOT_POSITIVE, margin="1", split=split, **held)
    for wrong in ([["0", "1/2"], ["1/4", "0"]], [["0", "-1/2"], ["-1/2", "0"]]):
        bounded(of, "-9", "a symmetric matrix ≥ 0", margin="1/2", split=wrong, **held)
    bounded(of, "-9", "split: expected 2 rows", margin="1/2", split=split[:1], **held)
    for margin in ("0", "-1"):
        bounded(of, "-9", "expected a number > 0", margin=margin, **held)
    bounded(of, "-9", "expected a number > 0", **held)


def test_a_split_may_not_touch_activations_without_a_sign() -> None:
    split, held = [["0", "5"], ["5", "0"]], {"synapses": {"w": "quadratic"}, "margin": "1/2"}
    rectified, free = (dense("[[0, -5], [-5, 0]]", f"size: 2, lagrangian: {name}") for name in ("relu", "identity"))
    bounded(rectified, "0", growth={"x": RELU}, split=split, **held)
    bounded(rectified, "0", growth={"x": RELU}, **held)
    bounded(free, "-9", "0 outside the neurons with a sign", growth={"x": IDENTITY}, split=split, **held)
    bounded(free, "-9", NOT_POSITIVE, growth={"x": IDENTITY}, **held)


def test_activations_that_grow_downward_or_are_bounded_elsewhere() -> None:
    """min(x, 1) ≤ 1: δ = -γ ≥ -1; E = γ²/2 for γ ≤ 0 and x - 1/2 - … above, and its bound counts a = 1."""
    text = "size: 1, lagrangian: {expression: 'x - 1/2 - relu(1 - x)^2/2', of: neuron}"
    of = dense("[[-1]]", text)
    held = {"synapses": {"w": "quadratic"}, "margin": "1"}
    by = {"claim": {"claim": "convex", "layer": "x"}, "proof": {"by": "composition"}}
    given = {"premises": [by, *premises(of, "x")[1:]]}
    # The Lagrangian is concave beside 1: it is refused as such.
    bounded(of, "-9", "composition does not show", growth={"x": ["0", "1", "1", "0"]}, **given, **held)
    text = "size: 1, lagrangian: {expression: 'x - 1/2 + relu(1 - x)^2/2', of: neuron}"
    of = dense("[[-1]]", text)
    # L(0) = 0, Q = 2, a = 1, c = 0: 1 - 2²/2 - 1/2 = -3/2.
    bounded(of, "-3/2", growth={"x": ["0", "1", "1", "0"]}, **held)
    bounded(of, "-7/5", TOO_HIGH, growth={"x": ["0", "1", "1", "0"]}, **held)


@pytest.mark.parametrize(
    ("growth", "why"),
    [
        (["1/2", "0", "0", "0"], "not shown to grow so slowly"),
        (["1", "-1", "0", "0"], "not shown to grow so slowly"),
        (["1", "0", "0", "-1"], "not shown to grow so slowly"),
        (["0", "0", "0", "0"], "slopes are ≥ 0, and one is > 0"),
        (["1", "0", "-1", "0"], "slopes are ≥ 0, and one is > 0"),
        (["1", "0", "0"], "expected 4 numbers"),
    ],
)
def test_growth_that_is_not_so(growth: list[str], why: str) -> None:
    of = dense("[[-1]]", "size: 1, lagrangian: relu")
    bounded(of, "0", growth={"x": RELU}, synapses={"w": "quadratic"}, margin="1")
    bounded(of, "-9", why, growth={"x": growth}, synapses={"w": "quadratic"}, margin="1")


def test_bounded_activations_have_ranges() -> None:
    """E = 2·(xγ - L) - 2γ₁γ₂ - γ₁ ≥ -2 - 1, both by the range of S and as a quadratic function."""
    of = dense("[[0, 2], [2, 0]]", "size: 2, lagrangian: tanh, bias: [1, 0]")
    for way in ("range", "quadratic"):
        bounded(of, "-301/100", synapses={"w": way})
        bounded(of, "-299/100", TOO_HIGH, synapses={"w": way})
    # Of what is bounded no slope counts.
    bounded(of, "-301/100", synapses={"w": "slopes"})
    bounded(of, "-299/100", TOO_HIGH, synapses={"w": "slopes"})
    bounded(of, "-9", "it counts by one of range", synapses={"w": "convexity"})
    bounded(of, "-9", "the key 'w' is missing", synapses={})
    bounded(of, "-9", "lacks a premise", synapses={"w": "range"}, premises=premises(of, "x")[:1])
    left_out = dense("[[0, 2], [2, 0]]", "size: 2, lagrangian: tanh, bias: [1, 0], bias_in_energy: false")
    bounded(left_out, "-201/100", synapses={"w": "range"})


def test_the_own_part_of_a_layer_is_its_lagrangian_at_zero() -> None:
    """Softmax with ρ = 2 has 2(x·g - L) ≥ -2 log 2, softplus with ρ = 2 and two neurons twice as much."""
    whole = core("layers: {x: {size: 2, lagrangian: softmax, leak: 2}}\n")
    bounded(whole, "-1387/1000", synapses={})
    bounded(whole, "-693/500", TOO_HIGH, synapses={})
    own = core("layers: {x: {size: 2, lagrangian: sigmoid, leak: 2}}\n")
    bounded(own, "-2773/1000", synapses={})
    bounded(own, "-693/250", TOO_HIGH, synapses={})


STEEP = """
layers: {{x: {{size: 1, lagrangian: exp, leak: {leak}}}, y: {{size: 1, lagrangian: {y}}}}}
synapses: {{w: {{kind: dense, layers: [x, y], weights: [[{w}]]}}}}
"""


def test_what_grows_fast_outweighs_linear_terms() -> None:
    """xe^x - e^x - cγ ≥ -e^c for |γ'| ≤ c = 1."""
    of = core(STEEP.format(leak=1, y="tanh", w=1))
    bounded(of, "-68/25", synapses={"w": "quadratic"})
    bounded(of, "-271/100", TOO_HIGH, synapses={"w": "quadratic"})
    half = core(STEEP.format(leak="1/2", y="tanh", w=1))
    # -e²/2, with the slope 1 at most.
    for way in ("quadratic", "slopes"):
        bounded(half, "-37/10", synapses={"w": way})
        bounded(half, "-369/100", TOO_HIGH, synapses={"w": way})
    bounded(half, "-9", TOO_HIGH, synapses={"w": "range"})
    free = core(STEEP.format(leak="false", y="tanh", w=1))
    bounded(free, "-9", "it has no leak", False, premises=premises(free, "y"), synapses={"w": "quadratic"})
    open_ones = core(STEEP.format(leak=1, y="exp", w=1))
    bounded(open_ones, "-9", "a product with an unbounded activation", synapses={"w": "quadratic"})


def test_layers_that_act_as_a_whole_are_bounded() -> None:
    text = "layers: {x: {size: 2, lagrangian: {expression: 'dot(x, x)/2'}}}\n"
    bounded(core(text), "-9", "it acts as a whole, and its activation is not bounded", synapses={})


FREE = "layers: {x: {size: 2, lagrangian: identity, leak: false%s}}\n"
FREE += "synapses: {e: {kind: expression, layers: [x], energy: '%s'}}\n"


def test_energies_know_free_layers_by_s_alone() -> None:
    of = core(FREE % ("", "dot(x, x) - logsumexp(tanh(x)) + sum(x*x)"))
    bounded(of, "-17/10", confines=False, premises=[], synapses={"e": "range"})
    bounded(of, "-8/5", TOO_HIGH, False, premises=[], synapses={"e": "range"})
    bounded(of, "-17/10", "not shown to bound all activations", premises=[], synapses={"e": "range"})
    with_bias = core(FREE % (", bias: 1", "dot(x, x)"))
    bounded(with_bias, "-9", "it has no leak", False, premises=[], synapses={"e": "range"})
    # As a form it does: x² - x ≥ -1/4 each.
    held = {"growth": {"x": IDENTITY}, "synapses": {"e": "quadratic"}}
    bounded(with_bias, "-51/100", margin="199/100", **held)
    bounded(with_bias, "-49/100", TOO_HIGH, margin="199/100", **held)
    bounded(core(FREE % ("", "sum(x^4)")), "-9", "not affine", growth={"x": IDENTITY}, synapses={"e": "quadratic"})
    root = core(FREE % ("", "sum(log(x^2))"))
    bounded(root, "-9", "does not show that S is locally Lipschitz", synapses={"e": "slopes"}, premises=[])


def test_squared_distances_are_not_negative() -> None:
    """S = -½ log(1/2 + Σ relu(1 - |x - ξ|²)) of two patterns is at least -½ log(5/2)."""
    kind = "kind: epanechnikov, layers: [x], patterns: [[0, 0], [1, 0]], beta: 2, epsilon: 1/2"
    of = core(f"layers: {{x: {{size: 2, lagrangian: identity, leak: false}}}}\nsynapses: {{e: {{{kind}}}}}\n")
    bounded(of, "-23/50", confines=False, premises=[], synapses={"e": "range"})
    bounded(of, "-9/20", TOO_HIGH, False, premises=[], synapses={"e": "range"})


def test_energies_of_the_core_that_are_others() -> None:
    own = core("layers: {x: {size: 1, lagrangian: tanh}}\nenergy: sum(x^2)\n")
    bounded(own, "-9", "an energy of its own", synapses={})
    rejected(
        read(SPINS),
        BELOW,
        "convexity",
        {"lower_bound": "0", "confines": True},
        "spins",
        premises=[],
        growth={},
        synapses={},
    )
    rejected(read(SPINS), UNBOUNDED, "ray", {"ray": {}, "degree": 1, "coefficient": "-1"}, "spins")


def falls(of: Core, ray: Any, degree: Any, coefficient: str, why: str | None = None) -> None:
    fields = {"ray": ray if isinstance(ray, dict) else {"x": ray}, "degree": degree, "coefficient": coefficient}
    if why is None:
        assert accepted(of, UNBOUNDED, "ray", fields).startswith("the energy has no lower bound")
    else:
        rejected(of, UNBOUNDED, "ray", fields, why)


NOT_SO = "does not fall so along this ray"


def test_energies_fall_along_rays() -> None:
    """E = (γ₁² + γ₂²)/2 - 2γ₁γ₂ of two rectified neurons, and the linear term where the form is 0."""
    of = dense("[[0, 2], [2, 0]]")
    falls(of, ["1", "1"], 2, "-1")
    falls(of, ["2", "1"], 2, "-3/2")
    for wrong in ((["1", "1"], 2, "-2"), (["1", "1"], 1, "-1"), (["1", "0"], 2, "1/2"), (["-1", "-1"], 1, "-1")):
        falls(of, *wrong, NOT_SO)
    falls(of, ["1"], 2, "-1", "expected 2 numbers")
    falls(of, {}, 2, "-1", "the key 'x' is missing")
    falls(of, ["1", "1"], 0, "-1", "expected a whole number")
    edge = dense("[[1]]", "size: 1, lagrangian: relu, bias: 1")
    falls(edge, ["1"], 1, "-1")
    falls(dense("[[1]]", "size: 1, lagrangian: relu"), ["1"], 1, "-1", NOT_SO)
    # The energy sees (W + Wᵀ)/2.
    falls(dense("[[0, 3], [1, 0]]"), ["1", "1"], 2, "-1")


def test_polynomials_of_any_degree() -> None:
    text = "layers: {x: {size: 1, lagrangian: %s}}\nsynapses: {e: {kind: expression, layers: [x], energy: '%s'}}\n"
    falls(core(text % ("identity", "-2*sum(x^4) + sum(x^3)/7")), ["-1"], 4, "-2")
    falls(
        core(text % ("squared_relu", "-sum(relu(x - 5)) - sum(min(x, abs(x)) - max(x, 1)) - sum(step(x)*x)")),
        ["1"],
        2,
        "-1",
        NOT_SO,
    )
    falls(core(text % ("identity", "sum(exp(x))")), ["-1"], 4, "-2", "exp of a state that moves")
    falls(core(text % ("identity", "-sum(x)/sum(x)")), ["-1"], 4, "-2", "divisor is not a constant")
    falls(core(text % ("identity", "-sum(relu(x)^(1/2))")), ["1"], 4, "-2", "a power is no polynomial")
    falls(core(text % ("identity", "-sum(x^33*x^33)")), ["1"], 66, "-1", "degree at most 64")
    falls(core(text % ("identity", "-sum(x^3)*exp(0)/3^2")), ["1"], 3, "-1/9")
    own = core("layers: {x: {size: 1, lagrangian: tanh}}\nenergy: sum(x)*cos(0)\n")
    falls(own, ["-1"], 1, "-1", "tanh of a state that moves")


def test_instantaneous_layers_follow_others() -> None:
    text = "layers: {x: {size: 1, lagrangian: relu, bias: 1}, y: {size: 1, lagrangian: identity, tau: %s}}\n"
    text += "synapses: {w: {kind: dense, layers: [x, x], weights: [[2]]}}\n"
    falls(core(text % 1), {"x": ["1"], "y": ["0"]}, 2, "-1/2")
    falls(core(text % 0), {"x": ["1"], "y": ["0"]}, 2, "-1/2", "layer y is instantaneous")


def test_free_activations_are_eliminated_from_a_cone() -> None:
    """Q = [[1, 5, -w], [5, 1, -1/2], [-w, -1/2, 1]], x ≥ 0 in the first two: without z, 1 - w² has to be > 0."""

    def joined(w: str, own: str = "0") -> Core:
        layers = "x: {size: 2, lagrangian: relu}, z: {size: 1, lagrangian: identity}"
        inner = "w: {kind: dense, layers: [x, x], weights: [[0, -5], [-5, 0]]}"
        outer = f"v: {{kind: dense, layers: [x, z], weights: [[{w}], [1/2]]}}"
        alone = f"u: {{kind: dense, layers: [z, z], weights: [[{own}]]}}"
        return core(f"layers: {{{layers}}}\nsynapses: {{{inner}, {outer}, {alone}}}\n")

    held = {"growth": {"x": RELU, "z": IDENTITY}, "synapses": dict.fromkeys("wvu", "quadratic")}
    bounded(joined("1/2"), "-1/1000", margin="1/4", **held)
    bounded(joined("1/2"), "-9", NOT_POSITIVE, margin="4/5", **held)
    bounded(joined("3/2"), "-9", NOT_POSITIVE, margin="1/1024", **held)
    # Where a free neuron has a form < 0, no margin holds.
    bounded(joined("1/2", "2"), "-9", NOT_POSITIVE, margin="1/1024", **held)


def test_weights_within_a_spread_lower_the_form_by_their_radii() -> None:
    """Q = [[1, -1/2], [-1/2, 1]] with 1/8 of spread in all entries: at least 1/2 - 1/4 on all vectors."""
    of = dense("{values: [[0, 1/2], [1/2, 0]], tolerance: 1/8}", "size: 2, lagrangian: identity")
    held = {"growth": {"x": IDENTITY}}
    bounded(of, "-1/1000", margin="31/128", synapses={"w": "curved"}, **held)
    bounded(of, "-9", NOT_POSITIVE, margin="33/128", synapses={"w": "curved"}, **held)
    bounded(of, "-9", "known up to a spread", margin="1/8", synapses={"w": "quadratic"}, **held)


def energy(text: str, more: str = "", size: int = 2) -> Core:
    layer = f"size: {size}, lagrangian: identity{more}"
    return core(f"layers: {{x: {{{layer}}}}}\nsynapses: {{w: {{kind: expression, layers: [x], energy: '{text}'}}}}\n")


@pytest.mark.parametrize(
    ("text", "curvature", "depth", "wrong"),
    [
        # By hand: the least value of f(x) - f(0) - κx²/2 is -k.
        ("sum(x^4/4 - x^2/2)", "0", "1/4", [("0", "1/5"), ("1", "3/4")]),
        ("dot(x, x) + 7", "2", "0", [("5/2", "99")]),
        ("sum(square(x) - cos(3*x))", "1", "0", [("5/2", "99")]),
        ("sum(square(square(x) - 1))/4", "0", "1/4", [("0", "1/5")]),
        ("sum(x^2 - 2*abs(x))", "1", "2", [("1", "7/4"), ("3", "99")]),
        ("sum(x^2 - 3*logcosh(x))", "1", "9/2", [("1", "1/8")]),
        ("sum(x^2 - 3*softplus(x))", "1", "9/2", [("3", "99")]),
        ("sum(exp(x) + x^2 - x)", "0", "1", [("0", "1/2")]),
        ("x[0]^4 - x[0]^3 + 2*x[1]^2", "0", "1/9", [("0", "1/99"), ("1", "1/9")]),
    ],
)
def test_parabolas_below_functions_of_one_activation(
    text: str, curvature: str, depth: str, wrong: list[tuple[str, str]]
) -> None:
    of, form = energy(text, ", leak: 4"), {"growth": {"x": IDENTITY}, "margin": "1/8"}
    near = str(Fraction(depth) + Fraction(1, 100))
    bounded(of, "-99", synapses={"w": {"x": [curvature, near]}}, **form)
    for pair in wrong:
        bounded(of, "-999", "not shown to be above", synapses={"w": {"x": list(pair)}}, **form)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x[0]*x[1]", "not a sum of functions"),
        ("sum(x^4)*sum(x)", "not a sum of functions"),
        ("logsumexp(x)", "not a sum of functions"),
        ("sum(x^3)", "not shown to be above"),
        ("sum(x^4 - exp(x))", "not shown to be above"),
        ("sum(x^2 - x*sin(x))", "not shown to be above"),
        ("sum(sign(x)*x^2)", "composition does not show"),
        ("sum(x^2 - 1/(1 + x^2))", None),
        ("sum(x^2/(2 - 1))", None),
    ],
)
def test_what_has_no_parabola_below(text: str, why: str | None) -> None:
    of, form = energy(text), {"growth": {"x": IDENTITY}, "margin": "1/8", "synapses": {"w": {"x": ["0", "1"]}}}
    bounded(of, "-99", why, **form)


def test_parabolas_are_stated_for_the_layers_of_the_activations() -> None:
    of = energy("x[1]^4/4 - x[1]^2/2")
    form = {"growth": {"x": IDENTITY}, "margin": "1/8"}
    bounded(of, "-2", synapses={"w": {"x": ["0", "1/2"]}}, **form)
    # x[0] has none: 0 ≥ κx²/2 - k.
    bounded(of, "-99", "neuron 0 of layer x", synapses={"w": {"x": ["1/64", "9"]}}, **form)
    bounded(of, "-99", "the key 'x' is missing", synapses={"w": {}}, **form)
    bounded(of, "-99", "y", synapses={"w": {"x": ["0", "1/2"], "y": ["0", "1"]}}, **form)
    bounded(of, "-99", "expected 2 numbers", synapses={"w": {"x": ["0"]}}, **form)
    # Without leak the form is that of the parabolas.
    free = energy("sum(x^4/4 - x^2/2)", ", leak: false")
    bounded(free, "-9", margin="1/2", growth=form["growth"], synapses={"w": {"x": ["1", "2"]}})
    bounded(free, "-9", NOT_POSITIVE, margin="9/8", growth=form["growth"], synapses={"w": {"x": ["1", "2"]}})


def test_a_bound_of_the_hessian_is_a_quadratic_energy() -> None:
    """S = -logcosh(2x)/2 has S'' ≥ -2: with leak 3 the form is at least 1; S(0) = S'(0) = 0."""
    of = energy("-logcosh(2*x[0])/2", ", leak: 3", 1)
    held = {"growth": {"x": IDENTITY}, "synapses": {"w": "curved"}}
    bounded(of, "-1/1000", margin="63/64", **held)
    bounded(of, "-9", NOT_POSITIVE, margin="65/64", **held)
    bounded(energy("abs(x[0])", ", leak: 3", 1), "-9", "abs has a kink", margin="1", **held)


def test_what_has_no_value_at_zero_lies_above_nothing() -> None:
    assert not lies_above(read_term(["log", ["state"]], ""), Fraction(0), Fraction(9))
    assert lies_above(read_term(["abs", ["state"]], ""), Fraction(0), Fraction(1, 9))
