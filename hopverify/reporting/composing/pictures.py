"""The drawings of a report where they belong; their captions say that a picture is no proof."""

from __future__ import annotations

from hopverify.reporting.document import Picture
from hopverify.reporting.material import Material

# The figure that shows the model itself, and stands with it.
OF_MODEL = "arrays"


def pictures_of(material: Material, check: str | None, *, of_model: bool = False) -> tuple[Picture, ...]:
    """Return the pictures of a check, or with None those of the first screen: of the model itself, or the others."""
    return tuple(
        Picture(drawing.svg, drawing.title, drawing.alternative, drawing.caption)
        for drawing in material.drawings
        if drawing.check == check and (drawing.name == OF_MODEL) is of_model
    )
