"""Ranges of activations over all states: expressions of whole layers, part by part."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.expr.nodes import Apply
from hopverify.expr.parser import parse
from hopverify.networks import Layer, build_model
from hopverify.numerics import ranges
from hopverify.spec import ExactArray, parse_spec


def layer(text: str, size: int = 3) -> Layer:
    return build_model(parse_spec(f"hopverify: 1\nname: net\nlayers: {{x: {{size: {size}, {text}}}}}\n")).layers["x"]


def with_constants(**constants: list[int]) -> Layer:
    found = layer("lagrangian: softmax")
    arrays = {name: ExactArray.of(np.array([Fraction(v) for v in vs], dtype=object)) for name, vs in constants.items()}
    return replace(found, function=replace(found.function, constants=arrays))


def near(found: Any, wanted: tuple[int | None, int | None]) -> bool:
    """Whether ends are those that are wanted, or rounded outward from them."""
    low, high = (None if a is None or b is None else a - b for a, b in zip(found, wanted, strict=True))
    tiny = Fraction(1, 10**12)
    return (low is not None and -tiny < low <= 0 if wanted[0] is not None else found[0] is None) and (
        high is not None and 0 <= high < tiny if wanted[1] is not None else found[1] is None
    )


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("softmax(x)", (0, 1)),
        ("2 * softmax(x) + 1", (1, 3)),
        ("c - softmax(x)", (-3, 5)),
        ("-c", (-5, 2)),
        ("c", (-2, 5)),
        ("x", (None, None)),
        ("none", (None, None)),
        ("softmax(x) + x", (None, None)),
        # Nothing is said of functions that have no rule here, though the argument is bounded.
        ("exp(softmax(x))", (None, None)),
        ("relu(x)", (0, None)),
        ("-relu(x)", (None, 0)),
        ("tanh(x) * 4", (-4, 4)),
    ],
)
def test_ranges_of_whole_layers(text: str, ends: tuple[int | None, int | None]) -> None:
    found = ranges._whole(parse(text), with_constants(c=[-2, 5, 1], none=[]))
    assert near(found, ends)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("x / norm(x, 1)", 1),
        ("x / norm(x, 0)", 1),
        ("-x / norm(x, 1)", 1),
        ("-(3 * x) / norm(x, 1)", 3),
        ("3 * -x / norm(x, 1)", 3),
        ("c * x / norm(x, 1)", 5),
        ("c * (x - mean(x)) / sqrt(variance(x) + 1)", 15),
        ("(x - mean(x)) / sqrt(variance(x))", 3),
        # The divisor has to be that of the very vector above it, under a root, with nothing taken away.
        ("x / norm(x, -1)", None),
        ("x / norm(x, x)", None),
        ("x / norm(2 * x, 1)", None),
        ("x / max(x, 1)", None),
        ("x / 2", None),
        ("x / sqrt(variance(x))", None),
        ("x * norm(x, 1)", None),
        ("x * x / norm(x, 1)", None),
        ("relu(x) * x / norm(x, 1)", None),
        ("(x - mean(x)) / (variance(x) + 1)", None),
        ("(x - mean(x)) / tanh(variance(x))", None),
        ("(x - mean(x)) / sqrt(variance(x) - 1)", None),
        ("(x - mean(x)) / sqrt(variance(x) + -1)", None),
        ("(x - mean(x)) / sqrt(variance(2 * x) + 1)", None),
    ],
)
def test_sizes_of_normalised_activations(text: str, size: int | None) -> None:
    expression = parse(text)
    assert isinstance(expression, Apply)
    asked = with_constants(c=[-2, -5, 1])
    found = ranges._normalised(expression, asked)
    assert found == size
    if size is not None:
        assert ranges._whole(expression, asked) == (-size, size)


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("lagrangian: tanh", (-1, 1)),
        ("lagrangian: relu", (0, None)),
        ("activation: {expression: 'relu(x) - relu(x - 1)', of: neuron}", (0, 1)),
        # It has no linear growth, and an enclosure.
        ("lagrangian: exp", (0, None)),
    ],
)
def test_ranges_of_neurons(text: str, ends: Any) -> None:
    assert near(ranges.activation_range(layer(text)), ends)


def test_a_number_for_each_neuron_is_not_looked_up() -> None:
    made = layer("lagrangian: tanh")
    asked = replace(made, function=replace(made.function, activation=(parse("c * tanh(x)"),), slope=None))
    assert ranges.activation_range(asked) == (None, None)
