"""Lists of equilibria of piecewise-linear networks: the kernel accepts them, and brute force finds no others."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from flint import fmpq, fmpq_mat

from hopverify.core import core_of
from hopverify.kernel.check import accept
from hopverify.networks import LinearNetwork, Model, linear_network
from hopverify.networks.segments import Segment, segments
from hopverify.numerics.segment_list import is_confined, is_piecewise_linear, segment_list
from tests.numerics.models import model_of

Region = list[tuple[Fraction, Fraction]]
ACTIVATIONS = (
    "lagrangian: relu",
    "lagrangian: hard_tanh",
    "lagrangian: leaky_relu",
    "lagrangian: hard_sigmoid",
    "activation: {expression: abs(x) - 1/2}",
    "activation: {expression: relu(x - 1/3) - relu(-x - 1/2)}",
)


def network_of(W: Any, b: Any, activation: str = "lagrangian: relu") -> tuple[Model, LinearNetwork]:
    bias = [float(v) for v in b]
    model = model_of(f"{{size: {len(bias)}, {activation}, bias: {bias}}}", str(np.array(W, dtype=float).tolist()))
    network = linear_network(model)
    assert network is not None
    assert is_piecewise_linear(network)
    return model, network


def listed(W: Any, b: Any, activation: str = "lagrangian: relu", region: Region | None = None) -> list[dict[str, Any]]:
    """Return the entries of a list that the kernel accepts, none of them missing by brute force."""
    model, network = network_of(W, b, activation)
    claim, proof = segment_list(network, region, lambda nodes: nodes < 20_000)
    assert claim["claim"] == "equilibria"
    accept(core_of(model), {"claim": claim, "proof": proof})
    if network.size <= 4:
        for x in by_brute_force(network):
            inside = region is None or all(low <= v <= high for v, (low, high) in zip(x, region, strict=True))
            assert inside == any(stands_for(entry, x) for entry in claim["equilibria"])
    return list(claim["equilibria"])


def stands_for(entry: dict[str, Any], x: list[Fraction]) -> bool:
    """Whether an entry is a state, or a continuum with it."""
    if "cell" not in entry:
        return [Fraction(v) for v in entry["x"]] == x
    ends = zip(x, entry["cell"], strict=True)
    return all((a is None or Fraction(a) <= v) and (b is None or v <= Fraction(b)) for v, (a, b) in ends)


def by_brute_force(network: LinearNetwork) -> list[list[Fraction]]:
    """Return the equilibria of all choices of segments with a regular system."""
    found, parts = list[list[Fraction]](), [segments(function) for function in network.functions]
    for chosen in product(*(part for part in parts if part is not None)):
        x = solved(network, chosen)
        if x is not None and all(part.holds(v) for part, v in zip(chosen, x, strict=True)) and x not in found:
            found.append(x)
    return found


def solved(network: LinearNetwork, chosen: tuple[Segment, ...]) -> list[Fraction] | None:
    n = network.size
    rows = [[network.leak[i] * (i == j) - network.W[i, j] * chosen[j].slope for j in range(n)] for i in range(n)]
    right = [sum((network.W[i, j] * chosen[j].intercept for j in range(n)), network.b[i]) for i in range(n)]
    M = fmpq_mat(n, n, [fmpq(v.numerator, v.denominator) for row in rows for v in map(Fraction, row)])
    try:
        x = M.solve(fmpq_mat(n, 1, [fmpq(v.numerator, v.denominator) for v in right]))
    except ZeroDivisionError:
        return None
    return [Fraction(int(v.p), int(v.q)) for v in x.entries()]


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_whole_numbers_as_weights_with_their_singular_cells(activation: str) -> None:
    random = np.random.default_rng(ACTIVATIONS.index(activation))
    for _ in range(30):
        n = int(random.integers(1, 5))
        ends = [(Fraction(-int(random.integers(4)), 2), Fraction(int(random.integers(1, 4)), 3)) for _ in range(n)]
        region = ends if random.random() < 0.3 else None
        listed(random.integers(-2, 3, (n, n)), random.integers(-2, 3, n), activation, region)


@pytest.mark.parametrize("W", [[[-1, -0.25], [-0.25, 3]], [[2.5, -2.5], [-2.5, -0.25]]])
def test_nearly_singular_relaxations_have_room(W: Any) -> None:
    """1 - 3·6/18 is nearly 0 on the first box, so that roundings of balls count some thousand times."""
    assert len(listed(W, [0, 0], "lagrangian: relu6")) == 2


def test_the_equilibria_of_two_relu_neurons_with_shared_input_are_a_segment() -> None:
    (entry,) = listed([[0, -1], [-1, 0]], [1, 1])
    assert entry["dimension"] == 1
    assert entry["ends"] == [["0", "1"], ["1", "0"]]
    assert entry["cell"] == [["0", None], ["0", None]]


def test_a_continuum_of_more_dimensions_has_a_point_inside() -> None:
    (entry,) = listed([[0, -1, -1], [-1, 0, -1], [-1, -1, 0]], [1, 1, 1])
    assert entry["dimension"] == 2
    assert sum(map(Fraction, entry["x"])) == 1
    assert all(Fraction(v) > 0 for v in entry["x"])


def test_a_line_without_ends_is_told_without_them() -> None:
    (entry,) = listed([[1]], [0], "lagrangian: identity")
    assert entry == {"x": ["0"], "dimension": 1, "cell": [[None, None]]}
    (entry,) = listed([[1]], [0])
    assert "ends" not in entry
    assert entry["cell"] == [["0", None]]


def test_a_region_ends_a_continuum() -> None:
    (entry,) = listed([[1]], [0], region=[(Fraction(-1), Fraction(1, 3))])
    assert entry["ends"] == [["0"], ["1/3"]]


def test_no_equilibrium_at_all() -> None:
    assert listed([[2]], [1]) == []
    assert listed([[1]], [1], "lagrangian: identity") == []


def ctln(n: int) -> Any:
    """Return a combinatorial threshold-linear network of a random graph (arXiv:1909.02947), ε = 1/4 and δ = 1/2."""
    W = np.where(np.random.default_rng(0).random((n, n)) < 0.5, -0.75, -1.5)
    np.fill_diagonal(W, 0)
    return W


def test_supports_of_threshold_linear_networks() -> None:
    region = [(Fraction(-20), Fraction(2))] * 10
    assert len(listed(ctln(10), np.ones(10), region=region)) == 7
    assert len(listed(-1.25 * (1 - np.eye(6)), np.ones(6), region=region[:6])) == 2**6 - 1


def test_states_of_many_digits_are_claimed_in_boxes() -> None:
    random = np.random.default_rng(3)
    found = listed(random.normal(size=(18, 18)) / 5, random.normal(size=18), "lagrangian: leaky_relu")
    assert found
    assert all(isinstance(v, list) for entry in found for v in entry["x"])


def test_a_search_that_ends_early_lists_what_it_found() -> None:
    model, network = network_of(ctln(10), np.ones(10))
    claim, proof = segment_list(network, None, lambda nodes: nodes < 100)
    assert (claim["claim"], proof) == ("some equilibria", {"by": "boxes"})
    accept(core_of(model), {"claim": claim, "proof": proof})


def test_natural_bounds_confine_bounded_activations() -> None:
    assert is_confined(network_of([[1]], [0], "lagrangian: hard_tanh")[1])
    assert not is_confined(network_of([[1]], [0])[1])


def test_long_exact_states_are_listed_in_boxes() -> None:
    """Two of 16 neurons inhibit each other: either wins, or both are alike."""
    random, n = np.random.default_rng(0), 16
    W = random.normal(size=(n, n))
    W = (W + W.T) / np.linalg.norm(W + W.T, 2) * 0.3
    W[:2, :2] = [[0, -2], [-2, 0]]
    b = np.round(np.abs(random.normal(size=n)), 3)
    b[:2] = 1
    entries = listed(W, b, region=[(Fraction(-8), Fraction(8))] * n)
    assert len(entries) == 3
    widths = [Fraction(high) - Fraction(low) for entry in entries for low, high in entry["x"]]
    assert 0 < max(widths) < Fraction(1, 2**30)
    assert max(len(end) for entry in entries for pair in entry["x"] for end in pair) < 50
