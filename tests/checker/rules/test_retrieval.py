"""Balls of patterns on a line, where S and S' are known: both edges, the ghost, biases, and sheets for two β."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import exp, log
from typing import Any, cast

import numpy as np
import pytest

from hopverify.checker import gram as gram_module
from hopverify.checker.gram import Gram
from hopverify.checker.rules import Judgement, judge
from hopverify.checker.rules.retrieval import Balls, Bounds, Sheet, _numbers, bounds
from hopverify.errors import EvidenceRejected
from hopverify.obligations import Outcome, Retrieval
from hopverify.spec import ExactArray


def obligation(
    patterns: Sequence[Any] = (2, -2),
    beta: Any = 1,
    bias: Sequence[Any] = (),
    at_least: int = 0,
    ghost: bool = False,
    together: tuple[Any, ...] = (),
) -> Retrieval:
    rows = ExactArray.of([[Fraction(p)] for p in patterns])
    offsets = ExactArray.of([Fraction(b) for b in bias or [0] * len(patterns)])
    labels = tuple(f"[{k}]" for k in range(len(patterns)))
    shared = tuple(map(Fraction, together))
    return Retrieval("line", rows, Fraction(beta), offsets, labels, at_least, ghost, together=shared)


def text(value: float | None) -> str | None:
    return None if value is None else str(Fraction(value))


def sheet(radii: Sequence[float | None], distances: Sequence[float | None], beta: Any = 1, **more: Any) -> Any:
    """Return a sheet; what lies nearer than 1, half the gap of ±2, is the pattern's own."""
    rivals = list(range(len(radii)))[::-1]
    return {
        "beta": str(beta),
        "radii": list(map(text, radii)),
        "distances": list(map(text, distances)),
        "own": [distance is not None and distance < 1 for distance in distances],
        "competitors": rivals,
    } | more


def judged(asked: Retrieval, *sheets: Any) -> Judgement:
    return judge(asked, {"rule": "retrieval", "sheets": list(sheets)})


def refused(asked: Retrieval, message: str, *sheets: Any) -> None:
    with pytest.raises(EvidenceRejected, match=message):
        judged(asked, *sheets)


# For ±2 and β = 1: d = 4, m = 8, S(r) = 4 exp(4r - 8), S'(r) = 16 exp(4r - 8).
EDGE = (8 - log(16)) / 4
LEAST = 0.0013491


@pytest.mark.parametrize(
    ("radius", "distance", "held"),
    [
        # Weights are read from a table, in steps of less than a hundredth.
        (EDGE - 0.004, 0.002, True),
        (EDGE + 0.001, 0.002, False),
        (1.0, LEAST * 1.01, True),
        (1.0, LEAST * 0.999, False),
        (EDGE + 0.001, LEAST * 0.999, False),
        # S(1) = 0.07: the same number may be both.
        (1.0, 1.0, True),
    ],
)
def test_both_conditions_are_asked(radius: float, distance: float, held: bool) -> None:
    asked = obligation()
    for place in range(2):
        radii: list[float | None] = [None, None]
        distances: list[float | None] = [None, None]
        radii[place], distances[place] = radius, distance
        if held:
            assert judged(asked, sheet(radii, distances)).outcome is Outcome.PROVED
        else:
            refused(asked, f"beta 1: T15's conditions do not hold for pattern {place} ", sheet(radii, distances))


@pytest.mark.parametrize("size", [1, 2, 512])
def test_sums_by_hand(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three on a line, two β: S at the distance and S' at the radius, bounded from above and hardly more."""
    for name in ("PANEL", "WIDTH", "SLAB"):
        monkeypatch.setattr(gram_module, name, size)
    points, betas = (0.0, 2.0, -3.0), (1.0, 0.5)
    patterns = ExactArray.of(np.array([[p] for p in points]))
    gram = Gram(patterns, ExactArray.of(np.zeros(3)))
    columns = np.array([0.5, 0.25, 0.125]), np.array([0.25, 0.125, 0.0625])
    sheets = [Sheet(Fraction(beta), columns[0].tobytes(), columns[1].tobytes(), bytes(3)) for beta in betas]
    balls = Balls.of(gram, sheets)
    unit = float(gram.scaled_lengths(np.array([1.0]))[0])
    assert [each.radii.tolist() for each in balls] == [(columns[0] * unit).tolist()] * 2
    assert [each.distances.tolist() for each in balls] == [(columns[1] * unit).tolist()] * 2
    for beta, (first, second) in zip(betas, bounds(gram, balls, patterns).sums, strict=True):
        for mu, at in enumerate(points):
            gaps = [(abs(at - p), (at - p) * at) for p in points if p != at]
            S = sum(exp(-beta * (m - columns[1][mu] * d)) * d for d, m in gaps)
            slope = beta * sum(exp(-beta * (m - columns[0][mu] * d)) * d * d for d, m in gaps)
            assert S * unit * (1 - 1e-12) <= first[mu] <= S * unit * 1.01
            assert slope * (1 - 1e-12) <= second[mu] <= slope * 1.01


def test_what_has_no_ball_does_not_fail() -> None:
    patterns = ExactArray.of(np.array([[2.0], [-2.0], [2.0]]))
    gram = Gram(patterns, ExactArray.of(np.zeros(3)))
    rows = np.array([0.0, 1.0, 1.5])
    (balls,) = Balls.of(gram, [Sheet(Fraction(1), rows.tobytes(), rows.tobytes(), bytes(3))])
    # The last is the first once more, which changes nothing of S and S'; 3/2 is too far.
    (wrong,) = bounds(gram, [balls], patterns).failing([balls])
    assert wrong.tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("first", "second", "wrong"),
    [(0.5, 0.5, False), (1.0, 0.5, False), (np.nextafter(1, 2), 0.5, True), (0.5, 1.0, True), (2.0, 2.0, True)],
)
def test_the_edges_of_both_conditions(first: float, second: float, wrong: bool) -> None:
    """S(δ) ≤ δ, and S'(R) < 1; a pattern without a ball is asked for nothing."""
    found = Bounds([(np.full(2, first), np.full(2, second))], np.full(2, np.inf))
    balls = Balls(cast(Any, None), np.array([3.0, 0.0]), np.array([1.0, 0.0]))
    assert found.failing([balls])[0].tolist() == [wrong, False]
    small = Balls(cast(Any, None), np.array([0.25, 0.0]), np.array([1.0, 0.0]))
    assert found.failing([small])[0].tolist() == [wrong, False]


def test_balls_smaller_than_one() -> None:
    """Patterns ±1/64 at β = 2¹²·4: all lengths are far below 1."""
    small = obligation((Fraction(1, 64), Fraction(-1, 64)), 4 * 2**12)
    assert judged(small, sheet([2**-8, None], [2**-9, None], 2**14)).outcome is Outcome.PROVED
    refused(small, "pattern 0", sheet([2**-6, None], [2**-9, None], 2**14))


# ------------------------------------------------------------------ ghosts and biases


def test_the_ghost_is_one_rival_more() -> None:
    """At β = 1 the ghost of 2 has d = 2, m = 4: S(r) = 4 exp(4r - 8) + 2 exp(2r - 4), S'(1/2) = 0.09 + 0.2."""
    haunted = obligation(ghost=True)
    good, near = sheet([0.5, None], [0.25, None]), sheet([0.5, None], [0.03125, None])
    found = judged(haunted, good | {"competitors": [2, 0]})
    assert found.data["memories"][0]["competitor"] == "the ghost"
    # Without it S(1/32) = 0.0015; with it 0.04.
    assert judged(obligation(), near).outcome is Outcome.PROVED
    refused(haunted, "pattern 0", near)
    refused(obligation(), "below 2", good | {"competitors": [2, 0]})
    refused(haunted, "below 3", good | {"competitors": [3, 0]})
    assert judged(obligation(), good).data["memories"][0]["competitor"] == "[1]"


def test_biases_count() -> None:
    """A bias of -5 takes the lead of 8 down to 3: S'(r) = 16 exp(4r - 3) > 0.79."""
    good = sheet([0.0625, None], [0.0625, None])
    assert judged(obligation(), good).outcome is Outcome.PROVED
    refused(obligation(bias=(-5, 0)), "pattern 0", good)
    assert judged(obligation(bias=(0, -5)), good).outcome is Outcome.PROVED


# ------------------------------------------------------------------ sheets


def test_what_is_told_of_patterns() -> None:
    asked = obligation(at_least=1)
    found = judged(asked, sheet([1.0, None], [0.5, None]))
    assert found.outcome is Outcome.PROVED
    assert found.data["memories"] == [
        {"name": "[0]", "verdict": "pass", "radius": "1", "distance": "1/2", "competitor": "[1]"},
        {"name": "[1]", "verdict": "unknown", "why": "none", "competitor": "[0]"},
    ]
    assert judged(asked, sheet([1.0, 1.0], [0.5, 0.5])).outcome is Outcome.PROVED
    assert judged(asked, sheet([None, None], [None, None])).outcome is Outcome.OPEN
    assert judged(obligation(at_least=2), sheet([1.0, None], [0.5, None])).outcome is Outcome.OPEN


def test_an_equilibrium_beyond_half_the_gap_is_nobodys_own() -> None:
    """S(1) = 0.07: the ball holds an equilibrium, but 1 is half the way from ±2 to 0."""
    beyond = sheet([1.0, None], [1.0, None])
    assert judged(obligation(), beyond).outcome is Outcome.PROVED
    assert judged(obligation(at_least=1), beyond).outcome is Outcome.OPEN
    refused(obligation(), "pattern 0 may be another's", beyond | {"own": [True, False]})


def test_each_claim_reads_its_own_sheet() -> None:
    """At β = 1/2 the first pattern has no ball in the evidence, at β = 1 it has."""
    sheets = sheet([1.0, None], [0.5, None]), sheet([None, None], [None, None], "1/2")
    for beta, certified in ((1, 1), (Fraction(1, 2), 0)):
        asked = obligation(beta=beta, together=(1, Fraction(1, 2)))
        assert judged(asked, *sheets).data["certified"] == certified
    asked = obligation(together=(1, Fraction(1, 2)))
    refused(asked, "a sheet of beta", sheets[1], sheets[0])
    refused(asked, "expected one for each of the 2 inverse", sheets[0])
    refused(asked, "expected one for each of the 2 inverse", *sheets, sheets[1])
    # S'(1) = ½·16 exp(½(4 - 8)) = 1.08 at the lower β.
    refused(asked, "beta 1/2: T15's", sheets[0], sheet([1.0, None], [0.5, None], "1/2"))
    wide = sheet([1.3125, None], [0.5, None])
    refused(asked, "beta 1: T15's", wide, sheets[1])
    for wrong in ({"0": sheets[0], "1": sheets[1]}, [sheets[0], "sheet"], [sheets[0], list(sheets[1])]):
        with pytest.raises(EvidenceRejected, match="expected one for each of the 2 inverse"):
            judge(asked, {"rule": "retrieval", "sheets": wrong})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"beta": "2"}, "a sheet of beta"),
        ({"more": 1}, "a sheet of beta"),
        ({"radii": ["1", "1"]}, "or null for both"),
        ({"distances": ["1/2", "1/2"]}, "or null for both"),
        ({"radii": [None, None]}, "or null for both"),
        ({"distances": [None, None]}, "or null for both"),
        ({"distances": ["2", None]}, "or null for both"),
        ({"radii": ["1/4", None]}, "or null for both"),
        ({"radii": ["1"]}, "radii: expected one entry"),
        ({"distances": ["1/2"]}, "distances: expected one entry"),
        ({"radii": ["1/3", None]}, "doubles exactly"),
        ({"distances": ["0", None]}, "doubles exactly"),
        ({"competitors": [1]}, "competitors: expected one entry"),
        ({"competitors": [1, 0, 0]}, "competitors: expected one entry"),
        ({"competitors": {"0": 1, "1": 0}}, "competitors: expected one entry"),
        ({"competitors": [2, 0]}, "below 2"),
        ({"competitors": [1, -1]}, "below 2"),
        ({"own": [True]}, "own: expected true or false"),
        ({"own": [1, 0]}, "own: expected true or false"),
        ({"own": [True, True]}, "own: a pattern without a ball"),
    ],
)
def test_sheets_are_whole(change: dict[str, Any], message: str) -> None:
    good = sheet([1.0, None], [0.5, None])
    judged(obligation(), good)
    refused(obligation(), message, good | change)


def test_lengths_that_vanish_are_no_missing_balls() -> None:
    patterns, zeros = ExactArray.of(np.array([[2.0**60], [-(2.0**60)]])), ExactArray.of(np.zeros(2))
    plain, haunted = Gram(patterns, zeros), Gram(patterns, zeros, ghost=True)
    column = np.array([0.0, 2.0**50])
    assert (_numbers(plain, column.tobytes()) > 0).tolist() == [False, True]
    # The ghost has none.
    assert (_numbers(haunted, column.tobytes()) > 0).tolist() == [False, True, False]
    for small in (2.0**-1074, 2.0**-1060):
        with pytest.raises(EvidenceRejected, match="too small beside the patterns"):
            _numbers(plain, np.array([2.0**50, small]).tobytes())


def test_an_equilibrium_halfway_to_a_rival_is_nobody_s_own() -> None:
    found = Bounds([], np.array([1.0, 1.0, 1.0]))
    ball = Balls(cast(Any, None), np.ones(3), np.array([0.5, 0.25, 0.0]))
    assert found.owning(ball).tolist() == [False, True, False]
