"""The font in which pages set formulas: a subset of STIX Two Math that is small enough to lie in each of them.

``python docs/math_font.py STIXTwoMath-Regular.ttf`` writes it anew (needs fonttools and brotli; ziamath brings the
original). Glyphs that are not used here are left out, and so is hinting. The table MATH is kept: browsers build large
brackets, roots and sums by it.
"""

from __future__ import annotations

import sys
from pathlib import Path

FONT = Path(__file__).parents[1] / "hopverify" / "reporting" / "formats" / "fonts" / "math.woff2"
FAMILY = "hopverify math"

ITALICS = {*range(0x1D434, 0x1D468), 0x210E, *range(0x1D6E2, 0x1D71C)}
GREEK = {*range(0x391, 0x3AA), *range(0x3B1, 0x3CA), 0x3D5, 0x3F5}
SIGNS = "×·±°¨¯−∗∘⋆⋅≤≥≠≈∼∞∂∇∑∏∫√∈∉⊤≻⪰→↦∣∥‖⟨⟩…⋯⋮⋱′″˙ˆ˜‾ℓ∀∪∩⊂∖\u00a0\u2061\u2062\u2063\u2064\u0302\u0304\u0307\u0308"
CHARACTERS = frozenset({*range(0x20, 0x7F), *ITALICS, *GREEK, *map(ord, SIGNS)})


def main(source: str) -> None:
    """Write the subset, under a name of its own, as the licence asks of what is changed."""
    from fontTools import subset

    options = subset.Options(layout_features=[], flavor="woff2", hinting=False, name_IDs=[0, 1, 2, 4, 6, 13, 14])
    font = subset.load_font(source, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=CHARACTERS)
    subsetter.subset(font)
    for identifier, name in ((1, FAMILY), (4, FAMILY), (6, FAMILY.replace(" ", "-"))):
        font["name"].setName(name, identifier, 3, 1, 0x409)
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    subset.save_font(font, FONT, options)


if __name__ == "__main__":
    main(sys.argv[1])
