"""Matrices that equal their transposes, and what is left of those that do not."""

from __future__ import annotations

from typing import Any

import pytest

from hopverify.kernel.core import Core
from tests.kernel.accepting import accepted, core, dense, rejected

W = {"matrix": ["array", "w"]}


def unequal(weights: str, pair: list[int], values: list[str], count: int, **more: Any) -> tuple[Core, dict[str, Any]]:
    size = weights.count("],") + 1
    return dense(weights, f"size: {size}, lagrangian: relu"), W | {
        "pair": pair,
        "values": values,
        "unequal_pairs": count,
        **more,
    }


def test_equal_entries() -> None:
    assert accepted(dense("[[1, 2], [2, 1]]"), "symmetric", "entries", W) == "w is a symmetric matrix"
    assert accepted(dense("[[3, 3], [3, 3]]"), "symmetric", "entries", W)
    rejected(dense("[[1, 2], [2.0000000000000001, 1]]"), "symmetric", "entries", W, "it is not symmetric")
    rejected(dense("[[1, 2], [2, 1]]"), "symmetric", "entries", {"matrix": ["array", "v"]}, "no array")
    rejected(dense("[[1, 2], [2, 1]]"), "symmetric", "entries", {"matrix": "1"}, "no array")
    rejected(dense("[[1, 2], [2, 1]]"), "symmetric", "entries", W, "unknown keys", more=1)


def test_a_matrix_between_layers_is_not_meant() -> None:
    two = core(
        "layers: {x: {size: 2, lagrangian: relu}, y: {size: 3, lagrangian: relu}}\n"
        "synapses: {w: {kind: dense, layers: [x, y], weights: [[1, 2, 3], [4, 5, 6]]}}\n"
    )
    rejected(two, "symmetric", "entries", W, "no square matrix")


def test_of_uncertain_weights_only_symmetric_ones_may_be_meant() -> None:
    assert accepted(dense("{values: [[1, 2], [2, 1]], tolerance: 0.1}"), "symmetric", "entries", W)
    between = core(
        "layers: {x: {size: 2, lagrangian: relu}, y: {size: 2, lagrangian: relu}}\n"
        "synapses: {w: {kind: dense, layers: [x, y], weights: {values: [[1, 2], [2, 1]], tolerance: 0.1}}}\n"
    )
    rejected(between, "symmetric", "entries", W, "matrices that are not symmetric are meant, too")


def test_a_pair_that_differs() -> None:
    of, fields = unequal('[[0, 1, "1/3"], [1, 0, 2], ["1/4", 3, 0]]', [0, 2], ["1/3", "1/4"], 2)
    assert "at [0,2] and mirrored are" in accepted(of, "not symmetric", "entries", fields)
    for change, why in (
        ({"pair": [0, 1]}, "two weights are equal"),
        ({"pair": [0, 0]}, "two weights are equal"),
        ({"pair": [0, 2, 1]}, "the pair is none"),
        ({"pair": [0, 3]}, "expected two or more neurons"),
        ({"pair": [0, True]}, "expected two or more neurons"),
        ({"pair": "02"}, "expected a list"),
        ({"values": ["1/3", "1/3"]}, r"the two weights are \['1/3', '1/4'\]"),
        ({"unequal_pairs": 3}, "2 pairs differ"),
        ({"symmetrisable": "perhaps"}, "yes or no"),
        ({"symmetrisable": "yes"}, "a symmetriser shows yes"),
        ({"cycle": [0, 1, 2]}, "a symmetriser shows yes"),
    ):
        rejected(of, "not symmetric", "entries", fields | change, why)


def test_a_symmetriser_is_positive_and_symmetrises() -> None:
    """D = diag(3, 2): DW = (0 6; 6 0)."""
    of, fields = unequal("[[0, 2], [3, 0]]", [0, 1], ["2", "3"], 1, symmetrisable="yes")
    for right in (["3", "2"], ["3/8", "1/4"]):
        assert accepted(of, "not symmetric", "entries", fields | {"symmetriser": right})
    for wrong, why in (
        (["3", "3"], "DW is not symmetric"),
        (["-3", "-2"], "a positive number for each neuron"),
        (["0", "0"], "a positive number for each neuron"),
        (["3"], "a positive number for each neuron"),
        (["3", "2.0"], "expected a rational"),
    ):
        rejected(of, "not symmetric", "entries", fields | {"symmetriser": wrong}, why)


SKEW = "[[0, 1, 1], [1, 0, 1], [2, 1, 0]]"
"""Around (0, 1, 2) the products are 1·1·2 and 1·1·1."""


def test_a_cycle_whose_products_differ() -> None:
    of, fields = unequal(SKEW, [0, 2], ["1", "2"], 1, symmetrisable="no")
    assert accepted(of, "not symmetric", "entries", fields | {"cycle": [0, 1, 2]})
    for wrong, why in (
        ([0], "expected two or more neurons"),
        ([0, 1, 2, 0], "expected two or more neurons"),
        ({"0": 0}, "expected a list"),
        ([0, 2], "the two weights have one sign"),
    ):
        rejected(of, "not symmetric", "entries", fields | {"cycle": wrong}, why)


def test_a_cycle_that_a_symmetriser_explains() -> None:
    """W = D⁻¹S for S symmetric: around every cycle the products agree."""
    of, fields = unequal('[[0, 2, 4], [1, 0, 6], ["1/2", "3/2", 0]]', [0, 1], ["2", "1"], 3)
    yes, no = ({"symmetrisable": "yes", "symmetriser": ["1", "2", "8"]}, {"symmetrisable": "no", "cycle": [0, 1, 2]})
    assert accepted(of, "not symmetric", "entries", fields | yes)
    rejected(of, "not symmetric", "entries", fields | no, "agree in both directions")


@pytest.mark.parametrize(
    ("weights", "values", "no"),
    [
        ("[[0, 1], [-2, 0]]", ["1", "-2"], True),
        ("[[0, 1], [0, 0]]", ["1", "0"], True),
        ("[[0, 0], [1, 0]]", ["0", "1"], True),
        ("[[0, 1], [2, 0]]", ["1", "2"], False),
        ("[[0, -1], [-2, 0]]", ["-1", "-2"], False),
        ('[[0, "1/2"], ["1/3", 0]]', ["1/2", "1/3"], False),
    ],
)
def test_a_pair_refutes_by_signs_only(weights: str, values: list[str], no: bool) -> None:
    of, fields = unequal(weights, [0, 1], values, 1, symmetrisable="no", cycle=[1, 0])
    if no:
        assert accepted(of, "not symmetric", "entries", fields)
    else:
        rejected(of, "not symmetric", "entries", fields, "the two weights have one sign")


def test_a_pair_without_weights_refutes_nothing() -> None:
    of, fields = unequal("[[0, 0, 1], [0, 0, 0], [2, 0, 0]]", [0, 2], ["1", "2"], 1, symmetrisable="no", cycle=[0, 1])
    rejected(of, "not symmetric", "entries", fields, "the two weights have one sign")
    rejected(of, "not symmetric", "entries", fields | {"cycle": [0, 0]}, "the two weights have one sign")
