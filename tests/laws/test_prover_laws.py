"""The law of every prover: what it offers is evidence as the checker reads it, accepted unless it proves nothing.

Provers propose: a search for a witness offers states that may turn out to be none, and the checker says so. What must
not happen is that evidence is refused for its form, that it changes when it is written down, or that none is accepted.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from hopverify.checker.deciding import SURVIVES, decide, family_of, roles_of
from hopverify.checker.rules import RULES
from hopverify.errors import EvidenceRejected
from hopverify.provers import PROVERS
from tests.laws.evidence import Offer, accepted, offers


def own(prover: str) -> list[Offer]:
    return [offer for offer in offers() if offer.prover == prover]


@pytest.mark.parametrize("prover", PROVERS.entries)
def test_something_that_it_offers_is_accepted(prover: str) -> None:
    """A prover without an example fails here: a small spec, or a model in ``evidence.py``, that needs it is missing."""
    assert prover in {offer.prover for offer in accepted()}


@pytest.mark.parametrize("prover", PROVERS.entries)
def test_what_it_offers_has_the_form_that_the_rule_states(prover: str) -> None:
    for offer in own(prover):
        rule = RULES[offer.rule]
        assert isinstance(offer.obligation, rule.obligations)
        rule.check_payload({key: value for key, value in offer.evidence.items() if key != SURVIVES})
        assert is_exact(offer.evidence), f"{offer.spec}: {offer.evidence}"
        assert offer.refusal is None or "expected" not in offer.refusal, f"{offer.spec}: {offer.refusal}"


def is_exact(value: Any) -> bool:
    """Return whether a value can stand in a certificate: no floats, no tuples, no numbers of other libraries."""
    if isinstance(value, dict):
        return all(type(key) is str and is_exact(item) for key, item in value.items())
    if isinstance(value, list):
        return all(map(is_exact, value))
    return value is None or type(value) in (str, int, bool)


@pytest.mark.parametrize("prover", PROVERS.entries)
def test_what_is_written_down_is_judged_alike(prover: str) -> None:
    for offer in own(prover):
        read = json.loads(json.dumps(offer.evidence))
        assert read == offer.evidence
        role = roles_of(offer.claim)[offer.place][1]
        if offer.decision is None:
            with pytest.raises(EvidenceRejected):
                decide(offer.obligation, role, read, family_of(offer.claim, offer.place))
        else:
            again = decide(offer.obligation, role, read, family_of(offer.claim, offer.place))
            assert again.judgement == offer.decision.judgement
