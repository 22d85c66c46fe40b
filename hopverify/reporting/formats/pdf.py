"""PDF, set by Typst: an appendix that one could submit. Equal documents give equal files, byte for byte.

The template reads the document as JSON, so that no word of it is ever taken for Typst. Formulas are drawn as SVG. Fonts
are those that the wheels of typst and ziafont bring; the file is then PDF/UA-1, which a screen reader can follow. A
character that these fonts have not is looked for among those of the machine, and the file claims no more than PDF.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hopverify.reporting.document import Document, Link, Math
from hopverify.reporting.formats import Format, Rendered
from hopverify.reporting.formats._addresses import allowed
from hopverify.reporting.report import Report

TEMPLATE = Path(__file__).parent / "templates" / "report.typ"
# Sizes in points: among words, and displayed.
_INLINE, _DISPLAYED = 10.0, 11.0


def render(document: Document, report: Report, name: str | None) -> Rendered:
    """Return the document as PDF."""
    import typst
    import ziafont

    options: dict[str, Any] = {
        "sys_inputs": {"report": json.dumps(_value(document), ensure_ascii=False)},
        "font_paths": [Path(ziafont.__file__).parent / "fonts"],
    }
    try:
        return Rendered(typst.compile(TEMPLATE, ignore_system_fonts=True, pdf_standards=["ua-1"], **options))
    except typst.TypstError:
        return Rendered(typst.compile(TEMPLATE, **options))


def _value(value: Any, *, displayed: bool = True) -> Any:
    """Return what stands for a value of the document in JSON: a kind, and its fields."""
    if isinstance(value, Math):
        return {"kind": "math", "text": value.text} | _drawn(value.latex, displayed)
    if isinstance(value, Link) and not allowed(value.target):
        return _value(value.text)
    if is_dataclass(value) and not isinstance(value, type):
        return {"kind": type(value).__name__.lower()} | {
            field.name: _field(field.name, getattr(value, field.name), displayed) for field in fields(value)
        }
    return sorted(value) if isinstance(value, frozenset) else value


def _field(name: str, value: Any, displayed: bool) -> Any:
    if name == "words":
        return _words(value)
    if name == "address":
        return allowed(value)
    if name == "items":
        return [{"words": _words(words)} for words in value]
    if name == "rows":
        return [[{"words": _words(words)} for words in row] for row in value]
    if name == "pairs":
        return [{"name": key, "words": _words(words)} for key, words in value]
    if name == "digests":
        return [{"name": key, "digest": digest} for key, digest in value]
    if isinstance(value, tuple):
        return [_value(part, displayed=displayed) for part in value]
    return _value(value, displayed=displayed)


def _words(words: Any) -> list[Any]:
    made = (_value(part, displayed=False) for part in words)
    return [{"kind": "text", "text": part} if isinstance(part, str) else part for part in made]


@cache
def _drawn(latex: str, displayed: bool) -> dict[str, Any]:
    """Return a formula as SVG, with its width and what of it is below the line; nothing where it cannot be drawn."""
    from ziamath import Latex

    try:
        formula = Latex(latex, size=_DISPLAYED if displayed else _INLINE, inline=not displayed, margin=0)
        (width, height), svg = formula.getsize(), formula.svg()
    except Exception:  # The library raises what its parts raise, AssertionError included; the formula's text is shown.
        return {}
    # A picture of nothing is no picture.
    if not (width > 0 and height > 0):
        return {}
    return {"svg": svg, "width": width, "height": height, "depth": -formula.getyofst()}


FORMAT = Format("pdf", ".pdf", "an appendix to submit, set by Typst", render, ("typst", "ziamath", "ziafont"))
