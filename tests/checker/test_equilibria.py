"""The tree of equilibria, step by step: codes, cuts, and what is left undecided."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.checker.boxes import Boxes
from hopverify.checker.claimed_boxes import claimed
from hopverify.checker.equilibria import Enumeration, Replay, halves, joined
from hopverify.checker.listing import root
from hopverify.errors import EvidenceRejected
from hopverify.networks.segments import segments
from hopverify.obligations import Search
from tests.checker.test_edges_of_networks import dense, layer, model, network

SMOOTH = dense("[[1/2]]", "size: 1, lagrangian: tanh")
LINE = dense("[[1]]", "size: 1, lagrangian: relu")


def replayed(body: str, levels: list[str], cuts: list[Any], ends: tuple[int, int] = (-1, 1)) -> Enumeration:
    region = ((Fraction(ends[0]), Fraction(ends[1])),)
    search = Search(model(body), network(body), region)
    return Replay(search.network, {"levels": levels, "cuts": cuts}).run(root(search, None))


def test_every_code_is_one_that_is_known() -> None:
    """A code that nothing is done for would leave its box out."""
    assert len(replayed(SMOOTH, ["k"], []).enclosed) == 1
    for code in ("X", "K", " "):
        with pytest.raises(EvidenceRejected, match="unknown code"):
            replayed(SMOOTH, [code], [])


def test_what_is_left_undecided_is_counted() -> None:
    found = replayed(SMOOTH, ["?"], [])
    assert (found.equilibria, found.enclosed, found.undecided) == ([], [], 1)
    assert replayed(LINE, ["c", "??"], [[0, 0]]).undecided == 2


def test_a_face_without_a_point_is_undecided() -> None:
    """relu with weight 1 has every x ≥ 0 as an equilibrium: the second segment."""
    assert replayed(LINE, ["c", "?s"], [[0, 0]]).undecided == 2


def test_an_equilibrium_that_both_halves_verify_is_one() -> None:
    """Cut at the equilibrium itself, each half proves the same one on its inflated box."""
    found = replayed(SMOOTH, ["c", "kk"], [[0, "0"]]).enclosed
    assert len(found) == 2
    assert len(claimed([[["-1/18446744073709551616", "1/18446744073709551616"]]], found, 1)) == 1


def test_a_solution_is_enclosed_by_the_doubles_around_it() -> None:
    body = dense("[[0]]", "size: 1, lagrangian: relu, bias: 1/3")
    (found,) = replayed(body, ["c", ".s"], [[0, 0]]).equilibria
    assert found.exact is not None
    assert found.exact.tolist() == [Fraction(1, 3)]
    assert Fraction(found.lower[0]) < Fraction(1, 3) < Fraction(found.upper[0])


# ------------------------------------------------------------------ parts of boxes


def whole(low: float, high: float, first: int, last: int) -> Boxes:
    return Boxes(
        np.array([[low]], dtype=float), np.array([[high]], dtype=float), np.array([[first]]), np.array([[last]])
    )


def test_the_parts_of_a_cut_cover_the_box() -> None:
    smooth = halves(whole(-1, 2, 0, 0), 0, 0, "1/2", [None])
    assert (smooth.lower.tolist(), smooth.upper.tolist()) == ([[-1], [0.5]], [[0.5], [2]])
    parts = [segments(layer("lagrangian: hard_tanh", 1).function)]
    cut = halves(whole(-5, 5, 0, 2), 0, 0, 1, parts)
    assert (cut.lower.tolist(), cut.upper.tolist()) == ([[-5], [1]], [[1], [5]])
    assert (cut.first.tolist(), cut.last.tolist()) == ([[0], [2]], [[1], [2]])


def test_a_part_without_segments_holds_no_point() -> None:
    parts = [segments(layer("lagrangian: hard_tanh", 1).function)]
    assert halves(whole(-5, -1, 0, 0), 0, 0, 0, parts).is_void.tolist() == [False, True]
    assert halves(whole(1, 5, 2, 2), 0, 0, 1, parts).is_void.tolist() == [True, False]


def test_no_parts_are_no_boxes() -> None:
    assert joined([], 3).lower.shape == joined([], 3).first.shape == (0, 3)
