"""Leads over rivals in hand-made tiles, to the last double; and balls of patterns on a line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from hopverify.checker.floats import UNIT
from hopverify.checker.gram import Gram, Tile
from hopverify.checker.rules import Judgement, judge
from hopverify.checker.rules.one_step_retrieval import leads, needed
from hopverify.errors import EvidenceRejected
from hopverify.obligations import OneStepRetrieval, Outcome
from hopverify.spec import ExactArray

INF = np.inf


def tiled(count: int, *tiles: Tile, reach: float = 1.0, diameter: float = 1.0) -> Gram:
    """Return what has these tiles for a Gram."""

    def each(work: Callable[[Tile], Any], dtype: Any, *, alone: float | None = None) -> Iterator[tuple[slice, Any]]:
        assert alone == INF
        return iter([(tile.own, work(tile)) for tile in tiles])

    return cast(Gram, SimpleNamespace(count=count, reach=reach, diameter=diameter, each=each))


def tile(own: slice, margin: Any, distance: Any, across: bool = False) -> Tile:
    rows = [np.array(part, dtype=float) for part in (margin, distance)]
    return Tile(own, 0, *(part.T if across else part for part in (*rows, rows[1] ** 2)), across)


def test_every_rival_is_led() -> None:
    """Margins less twice the distances: of the first pattern 3, 0.5 and ∞, of the second 5, 5 and ∞."""
    margin, distance = [[5, 3, INF], [9, 7, INF]], [[1, 1.25, 0], [2, 1, 0]]
    for across in (False, True):
        gram = tiled(2, tile(slice(0, 2), margin, distance, across))
        for at_least, found in ((0.25, [True, True]), (1.0, [False, True]), (5.5, [False, False])):
            assert leads(gram, np.array([2.0, 2.0]), at_least).tolist() == found
        # Each pattern has its own radius.
        assert leads(gram, np.array([1.0, 4.0]), 1.5).tolist() == [True, False]


def test_one_tile_is_enough_to_lose_the_lead() -> None:
    wins, loses = ([[9.0]], [[1.0]]), ([[1.0]], [[1.0]])
    for order in ((wins, loses), (loses, wins)):
        gram = tiled(1, *(tile(slice(0, 1), *part) for part in order))
        assert leads(gram, np.array([1.0]), 2.0).tolist() == [False]
    assert leads(tiled(1, tile(slice(0, 1), *wins)), np.array([1.0]), 2.0).tolist() == [True]
    # Others are not concerned.
    gram = tiled(2, tile(slice(0, 1), *loses), tile(slice(1, 2), *wins))
    assert leads(gram, np.array([1.0, 1.0]), 2.0).tolist() == [False, True]


@pytest.mark.parametrize(
    ("reach", "diameter", "units"),
    # m ≥ 4 + 4(1 + 16u) + 8u(reach + diameter), in steps of 16u beside 8.
    [(1.0, 1.0, 5), (3.0, 1.0, 6), (1.0, 3.0, 6), (31.0, 33.0, 36)],
)
def test_errors_are_allowed_for(reach: float, diameter: float, units: int) -> None:
    for margin, led in ((8 + units * 16 * UNIT, True), (8 + (units - 1) * 16 * UNIT, False)):
        gram = tiled(1, tile(slice(0, 1), [[margin]], [[4.0]]), reach=reach, diameter=diameter)
        assert leads(gram, np.array([1.0]), 4.0).tolist() == [led]


def test_a_pattern_alone_leads() -> None:
    gram = Gram(ExactArray.of(np.array([[2.0]])), ExactArray.of(np.zeros(1)))
    assert leads(gram, np.array([1.0]), 1e10).tolist() == [True]


# ------------------------------------------------------------------ judgements


def obligation(
    beta: Any = 1, margin: Any = 1, at_least: int = 0, points: Sequence[float] = (2, -2)
) -> OneStepRetrieval:
    count = len(points)
    patterns, bias = ExactArray.of(np.array([[float(p)] for p in points])), ExactArray.of(np.zeros(count))
    labels = tuple(f"[{k}]" for k in range(count))
    return OneStepRetrieval("line", patterns, Fraction(beta), bias, labels, at_least, Fraction(margin))


def judged(asked: OneStepRetrieval, radii: Any, competitors: Any = (1, 0)) -> Judgement:
    listed = list(competitors) if isinstance(competitors, tuple) else competitors
    return judge(asked, {"rule": "one_step_retrieval", "radii": radii, "competitors": listed})


@pytest.mark.parametrize(("beta", "margin"), [(1, 1), (2, 1), (1, 2), (Fraction(1, 2), 3), (3, Fraction(1, 2))])
def test_the_margin_is_scaled(beta: Any, margin: Any) -> None:
    gram = Gram(ExactArray.of(np.array([[2.0], [-2.0]])), ExactArray.of(np.zeros(2)))
    unit = float(gram.scaled_lengths(np.array([1.0]))[0])
    exact = Fraction(margin) / Fraction(beta) * Fraction(unit) ** 2
    assert exact <= Fraction(needed(gram, obligation(beta, margin))) <= exact * (1 + Fraction(1, 2**48))


@pytest.mark.parametrize(
    ("beta", "margin", "edge"), [(1, 1, 1.75), (2, 1, 1.875), (1, 2, 1.5), (Fraction(1, 2), 3, 0.5), (1, 7, 0.25)]
)
def test_the_edge_of_the_ball(beta: Any, margin: Any, edge: float) -> None:
    """For ±2: β(8 - 4r) ≥ margin."""
    asked = obligation(beta, margin)
    for place in range(2):
        for change, held in ((-(2.0**-40), True), (0.0, False), (2.0**-40, False)):
            radii: list[str | None] = [None, None]
            radii[place] = str(Fraction(edge + change))
            if held:
                assert judged(asked, radii).outcome is Outcome.PROVED
            else:
                with pytest.raises(EvidenceRejected, match=f"pattern {place} does not lead"):
                    judged(asked, radii)


def test_what_is_told_of_patterns() -> None:
    asked = obligation(at_least=1)
    found = judged(asked, ["1", None])
    assert found.outcome is Outcome.PROVED
    assert found.data["memories"] == [
        {"name": "[0]", "verdict": "pass", "radius": "1", "distance": "0", "competitor": "[1]"},
        {"name": "[1]", "verdict": "unknown", "why": "none", "competitor": "[0]"},
    ]
    assert judged(asked, ["1", "1/2"]).outcome is Outcome.PROVED
    none = judged(asked, [None, None])
    assert (none.outcome, none.data["certified"]) == (Outcome.OPEN, 0)
    assert judged(obligation(at_least=2), ["1", None]).outcome is Outcome.OPEN


def test_patterns_without_a_ball_do_not_matter() -> None:
    """The second is the first once more: none of the two leads, which is asked of neither."""
    asked = obligation(points=(2, 2, -2))
    assert judged(asked, [None, None, "1"], (1, 0, 0)).data["certified"] == 1
    with pytest.raises(EvidenceRejected, match="pattern 1 does not lead"):
        judged(asked, [None, "1/4", "1"], (1, 0, 0))


@pytest.mark.parametrize(
    ("radii", "competitors", "message"),
    [
        (["1"], (1, 0), "radii: expected one entry"),
        (["1/3", None], (1, 0), "doubles exactly"),
        (["1", None], (1,), "competitors: expected one entry"),
        (["1", None], (1, 0, 0), "competitors: expected one entry"),
        (["1", None], {"0": 1, "1": 0}, "competitors: expected one entry"),
        (["1", None], (2, 0), "below 2"),
    ],
)
def test_lists_are_whole(radii: Any, competitors: Any, message: str) -> None:
    judged(obligation(), ["1", None])
    with pytest.raises(EvidenceRejected, match=message):
        judged(obligation(), radii, competitors)
