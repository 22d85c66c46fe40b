"""Attention, and Hopfield layers, of PyTorch as dense associative memories.

- :func:`module_specs` takes an ``nn.MultiheadAttention``, or a ``Hopfield`` or ``HopfieldLayer`` in the style of
  hopfield-layers (arXiv:2008.02217), and what it attends to; one spec for each head.
- :func:`key_specs` takes the key tensor of ``scaled_dot_product_attention``.

Numbers are taken as they are: float32, float16 and bfloat16 are dyadic rationals. Keys are computed by PyTorch itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.errors import HopverifyError
from hopverify.interop.imported import Imported
from hopverify.interop.memories import (
    SOFTMAX,
    Naming,
    Weighing,
    dense_memory,
    inverse_temperature,
    told_energy,
)
from hopverify.interop.modules import Reading, read_attention, read_hopfield, updates
from hopverify.interop.torch.tensors import numbers, torch_itself
from hopverify.spec import ExactArray


def key_specs(
    key: Any,
    naming: Naming,
    *,
    scale: float | None = None,
    dtype: str | None = None,
    weighing: Weighing = SOFTMAX,
) -> list[Imported]:
    """Return one memory for each leading index of keys (…, K, d), with β = ``scale``, 1/√d unless stated.

    β is rounded to the keys' type, as PyTorch does when it multiplies a tensor by it; float16 and bfloat16 scores are
    computed with a float32 factor. ``weighing`` is what makes weights of the scores.
    """
    torch = torch_itself()
    if key.dim() < 2:
        raise HopverifyError(f"keys have shape (…, keys, d), got {tuple(key.shape)}")
    kind = "float64" if key.dtype == torch.float64 else "float32"
    beta = inverse_temperature(key.shape[-1], kind) if scale is None else rounded(scale, kind)
    heads = numbers(key).reshape(-1, *key.shape[-2:])
    used = f"beta = {'1/sqrt(d)' if scale is None else scale} in {kind}"
    told = f"{naming.origin} {used}. {told_energy(weighing.name)}"
    own = Naming(naming.name, told, naming.labels, naming.references)
    return [
        dense_memory(ExactArray.of(keys), beta, _of_head(own, head, len(heads)), dtype=dtype, weighing=weighing)
        for head, keys in enumerate(heads)
    ]


def rounded(scale: float, kind: str) -> Fraction:
    """Return a factor as it is in a type of floats."""
    if not (np.isfinite(scale) and scale > 0):
        raise HopverifyError(f"the scale must be a positive number, got {scale}")
    return Fraction(float(scale if kind == "float64" else np.float32(scale)))


def module_specs(
    module: Any, stored: Any = None, *, naming: Naming | None = None, dtype: str | None = None
) -> list[Imported]:
    """Return one memory for each head of an attention module or a Hopfield layer.

    ``stored`` has one vector in a row: what the module attends to, as ``key`` of its call. A ``HopfieldLayer`` has its
    own. A module whose association weights, at some states, are not those of what was read of it is refused.
    """
    torch = torch_itself()
    with torch.no_grad():
        if isinstance(module, torch.nn.MultiheadAttention):
            stored = _given(stored, module)
            naming = naming if naming is not None else Naming("attention", "Keys of an nn.MultiheadAttention.")
            return _specs(read_attention(module, stored), len(stored), naming, dtype)
        layer = module.hopfield if hasattr(module, "lookup_weights") else module
        if hasattr(layer, "association_core"):
            own = getattr(module, "lookup_weights", None)
            stored = _given(stored, module) if own is None else own.reshape(-1, own.shape[-1])
            steps = ", ".join("as many as it takes" if number < 0 else str(number + 1) for number in _distinct(layer))
            origin = f"Stored patterns of a Hopfield layer, in its association space; updates: {steps}."
            naming = naming if naming is not None else Naming("hopfield", origin)
            return _specs(read_hopfield(layer, stored), len(stored), naming, dtype)
    known = "nn.MultiheadAttention, and Hopfield and HopfieldLayer of hopfield-layers"
    raise HopverifyError(f"{type(module).__name__} is not read: {known} are; others by key_specs, or by a mapping file")


def _distinct(layer: Any) -> list[int]:
    return list(dict.fromkeys(updates(layer)))


def _given(stored: Any, module: Any) -> Any:
    if stored is None or stored.dim() != 2:
        raise HopverifyError(f"{type(module).__name__} needs what it attends to: one vector in a row")
    return stored


def _specs(read: Reading, count: int, naming: Naming, dtype: str | None) -> list[Imported]:
    labels = _labels(naming.labels, count, read.further)
    own, heads = Naming(naming.name, naming.origin, labels, naming.references), len(read.keys)
    found = []
    for head, (keys, scale, weighing) in enumerate(zip(read.keys, read.scales, read.weighings, strict=True)):
        found += key_specs(keys, _of_head(own, head, heads), scale=scale, dtype=dtype, weighing=weighing)
    return found


def _of_head(naming: Naming, head: int, heads: int) -> Naming:
    name = f"{naming.name}-head-{head}" if heads > 1 else naming.name
    return Naming(name, naming.origin, naming.labels, naming.references)


def _labels(labels: Sequence[str] | None, count: int, further: Sequence[str]) -> list[str] | None:
    if labels is None and not further:
        return None
    own = list(labels) if labels is not None else [str(index) for index in range(count)]
    if len(own) != count:
        raise HopverifyError(f"{len(own)} labels are given for {count} vectors")
    return [*own, *further]
