"""Examination of a certificate against a spec: every claim is rebuilt and decided again from the evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hopverify.certificate import Certificate, canonical, subject_of
from hopverify.checker.citing import Known, is_entry, remember, whole
from hopverify.checker.deciding import Decision, decide, entry_of, family_of, overall_verdict, roles_of
from hopverify.checks import Check, Claim, claims_of
from hopverify.core import core_of
from hopverify.errors import CertificateRejected, EvidenceRejected
from hopverify.networks import any_model
from hopverify.spec import ModelSpec
from hopverify.verdict import Reason, Verdict


def check_certificate(
    spec: ModelSpec, certificate: Certificate, *, progress: Callable[[str], None] = lambda name: None
) -> Verdict:
    """Return the overall verdict of a certificate; raise :class:`CertificateRejected` unless it holds for ``spec``."""
    _check_subject(spec, certificate)
    model = any_model(spec)
    if certificate.core != core_of(model).digest:
        raise CertificateRejected("the certificate names another core than that of the spec")
    claims = claims_of(spec, model)
    if len(claims) != len(certificate.results):
        raise CertificateRejected(
            f"the spec makes {len(claims)} claims, the certificate answers {len(certificate.results)}"
        )
    known: Known = {}
    for (check, claim), entry in zip(claims, certificate.results, strict=True):
        name = f"{check.name} [{claim.subject}]"
        progress(name)
        _compare(name, entry, _decided(name, check, claim, entry, spec, known))
    verdict = overall_verdict(certificate.results, spec)
    if certificate.verdict != str(verdict):
        raise CertificateRejected(
            f"the certificate says {str(certificate.verdict)!r}, its entries give {str(verdict)!r}"
        )
    return verdict


def _check_subject(spec: ModelSpec, certificate: Certificate) -> None:
    if dict(certificate.spec) != subject_of(spec):
        raise CertificateRejected(
            f"the certificate is for another spec: {certificate.spec.get('name')!r}, digest "
            f"{str(certificate.spec.get('digest'))[:12]}…; this spec has digest {spec.digest[:12]}…: verify it again"
        )
    if dict(certificate.arrays) != dict(spec.array_digests):
        raise CertificateRejected("the certificate is for other arrays: their digests differ; verify the spec again")


def _decided(
    name: str, check: Check, claim: Claim, entry: Mapping[str, Any], spec: ModelSpec, known: Known
) -> dict[str, Any]:
    """Return what the entry must be, deciding every obligation of the claim from the entry's evidence.

    It may cite what is ``known`` from the entries before it, to which it adds its own.
    """
    roles = roles_of(claim) if claim.inapplicable is None else []
    rows = entry.get("obligations")
    if not isinstance(rows, list) or len(rows) != len(roles) or not all(isinstance(row, dict) for row in rows):
        raise CertificateRejected(f"{name}: the claim has {len(roles)} obligations, the entry does not list them all")
    decisions: list[Decision] = []
    for position, ((obligation, role), row) in enumerate(zip(roles, rows, strict=True)):
        try:
            evidence = row.get("evidence")
            decisions.append(decide(obligation, role, evidence, family_of(claim, position), known))
        except EvidenceRejected as error:
            raise CertificateRejected(f"{name}: {obligation.statement}: {error}") from error
        if is_entry(evidence):
            remember(whole(evidence, known), known)
    return entry_of(check, claim, decisions, _reason(name, entry), spec)


def _reason(name: str, entry: Mapping[str, Any]) -> Reason | None:
    """Return the reason an unknown entry gives; it must be one that exists."""
    if entry.get("verdict") != str(Verdict.UNKNOWN):
        return None
    reason = entry.get("reason")
    code = reason.get("code") if isinstance(reason, Mapping) else None
    if not isinstance(code, str) or code.upper() not in Reason.__members__:
        raise CertificateRejected(f"{name}: unknown without a known reason")
    return Reason[code.upper()]


def _compare(name: str, entry: Mapping[str, Any], decided: Mapping[str, Any]) -> None:
    if canonical(entry) == canonical(decided):
        return
    keys = sorted(
        key for key in entry.keys() | decided.keys() if canonical(entry.get(key)) != canonical(decided.get(key))
    )
    raise CertificateRejected(f"{name}: the entry does not follow from its evidence; it differs in: {', '.join(keys)}")
