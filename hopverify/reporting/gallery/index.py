"""The index of the gallery: one HTML file with a card a model. Without JavaScript all cards are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any
from urllib.parse import quote

from hopverify.reporting.document import Mark, Sign
from hopverify.reporting.formats._pages import environment
from hopverify.reporting.gallery.cards import Card
from hopverify.reporting.gallery.manifest import digest

FILE = "index.html"

_LEGEND = (
    (Mark(Sign.PROVED, "proved"), "all that the spec requires is proved"),
    (Mark(Sign.REFUTED, "refuted", "as the spec expects"), "the spec expects something to be refuted, and it is"),
    (Mark(Sign.OPEN, "unknown"), "something is neither proved nor refuted"),
    (
        Mark(Sign.UNMET, "not as the spec expects", unmet=True),
        "a verdict differs from what the spec expects",
    ),
)


def index(cards: Sequence[Card]) -> str:
    """Return the index as HTML, the cards of models first, then those of their repairs."""
    ordered = sorted(cards, key=lambda card: card.key)
    groups = (
        ("Models", [card for card in ordered if card.original is None]),
        ("Repaired models", [card for card in ordered if card.original is not None]),
    )
    shown = [group for group in groups if group[1]]
    text: str = _environment().get_template("gallery.html.j2").render(groups=shown, legend=_LEGEND)
    return text


def words(cards: Sequence[Card]) -> str:
    """Return the digest of the index without its images."""
    return digest(index([replace(card, thumbnails=()) for card in cards]).encode())


def anchor(key: str) -> str:
    """Return the name of a card in links.

    >>> anchor("own model 2")
    'model-own_20model_202'
    """
    return "model-" + "".join(c if c.isascii() and (c.isalnum() or c == "-") else f"_{ord(c):x}" for c in key)


def address(path: str) -> str:
    """Return a path as an address, relative to the index."""
    return quote(path, safe="/.")


@cache
def _environment() -> Any:
    made = environment(("report.css", "gallery.css"), "gallery.js")
    made.filters |= {"anchor": anchor, "address": address}
    return made
