"""Tables of stored patterns: radii read from evidence, and what a reader is shown of them.

Up to 5,000 patterns each have a row. Of more, the table counts those that are retrieved and lists the others, up to
5,000 of them; every pattern's radius stands in the evidence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    labels: Sequence[str],
    retrieved: NDArray[np.bool_],
    columns: tuple[Sequence[Any], Sequence[Any], Sequence[int]],
    missing: Mapping[int, Mapping[str, Any]],
) -> dict[str, Any]:
    """Return what a reader is shown: counts, the extreme sizes, and a row for each pattern that is listed.

    The columns are radii, distances and competitors; ``missing`` says what patterns with a ball lack. ``labels`` may
    name further competitors after the patterns.
    """
    radii, distances, _ = columns
    count, found = len(radii), np.flatnonzero(retrieved).tolist()
    data: dict[str, Any] = {"certified": len(found), "patterns": count}
    if found:
        data["radius"] = _extremes([radii[mu] for mu in found])
        data["distance_at_most"] = max((distances[mu] for mu in found), key=Fraction)
    listed = list(range(count))
    if count > LISTED:
        listed = np.flatnonzero(~retrieved)[:LISTED].tolist()
        data["unlisted"] = count - len(listed)
    data["memories"] = [_row(labels, mu, columns, missing.get(mu)) for mu in listed]
    return data


def _extremes(radii: Sequence[str]) -> dict[str, str]:
    ordered = sorted(radii, key=Fraction)
    return {"smallest": ordered[0], "median": ordered[len(ordered) // 2], "largest": ordered[-1]}


def _row(
    labels: Sequence[str],
    mu: int,
    columns: tuple[Sequence[Any], Sequence[Any], Sequence[int]],
    missing: Mapping[str, Any] | None,
) -> dict[str, Any]:
    radius, distance, competitor = (column[mu] for column in columns)
    row: dict[str, Any] = {
        "name": labels[mu],
        "verdict": "pass" if radius is not None and missing is None else "unknown",
    }
    if radius is None:
        row["why"] = "none"
    else:
        row |= {"radius": radius, "distance": distance}
    if competitor != mu:
        row["competitor"] = labels[competitor]
    return row | dict(missing or {})
