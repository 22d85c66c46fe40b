"""Figures: one a file, drawn by matplotlib as SVG text. matplotlib is an extra, imported only where one is drawn."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from importlib.util import find_spec
from io import StringIO
from typing import Any

from hopverify.errors import HopverifyError
from hopverify.extras import to_install
from hopverify.reporting.figures.drawing import Drawing, drawings_of
from hopverify.reporting.plain import plain

__all__ = ["COLOURS", "Drawing", "drawings_of", "has_matplotlib", "literal", "require_matplotlib", "style", "svg"]

# Okabe and Ito's colours, told apart by people with any colour vision; the yellow of the eight is too pale for lines.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
DASHES = ("-", "--", "-.", ":")

_STYLE = {"svg.hashsalt": "hopverify", "svg.fonttype": "none", "font.size": 9, "hatch.linewidth": 0.7}


def has_matplotlib() -> bool:
    """Whether there is something to draw with."""
    return find_spec("matplotlib") is not None


def require_matplotlib(extra: str = "figures") -> None:
    """Raise an error that says what to do, if there is no matplotlib; ``extra`` is what brings it."""
    if not has_matplotlib():
        raise HopverifyError(f"the figure needs matplotlib: {to_install(extra)}, or give --no-figure")


def style(number: int) -> dict[str, Any]:
    """Return colour and dashes of the line of that number; 28 differ."""
    return {"color": COLOURS[number % len(COLOURS)], "linestyle": DASHES[number // len(COLOURS) % len(DASHES)]}


def literal(text: str) -> str:
    """Return a text that matplotlib does not take for mathematics, and that XML can hold.

    >>> literal("cost in $")
    'cost in \\\\$'
    """
    return plain(text).replace("$", r"\$")


def svg(draw: Callable[[Any], None], *, size: tuple[float, float], title: str, description: str) -> str:
    """Return the SVG text of what ``draw`` puts on an empty figure of a size in inches; equal figures, equal texts.

    Title and description are the alternative text, for those who do not see the figure.
    """
    require_matplotlib()
    import matplotlib
    from matplotlib.figure import Figure

    stream = StringIO()
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=size, layout="constrained")
        draw(figure)
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    lines = (line.rstrip() for line in stream.getvalue().splitlines())
    head, mark, body = ("\n".join(lines) + "\n").partition("<svg ")
    opening, end, inside = body.partition(">")
    named = 'role="img" aria-labelledby="title desc" '
    said = f'<title id="title">{escape(plain(title))}</title>\n <desc id="desc">{escape(plain(description))}</desc>'
    return f"{head}{mark}{named}{opening}{end}\n {said}{inside}"
