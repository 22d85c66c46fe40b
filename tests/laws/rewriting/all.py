"""All rewritings by name, and what a rewriting may change: which checks concern the model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.laws.rewriting import units, words
from tests.laws.rewriting.coordinates import permutation, rotation, signs, turning
from tests.laws.rewriting.tree import Rewritten, Tree


@dataclass(frozen=True)
class Rewriting:
    """``rewrite`` returns None where it does not concern a model.

    ``keeps_structure`` says that a check concerns the rewritten model exactly if it concerns the given one: a theorem
    may ask for a leak of 1, for one synapse, or for a Lagrangian that it knows by name.
    """

    rewrite: Callable[[Tree, Any, Random], Rewritten | None]
    keeps_structure: bool = True


REWRITINGS: dict[str, Rewriting] = {
    "neurons in another order": Rewriting(turning(permutation)),
    "signs of neurons changed": Rewriting(turning(signs)),
    "layers rotated": Rewriting(turning(rotation), keeps_structure=False),
    "other units of time": Rewriting(units.of_time),
    "other units of energy": Rewriting(units.of_energy, keeps_structure=False),
    "other units of states": Rewriting(units.of_states, keeps_structure=False),
    "other names": Rewriting(words.names),
    "another order in the file": Rewriting(words.order),
    "a synapse in two parts": Rewriting(words.halves, keeps_structure=False),
    "Lagrangians as formulas": Rewriting(words.formulas, keeps_structure=False),
}
