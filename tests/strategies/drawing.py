"""Draws of a fixed number of examples, always the same ones, for tests that ask what is among them."""

from __future__ import annotations

from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

Drawn = TypeVar("Drawn")

# Without the phase that explains failures: it traces every line, which makes small models slow.
FAST = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)
some = settings(max_examples=30, deadline=None, phases=FAST, suppress_health_check=[HealthCheck.too_slow])


def examples(strategy: st.SearchStrategy[Drawn], count: int = 60) -> list[Drawn]:
    """Return examples as a test would see them."""
    seen: list[Drawn] = []

    @settings(some, max_examples=count, phases=[Phase.generate], derandomize=True, database=None)
    @given(strategy)
    def collect(value: Any) -> None:
        seen.append(value)

    collect()
    return seen


def simplest(strategy: st.SearchStrategy[Drawn], condition: Any = lambda value: True) -> Drawn:
    """Return what a failure of the condition's opposite shrinks to."""
    return find(strategy, condition, settings=settings(some, max_examples=1000, database=None))
