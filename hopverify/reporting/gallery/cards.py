"""Cards: what the index of the gallery says of a model."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from hopverify.reporting.composing.verdicts import mark_of
from hopverify.reporting.document import Document, Mark, Sign
from hopverify.reporting.gallery.thumbnails import Thumbnail
from hopverify.reporting.report import Report


@dataclass(frozen=True)
class Decided:
    """A check with its verdict, and its place on the model's page."""

    title: str
    mark: Mark
    anchor: str


@dataclass(frozen=True)
class Card:
    """One model. ``page`` and ``spec`` are addresses relative to the index; ``counts`` are marks such as "12 proved".

    ``original`` and ``repaired`` are the keys of other cards, which are the names of their specs' files.
    """

    key: str
    title: str
    description: str
    mark: Mark
    sentence: str
    counts: tuple[Mark, ...]
    checks: tuple[Decided, ...]
    page: str
    spec: str
    original: str | None = None
    repaired: tuple[str, ...] = ()
    thumbnails: tuple[Thumbnail, ...] = ()


def counts_of(report: Report) -> tuple[Mark, ...]:
    """Return how many claims have each mark, those proved first."""
    counts = Counter(mark_of(row) for row in report.rows)
    ordered = sorted(counts.items(), key=lambda each: (list(Sign).index(each[0].sign), -each[1], each[0].in_words))
    return tuple(replace(mark, text=f"{count:,} {mark.text}") for mark, count in ordered)


def card_of(
    document: Document,
    report: Report,
    *,
    key: str,
    description: str,
    page: str,
    spec: str,
    original: str | None,
    thumbnails: tuple[Thumbnail, ...],
) -> Card:
    """Return the card of a document; a check is a section that has a verdict."""
    decided = tuple(Decided(each.title, each.mark, each.anchor) for each in document.sections if each.mark is not None)
    return Card(
        key=key,
        title=document.title,
        description=description,
        mark=document.mark,
        sentence=document.sentence,
        counts=counts_of(report),
        checks=decided,
        page=page,
        spec=spec,
        original=original,
        thumbnails=thumbnails,
    )
