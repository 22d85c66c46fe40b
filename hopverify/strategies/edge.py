"""Networks at the edge: one piecewise-linear layer, critical weights, and an equilibrium on kinks.

W is symmetric with the largest eigenvalue 1 or a neighbour of it (:mod:`hopverify.strategies.critical`) on some of the
neurons, and a few short numbers elsewhere: I - W_AA is singular or nearly so for those neurons A. The bias is such that
a drawn state, of which some coordinates lie on kinks, is an equilibrium, exactly: b = x - Wg(x).
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from hopverify.networks import LayerFunction, build_model
from hopverify.networks.segments import segments
from hopverify.spec import parse_spec
from hopverify.strategies.critical import critical_weights
from hopverify.strategies.lagrangian import Fragment, simplest_first
from hopverify.strategies.lagrangian import lagrangians as all_lagrangians
from hopverify.strategies.number import short_numbers
from hopverify.strategies.spelling import spelled, written
from hopverify.strategies.state import kinks


@st.composite
def edge_trees(
    draw: st.DrawFn, *, min_size: int, max_size: int, lagrangians: st.SearchStrategy[Fragment] | None, dyadic: bool
) -> dict[str, Any]:
    """Return the tree of such a spec."""
    drawn = all_lagrangians(names=piecewise_linear(), dyadic=dyadic) if lagrangians is None else lagrangians
    fragment = draw(drawn)
    function = function_of(written(fragment))
    assume(segments(function) is not None)
    n = draw(st.integers(min_size, max_size))
    W = draw(_matrices(n, dyadic))
    x = np.array(draw(st.lists(_places(function, dyadic), min_size=n, max_size=n)), dtype=object)
    gamma = np.array([_activation(function, entry) for entry in x], dtype=object)
    layer = {"size": n, "lagrangian": fragment, "bias": spelled((x - W @ gamma).tolist())}
    dense = {"kind": "dense", "layers": ["x", "x"], "weights": spelled(W.tolist())}
    return {"hopverify": 1, "name": "edge", "layers": {"x": layer}, "synapses": {"w": dense}}


@st.composite
def _matrices(draw: st.DrawFn, n: int, dyadic: bool) -> Any:
    """Return weights that are critical on the first neurons, of which there is at least one."""
    k = draw(st.integers(1, n).map(lambda left: n + 1 - left))
    W = np.full((n, n), Fraction(0), dtype=object)
    W[:k, :k] = draw(critical_weights(k)).fractions()
    numbers = short_numbers(Fraction(-1), Fraction(1), dyadic=dyadic)
    for i in range(k, n):
        for j in range(i + 1):
            W[i, j] = W[j, i] = draw(numbers)
    return W


def _places(function: LayerFunction, dyadic: bool) -> st.SearchStrategy[Fraction]:
    numbers = short_numbers(Fraction(-4), Fraction(4), dyadic=dyadic)
    return st.sampled_from(kinks(function)) | numbers if kinks(function) else numbers


def _activation(function: LayerFunction, x: Fraction) -> Fraction:
    return next(part.value(x) for part in segments(function) or () if part.holds(x))


@lru_cache(maxsize=1)
def piecewise_linear() -> tuple[str, ...]:
    """Return the Lagrangians of the catalogue whose activation is continuous and piecewise linear, with kinks first."""
    found = {entry.name: segments(function_of(entry.name)) for entry in simplest_first()}
    return tuple(name for name, parts in found.items() if parts is not None)


@lru_cache(maxsize=512)
def function_of(text: str) -> LayerFunction:
    """Return the function that a fragment of a spec describes."""
    spec = parse_spec(f"{{hopverify: 1, name: one, layers: {{x: {{size: 1, lagrangian: {text}}}}}}}")
    return build_model(spec).layers["x"].function
