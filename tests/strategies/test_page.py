"""The page docs/testing.md names every strategy and all of its arguments."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from hopverify import strategies

PAGE = (Path(__file__).parents[2] / "docs" / "testing.md").read_text(encoding="utf-8")
SECTION = "\n" + PAGE.partition("\n## Strategies\n")[2].partition("\n## ")[0]
STRATEGIES = sorted(name for name in strategies.__all__ if name not in ("FlatSegment", "spelled"))


def test_every_strategy_has_its_row() -> None:
    assert re.findall(r"^\| `(\w+)\(", SECTION, re.MULTILINE) == [
        "specs",
        "models",
        "lagrangians",
        "weights",
        "states",
        "dead_states",
        "patterns",
        "regions",
        "certificates",
    ]


@pytest.mark.parametrize("name", [name for name in STRATEGIES if name != "models"])
def test_every_argument_is_named(name: str) -> None:
    (row,) = re.findall(rf"^\| `{name}\(.*$", SECTION, re.MULTILINE)
    arguments = set(inspect.signature(getattr(strategies, name)).parameters) - {"model", "dyadic"}
    assert arguments == set(re.findall(r"`(\w+)`", row.split("|")[3]))
