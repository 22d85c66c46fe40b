"""Enumeration of equilibria: time beside the counts of nodes of trees and of equilibria (``extra_info``)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hopverify.certificate import parse_certificate
from hopverify.checker import check_certificate
from hopverify.pipeline import verify
from hopverify.spec import ModelSpec, parse_spec

pytestmark = pytest.mark.long


def random_network(size: int, lagrangian: str, gain: float) -> ModelSpec:
    """Return a dense symmetric network with weights of standard deviation gain/√n, on a grid of 1/64."""
    generator = np.random.default_rng(size)
    W = np.round(generator.normal(size=(size, size)) * gain / np.sqrt(size) * 64) / 64
    W = np.tril(W, -1) + np.tril(W, -1).T
    b = np.round(generator.normal(size=size) * 64) / 64
    return parse_spec(f"""
hopverify: 1
name: dense
layers:
  x: {{size: {size}, lagrangian: {lagrangian}, bias: {b.tolist()}}}
synapses:
  w: {{kind: dense, layers: [x, x], weights: {W.tolist()}}}
checks:
  - equilibria: {{lower: -50, upper: 50}}
""")


@pytest.mark.benchmark(group="equilibria")
@pytest.mark.parametrize(
    ("size", "lagrangian", "gain"),
    [(20, "relu", 1.2), (20, "hard_tanh", 1.2), (60, "relu", 0.5), (6, "{tanh: {beta: 2}}", 1.5)],
    ids=["relu-20", "hard-tanh-20", "relu-60", "tanh-6"],
)
def test_enumeration(benchmark: Any, size: int, lagrangian: str, gain: float) -> None:
    spec = random_network(size, lagrangian, gain)
    certificate = benchmark.pedantic(lambda: verify(spec), rounds=1)
    (entry,) = certificate.results
    assert entry["verdict"] == "pass"
    row = entry["obligations"][0]
    # Where one equilibrium attracts everything there is no tree.
    nodes = row["evidence"]["proof"]["premises"][0]["proof"].get("nodes", [])
    counts = {"nodes": len(nodes), "equilibria": len(row["data"]["equilibria"])}
    benchmark.extra_info.update(counts)


@pytest.mark.benchmark(group="equilibria")
def test_check_of_an_enumeration(benchmark: Any) -> None:
    spec = random_network(20, "relu", 1.2)
    certificate = parse_certificate(verify(spec).to_json())
    benchmark.pedantic(lambda: check_certificate(spec, certificate), rounds=1)
