"""Reading states of spins from evidence, and telling them to the reader."""

from __future__ import annotations

from typing import Any

import numpy as np

from hopverify.checker.payload import index, shown, text_of
from hopverify.checker.spins.values import States, Values
from hopverify.errors import EvidenceRejected
from hopverify.expr.balls import BALLS, precision
from hopverify.expr.evaluate import Arithmetic
from hopverify.expr.exact import EXACT, NotRational
from hopverify.networks import SpinModel
from hopverify.networks.spins import LARGE, as_state

MOST_UPDATES = 100_000


def spins(value: Any, size: int) -> States:
    """Return the state that a text such as ``"+-+"`` spells."""
    if not isinstance(value, str) or len(value) != size or set(value) - {"+", "-"}:
        raise EvidenceRejected(f"expected a state as text of {size} signs + and -")
    return np.array([1 if sign == "+" else -1 for sign in value], dtype=np.int64)


def text(state: States) -> str:
    """Return a state as text."""
    return "".join("+" if entry > 0 else "-" for entry in state)


def told(model: SpinModel, state: States) -> dict[str, str]:
    """Return a state for the reader, layer by layer."""
    return {name: text(state[place]) for name, place in model.places.items()}


def energy_text(model: SpinModel, state: States) -> str:
    """Return the energy of a state for the reader, exactly where it is rational; empty for large models."""
    if model.size > LARGE:
        return ""
    try:
        return text_of(_energy(model, state, EXACT))
    except (NotRational, ZeroDivisionError):
        with precision():
            return shown(_energy(model, state, BALLS))


def _energy(model: SpinModel, state: States, a: Arithmetic) -> Any:
    return model.energy(as_state(state, a), a)


def flipped_in_order(values: Values, start: States, order: Any) -> States:
    """Return the state after neurons were set one after the other; refuse an order in which one keeps its state."""
    if not isinstance(order, list) or len(order) > MOST_UPDATES:
        raise EvidenceRejected(f"order: expected a list of at most {MOST_UPDATES} neurons")
    state = start.copy()
    for entry in order:
        i = index(entry, len(state))
        if values.keeping(state[None, :])[0, i] != -1:
            raise EvidenceRejected(f"order: neuron {i} is not certainly flipped")
        state[i] = -state[i]
    return state
