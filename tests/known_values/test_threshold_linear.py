"""Equilibria of piecewise-linear networks that the literature knows: threshold-linear networks, rings, a converter.

Supports of combinatorial threshold-linear networks of three neurons: by uniform in-degree and parity (Curto, Geneson,
Morrison, arXiv:1804.00794). The rings of six neurons are continuous for J_E = 2.4, 4 and 12, with
four, three or two neurons inside of the bump (Noorman, Hulse, Jayaraman, Romani, Hermundstad, 2024). The converter is
that of Tank and Hopfield (1986), with the input x as a bias.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest

from hopverify.core import core_of
from hopverify.kernel.check import accept
from hopverify.networks import linear_network
from hopverify.numerics.segment_list import segment_list
from tests.numerics.models import model_of

EDGES = [(i, j) for i in range(3) for j in range(3) if i != j]
COSINES = [Fraction(numerator, 2) for numerator in (2, 1, -1, -2, -1, 1)]


def entries(W: Any, b: list[Any], layer: str = "lagrangian: relu") -> list[dict[str, Any]]:
    """Return the list of all equilibria, which the kernel accepts."""
    texts = [[str(v) for v in row] for row in W]
    model = model_of(f"{{size: {len(b)}, {layer}, bias: {[str(v) for v in b]}}}", str(texts))
    network = linear_network(model)
    assert network is not None
    claim, proof = segment_list(network, None, lambda nodes: nodes < 20_000)
    assert claim["claim"] == "equilibria"
    accept(core_of(model), {"claim": claim, "proof": proof})
    return list(claim["equilibria"])


def test_supports_of_all_graphs_of_three_neurons() -> None:
    for chosen in product((False, True), repeat=len(EDGES)):
        edges = {edge for edge, there in zip(EDGES, chosen, strict=True) if there}
        if min((tuple(sorted((p[i], p[j]) for i, j in edges)) for p in ORDERS), default=()) != tuple(sorted(edges)):
            continue
        # The edge i → j weakens the inhibition of j by i: -1 + ε, else -1 - δ, with ε = 1/4 and δ = 1/2.
        weight = {True: Fraction(-3, 4), False: Fraction(-3, 2)}
        W = [[Fraction(0) if i == j else weight[(j, i) in edges] for j in range(3)] for i in range(3)]
        found = entries(W, [1, 1, 1])
        supports = {tuple(i for i, v in enumerate(entry["x"]) if Fraction(v) > 0) for entry in found}
        assert len(found) == len(supports)
        assert supports == by_in_degree(edges)


ORDERS = [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]


def by_in_degree(edges: set[tuple[int, int]]) -> set[tuple[int, ...]]:
    """Return the supports that the theorems tell: their number is odd, which decides about the whole graph."""
    supports = set()
    for size in (1, 2):
        for support in combinations(range(3), size):
            degrees = {sum((i, j) in edges for i in support) for j in support}
            outside = [sum((i, k) in edges for i in support) for k in range(3) if k not in support]
            if len(degrees) == 1 and max(outside) <= min(degrees):
                supports.add(support)
    return supports | ({(0, 1, 2)} if len(supports) % 2 == 0 else set())


@pytest.mark.parametrize(("strength", "inhibition", "inside"), [("12/5", -3, 4), ("4", -3, 3), ("12", -10, 2)])
def test_a_ring_of_six_neurons_has_a_ring_of_equilibria(strength: str, inhibition: int, inside: int) -> None:
    W = [[(inhibition + Fraction(strength) * COSINES[(i - j) % 6]) / 6 for j in range(6)] for i in range(6)]
    uniform, *segments = entries(W, [1] * 6)
    assert uniform["x"] == [str(Fraction(1, 1 - inhibition))] * 6
    assert [entry["dimension"] for entry in segments] == [1] * 6
    ends = [tuple(map(tuple, entry["ends"])) for entry in segments]
    assert all(sum(tip in both for both in ends) == 2 for tip in {tip for both in ends for tip in both})
    assert len({tip for both in ends for tip in both}) == 6
    for entry in segments:
        alive = [low == "0" and high is None for low, high in entry["cell"]]
        assert sum(alive) == inside


def test_neurons_that_inhibit_each_other_alike_rest_with_any_of_them_alive() -> None:
    assert len(entries(Fraction(-5, 4) * (1 - np.eye(6, dtype=int)), [1] * 6)) == 2**6 - 1


@pytest.mark.parametrize("value", range(0, 16, 5))
def test_the_converter_rests_at_the_digits_of_its_input(value: int) -> None:
    size = 4
    W = [[0 if i == j else -(2 ** (i + j)) for j in range(size)] for i in range(size)]
    b = [Fraction(-(2 ** (2 * i)), 2) + 2**i * value for i in range(size)]
    found = entries(W, b, "activation: {expression: 'clip(8*x + 1/2, 0, 1)'}")
    digits = [value >> i & 1 for i in range(size)]
    states = [[min(max(8 * Fraction(v) + Fraction(1, 2), Fraction(0)), Fraction(1)) for v in e["x"]] for e in found]
    assert digits in states
    for gamma in states:
        if set(gamma) <= {0, 1}:
            drive = [sum(w * g for w, g in zip(row, gamma, strict=True)) + v for row, v in zip(W, b, strict=True)]
            assert all((u > 0) == (g == 1) for u, g in zip(drive, gamma, strict=True))
