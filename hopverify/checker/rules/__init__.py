"""Rules of the checker: one kind of evidence a file, found by name.

A rule reads a payload (JSON values; numbers as exact text) and an obligation rebuilt from the spec. It returns a
:class:`Judgement`, or raises :class:`~hopverify.errors.EvidenceRejected`. Rules compute; they never search.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from hopverify.errors import EvidenceRejected
from hopverify.obligations import Obligation, Outcome
from hopverify.registry import Registry
from hopverify.verdict import Reason


@dataclass(frozen=True)
class Judgement:
    """What evidence establishes: PROVED or REFUTED, and ``data`` for the reader, computed by the rule itself.

    OPEN evidence decides a part only; ``reason`` may then say what is missing.
    """

    outcome: Outcome
    data: Mapping[str, Any] = field(default_factory=dict)
    reason: Reason | None = None


class Reach(Enum):
    """Of which weights a proof by a rule holds, where a model's weights are known up to a spread only."""

    GIVEN = "of those that the spec gives"
    NEAR = "of all within the spread, since the judge reckons with it"
    ANY = "of all, since the judge looks at layers, or at what all weights within the spread have in common"


@dataclass(frozen=True)
class Rule:
    """One kind of evidence: the obligations it speaks of, the keys of its payload, and the judge.

    ``reach`` says of which weights its proofs hold. What it refutes is refuted, whatever the reach: the weights that
    the spec gives are among those that are meant.
    """

    name: str
    summary: str
    obligations: tuple[type, ...]
    judge: Callable[[Any, Mapping[str, Any]], Judgement]
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    reach: Reach = Reach.GIVEN

    def check_payload(self, payload: Mapping[str, Any]) -> None:
        """Refuse unknown and missing keys: an unknown field never turns a no into a yes."""
        keys = set(payload) - {"rule"}
        if not self.required <= keys <= self.required | self.optional:
            wrong = ", ".join(sorted((keys - self.required - self.optional) | (self.required - keys)))
            raise EvidenceRejected(f"rule {self.name}: unexpected or missing keys: {wrong}")


RULES: Registry[Rule] = Registry("hopverify.checker.rules", "RULE", noun="rule")


def judge(obligation: Obligation, evidence: Mapping[str, Any], *, uncertain: bool = False) -> Judgement:
    """Return what ``evidence`` establishes of ``obligation``; raise :class:`EvidenceRejected` if it does not.

    For a model with ``uncertain`` weights a proof must hold for all of them.
    """
    name = evidence.get("rule") if isinstance(evidence, Mapping) else None
    if not isinstance(name, str) or name not in RULES:
        raise EvidenceRejected(f"no rule of the checker is called {name!r}")
    rule = RULES[name]
    if not isinstance(obligation, rule.obligations):
        raise EvidenceRejected(f"rule {name} is not about: {obligation.statement}")
    rule.check_payload(evidence)
    judgement = rule.judge(obligation, evidence)
    if uncertain and judgement.outcome is Outcome.PROVED and rule.reach is Reach.GIVEN:
        return Judgement(Outcome.OPEN, reason=Reason.UNCERTAIN_WEIGHTS)
    return judgement
