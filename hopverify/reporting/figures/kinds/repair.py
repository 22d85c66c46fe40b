"""A flat energy and its cure, side by side: the picture of arXiv:2410.13866."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from hopverify.reporting.figures.drawing import Figure, Picture
from hopverify.reporting.figures.marks import in_words, legend, where
from hopverify.reporting.figures.terrain import flat_in_words, put_terrain

if TYPE_CHECKING:
    from hopverify.certificate import Certificate
    from hopverify.networks import Model
    from hopverify.picturing.repairs import Repaired
    from hopverify.spec import ModelSpec

SIZE, LETTERS = (6.6, 4.2), 10.5


def _picture(spec: ModelSpec, model: Model, certificate: Certificate) -> Picture | None:
    from hopverify.picturing.repairs import repaired_of

    found = repaired_of(spec, model, certificate)
    if found is None:
        return None
    name = spec.original.name if spec.original is not None else spec.name
    title = "The flat energy, and a repaired one" if found.drafted else "The original energy, and the repaired one"
    return Picture(SIZE, partial(_put, found), _alternative(name, found), _caption(found), title)


def _put(found: Repaired, figure: Any) -> None:
    import matplotlib

    handles: dict[str, Any] = {}
    with matplotlib.rc_context({"font.size": LETTERS}):
        left, right = figure.subplots(1, 2)
        put_terrain(left, found.original, handles, named=False)
        put_terrain(right, found.altered, handles, named=False)
        left.set_title(f"original: energy {found.original.kind}\nover x (no unit)", fontsize=LETTERS)
        right.set_title(f"repaired: energy {found.altered.kind}\nover y (no unit)", fontsize=LETTERS)
        legend(figure, handles, letters=LETTERS - 1)


def _alternative(name: str, found: Repaired) -> str:
    left = f"Left: energy {found.original.kind} of {name} {where(found.original.view)}. {flat_in_words(found.original)}"
    right = f"Right: energy {found.altered.kind} of the repaired system {where(found.altered.view)}."
    flat = " It is critical at the equilibria only, as the certificate shows." if found.shown else ""
    return f"{left} {in_words(found.original.view)} {right}{flat} {in_words(found.altered.view)}"


def _caption(found: Repaired) -> str:
    said = (
        "Left, the original energy does not change along the hatching: it cannot tell these states apart, although the "
        "flow does. Right, the energy of the repaired system; the same equilibria have the same names."
    )
    if found.shown:
        said += " It is critical there and nowhere else, as the certificate shows (altered_flatness)."
    if found.drafted:
        said += (
            " Such an energy is critical at equilibria only (T12); the command hopverify repair writes and verifies it."
        )
    return said


FIGURE = Figure(
    name="repair", title="Original and repaired energy", checks=("energy_flatness",), order=5, picture=_picture
)
