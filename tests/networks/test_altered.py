"""Altered systems: V and its gradient by dual numbers, and what a model must be to have one."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.errors import SpecError
from hopverify.expr.balls import BALLS, precision
from hopverify.expr.dual import Dual, Duals, along
from hopverify.expr.exact import EXACT
from hopverify.expr.floats import FLOATS
from hopverify.networks import AlteredSystem, Model, altered_system, build_model
from hopverify.spec import ExactArray, parse_spec

M = 3


def model(text: str) -> Model:
    return build_model(parse_spec(f"hopverify: 1\nname: test\n{text}"))


def matrix(rows: Any) -> str:
    return str([[str(Fraction(entry)) for entry in row] for row in rows])


# The fast layers: (function, size, the rest of the layer, c or none).
FAST = {
    "relu": [("relu", 2, "", "")],
    "relu with c": [("relu", 2, ", leak: [2, 1/3], bias: [1, -1/2]", "1, 3/2")],
    "tanh with c": [("{tanh: {beta: 2}}", 4, ", leak: 1/2, bias: 1/3", "1, 2, 0, 3")],
    "softmax with c": [("{softmax: {beta: 3}}", 3, ", leak: 3", "2, 2, 2")],
    "gelu": [("gelu", 2, ", bias: 1", "")],
    "three layers": [("softplus", 2, ", bias: -1/4", "1, 1"), ("softmax", 3, "", ""), ("silu", 1, ", leak: 2", "")],
}
SLOW = {"plain": "", "bias, leak and times": ", bias: [1, -2, 1/2], leak: 3/2, tau: [1, 2, 5]"}
RESIDUAL = ', residual: [[0], [0], [1]], potential: "z^4/4 + cosh(z)"'


def system(fast: str, slow: str, *, residual: bool = False, seed: int = 0) -> AlteredSystem:
    """Return a random altered system with PB = Aᵀ; with a residual, no feedback reaches the last neuron of y."""
    generator = np.random.default_rng(seed)
    parts = FAST[fast]
    n = sum(size for _, size, _, _ in parts)
    root = np.tril(generator.integers(-4, 5, (M, M)), -1) + 2 * np.eye(M, dtype=int)
    P = np.array([[Fraction(int(v), 8) for v in row] for row in root @ root.T])
    B = np.array([[Fraction(int(v), 4) for v in row] for row in generator.integers(-6, 7, (M, n))])
    if residual:
        B[-1] = Fraction(0)
    text = f"layers:\n  y: {{size: {M}, lagrangian: identity{slow}}}\n"
    for k, (function, size, rest, _) in enumerate(parts):
        text += f"  x{k}: {{size: {size}, lagrangian: {function}, tau: 0{rest}}}\n"
    names = ", ".join(f"x{k}" for k in range(len(parts)))
    text += f"synapses:\n  ab: {{kind: feedforward_feedback, layers: [y, {names}], forward: {matrix((P @ B).T)}, "
    text += f"feedback: {matrix(B)}, metric: {matrix(P)}{RESIDUAL if residual else ''}}}\n"
    for k, (_, _, _, c) in enumerate(parts):
        if c:
            text += (
                f"  c{k}: {{kind: diagonal, layers: [x{k}, x{k}], weights: [{c}], drive: gradient, prefactor: -1/2}}\n"
            )
    found = altered_system(model(text))
    assert isinstance(found, AlteredSystem), found
    return found


def states(seed: int) -> tuple[Any, Any]:
    generator = np.random.default_rng(seed)
    drawn = (generator.integers(-2 * 9973, 2 * 9973, M) for _ in range(2))
    y, d = (np.array([Fraction(2 * int(k) + 1, 9973) for k in numbers], dtype=object) for numbers in drawn)
    return BALLS.array(y), BALLS.array(d)


def slope_of_energy(found: AlteredSystem, y: Any, d: Any, metric: ExactArray | None = None) -> Any:
    metric = found.synapse.metric if metric is None else metric
    assert metric is not None
    value = found.energy(along(y, d), metric, Duals(BALLS))
    assert isinstance(value, Dual)
    return value.slope


def flow(found: AlteredSystem, y: Any) -> Any:
    return found.model.flow({"y": y}, BALLS)["y"]


@pytest.mark.parametrize("fast", FAST)
@pytest.mark.parametrize("slow", SLOW.values(), ids=SLOW.keys())
def test_the_gradient_is_minus_the_metric_times_the_flow(fast: str, slow: str) -> None:
    for seed in range(3):
        found = system(fast, slow, seed=seed)
        assert found.synapse.metric is not None
        with precision():
            y, d = states(seed)
            expected = -((BALLS.array(found.synapse.metric.values) @ flow(found, y)) * d).sum()
            difference = slope_of_energy(found, y, d) - expected
            assert difference.contains(0)
            assert difference.rad() < 1e-6


def test_another_metric_has_another_gradient() -> None:
    found = system("tanh with c", "")
    P = found.synapse.metric
    assert P is not None
    wrong = ExactArray.of(P.fractions() + np.diag([Fraction(1, 10**6)] * M))
    with precision():
        y, d = states(0)
        expected = -((BALLS.array(wrong.values) @ flow(found, y)) * d).sum()
        assert not (slope_of_energy(found, y, d, wrong) - expected).contains(0)


@pytest.mark.parametrize("slow", ["", ", bias: [1, -2, 1/2], leak: 3/2, tau: 5"])
def test_the_residual_adds_its_own_fall(slow: str) -> None:
    """dV/dt = -ẏᵀTPẏ - (λ/τ)Σ zφ'(z) with z = λy - a of the neuron that no feedback reaches."""
    found = system("relu with c", slow, residual=True)
    assert found.synapse.metric is not None
    with precision():
        y, _ = states(1)
        Ty, ydot = flow(found, y), found.model.velocity({"y": y}, BALLS)["y"]
        z = (BALLS.number(found.rate) * y - BALLS.array(found.slow.bias.values))[-1]
        own = z * (z**3 + z.sinh()) * BALLS.number(found.rate / found.slow.tau[0])
        expected = -(Ty * (BALLS.array(found.synapse.metric.values) @ ydot)).sum() - own
        assert (slope_of_energy(found, y, ydot) - expected).contains(0)


def test_relu_by_hand() -> None:
    """T12 for W = [[0, -2], [-2, 0]], b = 1, c = 3: V = ½yᵀPy - Σ relu(u)²/8 with u = Py + b, exactly."""
    P = [[3, -2], [-2, 3]]
    text = (
        "layers: {y: {size: 2, lagrangian: identity}, x: {size: 2, lagrangian: relu, bias: 1, tau: 0}}\n"
        f"synapses: {{p: {{kind: feedforward_feedback, layers: [y, x], forward: {P}, metric: {P}}}, "
        "c: {kind: diagonal, layers: [x, x], weights: [-3, -3]}}\n"
    )
    found = altered_system(model(text))
    assert isinstance(found, AlteredSystem)
    assert found.synapse.metric is not None
    assert list(found.inhibition) == [3, 3]
    for y in (["0", "0"], ["1", "0"], ["1/3", "1/3"], ["-1", "7/2"]):
        at = np.array([Fraction(v) for v in y], dtype=object)
        u = np.array(P, dtype=object) @ at + 1
        expected = at @ np.array(P, dtype=object) @ at / 2 - sum(max(v, 0) ** 2 for v in u) / 8
        assert found.energy(at, found.synapse.metric, EXACT) == expected
        state, gamma = found.model.complete({"y": at}, EXACT)
        assert gamma["x"].tolist() == [max(v, 0) / 4 for v in u]
        assert state["x"].tolist() == [v / 4 if v > 0 else v for v in u]


def test_fast_layers_of_different_sizes_are_driven_by_their_own_rows() -> None:
    text = (
        "layers: {y: {size: 2, lagrangian: identity}, x: {size: 2, lagrangian: relu, tau: 0}, "
        "z: {size: 1, lagrangian: identity, bias: 5, tau: 0}}\n"
        "synapses: {ab: {kind: feedforward_feedback, layers: [y, x, z], forward: [[1, 0], [0, 1], [2, 3]], "
        "feedback: [[1, 0, 1], [0, 1, 10]]}}\n"
    )
    state, _ = (found := model(text)).complete({"y": np.array([1.0, -2.0])}, FLOATS)
    assert {name: values.tolist() for name, values in state.items()} == {"y": [1, -2], "x": [1, -2], "z": [1]}
    assert found.flow({"y": np.array([1.0, -2.0])}, FLOATS)["y"].tolist() == [1 + 1 - 1, 0 + 10 + 2]


Y, X = "y: {size: 2, lagrangian: identity}", "x: {size: 2, lagrangian: relu, tau: 0}"
AB = "ab: {kind: feedforward_feedback, layers: [y, x], forward: [[1, 0], [0, 1]]}"
REASONS = [
    (Y, X, "w: {kind: dense, layers: [y, x], weights: [[1, 0], [0, 1]]}", "needs one synapse of the kind"),
    (Y, X, f"{AB}, {AB.replace('ab:', 'second:')}", "needs one synapse of the kind"),
    ("y: {size: 2, lagrangian: tanh}", X, AB, "layer y, which is fed back to, must be linear"),
    ("y: {size: 2, lagrangian: identity, leak: [1, 2]}", X, AB, "layer y, which is fed back to, must be linear"),
    ("y: {size: 2, lagrangian: identity, leak: 0}", X, AB, "layer y, which is fed back to, must be linear"),
    (Y, "x: {size: 2, lagrangian: relu}", AB, "all layers but y must be driven by it at once"),
    (Y, f"{X}, other: {{size: 1, lagrangian: relu}}", AB, "all layers but y must be driven by it at once"),
    (Y, "x: {size: 2, activation: relu_, tau: 0}".replace("relu_", "clipped_softmax"), AB, "need a Lagrangian"),
    (Y, X.replace("tau: 0", "tau: 0, bias_in_energy: false"), AB, "with their bias in the energy"),
    (Y, X, f"{AB}, w: {{kind: dense, layers: [y, y], weights: [[0, 1], [1, 0]]}}", "only self-inhibition"),
    (Y, X, f"{AB}, w: {{kind: diagonal, layers: [y, y], weights: [-1, -1]}}", "only self-inhibition"),
    (Y, X, f"{AB}, w: {{kind: diagonal, layers: [x, x], weights: [-1, -1], prefactor: 1}}", "with the prefactor 1/2"),
]


@pytest.mark.parametrize(("y", "x", "synapses", "reason"), REASONS)
def test_what_is_no_altered_system_is_told_why(y: str, x: str, synapses: str, reason: str) -> None:
    found = altered_system(model(f"layers: {{{y}, {x}}}\nsynapses: {{{synapses}}}\n"))
    assert isinstance(found, str)
    assert reason in found


REFUSED = [
    ("w: {kind: dense, layers: [x, x], weights: [[-1, 0], [0, -1]]}", "joins instantaneous layers"),
    ("w: {kind: hebbian, layers: [x], patterns: [[1, 1]]}", "joins instantaneous layers"),
    ("w: {kind: diagonal, layers: [x, x], weights: [-1, 1]}", "`diagonal` weights ≤ 0"),
    ("w: {kind: diagonal, layers: [x, x], weights: [1, 1], drive: gradient}", "`diagonal` weights ≤ 0"),
    ("w: {kind: diagonal, layers: [x, s], weights: [-1, -1]}", "with each other: x and s"),
    ("w: {kind: diagonal, layers: [s, s], weights: [-1, -2]}", "the same for all neurons"),
    ("w: {kind: diagonal, layers: [jump, jump], weights: [-1, -1]}", "its activation is not evidently continuous"),
    ('w: {kind: expression, layers: [x, y], energy: "sum(x^2)/2 - dot(x, y)"}', "joins instantaneous layers"),
    ('w: {kind: expression, layers: [x, y], energy: "-dot(x^2, y)"}', "joins instantaneous layers"),
    ('w: {kind: expression, layers: [x, s], energy: "-dot(x, s)"}', "with each other: x and s"),
    ("w: {kind: gated, layers: [x, y, s], weights: [1, 1]}", "with each other: x and s"),
    ("w: {kind: feedforward_feedback, layers: [x, y], forward: [[1, 0], [0, 1]]}", None),
    ("w: {kind: feedforward_feedback, layers: [x, s], forward: [[1, 0], [0, 1]]}", "with each other: x and s"),
    ("w: {kind: feedforward_feedback, layers: [x, y, s], forward: [[1, 0], [0, 1], [1, 0], [0, 1]], "
     "feedback: [[1, 0, 1, 0], [0, 1, 0, 1]]}", "with each other: x and s"),
    ("w: {kind: diagonal, layers: [x, x], weights: [-1, 0]}", None),
    ("w: {kind: diagonal, layers: [s, s], weights: [-1, -1]}", None),
    ('w: {kind: expression, layers: [x, y], energy: "-dot(x, y^3)"}', None),
    ('w: {kind: expression, layers: [x, y], energy: "-x[0]*y[1] - mean(x)*y[0]"}', None),
]  # fmt: skip


@pytest.mark.parametrize(("synapse", "message"), REFUSED)
def test_instantaneous_loops_are_refused_but_for_inhibition(synapse: str, message: str | None) -> None:
    layers = (
        "layers: {y: {size: 2, lagrangian: identity}, x: {size: 2, lagrangian: relu, tau: 0}, "
        "s: {size: 2, lagrangian: softmax, tau: 0}, jump: {size: 2, lagrangian: abs, tau: 0}}\n"
    )
    text = f"{layers}synapses: {{{synapse}}}\n"
    if message is None:
        assert model(text)
        return
    with pytest.raises(SpecError, match=r"synapses\.w\.layers") as caught:
        model(text)
    assert message in str(caught.value)


def test_an_expression_that_knows_sizes_only_drives_as_it_says() -> None:
    """The gradient of x[0]*y[1] by x is a unit vector of the size of x, whatever x is."""
    text = (
        "layers: {y: {size: 2, lagrangian: identity}, x: {size: 2, lagrangian: identity, tau: 0}}\n"
        'synapses: {w: {kind: expression, layers: [x, y], energy: "-x[0]*y[1] - 4*mean(x)*y[0]"}}\n'
    )
    state, _ = model(text).complete({"y": np.array([1.0, 10.0])}, FLOATS)
    assert state["x"].tolist() == [12, 2]


def test_inhibition_from_several_synapses_adds_up() -> None:
    weights = "synapses: {a: {kind: diagonal, layers: [x, x], weights: [-1, -2]}, "
    weights += "b: {kind: diagonal, layers: [x, x], weights: [-3, 0], drive: gradient, prefactor: 1}}\n"
    found = model(f"layers: {{{Y}, {X}}}\n{weights}")
    assert {name: list(c) for name, c in found.inhibition.items()} == {"x": [7, 2]}
