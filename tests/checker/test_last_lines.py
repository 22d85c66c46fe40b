"""Refusals of the checker that evidence seldom meets."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from hopverify.certificate import parse_certificate
from hopverify.checker import check_certificate
from hopverify.checker.questions import question
from hopverify.errors import CertificateRejected
from hopverify.pipeline import verify
from hopverify.spec import ModelSpec, parse_spec


def spec(layer: str = "size: 1, lagrangian: tanh", check: str = "lagrangian_convexity") -> ModelSpec:
    return parse_spec(f"{{hopverify: 1, name: one, layers: {{x: {{{layer}}}}}, checks: [{check}]}}")


def test_a_certificate_of_another_core_is_refused() -> None:
    body = json.loads(verify(spec()).to_json())
    check_certificate(spec(), parse_certificate(json.dumps(body)))
    with pytest.raises(CertificateRejected, match="another core"):
        check_certificate(spec(), parse_certificate(json.dumps(body | {"core": "0" * 64})))


def test_what_the_kernel_has_no_claim_for_is_no_question() -> None:
    with pytest.raises(NotImplementedError, match="unheard of"):
        question(SimpleNamespace(statement="unheard of"))  # type: ignore[arg-type]
