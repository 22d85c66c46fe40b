"""Basin cells: trajectories that start in certified cells end at one equilibrium, and edges are not passed."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from hopverify.certificate import parse_certificate
from hopverify.checker import check_certificate
from hopverify.errors import EvidenceRejected, HopverifyError, SpecError
from hopverify.pipeline import verify
from hopverify.spec import ModelSpec, parse_spec

ACTIVATIONS = {
    "{tanh: {beta: 3}}": lambda x: np.tanh(3 * x),
    "hard_tanh": lambda x: np.clip(x, -1, 1),
    "{sigmoid: {beta: 8}}": lambda x: 1 / (1 + np.exp(-8 * x)),
    "relu": lambda x: np.maximum(x, 0),
}


def _spec(lagrangian: str, W: np.ndarray, b: np.ndarray, patterns: np.ndarray, check: str = "basin_cells") -> ModelSpec:
    def rows(M: np.ndarray) -> str:
        return json.dumps([[float(v) for v in row] for row in M])

    return parse_spec(
        f"""
hopverify: 1
name: cells
layers: {{x: {{size: {len(b)}, lagrangian: {lagrangian}, bias: {json.dumps([float(v) for v in b])}}}}}
synapses: {{w: {{kind: dense, layers: [x, x], weights: {rows(W)}}}}}
memories: {{m: {{layer: x, patterns: {rows(patterns)}}}}}
checks: [{check}]
"""
    )


def _hebbian(n: int, count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(count, n))
    W = np.round(signs.T @ signs / n * 64) / 64
    np.fill_diagonal(W, 0)
    return W, signs


def _entry(spec: ModelSpec) -> dict[str, Any]:
    certificate = verify(spec)
    check_certificate(spec, parse_certificate(certificate.to_json()))
    return certificate.results[0]


def _cells(entry: dict[str, Any]) -> list[Any]:
    return list(entry["obligations"][0]["evidence"]["claim"]["patterns"])


def _ends(box: list[list[str | None]]) -> tuple[np.ndarray, np.ndarray]:
    """Return the lower and the upper ends of a box."""
    low = [-np.inf if end is None else float(Fraction(end)) for end, _ in box]
    return np.array(low), np.array([np.inf if end is None else float(Fraction(end)) for _, end in box])


def _end_of(flow: Any, x: np.ndarray) -> np.ndarray:
    return solve_ivp(flow, (0, 60), x, rtol=1e-8, atol=1e-10).y[:, -1]


@pytest.mark.parametrize("lagrangian", list(ACTIVATIONS)[:3])
def test_corners_of_cells_flow_to_one_equilibrium(lagrangian: str) -> None:
    W, signs = _hebbian(24, 2)
    W, b = 2 * W, np.zeros(24)
    if "sigmoid" in lagrangian:
        b = -W @ np.full(24, 0.5)
    entry, g = _entry(_spec(lagrangian, W, b, signs)), ACTIVATIONS[lagrangian]
    assert entry["verdict"] == "pass"
    rng = np.random.default_rng(1)
    for row, pattern in zip(_cells(entry), signs, strict=True):
        low, high = (np.clip(ends, -4, 4) for ends in _ends(row["cell"]))
        settled = _end_of(lambda t, x: W @ g(x) + b - x, pattern)
        for _ in range(12):
            corner = np.where(rng.random(24) < 0.5, low, high)
            assert np.abs(_end_of(lambda t, x: W @ g(x) + b - x, corner) - settled).max() < 1e-4


def test_flipped_neurons_are_corrected() -> None:
    W, signs = _hebbian(120, 2)
    spec = _spec("{tanh: {beta: 4}}", W, np.zeros(120), signs, "basin_cells: {flips: 3}")
    entry = _entry(spec)
    assert entry["verdict"] == "pass"
    rng = np.random.default_rng(2)
    for row, pattern in zip(_cells(entry), signs, strict=True):
        low, high = _ends(row["flips"]["box"])
        start = np.where(np.isinf(low), high, low)
        settled = _end_of(lambda t, x: W @ np.tanh(4 * x) - x, pattern)
        for _ in range(6):
            x = start.copy()
            count = row["flips"]["neurons"]
            x[rng.choice(120, count, replace=False)] = rng.normal(size=count) * 5
            assert np.abs(_end_of(lambda t, x: W @ np.tanh(4 * x) - x, x) - settled).max() < 1e-4


def test_dead_neurons_have_half_infinite_cells() -> None:
    W = np.array([[0.25, 0.0, -1.0], [0.0, 0.25, -1.0], [-1.0, -1.0, 0.0]])
    entry = _entry(_spec("relu", W, np.array([1.0, 1.0, 0.0]), np.array([[1.5, 1.5, -3.0]])))
    assert entry["verdict"] == "pass"
    (row,) = _cells(entry)
    assert row["cell"][2][0] is None
    assert row["cell"][0][1] is not None


def test_a_hidden_layer_that_follows_at_once() -> None:
    spec = parse_spec(
        """
hopverify: 1
name: two
layers:
  v: {size: 4, lagrangian: {tanh: {beta: 2}}}
  h: {size: 2, lagrangian: relu, tau: 0, bias: [-0.5, -0.5]}
synapses: {xi: {kind: dense, layers: [h, v], weights: [[1, 1, 0, 0], [0, 0, 1, 1]]}}
memories: {m: {layer: v, patterns: [[1, 1, 0, 0]]}, hidden: {layer: h, patterns: [[1, 0]]}}
checks: [basin_cells: {memory: m}]
"""
    )
    entry = _entry(spec)
    assert entry["verdict"] == "pass"
    low, high = (np.clip(ends[:4], -3, 3) for ends in _ends(_cells(entry)[0]["cell"]))
    W = np.array([[1, 1, 0, 0], [0, 0, 1, 1]])

    def flow(t: float, v: np.ndarray) -> np.ndarray:
        return W.T @ np.maximum(W @ np.tanh(2 * v) - 0.5, 0) - v

    settled = _end_of(flow, np.array([1.0, 1.0, 0.0, 0.0]))
    for corner in (low, high, np.array([low[0], high[1], low[2], high[3]])):
        assert np.abs(_end_of(flow, corner) - settled).max() < 1e-4


@pytest.mark.parametrize("side", [0, 1, None])
def test_a_cell_that_was_made_larger_is_not_certified(side: int | None) -> None:
    W, signs = _hebbian(40, 2)
    spec = _spec("{tanh: {beta: 1.5}}", W, np.zeros(40), signs[:1])
    changed = json.loads(verify(spec).to_json())
    row = changed["results"][0]["obligations"][0]["evidence"]["claim"]["patterns"][0]
    if side is None:
        row["flips"] = {"neurons": 40, "box": row["cell"]}
    else:
        for ends in row["cell"]:
            ends[side] = None
            ends[1 - side] = None if ends[1 - side] is None else str((2 * side - 1) * -400)
    with pytest.raises(HopverifyError):
        check_certificate(spec, parse_certificate(json.dumps(changed)))


def test_a_marginal_equilibrium_has_no_cell() -> None:
    """λ_max(K) = 1 exactly at 0: hard tanh with W = 1 has a continuum of equilibria in [-1, 1]."""
    entry = _entry(_spec("hard_tanh", np.array([[1.0]]), np.zeros(1), np.array([[0.0]])))
    assert entry["verdict"] == "unknown"


def test_an_unstable_equilibrium_has_no_cell() -> None:
    """At 0 the layer rests without synapses; and what is unstable is no pattern's own."""
    assert _entry(_spec("tanh", np.array([[2.0]]), np.zeros(1), np.array([[0.0]])))["verdict"] == "fail"
    # 15/8 is near an equilibrium of three, -1/8 near one that is unstable.
    spec = _spec("tanh", np.array([[2.0]]), np.zeros(1), np.array([[1.875], [-0.125]]))
    assert _entry(spec)["verdict"] == "fail"
    some = _entry(
        _spec("tanh", np.array([[2.0]]), np.zeros(1), np.array([[1.875], [-0.125]]), "basin_cells: {at_least: 1}")
    )
    assert some["verdict"] == "pass"


@pytest.mark.parametrize(
    ("check", "message"),
    [
        ("basin_cells: {memory: n}", "no memory is called 'n'"),
        ("basin_cells: {flips: 3}", "the layer has 2 neurons only"),
        ("basin_cells: {flips: -1}", "flips"),
    ],
)
def test_wrong_parameters_are_errors(check: str, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        verify(_spec("tanh", np.eye(2) / 2, np.zeros(2), np.eye(2), check))


def test_weights_need_not_be_symmetric() -> None:
    """The last neurons only listen to the first, which excite each other one way round."""
    W = np.array([[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [1.0, 0.0, 0.0, 0.0], [2.0, 0.0, -1.0, 0.0]])
    signs = np.array([[1.0, 1.0, 1.0, 1.0], [-1.0, -1.0, -1.0, -1.0]])
    entry = _entry(_spec("{tanh: {beta: 4}}", W, np.zeros(4), signs))
    assert entry["verdict"] == "pass"
    rng = np.random.default_rng(3)
    for row, pattern in zip(_cells(entry), signs, strict=True):
        low, high = (np.clip(ends, -4, 4) for ends in _ends(row["cell"]))
        settled = _end_of(lambda t, x: W @ np.tanh(4 * x) - x, pattern)
        for _ in range(4):
            corner = np.where(rng.random(4) < 0.5, low, high)
            assert np.abs(_end_of(lambda t, x: W @ np.tanh(4 * x) - x, corner) - settled).max() < 1e-4


TWO_LAYERS = """
hopverify: 1
name: two
layers:
  v: {size: 4, lagrangian: identity, tau: [1, 2, 1, 1]}
  h: {size: 2, lagrangian: LAYER, tau: 3}
synapses: {xi: {kind: dense, layers: [h, v], weights: [[1, 1, -1, -1], [1, -1, 1, -1]]}}
memories: {m: {layer: v, patterns: [[1, 1, -1, -1], [1, -1, 1, -1]]}}
checks: [basin_cells]
"""


def _two(layer: str) -> dict[str, Any]:
    return _entry(parse_spec(TWO_LAYERS.replace("LAYER", layer)))


def test_a_softmax_layer_with_a_time_constant_of_its_own() -> None:
    """Steep between the patterns, nearly constant beside each: cells reach a third of the way and more."""
    entry = _two("{softmax: {beta: 4}}")
    assert entry["verdict"] == "pass"
    Xi, tau = np.array([[1, 1, -1, -1], [1, -1, 1, -1]]), np.array([1, 2, 1, 1, 3, 3])

    def flow(t: float, x: np.ndarray) -> np.ndarray:
        p = np.exp(4 * (x[4:] - x[4:].max()))
        return (np.concatenate([Xi.T @ (p / p.sum()), Xi @ x[:4]]) - x) / tau

    rng = np.random.default_rng(4)
    for row, pattern in zip(_cells(entry), Xi, strict=True):
        low, high = _ends(row["cell"])
        assert Fraction(row["nearest_end"]) > Fraction(1, 3)
        for _ in range(4):
            corner = np.where(rng.random(6) < 0.5, low, high)
            assert np.abs(_end_of(flow, corner)[:4] - pattern).max() < 1e-3


def test_a_softmax_layer_that_is_too_cold_stores_nothing() -> None:
    assert _two("{softmax: {beta: 1/4}}")["verdict"] == "fail"
    assert _two("{softmax: {beta: 3/4}}")["verdict"] == "unknown"


@pytest.mark.long
def test_a_sparsemax_layer_is_constant_beside_patterns() -> None:
    assert _two("sparsemax")["verdict"] == "pass"


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ("{expression: 'norm(x, 1 + dot(x, x))', of: layer}", "layer h is not elementwise, and none of softmax"),
        ("{softmax: {beta: 4}}, leak: 0", "needs a positive leak"),
        ("{softmax: {beta: 4}}, leak: 1, tau: [1, 2]", "with one time constant"),
    ],
)
def test_what_it_does_not_concern(layer: str, said: str) -> None:
    text = TWO_LAYERS.replace("LAYER, tau: 3", layer if "tau" in layer else f"{layer}, tau: 3")
    entry = _entry(parse_spec(text))
    assert entry["verdict"] == "not-applicable"
    assert said in entry["reason"]["text"]


def test_malformed_rows_are_rejected() -> None:
    from hopverify.checker.rules.basin_cells import read_row

    good = {
        "unit": "1/4",
        "lower": [0, None],
        "upper": [4, 4],
        "inner": None,
        "flips": 0,
        "rest": None,
        "definiteness": {},
    }
    read_row(0, good, 2)
    for key, value in [
        ("unit", "1/3"),
        ("unit", "-1/4"),
        ("lower", [0]),
        ("lower", [0, 1.5]),
        ("lower", [5, 5]),
        ("flips", 3),
        ("flips", 1),
        ("inner", [[0, 0], [9, 9]]),
    ]:
        with pytest.raises(EvidenceRejected):
            read_row(0, good | {key: value}, 2)
