"""A lone equilibrium: where the update contracts, how closely the equilibrium is enclosed, and whose own it may be."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.checker.rules import judge, lone_equilibrium
from hopverify.checks import claims_of
from hopverify.errors import EvidenceRejected
from hopverify.expr.balls import precision
from hopverify.networks import build_model
from hopverify.obligations import Retrieval
from hopverify.spec import ExactArray, parse_spec
from hopverify.spec.spread import Spread


def obligation_of(text: str) -> Any:
    given = parse_spec(f"hopverify: 1\nname: net\n{text}")
    ((_, claim),) = claims_of(given, build_model(given))
    return claim.necessary[0]


def refused(obligation: Any, evidence: dict[str, Any], message: str) -> None:
    with pytest.raises(EvidenceRejected, match=message):
        judge(obligation, evidence)


def test_a_mean_is_for_exact_patterns_and_a_ghost_counts_as_one_more() -> None:
    layers = "layers: {v: {size: 2, lagrangian: identity}, h: {size: 2, lagrangian: %s, tau: 0}}\n"
    text = "synapses: {xi: {kind: dense, layers: [h, v], weights: [[0.5, 0], [0, 0.5]]}}\nchecks: [memory_retrieval]\n"
    evidence = {"rule": "lone_equilibrium", "state": ["1/4", "1/4"]}
    plain, ghost = (obligation_of(layers % name + text) for name in ("softmax", "ghostmax"))
    assert judge(plain, evidence).data["owned_at_most"] == 0
    assert judge(ghost, {**evidence, "state": ["1/6", "1/6"]}).data["owned_at_most"] == 0
    spread = replace(plain, patterns=replace(plain.patterns, spread=Spread(Fraction(1, 100))))
    refused(spread, evidence, "exact patterns")


def rests(Xi: Any, bias: Any, beta: float, v: Any) -> Any:
    """Return the equilibrium of v ← Ξᵀ softmax(β(Ξv + b)), in doubles."""
    for _ in range(200):
        p = np.exp(beta * (Xi @ v + bias))
        v = Xi.T @ (p / p.sum())
    return v


@pytest.mark.parametrize("ghost", [False, True])
@pytest.mark.parametrize("beta", [0.125, 1.0])
def test_the_ball_around_a_mean_holds_the_equilibrium_and_is_not_wide(ghost: bool, beta: float) -> None:
    Xi, bias, state = np.array([[0.75, 0], [0, 0.5], [0.25, 0.25]]), np.array([1.5, 0, -1]), [0.25, 0.125]
    obligation = Retrieval(
        "law", ExactArray.of(Xi), Fraction(beta), ExactArray.of(bias), ("[0]", "[1]", "[2]"), 1, ghost
    )
    with precision():
        centre, radius = lone_equilibrium._enclosed(obligation, np.array(list(map(Fraction, state)), dtype=object))
    assert [float(c.mid()) for c in centre] == state
    rows = (np.vstack([Xi, 0 * Xi[:1]]), np.append(bias, 0)) if ghost else (Xi, bias)
    off = np.linalg.norm(rests(*rows, beta, np.array(state)) - state)
    reach = float(radius.abs_upper())
    assert radius.contains(0)
    assert off <= reach <= 4 * off


def test_a_mean_is_no_contraction_where_patterns_lie_far_apart() -> None:
    """1 - β max |ξ - c|² is 1 - 18β here, and 1 - 8β for patterns of twos."""
    for entry, beta, certified in ((3, "55/1000", True), (3, "56/1000", False), (2, "1/8", False), (2, "1", False)):
        patterns = ExactArray.of([[entry, entry], [-entry, -entry]])
        obligation = Retrieval("law", patterns, Fraction(beta), ExactArray.of([0, 0]), ("[0]", "[1]"), 1, False)
        evidence = {"rule": "lone_equilibrium", "state": ["0", "0"]}
        if certified:
            assert judge(obligation, evidence).data["owned_at_most"] == 0
        else:
            refused(obligation, evidence, "contract")


def lone(patterns: Any, beta: str = "1/100", bias: Any = None, *, least: int = 1, errors: int = 0) -> Retrieval:
    given, count = ExactArray.of(patterns), len(patterns)
    labels = tuple(f"[{mu}]" for mu in range(count))
    zero = ExactArray.of(bias or [0] * count)
    return Retrieval("law", given, Fraction(beta), zero, labels, least, False, errors=errors)


def at(*state: str) -> dict[str, Any]:
    return {"rule": "lone_equilibrium", "state": list(state)}


def test_the_own_equilibrium_of_a_pattern_is_not_denied() -> None:
    """(1/2, 0) alone is where the flow rests; 1/8 beside it an enclosure holds the own places of two, and is of one."""
    refused(lone([["1/2", 0]]), at("1/2", "0"), "own one of enough")
    told = judge(lone([[1, 0], ["5/4", 0]], least=2), at("9/8", "1/20")).data
    assert told == {"all_equilibria": 1, "owned_at_most": 1, "asked": 2}


def test_wrong_signs_deny_an_equilibrium_unless_they_are_allowed() -> None:
    """All others have the sign - where the first has the first +: there the mean of weights 0.4, 0.15 … is negative."""
    rows = [[1] * 16, *([-1, *(1 - 2 * ((j - 1) // 2 == mu) for j in range(1, 16))] for mu in range(4))]
    bias = [Fraction(98), 0, 0, 0, 0]
    state = at("-1/5", *["7/10"] * 8, *["1"] * 7)
    assert judge(lone(rows, bias=bias), state).data["owned_at_most"] == 0
    refused(lone(rows, bias=bias, errors=1), state, "own one of enough")


@pytest.mark.parametrize(("limit", "value"), [("MAX_PATTERNS", 2), ("MAX_NUMBERS", 5)])
def test_a_mean_is_for_few_patterns(monkeypatch: pytest.MonkeyPatch, limit: str, value: int) -> None:
    asked, evidence = lone([[1, 0], [0, 1], [-1, -1]]), at("0", "0")
    assert judge(asked, evidence).data["owned_at_most"] == 0
    monkeypatch.setattr(lone_equilibrium, limit, value)
    refused(asked, evidence, "exact patterns")
