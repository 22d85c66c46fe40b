"""What every rule goes through: keys, obligations, and how far a proof reaches where weights are uncertain."""

from __future__ import annotations

from typing import Any

import pytest

from hopverify.checker import rules
from hopverify.checker.rules import Judgement, Reach, Rule, judge
from hopverify.errors import EvidenceRejected
from hopverify.obligations import Convex, Outcome, SymmetricWeights
from hopverify.spec import ExactArray
from hopverify.verdict import Reason

ASKED = SymmetricWeights("w", ExactArray.of([[1]]))


def rule(outcome: Outcome, reach: Reach, obligations: tuple[type, ...] = (SymmetricWeights,)) -> Rule:
    return Rule(
        "own",
        "says what it is told",
        obligations,
        lambda asked, payload: Judgement(outcome, {"of": asked}),
        reach=reach,
    )


def test_keys_are_those_of_the_rule() -> None:
    own = Rule("own", "", (), lambda *_: Judgement(Outcome.OPEN), frozenset({"a", "b"}), frozenset({"c"}))
    for keys in ("ab", "abc"):
        own.check_payload({"rule": "own", **dict.fromkeys(keys)})
    for keys, wrong in (("a", "b"), ("", "a, b"), ("abd", "d"), ("ad", "b, d"), ("abcd", "d"), ("c", "a, b")):
        with pytest.raises(EvidenceRejected, match=f"rule own: unexpected or missing keys: {wrong}$"):
            own.check_payload({"rule": "own", **dict.fromkeys(keys)})
    # A rule without keys takes none.
    bare = rule(Outcome.PROVED, Reach.GIVEN)
    bare.check_payload({"rule": "own"})
    with pytest.raises(EvidenceRejected, match="unexpected or missing keys: a"):
        bare.check_payload({"rule": "own", "a": 1})


@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize("reach", list(Reach))
@pytest.mark.parametrize("uncertain", [False, True, None])
def test_proofs_reach_as_far_as_they_say(
    outcome: Outcome, reach: Reach, uncertain: bool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proof for the given weights says nothing of those near them; what is refuted is refuted."""
    monkeypatch.setattr(rules, "RULES", {"own": rule(outcome, reach)})
    more: dict[str, Any] = {} if uncertain is None else {"uncertain": uncertain}
    found = judge(ASKED, {"rule": "own"}, **more)
    if uncertain and outcome is Outcome.PROVED and reach is Reach.GIVEN:
        assert found == Judgement(Outcome.OPEN, reason=Reason.UNCERTAIN_WEIGHTS)
    else:
        assert found == Judgement(outcome, {"of": ASKED})


def test_rules_speak_of_their_own_obligations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "RULES", {"own": rule(Outcome.PROVED, Reach.ANY, (Convex,))})
    with pytest.raises(EvidenceRejected, match="rule own is not about"):
        judge(ASKED, {"rule": "own"})
    for evidence in ({"rule": "other"}, {"rule": 3}, {"rule": None}, {}, ["rule"], None, "own"):
        with pytest.raises(EvidenceRejected, match="no rule of the checker is called"):
            judge(ASKED, evidence)  # type: ignore[arg-type]
