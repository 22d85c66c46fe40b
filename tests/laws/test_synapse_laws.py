"""Laws of every synapse kind: unless it declares a defect, its drive is -∇S; structure computes what a matrix would."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.errors import SpecError
from hopverify.expr.balls import BALLS, precision
from hopverify.expr.dual import Duals, along
from hopverify.expr.exact import EXACT
from hopverify.expr.floats import FLOATS
from hopverify.networks import Model, build_model
from hopverify.spec import parse_spec
from hopverify.synapses import SYNAPSES

# One or more synapses of each kind, between layers a (6), b (6), c (4) and d (2).
EXAMPLES = {
    "dense": [
        "{kind: dense, layers: [a, c], weights: {same_as: A}}",
        "{kind: dense, layers: [a, a], weights: {same_as: S}}",
        "{kind: dense, layers: [a, a], weights: {same_as: N}, drive: gradient}",
        "{kind: dense, layers: [a, a], weights: {same_as: N}, drive: gradient, prefactor: 1}",
        "{kind: dense, layers: [a, c], weights: {same_as: A}, drive: gradient, prefactor: 1/3}",
    ],
    "diagonal": [
        "{kind: diagonal, layers: [d, d], weights: [1, -1/3]}",
        "{kind: diagonal, layers: [a, b], weights: [1, 2, 3, 4, 5, 6], drive: gradient, prefactor: 2}",
    ],
    "hebbian": [
        "{kind: hebbian, layers: [a], patterns: [[1, -1, 1, 1, -1, 1], [1, 1, -1, 1/2, 0, 0]]}",
        "{kind: hebbian, layers: [a], patterns: [[1, -1, 1, 1, -1, 1]], zero_diagonal: true, scale: 2}",
    ],
    "associative": [
        "{kind: associative, layers: [d], patterns: [[1, -1], [1/2, 3], [0, 2]], function: z^3}",
        "{kind: associative, layers: [d], patterns: [[1, -1], [1/2, 3]], function: relu(z)^2/2}",
        "{kind: associative, layers: [d], patterns: [[1, -1/4], [1/2, 1/8]], function: exp(2*z)/2}",
        "{kind: associative, layers: [a, b], patterns: [[1, -1/4, 0, 1/2, 0, 1]], function: 2*z + 1}",
    ],
    "attention": [
        "{kind: attention, layers: [a, b, e], queries: {same_as: Q}, keys: {same_as: Q2}, beta: [1/2, 1/3]}",
        "{kind: attention, layers: [a, b], queries: {same_as: Q1}, keys: {same_as: Q1}, beta: 1/4, to: others}",
        "{kind: attention, layers: [a, b, e], queries: {same_as: Q}, keys: {same_as: Q2}, beta: 1/5, to: past, "
        "mask: [[0, 0, 0], [1, 1, 0], [1, 0, 1]]}",
    ],
    "epanechnikov": [
        "{kind: epanechnikov, layers: [d], patterns: [[1, -1], [1/2, 3/4], [0, 0]], beta: 1/3, epsilon: 1/100}",
        "{kind: epanechnikov, layers: [d], patterns: [[1, -1], [1/2, 3/4]], beta: 1/9, epsilon: 2}",
    ],
    "gated": [
        "{kind: gated, layers: [a, b, e], weights: [1, 2, -1, 1/2, 0, 3]}",
        "{kind: gated, layers: [d, c, f], weights: {same_as: T}}",
        "{kind: gated, layers: [e, a, b, g], weights: [1, 2, -1, 1/2, 0, 3]}",
        "{kind: gated, layers: [d, f, c, h], weights: {same_as: T4}}",
    ],
    "convolution": [
        "{kind: convolution, layers: [image, map], kernel: [[[[1, 2], [0, -1]]], [[[1/3, 0], [1, 1]]]]}",
        "{kind: convolution, layers: [line, half], kernel: [[[1, -2, 3]]], stride: 2, padding: 1}",
    ],
    "feedforward_feedback": [
        "{kind: feedforward_feedback, layers: [c, a], forward: {same_as: A}, feedback: {same_as: A, transpose: true}}",
        "{kind: feedforward_feedback, layers: [c, a, d], forward: {same_as: F}, "
        "feedback: {same_as: F, transpose: true}}",
        "{kind: feedforward_feedback, layers: [d, f], forward: {same_as: V}, feedback: {same_as: V, transpose: true}, "
        'metric: [[1, 0], [0, 1]], residual: [[1], [2]], potential: "z^2/2"}',
        "{kind: feedforward_feedback, layers: [a, b], forward: ["
        + ", ".join(str([int(i == j) for j in range(6)]) for i in range(6))
        + "]}",
    ],
    "expression": [
        '{kind: expression, layers: [c, d], energy: "-sum(c^4)/4 + exp(d[0])*c[1] - dot(A@c, A@c)/2"}',
        '{kind: expression, layers: [a], energy: "-logsumexp(3*a)/3 + norm(a, 1)"}',
    ],
}

DOCUMENT = """
hopverify: 1
name: laws
layers:
  a: {{size: 6, lagrangian: identity}}
  b: {{size: 6, lagrangian: identity}}
  c: {{size: 4, lagrangian: identity}}
  d: {{size: 2, lagrangian: identity}}
  e: {{size: 6, lagrangian: identity}}
  f: {{size: 3, lagrangian: identity}}
  g: {{size: 6, lagrangian: identity}}
  h: {{size: 2, lagrangian: identity}}
  p: {{size: 2, lagrangian: identity}}
  image: {{size: 9, shape: [1, 3, 3], lagrangian: identity}}
  map: {{size: 8, shape: [2, 2, 2], lagrangian: identity}}
  line: {{size: 5, lagrangian: identity}}
  half: {{size: 3, lagrangian: identity}}
arrays:
  A: {A}
  F: {F}
  V: {V}
  N: {N}
  S: {S}
  T: {T}
  T4: {T4}
  Q: {Q}
  Q1: {Q1}
  Q2: {Q2}
synapses:
  s: {synapse}
checks: all
"""

GENERATOR = np.random.default_rng(3)
A, N = GENERATOR.integers(-4, 5, (6, 4)), GENERATOR.integers(-4, 5, (6, 6))
T = GENERATOR.integers(-4, 5, (2, 4, 3))
Q, Q2 = np.random.default_rng(5).integers(-2, 3, (2, 2, 3, 6)) / 4
T4 = np.random.default_rng(6).integers(-4, 5, (2, 3, 4, 2))
F, V = GENERATOR.integers(-4, 5, (8, 4)), GENERATOR.integers(-4, 5, (3, 2))


def document_with(synapse: str) -> str:
    arrays = {"A": A.tolist(), "N": N.tolist(), "S": (N + N.T).tolist(), "T": T.tolist()}
    arrays |= {"F": F.tolist(), "V": V.tolist()}
    arrays |= {"T4": T4.tolist(), "Q": Q.tolist(), "Q1": Q[0].tolist(), "Q2": Q2.tolist()}
    return DOCUMENT.format(synapse=synapse, **arrays)


def model_with(synapse: str) -> Model:
    return build_model(parse_spec(document_with(synapse)))


def random_activations(model: Model, seed: int) -> dict[str, Any]:
    generator = np.random.default_rng(seed)
    return {name: generator.integers(-16, 17, layer.size) / 8 for name, layer in model.layers.items()}


def test_every_kind_has_an_example() -> None:
    assert set(EXAMPLES) == set(SYNAPSES.entries)


@pytest.mark.parametrize("synapse", [text for texts in EXAMPLES.values() for text in texts])
def test_the_drive_is_minus_the_gradient_of_the_energy(synapse: str) -> None:
    model = model_with(synapse)
    s = model.synapses["s"]
    assert s.defect() is None
    with precision():
        for seed in range(3):
            gamma = {name: BALLS.array(values) for name, values in random_activations(model, seed).items()}
            drive = s.drive(gamma, BALLS)
            assert set(drive) == set(s.layers)
            for layer in set(s.layers):
                direction = BALLS.array(np.random.default_rng(seed).integers(-3, 4, model.layers[layer].size) * 1.0)
                moved = gamma | {layer: along(gamma[layer], direction)}
                slope = s.energy(moved, Duals(BALLS)).slope
                assert (slope + (drive[layer] * direction).sum()).overlaps(BALLS.number(Fraction(0)))


# Kinds whose energies or drives are not rational: exponentials and logarithms.
IRRATIONAL = {"attention", "epanechnikov", "expression"}


@pytest.mark.parametrize(
    "synapse",
    [text for kind, texts in EXAMPLES.items() if kind not in IRRATIONAL for text in texts if "exp(" not in text],
)
def test_the_drive_is_minus_the_gradient_in_rationals(synapse: str) -> None:
    model = model_with(synapse)
    s = model.synapses["s"]
    for seed in range(2):
        gamma = {name: EXACT.array(values) for name, values in random_activations(model, seed).items()}
        drive = s.drive(gamma, EXACT)
        for layer in set(s.layers):
            direction = EXACT.array(np.random.default_rng(seed).integers(-3, 4, model.layers[layer].size) * 1.0)
            moved = gamma | {layer: along(gamma[layer], direction)}
            assert s.energy(moved, Duals(EXACT)).slope == -(drive[layer] * direction).sum()


@pytest.mark.parametrize("synapse", [text for texts in EXAMPLES.values() for text in texts])
def test_floats_and_balls_agree(synapse: str) -> None:
    model = model_with(synapse)
    s, gamma = model.synapses["s"], random_activations(model, 5)
    with precision():
        inside = s.drive({name: BALLS.array(values) for name, values in gamma.items()}, BALLS)
    for layer, values in s.drive(gamma, FLOATS).items():
        assert np.allclose(values, [float(entry) for entry in inside[layer]], rtol=1e-12, atol=1e-12)


def test_a_missing_half_and_an_asymmetry_are_defects() -> None:
    assert model_with("{kind: dense, layers: [a, a], weights: {same_as: N}}").synapses["s"].defect() is not None
    assert (
        model_with("{kind: dense, layers: [a, a], weights: {same_as: S}, prefactor: 1}").synapses["s"].defect()
        is not None
    )
    assert (
        model_with("{kind: dense, layers: [a, c], weights: {same_as: A}, prefactor: 2}").synapses["s"].defect()
        is not None
    )
    assert model_with("{kind: diagonal, layers: [d, d], weights: [1, 0], prefactor: 1}").synapses["s"].defect()


def test_a_feedback_of_its_own_is_a_defect_and_drives_as_it_stands() -> None:
    """A forward, B back, whichever they are; the others' neurons are stacked in the order of the layers."""
    text = "{kind: feedforward_feedback, layers: [c, a, d], forward: {same_as: F}, feedback: %s}"
    B = GENERATOR.integers(-4, 5, (4, 8))
    model = model_with(text % B.tolist())
    s, gamma = model.synapses["s"], random_activations(model, 7)
    defect = s.defect()
    assert defect is not None
    i, j = defect.index
    assert F[i, j] != B[j, i]
    assert (F[:i] == B.T[:i]).all()
    assert (F[i, :j] == B.T[i, :j]).all()
    drive = s.drive(gamma, FLOATS)
    assert drive["a"].tolist() == (F[:6] @ gamma["c"]).tolist()
    assert drive["d"].tolist() == (F[6:] @ gamma["c"]).tolist()
    assert drive["c"].tolist() == (B @ np.concatenate([gamma["a"], gamma["d"]])).tolist()
    assert s.pairs == {("c", "a"), ("c", "d")}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("layers: [c, a], forward: {same_as: V}", "expected shape 6×4"),
        ("layers: [c, a], forward: {same_as: A}", "without `feedback` the layers have equally many neurons"),
        ("layers: [c, a], forward: {same_as: A}, feedback: {same_as: A}", "expected shape 4×6"),
        ("layers: [c], forward: {same_as: A}", "give the layer that is fed back to first"),
        ("layers: [a, a], forward: {same_as: N}", "give the layer that is fed back to first"),
        ("layers: [a, b], forward: {same_as: N}, metric: {same_as: V}", "expected shape 6×6"),
        ("layers: [a, b], forward: {same_as: N}, residual: {same_as: N}", "given together"),
        ("layers: [a, b], forward: {same_as: N}, potential: z^2", "given together"),
        ("layers: [a, b], forward: {same_as: N}, residual: {same_as: V}, potential: z^2", "with 6 rows"),
        ("layers: [a, b], forward: {same_as: N}, residual: {same_as: N}, potential: x^2", "the expression uses x"),
        ("layers: [a, b], forward: {same_as: N}, residual: {same_as: N}, potential: sum(z)", "potential"),
        ("layers: [a, b], forward: {same_as: N}, residual: {same_as: N}, potential: 'z^'", "potential"),
    ],
)
def test_a_feedforward_feedback_that_does_not_fit_is_told_so(fields: str, message: str) -> None:
    with pytest.raises(SpecError, match=r"synapses\.s\.") as caught:
        model_with(f"{{kind: feedforward_feedback, {fields}}}")
    assert message in str(caught.value)


def test_low_rank_hebbian_weights_are_the_matrix_they_stand_for() -> None:
    model = model_with(
        "{kind: hebbian, layers: [a], patterns: [[1, -1, 2, 0, 1, 1], [0, 1, 1, 1, -1, 3]], zero_diagonal: true}"
    )
    Xi = np.array([[1, -1, 2, 0, 1, 1], [0, 1, 1, 1, -1, 3]])
    W = Xi.T @ Xi / 6
    np.fill_diagonal(W, 0)
    gamma = random_activations(model, 1)
    assert np.allclose(model.synapses["s"].drive(gamma, FLOATS)["a"], W @ gamma["a"])


def test_convolution_is_the_cross_correlation() -> None:
    model = model_with("{kind: convolution, layers: [line, half], kernel: [[[1, -2, 3]]], stride: 2, padding: 1}")
    line = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    padded = np.concatenate([[0.0], line, [0.0]])
    expected = [padded[p : p + 3] @ np.array([1.0, -2.0, 3.0]) for p in (0, 2, 4)]
    gamma = {"line": line, "half": np.zeros(3)}
    assert model.synapses["s"].drive(gamma, FLOATS)["half"].tolist() == expected


def test_exact_energies_are_exact() -> None:
    model = model_with("{kind: diagonal, layers: [d, d], weights: [1, -1/3]}")
    gamma = {"d": np.array([Fraction(1, 7), Fraction(3)], dtype=object)}
    assert model.synapses["s"].energy(gamma, EXACT) == -(Fraction(1, 49) - Fraction(3)) / 2


def test_energy_falls_along_a_simulated_flow_of_every_kind() -> None:
    """Not a proof, a picture: a hundred small Euler steps of each example never raise its energy."""
    for texts in EXAMPLES.values():
        model = model_with(texts[0])
        state = {name: np.tanh(values) / 4 for name, values in random_activations(model, 2).items()}
        energies = []
        for _ in range(100):
            energies.append(float(model.energy(state, FLOATS)))
            velocity = model.velocity(state, FLOATS)
            state = {name: state[name] + 1e-4 * velocity[name] for name in state}
        assert np.all(np.diff(energies) <= 0)


@pytest.mark.parametrize("synapse", [text for kind, texts in EXAMPLES.items() if kind != "gated" for text in texts])
def test_the_blocks_of_a_linear_drive_are_the_drive(synapse: str) -> None:
    model = model_with(synapse)
    s = model.synapses["s"]
    blocks = s.blocks()
    if blocks is None:
        return
    gamma = {name: EXACT.array(values) for name, values in random_activations(model, 4).items()}
    total = {layer: np.full(model.layers[layer].size, Fraction(0), dtype=object) for layer in s.layers}
    for (target, source), block in blocks.items():
        total[target] = total[target] + block @ gamma[source]
    for layer, drive in s.drive(gamma, EXACT).items():
        assert (total[layer] == drive).all()
