"""Local minima of an energy in words: how many, which are stored patterns, and where the others lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hopverify.reporting.wording import JSON_SHOWS, names_in_words, number, vector

SHOWN = 10


def minima_in_words(data: Mapping[str, Any] | None, *, shows: str = JSON_SHOWS) -> list[str]:
    """Return lines about the minima that a claim's data list; none where it lists none."""
    if data is None or not isinstance(rows := data.get("minima"), list):
        return []
    count, emergent, stored = data["count"], data["emergent"], data["stored"]
    lines = [
        f"{count:,} local {'minimum' if count == 1 else 'minima'}: {stored:,} of {data['patterns']:,} patterns, and "
        f"{emergent:,} emergent",
        f"flat, and every state at rest, where no pattern is within √({number(data['flat_beyond'])})",
    ]
    return lines + _emergent([row for row in rows if not row["stored"]], emergent, shows)


def _emergent(rows: Sequence[Mapping[str, Any]], count: int, shows: str) -> list[str]:
    lines = [
        f"emergent: x = {vector(row['state'])}, the centroid of patterns {names_in_words(row['members'])}; attracts "
        f"what is within {number(row['radius'])}"
        for row in rows[:SHOWN]
    ]
    if count > SHOWN:
        lines.append(f"and {count - SHOWN:,} more: {shows} {'all' if len(rows) == count else f'{len(rows):,}'}")
    return lines
