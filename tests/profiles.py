"""How far tests go. Three profiles, each with its numbers of draws and its Hypothesis settings of the same name.

``default`` is for every run, ``long`` goes with the tests marked so (``pytest -m "long or not long"`` and ``-m long``
choose it), ``hunt`` takes hours. ``HYPOTHESIS_PROFILE`` names one whatever tests are chosen.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import Phase, settings

Value = TypeVar("Value")

VARIABLE = "HYPOTHESIS_PROFILE"

# What an example has in common with others that fail is told at most of the time that `find` takes; long runs tell it.
QUICK = tuple(phase for phase in Phase if phase is not Phase.explain)

settings.register_profile("default", max_examples=10, deadline=None, derandomize=True, phases=QUICK)
settings.register_profile("long", max_examples=60, deadline=None, derandomize=True)
settings.register_profile("hunt", max_examples=5000, deadline=None)


def choose(config: pytest.Config) -> None:
    """Choose the profile of a run, before test modules are imported."""
    os.environ.setdefault(VARIABLE, "default" if config.getoption("markexpr") == "not long" else "long")
    settings.load_profile(profile())


def profile() -> str:
    """Return the name of the profile."""
    return os.environ.get(VARIABLE, "default")


def by_profile(default: Value, long: Value, hunt: Value) -> Value:
    """Return what goes with the profile."""
    return {"default": default, "long": long, "hunt": hunt}[profile()]


def long(*values: Any) -> Any:
    """Return one more set of parameters of a test, for the long tests only."""
    return pytest.param(*values, marks=pytest.mark.long)


def in_turn(values: Iterable[Any], first: int = 0) -> list[Any]:
    """Return parameters of a test, single values or tuples: every second one by default, from the first or the next."""
    given = [value if isinstance(value, tuple) else (value,) for value in values]
    return [pytest.param(*each, marks=() if k % 2 == first % 2 else pytest.mark.long) for k, each in enumerate(given)]


def long_but(quick: Collection[str], paths: Iterable[Path]) -> list[Any]:
    """Return specs as parameters of a test, named by their stems: long ones but for those that are named quick."""
    return [pytest.param(path, id=path.stem, marks=() if path.stem in quick else pytest.mark.long) for path in paths]
