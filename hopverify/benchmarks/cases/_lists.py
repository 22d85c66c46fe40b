"""Lists of all equilibria: the search for one with its proof, and the kernel's check of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from hopverify.benchmarks import Counts
from hopverify.core import core_of
from hopverify.kernel.check import accept
from hopverify.networks import Model
from hopverify.numerics.equilibrium_list import equilibrium_list


class WithModel(Protocol):
    """A problem that has a model."""

    @property
    def model(self) -> Model:
        """The model whose equilibria are sought."""


def _found(given: WithModel) -> tuple[dict[str, Any], dict[str, Any]]:
    found = equilibrium_list(given.model, None, lambda boxes: True)
    assert found is not None
    assert found[0]["claim"] == "equilibria"
    return found


def searching(given: WithModel) -> Callable[[], Counts]:
    """Return the search, which counts nodes of the tree and equilibria."""

    def work() -> Counts:
        claim, proof = _found(given)
        return {"nodes": len(proof["nodes"]), "equilibria": len(claim["equilibria"])}

    return work


def checking(given: WithModel) -> Callable[[], None]:
    """Return the check of the claim that the search finds."""
    claim, proof = _found(given)
    core = core_of(given.model)

    def work() -> None:
        accept(core, {"claim": claim, "proof": proof})

    return work
