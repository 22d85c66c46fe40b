"""Ghosts of networks with more choices of pieces than are gone through, and what ends the search."""

from __future__ import annotations

from typing import Any

import pytest

from hopverify.checks.equilibria import search_of
from hopverify.networks import build_model
from hopverify.obligations import NoGhosts
from hopverify.provers import Budget, NothingToSearchError
from hopverify.provers.ghost_search import PROVER
from hopverify.spec import parse_spec


def found(layer: str, weights: str) -> list[tuple[str, str]]:
    """Return the claims and ways that are offered of one layer, with diagonal weights."""
    body = f"layers: {{x: {{{layer}}}}}\nsynapses: {{w: {{kind: diagonal, layers: [x, x], weights: {weights}}}}}\n"
    model = build_model(parse_spec(f"hopverify: 1\nname: tried\n{body}checks: [ghost_regions]\n"))
    search = search_of(model, {})
    assert search is not None
    offered: list[dict[str, Any]] = list(PROVER.search(NoGhosts(search), Budget(samples=20)))
    return [(each["claim"]["claim"], each["proof"]["by"]) for each in offered][1:]


@pytest.mark.parametrize(
    ("layer", "weights", "first"),
    [
        # All asleep, though they wake up; and none of them, whose ghosts no random state meets.
        ("size: 20, lagrangian: relu, bias: 1", "0", [("ghost regions", "pieces")]),
        ("size: 20, lagrangian: hard_tanh, bias: 1/2", "0", [("ghost regions", "pieces")]),
        ("size: 20, lagrangian: relu, bias: -1", "0", []),
        ("size: 3, lagrangian: relu, bias: -1", "0", [("no ghost regions", "pieces")]),
        ("size: 3, lagrangian: relu, bias: 1", "0", [("ghost regions", "pieces")]),
        ("size: 2, lagrangian: softmax", "0", [("no ghost regions", "along ones")]),
        ("size: 2, lagrangian: squared_relu, bias: 1", "0", [("ghost regions", "segment")]),
    ],
)
def test_what_is_offered(layer: str, weights: str, first: list[tuple[str, str]]) -> None:
    assert found(layer, weights)[:1] == first


def test_systems_with_many_solutions_end_the_search() -> None:
    """ẋ = relu(x) - x rests at every x ≥ 0."""
    with pytest.raises(NothingToSearchError):
        found("size: 1, lagrangian: relu", "1")
    assert found("size: 1, lagrangian: relu, bias: -1", "1")[-1] == ("no ghost regions", "pieces")
