"""Thumbnails: drawings as small PNG images within the index, so that the index is one file.

Typst draws them; few colours are enough at this size, and make a tenth of the bytes.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from hopverify.reporting.figures import Drawing

# Of so many drawings a card shows thumbnails, so many points wide.
SHOWN, WIDTH, PIXELS_PER_POINT, COLOURS = 2, 150, 2, 32

_TEMPLATE = b"""#set page(width: auto, height: auto, margin: 0pt, fill: white)
#image(bytes(sys.inputs.svg), format: "svg", width: %dpt)
"""


@dataclass(frozen=True)
class Thumbnail:
    """A small image as a data address, with words for those who do not see it, and its size on the page."""

    source: str
    alternative: str
    width: int
    height: int


def thumbnails_of(drawings: Iterable[Drawing]) -> tuple[Thumbnail, ...]:
    """Return the first drawings, small; those of the first screen come first."""
    ordered = sorted(drawings, key=lambda drawing: drawing.check is not None)
    return tuple(_thumbnail(drawing) for drawing in ordered[:SHOWN])


def _thumbnail(drawing: Drawing) -> Thumbnail:
    from PIL import Image

    with Image.open(BytesIO(_small(drawing.svg))) as image:
        width, height = image.size
        stream = BytesIO()
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(stream, "PNG", optimize=True)
    source = f"data:image/png;base64,{b64encode(stream.getvalue()).decode('ascii')}"
    return Thumbnail(source, drawing.alternative, width // PIXELS_PER_POINT, height // PIXELS_PER_POINT)


def _small(svg: str) -> bytes:
    """Return the drawing as PNG."""
    import typst
    import ziafont

    fonts: list[Any] = [Path(ziafont.__file__).parent / "fonts"]
    image: bytes = typst.compile(
        _TEMPLATE % WIDTH,
        format="png",
        ppi=72.0 * PIXELS_PER_POINT,
        sys_inputs={"svg": svg},
        font_paths=fonts,
        ignore_system_fonts=True,
    )
    return image
