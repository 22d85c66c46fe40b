"""The specs of HAMUX's documentation, which nobody needs JAX for: they say what HAMUX computed, and verify."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hopverify import build_model, read_spec, verify
from hopverify.certificate import Certificate
from hopverify.expr.floats import FLOATS

SPECS = Path(__file__).parents[2] / "specs" / "hamux"
NUMBERS: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "hamux.json").read_text(encoding="utf-8"))


def test_every_spec_has_its_numbers() -> None:
    assert {path.stem for path in SPECS.glob("*.yaml")} == set(NUMBERS)


@pytest.mark.parametrize("name", NUMBERS)
def test_energy_activations_and_slopes_are_those_of_hamux(name: str) -> None:
    model = build_model(read_spec(SPECS / f"{name}.yaml"))
    for known in NUMBERS[name]:
        state = {layer: np.array(x) for layer, x in known["states"].items()}
        assert float(model.energy(state, FLOATS)) == pytest.approx(
            known["energy"], abs=1e-5 * (1 + abs(known["energy"]))
        )
        _, activations = model.complete(state, FLOATS)
        flow = model.flow(state, FLOATS)
        for layer in state:
            np.testing.assert_allclose(activations[layer], known["activations"][layer], rtol=1e-5, atol=1e-5)
            np.testing.assert_allclose(-flow[layer], known["slopes"][layer], rtol=1e-4, atol=1e-4)


@pytest.fixture(scope="module", params=sorted(NUMBERS))
def certificate(request: pytest.FixtureRequest) -> Certificate:
    return verify(read_spec(SPECS / f"{request.param}.yaml"), samples=200)


def test_they_verify(certificate: Certificate) -> None:
    assert certificate.verdict == "pass"
    verdicts = {entry["verdict"] for entry in certificate.results if entry["check"] == "energy_descent"}
    assert verdicts == {"pass"}


def test_what_hamux_asserts_of_samples_is_a_theorem_of_lone_layers() -> None:
    spec = read_spec(SPECS / "hamux-lagrangians.yaml")
    model = build_model(spec)
    # dE/dg = x: nothing drives the layers, so T dx/dt = -x, exactly.
    state = {layer.name: np.arange(3.0) - 1 for layer in model.dynamic}
    assert all((flow == -state[name]).all() for name, flow in model.flow(state, FLOATS).items())
    entries = verify(spec, samples=50).results
    convex = [entry for entry in entries if entry["check"] == "lagrangian_convexity"]
    assert len(convex) == len(spec.layers) == 11
    assert {entry["verdict"] for entry in convex} == {"pass"}
