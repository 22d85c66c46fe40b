"""Certified step sizes in words: the longest certified step, α of each layer, and how much longer ones may be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from hopverify.reporting.wording import number, state

Values = Mapping[str, Any]


def step_sizes_in_words(data: Values | None, obligations: Iterable[Values]) -> list[str]:
    """Return lines about the certified step that a claim's data tell.

    None where they tell none, or where a premise of the theorem does not hold, or is not shown: then it certifies
    nothing. The form itself may be open: then it was shown for a shorter step than the spec's.
    """
    premises = [row for row in obligations if row["role"] == "premise" and "certified_step" not in row.get("data", {})]
    if data is None or "certified_step" not in data or any(row["outcome"] != "proved" for row in premises):
        return []
    step, energy = data["certified_step"], data["energy"]
    if step == "any":
        return [f"no Euler step x + hẋ raises {energy}, however long it is"]
    said = [f"no Euler step x + hẋ up to h = {_step(step)} raises {energy}{_shares(data['alpha'])}"]
    if "unsafe_step" not in data:
        return said
    longer = _step(data["unsafe_step"])
    where = state(data["unsafe_state"])
    percent = int(100 * Fraction(data["certified_share"]))
    said.append(f"a step of {longer} raises it, by {data['unsafe_rise']}, at the state {where}")
    return [*said, f"so the certified step is at least {percent} % of the longest safe one"]


def _step(text: str) -> str:
    """Return a length as it is, with its decimals where it is a fraction.

    >>> _step("2"), _step("2/3")
    ('2', '2/3 ≈ 0.6667')
    """
    return f"{number(text)} ≈ {float(Fraction(text)):.4g}" if "/" in text and "≈" not in number(text) else number(text)


def _shares(alpha: Mapping[str, list[str]]) -> str:
    """Return h/τ of each layer, in decimals."""
    told = [
        " to ".join(f"{float(Fraction(share)):.4g}" for share in dict.fromkeys(ends)) + f" in layer {layer}"
        for layer, ends in alpha.items()
    ]
    return f" (h/τ = {', '.join(told)})"
