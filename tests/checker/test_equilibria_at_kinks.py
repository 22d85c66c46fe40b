"""Equilibria that are found twice, lie at kinks, or are singular."""

from __future__ import annotations

from typing import Any

from hopverify.pipeline import verify
from hopverify.spec import parse_spec


def dense(weights: str, layer: str) -> str:
    return f"layers: {{x: {{{layer}}}}}\nsynapses: {{w: {{kind: dense, layers: [x, x], weights: {weights}}}}}\n"


def listed(body: str, check: str = "equilibria") -> dict[str, Any]:
    found = verify(parse_spec(f"hopverify: 1\nname: e\n{body}checks: [{check}]\n"), samples=20).results[0]
    data: dict[str, Any] = found["obligations"][0]["data"] | {"verdict": found["verdict"]}
    return data


def test_an_equilibrium_at_a_kink_is_found_once() -> None:
    found = listed(dense("[[0]]", "size: 1, lagrangian: relu"))
    assert [row["x"] for row in found["equilibria"]] == [["0"]]
