"""Certified step sizes in words: the longest certified step, α of each layer, and how much longer ones may be."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from hopverify.reporting.wording import bound, number, state, states_meant

Values = Mapping[str, Any]


def step_sizes_in_words(data: Values | None) -> list[str]:
    """Return lines about the certified step that a claim's data tell.

    None where they tell none. The step may be shorter than the spec's.
    """
    if data is None or "up_to" not in data:
        return []
    step, energy = data["up_to"], data["energy"]
    if step is None:
        return [f"no Euler step x + hẋ raises {energy}{states_meant(data)}, however long it is"]
    said = [f"no Euler step x + hẋ up to h = {_step(step)} raises {energy}{states_meant(data)}{_shares(data['alpha'])}"]
    if "longer" not in data:
        return said
    longer = data["longer"]
    percent = int(100 * certified_share(data))
    rise, where = bound(longer["rise"]), state(longer["state"])
    said.append(f"a step of {_step(longer['step'])} raises it, by {rise} or more, at the state {where}")
    return [*said, f"so the certified step is at least {percent} % of the longest safe one"]


def certified_share(data: Values) -> Fraction:
    """Return how much of the longest safe step is certified, at least, where a longer one is known to raise it."""
    return Fraction(data["up_to"]) / Fraction(data["longer"]["step"])


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
