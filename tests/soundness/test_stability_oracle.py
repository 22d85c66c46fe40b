"""Stability of equilibria that are made so: what the kernel accepts agrees with eigenvalues, and with solutions nearby.

Weights and a state are drawn, and the bias is the one with which the state rests; a state may lie at kinks.
"""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
import pytest

from hopverify.core import core_of
from hopverify.kernel.check import accept
from hopverify.kernel.numbers import Rejected
from hopverify.networks import LinearNetwork, build_model, linear_network
from hopverify.provers._stability import State, candidates
from hopverify.spec import parse_spec

G = {
    "relu": lambda x: np.maximum(x, 0),
    "hard_tanh": lambda x: np.clip(x, -1, 1),
    "leaky_relu": lambda x: np.where(x > 0, x, x / 100),
}
PLACES = ("-2", "-1", "-1/2", "0", "1/2", "1", "2")


def drawn(r: Random, symmetric: bool) -> tuple[Any, list[Fraction], str, np.ndarray[Any, Any], list[Fraction]]:
    """Return a model, a state at which it rests, and what it is made of."""
    n, kind = r.choice((2, 3, 4)), r.choice(list(G))
    W = [[Fraction(r.randrange(-6, 7), 4) for _ in range(n)] for _ in range(n)]
    if symmetric:
        W = [[W[min(i, j)][max(i, j)] for j in range(n)] for i in range(n)]
    tau = [Fraction(r.choice(("1", "2", "1/2"))) for _ in range(n)]
    x = [Fraction(r.choice(PLACES)) for _ in range(n)]
    gamma = [_value(kind, each) for each in x]
    bias = [u - sum(w * g for w, g in zip(row, gamma, strict=True)) for u, row in zip(x, W, strict=True)]
    rows = ", ".join("[" + ", ".join(map(str, row)) + "]" for row in W)
    text = (
        f"hopverify: 1\nname: drawn\nlayers: {{x: {{size: {n}, lagrangian: {kind}, "
        f"bias: [{', '.join(map(str, bias))}], tau: [{', '.join(map(str, tau))}]}}}}\n"
        f"synapses: {{w: {{kind: dense, layers: [x, x], weights: [{rows}]}}}}\n"
    )
    return build_model(parse_spec(text)), x, kind, np.array(W, dtype=float), tau


def _value(kind: str, x: Fraction) -> Fraction:
    if kind == "hard_tanh":
        return max(min(x, Fraction(1)), Fraction(-1))
    return max(x, Fraction(0)) + (min(x, Fraction(0)) / 100 if kind == "leaky_relu" else 0)


def shown(model: Any, network: LinearNetwork, x: list[Fraction]) -> dict[str, Any] | None:
    """Return the row that the kernel accepts, None where it accepts none."""
    entry = {"x": list(map(str, x))}
    state = State(network, entry)
    some = {"claim": {"claim": "some equilibria", "equilibria": [entry]}, "proof": {"by": "boxes"}}
    for told, proof in candidates(state):
        row = state.described | told
        claim = {"claim": "stability", "all": False, "equilibria": [row]}
        try:
            accept(core_of(model), {"claim": claim, "proof": {"by": "each", "premises": [some], "proofs": [proof]}})
        except Rejected:
            continue
        return row
    return None


def grown(kind: str, W: Any, tau: list[Fraction], x: list[Fraction], starts: list[Any]) -> list[float]:
    """Return how many times as far from x solutions end that begin at x + z; at most some hundred times."""
    at = np.array(x, dtype=float)
    bias, T, h = at - W @ G[kind](at), np.array(tau, dtype=float), 1 / 32
    first = np.abs(np.array(starts)).max(axis=1)
    y = at + np.array(starts)
    for _ in range(int(60 / h)):
        middle = y + h / 2 * (G[kind](y) @ W.T + bias - y) / T
        y = y + h * (G[kind](middle) @ W.T + bias - middle) / T
        y = at + np.clip(y - at, -100 * first[:, None], 100 * first[:, None])
    return list(np.abs(y - at).max(axis=1) / first)


@pytest.mark.parametrize("symmetric", [True, False])
def test_what_is_shown_agrees_with_solutions_nearby(symmetric: bool) -> None:
    r, rng, kinds = Random(7 + symmetric), np.random.default_rng(3), set()
    for _ in range(24):
        model, x, kind, W, tau = drawn(r, symmetric)
        network = linear_network(model)
        assert network is not None
        row = shown(model, network, x)
        if row is None:
            kinds.add("undecided")
            continue
        kinds.add((row["stability"], "at_kink" in row))
        starts = [1e-6 * rng.standard_normal(len(x)) for _ in range(4)]
        starts += [1e-6 * np.array(list(map(float, map(Fraction, row["direction"]))))] if "direction" in row else []
        grows = grown(kind, W, tau, x, starts)
        assert max(grows) < 1 if row["stability"] == "stable" else max(grows) > 2, row
    assert {("stable", True), ("stable", False), ("unstable", True), ("unstable", False)} <= kinds
