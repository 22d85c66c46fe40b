"""Dense synapse: S = -p γ_aᵀ W γ_b between two layers, or S = -p γᵀWγ within one.

The prefactor p is 1/2 within a layer (Hopfield 1984; arXiv:2008.06996) and 1 between layers unless the spec says
otherwise. The drive is stated too, because implementations differ: ``drive: weights`` (the default) means the update
people write, Wγ (Wγ_b and Wᵀγ_a between layers), whatever p is; ``drive: gradient`` means -∇S = p(W + Wᵀ)γ, as in
HAMUX, where p = 1. The two agree within a layer iff (1 - p)·W = p·Wᵀ, that is, for p = 1/2, iff W is symmetric.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.expr.evaluate import Arithmetic, Value
from hopverify.spec.exact_array import ExactArray
from hopverify.spec.fields import Field, FieldKind
from hopverify.spec.spread import Spread
from hopverify.synapses import Defect, Port, Synapse, SynapseKind, check_count, held, spread_out


@dataclass(frozen=True)
class Dense(Synapse):
    """W has shape (n_a, n_b). With a spread it stands for all matrices near it; symmetric ones, if it is symmetric."""

    layers: tuple[str, ...]
    matrix: ExactArray
    prefactor: Fraction
    gradient: bool

    @property
    def within(self) -> bool:
        """Whether both ends are the same layer."""
        return self.layers[0] == self.layers[1]

    @property
    def weights(self) -> ExactArray | None:
        return self.matrix if self.within else None

    @property
    def spread(self) -> Spread | None:
        return self.matrix.spread

    def widened(self, factor: Fraction) -> Dense:
        return replace(self, matrix=self.matrix.widened(factor))

    def energy(self, activations: Mapping[str, Value], a: Arithmetic) -> Value:
        left, right = (activations[layer] for layer in self.layers)
        return -(left * (held(self.matrix, a) @ right)).sum() * a.number(self.prefactor)

    def drive(self, activations: Mapping[str, Value], a: Arithmetic) -> dict[str, Value]:
        W = held(self.matrix, a)
        left, right = self.layers
        if not self.within:
            factor = a.number(self.prefactor if self.gradient else Fraction(1))
            return {left: (W @ activations[right]) * factor, right: (W.T @ activations[left]) * factor}
        forward = W @ activations[left]
        if not self.gradient:
            return {left: forward}
        return {left: (forward + W.T @ activations[left]) * a.number(self.prefactor)}

    def blocks(self) -> dict[tuple[str, str], np.ndarray[Any, Any]]:
        W, (left, right), p = self.matrix.fractions(), self.layers, self.prefactor
        if self.within:
            return {(left, left): p * (W + W.T) if self.gradient else W}
        factor = p if self.gradient else Fraction(1)
        return {(left, right): factor * W, (right, left): factor * W.T}

    def defect(self) -> Defect | None:
        if self.gradient:
            return None
        p, natural = self.prefactor, Fraction(1, 2) if self.within else Fraction(1)
        if self.matrix.spread is not None and p != natural:
            # Among the matrices that are meant some have no entry 0, and for those the drive is not -∇S.
            return Defect((0, 0), f"the prefactor is {natural}")
        if not self.within:
            return self._between_defect()
        if p == Fraction(1, 2):
            unequal = np.argwhere(self.matrix.values != self.matrix.values.T)
            said = "W[{i},{j}] = W[{j},{i}]"
        else:
            W = self.matrix.fractions()
            unequal = np.argwhere((1 - p) * W != p * W.T)
            said = f"{1 - p}·W[{{i}},{{j}}] = {p}·W[{{j}},{{i}}]"
        if not len(unequal):
            return None
        i, j = (int(k) for k in unequal[0])
        return Defect((i, j), said.format(i=i, j=j))

    def _between_defect(self) -> Defect | None:
        nonzero = np.argwhere(self.matrix.values != 0)
        if self.prefactor == 1 or not len(nonzero):
            return None
        i, j = (int(k) for k in nonzero[0])
        return Defect((i, j), f"W[{i},{j}] = {self.prefactor}·W[{i},{j}]")

    def formula(self, name: str) -> str:
        factor = "" if self.prefactor == 1 else rf"\tfrac{{{self.prefactor.numerator}}}{{{self.prefactor.denominator}}}"
        left, right = self.layers
        return rf"-{factor}\,\gamma_{{{left}}}^{{\top}} W_{{{name}}}\,\gamma_{{{right}}}"


def _build(ports: Sequence[Port], values: Mapping[str, Any], arrays: Mapping[str, ExactArray]) -> Synapse:
    check_count(ports, 2, kind="dense")
    a, b = ports
    shape, meaning = (a.size, b.size), f"neurons of {a.name} × neurons of {b.name}"
    matrix = spread_out(values["weights"], shape, field="weights", meaning=meaning)
    default = Fraction(1, 2) if a.name == b.name else Fraction(1)
    prefactor = default if values["prefactor"] is None else values["prefactor"]
    return Dense((a.name, b.name), matrix, prefactor, values["drive"] == "gradient")


PREFACTOR = Field(
    "prefactor", FieldKind.NUMBER, "p in S = -p γᵀWγ; 1/2 within a layer and 1 between layers", default=None
)
DRIVE = Field(
    "drive",
    FieldKind.CHOICE,
    "what the flow adds: `weights` is Wγ, `gradient` is -∇S",
    default="weights",
    choices=("weights", "gradient"),
)

SYNAPSE = SynapseKind(
    name="dense",
    summary="S = -p γ_aᵀ W γ_b, between two layers or within one",
    fields=(
        Field(
            "weights",
            FieldKind.ARRAY,
            "the matrix W, neurons of a × neurons of b, or a number for all",
            near=True,
        ),
        PREFACTOR,
        DRIVE,
    ),
    build=_build,
)
