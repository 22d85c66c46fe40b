"""Large networks: the blocks are the matrix of the drives, and rows as doubles lie within their radius of it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from hopverify.checker.midpoints import matrix, nearest, rows
from hopverify.errors import EvidenceRejected
from hopverify.networks import Model, build_model, linear_network
from hopverify.networks.structured import StructuredNetwork, structured_network
from hopverify.spec import parse_spec
from tests.specs import SPECS, spec_at

PATHS = [path for path in sorted(SPECS.glob("*.yaml")) if spec_at(path).update is None]

OVERLAPPING = """
hopverify: 1
name: overlapping
layers:
  x: {size: 3, lagrangian: tanh}
  y: {size: 2, lagrangian: tanh, leak: 2}
synapses:
  w: {kind: dense, layers: [x, x], weights: [[0.1, 1, 2], [3, 1/3, 5], [6, 7, 8]], drive: gradient, prefactor: 0.3}
  h: {kind: hebbian, layers: [x], patterns: [[0.7, -0.1, 1], [1, 1, 0.3]], zero_diagonal: ZERO, scale: 1/3}
  v: {kind: dense, layers: [x, y], weights: [[0.1, 2], [3, 4], [5, 6]], drive: gradient, prefactor: 1/7}
  d: {kind: diagonal, layers: [y, y], weights: [0.1, -3], prefactor: 1/3, drive: gradient}
  e: {kind: diagonal, layers: [x, x], weights: [1, 2, 3]}
"""


def structured(model: Model) -> StructuredNetwork:
    network = structured_network(model)
    assert network is not None
    return network


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_agrees_with_the_exact_network(path: Path) -> None:
    model = build_model(spec_at(path))
    exact, network = linear_network(model), structured_network(model)
    if exact is None or network is None:
        pytest.skip("not a network of both kinds")
    assert (network.fractions() == exact.W).all()
    assert list(exact.leak) == network.leak()
    assert exact.is_symmetric == network.is_symmetric


@pytest.mark.parametrize("zero", ["true", "false"])
def test_rows_lie_within_their_radius(zero: str) -> None:
    model = build_model(parse_spec(OVERLAPPING.replace("ZERO", zero)))
    network, exact = structured(model), linear_network(model)
    assert exact is not None
    assert (network.fractions() == exact.W).all()
    assert network.is_symmetric
    assert network.low_rank is None
    for start, stop in ((0, 5), (1, 4), (3, 5)):
        part = rows(network, start, stop)
        assert 0 < part.radius < 1e-13
        errors = [abs(a - Fraction(b)) for a, b in zip(exact.W[start:stop].flat, part.values.flat, strict=True)]
        assert max(errors) <= Fraction(part.radius)
        assert max(errors) > 0


@pytest.mark.parametrize("scale", ["1", "1/3"])
@pytest.mark.parametrize("zero", ["true", "false"])
def test_rows_of_rational_patterns_lie_within_their_radius(zero: str, scale: str) -> None:
    patterns = [[f"{7 * i + k}/13" for i in range(4)] for k in range(1, 6)]
    model = build_model(
        parse_spec(
            "{hopverify: 1, name: h, layers: {x: {size: 4, lagrangian: tanh}},"
            f" synapses: {{w: {{kind: hebbian, layers: [x], patterns: {patterns}, scale: {scale},"
            f" zero_diagonal: {zero}}}}}}}"
        )
    )
    found = matrix(structured(model))
    exact = structured(model).fractions()
    errors = [abs(a - Fraction(b)) for a, b in zip(exact.flat, found.values.flat, strict=True)]
    assert 0 < max(errors) <= Fraction(found.radius) < Fraction(1, 10**11)


def test_doubles_are_kept_and_not_copied() -> None:
    model = build_model(
        parse_spec(
            "{hopverify: 1, name: d, layers: {x: {size: 2, lagrangian: tanh}},"
            " synapses: {w: {kind: dense, layers: [x, x], weights: [[1, 2], [2.5, 4]]}}}"
        )
    )
    network = structured(model)
    found = matrix(network)
    assert found.radius == 0.0
    assert np.shares_memory(found.values, model.synapses["w"].weights.values)  # type: ignore[union-attr]
    assert not network.is_symmetric
    assert rows(network, 1, 2).radius == 0.0
    assert rows(network, 1, 2).values.tolist() == [[2.5, 4.0]]


def test_hebbian_stays_low_rank() -> None:
    model = build_model(
        parse_spec(
            "{hopverify: 1, name: h, layers: {x: {size: 2, lagrangian: tanh}},"
            " synapses: {w: {kind: hebbian, layers: [x], patterns: [[1, -1]]}}}"
        )
    )
    block = structured(model).low_rank
    assert block is not None
    assert block.scale == Fraction(1, 2)
    assert np.abs(matrix(structured(model)).values - [[0.5, -0.5], [-0.5, 0.5]]).max() == 0


def test_factors_beyond_doubles_are_refused() -> None:
    text = (
        "{hopverify: 1, name: h, layers: {x: {size: 2, lagrangian: tanh}},"
        " synapses: {w: {kind: hebbian, layers: [x], patterns: [[1, -1]], scale: SCALE}}}"
    )
    assert rows(structured(build_model(parse_spec(text.replace("SCALE", "1e-299")))), 0, 1).radius < 1e-290
    with pytest.raises(EvidenceRejected, match=r"10\^-310"):
        rows(structured(build_model(parse_spec(text.replace("SCALE", "1e-310")))), 0, 1)


def test_nearest() -> None:
    model = build_model(parse_spec("{hopverify: 1, name: n, layers: {x: {size: 2, lagrangian: tanh, bias: [0.1, 3]}}}"))
    bias = model.layers["x"].bias
    found = nearest(bias)
    assert 0 < found.radius < 1e-14
    assert max(abs(a - Fraction(b)) for a, b in zip(bias.fractions(), found.values, strict=True)) <= Fraction(
        found.radius
    )
