"""Rules of the checker: one kind of evidence a file, found by name.

A rule reads a payload (JSON values; numbers as exact text) and an obligation rebuilt from the spec. It returns a
:class:`Judgement`, or raises :class:`~hopverify.errors.EvidenceRejected`. Rules compute; they never search.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class Rule:
    """One kind of evidence: the obligations it speaks of, the keys of its payload, and the judge."""

    name: str
    summary: str
    obligations: tuple[type, ...]
    judge: Callable[[Any, Mapping[str, Any]], Judgement]
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()

    def check_payload(self, payload: Mapping[str, Any]) -> None:
        """Refuse unknown and missing keys: an unknown field never turns a no into a yes."""
        keys = set(payload) - {"rule"}
        if not self.required <= keys <= self.required | self.optional:
            wrong = ", ".join(sorted((keys - self.required - self.optional) | (self.required - keys)))
            raise EvidenceRejected(f"rule {self.name}: unexpected or missing keys: {wrong}")


RULES: Registry[Rule] = Registry("hopverify.checker.rules", "RULE", noun="rule")


def judge(obligation: Obligation, evidence: Mapping[str, Any]) -> Judgement:
    """Return what ``evidence`` establishes of ``obligation``; raise :class:`EvidenceRejected` if it does not."""
    name = evidence.get("rule") if isinstance(evidence, Mapping) else None
    if not isinstance(name, str) or name not in RULES:
        raise EvidenceRejected(f"no rule of the checker is called {name!r}")
    rule = RULES[name]
    if not isinstance(obligation, rule.obligations):
        raise EvidenceRejected(f"rule {name} does not speak of: {obligation.statement}")
    rule.check_payload(evidence)
    return rule.judge(obligation, evidence)
