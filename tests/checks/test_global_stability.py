"""Global stability: against simulated solutions and exact equilibria, at the edge λ = 1, and under tampering."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hopverify.checker.rules import judge
from hopverify.core import core_of
from hopverify.errors import EvidenceRejected
from hopverify.kernel.flow import Flow
from hopverify.kernel.functions import precision
from hopverify.kernel.krawczyk import contains_one
from hopverify.obligations import GloballyStable, Outcome
from hopverify.pipeline import verify
from hopverify.spec import parse_spec
from tests.checker import multipliers
from tests.checks.networks import decided, ends, evidence, model_of, network, random_weights
from tests.profiles import by_profile

ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "relu": lambda x: np.maximum(x, 0),
    "tanh": np.tanh,
    "{tanh: {beta: 2}}": lambda x: np.tanh(2 * x),
    "softplus": lambda x: np.logaddexp(0, x),
    "hard_tanh": lambda x: np.clip(x, -1, 1),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("seed", range(by_profile(2, 8, 8)))
def test_solutions_meet_exactly_if_it_passes(name: str, seed: int) -> None:
    generator = np.random.default_rng(seed)
    n = int(generator.integers(1, 5))
    W = random_weights(generator, n, scale=1.2 / n, symmetric=bool(seed % 2))
    b = [Fraction(int(v), 4) for v in generator.integers(-4, 5, size=n)]
    verdict, data = decided(network(W, name, check="global_stability", bias=b))
    x = ends(W, b, generator.normal(size=(30, n)) * 4, ACTIVATIONS[name], time=150.0, step=0.05)
    spread = float(np.max(np.abs(x - x[0])))
    if verdict == "pass":
        assert spread < 1e-2
    if verdict == "fail" and "equilibria" in data:
        first, second = ([float(Fraction(v)) for v in point["x"]] for point in data["equilibria"])
        assert np.max(np.abs(np.array(first) - second)) > 1e-4
        for point in (first, second):
            flow = ACTIVATIONS[name](np.array(point)) @ np.array(W, dtype=float).T + np.array(b, dtype=float) - point
            assert np.max(np.abs(flow)) < 1e-5


def test_verdicts_of_every_kind_occur() -> None:
    assert decided(network([[Fraction(1, 2)]], "tanh", check="global_stability"))[0] == "pass"
    assert decided(network([[2]], "tanh", check="global_stability"))[0] == "fail"
    # At the border there is one equilibrium still, for tanh; softplus has none, which nothing shows.
    assert decided(network([[1]], "tanh", check="global_stability"))[0] == "pass"
    assert decided(network([[1]], "softplus", check="global_stability"))[0] == "unknown"


@pytest.mark.parametrize("name", ["relu", "hard_tanh", "leaky_relu"])
def test_at_the_edge_nothing_passes(name: str) -> None:
    """λ_max(W)·h̄ = 1 exactly; a part in 10¹² below it is enough.

    Where hard_tanh is saturated at the one equilibrium, the list of all tells more (T17).
    """
    tiny = Fraction(1, 10**12)
    half = Fraction(1, 2)
    for bias in ([0, 0], [-1, -1]):
        verdict, data = decided(network([[half, half], [half, half]], name, check="global_stability", bias=bias))
        assert verdict != "pass" or (name, bias) == ("hard_tanh", [-1, -1])
        for place in data["x"] if verdict == "pass" else ():
            low, high = place if isinstance(place, list) else (place, place)
            assert Fraction(low) <= -2 <= Fraction(high)
    below = [[half, half - tiny], [half - tiny, half]]
    assert decided(network(below, name, check="global_stability"))[0] == "pass"


def test_a_continuum_of_equilibria_is_found() -> None:
    """ReLU with W = 1 and no bias: every x ≥ 0 rests."""
    verdict, data = decided(network([[1]], check="global_stability"))
    assert verdict == "fail"
    assert not any(isinstance(each, list) for entry in data["equilibria"] for each in entry["x"])


def test_multipliers_beat_the_symmetric_part() -> None:
    W = [[0, 3], [Fraction(-1, 4), 0]]
    verdict, data = decided(network(W, "tanh", check="global_stability", bias=[0.5, -0.25], extra=", tau: [1, 3]"))
    assert verdict == "pass"
    assert data["method"] == ["kernel (global stability, by T16)"]
    asked = model_of(network(W, "tanh", check="global_stability"))
    with pytest.raises(EvidenceRejected, match="positive definite"):
        judge(GloballyStable(asked), multipliers.stable(asked, ["1", "1"]))


@pytest.mark.parametrize("seed", range(by_profile(4, 12, 12)))
def test_multipliers_are_found_for_scaled_antisymmetric_weights(seed: int) -> None:
    """D⁻¹(antisymmetric) has the multipliers D, however large it is."""
    generator = np.random.default_rng(seed)
    n = int(generator.integers(2, 6))
    A = generator.normal(size=(n, n)) * 2
    scale = 2.0 ** generator.integers(-2, 3, size=n)
    W = [[Fraction(round(float(v) * 64), 64) / Fraction(float(scale[i])) for v in row] for i, row in enumerate(A - A.T)]
    assert decided(network(W, "relu", check="global_stability", bias=[1] * n))[0] == "pass"


def test_unequal_slopes_and_leaks_enter() -> None:
    for function, leak, expected in (
        ("{tanh: {beta: 2}}", 1, "fail"),
        ("{tanh: {beta: 2}}", 2, "pass"),
        ("tanh", 1, "pass"),
    ):
        spec = network([[Fraction(3, 4)]], function, check="global_stability", extra=f", leak: {leak}")
        assert decided(spec)[0] == expected


def test_instantaneous_layers_are_covered() -> None:
    text = (
        "hopverify: 1\nname: n\nlayers:\n  v: {{size: 2, lagrangian: tanh}}\n"
        "  h: {{size: 2, lagrangian: relu, tau: 0}}\n"
        "synapses:\n  w: {{kind: dense, layers: [h, v], weights: [[{0}, 0], [0.25, {0}]]}}\n"
        "checks: [global_stability]\n"
    )
    assert decided(parse_spec(text.format("0.5")))[0] == "pass"
    assert decided(parse_spec(text.format("2")))[0] == "fail"


def test_a_modern_memory_fails_by_two_of_its_equilibria() -> None:
    text = (
        "hopverify: 1\nname: m\narrays:\n  X: [[1, 1, 0, 0], [0, 0, 1, 1], [1, -1, 1, -1]]\nlayers:\n"
        "  v: {size: 4, lagrangian: identity}\n  h: {size: 3, lagrangian: {softmax: {beta: 5}}, tau: 0}\n"
        "synapses:\n  x: {kind: dense, layers: [h, v], weights: {same_as: X}}\n"
        "memories:\n  p: {layer: v, patterns: {same_as: X}}\nchecks: [global_stability]\n"
    )
    verdict, data = decided(parse_spec(text))
    assert verdict == "fail"
    assert data["method"] == ["kernel (no global stability, by two)"]


def test_a_globally_stable_network_is_bounded() -> None:
    """W = [[0, 8], [-8, 0]] is beyond growth and not symmetric; stability says that states are bounded."""
    W = [[Fraction(-1), 8, 1], [-8, Fraction(-1), 8], [1, -8, Fraction(-1)]]
    verdict, data = decided(network(W, "identity", check="boundedness", bias=[1, 1, 1]))
    assert verdict == "pass"
    assert data["method"] == ["kernel (bounded solutions, by stability)"]


def refused(spec: Any, payload: dict[str, Any], obligation: Any = GloballyStable) -> bool:
    try:
        return judge(obligation(model_of(spec)), payload).outcome is Outcome.OPEN
    except EvidenceRejected:
        return True


def test_tampered_multipliers_are_refused() -> None:
    spec = network([[0, 3], [Fraction(-1, 4), 0]], "tanh", check="global_stability")
    good = evidence(verify(spec))
    assert not refused(spec, good)
    for wrong in (["1", "-12"], ["1", "0"], ["12", "1"], ["1"], ["1", "1", "1"], [1, 12], ["1", "12.0"]):
        assert refused(spec, good | {"proof": good["proof"] | {"multipliers": {"x": wrong}}})
    for wrong in ("-1", "0", "1/2", "999999999/1000000000"):
        assert refused(spec, good | {"proof": good["proof"] | {"heights": {"x": wrong}}})
    assert refused(network([[0, 3], [Fraction(1, 4), 0]], "tanh", check="global_stability"), good)


def test_multipliers_prove_nothing_for_activations_that_are_not_covered() -> None:
    zero = multipliers.stable(model_of(network([[0]], "tanh", check="global_stability")), ["1"])
    assert not refused(network([[0]], "tanh", check="global_stability"), zero)
    for function in ("gelu", "squared_relu", "abs", "{leaky_relu: {slope: -1}}"):
        assert refused(network([[0]], function, check="global_stability"), zero)
    assert refused(network([[0]], "tanh", check="global_stability", extra=", leak: false"), zero)


def test_a_box_without_equilibrium_is_never_confirmed() -> None:
    with precision():
        flow = Flow(core_of(model_of(network([[2]], "tanh", check="global_stability"))))
        root = 1.9150080481545
        for centre in np.linspace(-3, 3, 241):
            for radius in (Fraction(1, 64), Fraction(1, 1024)):
                near = min(abs(abs(centre) - root), abs(centre))
                if near > radius:
                    assert not contains_one(flow, [(Fraction(centre) - radius, Fraction(centre) + radius)])
        assert contains_one(flow, [(Fraction(root) - Fraction(1, 1024), Fraction(root) + Fraction(1, 1024))])


def test_softmax_layers_of_more_than_dozens_of_neurons_are_compared_by_differences() -> None:
    rows = [[str(Fraction(7, 2) if i == j else Fraction(3)) for j in range(66)] for i in range(66)]
    text = (
        "hopverify: 1\nname: many\nlayers: {x: {size: 66, lagrangian: softmax}}\n"
        f"synapses: {{w: {{kind: dense, layers: [x, x], weights: {rows}}}}}\nchecks: [global_stability]\n"
    )
    verdict, data = decided(parse_spec(text))
    assert (verdict, data["method"]) == ("pass", ["kernel (global stability, by T16)"])
