"""Families of random models, on which verdicts are counted: the same models on every machine.

A model is drawn from its family, its size and its number alone. Weights are symmetric and dense, scaled so that their
spectral radius is below, around or above 1 (where x = Wg(x) begins to have other solutions than 0), and then rounded to
whole multiples of 2⁻¹⁰: what floating point makes of the scale on another machine does not show.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from hopverify.spec import ModelSpec, parse_spec

SIZES = (2, 4, 8, 16, 32, 100)
RADII = {"below 1": 0.7, "around 1": 1.0, "above 1": 2.0}
UNIT = 2.0**-10


@dataclass(frozen=True)
class Family:
    """``text(size, random)`` returns the text of one model without its head and checks."""

    name: str
    summary: str
    text: Callable[[int, np.random.Generator], str]
    sizes: tuple[int, ...] = SIZES

    def model(self, size: int, number: int) -> ModelSpec:
        """Return a model of the family."""
        random = np.random.default_rng([crc32(self.name.encode()), size, number])
        return parse_spec(f"hopverify: 1\nname: drawn\n{self.text(size, random)}checks: all\n")


def _rows(values: NDArray[np.float64]) -> str:
    return str((np.round(values / UNIT) * UNIT).tolist())


def _symmetric(size: int, radius: float, random: np.random.Generator) -> NDArray[np.float64]:
    W = random.normal(size=(size, size))
    W += W.T
    scaled: NDArray[np.float64] = W * (radius / np.abs(np.linalg.eigvalsh(W)).max())
    return scaled


def _layer(lagrangian: Any, radius: float) -> Callable[[int, np.random.Generator], str]:
    def text(size: int, random: np.random.Generator) -> str:
        W, b = _symmetric(size, radius, random), random.normal(size=size) / 2
        return (
            f"layers: {{x: {{size: {size}, lagrangian: {lagrangian}, bias: {_rows(b)}}}}}\n"
            f"synapses: {{w: {{kind: dense, layers: [x, x], weights: {_rows(W)}}}}}\n"
        )

    return text


def _memories(size: int, random: np.random.Generator) -> str:
    patterns = _rows(random.normal(size=(max(2, size // 2), size)))
    count = max(2, size // 2)
    return (
        f"layers:\n  v: {{size: {size}, lagrangian: identity}}\n"
        f"  h: {{size: {count}, lagrangian: {{softmax: {{beta: 4}}}}, tau: 0}}\n"
        f"synapses: {{w: {{kind: dense, layers: [h, v], weights: {patterns}}}}}\n"
        f"memories: {{stored: {{layer: v, patterns: {patterns}}}}}\n"
    )


def _families() -> tuple[Family, ...]:
    layers = {"relu": "relu", "tanh": "tanh", "hard_tanh": "hard_tanh", "softmax": "{softmax: {beta: 2}}"}
    drawn = tuple(
        Family(
            f"{name}, {where}",
            f"One layer of {name} with a bias; W symmetric, dense, its spectral radius {radius:g}.",
            _layer(lagrangian, radius),
        )
        for name, lagrangian in layers.items()
        for where, radius in RADII.items()
    )
    stored = Family(
        "modern Hopfield", "Normal patterns, half as many as neurons, behind a softmax with β = 4.", _memories
    )
    return (*drawn, stored)


FAMILIES = _families()
