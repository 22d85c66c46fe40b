"""Stored vectors as a dense associative memory: v ← Ξᵀ softmax(βΞv), the attention update (arXiv:2008.02217)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.errors import HopverifyError
from hopverify.interop.imported import Imported, array_field, spec_text, stem_of
from hopverify.spec import ExactArray


def told_energy(name: str = "softmax") -> str:
    """Return what a memory made of an attention head is about, and what it leaves out."""
    return (
        f"The energy, and every verdict, is about v <- {name}(beta v·keys) keys, where the keys are the values too. "
        f"Attention multiplies the same {name} weights with other vectors, its values: what is proved is which key a "
        "query selects, and nothing about what the values make of it."
    )


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


@dataclass(frozen=True)
class Weighing:
    """What makes weights of the scores: a Lagrangian of the catalogue, with its parameters (softmax: but for β)."""

    name: str = "softmax"
    parameters: Mapping[str, Fraction] = field(default_factory=dict)

    def lagrangian(self, beta: Fraction) -> Any:
        """Return the Lagrangian of the hidden layer as a spec writes it; all but softmax weigh scores with β = 1."""
        parameters = {"beta": beta} if self.name == "softmax" else dict(self.parameters)
        return {self.name: parameters} if parameters else self.name


SOFTMAX = Weighing()


def dense_memory(
    keys: ExactArray,
    beta: Fraction,
    naming: Naming,
    *,
    dtype: str | None = None,
    weighing: Weighing = SOFTMAX,
    inline: bool = False,
) -> Imported:
    """Return the memory of the keys, one a row. With ``dtype`` it stands for all keys that rounding to it may leave.

    With ``inline`` short arrays stand in the text.

    Only softmax has an inverse temperature. With another weighing keys and states are measured in the unit in which β
    is 1: the keys are multiplied by √β.

    >>> made = dense_memory(ExactArray.of([[3, 0], [0, 3]]), Fraction(1, 2), Naming("pair", "Two keys."))
    >>> print(made.text[made.text.index("layers:") :], end="")
    layers:
      v: {size: 2, lagrangian: identity}
      h: {size: 2, lagrangian: {softmax: {beta: 0.5}}, tau: 0}
    synapses:
      xi: {kind: dense, layers: [h, v], weights: {file: pair.npy}}
    memories:
      keys: {layer: v, patterns: {same_as: xi}}
    checks: [lagrangian_convexity, time_constants, energy_descent, memory_retrieval]
    """
    if keys.ndim != 2:
        raise HopverifyError(f"{naming.name}: keys are the rows of a matrix, got an array of shape {keys.shape}")
    origin = naming.origin
    if weighing != SOFTMAX and beta != 1:
        if dtype is not None:
            raise HopverifyError(f"{naming.name}: with {weighing.name} and beta = {beta} leave out dtype: {_UNIT}")
        keys, origin = _in_units(keys, beta), f"{origin} beta = {beta}: {_UNIT}."
    count, width = keys.shape
    files: dict[str, bytes] = {}
    weights: Any = array_field(keys, f"{stem_of(naming.name)}.npy", files, inline=inline)
    if dtype is not None:
        weights = (weights if isinstance(weights, dict) else {"values": weights}) | {"dtype": dtype}
    memory: dict[str, Any] = {"layer": "v", "patterns": {"same_as": "xi"}}
    if naming.labels is not None:
        memory["labels"] = [f"{label}" for label in naming.labels]
    text = spec_text(
        name=naming.name,
        description=origin,
        references=naming.references,
        sections={
            "layers": {
                "v": {"size": width, "lagrangian": "identity"},
                "h": {"size": count, "lagrangian": weighing.lagrangian(beta), "tau": 0},
            },
            "synapses": {"xi": {"kind": "dense", "layers": ["h", "v"], "weights": weights}},
            "memories": {"keys": memory},
        },
        checks=["lagrangian_convexity", "time_constants", "energy_descent", "memory_retrieval"],
    )
    return Imported(stem_of(naming.name), text, files)


_UNIT = "keys and states are in units of 1/sqrt(beta), the keys times sqrt(beta) as doubles"


def _in_units(keys: ExactArray, beta: Fraction) -> ExactArray:
    """Return √β times the keys: exactly where √β is rational and doubles hold the products, rounded otherwise."""
    return ExactArray.of(keys.floats() * float(np.sqrt(np.float64(beta))))
