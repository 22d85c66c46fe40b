"""Basin cells in words: how many patterns are retrieved, how far their cells reach, how many flips they correct."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from hopverify.reporting.stored import lacking, missing_in_words

SHOWN = 10


def cells_in_words(data: Mapping[str, Any] | None) -> list[str]:
    """Return lines about the cells that a claim's data list; none where it lists none."""
    if data is None or not isinstance(rows := data.get("cells"), list):
        return []
    found, basin = [row for row in rows if row["verdict"] == "pass"], data.get("basin")
    where = f"from {basin}, as one equilibrium attracts them" if basin else "each from a certified cell"
    lines = [f"{len(found):,} of {len(rows):,} patterns are retrieved, {where}"]
    if found and not basin:
        lines += _reach([row for row in found if "nearest_end" in row])
        lines += _flips([row["flips"] for row in found], data["neurons"])
    left = [row["name"] for row in rows if row["verdict"] != "pass" and not missing_in_words(row)]
    return lines + lacking(rows) + ([f"not certified: {_some(left)}"] if left else [])


def _reach(rows: list[Mapping[str, Any]]) -> list[str]:
    if not rows:
        return []
    reach = sorted(float(Fraction(row["nearest_end"])) for row in rows)
    said = f"every state within {reach[0]:.4g} of a pattern in each coordinate is in its cell"
    return [said + (f" (median {reach[len(reach) // 2]:.4g})" if len(reach) > 1 else "")]


def _flips(counts: list[int], neurons: int) -> list[str]:
    least, most = min(counts), max(counts)
    if not most:
        return []
    said = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    return [f"any {said} of {neurons:,} neurons of a pattern may be moved anywhere, and the flow corrects them"]


def _some(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
