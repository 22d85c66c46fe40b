"""Gated synapse: a product of three activations (arXiv:2107.06446).

With a vector of weights, S = -Σ_i w_i γ_a,i γ_b,i γ_c,i for three layers of equal size; with a tensor,
S = -Σ_ijk T_ijk γ_a,i γ_b,j γ_c,k. The drive is -∇S by construction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hopverify.expr.evaluate import Arithmetic, Value
from hopverify.spec.exact_array import ExactArray
from hopverify.spec.fields import Field, FieldKind
from hopverify.synapses import Port, Synapse, SynapseError, SynapseKind, check_count, check_shape, held


@dataclass(frozen=True)
class Gated(Synapse):
    """w has shape (n,), or T has shape (n_a, n_b, n_c)."""

    layers: tuple[str, ...]
    tensor: ExactArray
    linear = False

    def energy(self, activations: Mapping[str, Value], a: Arithmetic) -> Value:
        first = self.layers[0]
        return -(activations[first] * self.drive(activations, a)[first]).sum()

    def drive(self, activations: Mapping[str, Value], a: Arithmetic) -> dict[str, Value]:
        gates = [activations[layer] for layer in self.layers]
        T = held(self.tensor, a)
        if self.tensor.ndim == 1:
            products = (T * gates[1] * gates[2], T * gates[0] * gates[2], T * gates[0] * gates[1])
        else:
            last = T @ gates[2]
            products = (last @ gates[1], last.T @ gates[0], (T.transpose(2, 1, 0) @ gates[0]) @ gates[1])
        return dict(zip(self.layers, products, strict=True))

    def formula(self, name: str) -> str:
        a, b, c = self.layers
        if self.tensor.ndim == 1:
            return rf"-\sum_i w_{{{name},i}}\,\gamma_{{{a},i}}\gamma_{{{b},i}}\gamma_{{{c},i}}"
        return rf"-\sum_{{ijk}} T_{{{name},ijk}}\,\gamma_{{{a},i}}\gamma_{{{b},j}}\gamma_{{{c},k}}"


def _build(ports: Sequence[Port], values: Mapping[str, Any], arrays: Mapping[str, ExactArray]) -> Synapse:
    check_count(ports, 3, kind="gated")
    if len({port.name for port in ports}) != 3:
        raise SynapseError("layers", "a gated synapse joins three different layers; use `kind: expression` otherwise")
    weights, sizes = values["weights"], tuple(port.size for port in ports)
    if weights.ndim == 1:
        if len(set(sizes)) != 1:
            raise SynapseError("weights", f"a vector of weights needs layers of equal size, got sizes {sizes}")
        check_shape(weights, sizes[:1], field="weights", meaning="one per neuron")
    else:
        check_shape(weights, sizes, field="weights", meaning="neurons of the three layers")
    return Gated(tuple(port.name for port in ports), weights)


SYNAPSE = SynapseKind(
    name="gated",
    summary="S = -Σ T_ijk γ_a,i γ_b,j γ_c,k, a product of three activations",
    fields=(Field("weights", FieldKind.ARRAY, "a vector (one per neuron) or a tensor n_a × n_b × n_c"),),
    build=_build,
)
