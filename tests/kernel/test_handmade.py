"""The certificates of docs/claims/, made by hand: accepted, and refused where a number is changed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from hopverify.kernel import reading
from hopverify.kernel.check import check
from hopverify.kernel.core import Core
from hopverify.kernel.numbers import Rejected

FOLDER = Path(__file__).parents[2] / "docs" / "claims"
NAMES = sorted(path.name.removesuffix(".claims.json") for path in FOLDER.glob("*.claims.json"))


def of(name: str) -> tuple[Core, str]:
    core, claims = (FOLDER / f"{name}.{part}.json" for part in ("core", "claims"))
    return reading.loads(core.read_text(encoding="utf-8")), claims.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_it_is_accepted(name: str) -> None:
    core, text = of(name)
    assert len(list(check(core, json.loads(text)))) == len(json.loads(text)["claims"])


@pytest.mark.parametrize("name", NAMES)
def test_it_is_about_this_core_alone(name: str) -> None:
    core, text = of(name)
    changed = json.loads(text) | {"core": "0" * 64}
    with pytest.raises(Rejected, match="another core"):
        list(check(core, changed))


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("relu-pair", '"-∞", "0"', '"-∞", "1"'),
        ("relu-pair", '"unbounded": true', '"unbounded": false'),
        ("relu-pair", '"-1", "-2"', '"-1", "-1"'),
        ("relu-pair", '{"claim": "convex", "layer": "x"}', '{"claim": "convex", "layer": "y"}'),
        ("one-way", '"values": ["1", "3"]', '"values": ["3", "1"]'),
        ("one-way", '"symmetriser": ["3", "1"]', '"symmetriser": ["1", "3"]'),
        ("one-way", '"apart": "1/2"', '"apart": "1"'),
        ("one-way", '"kind": "saturated"', '"kind": "alive"'),
        ("one-way", '"rate": "1/25"', '"rate": "1/20"'),
        ("double-well", '"curvature": "-1/4"', '"curvature": "-1/3"'),
        ("double-well", '"rate": "1/16"', '"rate": "1/8"'),
        ("softmax", '"curvature": "-2"', '"curvature": "-3"'),
        ("softmax", '"by": "growth"', '"by": "cells"'),
        ("bare", '"apart": "1/6"', '"apart": "1/2"'),
        ("bare", '"layer": "y"', '"layer": "x"'),
    ],
)
def test_what_is_changed_is_refused(name: str, before: str, after: str) -> None:
    core, text = of(name)
    flat = re.sub(r"\s+", " ", text.replace("\n", " "))
    assert flat.count(before) >= 1, flat
    with pytest.raises(Rejected):
        list(check(core, json.loads(flat.replace(before, after))))
