"""The model itself: heat maps of the matrices that are too large to be printed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from hopverify.reporting.figures import literal
from hopverify.reporting.figures.drawing import Figure, Picture
from hopverify.reporting.figures.marks import SMALL

if TYPE_CHECKING:
    from hopverify.certificate import Certificate
    from hopverify.networks import Model
    from hopverify.picturing.heat_maps import HeatMap
    from hopverify.spec import ModelSpec

WIDTH, HEIGHT = 3.2, 3.0
# Blue is negative, red positive, white 0: told apart with any colour vision.
COLOURS = "RdBu_r"


def _picture(spec: ModelSpec, model: Model, certificate: Certificate) -> Picture | None:
    from hopverify.derivation import arrays_of
    from hopverify.picturing.heat_maps import heat_maps

    maps = heat_maps(arrays_of(model))
    if not maps:
        return None
    size = (WIDTH * len(maps), HEIGHT)
    return Picture(size, partial(_put, maps), _alternative(maps), _caption(maps), title=_title(maps))


def _put(maps: tuple[HeatMap, ...], figure: Any) -> None:
    for place, each in enumerate(maps, start=1):
        axes = figure.add_subplot(1, len(maps), place)
        rows, columns = each.shape
        look = {"cmap": COLOURS, "vmin": -each.limit, "vmax": each.limit, "interpolation": "nearest"}
        shown = axes.imshow(each.values, aspect="auto", extent=(0.5, columns + 0.5, rows + 0.5, 0.5), **look)
        axes.set_title(literal(each.symbol), fontsize=SMALL)
        axes.locator_params(integer=True)
        axes.set_xlabel("column")
        axes.set_ylabel("row")
        figure.colorbar(shown, ax=axes, shrink=0.9)


def _title(maps: tuple[HeatMap, ...]) -> str:
    return f"{', '.join(each.symbol for each in maps)} as {'a heat map' if len(maps) == 1 else 'heat maps'}"


def _alternative(maps: tuple[HeatMap, ...]) -> str:
    said = (f"{each.symbol}, {each.what}, {each.shape[0]:,} rows and {each.shape[1]:,} columns" for each in maps)
    return f"Heat maps of {'; '.join(said)}."


def _caption(maps: tuple[HeatMap, ...]) -> str:
    blocks = [f"{each.symbol}: {each.block[0]} × {each.block[1]}" for each in maps if max(each.block) > 1]
    means = f" A cell is the mean of a block of entries ({'; '.join(blocks)})." if blocks else ""
    return f"Red is positive, blue negative, white 0.{means}"


FIGURE = Figure("arrays", "Weights as heat maps", (), -1, _picture)
