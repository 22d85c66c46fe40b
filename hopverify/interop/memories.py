"""Stored vectors as a dense associative memory: v ← Ξᵀ softmax(βΞv), the attention update (arXiv:2008.02217)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.errors import HopverifyError
from hopverify.interop.imported import Imported, array_field, spec_text, stem_of
from hopverify.spec import ExactArray

ENERGY = (
    "The energy, and every verdict, is about v <- softmax(beta v·keys) keys, where the keys are the values too. "
    "Attention multiplies the same softmax weights with other vectors, its values: what is proved is which key a query "
    "selects, and nothing about what the values make of it."
)
"""What a memory made of an attention head leaves out."""


@dataclass(frozen=True)
class Naming:
    """How a memory is told: its name, where its keys come from, a label for each, and what to cite."""

    name: str
    origin: str
    labels: Sequence[str] | None = None
    references: Sequence[str] = ("arXiv:2008.02217",)


def inverse_temperature(width: int, dtype: str = "float32") -> Fraction:
    """Return 1/√d as attention computes with it: the double nearest to it, rounded to the type of the tensors.

    >>> inverse_temperature(4), inverse_temperature(32)
    (Fraction(1, 2), Fraction(11863283, 67108864))
    """
    double = np.float64(1) / np.sqrt(np.float64(width))
    return Fraction(float(double if dtype == "float64" else np.float32(double)))


def dense_memory(keys: ExactArray, beta: Fraction, naming: Naming, *, dtype: str | None = None) -> Imported:
    """Return the memory of the keys, one a row. With ``dtype`` it stands for all keys that rounding to it may leave.

    >>> made = dense_memory(ExactArray.of([[3, 0], [0, 3]]), Fraction(1, 2), Naming("pair", "Two keys."))
    >>> print(made.text[made.text.index("layers:") :], end="")
    layers:
      v: {size: 2, lagrangian: identity}
      h: {size: 2, lagrangian: {softmax: {beta: 0.5}}, tau: 0}
    synapses:
      xi: {kind: dense, layers: [h, v], weights: {file: pair.npy}}
    memories:
      keys: {layer: v, patterns: {same_as: xi}}
    checks: [lagrangian_convexity, time_constants, energy_descent, {memory_retrieval: {at_least: 0}}]
    """
    if keys.ndim != 2:
        raise HopverifyError(f"{naming.name}: keys are the rows of a matrix, got an array of shape {keys.shape}")
    count, width = keys.shape
    files: dict[str, bytes] = {}
    weights: dict[str, Any] = array_field(keys, f"{stem_of(naming.name)}.npy", files)
    if dtype is not None:
        weights["dtype"] = dtype
    memory: dict[str, Any] = {"layer": "v", "patterns": {"same_as": "xi"}}
    if naming.labels is not None:
        memory["labels"] = [f"{label}" for label in naming.labels]
    text = spec_text(
        name=naming.name,
        description=naming.origin,
        references=naming.references,
        sections={
            "layers": {
                "v": {"size": width, "lagrangian": "identity"},
                "h": {"size": count, "lagrangian": {"softmax": {"beta": beta}}, "tau": 0},
            },
            "synapses": {"xi": {"kind": "dense", "layers": ["h", "v"], "weights": weights}},
            "memories": {"keys": memory},
        },
        checks=["lagrangian_convexity", "time_constants", "energy_descent", {"memory_retrieval": {"at_least": 0}}],
        comment="`at_least: 0` asks which keys have a ball of certain retrieval and requires none; raise it to do so.",
    )
    return Imported(stem_of(naming.name), text, files)
