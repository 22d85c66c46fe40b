"""Whatever is drawn goes through verify and check: no crash, and the checker accepts what the provers made of it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hopverify.certificate import Certificate, parse_certificate
from hopverify.checker import check_certificate
from hopverify.pipeline import verify
from hopverify.spec import ModelSpec
from hopverify.strategies import certificates, specs
from tests.profiles import by_profile

from .drawing import FAST

slow = settings(deadline=None, phases=FAST, suppress_health_check=list(HealthCheck))


def accepted(spec: ModelSpec) -> Certificate:
    certificate = verify(spec, samples=8, boxes=200)
    verdict = check_certificate(spec, parse_certificate(certificate.to_json()))
    assert str(verdict) == certificate.verdict
    return certificate


@settings(slow, max_examples=by_profile(4, 15, 3000))
@given(specs(max_size=2, max_layers=2))
def test_the_certificate_of_a_drawn_spec_is_accepted(spec: ModelSpec) -> None:
    accepted(spec)


@settings(slow, max_examples=by_profile(4, 15, 3000))
@given(specs(near_critical=True, max_size=2))
def test_the_certificate_of_a_spec_at_the_edge_is_accepted(spec: ModelSpec) -> None:
    certificate = accepted(spec)
    (stable,) = (entry for entry in certificate.results if entry["check"] == "weight_symmetry")
    assert stable["verdict"] == "pass"


@settings(slow, max_examples=5)
@given(st.data())
def test_drawn_certificates_are_those_of_their_specs(data: st.DataObject) -> None:
    spec = data.draw(specs(max_layers=1, max_size=1, max_synapses=1))
    certificate = data.draw(certificates(specs=spec, samples=4, boxes=50))
    check_certificate(spec, certificate)
    other = data.draw(certificates(specs=specs(max_layers=1, max_size=1, checks=["weight_symmetry"])))
    assert [entry["check"] for entry in other.results] == ["weight_symmetry"]


@pytest.mark.long
@settings(slow, max_examples=by_profile(5, 10, 500))
@given(certificates())
def test_any_certificate_is_canonical(certificate: Certificate) -> None:
    assert parse_certificate(certificate.to_json()).to_json() == certificate.to_json()
