"""Operations that only move entries: indexing, flipping, rolling, padding, writing into a part of an array.

PyTorch itself tells where each entry goes: it moves the numbers 1, 2, 3, … in the place of the entries. The result is a
sum of products of the arrays with matrices of zeros and ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.interop.tracing.operations import Refused, moved
from hopverify.interop.tracing.tensors import number, plus, reshaped
from hopverify.interop.tracing.terms import Tensor

MAX_ENTRIES = 4_000_000
PADDED = "constant_pad_nd"
MOVES = {
    PADDED, "_pad_circular", "as_strided", "diag_embed",
    "flip", "gather", "im2col", "index", "index_put", "index_select",
    "pixel_shuffle", "pixel_unshuffle", "reflection_pad1d", "reflection_pad2d", "repeat", "replication_pad1d",
    "replication_pad2d", "roll", "rot90", "select_scatter", "slice_scatter", "take", "tril", "triu", "unfold",
    "upsample_nearest1d", "upsample_nearest2d",
}  # fmt: skip
Fold = Callable[[Any, Sequence[Any], Mapping[str, Any]], Any]


def moved_by(fold: Fold, target: Any, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Tensor:
    """Return the result of an operation that moves entries of symbolic arrays; other arrays say where they go."""
    sources: list[Tensor] = []
    fill = args[2] if name == PADDED and len(args) > 2 else 0
    given = [*args[:2], -1] if fill else list(args)
    if kwargs.get("accumulate") or (name == "index_put" and len(args) > 3 and args[3]):
        raise Refused(f"{name}: entries that are added up where they meet have no counterpart")
    marked = fold(
        target, [_marked(each, sources) for each in given], {k: _marked(v, sources) for k, v in kwargs.items()}
    )
    if np.isnan(marked).any():
        raise Refused(f"{name}: numbers that were never set, or are not finite, have no counterpart")
    places: NDArray[np.int64] = np.asarray(marked).astype(np.int64)
    result = number(Fraction(0), places.shape)
    if fill:
        result = reshaped(_chosen(places.reshape(-1) == -1, number(Fraction(fill), (1,)), None), places.shape)
    start = 1
    for source in sources:
        count = prod(source.shape)
        own = (places >= start) & (places < start + count)
        if own.any():
            flat = _chosen(own.reshape(-1), reshaped(source, (count,)), places.reshape(-1) - start)
            result = plus(result, reshaped(flat, places.shape))
        start += count
    return result


def _marked(value: Any, sources: list[Tensor]) -> Any:
    """Return an argument with numbers in the place of the entries of symbolic arrays, which are collected."""
    if isinstance(value, list | tuple):
        return [_marked(each, sources) for each in value]
    if not isinstance(value, Tensor):
        return value
    start = 1 + sum(prod(source.shape) for source in sources)
    sources.append(value)
    return np.arange(start, start + prod(value.shape), dtype=np.float64).reshape(value.shape)


def _chosen(own: NDArray[np.bool_], flat: Tensor, columns: NDArray[np.int64] | None) -> Tensor:
    """Return an array with entries of ``flat`` at the places that are its own, and zeros elsewhere."""
    rows = np.flatnonzero(own)
    if len(own) * flat.shape[0] > MAX_ENTRIES:
        raise Refused(f"a matrix of {len(own):,} × {flat.shape[0]:,} that moves entries is too large")
    zeros_and_ones = np.zeros((len(own), flat.shape[0]))
    zeros_and_ones[rows, 0 if columns is None else columns[rows]] = 1
    return moved(zeros_and_ones, flat, 0)
