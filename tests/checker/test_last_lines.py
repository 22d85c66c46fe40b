"""Refusals of the checker that evidence seldom meets."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from hopverify.certificate import parse_certificate
from hopverify.checker import check_certificate, energy_form
from hopverify.checker.questions import question
from hopverify.errors import CertificateRejected, EvidenceRejected
from hopverify.networks import Model, any_model
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


def test_an_activation_without_a_bound_of_its_growth_has_no_reach() -> None:
    model = any_model(spec("size: 1, activation: {expression: 'x^2', of: neuron}"))
    assert isinstance(model, Model)
    with pytest.raises(EvidenceRejected, match="no linear growth bound of the activation of layer x"):
        energy_form._reach(model.layers["x"])
