"""The energy landscape on a two-dimensional slice of states."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from hopverify.reporting.figures.drawing import Figure, Picture
from hopverify.reporting.figures.marks import in_words, legend, where
from hopverify.reporting.figures.terrain import flat_in_words, put_terrain, range_in_words

if TYPE_CHECKING:
    from hopverify.certificate import Certificate
    from hopverify.networks import Model
    from hopverify.picturing.landscape import Landscape
    from hopverify.spec import ModelSpec

SIZE = (4.8, 4.6)


def _picture(spec: ModelSpec, model: Model, certificate: Certificate) -> Picture | None:
    from hopverify.picturing.landscape import landscape_of

    found = landscape_of(model, certificate)
    if found is None:
        return None
    return Picture(SIZE, partial(_put, found), _alternative(spec.name, found), _caption(found))


def _put(landscape: Landscape, figure: Any) -> None:
    handles: dict[str, Any] = {}
    put_terrain(figure.add_subplot(), landscape, handles)
    legend(figure, handles)


def _alternative(name: str, found: Landscape) -> str:
    said = f"Energy {found.kind} of {name} {where(found.view)}. {range_in_words(found)}."
    return f"{said} {flat_in_words(found)} {in_words(found.view)}"


def _caption(found: Landscape) -> str:
    said = f"The energy {found.kind} {where(found.view)}; dark is low, and a line joins states of one energy."
    if found.flat:
        said += " Along the hatching no activation changes, and so the energy does not."
    return said


FIGURE = Figure(
    name="landscape",
    title="Energy landscape",
    checks=("energy_flatness", "energy_descent", "altered_energy_descent"),
    order=10,
    picture=_picture,
)
