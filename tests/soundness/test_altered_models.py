"""What checks say of models with two ways, A and B, and with neurons that inhibit themselves at once.

Lists of equilibria are compared with an enumeration over the rationals; energies, ghosts and stability with what the
model itself computes. The examples are ones on which a theory of symmetric networks would go wrong.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hopverify.certificate import parse_certificate
from hopverify.checker import check_certificate
from hopverify.checks import CHECKS
from hopverify.expr.dual import Duals, along, slopes_of
from hopverify.expr.exact import EXACT
from hopverify.expr.floats import FLOATS
from hopverify.networks import build_model
from hopverify.pipeline import verify
from hopverify.spec import ModelSpec, parse_spec
from tests.profiles import by_profile
from tests.soundness.test_equilibria_oracle import data_of, solve

Rows = list[list[Fraction]]


def spec_of(layers: str, synapses: str, checks: str) -> ModelSpec:
    return parse_spec(f"hopverify: 1\nname: test\nlayers: {{{layers}}}\nsynapses: {{{synapses}}}\nchecks: {checks}\n")


def results_of(spec: ModelSpec) -> dict[str, dict[str, Any]]:
    certificate = verify(spec)
    check_certificate(spec, parse_certificate(certificate.to_json()))
    return {f"{result['check']}": dict(result) for result in certificate.results}


def listed(rows: Any) -> str:
    return str([[str(Fraction(v)) for v in row] for row in rows])


# Slopes and intercepts between kinks: (lower, upper, slope, intercept), None for unbounded.
SEGMENTS: dict[str, list[Any]] = {
    "relu": [(None, 0, 0, 0), (0, None, 1, 0)],
    "hard_tanh": [(None, -1, 0, -1), (-1, 1, 1, 0), (1, None, 0, 1)],
    "{leaky_relu: {slope: 1/4}}": [(None, 0, Fraction(1, 4), 0), (0, None, 1, 0)],
}


def oracle(function: str, W: Rows, b: list[Fraction], rho: list[Fraction]) -> tuple[set[tuple[Fraction, ...]], bool]:
    """Return the solutions of ρx = Wg(x) + b over all choices of segments, and whether a system was singular."""
    found, singular, n = set(), False, len(b)
    for chosen in product(SEGMENTS[function], repeat=n):
        left = [[rho[i] * (i == j) - W[i][j] * chosen[j][2] for j in range(n)] for i in range(n)]
        right = [b[i] + sum((W[i][j] * chosen[j][3] for j in range(n)), Fraction(0)) for i in range(n)]
        x = solve(left, right)
        singular |= x is None
        if x is not None and all(
            (low is None or low <= v) and (high is None or v <= high)
            for v, (low, high, _, _) in zip(x, chosen, strict=True)
        ):
            found.add(tuple(x))
    return found, singular


number = st.fractions(min_value=-2, max_value=2, max_denominator=3)
positive = st.fractions(min_value=Fraction(1, 3), max_value=3, max_denominator=3)


@st.composite
def systems(draw: st.DrawFn) -> tuple[str, Rows, Rows, dict[str, list[Fraction]]]:
    m, n = draw(st.integers(1, 2)), draw(st.integers(1, 3))
    A, B = ([[draw(number) for _ in range(k)] for _ in range(j)] for j, k in ((n, m), (m, n)))
    numbers = {"a": [draw(number) for _ in range(m)], "b": [draw(number) for _ in range(n)]}
    numbers |= {"rho": [draw(positive) for _ in range(n)], "lambda": [draw(positive)]}
    numbers["c"] = [draw(st.one_of(st.just(Fraction(0)), positive)) for _ in range(n)]
    return draw(st.sampled_from(list(SEGMENTS))), A, B, numbers


def texts(values: list[Fraction]) -> str:
    return str([str(value) for value in values])


def altered(function: str, A: Rows, B: Rows, v: dict[str, list[Fraction]], checks: str) -> ModelSpec:
    m, n = len(B), len(A)
    layers = (
        f"y: {{size: {m}, lagrangian: identity, bias: {texts(v['a'])}, leak: {v['lambda'][0]}}}, "
        f"x: {{size: {n}, lagrangian: {function}, bias: {texts(v['b'])}, leak: {texts(v['rho'])}, tau: 0}}"
    )
    weights = texts([-c for c in v["c"]])
    synapses = (
        f"ab: {{kind: feedforward_feedback, layers: [y, x], forward: {listed(A)}, feedback: {listed(B)}}}, "
        f"c: {{kind: diagonal, layers: [x, x], weights: {weights}}}"
    )
    return spec_of(layers, synapses, checks)


@settings(max_examples=by_profile(12, 40, 1000), deadline=None, suppress_health_check=list(HealthCheck))
@given(systems())
def test_equilibria_with_self_inhibition_agree_with_an_enumeration(
    drawn: tuple[str, Rows, Rows, dict[str, list[Fraction]]],
) -> None:
    """y = (Bγ + a)/λ put into ρx + c∘γ = Ay + b leaves an equation in x alone, which the oracle goes through."""
    function, A, B, v = drawn
    rate, m, n = v["lambda"][0], len(B), len(A)
    W = [[sum((A[i][k] * B[k][j] for k in range(m)), Fraction(0)) / rate for j in range(n)] for i in range(n)]
    for i in range(n):
        W[i][i] -= v["c"][i]
    b = [v["b"][i] + sum((A[i][k] * v["a"][k] for k in range(m)), Fraction(0)) / rate for i in range(n)]
    expected, singular = oracle(function, W, b, v["rho"])
    result = results_of(altered(function, A, B, v, "[equilibria]"))["equilibria"]
    rows = data_of(result).get("equilibria", [])
    isolated = {tuple(Fraction(x) for x in row["x"]) for row in rows if "dimension" not in row}
    if not singular:
        assert result["verdict"] == "pass"
        assert {x[m:] for x in isolated} == expected
        assert len(isolated) == len(expected)
    model = build_model(altered(function, A, B, v, "all"))
    for row in rows:
        y = np.array([Fraction(x) for x in row["x"][:m]], dtype=object)
        assert all(flow == 0 for flow in model.flow({"y": y}, EXACT)["y"])
        assert model.complete({"y": y}, EXACT)[0]["x"].tolist() == [Fraction(x) for x in row["x"][m:]]


@settings(max_examples=by_profile(12, 40, 1000), deadline=None, suppress_health_check=list(HealthCheck))
@given(systems(), st.booleans())
def test_stability_is_that_of_the_slow_layer(
    drawn: tuple[str, Rows, Rows, dict[str, list[Fraction]]], both_ways: bool
) -> None:
    """What is listed must agree with ẏ = B g(x(y)) + a - λy, whose Jacobian follows by duals; for B = Aᵀ and others."""
    function, A, B, v = drawn
    if both_ways:
        B = [list(column) for column in zip(*A, strict=True)]
    spec = altered(function, A, B, v, "[equilibria]")
    model, m = build_model(spec), len(B)
    for row in data_of(results_of(spec)["equilibria"]).get("equilibria", []):
        if "at_kink" in row or "dimension" in row:
            continue
        y = np.array([float(Fraction(value)) for value in row["x"][:m]])
        columns = [slopes_of(model.flow({"y": along(y, e)}, Duals(FLOATS))["y"]) for e in np.eye(m)]
        top = np.linalg.eigvals(np.array(columns, dtype=float).T).real.max()
        assert abs(top) < 1e-9 or row["stability"] == ("stable" if top < 0 else "unstable")


@pytest.mark.parametrize("function", ["softmax", "tanh"])
@pytest.mark.parametrize("times", ["1", "[1, 7]"])
def test_stability_with_smooth_and_whole_layers(function: str, times: str) -> None:
    """T12's repair of W = [[1, -2], [-2, 1]]·k, with x enclosed; for large k others than stable ones."""
    for k in (Fraction(1, 16), Fraction(2)):
        P = [[3 * k + 1, -2 * k], [-2 * k, 3 * k + 1]]
        c = 2 * k + 1
        layers = (
            f"y: {{size: 2, lagrangian: identity, tau: {times}}}, "
            f"x: {{size: 2, lagrangian: {{{function}: {{beta: 2}}}}, bias: [1/8, 0], tau: 0}}"
        )
        synapses = (
            f"ab: {{kind: feedforward_feedback, layers: [y, x], forward: {listed(P)}}}, "
            f"c: {{kind: diagonal, layers: [x, x], weights: {texts([-c, -c])}}}"
        )
        spec = spec_of(layers, synapses, "[equilibria: {lower: -10, upper: 10}]")
        model = build_model(spec)
        rows = data_of(results_of(spec)["equilibria"])["equilibria"]
        assert rows
        assert {row["stability"] for row in rows} == ({"stable"} if k < 1 else {"stable", "unstable"})
        for row in rows:
            y = np.array([float(Fraction(ends[0])) for ends in row["x"][:2]])
            columns = [slopes_of(model.flow({"y": along(y, e)}, Duals(FLOATS))["y"]) for e in np.eye(2)]
            tau = np.array([float(t) for t in model.layers["y"].each(model.layers["y"].tau)])
            top = np.linalg.eigvals(np.array(columns, dtype=float).T / tau[:, None]).real.max()
            assert row["stability"] == ("stable" if top < 0 else "unstable")


INHIBITED = {check.name for check in CHECKS if check.implicit}
KNOWN = {
    "activation_is_gradient", "lagrangian_convexity", "weight_symmetry", "time_constants", "energy_flatness",
    "equilibria", "altered_energy_descent", "altered_flatness", "equilibria_preserved", "step_size",
}  # fmt: skip


def test_checks_of_implicit_models_have_been_thought_about() -> None:
    """A check that claims to cover self-inhibition is added here by whoever has gone through its theory."""
    assert INHIBITED <= KNOWN


def test_no_other_check_speaks_of_a_layer_that_inhibits_itself() -> None:
    one = [[Fraction(1)]]
    numbers = {
        "a": [Fraction(0)],
        "b": [Fraction(1)],
        "rho": [Fraction(1)],
        "lambda": [Fraction(1)],
        "c": [Fraction(1)],
    }
    results = results_of(altered("relu", one, one, numbers, "all"))
    assert set(results) == {check.name for check in CHECKS if not check.discrete and not check.kinds}
    others = {name: result["verdict"] for name, result in results.items() if name not in INHIBITED}
    assert others
    assert set(others.values()) == {"not-applicable"}


LINEAR = "y: {size: 1, lagrangian: identity}, x: {size: 1, lagrangian: relu}"


@pytest.mark.parametrize(("A", "B"), [(10, -10), (10, 0), (2, Fraction(1, 2))])
def test_the_energy_has_the_gradient_of_a_whatever_b_is(A: int, B: Fraction) -> None:
    """E = ½y² + ½γ² - Aγy falls without bound for A > 1, though sym [[1, -B], [-A, 1]] may be positive."""
    synapse = f"ab: {{kind: feedforward_feedback, layers: [y, x], forward: [[{A}]], feedback: [[{B}]]}}"
    result = results_of(spec_of(LINEAR, synapse, "[energy_bounded_below]"))["energy_bounded_below"]
    assert result["verdict"] == "fail"


def test_a_small_forward_way_bounds_the_energy_whatever_the_feedback() -> None:
    synapse = "ab: {kind: feedforward_feedback, layers: [y, x], forward: [[1/2]], feedback: [[100]]}"
    result = results_of(spec_of(LINEAR, synapse, "[energy_bounded_below, energy_descent]"))
    assert result["energy_bounded_below"]["verdict"] == "pass"
    assert result["energy_descent"]["verdict"] != "pass"


def test_an_unbounded_pair_beside_a_bounded_layer_counts() -> None:
    """The synapse joins three layers; that z is bounded does not make A between y and x vanish."""
    layers = f"{LINEAR}, z: {{size: 1, lagrangian: tanh}}"
    synapse = "ab: {kind: feedforward_feedback, layers: [y, x, z], forward: [[10], [1]], feedback: [[10, 1]]}"
    result = results_of(spec_of(layers, synapse, "[energy_bounded_below]"))["energy_bounded_below"]
    assert result["verdict"] != "pass"
    small = synapse.replace("10", "1/2")
    assert results_of(spec_of(layers, small, "[energy_bounded_below]"))["energy_bounded_below"]["verdict"] == "pass"


@pytest.mark.parametrize(
    ("feedback", "verdict", "velocity"),
    [
        ("[[1, 0], [-2, 1]]", "pass", [0, 0]),
        ("[[1, 0], [5, 1]]", "unknown", [0, 0]),
        ("[[1, 5], [-2, 1]]", "unknown", [5, 0]),
    ],
)
def test_a_linear_layer_with_fast_relu_neurons_has_no_ghosts_where_its_drives_are_gradients(
    feedback: str, verdict: str, velocity: list[int]
) -> None:
    """A dead fast neuron is where its equation says; no activation of y is constant. That is enough if B = Aᵀ.

    The energy of these A is critical and constant on the half-line y = (1, 1 + s), s > 0, where x[1] alone is alive:
    γ = (0, s) and ∇E = y - 1 - Aᵀγ = 0. The flow is y' = s(B[0, 1], B[1, 1] - 1): it leaves for B[0, 1] = 5, so that a
    pass for all B would hide what a ghost is.
    """
    layers = "y: {size: 2, lagrangian: identity, bias: 1}, x: {size: 2, lagrangian: relu, bias: [1, -1], tau: 0}"
    synapse = f"ab: {{kind: feedforward_feedback, layers: [y, x], forward: [[1, -2], [0, 1]], feedback: {feedback}}}"
    spec = spec_of(layers, synapse, "[ghost_regions]")
    assert results_of(spec)["ghost_regions"]["verdict"] == verdict
    model = build_model(spec)
    for s in (Fraction(1, 7), Fraction(5)):
        y = np.array([Fraction(1), 1 + s], dtype=object)
        for unit in np.array([[1, 0], [0, 1]], dtype=object):
            assert slopes_of(model.energy({"y": along(y, unit)}, Duals(EXACT))) == 0
        assert model.flow({"y": y}, EXACT)["y"].tolist() == [s * rate for rate in velocity]


def test_without_an_energy_nothing_is_said_of_ghosts() -> None:
    layers = "x: {size: 2, lagrangian: relu, bias: 1}"
    dense = "w: {kind: dense, layers: [x, x], weights: [[0, -2], [%s, 0]]}"
    both = [results_of(spec_of(layers, dense % w, "[ghost_regions]"))["ghost_regions"] for w in ("-2", "-3")]
    assert [result["verdict"] for result in both] == ["fail", "unknown"]


@settings(max_examples=by_profile(12, 40, 1000), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_ghosts_beside_fast_neurons_are_flat_and_critical_while_the_flow_leaves(data: st.DataObject) -> None:
    m, n = data.draw(st.integers(1, 2)), data.draw(st.integers(1, 2))
    A = [[data.draw(number) for _ in range(m)] for _ in range(n)]
    a, b = ([data.draw(number) for _ in range(k)] for k in (m, n))
    layers = (
        f"y: {{size: {m}, lagrangian: relu, bias: {texts(a)}}}, "
        f"x: {{size: {n}, lagrangian: relu, bias: {texts(b)}, tau: 0}}"
    )
    spec = spec_of(layers, f"w: {{kind: dense, layers: [x, y], weights: {listed(A)}}}", "[ghost_regions]")
    model = build_model(spec)
    for ghost in data_of(results_of(spec)["ghost_regions"]).get("ghosts", []):
        gamma = [Fraction(value) for value in ghost["activation"]]
        for depth in (Fraction(1, 7), Fraction(5)):
            y = np.array([value if value > 0 else -depth for value in gamma[:m]], dtype=object)
            state, activations = model.complete({"y": y}, EXACT)
            assert activations["x"].tolist() == gamma[m:]
            assert any(flow != 0 for flow in model.flow({"y": y}, EXACT)["y"])
            if any(value == 0 for value in state["x"]):
                continue
            for k in range(m):
                unit = np.array([Fraction(int(i == k)) for i in range(m)], dtype=object)
                energy = model.energy({"y": along(y, unit)}, Duals(EXACT))
                assert slopes_of(energy) == 0


def test_a_metric_whose_times_are_on_the_edge_proves_no_fall() -> None:
    """T = diag(1, 4), P = [[1, p], [p, 1]]: sym(TP) is singular for p = 4/5, and V stands still where ẏ ∝ (2, -1)."""
    layers = "y: {size: 2, lagrangian: identity, tau: [1, 4]}, x: {size: 2, lagrangian: relu, bias: 1, tau: 0}"
    synapse = "ab: {kind: feedforward_feedback, layers: [y, x], forward: %s, metric: %s}"
    for p, verdict in ((Fraction(4, 5), "unknown"), (Fraction(4, 5) - Fraction(1, 10**9), "pass")):
        P = listed([[1, p], [p, 1]])
        results = results_of(spec_of(layers, synapse % (P, P), "[altered_energy_descent, altered_flatness]"))
        assert results["altered_energy_descent"]["verdict"] == verdict
        assert results["altered_flatness"]["verdict"] == "pass"
