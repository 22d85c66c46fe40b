"""Two networks as their users write them in NumPy: a tanh network (Hopfield 1984) and a modern Hopfield network.

Each can be written rightly, or with one of the classical mistakes planted.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

SPECS = Path(__file__).parents[2] / "specs"
TANH, MODERN = SPECS / "hopfield-1984.yaml", SPECS / "modern-hopfield.yaml"

W = np.array([[0, 0.8, -0.3, 0.1], [0.8, 0, 0.2, -0.6], [-0.3, 0.2, 0, 0.5], [0.1, -0.6, 0.5, 0]])
B, TAU, RHO = np.array([0.1, 0, -0.2, 0.05]), np.array([1, 0.5, 2, 1]), np.array([1, 2, 0.5, 1])
X = np.array(
    [[1, 1, 1, 1, 0, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1, 1], [1, 0, 1, 0, -1, 0, -1, 0], [0, 1, 0, -1, 0, 1, 0, -1]],
    dtype=float,
)


def log_cosh(u: Any) -> Any:
    return np.logaddexp(u, -u) - np.log(2)


def tanh_network(
    *,
    half: float = 0.5,
    bias_in_energy: float = 1,
    bias_in_flow: float = 1,
    weights: Any = W,
    sign: float = 1,
    lagrangian: float = 1,
    leak: Any = RHO,
    tau: Any = TAU,
    step: float = 0.05,
    beta: float = 2,
) -> dict[str, Callable[..., Any]]:
    """Energy, velocity, update and activation of Hopfield's graded-response network."""

    def activation(x: Any) -> Any:
        return np.tanh(beta * x)

    def energy(x: Any) -> Any:
        g = np.tanh(2 * x)
        layer = RHO * (x * g - lagrangian * log_cosh(2 * x) / 2)
        return layer.sum() - bias_in_energy * B @ g - sign * half * g @ W @ g

    def velocity(x: Any) -> Any:
        return (weights @ activation(x) + bias_in_flow * B - leak * x) / tau

    def update(x: Any) -> Any:
        return x + step * velocity(x)

    return {"energy": energy, "velocity": velocity, "update": update, "activation": activation}


def modern_network(
    *,
    half: float = 0.5,
    bias: Any = 0.0,
    bias_in_energy: float = 1,
    bias_in_flow: float = 1,
    values: Any = X,
    sign: float = 1,
    leak: float = 1,
    tau: float = 1,
    step: float = 1,
    beta: float = 4,
) -> dict[str, Callable[..., Any]]:
    """The same of attention as retrieval, ξ ← Xᵀ softmax(βXξ + βb)."""

    def activation(h: Any) -> Any:
        weights = np.exp(beta * (h - h.max()))
        return weights / weights.sum()

    def energy(v: Any) -> Any:
        h = 4 * (X @ v + bias_in_energy * bias)
        return half * v @ v - sign * (h.max() + np.log(np.exp(h - h.max()).sum())) / 4

    def velocity(v: Any) -> Any:
        return (values.T @ activation(X @ v + bias_in_flow * bias) - leak * v) / tau

    def update(v: Any) -> Any:
        return v + step * tau * velocity(v)

    return {"energy": energy, "velocity": velocity, "update": update, "activation": activation}
