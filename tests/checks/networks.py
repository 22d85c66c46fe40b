"""Networks for the tests of boundedness and global stability, as specs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.certificate import Certificate, parse_certificate
from hopverify.checker import check_certificate
from hopverify.networks import Model, build_model
from hopverify.pipeline import verify
from hopverify.spec import ModelSpec, parse_spec

Rows = Sequence[Sequence[Any]]


def listed(rows: Rows) -> str:
    return "[" + ", ".join("[" + ", ".join(str(Fraction(v)) for v in row) + "]" for row in rows) + "]"


def network(
    weights: Rows, function: str = "relu", *, check: str, bias: Sequence[Any] = (), extra: str = ""
) -> ModelSpec:
    """Return a spec of one layer with dense weights and one check."""
    b = ", ".join(str(Fraction(v)) for v in (bias or [0] * len(weights)))
    return parse_spec(
        f"hopverify: 1\nname: net\nlayers:\n  x: {{size: {len(weights)}, lagrangian: {function}, bias: [{b}]{extra}}}\n"
        f"synapses:\n  w: {{kind: dense, layers: [x, x], weights: {listed(weights)}}}\nchecks: [{check}]\n"
    )


def decided(spec: ModelSpec) -> tuple[str, Mapping[str, Any]]:
    """Return the verdict of the only claim and its data; the certificate must be accepted."""
    certificate = verify(spec, samples=200)
    check_certificate(spec, parse_certificate(certificate.to_json()))
    (entry,) = certificate.results
    return entry["verdict"], entry["obligations"][0].get("data", {}) | {"method": entry["method"]}


def evidence(certificate: Certificate) -> dict[str, Any]:
    found: dict[str, Any] = dict(certificate.results[0]["obligations"][0]["evidence"])
    return found


def model_of(spec: ModelSpec) -> Model:
    return build_model(spec)


def random_weights(
    generator: np.random.Generator, n: int, *, scale: float, symmetric: bool = True
) -> list[list[Fraction]]:
    W = generator.normal(size=(n, n)) * scale
    if symmetric:
        W = (W + W.T) / 2
    return [[Fraction(round(float(v) * 16), 16) for v in row] for row in W]


def ends(W: Rows, b: Sequence[Any], starts: Any, activation: Any, *, time: float = 60.0, step: float = 0.05) -> Any:
    """Return where solutions of ẋ = W g(x) + b - x are after a time, by the classical Runge-Kutta method."""
    A, shift = np.array(W, dtype=float).T, np.array(b, dtype=float)

    def flow(x: Any) -> Any:
        return activation(x) @ A + shift - x

    x = np.array(starts, dtype=float)
    for _ in range(int(time / step)):
        k1 = flow(x)
        k2 = flow(x + step / 2 * k1)
        k3 = flow(x + step / 2 * k2)
        x = x + step / 6 * (k1 + 2 * k2 + 2 * k3 + flow(x + step * k3))
    return x
