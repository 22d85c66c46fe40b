"""The phase portrait on a two-dimensional slice of states."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from hopverify.reporting.figures import COLOURS, literal
from hopverify.reporting.figures.drawing import Figure, Picture
from hopverify.reporting.figures.marks import INK, frame, in_words, legend, put_cells, put_marks, short, where

if TYPE_CHECKING:
    from hopverify.certificate import Certificate
    from hopverify.networks import Model
    from hopverify.picturing.portrait import Portrait
    from hopverify.spec import ModelSpec

SIZE = (4.8, 4.6)
STREAM, NULLCLINES = COLOURS[0], (COLOURS[1], COLOURS[2])
LINE = 0.9
LIGHTEST, DARKEST = 0.90, 0.70


def _picture(spec: ModelSpec, model: Model, certificate: Certificate) -> Picture | None:
    from hopverify.picturing.portrait import portrait_of

    found = portrait_of(model, certificate)
    if found is None:
        return None
    checks = ("basin_cells",) if found.cells else ()
    return Picture(SIZE, partial(_put, found), _alternative(spec.name, found), _caption(found), checks=checks)


def _put(portrait: Portrait, figure: Any) -> None:
    axes = figure.add_subplot()
    handles: dict[str, Any] = {}
    _shade(axes, portrait, handles)
    put_cells(axes, portrait.cells, handles)
    _stream(axes, portrait, handles)
    if portrait.nullclines:
        _nullclines(axes, portrait, handles)
    put_marks(axes, portrait.view, handles)
    frame(axes, portrait.view)
    legend(figure, handles)


def _shade(axes: Any, portrait: Portrait, handles: dict[str, Any]) -> None:
    """Shade where neurons are dead, the darker the more of them are."""
    from matplotlib.patches import Patch

    count = len(portrait.shades)
    if not count:
        return
    greys = [str(LIGHTEST - (LIGHTEST - DARKEST) * k / max(1, count - 1)) for k in range(count)]
    levels = [*(level for level, _ in portrait.shades), float("inf")]
    for (lower, upper), grey in zip(pairwise(levels), greys, strict=True):
        inside = (portrait.dead > lower) & (portrait.dead <= upper)
        axes.contourf(portrait.s, portrait.t, inside, levels=[0.5, 1.5], colors=[grey], zorder=1)
    for (_, words), grey in zip(portrait.shades, greys, strict=True):
        handles[words] = Patch(facecolor=grey, edgecolor=INK, linewidth=0.4)


def _stream(axes: Any, portrait: Portrait, handles: dict[str, Any]) -> None:
    """Draw all lines of the flow as one path, with gaps, and an arrow on each."""
    gap = (float("nan"), float("nan"))
    points = [point for stream in portrait.streams for point in (*stream.line, gap)]
    s, t = zip(*points, strict=True) if points else ((), ())
    handles["flow"] = axes.plot(s, t, color=STREAM, linewidth=LINE, zorder=3)[0]
    for stream in portrait.streams:
        tail, head = stream.arrow
        look = {"arrowstyle": "-|>,head_length=0.45,head_width=0.22", "color": STREAM, "linewidth": LINE}
        axes.annotate("", head, tail, arrowprops={**look, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 9}, zorder=3)


def _nullclines(axes: Any, portrait: Portrait, handles: dict[str, Any]) -> None:
    from matplotlib.lines import Line2D

    names = (portrait.view.plane.horizontal, portrait.view.plane.vertical)
    for rate, colour, dashes, name in zip(portrait.flow, NULLCLINES, ("--", "-."), names, strict=True):
        if rate.min() < 0 < rate.max():
            axes.contour(portrait.s, portrait.t, rate, levels=[0.0], colors=colour, linestyles=dashes, linewidths=1.3)
            handles[literal(short(f"{name} at rest", 40))] = Line2D(
                [], [], color=colour, linestyle=dashes, linewidth=1.3
            )


def _alternative(name: str, found: Portrait) -> str:
    said = [f"Flow of {name} {where(found.view)}."]
    if found.view.plane.kind != "whole":
        said.append("Only the part of the velocity along the slice is shown.")
    if found.shades:
        words = ", ".join(words for _, words in found.shades)
        said.append(f"Shaded: {words}; {found.dead_share:.0%} of the picture has dead neurons.")
    else:
        said.append("No neuron is dead in the picture.")
    if found.cells:
        count = len(found.cells)
        said.append(f"{count:,} certified basin cell{' is' if count == 1 else 's are'} outlined.")
    return " ".join([*said, in_words(found.view)])


def _caption(found: Portrait) -> str:
    said = f"The flow {where(found.view)}."
    if found.view.plane.kind != "whole":
        said += " Solutions leave the slice: shown is the part of the velocity along it."
    if found.shades:
        said += " Grey is where neurons are dead: the energy does not see them, the flow does."
    if found.cells:
        said += " Every solution that starts in an outlined cell tends to the one equilibrium in it."
    return said


FIGURE = Figure(
    name="portrait",
    title="Phase portrait",
    checks=("equilibria", "flat_region_stability", "global_stability", "memory_retrieval", "energy_descent"),
    order=20,
    picture=_picture,
)
