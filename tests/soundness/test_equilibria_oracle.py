"""Lists of equilibria, their stability and ghosts, against an independent enumeration over the rationals.

The oracle goes through all alive sets of a relu network with textbook Gauss elimination on Fractions and shares no code
with the package beyond reading the verdicts.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hopverify.certificate import parse_certificate
from hopverify.checker import check_certificate
from hopverify.expr.floats import FLOATS
from hopverify.networks import build_model
from hopverify.pipeline import verify
from hopverify.spec import ModelSpec, parse_spec
from tests.profiles import by_profile

Row = list[Fraction]

LARGEST, NETWORKS = by_profile((4, 15), (5, 60), (8, 1000))


def solve(M: list[Row], right: Row) -> Row | None:
    """Return the solution of a square system, None if it is singular."""
    n = len(M)
    rows = [[*M[i], right[i]] for i in range(n)]
    for k in range(n):
        pivot = next((i for i in range(k, n) if rows[i][k] != 0), None)
        if pivot is None:
            return None
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [entry / rows[k][k] for entry in rows[k]]
        for i in range(n):
            if i != k and rows[i][k] != 0:
                rows[i] = [a - rows[i][k] * b for a, b in zip(rows[i], rows[k], strict=True)]
    return [row[n] for row in rows]


def determinant(M: list[Row]) -> Fraction:
    """By elimination."""
    rows, product = [list(row) for row in M], Fraction(1)
    for k in range(len(rows)):
        pivot = next((i for i in range(k, len(rows)) if rows[i][k] != 0), None)
        if pivot is None:
            return Fraction(0)
        if pivot != k:
            rows[k], rows[pivot], product = rows[pivot], rows[k], -product
        product *= rows[k][k]
        for i in range(k + 1, len(rows)):
            rows[i] = [a - rows[i][k] / rows[k][k] * b for a, b in zip(rows[i], rows[k], strict=True)]
    return product


def oracle(W: list[Row], b: Row) -> tuple[dict[tuple[Fraction, ...], tuple[int, ...]], set[tuple[int, ...]], bool]:
    """Return the equilibria with their alive sets, the alive sets of the ghosts, and whether a system was singular."""
    n, equilibria, ghosts, singular = len(b), {}, set(), False
    for size in range(n + 1):
        for alive in combinations(range(n), size):
            block = [[Fraction(int(i == j)) - W[i][j] for j in alive] for i in alive]
            gamma = solve(block, [b[i] for i in alive])
            if gamma is None:
                singular = True
            elif all(value > 0 for value in gamma):
                full = dict(zip(alive, gamma, strict=True))
                x = [sum((W[i][j] * full[j] for j in alive), b[i]) for i in range(n)]
                if all(x[i] <= 0 for i in range(n) if i not in full):
                    equilibria[tuple(x)] = alive
                else:
                    ghosts.add(alive)
    return equilibria, ghosts, singular


def is_stable(W: list[Row], alive: tuple[int, ...]) -> bool | None:
    """By leading principal minors of I - W on the alive set; None where one of them is 0."""
    minors = [
        determinant([[Fraction(int(i == j)) - W[i][j] for j in alive[:k]] for i in alive[:k]])
        for k in range(1, len(alive) + 1)
    ]
    if any(minor == 0 for minor in minors):
        return None
    return all(minor > 0 for minor in minors)


@st.composite
def networks(draw: st.DrawFn) -> tuple[list[Row], Row]:
    n = draw(st.integers(1, LARGEST))
    number = st.fractions(min_value=-3, max_value=3, max_denominator=4)
    W = [[draw(number) for _ in range(n)] for _ in range(n)]
    for i in range(n):
        for j in range(i):
            W[i][j] = W[j][i]
    return W, [draw(number) for _ in range(n)]


def spec_of(W: list[Row], b: Row, lagrangian: str = "relu") -> ModelSpec:
    weights = [[str(entry) for entry in row] for row in W]
    text = f"""
hopverify: 1
name: oracle
layers:
  x: {{size: {len(b)}, lagrangian: {lagrangian}, bias: {[str(entry) for entry in b]}}}
synapses:
  w: {{kind: dense, layers: [x, x], weights: {weights}}}
checks: [equilibria, ghost_regions, equilibrium_stability, state_recovery, flat_region_stability]
"""
    return parse_spec(text)


def results_of(spec: ModelSpec) -> dict[str, dict[str, Any]]:
    certificate = verify(spec)
    check_certificate(spec, parse_certificate(certificate.to_json()))
    return {result["check"]: dict(result) for result in certificate.results}


def data_of(result: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = result["obligations"][0].get("data", {})
    return data


@settings(max_examples=NETWORKS, deadline=None, suppress_health_check=list(HealthCheck))
@given(networks())
def test_relu_networks_agree_with_the_oracle(network: tuple[list[Row], Row]) -> None:
    W, b = network
    expected, ghosts, singular = oracle(W, b)
    results = results_of(spec_of(W, b))
    listed = data_of(results["equilibria"])["equilibria"]
    isolated = {tuple(Fraction(v) for v in e["x"]): e for e in listed if "dimension" not in e}
    if not singular:
        assert results["equilibria"]["verdict"] == "pass"
        assert set(isolated) == set(expected)
        found = {tuple(ghost["alive"]) for ghost in data_of(results["ghost_regions"]).get("ghosts", [])}
        assert found == ghosts
        assert results["ghost_regions"]["verdict"] == ("fail" if ghosts else "pass")
    else:
        assert set(isolated) <= set(expected) | {tuple(Fraction(v) for v in e["x"]) for e in listed}
    for x, equilibrium in isolated.items():
        if x in expected and all(x[i] < 0 for i in range(len(b)) if i not in expected[x]):
            stable = is_stable(W, expected[x])
            assert equilibrium["alive"] == list(expected[x])
            if stable is not None:
                assert equilibrium["stability"] == ("stable" if stable else "unstable")


@pytest.mark.parametrize("seed", range(3))
def test_trajectories_end_at_listed_equilibria(seed: int) -> None:
    """Ten thousand trajectories of smooth networks: every one ends at the enclosure of a listed equilibrium."""
    generator = np.random.default_rng(seed)
    n = 3 + seed
    W = np.round(generator.normal(size=(n, n)) * 32) / 16
    rational = [[Fraction(v) for v in row] for row in ((W + W.T) / 2).tolist()]
    b = [Fraction(v) for v in (np.round(generator.normal(size=n) * 8) / 32).tolist()]
    spec = spec_of(rational, b, "tanh")
    results = results_of(spec)
    assert results["equilibria"]["verdict"] == "pass"
    boxes = np.array(
        [[[float(Fraction(v)) for v in ends] for ends in e["x"]] for e in data_of(results["equilibria"])["equilibria"]]
    )
    # Claimed ends lie up to 2·2⁻³⁶ of the largest coordinate beyond an enclosure of about 10⁻¹², on either side.
    size = np.maximum(np.abs(boxes).max(axis=(1, 2)), 1)
    assert ((boxes[:, :, 1] - boxes[:, :, 0]).max(axis=1) < 2.0**-33 * size).all()
    (synapse,) = build_model(spec).synapses.values()
    M = synapse.weights
    assert M is not None
    x = generator.normal(size=(3400, n)) * 4
    drive, bias = FLOATS.array(M.floats()), np.array([float(v) for v in b])
    for _ in range(6000):
        x += 0.05 * (np.tanh(x) @ drive.T + bias - x)
    distance = np.abs(x[:, None, :] - boxes.mean(axis=2)[None]).max(axis=2).min(axis=1)
    assert distance.max() < 1e-6


def test_a_symmetric_pair_on_the_edge_of_instability() -> None:
    """W = I exactly: a face of equilibria, told as such and never called stable."""
    one, zero = Fraction(1), Fraction(0)
    results = results_of(spec_of([[one, zero], [zero, zero]], [zero, -one]))
    listed = data_of(results["equilibria"])["equilibria"]
    assert any(equilibrium.get("dimension") == 1 for equilibrium in listed)
    assert all(equilibrium["stability"] != "stable" for equilibrium in listed if "dimension" in equilibrium)


def test_a_region_is_searched_and_nothing_else() -> None:
    text = spec_text_with_region("lower: 0, upper: 10")
    spec = parse_spec(text)
    certificate = verify(spec)
    (result,) = certificate.results
    states = [[Fraction(v) for v in e["x"]] for e in result["obligations"][0]["data"]["equilibria"]]
    assert all(0 <= v <= 10 for state in states for v in state)


def spec_text_with_region(region: str) -> str:
    return f"""
hopverify: 1
name: region
layers:
  x: {{size: 2, lagrangian: hard_tanh}}
synapses:
  w: {{kind: dense, layers: [x, x], weights: [[2, 0], [0, 2]]}}
checks:
  - equilibria: {{{region}}}
"""


@pytest.mark.parametrize(
    ("region", "message"),
    [
        ("lower: 1, upper: 0", "the region is empty: lower 1 is above upper 0"),
        ("lower: 1", "a region needs both lower and upper"),
        ("lower: [1, 2, 3], upper: 4", "expected one number, or one for each of 2 neurons, got 3"),
    ],
)
def test_bad_regions_are_errors(region: str, message: str) -> None:
    from hopverify.errors import SpecError

    with pytest.raises(SpecError, match=message):
        verify(parse_spec(spec_text_with_region(region)))


def test_a_ghost_with_an_alive_neuron_at_a_kink_is_seen() -> None:
    """Leaky relu exactly at 0, relu dead beside it: E and ∇E are 0 on {0} × (-∞, 0), while the second wakes up."""
    spec = parse_spec("""
hopverify: 1
name: kink
layers:
  a: {size: 1, lagrangian: leaky_relu, bias: 0}
  x: {size: 1, lagrangian: relu, bias: 1}
checks: [ghost_regions]
""")
    result = results_of(spec)["ghost_regions"]
    assert result["verdict"] == "fail"
    assert data_of(result)["count"] == 1
