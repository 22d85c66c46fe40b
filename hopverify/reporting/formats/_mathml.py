"""Formulas as MathML, by latex2mathml, of which only elements and attributes that cannot do anything are kept."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

from hopverify.reporting.document import Math
from hopverify.reporting.plain import plain

_ELEMENTS = {"math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mstyle", "mpadded", "mphantom", "mfrac", "msqrt"}
_ELEMENTS |= {"mroot", "msup", "msub", "msubsup", "munder", "mover", "munderover", "mtable", "mtr", "mtd"}
_ATTRIBUTES = {"accent", "accentunder", "columnalign", "columnspacing", "depth", "display", "displaystyle", "fence"}
_ATTRIBUTES |= {"form", "height", "largeop", "linethickness", "lspace", "mathvariant", "maxsize", "minsize", "rspace"}
_ATTRIBUTES |= {"movablelimits", "rowspacing", "scriptlevel", "separator", "stretchy", "symmetric", "width", "xmlns"}
# Dots, hats and bars stand close above their letter.
_ACCENTS = {"\u02d9", "\u00a8", "\u02c6", "\u02dc", "\u00af", "^", "~"}
# latex2mathml hands out characters as references, which its own output leaves as they are.
_REFERENCE = re.compile(r"&#x([0-9A-Fa-f]{1,6});")


def mathml(formula: Math, *, displayed: bool) -> str:
    """Return a formula as MathML text; empty where it is empty, or cannot be written as MathML."""
    from latex2mathml.converter import Converter

    if not formula.latex.strip():
        return ""
    try:
        root = Converter(display="block" if displayed else "inline").convert_to_element(formula.latex)
        _clean(root)
    # Whatever a formula that is no LaTeX makes it raise: its plain text takes the place.
    except Exception:
        return ""
    root.set("alttext", plain(formula.text))
    return ElementTree.tostring(root, encoding="unicode")


def _clean(element: Any) -> None:
    """Leave known elements and attributes, with text that XML can hold; raise ValueError for others."""
    for each in element.iter():
        if each.tag not in _ELEMENTS:
            raise ValueError(f"no element of MathML that is written here: {each.tag}")
        for name in list(each.attrib):
            if name not in _ATTRIBUTES:
                del each.attrib[name]
        each.text, each.tail = _text(each.text), _text(each.tail)
        if each.tag == "mover" and len(each) == 2 and _text(each[1].text) in _ACCENTS:
            each.set("accent", "true")


def _text(text: str | None) -> str | None:
    """Return text with its references resolved, and without control characters."""
    if text is None:
        return None
    return _REFERENCE.sub(lambda found: plain(chr(min(int(found[1], 16), 0x10FFFF))), plain(text))
