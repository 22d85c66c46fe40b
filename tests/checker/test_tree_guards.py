"""Trees of equilibria, balls and forms that are wrong: each is refused, beside the one that is taken."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest

from hopverify.certificate import Certificate, parse_certificate
from hopverify.checker import check_certificate
from hopverify.checker.rules import judge, metric
from hopverify.checks import claims_of
from hopverify.errors import CertificateRejected, EvidenceRejected
from hopverify.networks import build_model
from hopverify.obligations import FallingResidual, Obligation, Outcome
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


# ------------------------------------------------------------------ altered systems

ALTERED = (
    "layers: {y: {size: 2, lagrangian: identity%s}, x: {size: 1, lagrangian: relu, tau: 0}}\nsynapses: {s: {%s}}\n"
)
JOINED = "kind: feedforward_feedback, layers: [y, x], forward: [[1, 0]], feedback: [[1], [0]]"
RESIDUAL = ", metric: [[1, 0], [0, 1]], residual: [[0], [1]], potential: %s"


def residual_of(slow: str, joined: str) -> Obligation:
    asked = spec(ALTERED % (slow, joined), "altered_energy_descent")
    for _, claim in claims_of(asked, build_model(asked)):
        for obligation in (*claim.premises, *claim.necessary):
            if isinstance(obligation, FallingResidual):
                return obligation
    raise AssertionError("no residual")


def test_residuals() -> None:
    good = JOINED + RESIDUAL % "z^2/2"
    assert judge(residual_of("", good), {"rule": "residual"}).outcome is Outcome.PROVED
    for slow, joined, because in (
        (", tau: [1, 2]", good, "differ in their time constants"),
        ("", good.replace("[[1], [0]]", "[[1], [1]]"), "NᵀB"),
        ("", JOINED + RESIDUAL % "'(z - 1)^2/2'", "φ'(0) = -1"),
    ):
        found = judge(residual_of(slow, joined), {"rule": "residual"})
        assert found.outcome is Outcome.REFUTED
        assert because in found.data["because"]
    refused(
        residual_of("", JOINED + RESIDUAL % "'exp(z) - z*exp(1)'"), {"rule": "residual"}, "not known to be rational"
    )
    bare = FallingResidual(residual_of("", good).system)  # type: ignore[union-attr]
    assert bare.system.synapse.residual is not None


def test_a_metric_says_how_times_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = spec(ALTERED % (", tau: [1, 2]", JOINED + ", metric: [[1, 0], [0, 1]]"), "altered_energy_descent")
    ((_, claim),) = claims_of(asked, build_model(asked))
    entry = verify(asked).results[0]
    pairs = zip((*claim.premises, *claim.necessary), entry["obligations"], strict=True)
    ((obligation, row),) = [(o, r) for o, r in pairs if r.get("evidence", {}).get("rule") == "metric"]
    evidence = row["evidence"]
    assert judge(obligation, evidence).outcome is Outcome.PROVED
    refused(obligation, {k: v for k, v in evidence.items() if k != "timed"}, "timed")
    monkeypatch.setattr(metric, "MAX_PRODUCTS", 0)
    refused(obligation, evidence, "too large for an exact product")
