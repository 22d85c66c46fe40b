"""The drawings of a report where they belong; their captions say that a picture is no proof."""

from __future__ import annotations

from hopverify.reporting.document import Picture
from hopverify.reporting.material import Material


def pictures_of(material: Material, check: str | None) -> tuple[Picture, ...]:
    """Return the pictures of a check, or with None those of the first screen."""
    return tuple(
        Picture(drawing.svg, drawing.title, drawing.alternative, drawing.caption)
        for drawing in material.drawings
        if drawing.check == check
    )
