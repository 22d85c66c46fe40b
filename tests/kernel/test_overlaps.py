"""Cores whose drives pass through few overlaps, as cores of types and overlaps."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from hopverify.kernel import core as cores
from hopverify.kernel.affine import affine_drives
from hopverify.kernel.core import Core
from hopverify.kernel.language import read as term
from hopverify.kernel.numbers import Rejected
from hopverify.kernel.overlaps import is_odd, reduced
from hopverify.kernel.reading import read
from tests.kernel.accepting import core

PATTERNS = "[[1, 1, -1, 1, 1, -1], [1, -1, 1, -1, 1, 1]]"


def hebbian(layer: str = "lagrangian: tanh", more: str = "", patterns: str = PATTERNS, zero: str = "true") -> Core:
    """Return six neurons with two patterns."""
    synapse = f"w: {{kind: hebbian, layers: [x, x], patterns: {patterns}, zero_diagonal: {zero}}}{more}"
    return core(f"layers: {{x: {{size: 6, {layer}}}}}\nsynapses: {{{synapse}}}\n")


def rows(of: Core) -> list[dict[int, Fraction]]:
    return [dict(row.slopes) for row in affine_drives(of)]


def test_neurons_with_one_column_up_to_sign_are_of_one_type() -> None:
    found = reduced(hebbian())
    assert found.members == ((0, 1), (1, 1), (1, -1), (1, 1), (0, 1), (1, -1))
    assert found.first == (0, 1)
    assert [layer.size for layer in found.core.layers] == [2, 2]
    sixth, third = Fraction(1, 6), Fraction(1, 3)
    assert rows(found.core) == [
        {0: -third, 2: sixth, 3: sixth},
        {1: -third, 2: sixth, 3: -sixth},
        {0: 2, 1: 4},
        {0: 2, 1: -4},
    ]


def test_a_bias_parts_neurons_of_one_column() -> None:
    found = reduced(hebbian("lagrangian: tanh, bias: [1, 2, -2, 2, 0, 2]"))
    assert found.members == ((0, 1), (1, 1), (1, -1), (1, 1), (2, 1), (3, 1))
    assert [form.constant for form in affine_drives(found.core)] == [1, 2, 0, 2, 0, 0]


def test_of_an_activation_that_is_not_odd_opposite_columns_are_two_types() -> None:
    assert reduced(hebbian("lagrangian: sigmoid")).members == ((0, 1), (1, 1), (2, 1), (1, 1), (0, 1), (2, 1))


def test_layers_and_synapses_have_overlaps_of_their_own() -> None:
    more = ", v: {kind: diagonal, layers: [x, x], weights: [-1, -1, -1, -1, -2, -1]}"
    found = reduced(hebbian(more=more, zero="false"))
    assert found.members == ((0, 1), (1, 1), (1, -1), (1, 1), (2, 1), (1, -1))
    assert rows(found.core)[:3] == [
        {0: -1, 3: Fraction(1, 6), 4: Fraction(1, 6)},
        {1: -1, 3: Fraction(1, 6), 4: Fraction(-1, 6)},
        {2: -2, 3: Fraction(1, 6), 4: Fraction(1, 6)},
    ]
    two = core(
        "layers: {x: {size: 3, lagrangian: tanh}, y: {size: 3, lagrangian: tanh}}\n"
        "synapses: {v: {kind: hebbian, layers: [x, x], patterns: [[1, 1, -1]], zero_diagonal: true},"
        " w: {kind: hebbian, layers: [y, y], patterns: [[1, 2, -1]], zero_diagonal: true}}\n"
    )
    found = reduced(two)
    assert found.members == ((0, 1), (0, 1), (0, -1), (1, 1), (2, 1), (1, -1))
    assert [layer.size for layer in found.core.layers] == [1, 2, 2]
    third = Fraction(1, 3)
    assert rows(found.core) == [
        {0: -third, 3: third},
        {1: -third, 4: third},
        {2: -4 * third, 4: 2 * third},
        {0: 3},
        {1: 2, 2: 2},
    ]


def renamed() -> Core:
    """Return a core with an array that has the name of one that is made."""
    found = cores.write(hebbian())
    text: Any = {**found, "arrays": {"into x": found["arrays"]["w"]}}

    def changed(node: Any) -> Any:
        if isinstance(node, list):
            return ["array", "into x"] if node == ["array", "w"] else [changed(each) for each in node]
        return {key: changed(each) for key, each in node.items()} if isinstance(node, dict) else node

    return read(changed(text))


DENSE = (
    "layers: {x: {size: 2, lagrangian: tanh}}\n"
    "synapses: {w: {kind: dense, layers: [x, x], weights: [[0, 1], [1, 0]]}}\n"
)
WHOLE = DENSE.replace("tanh", "softmax")
NAMED = DENSE.replace("x:", "overlaps:").replace("[x, x]", "[overlaps, overlaps]")


@pytest.mark.parametrize(
    ("of", "why"),
    [
        (core(DENSE), "does not pass through overlaps"),
        (core(WHOLE), "neurons act for themselves"),
        (core(NAMED), "no layer is called overlaps"),
        (hebbian("lagrangian: gelu"), "the activation may fall"),
        (hebbian("lagrangian: tanh, leak: 0"), "or has no leak"),
        (hebbian(more=", v: {kind: diagonal, layers: [x, x], weights: [1, 1, 1, 1, 1, 1]}"), "excites itself"),
        (renamed(), "an array has the name"),
    ],
)
def test_other_cores_are_refused(of: Core, why: str) -> None:
    with pytest.raises(Rejected, match=why):
        reduced(of)


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        (["state"], True),
        (["tanh", ["multiply", "2", ["state"]]], True),
        (["multiply", ["erf", ["divide", ["state"], "3"]], "2"], True),
        (["subtract", ["arctan", ["state"]], ["negate", ["state"]]], True),
        ("2", False),
        (["sigmoid", ["state"]], False),
        (["multiply", ["state"], ["state"]], False),
        (["divide", "1", ["state"]], False),
        (["add", ["state"], "1"], False),
    ],
)
def test_what_is_evidently_odd(text: Any, odd: bool) -> None:
    assert is_odd(term(text, "")) == odd
