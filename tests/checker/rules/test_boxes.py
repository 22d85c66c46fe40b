"""Minima in numbers worked out by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from hopverify.checker.rules import Judgement, ball_minima
from hopverify.obligations import (
    BallMinima,
    Outcome,
)
from hopverify.synapses.epanechnikov import Epanechnikov
from tests.checker.rules.shown import judged, model


def minima(patterns: list[list[Any]], beta: Any) -> Judgement:
    """Return the minima of the Epanechnikov energy; balls have the squared radius 2/β."""
    rows_ = "[" + ", ".join("[" + ", ".join(map(str, row)) + "]" for row in patterns) + "]"
    asked = model(
        f"x: {{size: {len(patterns[0])}, lagrangian: identity, leak: 0}}",
        f"s: {{kind: epanechnikov, layers: [x], patterns: {rows_}, beta: {beta}, epsilon: 1/8}}",
    )
    synapse = asked.synapses["s"]
    assert isinstance(synapse, Epanechnikov)
    return judged(BallMinima(asked, synapse), "ball_minima")


def test_minima_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Balls of radius 1 on a line: 0 alone; those of 3 and 9/2 overlap between 7/2 and 4, around their centroid."""
    found = minima([[0], [3], [Fraction(9, 2)]], 2)
    assert found.outcome is Outcome.PROVED
    told = {key: found.data[key] for key in ("count", "emergent", "patterns", "stored", "flat_beyond")}
    assert told == {"count": 4, "emergent": 1, "patterns": 3, "stored": 3, "flat_beyond": "1"}
    assert [(row["members"], row["state"], row["stored"], row["radius"]) for row in found.data["minima"]] == [
        ([0], ["0"], True, "1"),
        ([1], ["3"], True, "1/2"),
        ([1, 2], ["15/4"], False, "1/4"),
        ([2], ["9/2"], True, "1/2"),
    ]
    monkeypatch.setattr(ball_minima, "MAX_LISTED", 2)
    assert len(minima([[0], [3], [Fraction(9, 2)]], 2).data["minima"]) == 2
    # Two that are the same are stored by one minimum; the middle of three is one of them too.
    assert minima([[0], [0]], 2).data["stored"] == 2
    three = minima([[0], [1], [2]], Fraction(1, 2)).data
    assert (three["count"], three["emergent"], three["stored"]) == (1, 0, 1)
