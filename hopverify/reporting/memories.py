"""The table of stored patterns in words: how many have a certified ball, how large, and which have none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from statistics import median
from typing import Any

SHOWN = 10


def memories_in_words(data: Mapping[str, Any] | None) -> list[str]:
    """Return lines about the patterns that a claim's data list; none where it lists none."""
    rows = data.get("memories") if data else None
    if not isinstance(rows, list):
        return []
    if all("half_width" in row for row in rows):
        return _boxes(rows)
    certified = [row for row in rows if row["verdict"] == "pass"]
    lines = [f"{len(certified):,} of {len(rows):,} patterns have a certified ball"]
    if certified:
        lines.append(_sizes(certified))
    return lines + _left_over([row for row in rows if row["verdict"] != "pass"])


def _boxes(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    lines = [f"{len(rows):,} patterns have exactly one equilibrium in a box beside them"]
    for row in rows[:SHOWN]:
        stability = f"; {row['stability']}" if "stability" in row else ""
        distance = float(Fraction(row["distance_at_most"]))
        lines.append(f"{row['name']}: at most {distance:.4g} away in each coordinate{stability}")
    regions = {f"{layer}: {region}" for row in rows for layer, region in row.get("flat_region", {}).items()}
    lines += [f"flat region around each, in layer {region}" for region in sorted(regions)]
    return lines + ([f"and {len(rows) - SHOWN:,} more: --json shows all"] if len(rows) > SHOWN else [])


def _sizes(certified: Sequence[Mapping[str, Any]]) -> str:
    radii = [float(Fraction(row["radius"])) for row in certified]
    farthest = max(float(Fraction(row["distance"])) for row in certified)
    return (
        f"radius: smallest {min(radii):.4g}, median {median(radii):.4g}; "
        f"an equilibrium lies at most {farthest:.4g} from its pattern"
    )


def _left_over(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    lines = []
    for row in rows[:SHOWN]:
        competitor = f"; nearest competitor {row['competitor']}" if "competitor" in row else ""
        lines.append(f"not certified: {row['name']}{competitor}")
    if len(rows) > SHOWN:
        lines.append(f"and {len(rows) - SHOWN:,} more: --json shows all")
    return lines
