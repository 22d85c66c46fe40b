"""The table of patterns in words: how many are retrieved or stored, from how large balls, and what the others lack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from hopverify.reporting.stored import lacking, missing_in_words
from hopverify.reporting.wording import JSON_SHOWS

SHOWN = 10


def memories_in_words(data: Mapping[str, Any] | None, *, shows: str = JSON_SHOWS) -> list[str]:
    """Return lines about the patterns that a claim's data list; none where it lists none."""
    if data is None or not isinstance(rows := data.get("memories"), list):
        return []
    if "norm" in data:
        return _boxes(data, rows, shows)
    lines = [f"{data['certified']:,} of {data['patterns']:,} patterns are retrieved, each from a certified ball"]
    if data["certified"]:
        lines.append(_sizes(data))
    left = [row for row in rows if row["verdict"] != "pass" and not missing_in_words(row)]
    count = data["patterns"] - data["certified"] - sum(row["verdict"] != "pass" for row in rows) + len(left)
    return lines + lacking(rows) + _left_over(left, count, shows)


def _boxes(data: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], shows: str) -> list[str]:
    lines = [f"{data['certified']:,} of {len(rows):,} patterns are stored, each at a stable equilibrium of its own"]
    found = [row for row in rows if "distance_at_most" in row]
    for row in found[:SHOWN]:
        distance = float(Fraction(row["distance_at_most"]))
        lines.append(f"{row['name']}: at most {distance:.4g} away in each coordinate; {row['stability']}")
    regions = {f"{layer}: {region}" for row in found for layer, region in row.get("flat_region", {}).items()}
    lines += [f"flat region around each, in layer {region}" for region in sorted(regions)]
    lines += [f"and {len(found) - SHOWN:,} more: {shows} all"] if len(found) > SHOWN else []
    left = [row for row in rows if row["verdict"] != "pass" and not missing_in_words(row)]
    return lines + lacking(rows) + _left_over(left, len(left), shows)


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
