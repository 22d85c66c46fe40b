"""What branch and prune proposes holds when each node is looked at again, and no equilibrium is missing."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hopverify.core import core_of
from hopverify.expr.floats import FLOATS
from hopverify.kernel.check import accept
from hopverify.networks import LinearNetwork, build_model, linear_network
from hopverify.numerics.branch_and_prune import BranchAndPrune
from hopverify.numerics.enclosures import Enclosures
from hopverify.numerics.equilibrium_list import equilibrium_list
from hopverify.numerics.mean_value import MeanValue
from hopverify.numerics.opening import opening
from hopverify.numerics.relaxation import Relaxation
from hopverify.spec import parse_spec
from tests.numerics.models import model_of

Floats = NDArray[np.float64]
POINTS = 1001


def network_of(size: int, lagrangian: str, scale: float, seed: int = 0) -> LinearNetwork:
    """Return a dense symmetric network with normal weights and a bias."""
    random = np.random.default_rng(seed)
    G = random.normal(size=(size, size))
    W, b = (G + G.T) / np.sqrt(2 * size) * scale, 0.2 * random.normal(size=size)
    layer = f"{{size: {size}, lagrangian: {lagrangian}, bias: {b.tolist()}, leak: 2}}"
    network = linear_network(model_of(layer, str(W.tolist())))
    assert network is not None
    return network


class Reading:
    """Reads the nodes of a tree in preorder, and tries each with values of the activations on a fine grid."""

    def __init__(self, network: LinearNetwork, entries: list[Any], unit: str, nodes: list[Any]) -> None:
        self.network, self.nodes, self.unit = network, list(nodes), float(Fraction(unit))
        self.W, self.b, self.leak = (np.array(a, dtype=np.float64) for a in (network.W, network.b, network.leak))
        self.entries = [np.array([[float(Fraction(end)) for end in pair] for pair in entry]).T for entry in entries]
        self.reached: set[int] = set()

    def read(self, lower: Floats, upper: Floats) -> None:
        """Read the node of a box and what follows from it."""
        word, *rest = self.nodes.pop(0)
        if word == "shrink":
            low, high = (np.array(ends) * self.unit for ends in rest)
            self.shrink(lower, upper, low, high)
            self.read(low, high)
        elif word == "cut":
            (i, place), below, above = rest, upper.copy(), lower.copy()
            below[i] = above[i] = place * self.unit
            assert lower[i] < below[i] < upper[i]
            self.read(lower, below)
            self.read(above, upper)
        elif word == "one":
            low, high = self.entries[rest[0]]
            self.regular(np.minimum(lower, low), np.maximum(upper, high))
            self.reached.add(rest[0])
        else:
            assert word == "none"
            self.none(lower, upper, *rest)

    def grid(self, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
        """Return points of each interval, and values of the activations there."""
        x = lower + (upper - lower) * np.linspace(0, 1, POINTS)[:, None]
        g = np.array([function.activate(x[:, i], FLOATS) for i, function in enumerate(self.network.functions)]).T
        return x, g

    def natural(self, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
        """Return the box within the natural bounds."""
        g = self.grid(lower, upper)[1]
        least, most = g.min(axis=0), g.max(axis=0)
        centre, radius = self.W @ (least + most) / 2 + self.b, np.abs(self.W) @ (most - least) / 2
        return np.maximum(lower, (centre - radius) / self.leak), np.minimum(upper, (centre + radius) / self.leak)

    def relaxed(self, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
        """Return the box within the natural and the relaxed bounds."""
        lower, upper = self.natural(lower, upper)
        if (lower > upper).any():
            return lower, upper
        x, g = self.grid(lower, upper)
        slope = (g[-1] - g[0]) / np.maximum(upper - lower, 1e-300)
        rest = g - slope * x
        m, d = (rest.min(axis=0) + rest.max(axis=0)) / 2, (rest.max(axis=0) - rest.min(axis=0)) / 2
        R = np.linalg.inv(np.diag(self.leak) - self.W * slope)
        centre, radius = R @ (self.W @ m + self.b), np.abs(R @ self.W) @ d
        return np.maximum(lower, centre - radius), np.minimum(upper, centre + radius)

    def shrink(self, lower: Floats, upper: Floats, low: Floats, high: Floats) -> None:
        """The new box has all that the bounds leave."""
        least, most = self.relaxed(lower, upper)
        assert (low < high).all()
        assert (low <= least).all()
        assert (most <= high).all()

    def none(self, lower: Floats, upper: Floats, y: list[int] | None = None) -> None:
        """Nothing is left of the box, or a sum of the equations has one sign on it."""
        if y is None:
            low, high = self.relaxed(lower, upper)
            assert (low > high).any()
            return
        x, g = self.grid(lower, upper)
        p, q = np.array(y) * self.leak, np.array(y) @ self.W
        assert (p * x - q * g).min(axis=0).sum() > np.array(y) @ self.b

    def regular(self, lower: Floats, upper: Floats) -> None:
        """The map is injective on the box."""
        x, g = self.grid(lower, upper)
        slopes = np.diff(g, axis=0) / np.diff(x, axis=0)
        low, high = slopes.min(axis=0), slopes.max(axis=0)
        R = np.linalg.inv(np.diag(self.leak) - self.W * (low + high) / 2)
        C = np.abs(R @ self.W) * (high - low) / 2
        assert np.abs(np.linalg.eigvals(C)).max() < 1


def searched(network: LinearNetwork, radius: float) -> tuple[BranchAndPrune, Enclosures, bool]:
    """Return the search in the box of a radius, what it found, and whether it is complete."""
    ends = np.full(network.size, -radius), np.full(network.size, radius)
    relaxation = Relaxation.of(network, *ends)
    enclosures = Enclosures(relaxation, None)
    search = BranchAndPrune(relaxation, enclosures, opening(relaxation, *ends) or [])
    return search, enclosures, search.run(lambda boxes: boxes < 20_000)


@pytest.mark.parametrize(
    ("lagrangian", "size", "scale"),
    [("tanh", 8, 2.4), ("sigmoid", 4, 16.0), ("erf", 6, 2.0), ("gelu", 4, 3.0), ("softplus", 3, 1.0), ("elu", 4, 3.0)],
)
def test_every_node_holds_and_no_equilibrium_is_missing(lagrangian: str, size: int, scale: float) -> None:
    network = network_of(size, lagrangian, scale)
    search, enclosures, complete = searched(network, 8.0)
    assert complete
    reading = Reading(network, enclosures.states(), *search.proof())
    reading.read(np.full(size, -8.0), np.full(size, 8.0))
    assert not reading.nodes
    assert reading.reached == set(range(len(reading.entries)))
    for x in newton_ends(network):
        assert any((low <= x).all() and (x <= high).all() for low, high in reading.entries)


def newton_ends(network: LinearNetwork) -> list[Floats]:
    """Return where Newton's method leads from many states, within the box."""
    field = Relaxation.of(network, np.full(network.size, -8.0), np.full(network.size, 8.0))
    random, ends = np.random.default_rng(1), []
    for x in random.normal(size=(60, network.size)) * 2:
        for _ in range(40):
            x = x - np.clip(np.linalg.solve(field.jacobian(x), field.residual(x)), -1, 1)
        if np.abs(field.residual(x)).max() < 1e-12 and np.abs(x).max() <= 8:
            ends.append(x)
    assert ends
    return ends


def test_a_singular_equilibrium_stays_undecided() -> None:
    network = linear_network(model_of("{size: 1, lagrangian: tanh}", "[[1]]"))
    assert network is not None
    search, _, complete = searched(network, 2.0)
    assert not complete
    assert search.undecided


def test_a_search_ends_when_it_is_told() -> None:
    network = network_of(6, "tanh", 2.4)
    ends = np.full(6, -8.0), np.full(6, 8.0)
    relaxation = Relaxation.of(network, *ends)
    assert not BranchAndPrune(relaxation, Enclosures(relaxation, None), opening(relaxation, *ends) or []).run(
        lambda boxes: False
    )


def test_equilibria_outside_the_region_are_known_and_not_listed() -> None:
    network = network_of(8, "tanh", 2.4)
    ends = np.full(8, -0.5), np.full(8, 0.5)
    relaxation = Relaxation.of(network, *ends)
    region = [(Fraction(-1, 2), Fraction(1, 2))] * 8
    enclosures = Enclosures(relaxation, region)
    search = BranchAndPrune(relaxation, enclosures, [ends], region)
    assert search.run(lambda boxes: True)
    assert all(float(Fraction(low)) >= -0.5 for entry in enclosures.states() for low, _ in entry)
    assert {node[0] for node in search.proof()[1]} <= {"shrink", "cut", "one", "none", "elsewhere"}


MODERN = """\
hopverify: 1
name: memories
layers:
  v: {size: 3, lagrangian: identity}
  h: {size: 3, lagrangian: {softmax: {beta: 4}}, tau: 0}
synapses: {w: {kind: dense, layers: [h, v], weights: [[2, 0, 1], [-1, 2, 0], [0, -1, -2]]}}
"""
CUBIC = """\
hopverify: 1
name: cubic
layers: {x: {size: 3, lagrangian: tanh}}
synapses: {w: {kind: associative, layers: [x], patterns: [[1, 1, -1], [1, -1, 1]], function: z^3/6}}
"""


SPARSE = """\
hopverify: 1
name: sparse
layers: {x: {size: 2, lagrangian: sparsemax, bias: [0.1, 0]}}
synapses: {w: {kind: diagonal, layers: [x, x], weights: [2, 2]}}
"""
CHAIN = """\
hopverify: 1
name: chain
layers:
  a: {size: 2, lagrangian: tanh}
  b: {size: 2, lagrangian: softplus}
  c: {size: 2, lagrangian: softmax, tau: 0}
synapses:
  ab: {kind: dense, layers: [a, b], weights: [[2, -1], [-1, 2]]}
  bc: {kind: dense, layers: [b, c], weights: [[1, -1], [-1, 1]]}
"""


@pytest.mark.parametrize(("text", "count"), [(SPARSE, 3), (CHAIN, 3)])
def test_the_kernel_accepts_lists_of_whole_layers_beside_others_and_with_kinks(text: str, count: int) -> None:
    model = build_model(parse_spec(text))
    found = equilibrium_list(model, None, lambda boxes: boxes < 3000)
    assert found is not None
    assert len(found[0]["equilibria"]) == count
    accept(core_of(model), {"claim": found[0], "proof": found[1]})


@pytest.mark.parametrize(("text", "count"), [(MODERN, 7), (CUBIC, 5)])
def test_mean_value_forms_find_all_equilibria_from_the_whole_space(text: str, count: int) -> None:
    model = build_model(parse_spec(text))
    size = sum(layer.size for layer in model.layers.values())
    ends = np.full(size, -np.inf), np.full(size, np.inf)
    boxes = opening(MeanValue(model, *ends), *ends)
    assert boxes is not None
    field = MeanValue(model, *boxes[-1])
    enclosures = Enclosures(field, None)
    search = BranchAndPrune(field, enclosures, boxes)
    assert search.run(lambda boxes: boxes < 5000)
    assert len(enclosures.states()) == count
    assert search.proof()[1][0] == ["shrink", [None] * size, [None] * size]
    random = np.random.default_rng(0)
    for x in random.uniform(*boxes[-1], size=(8, size)):
        for _ in range(40):
            x = x - np.clip(np.linalg.solve(field.jacobian(x), field.residual(x)), -1, 1)
        if np.abs(field.residual(x)).max() < 1e-12:
            assert any((low <= x).all() and (x <= high).all() for low, high in enclosures.boxes)
