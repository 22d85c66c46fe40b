"""The specs of the project, each read once for all tests that only look at it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from hopverify.spec import ModelSpec, read_spec

SPECS = Path(__file__).parents[1] / "specs"


@cache
def spec_at(path: Path) -> ModelSpec:
    """Return the spec in a file."""
    return read_spec(path)
