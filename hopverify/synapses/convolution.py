"""Convolutional synapse between two layers: S = -γ_outᵀ (kernel ⋆ γ_in) (arXiv:2107.06446).

Layers have a shape: (channels, length) or (channels, height, width); a layer without one counts as (1, size). The
kernel has shape (channels out, channels in, k…); the cross-correlation has a stride and zero padding. The same
taps serve both directions (the drive on γ_in is the transposed convolution), so the drive is -∇S.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.expr.evaluate import Arithmetic, Value
from hopverify.spec.exact_array import ExactArray
from hopverify.spec.fields import Field, FieldKind
from hopverify.synapses import Port, Synapse, SynapseError, SynapseKind, check_count, check_shape, held


@dataclass(frozen=True, eq=False)
class Convolution(Synapse):
    """``inputs`` and ``outputs`` are the shapes (channels, *space) of the two layers."""

    layers: tuple[str, ...]
    kernel: ExactArray
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    stride: int
    padding: int

    @cached_property
    def taps(self) -> NDArray[np.int64]:
        """For each output position and each (channel, offset) of the kernel, the input neuron it reads.

        Shape (output positions, channels in × kernel taps); the index n_in stands for the zero padding.
        """
        n_in, space = int(np.prod(self.inputs)), self.inputs[1:]
        rows = []
        for position in product(*(range(extent) for extent in self.outputs[1:])):
            row = []
            for channel, *offset in product(*(range(extent) for extent in self.kernel.shape[1:])):
                place = [p * self.stride + o - self.padding for p, o in zip(position, offset, strict=True)]
                inside = all(0 <= q < extent for q, extent in zip(place, space, strict=True))
                row.append(int(np.ravel_multi_index((channel, *place), self.inputs)) if inside else n_in)
            rows.append(row)
        return np.array(rows, dtype=np.int64)

    def energy(self, activations: Mapping[str, Value], a: Arithmetic) -> Value:
        output = self.layers[1]
        return -(activations[output] * self.drive(activations, a)[output]).sum()

    def drive(self, activations: Mapping[str, Value], a: Arithmetic) -> dict[str, Value]:
        source, target = self.layers
        kernel = held(self.kernel, a).reshape(self.kernel.shape[0], -1)
        padded = np.append(activations[source], _zero(a))
        forward = kernel @ padded[self.taps].T
        spread = activations[target].reshape(self.outputs[0], -1).T @ kernel
        # The two ends may hold numbers of different kinds: duals where one moves, constants where the other does not.
        backward = np.full(len(padded), _zero(a), dtype=np.result_type(padded, spread))
        np.add.at(backward, self.taps, spread)
        return {source: backward[:-1], target: forward.reshape(-1)}

    def formula(self, name: str) -> str:
        source, target = self.layers
        return rf"-\gamma_{{{target}}}^{{\top}}\,(k_{{{name}}} \star \gamma_{{{source}}})"


def _zero(a: Arithmetic) -> Value:
    return a.number(Fraction(0))


def _shape(port: Port) -> tuple[int, ...]:
    return port.shape if port.shape is not None else (1, port.size)


def _build(ports: Sequence[Port], values: Mapping[str, Any], arrays: Mapping[str, ExactArray]) -> Synapse:
    check_count(ports, 2, kind="convolution")
    source, target = ports
    if source.name == target.name:
        raise SynapseError("layers", "a convolution joins two different layers (input, output)")
    inputs, outputs, kernel = _shape(source), _shape(target), values["kernel"]
    if not len(inputs) == len(outputs) == kernel.ndim - 1:
        raise SynapseError("kernel", f"a kernel of {kernel.ndim} axes needs layers with {kernel.ndim - 1} axes each")
    stride, padding = values["stride"], values["padding"]
    extents = tuple(
        (extent + 2 * padding - k) // stride + 1 for extent, k in zip(inputs[1:], kernel.shape[2:], strict=True)
    )
    meaning = f"channels of {target.name} × channels of {source.name} × taps"
    check_shape(kernel, (outputs[0], inputs[0], *kernel.shape[2:]), field="kernel", meaning=meaning)
    if extents != outputs[1:]:
        raise SynapseError("layers", f"the convolution gives positions {extents}, but {target.name} has {outputs[1:]}")
    return Convolution((source.name, target.name), kernel, inputs, outputs, stride, padding)


SYNAPSE = SynapseKind(
    name="convolution",
    summary="S = -γ_outᵀ (kernel ⋆ γ_in), shared taps",
    fields=(
        Field("kernel", FieldKind.ARRAY, "taps of shape channels out × channels in × k (× k)"),
        Field("stride", FieldKind.INTEGER, "step between output positions", default=1, minimum=Fraction(1)),
        Field("padding", FieldKind.INTEGER, "zeros added on each side", default=0, minimum=Fraction(0)),
    ),
    build=_build,
)
