"""How equilibria, patterns, ghosts, cells and hatching look, in every figure of a slice, and their legend."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from hopverify.reporting.counting import counted
from hopverify.reporting.figures import COLOURS, literal

if TYPE_CHECKING:
    from hopverify.picturing.regions import Region
    from hopverify.picturing.views import Mark, View

INK, PAPER, GHOST, CELL = "#1a1a1a", "#ffffff", COLOURS[1], COLOURS[3]
# The filled disc, the ring and the cross differ in shape as well: colour says nothing here.
LOOKS = {
    "stable": {"marker": "o", "markerfacecolor": INK, "markeredgecolor": PAPER},
    "unstable": {"marker": "o", "markerfacecolor": PAPER, "markeredgecolor": INK},
    "undecided": {"marker": "X", "markerfacecolor": PAPER, "markeredgecolor": INK},
    "stored": {"marker": "*", "markerfacecolor": COLOURS[5], "markeredgecolor": INK},
    "reached": {"marker": "D", "markerfacecolor": COLOURS[5], "markeredgecolor": INK},
}
WORDS = {
    "stable": "stable equilibrium",
    "unstable": "unstable equilibrium",
    "undecided": "equilibrium, stability undecided",
    "stored": "stored pattern",
    "reached": "where the flow leads (not certified)",
}
SIZES = {"stored": 9.5, "reached": 6.5}
SMALL, NAMED, LONGEST, CROWD = 8, 12, 24, 0.12


def frame(axes: Any, view: View) -> None:
    """Set the window, the names of the axes, and equal scales for a plane of states."""
    left, right, bottom, top = view.window
    axes.set(xlim=(left, right), ylim=(bottom, top))
    axes.set_xlabel(f"{literal(short(view.plane.horizontal, 48))}\n(unit of the state)")
    axes.set_ylabel(f"{literal(short(view.plane.vertical, 40))}\n(unit of the state)")
    if view.plane.kind == "plane":
        axes.set_box_aspect(1)


def short(text: str, longest: int = LONGEST) -> str:
    """Return a text that fits, with an ellipsis where it does not.

    >>> short("abcdef", 4)
    'abc…'
    """
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def put_marks(axes: Any, view: View, handles: dict[str, Any]) -> None:
    """Mark equilibria with their numbers and patterns with their names; ``handles`` gets what the legend shows."""
    for mark in view.marks:
        (drawn,) = axes.plot(*mark.at, linestyle="none", markersize=SIZES.get(mark.kind, 7.5), **LOOKS[mark.kind])
        drawn.set(zorder=6, clip_on=False)
        handles.setdefault(WORDS[mark.kind], drawn)
    for number, mark in enumerate(view.marks[:NAMED]):
        crowded = any(_is_near(view, mark.at, other.at) for other in view.marks[:number])
        place = {"xytext": (-6, -11), "ha": "right"} if crowded else {"xytext": (6, 5), "ha": "left"}
        label = axes.annotate(literal(short(mark.label)), mark.at, textcoords="offset points", **place)
        label.set(zorder=7, fontsize=SMALL, color=INK, path_effects=halo())


def _is_near(view: View, first: tuple[float, float], second: tuple[float, float]) -> bool:
    left, right, bottom, top = view.window
    return abs(first[0] - second[0]) < CROWD * (right - left) and abs(first[1] - second[1]) < CROWD * (top - bottom)


def halo() -> list[Any]:
    """Return the white outline that keeps a letter legible on any ground."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=2.2, foreground=PAPER)]


def put_ghosts(axes: Any, ghosts: Sequence[Region], handles: dict[str, Any]) -> None:
    """Outline ghost regions, and mark the middle of each."""
    for ghost in ghosts:
        _outline(axes, ghost.corners, GHOST, "--")
        (drawn,) = axes.plot(*ghost.middle, linestyle="none", marker="^", markersize=7.5, markerfacecolor=GHOST)
        drawn.set(markeredgecolor=PAPER, zorder=5)
        handles.setdefault("ghost: flat, but not at rest", drawn)


def put_cells(axes: Any, cells: Sequence[Region], handles: dict[str, Any]) -> None:
    """Outline certified basin cells."""
    for cell in cells:
        axes.fill(*zip(*cell.corners, strict=True), facecolor=CELL, alpha=0.2, zorder=2)
        _outline(axes, cell.corners, CELL, "-")
    if cells:
        from matplotlib.colors import to_rgb
        from matplotlib.patches import Patch

        handles["certified basin cell"] = Patch(facecolor=(*to_rgb(CELL), 0.2), edgecolor=CELL, linewidth=1.5)


def _outline(axes: Any, corners: Sequence[tuple[float, float]], colour: str, dashes: str) -> None:
    if len(corners) > 1:
        s, t = zip(*corners, corners[0], strict=True)
        axes.plot(s, t, color=colour, linestyle=dashes, linewidth=1.8, zorder=4)


def legend(figure: Any, handles: dict[str, Any], *, columns: int = 2, letters: float = SMALL) -> None:
    """Put the legend below the figure."""
    if handles:
        below = {"loc": "outside lower center", "ncols": columns, "fontsize": letters}
        shown = figure.legend(handles.values(), handles.keys(), **below)
        shown.set_frame_on(False)


def in_words(view: View) -> str:
    """Return which states are marked, as a sentence or two.

    Used by alternative texts, so numbers are rounded.
    """
    counts = {kind: sum(mark.kind == kind for mark in view.marks) for kind in WORDS}
    said = [_counted(count, kind) for kind, count in counts.items() if count]
    if not said:
        return "No equilibrium is marked."
    marked = f"Marked: {', '.join(said)}."
    places = "; ".join(_place(mark) for mark in view.marks[:NAMED])
    more = f" Outside this slice lie {view.elsewhere:,} more." if view.elsewhere else ""
    return f"{marked} {places}.{more}"


def _place(mark: Mark) -> str:
    source = f" from {mark.source}" if mark.source else ""
    return f"{mark.label} at {point(mark.at)}, {mark.kind}{source}"


def _counted(count: int, kind: str) -> str:
    noun = WORDS[kind]
    if kind == "reached":
        return f"{counted(count, 'place')} {noun}"
    return counted(count, noun, noun.replace("equilibrium", "equilibria").replace("pattern", "patterns"))


def point(at: Iterable[float]) -> str:
    """Return coordinates, rounded.

    >>> point((0.5, -1.0))
    '(0.5, -1)'
    """
    return f"({', '.join(f'{value:.3g}' for value in at)})"


def where(view: View) -> str:
    """Return on which slice a picture is, as the end of a sentence."""
    plane = view.plane
    axes = f"{plane.horizontal} and {plane.vertical}"
    if plane.kind == "whole":
        return f"over all states ({axes})"
    return f"over the {axes}, {plane.held}" if plane.kind == "neurons" else f"on a plane of states ({axes})"
