"""Certified step sizes in words: the longest certified step, α of each layer, and how much longer ones may be."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from hopverify.reporting.wording import number, state

Values = Mapping[str, Any]


def step_sizes_in_words(data: Values | None) -> list[str]:
    """Return lines about the certified step that a claim's data tell; none where they tell none."""
    if data is None or "certified_step" not in data:
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
    """Return α = h/τ of each layer where it is not h itself."""
    told = [
        f"{layer} {number(low)}" if low == high else f"{layer} {number(low)} to {number(high)}"
        for layer, (low, high) in alpha.items()
    ]
    return f"; α = h/τ: {', '.join(told)}"
