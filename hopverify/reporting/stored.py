"""Stored and retrieved patterns in words: what a pattern lacks, and why too few can be stored (M4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

SHOWN = 10
_SAID = {
    "signs": "its equilibrium may have signs of the pattern wrong",
    "stability": "its equilibrium is not shown to be stable",
    "outside": "it lies outside its cell",
    "flips": "its cell does not allow so many neurons to be moved",
    "zero": "it is 0, where the layer rests without synapses",
}


def missing_in_words(row: Mapping[str, Any]) -> str:
    """Return what a pattern lacks; empty where it has neither a certificate nor more to say."""
    why = row.get("why", "none")
    if why == "far":
        said = f"its equilibrium may lie {_number(row['distance'])} away in activation"
        half = f", and half the distance to {row['rival']} is {_number(row['limit'])}" if "limit" in row else ""
        return said + half
    if why == "signs" and "wrong" in row:
        return f"{row['wrong']} sign{'s' if row['wrong'] > 1 else ''} of its equilibrium may be wrong"
    if why == "stability" and row.get("stability") == "unstable":
        return "its equilibrium is unstable"
    return _SAID.get(why, "")


def _number(text: str) -> str:
    return "far" if text == "inf" else f"{float(Fraction(text)):.4g}"


def lacking(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a line for each of the first patterns that lack something, and one for those without a certificate."""
    told = [(row["name"], said) for row in rows if row["verdict"] != "pass" and (said := missing_in_words(row))]
    lines = [f"{name}: {said}" for name, said in told[:SHOWN]]
    return lines + ([f"and {len(told) - SHOWN:,} more like these"] if len(told) > SHOWN else [])


def refuted_in_words(data: Mapping[str, Any]) -> list[str]:
    """Return why too few patterns can be stored.

    >>> refuted_in_words({"all_equilibria": 1, "owned_at_most": 0, "asked": 3})
    ['there is 1 equilibrium in all, the own one of no pattern; 3 are required']
    """
    count, owned, asked = data["all_equilibria"], data["owned_at_most"], data["asked"]
    there = (
        "there is 1 equilibrium in all, the own one"
        if count == 1
        else f"there are {count:,} equilibria in all, own ones"
    )
    most = "no pattern" if not owned else "1 pattern at most" if owned == 1 else f"{owned:,} patterns at most"
    return [f"{there} of {most}; {asked:,} {'is' if asked == 1 else 'are'} required"]
