"""Terrain: an energy on a slice as colours and contours, hatched where it does not change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hopverify.reporting.figures.marks import INK, SMALL, frame, put_ghosts, put_marks

if TYPE_CHECKING:
    from hopverify.picturing.landscape import Landscape

# Contour lines are light and hatching is dark: in a valley they run side by side.
FIELD, LIGHTER, CONTOUR = "cividis", 0.3, (1.0, 1.0, 1.0, 0.45)
FLAT, TICKS = "+", 6
HATCHING = {"+": "++", "-": "--", "|": "||", "/": "//", "\\": "\\\\", ".": ".."}
IN_WORDS = {
    FLAT: "flat: constant in every direction",
    "-": "constant along the hatching",
    ".": "constant along one direction",
}


def put_terrain(axes: Any, landscape: Landscape, handles: dict[str, Any], *, named: bool = True) -> None:
    """Draw an energy with all that is marked on it, and its colour bar, which is ``named`` unless a title tells."""
    levels = landscape.levels
    colours = _colours(len(levels) - 1)
    field = axes.contourf(landscape.s, landscape.t, landscape.values, levels=levels, colors=colours)
    # The edges are the contour lines; they also close the seams that some viewers leave between areas.
    field.set(edgecolor=CONTOUR, linewidth=0.5)
    for hatch, mask in landscape.flat.items():
        _hatched(axes, landscape, mask, hatch, handles)
    put_ghosts(axes, landscape.ghosts, handles)
    put_marks(axes, landscape.view, handles)
    frame(axes, landscape.view)
    _bar(axes, field, landscape, named)


def _colours(count: int) -> list[tuple[float, ...]]:
    """Return colours from dark (low) to light (high), made lighter so that dark hatching shows on all of them."""
    from matplotlib import colormaps

    colours = [colormaps[FIELD]((k + 0.5) / count)[:3] for k in range(count)]
    return [tuple(part + (1 - part) * LIGHTER for part in colour) for colour in colours]


def _hatched(axes: Any, landscape: Landscape, mask: Any, hatch: str, handles: dict[str, Any]) -> None:
    from matplotlib.patches import Patch

    drawn = axes.contourf(landscape.s, landscape.t, mask, levels=[0.5, 1.5], colors="none", hatches=[HATCHING[hatch]])
    drawn.set(edgecolor=INK, linewidth=0.0)
    sign = hatch if hatch in IN_WORDS else "-"
    said = IN_WORDS[sign].replace("constant", f"{landscape.kind} constant")
    handles.setdefault(said, Patch(facecolor="none", edgecolor=INK, hatch=HATCHING[hatch], linewidth=0.5))


def _bar(axes: Any, field: Any, landscape: Landscape, named: bool) -> None:
    # Within the axes' own frame, the bar is as high as a square picture.
    bar = axes.figure.colorbar(field, cax=axes.inset_axes((1.03, 0.0, 0.04, 1.0)), spacing="uniform")
    inner = landscape.levels[1:-1]
    step = max(1, -(-len(inner) // TICKS))
    ticks = inner[::step]
    bar.set_ticks(ticks, labels=_labels(ticks), fontsize=SMALL)
    if named:
        bar.set_label(f"energy {landscape.kind} (no unit)")


def _labels(ticks: Sequence[float]) -> list[str]:
    """Return numbers with as few digits as tell them apart.

    >>> _labels([-0.0, 1.5]), _labels([1.9412, 1.9431])
    (['0', '1.5'], ['1.941', '1.943'])
    """
    for digits in range(3, 12):
        found = [f"{tick + 0.0:.{digits}g}" for tick in ticks]
        if len(set(found)) == len(ticks):
            break
    return found


def flat_in_words(landscape: Landscape) -> str:
    """Return where the energy does not change, as a sentence."""
    flat = landscape.share(FLAT)
    along = sum(landscape.share(hatch) for hatch in landscape.flat if hatch != FLAT)
    said = []
    if flat:
        said.append(f"flat (constant in every direction of the slice) in {flat:.0%} of the picture")
    if along:
        said.append(f"constant along one direction in {along:.0%}{'' if flat else ' of the picture'}")
    if not said:
        return f"Nowhere in the picture is {landscape.kind} flat."
    count = len(landscape.ghosts)
    ghosts = f" {count:,} ghost region{' is' if count == 1 else 's are'} marked there." if count else ""
    return f"{landscape.kind} is {' and '.join(said)}; this is hatched.{ghosts}"


def range_in_words(landscape: Landscape) -> str:
    """Return the values of the energy in the picture."""
    low, high = landscape.ends
    return f"{landscape.kind} runs from {low:.3g} (dark) to {high:.3g} (light)"
