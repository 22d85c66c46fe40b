"""What a statement is, and what those about flows share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hopverify.exporting.refusal import NotExported
from hopverify.kernel.core import Core, Layer

COMPUTED = "vm_compute; reflexivity"
COMPUTED_ONCE = "vm_cast_no_check (eq_refl true)"
"""The same, computed at the end of the proof alone."""


@dataclass(frozen=True)
class Statement:
    """A statement with its proof, and a name that may be taken."""

    name: str
    text: str
    proof: str


def flow_layers(core: Core) -> list[Layer]:
    """Return the layers of a flow; spins follow none."""
    layers = [layer for layer in core.layers if isinstance(layer, Layer)]
    if len(layers) != len(core.layers):
        raise NotExported("spins follow no flow; the theorem is about flows")
    return layers


def each_by(lemmas: Iterable[str], relation: str = "Forall2") -> list[str]:
    """Return the steps that prove a relation of lists, the one entry after the other."""
    steps = [f"apply List.{relation}_cons; [exact {lemma}|]." for lemma in lemmas]
    return [*steps, f"apply List.{relation}_nil."]
