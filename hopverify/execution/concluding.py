"""Conclusions: what a claim says follows from its premises, once they are proved, by the theorem that it names."""

from __future__ import annotations

from collections.abc import Sequence

from hopverify.checker.citing import known_of
from hopverify.checker.deciding import Decision, decide, family_of, roles_of
from hopverify.checker.questions import question
from hopverify.checks import Claim
from hopverify.errors import EvidenceRejected
from hopverify.provers.structure import found_by_kernel


def concluded(claim: Claim, position: int, premises: Sequence[Decision]) -> Decision:
    """Return the decision of a necessary obligation whose premises are proved.

    Where the kernel has the theorem, the proof cites the premises by their claims; otherwise the verdict alone follows.
    """
    obligation, role = roles_of(claim)[position]
    proves = None if claim.by is None else question(obligation).proves
    if claim.by is not None and proves is not None:
        cited = [{"claim": each.evidence["claim"]} for each in premises if each.evidence is not None]
        evidence = found_by_kernel({"premises": cited}, claim.by, proves["name"])
        known = known_of(each.evidence for each in premises)
        try:
            return decide(obligation, role, evidence, family_of(claim, position), known)
        except EvidenceRejected:
            pass
    return decide(obligation, role, None)
