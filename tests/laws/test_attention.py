"""Attention between tokens against a plain implementation of the paper's energy and update; what it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hopverify.errors import SpecError
from hopverify.expr.floats import FLOATS
from hopverify.networks import Model, build_model
from hopverify.spec import read_spec
from tests.laws.test_synapse_laws import model_with

ROOT = Path(__file__).parents[2]
RNG = np.random.default_rng(11)


def energy_of_the_paper(g: Any, W_Q: Any, W_K: Any, beta: Any, allowed: Any) -> float:
    """-Σ_h (1/β) Σ_C log Σ_B exp(β Σ_α K_αhB Q_αhC), the B where C attends to B (arXiv:2302.07253, eq. 3)."""
    K, Q = np.einsum("had,Bd->ahB", W_K, g), np.einsum("had,Cd->ahC", W_Q, g)
    A = np.einsum("ahB,ahC->hBC", K, Q)
    total = 0.0
    for h in range(len(beta)):
        for C in range(len(g)):
            scores = [beta[h] * A[h, B, C] for B in range(len(g)) if allowed[C][B]]
            total -= np.log(np.sum(np.exp(scores))) / beta[h] if scores else 0.0
    return total


def update_of_the_paper(g: Any, W_Q: Any, W_K: Any, beta: Any, allowed: Any) -> Any:
    """-∂E/∂g of every token, as the paper writes it: two sums over softmax weights (eq. 7)."""
    drives = np.zeros_like(g)
    for h in range(len(beta)):
        K, Q = g @ W_K[h].T, g @ W_Q[h].T
        omega = np.where(allowed, np.exp(beta[h] * Q @ K.T), 0.0)
        omega = omega / np.where(omega.sum(1, keepdims=True) == 0, 1, omega.sum(1, keepdims=True))
        for A in range(len(g)):
            drives[A] += W_Q[h].T @ sum(omega[A, C] * K[C] for C in range(len(g)))
            drives[A] += W_K[h].T @ sum(omega[C, A] * Q[C] for C in range(len(g)))
    return drives


CASES = {
    "to: all": np.ones((3, 3)),
    "to: others": 1 - np.eye(3),
    "to: past": np.tri(3),
    "to: others, mask: [[0, 1, 0], [1, 1, 0], [0, 0, 1]]": np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]]),
}


@pytest.mark.parametrize("options", CASES)
def test_energy_and_drive_are_the_papers(options: str) -> None:
    W_Q, W_K = RNG.integers(-4, 5, (2, 2, 3, 6)) / 8
    beta = [0.5, 0.75]
    text = f"queries: {W_Q.tolist()}, keys: {W_K.tolist()}, beta: {beta}, {options}"
    s = model_with(f"{{kind: attention, layers: [a, b, e], {text}}}").synapses["s"]
    g = RNG.normal(size=(3, 6))
    gamma = dict(zip(("a", "b", "e"), g, strict=True))
    allowed = CASES[options]
    assert s.energy(gamma, FLOATS) == pytest.approx(energy_of_the_paper(g, W_Q, W_K, beta, allowed), rel=1e-12)
    drive = np.array(list(s.drive(gamma, FLOATS).values()))
    assert np.allclose(drive, update_of_the_paper(g, W_Q, W_K, beta, allowed), rtol=1e-12)
    step = 1e-6
    for place in np.ndindex(3, 6):
        moved = g.copy()
        moved[place] += step
        slope = energy_of_the_paper(moved, W_Q, W_K, beta, allowed) - energy_of_the_paper(g, W_Q, W_K, beta, allowed)
        assert drive[place] == pytest.approx(-slope / step, abs=1e-4)


def of_two_heads(W_Q: Any, W_K: Any, **options: str) -> Any:
    more = "".join(f", {key}: {value}" for key, value in options.items())
    keys = f"queries: {np.asarray(W_Q).tolist()}, keys: {np.asarray(W_K).tolist()}, beta: [1, 2]"
    return model_with(f"{{kind: attention, layers: [d, p], {keys}{more}}}").synapses["s"]


def missing(W_Q: Any, W_K: Any, **options: str) -> float:
    """Return the largest entry of -∇S less the drive of transformers, at random activations."""
    gamma = {name: RNG.normal(size=2) for name in "dp"}
    whole, part = (of_two_heads(W_Q, W_K, **options, drive=d).drive(gamma, FLOATS) for d in ("gradient", "attention"))
    return max(float(np.abs(whole[name] - part[name]).max()) for name in "dp")


ONE, TWO, NONE = [[1, 2], [0, 1]], [[-1, -2], [0, -1]], [[0, 0], [0, 0]]


@pytest.mark.parametrize(
    ("queries", "options", "index"),
    [
        ([ONE, TWO], {}, (0, 0, 0)),
        ([NONE, ONE], {}, (1, 0, 0)),
        ([NONE, NONE], {}, None),
        # Both heads cancel wherever every token attends to one at most.
        ([ONE, TWO], {"to": "others"}, None),
        ([ONE, ONE], {"to": "others"}, (0, 0, 0)),
        ([ONE, TWO], {"mask": "[[0, 0], [1, 0]]"}, None),
        ([ONE, TWO], {"to": "past"}, (0, 0, 0)),
    ],
)
def test_the_attention_of_transformers_is_a_gradient_only_where_the_second_sum_vanishes(
    queries: Any, options: dict[str, str], index: tuple[int, ...] | None
) -> None:
    keys = [[[1, 0], [0, 1]]] * 2
    defect = of_two_heads(queries, keys, **options, drive="attention").defect()
    assert (defect.index if defect is not None else None) == index
    assert (missing(queries, keys, **options) < 1e-12) == (index is None)
    assert of_two_heads(queries, keys, **options).defect() is None


def block(name: str) -> Model:
    return build_model(read_spec(ROOT / "specs" / f"{name}.yaml"))


@pytest.mark.parametrize(
    ("name", "allowed"), [("energy-transformer", np.ones((3, 3))), ("energy-transformer-others", 1 - np.eye(3))]
)
def test_the_block_is_the_papers_energy_transformer(name: str, allowed: Any) -> None:
    """ẋ = -∂E/∂g without leak, g the layer norm of each token, E = E_attention + E_Hopfield (eq. 1-6)."""
    model = block(name)
    attention, memories = model.synapses["attention"], model.synapses["memories"]
    W_Q, W_K, Xi = attention.queries.floats(), attention.keys.floats(), memories.patterns.floats()  # type: ignore[attr-defined]
    beta, delta = [0.7071067811865476] * 2, np.array([0.1, 0, -0.1, 0.2])
    x = RNG.normal(size=(3, 4))
    g = (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 1e-5) + delta
    state = dict(zip(model.layers, x, strict=True))
    hopfield = -0.5 * (np.maximum(g @ Xi.T, 0) ** 2).sum()
    assert model.energy(state, FLOATS) == pytest.approx(energy_of_the_paper(g, W_Q, W_K, beta, allowed) + hopfield)
    expected = update_of_the_paper(g, W_Q, W_K, beta, allowed) + np.maximum(g @ Xi.T, 0) @ Xi
    assert np.allclose(np.array(list(model.velocity(state, FLOATS).values())), expected)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("layers: [a, a], queries: {same_as: Q}, keys: {same_as: Q}, beta: 1", "two or more different layers"),
        ("layers: [a], queries: {same_as: Q}, keys: {same_as: Q}, beta: 1", "two or more different layers"),
        ("layers: [a, c], queries: {same_as: Q}, keys: {same_as: Q}, beta: 1", "one size, got 4, 6"),
        ("layers: [a, b], queries: {same_as: S}, keys: {same_as: Q}, beta: 1", "expected shape 6×6"),
        ("layers: [a, b], queries: {same_as: A}, keys: {same_as: A}, beta: 1", "expected heads × d × 6"),
        ("layers: [a, b], queries: [1, 1], keys: {same_as: A}, beta: 1", "expected heads × d × 6"),
        ("layers: [a, b], queries: {same_as: Q}, keys: {same_as: Q}, beta: [1, 1, 1]", "one for each of 2 heads"),
        ("layers: [a, b], queries: {same_as: Q}, keys: {same_as: Q}, beta: 0", "greater than 0"),
        ("layers: [a, b], queries: {same_as: Q}, keys: {same_as: Q}", "the key 'beta' is missing"),
        ("layers: [a, b], queries: {same_as: Q}, keys: {same_as: Q}, beta: 1, mask: [1, 1]", "expected shape 2×2"),
        ("layers: [a, b], queries: {same_as: Q}, keys: {same_as: Q}, beta: 1, mask: 2", "expected shape 2×2"),
        ("layers: [a, b], queries: {same_as: Q}, keys: {same_as: Q}, beta: 1, mask: [[2, 1], [1, 1]]", "are 1,"),
        (
            "layers: [a, b], queries: {same_as: Q}, keys: {same_as: Q}, beta: 1, mask: [[0, 0], [0, 0]]",
            "no token attends",
        ),
        ("layers: [a, b], queries: {same_as: Q}, keys: {same_as: Q}, beta: 1, to: none", "must be one of"),
    ],
)
def test_what_does_not_fit_is_told_so(fields: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        model_with(f"{{kind: attention, {fields}}}")
    assert message in str(caught.value)


def test_the_formula_names_beta_of_each_head_only_where_they_differ() -> None:
    text = "{kind: attention, layers: [a, b], queries: {same_as: Q}, keys: {same_as: Q2}, beta: %s}"
    assert r"\beta_h" in model_with(text % "[1, 2]").synapses["s"].formula("s")
    assert r"\beta_h" not in model_with(text % "[1, 1]").synapses["s"].formula("s")
    assert model_with(text % "1").synapses["s"].pairs == {("a", "a"), ("a", "b"), ("b", "b")}
