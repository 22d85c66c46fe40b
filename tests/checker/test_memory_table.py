"""What a reader is shown of stored patterns, in whole, and which radii are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from hopverify.checker import memory_table as module
from hopverify.checker.memory_table import memory_table, radii_of
from hopverify.errors import EvidenceRejected

LABELS = ("a", "b", "c", "d", "ghost")
RADII = ["9", None, "1/2", "10"]
DISTANCES = ["1/3", None, "10", "9"]


def table(
    radii: Sequence[str | None],
    distances: Sequence[str | None],
    competitors: Sequence[int],
    missing: Mapping[int, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return the table of patterns each of which is retrieved if it has a ball and lacks nothing."""
    lacks = missing or {}
    retrieved = np.array([radius is not None and mu not in lacks for mu, radius in enumerate(radii)])
    return memory_table(LABELS, retrieved, (radii, distances, competitors), lacks)


def test_a_whole_table() -> None:
    """Sizes are ordered as numbers: as texts "10" would come before "9", and 1/2 in between."""
    assert table(RADII, DISTANCES, [0, 0, 4, 2]) == {
        "certified": 3,
        "patterns": 4,
        "radius": {"smallest": "1/2", "median": "9", "largest": "10"},
        "distance_at_most": "10",
        "memories": [
            {"name": "a", "verdict": "pass", "radius": "9", "distance": "1/3"},
            {"name": "b", "verdict": "unknown", "why": "none", "competitor": "a"},
            {"name": "c", "verdict": "pass", "radius": "1/2", "distance": "10", "competitor": "ghost"},
            {"name": "d", "verdict": "pass", "radius": "10", "distance": "9", "competitor": "c"},
        ],
    }


def test_a_table_without_a_ball_has_no_sizes() -> None:
    assert table([None, None], [None, None], [1, 1]) == {
        "certified": 0,
        "patterns": 2,
        "memories": [
            {"name": "a", "verdict": "unknown", "why": "none", "competitor": "b"},
            {"name": "b", "verdict": "unknown", "why": "none"},
        ],
    }


def test_a_ball_alone_is_no_retrieval() -> None:
    """Where something is missing the ball and what is missing are told, and neither counts among the certified."""
    data = table(RADII, DISTANCES, [0, 1, 2, 3], {3: {"why": "far", "limit": "2", "rival": "a"}})
    assert data["certified"] == 2
    assert data["radius"]["largest"] == "9"
    assert data["memories"][3] == {
        "name": "d",
        "verdict": "unknown",
        "radius": "10",
        "distance": "9",
        "why": "far",
        "limit": "2",
        "rival": "a",
    }


@pytest.mark.parametrize(
    ("radii", "median"),
    [(["3"], "3"), (["3", "1"], "3"), (["3", "1", "2"], "2"), (["5", "1", "4", "2", "3"], "3")],
)
def test_the_median_is_the_upper_one(radii: list[str], median: str) -> None:
    assert table(radii, radii, range(5))["radius"]["median"] == median


def test_as_many_as_are_listed_have_a_row_each_and_more_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LISTED", 4)
    data = table(RADII, DISTANCES, [0, 1, 2, 3])
    assert [row["name"] for row in data["memories"]] == ["a", "b", "c", "d"]
    assert "unlisted" not in data
    monkeypatch.setattr(module, "LISTED", 3)
    data = table(RADII, DISTANCES, [0, 1, 2, 3])
    assert [row["name"] for row in data["memories"]] == ["b"]
    assert data["unlisted"] == 3


def test_of_many_without_a_ball_the_first_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LISTED", 2)
    data = table([None, None, "1", None], [None, None, "1", None], [0, 1, 2, 3])
    assert [row["name"] for row in data["memories"]] == ["a", "b"]
    assert data["unlisted"] == 2


def test_radii_are_doubles_exactly() -> None:
    assert radii_of(["1/2", None, "3"], 3, "radii").tolist() == [0.5, 0.0, 3.0]


@pytest.mark.parametrize("stated", ["1/3", "0", "-1", str(2**1025), f"1/{2**1080}"])
def test_no_other_number_is_a_radius(stated: str) -> None:
    with pytest.raises(EvidenceRejected, match="radii: expected numbers > 0 that are doubles exactly"):
        radii_of([stated], 1, "radii")


@pytest.mark.parametrize("stated", [["1"], ["1", "1", "1"], "11", None])
def test_each_pattern_has_one_radius(stated: Any) -> None:
    assert len(radii_of(["1", "1"], 2, "radii")) == 2
    with pytest.raises(EvidenceRejected, match="radii: expected one entry for each of the 2 patterns"):
        radii_of(stated, 2, "radii")
