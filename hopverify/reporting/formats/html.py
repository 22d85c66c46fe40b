"""HTML: one file that needs nothing else. No request leaves it, and nothing that a spec says can run in it.

Jinja2 escapes every text; formulas are MathML of known elements; figures are images in ``data:`` addresses, where
nothing runs and no names clash. The policy in the head lets the browser run the one script below, and load nothing.
"""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import quote

from hopverify.reporting.document import Block, Document, Equations, Heading, Mark, Math, Paragraph, Words
from hopverify.reporting.formats import Format, Rendered
from hopverify.reporting.formats._addresses import allowed
from hopverify.reporting.formats._mathml import mathml
from hopverify.reporting.formats._pages import environment, face_of
from hopverify.reporting.report import Report

# In which formulas are set, whatever fonts a machine has: a subset of STIX Two Math (docs/math_font.py).
FONT = ("hopverify math", "math.woff2")
# So many characters of a formula and its remark fit on half of a page.
NARROW = 40
# What stays as it is in the address of a figure, beside letters and digits.
_UNQUOTED = " =:/;,()!$*@-_.~+?|"


def html(document: Document) -> str:
    """Return the document as an HTML page."""
    text: str = _environment().get_template("report.html.j2").render(document=document)
    return text.lstrip()


@cache
def _environment() -> Any:
    from markupsafe import Markup

    def formula(value: Math, *, displayed: bool = False) -> Any:
        written = mathml(value, displayed=displayed)
        return Markup(written) if written else value.text

    made = environment(("report.css",), "report.js", face=face_of(*FONT))
    made.filters |= {"kind": lambda value: type(value).__name__.lower(), "formula": formula}
    made.filters |= {"image": _image, "sign": _sign, "safe_target": allowed, "panels": _panels}
    return made


def _image(svg: str) -> str:
    """Return the address that holds a figure: a fifth shorter than in base64, and easier to compress."""
    return "data:image/svg+xml," + quote(svg, safe=_UNQUOTED)


def _sign(row: tuple[Words, ...]) -> str:
    """Return the sign of the verdict in a row of a table; empty where it has none."""
    return next((str(part.sign) for cell in row for part in cell if isinstance(part, Mark)), "")


def _panels(blocks: tuple[Block, ...]) -> list[list[list[Block]]]:
    """Return the blocks in rows of panels: short formulas under their headings stand side by side if there is room."""
    rows: list[list[list[Block]]] = []
    for position, block in enumerate(blocks):
        follows = blocks[position + 1] if position + 1 < len(blocks) else None
        starts = isinstance(block, Heading) and isinstance(follows, Equations) and _is_narrow(follows)
        is_panel = bool(rows) and _is_panel(rows[-1][-1])
        if starts and is_panel:
            rows[-1].append([block])
        elif starts or not rows or (is_panel and not isinstance(block, Equations | Paragraph)):
            rows.append([[block]])
        else:
            rows[-1][-1].append(block)
    return rows


def _is_panel(blocks: list[Block]) -> bool:
    if not isinstance(blocks[0], Heading) or len(blocks) == 1:
        return isinstance(blocks[0], Heading)
    return isinstance(blocks[1], Equations) and _is_narrow(blocks[1])


def _is_narrow(block: Equations) -> bool:
    return all(len(line.left.text + line.right.text + line.remark) <= NARROW for line in block.lines)


def _render(document: Document, report: Report, stem: str | None) -> Rendered:
    return Rendered(html(document).encode("utf-8"))


FORMAT = Format("html", ".html", "one self-contained page for a browser", _render, ("jinja2", "latex2mathml"))
