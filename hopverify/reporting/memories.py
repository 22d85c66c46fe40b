"""The table of stored patterns in words: how many have a certified ball, how large, and which have none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from hopverify.reporting.wording import JSON_SHOWS

SHOWN = 10


def memories_in_words(data: Mapping[str, Any] | None, *, shows: str = JSON_SHOWS) -> list[str]:
    """Return lines about the patterns that a claim's data list; none where it lists none."""
    if data is None or not isinstance(rows := data.get("memories"), list):
        return []
    if rows and all("half_width" in row for row in rows):
        return _boxes(rows, shows)
    lines = [f"{data['certified']:,} of {data['patterns']:,} patterns have a certified ball"]
    if data["certified"]:
        lines.append(_sizes(data))
    left = [row for row in rows if row["verdict"] != "pass"]
    return lines + _left_over(left, data["patterns"] - data["certified"], shows)


def _boxes(rows: Sequence[Mapping[str, Any]], shows: str) -> list[str]:
    lines = [f"{len(rows):,} patterns have exactly one equilibrium in a box beside them"]
    for row in rows[:SHOWN]:
        stability = f"; {row['stability']}" if "stability" in row else ""
        distance = float(Fraction(row["distance_at_most"]))
        lines.append(f"{row['name']}: at most {distance:.4g} away in each coordinate{stability}")
    regions = {f"{layer}: {region}" for row in rows for layer, region in row.get("flat_region", {}).items()}
    lines += [f"flat region around each, in layer {region}" for region in sorted(regions)]
    return lines + ([f"and {len(rows) - SHOWN:,} more: {shows} all"] if len(rows) > SHOWN else [])


def _sizes(data: Mapping[str, Any]) -> str:
    radius = {which: float(Fraction(size)) for which, size in data["radius"].items()}
    farthest = float(Fraction(data["distance_at_most"]))
    where = f"an equilibrium lies at most {farthest:.4g} from its pattern" if farthest else "each is an equilibrium"
    return f"radius: smallest {radius['smallest']:.4g}, median {radius['median']:.4g}; {where}"


def _left_over(rows: Sequence[Mapping[str, Any]], count: int, shows: str) -> list[str]:
    lines = []
    for row in rows[:SHOWN]:
        competitor = f"; worst competitor {row['competitor']}" if "competitor" in row else ""
        lines.append(f"not certified: {row['name']}{competitor}")
    if count > SHOWN:
        lines.append(f"and {count - SHOWN:,} more: {shows} {'all' if len(rows) == count else f'{len(rows):,}'}")
    return lines
