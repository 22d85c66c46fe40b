"""Tables of stored patterns: radii read from evidence, and what a reader is shown of them.

Up to 5,000 patterns each have a row. Of more, the table counts those with a ball and lists those without one, up to
5,000 of them; every pattern's radius stands in the evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.payload import rational
from hopverify.errors import EvidenceRejected

LISTED = 5000


def radii_of(stated: Any, count: int, key: str) -> NDArray[np.float64]:
    """Return numbers > 0 that must be doubles exactly, null as 0."""
    if not isinstance(stated, list) or len(stated) != count:
        raise EvidenceRejected(f"{key}: expected one entry for each of the {count} patterns")
    return np.array([0.0 if value is None else _double(rational(value), key) for value in stated])


def _double(number: Fraction, key: str) -> float:
    try:
        double = float(number)
    except OverflowError:
        double = 0.0
    if double <= 0 or double.as_integer_ratio() != (number.numerator, number.denominator):
        raise EvidenceRejected(f"{key}: expected numbers > 0 that are doubles exactly")
    return double


def memory_table(
    labels: Sequence[str], radii: Sequence[Any], distances: Sequence[Any], competitors: Sequence[int]
) -> dict[str, Any]:
    """Return what a reader is shown: counts, the extreme sizes, and a row for each pattern that is listed.

    ``labels`` may name further competitors after the patterns.
    """
    count = len(radii)
    certified = [mu for mu, radius in enumerate(radii) if radius is not None]
    data: dict[str, Any] = {"certified": len(certified), "patterns": count}
    if certified:
        data["radius"] = _extremes([radii[mu] for mu in certified])
        data["distance_at_most"] = max((distances[mu] for mu in certified), key=Fraction)
    listed = list(range(count))
    if count > LISTED:
        listed = [mu for mu in listed if radii[mu] is None][:LISTED]
        data["unlisted"] = count - len(listed)
    data["memories"] = [_row(labels, mu, radii[mu], distances[mu], competitors[mu]) for mu in listed]
    return data


def _extremes(radii: Sequence[str]) -> dict[str, str]:
    ordered = sorted(radii, key=Fraction)
    return {"smallest": ordered[0], "median": ordered[len(ordered) // 2], "largest": ordered[-1]}


def _row(labels: Sequence[str], mu: int, radius: Any, distance: Any, competitor: int) -> dict[str, Any]:
    row = {"name": labels[mu], "verdict": "unknown" if radius is None else "pass"}
    if radius is not None:
        row |= {"radius": radius, "distance": distance}
    if competitor != mu:
        row["competitor"] = labels[competitor]
    return row
