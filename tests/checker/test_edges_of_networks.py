"""Edges that networks of the project do not reach: each beside the input next to it that is taken."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, cast

import numpy as np
import pytest

from hopverify.checker.gram import Gram
from hopverify.checker.rules import basin_cells, judge, lure
from hopverify.checker.rules.retrieval import _numbers
from hopverify.errors import EvidenceRejected
from hopverify.numerics import ranges
from hopverify.obligations import Obligation
from hopverify.pipeline import verify
from hopverify.spec import ExactArray, parse_spec
from tests.checker.models import dense, layer, model


def entry(body: str, check: str) -> Mapping[str, Any]:
    return verify(parse_spec(f"hopverify: 1\nname: edges\n{body}checks: [{check}]\n"), samples=20).results[0]


def refused(asked: Obligation, evidence: Mapping[str, Any], message: str) -> None:
    with pytest.raises(EvidenceRejected, match=message):
        judge(asked, evidence)


# ------------------------------------------------------------------ energies and drives


def test_weights_near_the_ends_of_doubles_are_left_to_intervals() -> None:
    for power in (10, 950):
        asked = model(dense(f"[[{2**power}]]", "size: 1, lagrangian: tanh"))
        gamma = {"x": ranges.Box.full(1, (Fraction(-1), Fraction(1)))}
        box = ranges.total_drives(asked, gamma)["x"]
        assert -(2.0**power) * 1.01 < box.lower[0] <= -(2.0**power)
        assert 2.0**power <= box.upper[0] < 2.0**power * 1.01


def test_slopes_without_an_upper_end_have_no_multipliers() -> None:
    assert lure.steepest(layer("lagrangian: {leaky_relu: {slope: 2}}")) == 2
    with pytest.raises(EvidenceRejected, match="no bound of the slope"):
        lure.steepest(layer("lagrangian: exp"))
    assert lure.steepest(layer("lagrangian: {spherical: {epsilon: 1}}")) == 1
    with pytest.raises(EvidenceRejected, match="not evidently locally Lipschitz"):
        lure.steepest(layer("lagrangian: {spherical: {epsilon: 0}}"))


# ------------------------------------------------------------------ equilibria


def test_an_equilibrium_next_to_the_region_is_not_in_it() -> None:
    """1/3 is no double: the box that is searched reaches past it, the region does not."""
    for shift, count in (("1/1000000000000000000000", 1), ("-1/1000000000000000000000", 0)):
        body = dense("[[0]]", f"size: 1, lagrangian: relu, bias: {Fraction(1, 3) + Fraction(shift)}")
        found = entry(body, "{equilibria: {lower: 1/3, upper: 1}}")
        assert (found["verdict"], len(found["obligations"][0]["data"]["equilibria"])) == ("pass", count)


# ------------------------------------------------------------------ sizes, scales, cells


def test_a_radius_that_vanishes_beside_the_patterns_is_refused() -> None:
    patterns, bias = (ExactArray.of(np.array(rows)) for rows in ([[2.0**30, 0.0], [0.0, 2.0**30]], [0.0, 0.0]))
    gram = Gram(patterns, bias)
    assert _numbers(gram, np.array([2.0**20, 0.0]).tobytes())[0] > 0
    with pytest.raises(EvidenceRejected, match="too small beside the patterns"):
        _numbers(gram, np.array([2.0**-1074, 0.0]).tobytes())


def test_a_diagonal_that_is_not_positive_is_not_definite() -> None:
    assert not basin_cells._is_definite(cast(Any, None), np.array([1.0, 0.0]), {"method": "dominance"})


# ------------------------------------------------------------------ trees and slopes


def test_the_ends_of_a_region_belong_to_it() -> None:
    for region in ("{lower: 1/2, upper: 1}", "{lower: 0, upper: 1/2}", "{lower: 1/2, upper: 1/2}"):
        found = entry(dense("[[0]]", "size: 1, lagrangian: relu, bias: 1/2"), f"{{equilibria: {region}}}")
        assert [row["x"] for row in found["obligations"][0]["data"]["equilibria"]] == [["1/2"]]
