"""Equilibria of softmax, layer-norm, spherical and sparsemax networks, against searches and trajectories in floats.

The oracle starts Newton's method and the flow from many states; whatever it finds must be in the list, and stability
must be that of the eigenvalues there. It shares no code with the checker.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import root

from hopverify.certificate import parse_certificate
from hopverify.checker import check_certificate
from hopverify.pipeline import verify
from hopverify.spec import parse_spec

LAYERS = {
    "softmax: {beta: 3}": lambda x: np.exp(3 * (x - x.max())) / np.exp(3 * (x - x.max())).sum(),
    "layernorm: {gamma: 1, epsilon: 0.25}": lambda x: (x - x.mean()) / np.sqrt(x.var() + 0.25),
    "spherical: {gamma: 2, epsilon: 0.5}": lambda x: 2 * x / np.sqrt((x**2).sum() + 0.5),
    "ghostmax": lambda x: np.exp(x) / (1 + np.exp(x).sum()),
    "sparsemax": lambda x: _sparsemax(x),
    "entmax: {alpha: 1.5}": lambda x: _entmax15(x),
}


def _sparsemax(x: np.ndarray) -> np.ndarray:
    ordered = np.sort(x)[::-1]
    thresholds = (np.cumsum(ordered) - 1) / np.arange(1, len(x) + 1)
    return np.maximum(x - thresholds[np.flatnonzero(ordered > thresholds)[-1]], 0.0)


def _entmax15(x: np.ndarray) -> np.ndarray:
    low, high = x.max() / 2 - 1, x.max() / 2
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if (np.maximum(x / 2 - middle, 0) ** 2).sum() >= 1 else (low, middle)
    return np.maximum(x / 2 - low, 0) ** 2


def _spec(layer: str, W: np.ndarray, b: np.ndarray, tau: str = "1") -> Any:
    rows = "\n".join(f"      - [{', '.join(str(int(v)) + '/8' for v in row * 8)}]" for row in W)
    text = f"""
hopverify: 1
name: whole
layers:
  x: {{size: {len(b)}, lagrangian: {"{" + layer + "}" if ":" in layer else layer}, tau: {tau},
      bias: [{", ".join(str(int(v)) + "/8" for v in b * 8)}]}}
synapses:
  w:
    kind: dense
    layers: [x, x]
    weights:
{rows}
checks: [equilibria, equilibrium_stability, state_recovery, flat_region_stability]
"""
    return parse_spec(text)


def _listed(spec: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    certificate = verify(spec)
    assert check_certificate(spec, parse_certificate(certificate.to_json())) is not None
    entries = {entry["check"]: entry for entry in certificate.results}
    return entries, entries["equilibria"]["obligations"][0]["data"]["equilibria"]


def _middles(rows: list[dict[str, Any]]) -> np.ndarray:
    return np.array([[float((Fraction(low) + Fraction(high)) / 2) for low, high in row["x"]] for row in rows])


def _draw(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    A = rng.integers(-16, 17, size=(n, n)) / 8
    return np.triu(A) + np.triu(A, 1).T, rng.integers(-8, 9, size=n) / 8


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.long)])
def test_what_floats_find_is_listed(layer: str, seed: int) -> None:
    rng, g = np.random.default_rng([seed, len(layer)]), LAYERS[layer]
    n = int(rng.integers(2, 4))
    W, b = _draw(rng, n)
    entries, rows = _listed(_spec(layer, W, b))
    if entries["equilibria"]["verdict"] != "pass":
        pytest.skip("not all boxes were decided, which the verdict says")
    x = _middles(rows)
    # Claimed ends lie up to 2·2⁻³⁶ of the largest coordinate beyond an enclosure of about 10⁻¹², on either side.
    for row in rows:
        ends = [[Fraction(end) for end in pair] for pair in row["x"]]
        assert max(high - low for low, high in ends) < Fraction(1, 2**33) * max(
            1, *(abs(v) for pair in ends for v in pair)
        )
    for start in rng.normal(scale=3, size=(60, n)):
        found = root(lambda y: W @ g(y) + b - y, start)
        if found.success and np.abs(W @ g(found.x) + b - found.x).max() < 1e-9:
            assert np.abs(x - found.x).max(axis=1).min() < 1e-4
    for start in rng.normal(scale=3, size=(12, n)):
        end = solve_ivp(lambda t, y: W @ g(y) + b - y, (0, 80), start, rtol=1e-7, atol=1e-9).y[:, -1]
        nearest = np.abs(x - end).max(axis=1)
        assert nearest.min() < 1e-3
        assert rows[int(nearest.argmin())]["stability"] != "unstable"


@pytest.mark.parametrize(
    "layer", [pytest.param(name, marks=() if name.startswith("softmax") else pytest.mark.long) for name in LAYERS]
)
def test_stability_is_that_of_the_eigenvalues(layer: str) -> None:
    rng, g = np.random.default_rng(len(layer)), LAYERS[layer]
    W, b = _draw(rng, 3)
    _, rows = _listed(_spec(layer, W, b))
    decided = [row for row in rows if row["stability"] != "undecided"]
    assert decided
    for row, x in zip(rows, _middles(rows), strict=True):
        step = 1e-6
        J = np.array([(W @ g(x + step * e) - W @ g(x - step * e)) / (2 * step) for e in np.eye(3)]).T - np.eye(3)
        growth = np.linalg.eigvals(J).real.max()
        if abs(growth) > 1e-3 and row["stability"] != "undecided":
            assert row["stability"] == ("unstable" if growth > 0 else "stable")


def test_the_line_of_states_ends_at_the_equilibrium() -> None:
    entries, rows = _listed(_spec("softmax: {beta: 3}", np.diag([2.0, 2.0, 2.0]), np.array([0.125, 0, 0])))
    region = entries["flat_region_stability"]["obligations"][0]["data"]["equilibria"][0]
    assert entries["flat_region_stability"]["verdict"] == "pass"
    assert region["layers"]["x"].startswith("x + R·1, all of it in the basin")
    g = LAYERS["softmax: {beta: 3}"]
    x = _middles(rows)[0]
    end = solve_ivp(lambda t, y: np.diag([2.0] * 3) @ g(y) + [0.125, 0, 0] - y, (0, 60), x + 7, rtol=1e-9).y[:, -1]
    assert np.abs(end - x).max() < 1e-4


def test_time_constants_that_differ_inside_the_layer_take_the_proof_away() -> None:
    entries, _ = _listed(_spec("softmax: {beta: 3}", np.diag([0.5, 0.5]), np.array([0.125, 0]), tau="[1, 2]"))
    assert entries["flat_region_stability"]["verdict"] == "unknown"
    region = entries["flat_region_stability"]["obligations"][0]["data"]["equilibria"][0]
    assert "not shown to lie in the basin" in region["layers"]["x"]


@pytest.mark.long
def test_what_the_energy_hides_of_sparsemax() -> None:
    entries, rows = _listed(_spec("sparsemax", np.diag([2.0, 2.0, 2.0]), np.array([0.125, 0, 0])))
    recovered = entries["state_recovery"]["obligations"][0]["data"]["equilibria"]
    winner = next(row for row, x in zip(recovered, _middles(rows), strict=True) if x[0] > 2)
    assert list(winner["undetermined"]) == ["x[1]", "x[2]", "the mean of x over its support"]
