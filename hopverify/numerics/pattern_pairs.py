"""Distances and margins of a few patterns to all others, in plain floating point: what searches for radii work on.

One product of centred patterns gives the squared distances; the margin ⟨ξ_μ - ξ_ν, ξ_μ⟩ + b_μ - b_ν is
½(d² + ‖ξ_μ‖² - ‖ξ_ν‖²) + b_μ - b_ν. In single precision the product is off by some 10⁻⁶ of the squared norm, too much
for patterns that nearly agree: rows that have such rivals are computed again in double precision. Slabs of patterns
are worked on in threads, since NumPy lets go of the interpreter's lock.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from hopverify.checker.gram import Gram

Floats = NDArray[Any]
T = TypeVar("T")
PANEL, SLAB, CHUNK = 512, 16, 8192
BITS, _NEAR = 12, 2.0**-9
FAR = 1e30
"""The margin of a pattern over itself: it is no rival."""


def rounded(values: Floats, *, up: bool) -> Floats:
    """Return doubles with 12 significant bits, rounded up or down."""
    mantissa, exponent = np.frexp(values)
    shortened: Floats = np.ldexp((np.ceil if up else np.floor)(mantissa * 2**BITS), exponent - BITS)
    return shortened


def texts(values: Floats, exponent: int) -> list[str | None]:
    """Return doubles times 2ᵉ as exact texts, 0 as None."""
    scale = Fraction(2) ** exponent
    return [str(Fraction(value) * scale) if value > 0 else None for value in values.tolist()]


@dataclass(frozen=True)
class Slab:
    """A few patterns against all K: arrays of shape (patterns, K), which another slab will use again.

    ``nearest`` is for each pattern the rival with the least margin for its distance.
    """

    distance: Floats
    margin: Floats
    nearest: Floats


class Pairs:
    """The patterns of a Gram, centred, in the floating-point type asked for."""

    def __init__(self, gram: Gram, dtype: type[np.floating[Any]]) -> None:
        self._centred = gram.points - gram.points.mean(axis=0)
        self._points = self._centred.astype(dtype, copy=False)
        self._exact = np.einsum("ij,ij->i", self._centred, self._centred)
        self._squares = self._exact.astype(dtype)
        halves = gram.squares / 2 + gram.bias
        self._halves = (halves - halves.mean()).astype(dtype)
        self._near = _NEAR * float(self._exact.max()) if dtype is np.float32 else 0.0
        self._slack = dtype(2 * gram.error)
        self._local = threading.local()

    def each(self, work: Callable[[Slab], T], count: int, watch: Callable[[int], None]) -> Iterator[T]:
        """Yield what ``work`` makes of each slab of the first ``count`` patterns, in order.

        ``watch`` hears now and then how many patterns are done, and may end it by an exception.
        """
        products = np.empty((min(PANEL, count), len(self._points)), self._points.dtype)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for start in range(0, count, PANEL):
                watch(start)
                panel = products[: min(PANEL, count - start)]
                np.matmul(self._points[start : start + len(panel)], self._points.T, out=panel)
                firsts = range(start, start + len(panel), SLAB)
                slabs = [panel[first - start :][:SLAB] for first in firsts]
                yield from pool.map(lambda first, slab: work(self._slab(first, slab)), firsts, slabs)

    def _slab(self, start: int, square: Floats) -> Slab:
        """Turn the products of the patterns from ``start`` on into squared distances, and those into a slab."""
        rows, own = slice(start, start + len(square)), np.arange(len(square))
        square[own, own + start] = -FAR
        least = np.full(len(square), np.inf)
        for part in self._parts():
            block = square[:, part]
            block *= -2
            block += self._squares[rows, None]
            block += self._squares[part]
            np.minimum(least, block.min(axis=1), out=least)
        self._repair(square, rows, np.flatnonzero(least < self._near))
        return self._measured(square, rows)

    def _measured(self, square: Floats, rows: slice) -> Slab:
        distance, margin = self._buffers(square)
        own = np.arange(len(square))
        least, nearest = np.full(len(square), np.inf), own + rows.start
        for part in self._parts():
            block = np.maximum(square[:, part], 0, out=square[:, part])
            np.multiply(block, 0.5, out=margin[:, part])
            margin[:, part] += self._halves[rows, None] - self._slack
            margin[:, part] -= self._halves[part]
            block += self._slack
            np.sqrt(block, out=distance[:, part])
            ratio = margin[:, part] / distance[:, part]
            best = ratio.argmin(axis=1)
            lower = ratio[own, best] < least
            least[lower], nearest[lower] = ratio[own, best][lower], best[lower] + part.start
        margin[own, own + rows.start], distance[own, own + rows.start] = FAR, 1.0
        return Slab(distance, margin, nearest)

    def _parts(self) -> Iterator[slice]:
        """Yield the columns a few at a time, so that what is done to them stays in the processor's cache."""
        for left in range(0, len(self._points), CHUNK):
            yield slice(left, min(left + CHUNK, len(self._points)))

    def _buffers(self, like: Floats) -> tuple[Floats, Floats]:
        """Return two arrays of the calling thread's own; fresh ones would cost as much as what is done in them."""
        held: dict[str, Floats] = self._local.__dict__
        if not held:
            held["distance"], held["margin"] = (np.empty((SLAB, like.shape[1]), like.dtype) for _ in range(2))
        return held["distance"][: len(like)], held["margin"][: len(like)]

    def _repair(self, square: Floats, rows: slice, near: Floats) -> None:
        """Compute rows with near rivals again, in double precision."""
        if len(near):
            chosen = near + rows.start
            again = self._exact[chosen, None] + self._exact - 2 * (self._centred[chosen] @ self._centred.T)
            again[np.arange(len(near)), chosen] = FAR
            square[near] = again
