"""Bounds of drives and synaptic energies: exact weights, spreads, roundings and what is not known, by hand."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import inf
from typing import Any

import numpy as np
import pytest

from hopverify.checker import floats
from hopverify.errors import EvidenceRejected
from hopverify.expr.parser import parse
from hopverify.numerics import ranges
from hopverify.numerics.ranges import (
    Box,
    _above,
    _below,
    _dense_weights,
    _products,
    _spread,
    activation_range,
    drives_of,
    intervals,
)
from hopverify.spec import ExactArray
from hopverify.spec.spread import Spread
from tests.checker.models import model

EPS = 1e-12


def box(low: list[float], high: list[float]) -> Box:
    return Box(np.array(low), np.array(high))


def synapse(text: str) -> Any:
    body = "layers: {x: {size: 2, lagrangian: relu}, y: {size: 2, lagrangian: relu}}\nsynapses: {w: {%s}}\n"
    made = model(body % text)
    return made.synapses["w"], made.layers["x"], made.layers["y"]


def near(found: Box, low: list[float], high: list[float]) -> bool:
    """Whether the bounds are those wanted, and a little further out."""
    return bool(
        (found.lower <= low).all()
        and (found.upper >= high).all()
        and np.allclose(found.lower, low, atol=EPS, rtol=EPS)
        and np.allclose(found.upper, high, atol=EPS, rtol=EPS)
    )


def test_what_is_not_a_number_is_not_bounded() -> None:
    values = np.array([np.nan, 1.0, -inf, inf])
    assert _below(values).tolist() == [-inf, np.nextafter(1.0, 0.0), -inf, np.finfo(float).max]
    assert _above(values).tolist() == [inf, np.nextafter(1.0, 2.0), -np.finfo(float).max, inf]


# ------------------------------------------------------------------ weights


@pytest.mark.parametrize(
    ("text", "target", "wanted", "source"),
    [
        ("kind: dense, layers: [x, x], weights: [[1, 2], [3, 4]], drive: gradient", "x", [[1, 2.5], [2.5, 4]], "x"),
        ("kind: dense, layers: [x, x], weights: [[1, 2], [3, 4]]", "x", [[1, 2], [3, 4]], "x"),
        ("kind: dense, layers: [x, x], weights: [[1, 2], [3, 4]], prefactor: 2", "x", [[1, 2], [3, 4]], "x"),
        ("kind: dense, layers: [x, y], weights: [[1, 2], [3, 4]]", "x", [[1, 2], [3, 4]], "y"),
        (
            "kind: dense, layers: [x, y], weights: [[1, 2], [3, 4]], prefactor: 2, drive: gradient",
            "x",
            [[2, 4], [6, 8]],
            "y",
        ),
        ("kind: dense, layers: [x, y], weights: [[1, 2], [3, 4]], prefactor: 3", "x", [[1, 2], [3, 4]], "y"),
        ("kind: dense, layers: [x, y], weights: [[1, 2], [3, 4]]", "y", [[1, 3], [2, 4]], "x"),
        (
            "kind: dense, layers: [x, y], weights: [[1, 2], [3, 4]], prefactor: 3, drive: gradient",
            "x",
            [[3, 6], [9, 12]],
            "y",
        ),
        (
            "kind: dense, layers: [x, y], weights: [[1, 2], [3, 4]], prefactor: 3, drive: gradient",
            "y",
            [[3, 9], [6, 12]],
            "x",
        ),
        (
            "kind: dense, layers: [x, x], weights: [[1, 2], [3, 4]], prefactor: 2, drive: gradient",
            "x",
            [[4, 10], [10, 16]],
            "x",
        ),
    ],
)
def test_the_weights_of_a_drive(text: str, target: str, wanted: Any, source: str) -> None:
    made, x, y = synapse(text)
    found, name = _dense_weights(made, {"x": x, "y": y}[target])
    assert name == source
    assert found.fractions().astype(float).tolist() == wanted


# ------------------------------------------------------------------ drives


def test_a_drive_of_dense_weights() -> None:
    made, x, y = synapse("kind: dense, layers: [x, y], weights: [[1, -2], [0, 4]]")
    gamma = {"x": box([0, 0], [1, inf]), "y": box([-1, 0], [1, 3])}
    assert near(drives_of(made, {"x": x, "y": y}, gamma)["x"], [-7, 0], [1, 12])
    assert near(drives_of(made, {"x": x, "y": y}, gamma)["y"], [0, -inf], [1, inf])
    infinite = {"x": gamma["x"], "y": box([-inf, -inf], [inf, inf])}
    assert near(drives_of(made, {"x": x, "y": y}, infinite)["x"], [-inf, -inf], [inf, inf])


def test_weights_beyond_the_ordinary_are_left_to_intervals(monkeypatch: pytest.MonkeyPatch) -> None:
    made, x, y = synapse("kind: dense, layers: [x, y], weights: [[1e300, 0], [0, 2]]")
    gamma = {"x": box([0, 0], [1, 1]), "y": box([0, -1], [1, 1])}
    found = drives_of(made, {"x": x, "y": y}, gamma)["x"]
    assert near(Box(found.lower / [1e300, 1], found.upper / [1e300, 1]), [0, -2], [1, 2])
    # Four neurons, 16 pairs of them: what is not bounded stays with intervals, which tell what they can.
    half = gamma | {"y": box([0, -1], [1, inf])}
    for most in (16, 15):
        monkeypatch.setattr(ranges, "MAX_TERMS", most)
        found = drives_of(made, {"x": x, "y": y}, half)["x"]
        assert found.upper[1] == inf
        assert np.isfinite(found.lower).all()
    # Beyond that many, balls enclose drives of bounded activations, a little more widely.
    found = drives_of(made, {"x": x, "y": y}, gamma)["x"]
    assert -1e-6 < found.lower[0] / 1e300 <= 0
    assert 1 <= found.upper[0] / 1e300 < 1 + 1e-6
    far, x, y = synapse("kind: dense, layers: [x, y], weights: {values: [[1e300, 0], [0, 2]], tolerance: 1/8}")
    with pytest.raises(EvidenceRejected, match="weights with a spread are too large"):
        drives_of(far, {"x": x, "y": y}, gamma)["x"]


def test_a_drive_of_an_expression_is_worked_out_in_intervals() -> None:
    made, x, y = synapse("kind: expression, layers: [x, y], energy: sum(x*x*y)")
    found = drives_of(made, {"x": x, "y": y}, {"x": box([1, -1], [2, 1]), "y": box([0, -1], [1, 3])})["x"]
    # Minus the derivative of the energy, -2xy.
    assert near(found, [-4, -6], [0, 6])
    unbounded = drives_of(made, {"x": x, "y": y}, {"x": box([1, -inf], [2, inf]), "y": box([0, 0], [1, 3])})["x"]
    assert near(unbounded, [-4, -inf], [0, inf])
    made, x, y = synapse("kind: expression, layers: [x, y], energy: sum(x*y*y - exp(y)*x)")
    open_ends = drives_of(made, {"x": x, "y": y}, {"x": box([1, 1], [2, 2]), "y": box([0, 0], [inf, 1])})["x"]
    assert (open_ends.lower[0], open_ends.upper[0]) == (-inf, inf)
    made, x, y = synapse("kind: expression, layers: [x, y], energy: sum(x*y*y - x*y)")
    lost = drives_of(made, {"x": x, "y": y}, {"x": box([1, 1], [2, 2]), "y": box([inf, 0], [inf, 1])})["x"]
    assert (lost.lower[0], lost.upper[0]) == (-inf, inf)


def test_intervals_keep_their_ends() -> None:
    found = intervals(box([0, -1], [1, 3]))
    assert [(float(entry.lower), float(entry.upper)) for entry in found] == [(0, 1), (-1, 3)]


# ------------------------------------------------------------------ spreads and roundings


@pytest.mark.parametrize(
    ("absolute", "relative", "drive", "wanted"),
    [
        ("1/4", "0", "", "1/4"),
        ("0", "1/4", "", "2"),
        ("1/4", "1/2", "", "17/4"),
        ("1/4", "1/2", ", prefactor: -3", "17/4"),
        ("1/4", "1/2", ", prefactor: -3, drive: gradient", "51/2"),
    ],
)
def test_how_far_a_weight_may_lie(absolute: str, relative: str, drive: str, wanted: str) -> None:
    made, _, _ = synapse(f"kind: dense, layers: [x, x], weights: [[1, -8], [3, 4]]{drive}")
    assert _spread(made) == 0
    spread = Spread(Fraction(absolute), Fraction(relative))
    found = _spread(replace(made, matrix=made.matrix.within(spread)))
    assert Fraction(wanted) < found <= float(Fraction(wanted)) * (1 + 40 * 2.0**-53)
    none = np.zeros((0, 0))
    empty = _spread(replace(made, matrix=ExactArray.of(none).within(Spread(Fraction(0), Fraction(1)))))
    assert empty == ranges.TINY


def test_every_rounding_of_a_product_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranges, "UNIT", 2.0**-10)
    monkeypatch.setattr(ranges, "TINY", 2.0**-5)
    W, given = np.array([[1.0, -2.0], [0.0, 4.0]]), box([-3.0, 0.0], [2.0, 8.0])
    # Sizes 3 + 16 and 32, of which 18·4 units are 9/128; and two terms that may underflow.
    lost = np.array([19 * 9 / 128, 32 * 9 / 128]) + 2 / 32
    found = _products(W, given)
    assert (found.lower == np.array([-19.0, 0.0]) - lost).all()
    assert (found.upper == np.array([2.0, 32.0]) + lost).all()
    monkeypatch.setattr(floats, "UNIT", 2.0**-10)
    # The largest of |γ| are 3 and 8; upward by 24 operations is 1 + 52 units.
    wider = (lost + 0.5 * 11) * (1 + 52 / 1024)
    found = _products(W, given, 0.5)
    assert (found.lower == np.array([-19.0, 0.0]) - wider).all()
    assert (found.upper == np.array([2.0, 32.0]) + wider).all()


def test_products_of_what_is_unbounded() -> None:
    found = _products(np.array([[1.0, 1.0], [0.0, 2.0], [0.0, 0.0]]), box([-inf, 1.0], [inf, 1.0]))
    assert near(found, [-inf, 2, 0], [inf, 2, 0])
    for end in (-inf, inf):
        far = _products(np.array([[1.0]]), box([end], [end]))
        assert (far.lower.tolist(), far.upper.tolist()) == ([-inf], [inf])
    clash = _products(np.array([[1.0, -1.0]]), box([0.0, 0.0], [inf, inf]))
    assert (clash.lower.tolist(), clash.upper.tolist()) == ([-inf], [inf])


def test_expressions_of_something_else_than_the_state_are_not_bounded() -> None:
    made = model("layers: {x: {size: 1, lagrangian: tanh}}\n").layers["x"]
    for text, wanted in (("tanh(x)", (-1, 1)), ("abs(sin(x*x)) + 1", (1, 2)), ("abs(sin(x*y)) + 1", (None, None))):
        other = replace(made, function=replace(made.function, activation=(parse(text),)))
        found = activation_range(other)
        assert all(
            end is bound if bound is None else end is not None and 0 <= sign * (end - bound) < Fraction(1, 10**12)
            for end, bound, sign in zip(found, wanted, (-1, 1), strict=True)
        ), text
