"""Certified retrieval radii of all stored patterns, and the patterns that have none."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from hopverify.reporting.figures import COLOURS, literal, style
from hopverify.reporting.figures.drawing import Figure, Picture
from hopverify.reporting.figures.marks import SMALL, legend, short

if TYPE_CHECKING:
    from hopverify.certificate import Certificate
    from hopverify.networks import Model
    from hopverify.picturing.radii import Pair, Radii, Series
    from hopverify.spec import ModelSpec

WIDTH, HEIGHT, PICTURES = 4.8, 3.5, 2.3
FAILED, NAMED, SAID, CROSSES = COLOURS[1], 6, 5, 150


def _picture(spec: ModelSpec, model: Model, certificate: Certificate) -> Picture | None:
    from hopverify.picturing.radii import radii_of

    found = radii_of(model, certificate)
    if found is None:
        return None
    size = (WIDTH, HEIGHT + (PICTURES if found.pairs else 0.0))
    return Picture(size, partial(_put, found), _alternative(found), _caption(found))


def _put(found: Radii, figure: Any) -> None:
    handles: dict[str, Any] = {}
    if not found.pairs:
        _curves(figure.add_subplot(), found, handles)
        legend(figure, handles)
        return
    above, below = figure.subfigures(2, 1, height_ratios=[HEIGHT, PICTURES])
    _curves(above.add_subplot(), found, handles)
    legend(above, handles)
    _images(below, found.pairs)


def _curves(axes: Any, found: Radii, handles: dict[str, Any]) -> None:
    for number, series in enumerate(found.series):
        _curve(axes, series, number, len(found.series), handles)
    axes.set_xlabel("patterns, from the largest radius to the smallest (count)")
    axes.set_ylabel("certified radius\n(unit of the state)")
    axes.set_ylim(bottom=-0.04 * axes.get_ylim()[1])
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(visible=True, alpha=0.3)


def _curve(axes: Any, series: Series, number: int, count: int, handles: dict[str, Any]) -> None:
    """Draw the radii of one claim in order, the distances below them, and crosses for the patterns without one."""
    look, alone = style(number), count == 1
    if series.radii:
        line = axes.plot(series.places, series.radii, linewidth=1.6, **look)[0]
        if len(series.radii) == 1:
            line.set(marker="o")
        if number < NAMED:
            name = "radius of the certified ball" if alone else f"radius, {series.subject}"
            handles[literal(short(name, 40))] = line
        if alone:
            nearest = axes.plot(series.places, series.distances, color=COLOURS[2], linewidth=1.2)[0]
            handles["distance of the equilibrium from its pattern"] = nearest
    left = series.patterns - series.certified
    if left:
        step = -(-left // CROSSES)
        places = range(series.certified + 1, series.patterns + 1, step)
        crosses = axes.plot(places, [0.0] * len(places), "x", markersize=4)[0]
        crosses.set(color=FAILED if alone else look["color"])
        handles[f"{left:,} without a certified ball" if alone else "x: without a certified ball"] = crosses


def _images(figure: Any, pairs: tuple[Pair, ...]) -> None:
    figure.suptitle("without a certified ball: pattern above, worst competitor below", fontsize=SMALL)
    grid = figure.subplots(2, len(pairs), squeeze=False)
    for column, pair in enumerate(pairs):
        for row, (image, name) in enumerate(((pair.image, pair.name), (pair.other, pair.competitor))):
            axes = grid[row][column]
            axes.imshow(image, cmap="gray_r", vmin=0.0, vmax=1.0, interpolation="none")
            axes.set_title(literal(short(name, 16)), fontsize=7, pad=2)
            axes.set(xticks=[], yticks=[])


def _alternative(found: Radii) -> str:
    said = [_of_series(series) for series in found.series]
    if found.pairs:
        pairs = "; ".join(f"{pair.name} and {pair.competitor}" for pair in found.pairs)
        said.append(f"Below, images of patterns without a certified ball, each with its competitor: {pairs}.")
    return " ".join(said)


def _of_series(series: Series) -> str:
    said = (
        f"Certified retrieval radii of {series.subject}: {series.certified:,} of {series.patterns:,} patterns have one"
    )
    if series.radii:
        middle = series.radii[len(series.radii) // 2]
        said += f", from {series.radii[0]:.3g} down to {series.radii[-1]:.3g}, about {middle:.3g} in the middle"
    if series.failed:
        more = f" and {len(series.failed) - SAID:,} more" if len(series.failed) > SAID else ""
        said += f"; without one: {', '.join(series.failed[:SAID])}{more}"
    return f"{said}."


def _caption(found: Radii) -> str:
    said = "Around each pattern, the radius of the ball that the flow keeps and that is drawn to one equilibrium."
    if any(series.certified < series.patterns for series in found.series):
        said += " Crosses have no certified ball, which refutes nothing: the condition is sufficient."
    return said


FIGURE = Figure(name="radii", title="Retrieval radii", checks=("memory_retrieval",), order=40, picture=_picture)
