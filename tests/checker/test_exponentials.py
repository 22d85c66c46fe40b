"""Weights in steps of 1/256: shift, reductions and totals by hand, with a unit of rounding as coarse as can be seen."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hopverify.checker import exponentials
from hopverify.checker.exponentials import HIGHEST, STEPS, Weights, table, unit, weights
from hopverify.checker.gram import Tile
from hopverify.errors import EvidenceRejected


def gram(reach: float = 1.0, diameter: float = 2.0, count: int = 3) -> Any:
    return SimpleNamespace(reach=reach, diameter=diameter, count=count)


def tile(margin: Any, distance: Any) -> Tile:
    m, d = (np.array(entry, dtype=np.float64) for entry in (margin, distance))
    return Tile(slice(0, len(m)), 0, m, d, d**2, across=False)


@pytest.fixture
def coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a unit be 2⁻⁶, so that sixteen of them are a quarter."""
    monkeypatch.setattr(exponentials, "unit", lambda dtype: 2.0**-6)


def test_a_unit_is_half_the_distance_from_one() -> None:
    assert unit(np.float64) == 2.0**-53
    assert unit(np.float32) == 2.0**-24


@pytest.mark.usefixtures("coarse")
def test_the_slack_is_taken_away_from_the_shift() -> None:
    found = Weights(gram(), 0.5, 1.0, np.float64)
    # c = 128; 128·(1 + 2·2) + 256·14 = 4224, of which a quarter is the slack.
    assert found.slack == 1056
    assert found.shifted(tile([[0.0, 2.0]], [[0.0, 0.0]])).tolist() == [[3584 - 1056, 256 + 3584 - 1056]]
    assert Weights(gram(), 0.5, 3.0, np.float64).slack == (128 * (1 + 3 * 2) + 3584) / 4


@pytest.mark.usefixtures("coarse")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_reductions_are_a_little_more_than_the_radius_asks_for(dtype: Any) -> None:
    found = Weights(gram(), 0.5, 1.0, dtype).reductions(np.array([0.0, 1.0, 3.0]))
    assert found.tolist() == [0, 160, 480]
    assert found.dtype == dtype


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_weights_are_read_from_the_table_and_clipped(dtype: Any) -> None:
    found = Weights(gram(), 1.0, 1.0, dtype)
    pairs = tile([[0.0] * 5], [[1.0, 2.0, 100.0, 0.5, 1.0]])
    shifted = np.array([[5.0, 7.5, 3.0, 1e7, 2.0]], dtype=dtype)
    entries = table(np.dtype(dtype).name)
    wanted = entries[[3, 3, 0, len(entries) - 1, 0]]
    assert found.at(pairs, shifted, np.array([2.0], dtype=dtype)).tolist() == [wanted.tolist()]


def test_totals_grow_by_every_rounding(monkeypatch: pytest.MonkeyPatch) -> None:
    sums = np.array([0.0, 1.0])
    # Three patterns, each of which may lose four products below the least normal number, 2⁻¹²⁶ in single precision.
    assert Weights(gram(), 1.0, 1.0, np.float32).total(sums)[0] == 12 * 2.0**-126
    assert Weights(gram(), 1.0, 1.0, np.float64).total(sums)[0] == 12 * 2.0**-1022
    monkeypatch.setattr(exponentials, "unit", lambda dtype: 1 / 16800)
    monkeypatch.setattr(exponentials, "roundoff", lambda: 2.0**-2)
    # 1 + 2·(1/2 + 3/4)
    assert Weights(gram(), 1.0, 1.0, np.float64).total(sums)[1] == 3.5


def test_single_precision_is_taken_while_it_costs_two_steps() -> None:
    # 16·2⁻²⁴·(256·(reach + 0) + 256·14) = 2 for a reach of 8178; 256 of the same in double precision for 2¹⁰.
    def kinds(reach: float, beta: float = 1.0) -> list[Any]:
        return [entry.dtype for entry in weights(gram(reach, 0.0), [2.0**-20, beta], 0.0)]

    edge = 8178.0
    assert Weights(gram(edge, 0.0), 1.0, 0.0, np.float32).slack == 2
    assert kinds(edge) == [np.float32, np.float32]
    assert kinds(edge + 1) == [np.float64, np.float64]
    far = 2.0**59 - 3584
    assert Weights(gram(far, 0.0), 1 / 256, 0.0, np.float64).slack == 2**10
    assert kinds(far, 1 / 256) == [np.float64, np.float64]
    assert [entry.beta for entry in weights(gram(far, 0.0), [2.0**-20, 1 / 256], 0.0)] == [2.0**-20, 1 / 256]
    with pytest.raises(EvidenceRejected, match="too large for floating-point bounds"):
        kinds(2.0**59, 1 / 256)
    assert (STEPS, HIGHEST) == (256, 14)
