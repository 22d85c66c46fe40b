"""Minima of the Epanechnikov energy with centroids on the edges of balls, or moved off them by next to nothing."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

from tests.soundness.hunt.cases import Document, Family, Outcome, margin, moved, results, small, text, texts
from tests.soundness.oracles.minima import Point, centroid, meets_an_edge, minima, squared


def patterns_of(random: Random) -> list[Point]:
    """Return up to six patterns on a coarse grid, so that distances agree; some are moved by next to nothing."""
    n = random.randint(1, 3)
    rows = [tuple(small(random, 1, (1, 2)) for _ in range(n)) for _ in range(random.randint(1, 6))]
    return [tuple(moved(random, value) if random.random() < 0.1 else value for value in row) for row in rows]


def squared_radius_of(random: Random, patterns: list[Point]) -> Fraction:
    """Return one at which some centroid lies on the edge of some ball, or next to it."""
    members = tuple(k for k in range(len(patterns)) if random.random() < 0.5) or (0,)
    found = squared(centroid(patterns, members), random.choice(patterns)) + margin(random)
    return found if found > 0 else Fraction(1, 2)


def document(patterns: list[Point], squared_radius: Fraction) -> Document:
    synapse = {"kind": "epanechnikov", "layers": ["x"], "patterns": texts([list(row) for row in patterns])}
    return {
        "hopverify": 1,
        "name": "hunted",
        "layers": {"x": {"size": len(patterns[0]), "lagrangian": "identity", "leak": False}},
        "synapses": {"s": synapse | {"beta": text(2 / squared_radius), "epsilon": "1/100"}},
    }


def against(data: Any, patterns: list[Point], squared_radius: Fraction) -> str | None:
    """Return what the oracle has against a list of minima."""
    expected = minima(patterns, squared_radius)
    listed = {tuple(row["members"]): row for row in data["minima"]}
    if set(listed) != expected or data["count"] != len(expected):
        return f"{set(listed)}, not {expected}: {patterns}, R² = {squared_radius}"
    for members, row in listed.items():
        centre = centroid(patterns, members)
        if tuple(map(Fraction, row["state"])) != centre or row["stored"] != (centre in patterns):
            return f"{row} is not the centroid {centre} of {members}"
        if meets_an_edge(patterns, centre, Fraction(row["radius"]), squared_radius):
            return f"the ball of {row} meets an edge: {patterns}, R² = {squared_radius}"
    if data["emergent"] != sum(not row["stored"] for row in data["minima"]):
        return f"miscounted: {data}"
    if data["stored"] != sum(any(centroid(patterns, m) == p for m in expected) for p in patterns):
        return f"miscounted: {data}"
    return None


def draw(random: Random) -> Outcome:
    patterns = patterns_of(random)
    squared_radius = squared_radius_of(random, patterns)
    entry = results(document(patterns, squared_radius), ["emergent_minima"])["emergent_minima"]
    if entry["verdict"] != "pass":
        return Outcome(str(entry["verdict"]), f"{entry}")
    data = entry["obligations"][0]["data"]
    verdict = "pass" if data["emergent"] else "none emergent"
    return Outcome(verdict, against(data, patterns, squared_radius))


FAMILY = Family("minima", "centroids on the edges of balls, or off them by next to nothing", draw, 200, 8_000)
