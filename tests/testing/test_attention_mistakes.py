"""Mistakes in an Energy Transformer written in NumPy are found and named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hopverify.spec import ModelSpec, read_spec
from hopverify.testing import Disagreement, check_implementation
from tests.testing.networks import SPECS

pytestmark = pytest.mark.usefixtures("no_search")

PATH = SPECS / "energy-transformer.yaml"
W_Q = np.array([[[0.5, -0.25, 0, 0.75], [0.25, 0.5, -0.5, 0]], [[0, 0.5, 0.25, -0.25], [-0.5, 0, 0.75, 0.25]]])
W_K = np.array([[[0.25, 0.5, -0.25, 0], [0, -0.75, 0.25, 0.5]], [[0.75, 0, -0.5, 0.25], [0.25, -0.25, 0, 0.5]]])
XI = np.array([[0.5, -0.5, 0.25, 0], [0, 0.75, -0.25, -0.5], [-0.25, 0, 0.5, 0.25]])
DELTA, BETA = np.array([0.1, 0, -0.1, 0.2]), 0.7071067811865476
ALL = np.ones((3, 3))


def transformer(
    *, beta: float = BETA, energy_beta: float | None = None, allowed: Any = ALL, both: bool = True
) -> dict[str, Any]:
    """Return energy and velocity of the block, token by token; ``both`` sums of the attention, or the first alone."""

    def normalised(tokens: Any) -> Any:
        x = np.array(tokens)
        return (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 1e-5) + DELTA

    def weights(g: Any, h: int, b: float) -> Any:
        return np.where(allowed, np.exp(b * (g @ W_Q[h].T) @ (g @ W_K[h].T).T), 0)

    def energy(*tokens: Any) -> float:
        g, b = normalised(tokens), beta if energy_beta is None else energy_beta
        attention = -sum(np.log(weights(g, h, b).sum(1)).sum() / b for h in range(2))
        return float(attention - 0.5 * (np.maximum(g @ XI.T, 0) ** 2).sum())

    def velocity(*tokens: Any) -> Any:
        g = normalised(tokens)
        total = np.maximum(g @ XI.T, 0) @ XI
        for h in range(2):
            A = weights(g, h, beta)
            A = A / A.sum(1, keepdims=True)
            total += A @ (g @ W_K[h].T) @ W_Q[h]
            if both:
                total += A.T @ (g @ W_Q[h].T) @ W_K[h]
        return list(total)

    return {"energy": energy, "velocity": velocity}


def spec() -> ModelSpec:
    return read_spec(PATH)


def test_the_right_block_is_accepted() -> None:
    check_implementation(spec(), **transformer(), states=20, examples=2)


@pytest.mark.parametrize(
    ("planted", "mistake", "said"),
    [
        ({"both": False}, "attention without its second sum", "attention as transformers have it"),
        ({"allowed": 1 - np.eye(3)}, "other tokens attended to", "all others in attention"),
        ({"allowed": np.tri(3)}, "other tokens attended to", "itself and the past"),
        ({"beta": 1.0}, "another β of attention", "β of attention is 1, where the spec has 0.707107"),
        ({"energy_beta": 1.0}, "another β of attention", "in the energy only"),
        ({"beta": 1.0, "energy_beta": BETA}, "another β of attention", "in the update only"),
    ],
)
def test_mistakes_in_an_energy_transformer(planted: dict[str, Any], mistake: str, said: str) -> None:
    with pytest.raises(Disagreement) as caught:
        check_implementation(spec(), **transformer(**planted), states=20, examples=2)
    assert caught.value.mistakes == (mistake,)
    assert said in str(caught.value)
