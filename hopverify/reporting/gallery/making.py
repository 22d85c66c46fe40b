"""Making: from a spec and its certificate to a page, a card and what the manifest keeps of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from hopverify.certificate import Certificate
from hopverify.reporting.composing import compose
from hopverify.reporting.document import Document
from hopverify.reporting.formats import required
from hopverify.reporting.gallery.cards import Card, card_of
from hopverify.reporting.gallery.manifest import Entry, entry_of
from hopverify.reporting.gallery.thumbnails import thumbnails_of
from hopverify.reporting.material import Material, gather
from hopverify.reporting.report import Report, report_of
from hopverify.spec import ModelSpec

FOLDER = "models"


def page_of(key: str) -> str:
    """Return the address of a model's page, relative to the index."""
    return f"{FOLDER}/{key}.html"


def is_page(address: str) -> bool:
    """Whether an address is one that a page may have; a manifest of someone else may name any file."""
    folder, _, name = address.rpartition("/")
    return folder == FOLDER and name.endswith(".html") and "\\" not in name


@dataclass(frozen=True)
class Model:
    """A spec and its certificate. ``file`` is the spec's file for readers, ``address`` the same for the index.

    ``key`` is the name of the spec's file without its suffix, ``original`` the key of the model that this one repairs.
    """

    spec: ModelSpec
    certificate: Certificate
    file: str
    address: str

    @property
    def key(self) -> str:
        """What the gallery calls the model."""
        return Path(self.file).stem

    @property
    def told(self) -> ModelSpec:
        """The spec with the name of its file for readers, which the page and its commands tell."""
        return replace(self.spec, file=self.file)

    @property
    def original(self) -> str | None:
        """The key of the model that this one repairs."""
        return None if self.spec.original is None else Path(self.spec.original.file).stem

    @property
    def page(self) -> str:
        """The address of the model's page, relative to the index."""
        return page_of(self.key)


@dataclass(frozen=True)
class Made:
    """What became of a model; ``page`` is empty where only words were wanted."""

    card: Card
    entry: Entry
    page: bytes = b""


def make(model: Model) -> Made:
    """Return the page of a model, with figures, and what belongs to it."""
    material = _material(model, figures=True)
    report = report_of(model.told, model.certificate)
    document = compose(material, report)
    page = required("html").render(document, report, None).content
    return Made(_card(model, document, report, material), _entry(model, material), page)


def make_words(model: Model) -> Made:
    """Return the card without thumbnails, and what the manifest keeps; draw nothing, and render nothing."""
    material = _material(model, figures=False)
    report = report_of(model.told, model.certificate)
    return Made(_card(model, compose(material, report), report, material), _entry(model, material))


def paired(cards: list[Card]) -> list[Card]:
    """Return the cards, each original with the models that repair it."""
    keys = {card.key for card in cards}
    repaired = {key: tuple(card.key for card in cards if card.original == key) for key in keys}
    known = [replace(card, original=card.original if card.original in keys else None) for card in cards]
    return [replace(card, repaired=repaired[card.key]) for card in known]


def _material(model: Model, *, figures: bool) -> Material:
    return gather(model.certificate, f"{model.key}.certificate.json", model.told, figures=figures)


def _card(model: Model, document: Document, report: Report, material: Material) -> Card:
    return card_of(
        document,
        report,
        key=model.key,
        description=model.spec.description or "",
        page=model.page,
        spec=model.address,
        original=model.original,
        thumbnails=thumbnails_of(material.drawings),
    )


def _entry(model: Model, material: Material) -> Entry:
    """Return what is compared: of the document without figures, timings and versions."""
    bare = replace(material, drawings=(), certificate=replace(model.certificate, made_with={}, seconds=()))
    return entry_of(model.file, report_of(model.told, bare.certificate), compose(bare))
