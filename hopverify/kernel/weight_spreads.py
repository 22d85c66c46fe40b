"""How far weights may be from those that are given, where arrays of the drives are known up to a spread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from hopverify.kernel.affine import Affine, starts
from hopverify.kernel.arrays import Array
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.drive_ranges import drive
from hopverify.kernel.functions import exact
from hopverify.kernel.intervals import Range, added
from hopverify.kernel.intervals import exactly as point
from hopverify.kernel.network import drives, has_drives_of_degree_one
from hopverify.kernel.numbers import need
from hopverify.kernel.terms import arrays

MAX_UNCERTAIN = 64
"""How many neurons there may be in all, where weights are known up to a spread."""


def is_uncertain(core: Core) -> bool:
    """Whether an array of the drives is within a spread."""
    terms = [term for layer in core.flow_layers for term in drives(core, layer.name)]
    return any(core.arrays[name].within for name in arrays(*terms))


def radii(core: Core, forms: Sequence[Affine]) -> list[list[Fraction]]:
    """Return bounds R of |W - W⁰| for all weights W that are meant, with the drives ``forms`` of those given.

    Drives are affine for every array that is meant, and γ = 0 gives none; then W_ij is what γ = e_j gives.
    """
    layers = core.flow_layers
    size = sum(layer.size for layer in layers)
    if not is_uncertain(core):
        return [[Fraction(0)] * size] * size
    need(size <= MAX_UNCERTAIN, "drive", f"weights with a spread are known up to {MAX_UNCERTAIN} neurons")
    need(has_drives_of_degree_one(core), "drive", "it is not of degree 1 by composition")
    need(not any(map(_size, _drives(core, layers, None))), "drive", "activations that are 0 drive neurons")
    columns = [_drives(core, layers, j) for j in range(size)]
    return [
        [_size(column[i], forms[i].slopes.get(j, Fraction(0))) for j, column in enumerate(columns)] for i in range(size)
    ]


def row_sums(R: Sequence[Sequence[Fraction]], d: Sequence[Fraction]) -> list[Fraction]:
    """Return Σ_j (d_i R_ij + d_j R_ji)/2 for each neuron i: vᵀD(W - W⁰)v is no more than these times v_i², in sum."""
    size = range(len(d))
    return [sum((d[i] * R[i][j] + d[j] * R[j][i] for j in size if R[i][j] or R[j][i]), Fraction(0)) / 2 for i in size]


def _drives(core: Core, layers: Sequence[Layer], active: int | None) -> list[Range]:
    """Return the drives where one neuron has the activation 1, or none, and all others 0."""
    first = starts(core)
    gamma = {
        layer.name: [point(Fraction(int(first[layer.name] + k == active))) for k in range(layer.size)]
        for layer in layers
    }
    unbiased = [replace(layer, bias=Array((layer.size,), [Fraction(0)] * layer.size)) for layer in layers]
    return [each for layer in unbiased for each in drive(core, layer, gamma)]


def _size(of: Range, less: Fraction = Fraction(0)) -> Fraction:
    """Return a bound of |u - less| for the numbers u of a bounded range."""
    far = added(of, point(-less)).size
    need(far.is_finite(), "drive", "a weight is unbounded")
    return exact(far)
