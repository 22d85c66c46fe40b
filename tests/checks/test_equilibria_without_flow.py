"""Equilibria beside a layer that inhibits itself at once: there is a flow only if its Lagrangian is convex."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from hopverify.pipeline import verify
from hopverify.spec import parse_spec

# ρx - 20 g(x) = u has three solutions for some u where g falls with slope -1, on (-1, 0).
FALLING = "{expression: 'relu(x)^2/2 - relu(x+1)^2/2'}"


def entry(lagrangian: str) -> Mapping[str, Any]:
    asked = (
        "hopverify: 1\nname: inhibited\nlayers:\n  y: {size: 1, lagrangian: identity}\n"
        f"  x: {{size: 1, lagrangian: {lagrangian}, bias: -3, tau: 0}}\n"
        "synapses:\n  f: {kind: feedforward_feedback, layers: [y, x], forward: [[1]]}\n"
        "  d: {kind: diagonal, layers: [x, x], weights: [-20]}\nchecks: [equilibria]\n"
    )
    return verify(parse_spec(asked), samples=20).results[0]


@pytest.mark.parametrize(("lagrangian", "verdict"), [(FALLING, "unknown"), ("relu", "pass"), ("tanh", "pass")])
def test_only_a_convex_lagrangian_gives_a_flow(lagrangian: str, verdict: str) -> None:
    found = entry(lagrangian)
    assert found["verdict"] == verdict
    convex = [row["outcome"] for row in found["obligations"] if "convex" in row["statement"]]
    assert convex == ["refuted" if verdict == "unknown" else "proved"]


def test_nothing_is_stable_where_nothing_flows() -> None:
    """The states solve the equations all the same."""
    rows = entry(FALLING)["obligations"][0]["data"]["equilibria"]
    assert sorted(row["x"] for row in rows) == [["-1", "16"], ["-1/9", "-8/9"], ["0", "-3"]]
    assert {row["stability"] for row in rows} == {"undecided"}
    (row,) = entry("relu")["obligations"][0]["data"]["equilibria"]
    assert row["stability"] == "stable"
