"""Lists of equilibria where drives are not linear, or layers have no leak, beside what solvers find."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from scipy.optimize import root

from hopverify.checks.equilibria import search_of
from hopverify.core import core_of
from hopverify.expr.floats import FLOATS
from hopverify.kernel.check import accept
from hopverify.networks import Model, build_model
from hopverify.provers import Budget
from hopverify.provers._lists import kernel_list, stability_list
from hopverify.spec import parse_spec


def model_of(layers: str, synapses: str) -> Model:
    return build_model(parse_spec(f"hopverify: 1\nname: m\nlayers: {{{layers}}}\nsynapses: {{{synapses}}}\n"))


GATED = model_of(
    "a: {size: 1, lagrangian: {tanh: {beta: 2}}}, b: {size: 1, lagrangian: tanh, tau: 2}, "
    "c: {size: 1, lagrangian: tanh}",
    "w: {kind: gated, layers: [a, b, c], weights: [4]}",
)
ASSOCIATIVE = model_of(
    "x: {size: 2, lagrangian: tanh}",
    "xi: {kind: associative, layers: [x], patterns: [[1, -1], [1, 1]], function: relu(z)^3/2}",
)
ATTENTION = model_of(
    "t: {size: 1, lagrangian: tanh, bias: 0.25}, u: {size: 1, lagrangian: tanh}",
    "at: {kind: expression, layers: [t, u], energy: '-log(exp(2*t[0]*u[0]) + exp(t[0]))'}",
)
LEAKLESS = model_of(
    "u: {size: 2, lagrangian: identity, leak: false}",
    "e: {kind: expression, layers: [u], energy: 'sum(u^2)/2 - u[0]*tanh(2*u[1])'}",
)
REGION = {"lower": (Fraction(-3), Fraction(-17, 7)), "upper": (Fraction(2), Fraction(3))}


def boxes(listed: Mapping[str, Any]) -> list[np.ndarray[Any, Any]]:
    return [np.array([[float(Fraction(end)) for end in pair] for pair in row["x"]]) for row in listed["equilibria"]]


def flow(model: Model, x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return ẋ of a model whose layers all have τ > 0."""
    cuts = np.cumsum([layer.size for layer in model.layers.values()])[:-1]
    parts = model.flow(dict(zip(model.layers, np.split(x, cuts), strict=True)), FLOATS)
    tau = [float(each) for layer in model.layers.values() for each in layer.each(layer.tau)]
    return np.concatenate([np.asarray(part, dtype=np.float64) for part in parts.values()]) / np.array(tau)


@pytest.mark.parametrize(
    ("model", "region", "count"),
    [
        pytest.param(GATED, {}, 9, marks=pytest.mark.long, id="gated"),
        pytest.param(ASSOCIATIVE, {}, 7, marks=pytest.mark.long, id="associative"),
        pytest.param(ATTENTION, {}, 3, marks=pytest.mark.long, id="attention"),
        pytest.param(LEAKLESS, REGION, 3, id="no leak"),
    ],
)
def test_lists_are_what_solvers_find_and_stability_what_eigenvalues_say(
    model: Model, region: dict[str, Any], count: int
) -> None:
    search = search_of(model, region)
    assert search is not None
    assert search.linear is None
    found = stability_list(search, Budget())
    assert found is not None
    claim = found["claim"]
    accept(core_of(model), {"claim": claim, "proof": found["proof"]})
    assert claim["all"]
    assert len(claim["equilibria"]) == count
    size, listed = search.neurons.size, boxes(claim)
    rng = np.random.default_rng(0)
    for start in rng.uniform(-3, 3, (20, size)):
        end = root(lambda x: flow(model, x), start, tol=1e-13)
        inside = (
            all(float(a) <= x <= float(b) for x, a, b in zip(end.x, *region.values(), strict=True)) if region else True
        )
        if end.success and np.abs(flow(model, end.x)).max() < 1e-10 and inside:
            assert any((np.abs(end.x - box.mean(axis=1)) < 1e-4).all() for box in listed)
    for row, box in zip(claim["equilibria"], listed, strict=True):
        x, step = box.mean(axis=1), 1e-6
        A = np.array([(flow(model, x + step * e) - flow(model, x - step * e)) / (2 * step) for e in np.eye(size)]).T
        largest = np.linalg.eigvals(A).real.max()
        assert row["stability"] == ("stable" if largest < 0 else "unstable")
        assert float(Fraction(row.get("rate", "0"))) <= abs(largest) + 1e-6


def test_without_a_box_to_begin_with_nothing_is_listed() -> None:
    search = search_of(LEAKLESS, {})
    assert search is not None
    assert kernel_list(search, Budget()) is None


def test_a_neuron_without_leak_whose_drive_is_never_0_has_no_equilibrium() -> None:
    model = model_of(
        "u: {size: 1, lagrangian: tanh, leak: false, bias: 2}", "w: {kind: diagonal, layers: [u, u], weights: [1]}"
    )
    search = search_of(model, {})
    assert search is not None
    listed = kernel_list(search, Budget())
    assert listed is not None
    claim, proof = listed
    assert claim["equilibria"] == []
    accept(core_of(model), {"claim": claim, "proof": proof})


def test_drives_that_bound_each_other_in_turn_give_a_box() -> None:
    """The drive of y is bounded, so that y = softplus is, and then x."""
    model = model_of(
        "x: {size: 1, lagrangian: tanh}, y: {size: 1, lagrangian: softplus}",
        "s: {kind: expression, layers: [x, y], energy: '-x[0]*y[0] - x[0]^3/3'}",
    )
    search = search_of(model, {})
    assert search is not None
    listed = kernel_list(search, Budget())
    assert listed is not None
    assert listed[0]["claim"] == "equilibria"
    accept(core_of(model), {"claim": listed[0], "proof": listed[1]})


def test_energies_are_those_of_the_model() -> None:
    search = search_of(LEAKLESS, REGION)
    assert search is not None
    found = stability_list(search, Budget())
    assert found is not None
    for row in found["claim"]["equilibria"]:
        u = np.array([[float(Fraction(end)) for end in pair] for pair in row["x"]]).mean(axis=1)
        low, high = (float(Fraction(end)) for end in row["energy"])
        assert low <= (u @ u) / 2 - u[0] * np.tanh(2 * u[1]) <= high
        assert high - low < 1e-7
