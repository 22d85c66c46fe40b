"""Balls around mixtures in words: which patterns they are made of, with what weights, and how far the balls reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import Any

from hopverify.reporting.wording import JSON_SHOWS

SHOWN, WEIGHTS, PLACES = 10, 4, 1000


def mixtures_in_words(data: Mapping[str, Any] | None, *, shows: str = JSON_SHOWS) -> list[str]:
    """Return lines about the states that a claim's data list; none where it lists none."""
    if data is None or not isinstance(rows := data.get("mixtures"), list):
        return []
    lines = [f"{data['certified']:,} of {data['states']:,} states come to rest, each from a certified ball"]
    lines += [_row(row) for row in rows[:SHOWN]]
    return lines + ([f"and {len(rows) - SHOWN:,} more: {shows} all"] if len(rows) > SHOWN else [])


def _row(row: Mapping[str, Any]) -> str:
    if row["verdict"] != "pass":
        return f"{row['name']}: not certified"
    size = f"radius {float(Fraction(row['radius'])):.4g}, equilibrium within {float(Fraction(row['distance'])):.2g}"
    return f"{row['name']}: {size}; weights {_weights(row['weights'])}"


def _weights(told: Sequence[Mapping[str, str]]) -> str:
    """Return the heaviest weights, their bounds rounded outward.

    >>> _weights([{"name": "a", "lower": "2/3", "upper": "1"}])
    'a 0.666 to 1.000'
    """
    parts = [f"{each['name']} {_down(each['lower'])} to {_up(each['upper'])}" for each in told[:WEIGHTS]]
    return ", ".join(parts) + (f" and {len(told) - WEIGHTS} more" if len(told) > WEIGHTS else "")


def _down(text: str) -> str:
    return f"{floor(Fraction(text) * PLACES) / PLACES:.3f}"


def _up(text: str) -> str:
    return f"{ceil(Fraction(text) * PLACES) / PLACES:.3f}"
