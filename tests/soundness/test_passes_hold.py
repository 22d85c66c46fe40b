"""No pass is ever contradicted: random models, and for whatever passes a search for states that say otherwise.

Hypothesis draws models of every Lagrangian and every kind of defect (asymmetry down to one unit in the last place, bias
left out, wrong prefactor, different time constants). Whatever the verdict, the checker must accept the certificate; and
where descent or convexity passes, ball arithmetic at random states must not certainly contradict it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hopverify.certificate import parse_certificate
from hopverify.checker import check_certificate
from hopverify.errors import ExpressionError
from hopverify.expr.balls import BALLS, precision
from hopverify.lagrangians import LAGRANGIANS
from hopverify.networks import Model, build_model
from hopverify.pipeline import verify
from hopverify.spec import ModelSpec, parse_spec
from tests.profiles import by_profile

NUMBERS = st.fractions(min_value=-3, max_value=3, max_denominator=8)


@st.composite
def lagrangians(draw: st.DrawFn) -> Any:
    name = draw(st.sampled_from(sorted(LAGRANGIANS.entries)))
    if draw(st.booleans()) and name in ("softmax", "tanh", "softplus"):
        return {name: {"beta": draw(st.sampled_from(["1/7", 2, 5]))}}
    if name == "layernorm":
        return {name: {"gamma": str(draw(NUMBERS)), "epsilon": draw(st.sampled_from([0, "1/100"]))}}
    if name == "leaky_relu":
        return {name: {"slope": str(draw(NUMBERS))}}
    return name


@st.composite
def weights(draw: st.DrawFn, size: int) -> list[list[str]]:
    """Symmetric weights, mostly; else one entry off by anything from one unit in the last place up."""
    W = [[draw(NUMBERS) for _ in range(size)] for _ in range(size)]
    for i in range(size):
        for j in range(i):
            W[i][j] = W[j][i]
    if size > 1 and draw(st.booleans()):
        W[1][0] += draw(st.sampled_from([Fraction(1, 2**53), Fraction(1, 1000), Fraction(-2)]))
    return [[str(entry) for entry in row] for row in W]


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    sizes = draw(st.lists(st.integers(1, 3), min_size=1, max_size=2))
    layers: dict[str, Any] = {}
    synapses: dict[str, Any] = {}
    for position, size in enumerate(sizes):
        name = f"layer{position}"
        tau: Any = draw(st.sampled_from([1, "1/3", 0 if position else 2]))
        if tau and draw(st.booleans()):
            tau = [str(draw(st.sampled_from([1, 2, "1/2"]))) for _ in range(size)]
        layers[name] = {
            "size": size,
            "lagrangian": draw(lagrangians()),
            "tau": tau,
            "bias": [str(draw(NUMBERS)) for _ in range(size)],
            "leak": draw(st.sampled_from([True, True, "1/2"] + ([] if tau == 0 else [False]))),
            "bias_in_energy": draw(st.sampled_from([True, True, True, False])),
        }
        if tau != 0 and draw(st.booleans()):
            synapses[f"w{position}"] = {
                "kind": "dense",
                "layers": [name, name],
                "weights": draw(weights(size)),
                "drive": draw(st.sampled_from(["weights", "gradient"])),
                "prefactor": draw(st.sampled_from(["1/2", "1/2", 1])),
            }
    if len(sizes) == 2:
        across = [[str(draw(NUMBERS)) for _ in range(sizes[1])] for _ in range(sizes[0])]
        synapses["across"] = {"kind": "dense", "layers": ["layer0", "layer1"], "weights": across}
    return {"hopverify": 1, "name": "random", "layers": layers, "synapses": synapses, "checks": "all"}


def _states(model: Model, seed: int) -> Any:
    generator = np.random.default_rng(seed)
    for scale in (0.1, 1.0, 3.0, 10.0):
        yield {
            layer.name: BALLS.array(np.round(generator.normal(size=layer.size) * scale * 64) / 64)
            for layer in model.dynamic
        }


def _contradicts(spec: ModelSpec, model: Model, passed: set[str], seed: int) -> str | None:
    for state in _states(model, seed):
        if "energy_descent" in passed and model.energy_rate(state, BALLS) > 0:
            return f"dE/dt > 0 at {state}"
        for layer in model.dynamic:
            x = state[layer.name]
            for direction in np.eye(layer.size):
                d = BALLS.array(direction - 0.5)
                if "lagrangian_convexity" in passed and (d * layer.function.hessian_times(x, d, BALLS)).sum() < 0:
                    return f"negative curvature of {layer.name} at {x}"
                moved = layer.function.activate(x + d, BALLS) - layer.function.activate(x, BALLS)
                if "energy_flatness" in passed and all(entry == 0 for entry in moved):
                    return f"equal activations of {layer.name} at {x} and {x + d}"
    return None


@settings(max_examples=by_profile(6, 60, 5000), deadline=None, suppress_health_check=list(HealthCheck))
@given(documents(), st.integers(0, 2**16))
def test_no_pass_is_contradicted(document: dict[str, Any], seed: int) -> None:
    spec = parse_spec(yaml.safe_dump(document))
    certificate = verify(spec, samples=12, boxes=300, seed=seed)
    check_certificate(spec, parse_certificate(certificate.to_json()))
    by_check: dict[str, set[str]] = {}
    for result in certificate.results:
        by_check.setdefault(result["check"], set()).add(result["verdict"])
    passed = {check for check, found in by_check.items() if found == {"pass"}}
    with precision():
        try:
            assert _contradicts(spec, build_model(spec), passed, seed) is None
        except (ExpressionError, ZeroDivisionError):
            return
