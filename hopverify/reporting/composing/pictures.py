"""The drawings of a report where they belong: each says that it is a picture, and no proof."""

from __future__ import annotations

from hopverify.reporting.document import Picture
from hopverify.reporting.material import Material

NO_PROOF = "A picture, drawn in floating point; not a proof."


def pictures_of(material: Material, check: str | None) -> tuple[Picture, ...]:
    """Return the pictures of a check, or with None those of the first screen."""
    return tuple(
        Picture(drawing.svg, drawing.title, drawing.alternative, f"{drawing.caption} {NO_PROOF}".strip())
        for drawing in material.drawings
        if drawing.check == check
    )
