"""Trees of equilibria, balls and forms that are wrong: each is refused, beside the one that is taken."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest

from hopverify.certificate import Certificate, parse_certificate
from hopverify.checker import check_certificate
from hopverify.checker.rules import judge
from hopverify.checks import claims_of
from hopverify.errors import CertificateRejected, EvidenceRejected
from hopverify.networks import build_model
from hopverify.obligations import Obligation
from hopverify.pipeline import verify
from hopverify.spec import ModelSpec, parse_spec


def spec(body: str, check: str) -> ModelSpec:
    return parse_spec(f"hopverify: 1\nname: guarded\n{body}checks: [{check}]\n")


def dense(weights: str, layer: str) -> str:
    return f"layers: {{x: {{{layer}}}}}\nsynapses: {{w: {{kind: dense, layers: [x, x], weights: {weights}}}}}\n"


def first(asked: ModelSpec) -> tuple[Obligation, dict[str, Any]]:
    """Return the first obligation of a spec with the evidence that was found for it."""
    ((_, claim),) = claims_of(asked, build_model(asked))
    entry = verify(asked, samples=50).results[0]
    return (*claim.premises, *claim.necessary)[0], deepcopy(entry["obligations"][0]["evidence"])


def refused(obligation: Obligation, evidence: Mapping[str, Any], message: str) -> None:
    with pytest.raises(EvidenceRejected, match=message):
        judge(obligation, evidence)


TANH = dense("[[2]]", "size: 1, lagrangian: tanh")


def test_a_certificate_answers_every_claim() -> None:
    asked = spec(TANH, "energy_descent, equilibria")
    certificate = verify(asked, samples=50)
    check_certificate(asked, certificate)
    short = Certificate(
        certificate.spec,
        certificate.core,
        certificate.arrays,
        certificate.verdict,
        certificate.results[:1],
        certificate.made_with,
        (0.0,),
    )
    with pytest.raises(CertificateRejected, match="the spec makes 2 claims, the certificate answers 1"):
        check_certificate(asked, parse_certificate(short.to_json()))
