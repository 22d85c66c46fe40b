"""An equilibrium of a list of which stability is told, and the proof that is offered."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from hopverify.kernel import json_values
from hopverify.kernel.linearised import Beside
from hopverify.kernel.numbers import need, rational


@dataclass(frozen=True, eq=False)
class Row:
    """A state of a flow, what the claim tells of it, and the proof without its key ``by``."""

    beside: Beside
    told: Mapping[str, Any]
    proof: Mapping[str, Any]
    where: str

    def need(self, holds: bool, why: str) -> None:
        """Refuse the proof unless a condition holds."""
        need(holds, self.where, why)

    def keys(self, stability: str, *told: str, proof: tuple[str, ...] = ()) -> None:
        """Refuse what this way does not show, and a proof with other keys."""
        self.need(self.told["stability"] == stability, f"this way shows that an equilibrium is {stability}")
        shown = {"lambda_max_at_most", "rate", "direction"} & set(self.told)
        self.need(shown <= set(told), "more is told than this way shows")
        json_values.keys(self.proof, f"{self.where}.proof", *proof)

    @property
    def scale(self) -> Fraction:
        """The bound of λ_max(K) that is told, at most 1; 1 if none is."""
        scale = rational(self.told.get("lambda_max_at_most", "1"), self.where)
        self.need(0 <= scale <= 1, "λ_max is from 0 to 1")
        return scale

    def vector(self, value: Any) -> list[Fraction]:
        """Return a direction of states: a rational for each neuron."""
        return json_values.rationals(value, self.beside.flow.size, self.where)
