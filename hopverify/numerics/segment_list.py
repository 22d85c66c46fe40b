"""All equilibria of a piecewise-linear network as the kernel's claim `equilibria` lists them, with its proof."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.networks import LinearNetwork
from hopverify.networks.segments import segments
from hopverify.numerics.piecewise_linear import PiecewiseLinear
from hopverify.numerics.segment_search import SegmentSearch

Region = Sequence[tuple[Fraction, Fraction]]
Stated = dict[str, Any]


def is_piecewise_linear(network: LinearNetwork) -> bool:
    """Whether all activations are."""
    return all(segments(function) is not None for function in network.functions)


def is_confined(network: LinearNetwork) -> bool:
    """Whether natural bounds alone confine the equilibria of a piecewise-linear network."""
    infinite = np.full(network.size, np.inf)
    lower, upper = PiecewiseLinear(network).natural(-infinite, infinite)
    return bool(np.isfinite(upper - lower).all())


def segment_list(
    network: LinearNetwork, region: Region | None, goes_on: Callable[[int], bool], root: Region | None = None
) -> tuple[Stated, Stated]:
    """Return a claim and its proof; ``root`` is a box known to hold all equilibria, else the search begins anywhere.

    Where the search is not complete, the isolated equilibria that it found are those of `some equilibria`.
    """
    begin = region if region is not None else root
    ends = zip(*begin, strict=True) if begin is not None else [[None] * network.size] * 2
    lower, upper = (list(each) for each in ends)
    search = SegmentSearch(network, lower, upper, region=region is not None)
    if not search.run(goes_on):
        isolated = [entry for entry in search.entries() if "dimension" not in entry]
        return {"claim": "some equilibria", "equilibria": isolated}, {"by": "boxes"}
    unit, nodes = search.proof()
    within = None if region is None else [[str(low), str(high)] for low, high in region]
    claim = {"claim": "equilibria", "region": within, "equilibria": search.entries()}
    return claim, {"by": "tree", "unit": unit, "nodes": nodes}
