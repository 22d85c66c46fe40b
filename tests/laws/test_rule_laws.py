"""The law of every rule: evidence that was tampered with is refused, or proves no more than it did.

``tests/soundness/test_attack.py`` does the same with whole certificates of chosen specs; here the evidence is what the
provers find on small models, so a new rule is attacked as soon as a prover makes use of it.
"""

from __future__ import annotations

import re
from contextlib import suppress
from random import Random

import pytest

from hopverify.checker.rules import RULES, judge
from hopverify.errors import EvidenceRejected
from hopverify.obligations import Outcome
from tests.laws.evidence import Offer, accepted
from tests.profiles import by_profile, profile
from tests.soundness.mutations import at, mutated, paths, placed

HUNT = profile() == "hunt"
TAMPERINGS = by_profile(20, 40, 3000)
NINES = "9" * 4000
DECISIVE = {Outcome.PROVED, Outcome.REFUTED}


def own(rule: str) -> list[Offer]:
    return [offer for offer in accepted() if offer.rule == rule]


@pytest.mark.parametrize("rule", RULES.entries)
def test_it_has_evidence_that_is_accepted(rule: str) -> None:
    """A rule without an example fails here: a small spec, or a model in ``evidence.py``, that needs it is missing."""
    assert own(rule)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("rule", RULES.entries)
def test_what_is_tampered_with_is_refused_or_shows_nothing_new(rule: str) -> None:
    random, pool = Random(rule), tuple(value for offer in accepted() for value in offer.evidence.values())
    examples, refused = own(rule), 0
    for k in range(TAMPERINGS):
        offer = examples[k % len(examples)]
        changed = mutated(offer.evidence, random, pool)
        for _ in range(random.choice((0, 0, 1, 3))):
            changed = mutated(changed, random, pool)
        try:
            found = judge(offer.obligation, changed).outcome
        except EvidenceRejected:
            refused += 1
            continue
        assert offer.decision is not None
        assert {found, offer.decision.judgement.outcome} != DECISIVE, f"{offer.spec}: {changed}"
    assert refused > TAMPERINGS / 3


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("rule", RULES.entries)
def test_numbers_of_thousands_of_digits_are_judged_or_refused(rule: str) -> None:
    """A message that tells such a number would be a crash: Python does not write it."""
    for offer in own(rule)[: None if HUNT else 2]:
        numbers = [path for path in paths(offer.evidence) if _is_number(at(offer.evidence, path))]
        for path in numbers if HUNT else numbers[:3]:
            for long in (NINES, f"1/{NINES}", f"-{NINES}/7"):
                with suppress(EvidenceRejected):
                    judge(offer.obligation, placed(offer.evidence, path, long))


def _is_number(value: object) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"-?\d+(/\d+)?", value))


@pytest.mark.parametrize("rule", RULES.entries)
def test_a_key_that_it_does_not_know_is_refused(rule: str) -> None:
    """So is each key that it requires, when it is missing."""
    for offer in own(rule):
        given = {key: value for key, value in offer.evidence.items() if key != "survives"}
        judge(offer.obligation, given)
        for changed in (given | {"trusted": True}, *({k: v for k, v in given.items() if k != key} for key in given)):
            if set(changed) - {"rule"} not in _allowed(rule, changed):
                with pytest.raises(EvidenceRejected):
                    judge(offer.obligation, changed)


def _allowed(rule: str, changed: dict[str, object]) -> list[set[str]]:
    """Return the keys of the evidence, if the rule allows them."""
    keys, entry = set(changed) - {"rule"}, RULES[rule]
    fine = "rule" in changed and entry.required <= keys <= entry.required | entry.optional
    return [keys] if fine else []


@pytest.mark.parametrize("rule", RULES.entries)
def test_it_says_nothing_of_other_obligations(rule: str) -> None:
    others = [offer.obligation for offer in accepted() if not isinstance(offer.obligation, RULES[rule].obligations)]
    assert others
    for obligation in {type(other): other for other in others}.values():
        with pytest.raises(EvidenceRejected, match="is not about"):
            judge(obligation, own(rule)[0].evidence)
