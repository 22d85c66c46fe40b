"""Convolutions of JAX as kernels of a spec, or as the matrices that they are.

A spec's layers have channels first, a kernel has shape channels out × channels in × taps, one stride and the same zero
padding on every side. What has other strides or paddings (``SAME`` with a stride of 2 pads one side only) is written as
the matrix, each entry of which is one tap.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.interop.tracing.terms import Atom, CannotWrite, Constant, Input, Term

MAX_ENTRIES = 4_000_000


@dataclass(frozen=True)
class Convolved:
    """A term γ_targetᵀ (kernel ⋆ γ_source); the setting is that of the convolution."""

    source: str
    target: str
    kernel: NDArray[Any]
    setting: Any


def convolved(term: Term) -> Convolved | None:
    """Return the convolution that a term is: an activation times the convolution of another."""
    atoms = [f for f in term.factors if isinstance(f.source, Atom) and f.source.function == "convolution"]
    others = [f for f in term.factors if f not in atoms]
    if len(atoms) != 1 or len(others) != 1 or not isinstance(others[0].source, Input):
        return None
    atom, target = atoms[0].source, others[0].source
    assert isinstance(atom, Atom)
    source, kernel = (argument.alone for argument in atom.arguments)
    if not isinstance(source, Input) or not isinstance(kernel, Constant) or atoms[0].labels != others[0].labels:
        return None
    setting = atom.parameter
    if setting.inputs[setting.dimensions[0][0]] != 1:
        raise CannotWrite("a convolution of a batch; give the energy of one example")
    return Convolved(source.name, target.name, kernel.values.reshape(setting.kernel), setting)


def orders_of(found: Convolved) -> dict[str, tuple[tuple[int, ...], NDArray[np.int64]]]:
    """Return for both layers the shape with channels first, and which entry of the program's array stands where."""
    lhs, _, out = found.setting.dimensions
    return {
        found.source: _channels_first(found.setting.inputs, lhs),
        found.target: _channels_first(found.setting.shape, out),
    }


def _channels_first(shape: tuple[int, ...], dimensions: tuple[int, ...]) -> tuple[tuple[int, ...], NDArray[np.int64]]:
    places = np.arange(prod(shape)).reshape(shape).transpose(dimensions)[0]
    return places.shape, places.reshape(-1)


def as_kernel(found: Convolved) -> tuple[NDArray[Any], dict[str, Any]] | None:
    """Return the kernel of a spec with stride and padding, if they are the same on all axes and sides."""
    setting = found.setting
    paddings = {side for sides in setting.padding for side in sides}
    if len(set(setting.strides)) != 1 or len(paddings) != 1 or min(paddings) < 0:
        return None
    stride, padding = setting.strides[0], paddings.pop()
    fields = ({"stride": stride} if stride != 1 else {}) | ({"padding": padding} if padding else {})
    return found.kernel.transpose(setting.dimensions[1]), fields


def as_matrix(found: Convolved) -> NDArray[Any]:
    """Return W with γ_targetᵀ (kernel ⋆ γ_source) = γ_sourceᵀ W γ_target, entries in the program's order."""
    return convolution_matrix(found.kernel, found.setting)


def convolution_matrix(values: NDArray[Any], setting: Any) -> NDArray[Any]:
    """Return W with kernel ⋆ γ = Wᵀγ, entries in the program's order."""
    lhs, rhs, out = setting.dimensions
    rows, columns = prod(setting.inputs), prod(setting.shape)
    if rows * columns > MAX_ENTRIES:
        raise CannotWrite(f"a convolution whose matrix has {rows} × {columns} entries, and no kernel in a spec")
    kernel = values.transpose(rhs)
    inputs = np.arange(rows).reshape(setting.inputs).transpose(lhs)[0]
    outputs = np.arange(columns).reshape(setting.shape).transpose(out)[0]
    W = np.zeros((rows, columns), dtype=kernel.dtype)
    for position, tap in product(np.ndindex(outputs.shape[1:]), np.ndindex(kernel.shape[2:])):
        axes = zip(position, setting.strides, tap, setting.padding, strict=True)
        place = tuple(p * stride + t - sides[0] for p, stride, t, sides in axes)
        if all(0 <= q < extent for q, extent in zip(place, inputs.shape[1:], strict=True)):
            W[np.ix_(inputs[(slice(None), *place)], outputs[(slice(None), *position)])] = kernel[(..., *tap)].T
    return W
