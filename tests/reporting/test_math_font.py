"""The font that pages hold: whole, small, with its licence, and with a glyph for whatever formulas have."""

from __future__ import annotations

import re
import runpy
from base64 import b64encode
from html import unescape
from importlib.resources import files

import pytest

from hopverify.derivation import derive
from hopverify.networks import any_model
from hopverify.reporting.composing.equations import equations
from hopverify.reporting.document import Block, Equations, Folded, Math
from hopverify.reporting.formats import html
from hopverify.reporting.formats._mathml import mathml
from hopverify.spec import read_spec
from tests.cli.commands import ROOT

FONTS = files("hopverify.reporting.formats") / "fonts"


def formulas(blocks: tuple[Block, ...]) -> list[Math]:
    found: list[Math] = []
    for block in blocks:
        if isinstance(block, Folded):
            found += formulas(block.blocks)
        elif isinstance(block, Equations):
            found += [side for line in block.lines for side in (line.left, line.right)]
    return found


def test_the_font_lies_in_the_package_with_its_licence() -> None:
    font = (FONTS / html.FONT[1]).read_bytes()
    assert font.startswith(b"wOF2")
    assert len(font) < 32_000
    assert "SIL OPEN FONT LICENSE" in (FONTS / "OFL.txt").read_text(encoding="utf-8")
    rule = html.face_of(*html.FONT)
    assert b64encode(font).decode() in rule
    assert f'font-family: "{html.FONT[0]}"' in rule


@pytest.mark.parametrize("name", ["relu-two-neurons", "softmax-equilibria", "repaired/relu-pair-universal"])
def test_every_character_of_a_formula_has_a_glyph(name: str) -> None:
    known = runpy.run_path(str(ROOT / "docs" / "math_font.py"))["CHARACTERS"]
    blocks = equations(derive(any_model(read_spec(ROOT / "specs" / f"{name}.yaml"))))
    shown = [unescape(re.sub("<[^>]*>", "", mathml(each, displayed=True))) for each in formulas(blocks)]
    characters = {ord(character) for each in shown for character in each}
    assert ord("Σ") in characters or ord("∑") in characters
    assert {chr(each) for each in characters - known} == set()
