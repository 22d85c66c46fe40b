"""The tree of equilibria, step by step: codes, cuts, and enclosures that may be of the same equilibrium."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.checker.boxes import Boxes
from hopverify.checker.equilibria import Enumeration, Equilibrium, Replay, distinct, halves, joined
from hopverify.checker.listing import root
from hopverify.errors import EvidenceRejected
from hopverify.model.segments import segments
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
    assert len(replayed(SMOOTH, ["k"], []).equilibria) == 1
    for code in ("X", "K", " "):
        with pytest.raises(EvidenceRejected, match="unknown code"):
            replayed(SMOOTH, [code], [])


def test_what_is_left_undecided_is_told_with_its_ends() -> None:
    found = replayed(SMOOTH, ["?"], [])
    ((lower, upper),) = found.undecided
    assert found.equilibria == []
    assert -1 <= float(lower[0]) < 0 < float(upper[0]) <= 1
    assert len(replayed(LINE, ["c", "??"], [[0, 0]]).undecided) == 2


def test_a_face_without_a_point_is_undecided() -> None:
    """relu with weight 1 has every x ≥ 0 as an equilibrium: the second segment."""
    assert replayed(LINE, ["c", "?s"], [[0, 0]]).undecided[0] == (["a face"], ["1"])


def test_an_equilibrium_that_both_halves_verify_is_one() -> None:
    """Cut at the equilibrium itself, each half proves the same one on its inflated box."""
    assert len(replayed(SMOOTH, ["c", "kk"], [[0, "0"]]).equilibria) == 1
    assert len(replayed(SMOOTH, ["c", "ck", ".k"], [[0, "0"], [0, "-1/2"]]).equilibria) == 1


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


# ------------------------------------------------------------------ the same, or another


def enclosed(low: float, high: float) -> Equilibrium:
    return Equilibrium(None, np.array([low]), np.array([high]))


def kept(*pairs: tuple[tuple[float, float], tuple[float, float]]) -> list[list[float]]:
    """Return the enclosures that are kept of pairs: an enclosure, and the box in which it is the only solution."""
    found = distinct([enclosed(*pair[0]) for pair in pairs], [whole(*pair[1], 0, 0) for pair in pairs])
    return [[float(row.lower[0]), float(row.upper[0])] for row in found]


def test_enclosures_that_touch_are_not_told_apart() -> None:
    """They share the point 1, which may be the one equilibrium of both: [0, 2] says that it is."""
    first = ((0.0, 1.0), (0.0, 2.0))
    assert kept(first, ((1.0, 2.0), (0.0, 2.0))) == [[0, 1]]
    assert kept(first, ((1.5, 2.0), (0.0, 2.0))) == [[0, 1], [1.5, 2]]
    lower = ((1.0, 2.0), (0.0, 2.0))
    assert kept(lower, ((0.0, 1.0), (0.0, 2.0))) == [[1, 2]]
    assert kept(lower, ((0.0, 0.5), (0.0, 2.0))) == [[1, 2], [0, 0.5]]


@pytest.mark.parametrize("other", [(-0.25, 0.5), (0.5, 2.25)])
def test_enclosures_that_reach_out_of_the_box_may_be_of_two(other: tuple[float, float]) -> None:
    with pytest.raises(EvidenceRejected, match="of one equilibrium or of two"):
        kept(((0.0, 1.0), (0.0, 2.0)), (other, (-3.0, 3.0)))


def test_an_enclosure_is_compared_with_all_before_it() -> None:
    far, near = ((10.0, 11.0), (9.0, 12.0)), ((0.0, 1.0), (0.0, 2.0))
    assert kept(far, near, near) == [[10, 11], [0, 1]]
