"""Whether the verdicts of one certificate contradict each other, by logic alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Entry = Mapping[str, Any]


def told(entry: Entry) -> dict[str, Any]:
    """Return what is told with the obligations of an entry, merged."""
    merged: dict[str, Any] = {}
    for row in entry.get("obligations", []):
        merged |= row.get("data", {})
    return merged


def contradiction(entries: Sequence[Entry]) -> str | None:
    """Return what cannot be true together, or None. Lists of a region say nothing of all states."""
    verdicts = {entry["check"]: entry["verdict"] for entry in entries}
    everywhere = [entry for entry in entries if "region" not in entry["statement"]]
    lists = {entry["check"]: told(entry).get("equilibria", []) for entry in everywhere}
    rows = lists.get("equilibria", [])
    if verdicts.get("global_stability") == "pass":
        if verdicts.get("boundedness") == "fail":
            return "everything goes to one equilibrium, and some solution runs away"
        if len(rows) > 1 or any("dimension" in row for row in rows):
            return f"one equilibrium attracts everything, and {len(rows)} are listed, or a face"
        if any(row["stability"] == "unstable" for row in rows):
            return "one equilibrium attracts everything, and it is unstable"
    complete = [entry["check"] for entry in everywhere if entry["check"] in lists and entry["verdict"] == "pass"]
    attracted = "pass" in (verdicts.get("global_stability"), verdicts.get("boundedness"))
    if "equilibria" in complete and not rows and attracted:
        return "there is no equilibrium, and every solution stays in a box, or goes to one"
    decided = {str(row["x"]): row["stability"] for row in lists.get("equilibrium_stability", [])}
    for row in rows:
        both = {decided.get(str(row["x"]), "undecided"), row["stability"]} - {"undecided"}
        if len(both) > 1:
            return f"{row['x']} is called {row['stability']}, and {decided[str(row['x'])]}"
    return None
