"""Facts: claims that a theorem has accepted. Only the functions in ``theorems/`` make them; a test sees to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hopverify.kernel import claims, json_values
from hopverify.kernel.claims import Claim
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.numbers import Rejected, need, shown


@dataclass(frozen=True, eq=False)
class Fact:
    """What is proved of a core."""

    core: Core
    claim: Claim


@dataclass(frozen=True, eq=False)
class Case:
    """What a theorem looks at: the core, the claim, and the proof's object without its key ``by``.

    ``accept`` returns the fact that a premise shows, of whatever core it names.
    """

    core: Core
    claim: Claim
    proof: Mapping[str, Any]
    where: str
    accept: Callable[[Any, str], Fact]

    def need(self, holds: bool, why: str) -> None:
        """Refuse the proof unless a condition of the theorem holds."""
        need(holds, self.where, why)

    def keys(self, *required: str, optional: tuple[str, ...] = ()) -> None:
        """Refuse a proof with other keys than these."""
        json_values.keys(self.proof, f"{self.where}.proof", *required, optional=optional)

    def premises(self, *wanted: tuple[str, Mapping[str, Any]], first: int = 0) -> None:
        """Refuse the proof unless its premises, from the first, show these claims, with these fields, and no others."""
        listed = json_values.listed(self.proof.get("premises", []), f"{self.where}.premises")
        for position, (name, fields) in enumerate(wanted, start=first):
            sentence = claims.FORMS[name].sentence.split("{")[0]
            self.need(position < len(listed), f"the proof lacks a premise: {sentence}…")
            fact = self.accept(listed[position], f"{self.where}.premises[{position}]")
            self.need(
                fact.core is self.core and fact.claim.says(name, **fields),
                f"premise {position} is another one than needed: {sentence}…",
            )
        self.need(len(listed) == first + len(wanted), "there are more premises than needed")

    @property
    def layer(self) -> Layer:
        """The layer that the claim names."""
        return layer_of(self.core, self.claim["layer"], self.where)


def layer_of(core: Core, name: Any, where: str) -> Layer:
    """Return a layer of a flow by its name; unless a layer has the name, ``residual`` is that with the Lagrangian φ."""
    for layer in core.layers:
        if isinstance(layer, Layer) and layer.name == name:
            return layer
    if core.residual is not None and name == core.residual.name:
        return core.residual
    raise Rejected(f"{where}: no layer with a flow is called {shown(name)}")
