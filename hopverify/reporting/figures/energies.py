"""The energies of a family along a line through two states: one flow, and as many functions that fall along it."""

from __future__ import annotations

from io import StringIO

from hopverify.repairs.curves import Curves
from hopverify.reporting.figures import require_matplotlib, style
from hopverify.reporting.plain import plain
from hopverify.reporting.wording import vector

WIDTH, HEIGHT = 7.2, 4.4
SHOWN = 4


def energies(curves: Curves, title: str) -> str:
    """Return the figure as the text of an SVG; the same curves give the same text."""
    require_matplotlib()
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"svg.hashsalt": "hopverify", "svg.fonttype": "none", "font.size": 9}):
        canvas = Figure(figsize=(WIDTH, HEIGHT), layout="constrained")
        axes = canvas.add_subplot()
        for number, (label, values) in enumerate(curves.members):
            axes.plot(curves.places, values, **style(number), label=plain(label), linewidth=1.4)
        for place, name in ((0.0, "y₀"), (1.0, "y₁")):
            axes.axvline(place, color="0.7", linewidth=0.8)
            axes.text(place, 1.01, name, transform=axes.get_xaxis_transform(), ha="center", fontsize=8)
        axes.set_title(plain(title), pad=18)
        axes.set(xlabel=f"t in y(t) = y₀ + t (y₁ - y₀), y₀ = {_state(curves.first)}, y₁ = {_state(curves.second)}")
        axes.set(ylabel="V(y(t)) - V(y₀)")
        axes.legend(fontsize=8)
        stream = StringIO()
        canvas.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


def _state(values: tuple[float, ...]) -> str:
    return vector([f"{value:.3g}" for value in values[:SHOWN]]) if len(values) <= SHOWN else f"({values[0]:.3g}, …)"
