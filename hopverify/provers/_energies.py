"""The energy at each equilibrium of a list: exactly where it is known to be rational, otherwise enclosed with room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from hopverify.certificate import Evidence
from hopverify.errors import HopverifyError
from hopverify.expr.balls import BALLS, ball, precision
from hopverify.expr.evaluate import Arithmetic, Value
from hopverify.expr.exact import EXACT
from hopverify.networks import AlteredSystem, Model, altered_system
from hopverify.obligations import Search
from hopverify.provers._verified import accepts

MAX_WORK = 20_000_000
"""Of more equilibria of larger networks no energy is told: each is verified once more for it."""
ROOM = Fraction(1, 2**44)
"""An enclosure reaches so far beyond what is found, relatively: balls of other hands may know a little less."""


def with_energies(search: Search, stability: Evidence) -> Evidence:
    """Return evidence of the stability of equilibria with the energy at each, where the kernel sees it, too.

    Those on continua are no part of a list of some equilibria, and so are tried with the whole one.
    """
    rows, model = stability["claim"]["equilibria"], search.model
    if model.uncertain or not _has_energy(model) or len(rows) * search.neurons.size**3 > MAX_WORK:
        return stability
    isolated = [row for row in rows if "dimension" not in row]
    for ways in ((_exact, _enclosed), (_enclosed,)):
        found = [next(filter(None, (way(search, row["x"]) for way in ways)), None) for row in rows]
        told = [row if energy is None else {**row, "energy": energy} for row, energy in zip(rows, found, strict=True)]
        claim = {**stability["claim"], "equilibria": told}
        tried = [row for row in told if "dimension" not in row]
        whole = {"claim": claim, "proof": stability["proof"]}
        if accepts(model, _undecided(tried)) and (len(isolated) == len(rows) or accepts(model, whole)):
            return {**stability, "claim": claim}
    return stability


def _has_energy(model: Model) -> bool:
    """Whether E is one to speak of: that of an altered system is V, and no E descends there."""
    if isinstance(altered_system(model), AlteredSystem):
        return False
    return model.has_known_energy


def _undecided(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the claim of some rows without what is told of their stability."""
    entries = [{"x": row["x"]} for row in rows]
    some = {"claim": {"claim": "some equilibria", "equilibria": entries}, "proof": {"by": "boxes"}}
    told = [{key: row[key] for key in ("x", "alive", "at_kink", "energy") if key in row} for row in rows]
    claim = {"claim": "stability", "all": False, "equilibria": [{**row, "stability": "undecided"} for row in told]}
    return {"claim": claim, "proof": {"by": "each", "premises": [some], "proofs": [None] * len(rows)}}


def _exact(search: Search, x: Sequence[Any]) -> str | None:
    if not all(isinstance(each, str) for each in x):
        return None
    try:
        return str(_energy(search, np.array([Fraction(each) for each in x], dtype=object), EXACT))
    except (HopverifyError, ZeroDivisionError):
        return None


def _enclosed(search: Search, x: Sequence[Any]) -> list[str] | None:
    ends = [each if isinstance(each, list) else [each, each] for each in x]
    with precision():
        states = [ball(Fraction(low)).union(ball(Fraction(high))) for low, high in ends]
        try:
            found = _energy(search, np.array(states, dtype=object), BALLS)
        except (HopverifyError, ZeroDivisionError):
            return None
        if not found.is_finite():
            return None
        middle, radius = (Fraction(float(each)) for each in (found.mid(), found.rad()))
    room = 4 * radius + ROOM * (1 + abs(middle))
    unit = Fraction(1, 2 ** max(0, (room.denominator // max(room.numerator, 1)).bit_length() + 3))
    return [str((middle - room) // unit * unit), str(-(-(middle + room) // unit) * unit)]


def _energy(search: Search, x: Value, a: Arithmetic) -> Any:
    """Return E of a state of all neurons."""
    model, states, gamma = search.model, dict[str, Any](), dict[str, Any]()
    for layer, neurons in search.neurons.places():
        states[layer.name] = x[neurons]
        gamma[layer.name] = layer.function.activate(x[neurons], a)
    return model.energy_of(states, gamma, a)
