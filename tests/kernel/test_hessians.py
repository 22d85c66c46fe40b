"""Bounds of Hessians of synaptic energies: in numbers worked out by hand, and above second differences at random."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from hopverify.core import core_of
from hopverify.expr.floats import FLOATS
from hopverify.kernel.core import Core
from hopverify.kernel.drive_ranges import activations
from hopverify.kernel.hessians import BENT, Bent, upper_bound
from hopverify.kernel.intervals import between, exactly
from hopverify.kernel.numbers import Rejected
from hopverify.networks import Model, build_model
from hopverify.spec import parse_spec

ARRAYS = "arrays: {a: [[1, -2, 0.5], [0, 1, 1], [2, 0, -1]], w: [1, -1, 2]}\n"
ENERGIES = (
    "sum(cos(x)) + sum(sin(2*x))",
    "dot(w, tanh(a @ x + 1))",
    "dot(w, sigmoid(a @ x))",
    "sum(softplus(a @ tanh(a @ x)))",
    "logsumexp(a @ x)",
    "logsumexp(a @ tanh(x))",
    "-log(exp(-sum(square(x))/2) + 3*exp(-sum(square(x - 2))/3) + 1)",
    "-sum(exp(-square(x)/2)) - exp(-sum(square(x))/2)",
    "sum(sqrt(1 + square(x))) + norm(x, 1)",
    "log(1 + square(x[0])) + sin(x[0])*tanh(x[1])/(2 + cos(x[2]))",
    "sum(logcosh(a @ x)) - sum(arctan(tanh(x)))",
    "tanh(x[0])*tanh(x[1])*tanh(x[2])",
    "sum(sech(x)) - 2*x[0]*x[1] + x[2]^2",
    "sum(tanh(x)^3) + sum(erf(tanh(x)))",
    "ghost_logsumexp(-square(tanh(x)))",
    "mean(cos(a @ x)) + variance(x) + dot(x, x)/w[2]",
    "(x[0] - x[1])/2 + square(square(tanh(x[0]) + tanh(x[1])))",
)


def model(energy: str, lagrangian: str = "identity") -> Model:
    return build_model(
        parse_spec(
            f"hopverify: 1\nname: net\nlayers: {{x: {{size: 3, lagrangian: {lagrangian}}}}}\n"
            f"synapses: {{s: {{kind: expression, layers: [x], energy: '{energy}'}}}}\n{ARRAYS}"
        )
    )


def bound(core: Core, low: Fraction | None = None, high: Fraction | None = None) -> np.ndarray:
    """Return the bound of the Hessian, for activations in a cube."""
    (layer,), (synapse,) = core.flow_layers, core.synapses
    on = activations(core, layer, [(None, None)] * 3) if low is None else [between(low, high, inside=False)] * 3
    found, B = upper_bound(core, synapse.energy, {"x": on}), np.zeros((3, 3))
    for (i, j), entry in found.items():
        B[i, j] = B[j, i] = float(entry)
    return B


def differences(made: Model, gamma: np.ndarray, width: float = 1e-3) -> np.ndarray:
    """Return second differences of S: Hessians averaged over small steps."""
    synapse, unit = made.synapses["s"], width * np.eye(3)

    def drive(at: np.ndarray) -> np.ndarray:
        return np.asarray(synapse.drive({"x": at}, FLOATS)["x"], dtype=float)

    H = np.array([(drive(gamma - e) - drive(gamma + e)) / (2 * width) for e in unit])
    return (H + H.T) / 2


@pytest.mark.parametrize("energy", ENERGIES)
def test_no_hessian_is_above_its_bound(energy: str) -> None:
    made, rng = model(energy), np.random.default_rng(5)
    core = core_of(made)
    for low, high in ((None, None), (Fraction(-1, 2), Fraction(3))):
        B = bound(core, low, high)
        for scale in (0.3, 1.0, 3.0):
            for _ in range(5):
                gamma = rng.normal(scale=scale, size=3) if low is None else rng.uniform(-0.49, 2.99, size=3)
                assert np.linalg.eigvalsh(B - differences(made, gamma))[0] > -1e-5 * (1 + np.abs(B).max())


@pytest.mark.parametrize(
    ("energy", "diagonal"),
    [
        ("sum(cos(x))", 1),
        ("sum(softplus(2*x))", 1),
        ("sum(sigmoid(x))", 0.0962250448649376),
        ("-3*sum(tanh(x))", 3 * 0.769800358919501),
        ("2 - sum(exp(-square(x)/2))", 1),
        ("sum(square(x))/2 - sum(square(x))/3", 1 / 3),
        ("-logsumexp(-square(x))", 2),
        ("sum(square(tanh(x)))", 2 + 2 * 0.769800358919501),
    ],
)
def test_bounds_of_neurons_by_themselves(energy: str, diagonal: float) -> None:
    assert bound(core_of(model(energy))) == pytest.approx(diagonal * np.eye(3), abs=1e-12)


def test_bounds_that_join_neurons() -> None:
    B = bound(core_of(model("cos(x[0] - x[1]) + x[1]*x[2]")))
    assert B.tolist() == [[1, -1, 0], [-1, 1, 1], [0, 1, 0]]


def test_at_a_single_point_gradients_that_vanish_are_not_those_of_constants() -> None:
    for energy, entries in (
        ("tanh(x[0]*x[1])", [[0, 1, 0], [1, 0, 0], [0, 0, 0]]),
        ("sin(square(x[0]))", [[2, 0, 0], [0, 0, 0], [0, 0, 0]]),
        ("exp(x[0]*x[1]) + square(x[2])", [[0, 1, 0], [1, 0, 0], [0, 0, 2]]),
    ):
        assert bound(core_of(model(energy)), Fraction(0), Fraction(0)).tolist() == entries


def test_a_box_bounds_what_no_bound_has_everywhere() -> None:
    core = core_of(model("sum(x^4)"))
    assert bound(core, Fraction(-1), Fraction(2)).tolist() == (48 * np.eye(3)).tolist()
    with pytest.raises(Rejected, match="not bounded above"):
        bound(core)


@pytest.mark.parametrize("energy", ["sum(relu(x))", "sum(abs(x))", "max(x[0], x[1])", "sum(square(relu(x)))"])
def test_functions_with_a_kink_have_no_bounds(energy: str) -> None:
    with pytest.raises(Rejected, match="has a kink"):
        bound(core_of(model(energy)))


def test_powers_that_are_none() -> None:
    u = Bent(between(Fraction(-1), Fraction(2)), {0: exactly(Fraction(3))}, {}, {})
    assert BENT.power(u, Fraction(1)) is u
    assert BENT.power(u, Fraction(0)).affine
    assert not BENT.power(u, Fraction(0)).slopes


def test_rows_of_scores() -> None:
    """Attention of two tokens of layer norm: an S of sums of log-sum-exp of bilinear scores, β times -1."""
    made = build_model(
        parse_spec(
            "hopverify: 1\nname: net\nlayers: {x: {size: 2, copies: 3, lagrangian: layernorm}}\n"
            "synapses: {s: {kind: attention, layers: [x], queries: [[[1, 2]]], keys: [[[3, -1]]], beta: 0.5}}\n"
        )
    )
    core, rng = core_of(made), np.random.default_rng(7)
    gamma = {layer.name: activations(core, layer, [(None, None)] * layer.size) for layer in core.flow_layers}
    B = np.zeros((6, 6))
    for (i, j), entry in upper_bound(core, core.synapses[0].energy, gamma).items():
        B[i, j] = B[j, i] = float(entry)
    synapse, unit = made.synapses["s"], 1e-3 * np.eye(6)

    def drive(at: np.ndarray) -> np.ndarray:
        found = synapse.drive({f"x_{k + 1}": at[2 * k : 2 * k + 2] for k in range(3)}, FLOATS)
        return np.concatenate([np.asarray(found[f"x_{k + 1}"], dtype=float) for k in range(3)])

    for _ in range(20):
        at = rng.uniform(-1, 1, size=6)
        H = np.array([(drive(at - e) - drive(at + e)) / 2e-3 for e in unit])
        assert np.linalg.eigvalsh(B - (H + H.T) / 2)[0] > -1e-5


def test_constants_with_a_kink_have() -> None:
    assert bound(core_of(model("abs(w[1])*sum(cos(x))"))).tolist() == np.eye(3).tolist()


def test_conjugates_have_no_bounds() -> None:
    with pytest.raises(Rejected, match="no values here"):
        bound(core_of(model("sparsemax_conjugate(x)")))


def test_many_activations_are_refused() -> None:
    core = core_of(
        build_model(
            parse_spec(
                "hopverify: 1\nname: net\nlayers: {x: {size: 300, lagrangian: identity}}\n"
                "synapses: {s: {kind: expression, layers: [x], energy: 'sum(cos(x))'}}\n"
            )
        )
    )
    (layer,) = core.flow_layers
    with pytest.raises(Rejected, match="up to 256 activations"):
        upper_bound(core, core.synapses[0].energy, {"x": activations(core, layer, [(None, None)] * 300)})
