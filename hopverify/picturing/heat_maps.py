"""Heat maps of weights: a matrix as colours, a large one as the means of blocks, in floating point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from hopverify.derivation import Numbers

# Rows and columns of a picture, at most; larger matrices are shown by the means of blocks.
CELLS = 128
MOST = 4


@dataclass(frozen=True, eq=False)
class HeatMap:
    """``values`` has shape (rows, columns) of the picture; one of its cells is ``block`` entries of the matrix."""

    symbol: str
    what: str
    shape: tuple[int, int]
    block: tuple[int, int]
    values: NDArray[np.float64]

    @property
    def limit(self) -> float:
        """The largest absolute value in the picture, 1 where all is 0."""
        return float(np.abs(self.values).max()) or 1.0


def heat_maps(arrays: tuple[Numbers, ...]) -> tuple[HeatMap, ...]:
    """Return the pictures of the first few matrices that are too large to be shown whole, and have finite floats."""
    large = [each for each in arrays if each.array.ndim == 2 and not each.is_small and not each.is_uniform]
    shown = [(each, floats) for each in large if np.isfinite(floats := each.array.floats()).all()]
    return tuple(_heat_map(each.name.in_text, each.what, floats) for each, floats in shown[:MOST])


def _heat_map(symbol: str, what: str, values: NDArray[Any]) -> HeatMap:
    rows, columns = values.shape
    block = (-(-rows // CELLS), -(-columns // CELLS))
    return HeatMap(symbol, what, (rows, columns), block, _means(_means(values, block[0]).T, block[1]).T)


def _means(values: NDArray[Any], length: int) -> NDArray[np.float64]:
    """Return the means of so many rows each; the last may be of fewer."""
    starts = np.arange(0, len(values), length)
    counts = np.diff(np.append(starts, len(values)))
    means: NDArray[np.float64] = np.add.reduceat(values, starts, axis=0) / counts[:, None]
    return means
