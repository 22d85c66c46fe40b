"""Gated synapse: a product of three or more activations, one of each layer (arXiv:2107.06446).

With a vector of weights, S = -Σ_i w_i γ_a,i γ_b,i γ_c,i … for layers of equal size; with a tensor that has an axis for
each layer, S = -Σ_ijk… T_ijk… γ_a,i γ_b,j γ_c,k …. The drive on a layer is the product of the others, which is -∇S.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import mul
from typing import Any

import numpy as np

from hopverify.expr.evaluate import Arithmetic, Value
from hopverify.spec.exact_array import ExactArray
from hopverify.spec.fields import Field, FieldKind
from hopverify.synapses import Port, Synapse, SynapseError, SynapseKind, check_shape, held, spread_out


@dataclass(frozen=True)
class Gated(Synapse):
    """w has shape (n,), or T has shape (n_a, n_b, n_c, …)."""

    layers: tuple[str, ...]
    tensor: ExactArray
    linear = False

    def energy(self, activations: Mapping[str, Value], a: Arithmetic) -> Value:
        first = self.layers[0]
        return -(activations[first] * self.drive(activations, a)[first]).sum()

    def drive(self, activations: Mapping[str, Value], a: Arithmetic) -> dict[str, Value]:
        gates, T = [activations[layer] for layer in self.layers], held(self.tensor, a)
        contracted = _products if self.tensor.ndim == 1 else _contractions
        return dict(zip(self.layers, contracted(T, gates), strict=True))

    def formula(self, name: str) -> str:
        if self.tensor.ndim == 1:
            factors = "".join(rf"\gamma_{{{layer},i}}" for layer in self.layers)
            return rf"-\sum_i w_{{{name},i}}\,{factors}"
        indices = [f"i_{{{axis}}}" if len(self.layers) > 3 else "ijk"[axis] for axis in range(len(self.layers))]
        factors = "".join(rf"\gamma_{{{layer},{index}}}" for layer, index in zip(self.layers, indices, strict=True))
        every = " ".join(indices) if len(self.layers) > 3 else "ijk"
        return rf"-\sum_{{{every}}} T_{{{name},{every}}}\,{factors}"


def _products(w: Value, gates: Sequence[Value]) -> list[Value]:
    """Return w times all gates but one, for each of them."""
    return [reduce(mul, [*gates[:place], *gates[place + 1 :]], w) for place in range(len(gates))]


def _contractions(T: Value, gates: Sequence[Value]) -> list[Value]:
    """Return T contracted with all gates but one, for each of them: the axis of that one first, then from the last."""
    found = []
    for place in range(len(gates)):
        rest = np.moveaxis(T, place, 0)
        for gate in reversed([*gates[:place], *gates[place + 1 :]]):
            rest = rest @ gate
        found.append(rest)
    return found


def _build(ports: Sequence[Port], values: Mapping[str, Any], arrays: Mapping[str, ExactArray]) -> Synapse:
    if len(ports) < 3 or len({port.name for port in ports}) < len(ports):
        said = "a gated synapse joins three or more different layers; use `kind: expression` otherwise"
        raise SynapseError("layers", said)
    weights, sizes = values["weights"].vector(), tuple(port.size for port in ports)
    if weights.ndim == 1:
        if len(set(sizes)) != 1:
            raise SynapseError("weights", f"a vector of weights needs layers of equal size, got sizes {sizes}")
        check_shape(weights, sizes[:1], field="weights", meaning="one per neuron")
    else:
        weights = spread_out(weights, sizes, field="weights", meaning="neurons of the layers, an axis each")
    return Gated(tuple(port.name for port in ports), weights)


SYNAPSE = SynapseKind(
    name="gated",
    summary="S = -Σ T_ijk… γ_a,i γ_b,j γ_c,k …, a product of three or more activations",
    fields=(Field("weights", FieldKind.ARRAY, "a vector (one per neuron) or a tensor n_a × n_b × n_c × …"),),
    build=_build,
)
