"""Balls around mixtures: what the rule says is true of the starts in them, and what it must refuse."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.checker.rules import RULES, judge
from hopverify.errors import EvidenceRejected
from hopverify.obligations import MixtureRetrieval, Outcome
from hopverify.provers import Budget, accepting
from hopverify.spec import ExactArray

KEYS = [[2, Fraction(1, 4), 0], [2, Fraction(-1, 4), 0], [-2, 0, 0]]


def obligation(
    states: Any, *, keys: Any = KEYS, beta: Fraction = Fraction(2), bias: Any = None, at_least: int | None = None
) -> MixtureRetrieval:
    Xi, X = ExactArray.of(keys), ExactArray.of(states)
    count = len(states)
    return MixtureRetrieval(
        "states",
        Xi,
        beta,
        ExactArray.of([0] * len(keys) if bias is None else bias),
        tuple(f"states[{k}]" for k in range(count)),
        count if at_least is None else at_least,
        X,
        tuple(f"xi[{j}]" for j in range(len(keys))),
    )


def evidence(radius: Any, rate: Any = "3/4") -> dict[str, Any]:
    return {"rule": "mixture_balls", "radii": [radius], "rates": [rate]}


def proposed(asked: MixtureRetrieval) -> list[dict[str, Any]]:
    (prover,) = accepting(asked)
    return list(prover.search(asked, Budget()))


def update(keys: np.ndarray, bias: np.ndarray, beta: float, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    logits = beta * (keys @ v + bias)
    shares = np.exp(logits - logits.max())
    p = shares / shares.sum()
    return p @ keys, p


def rest(keys: np.ndarray, bias: np.ndarray, beta: float, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where the updates lead, and the weights there."""
    for _ in range(5000):
        updated, p = update(keys, bias, beta, v)
        if np.linalg.norm(updated - v) < 1e-13:
            break
        v = updated
    return updated, p


@pytest.mark.parametrize(("count", "width"), [(6, 2), (3, 5)])
@pytest.mark.parametrize("seed", range(3))
def test_every_start_in_a_ball_comes_to_rest_where_it_says(count: int, width: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    keys, bias = rng.normal(size=(count, width)) * 2, rng.normal(size=count)
    states = np.vstack([keys, keys.mean(axis=0), rng.normal(size=(3, width))])
    states = np.array([rest(keys, bias, 0.75, v)[0] for v in states])
    states += rng.normal(size=states.shape) * 0.01
    asked = obligation(states, keys=keys, beta=Fraction(3, 4), bias=bias, at_least=1)
    (found,) = proposed(asked)
    judgement = judge(asked, found)
    assert judgement.outcome is Outcome.PROVED
    for state, row in zip(states, judgement.data["mixtures"], strict=True):
        if row["verdict"] != "pass":
            continue
        radius, distance = float(Fraction(row["radius"])), float(Fraction(row["distance"]))
        for _ in range(6):
            direction = rng.normal(size=width)
            v = state + radius * direction / np.linalg.norm(direction)
            w = state + radius * rng.random() * direction / np.linalg.norm(direction)
            (first, _), (second, _) = update(keys, bias, 0.75, v), update(keys, bias, 0.75, w)
            assert np.linalg.norm(first - second) <= np.linalg.norm(v - w) * (1 + 1e-9)
            assert np.linalg.norm(first - state) <= radius * (1 + 1e-9)
            v, p = rest(keys, bias, 0.75, v)
            assert np.linalg.norm(v - state) <= distance + 1e-9
            for told in row["weights"]:
                key = int(told["name"][3:-1])
                assert float(Fraction(told["lower"])) - 1e-9 <= p[key] <= float(Fraction(told["upper"])) + 1e-9


def test_two_keys_that_are_alike_are_retrieved_together() -> None:
    asked = obligation([[2, 0, 0]])
    (row,) = judge(asked, evidence("1", "127/128")).data["mixtures"]
    assert [told["name"] for told in row["weights"]] == ["xi[0]", "xi[1]"]
    assert all(0.49 < Fraction(told["lower"]) <= Fraction(told["upper"]) < 0.51 for told in row["weights"])
    assert Fraction(row["distance"]) < Fraction(1, 100)


def test_the_edge_of_the_theorem_is_where_the_rule_stops() -> None:
    # One dimension, two keys: at the middle M(r) = β e^(βr) exactly.
    asked = obligation([[0]], keys=[[1], [-1]], beta=Fraction(1, 2))
    edge = 2 * np.log(1.5)
    assert judge(asked, evidence(str(Fraction(edge - 1e-9)), "3/4")).outcome is Outcome.PROVED
    with pytest.raises(EvidenceRejected, match="not certainly below the rate"):
        judge(asked, evidence(str(Fraction(edge + 1e-9)), "3/4"))
    # The same with more neurons than keys, where the other matrix is eliminated.
    wide = obligation([[0, 0, 0]], keys=[[1, 0, 0], [-1, 0, 0]], beta=Fraction(1, 2))
    assert judge(wide, evidence(str(Fraction(edge - 1e-9)), "3/4")).outcome is Outcome.PROVED
    with pytest.raises(EvidenceRejected, match="not certainly below the rate"):
        judge(wide, evidence(str(Fraction(edge + 1e-9)), "3/4"))


def test_the_update_must_keep_the_ball() -> None:
    # All keys are one: the update sends every state there, from the distance 1, which is ε.
    asked = obligation([[1]], keys=[[0], [0]])
    assert judge(asked, evidence("3", "1/2")).outcome is Outcome.PROVED
    with pytest.raises(EvidenceRejected, match="does not certainly keep the ball"):
        judge(asked, evidence("15/8", "1/2"))


def test_a_saddle_has_no_ball() -> None:
    asked = obligation([[0]], keys=[[1], [-1]], beta=Fraction(2))
    assert proposed(asked) == []
    with pytest.raises(EvidenceRejected):
        judge(asked, evidence("1/1000000", "999999/1000000"))


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        ({"radii": "1", "rates": ["1/2"]}, "one for each of 1 states"),
        ({"radii": ["1"], "rates": "1/2"}, "one for each of 1 states"),
        ({"radii": ["1"], "rates": ["1/2", "1/2"]}, "one for each of 1 states"),
        ({"radii": ["0"], "rates": ["1/2"]}, "a radius > 0"),
        ({"radii": ["-1"], "rates": ["1/2"]}, "a radius > 0"),
        ({"radii": ["1"], "rates": ["1"]}, "a rate between 0 and 1"),
        ({"radii": ["1"], "rates": ["0"]}, "a rate between 0 and 1"),
        ({"radii": ["1"], "rates": [None]}, "rational number as text"),
        ({"radii": [None], "rates": ["1/2"]}, "rational number as text"),
        ({"radii": [1.0], "rates": ["1/2"]}, "rational number as text"),
        ({"radii": ["1"]}, "missing keys"),
    ],
)
def test_evidence_of_another_form_is_refused(payload: dict[str, Any], told: str) -> None:
    with pytest.raises(EvidenceRejected, match=told):
        judge(obligation([[2, 0, 0]]), {"rule": "mixture_balls", **payload})


def test_a_state_without_a_ball_leaves_the_rest() -> None:
    payload = {"rule": "mixture_balls", "radii": ["1", None], "rates": ["127/128", None]}
    some = judge(obligation([[2, 0, 0], [0, 0, 5]], at_least=1), payload)
    assert some.outcome is Outcome.PROVED
    assert [row["verdict"] for row in some.data["mixtures"]] == ["pass", "unknown"]
    assert judge(obligation([[2, 0, 0], [0, 0, 5]]), payload).outcome is Outcome.OPEN


def test_weights_beyond_what_balls_hold_are_refused() -> None:
    asked = obligation([[2, 0, 0]], beta=Fraction(10) ** 60)
    with pytest.raises(EvidenceRejected):
        judge(asked, evidence("1/1000", "1/2"))


def test_bounds_that_no_double_holds_are_refused() -> None:
    asked = obligation([[1]], keys=[[0], [0]])
    rate = str(1 - Fraction(1, 10**400))
    with pytest.raises(EvidenceRejected, match="not finite"):
        judge(asked, evidence(str(10**401), rate))


def test_what_is_too_large_to_eliminate_is_refused() -> None:
    keys = np.eye(201) * 3
    asked = obligation(keys[:1], keys=keys)
    assert proposed(asked) == []
    with pytest.raises(EvidenceRejected, match="at most 200"):
        judge(asked, evidence("1"))


def test_a_search_ends_with_its_budget() -> None:
    asked = obligation([[2, 0, 0]])
    (prover,) = accepting(asked)
    assert list(prover.search(asked, Budget(deadline=0.0))) == []


def test_the_rule_speaks_of_the_given_weights() -> None:
    assert RULES["mixture_balls"].reach.name == "GIVEN"
