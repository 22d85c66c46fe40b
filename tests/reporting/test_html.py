"""HTML: one file that asks for nothing, in which whatever a spec says is text, and that needs no script to be read."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from hopverify.reporting.addresses import SITE
from hopverify.reporting.document import Document, Mark, Math, Picture, Sign
from hopverify.reporting.formats._mathml import mathml
from hopverify.reporting.formats.html import html
from tests.reporting.documents import FLAT_PAIR, HIDDEN, HOSTILE, SVG, hostile_document, hostile_spec, reported, written

VOID = {"meta", "link", "img", "br", "input"}
DIGITS = Path(__file__).parents[2] / "specs" / "digits.yaml"


class Page(HTMLParser):
    """Reads a page; tags that do not match are an error."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.within: dict[str, list[str]] = {}
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), "an attribute twice"
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)
            self.within.setdefault(tag, []).append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data if not {"script", "style"} & set(self._open) else ""
        if self._open:
            self.within[self._open[-1]][-1] += data

    def all(self, name: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.tags if tag == name]


def assert_safe(text: str) -> Page:
    """Read a page; nothing in it runs but its own script, and nothing is asked for."""
    page = Page(text)
    assert len(page.all("script")) == 1
    assert len(page.all("style")) == 1
    assert not {tag for tag, _ in page.tags} & {"iframe", "object", "embed", "form", "base", "svg", "a:href"}
    for _, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert attributes.get("src", "data:").startswith("data:")
    (icon,) = page.all("link")
    assert icon == {"rel": "icon", "href": "data:,"}
    for link in page.all("a"):
        assert re.match(rf"#|https://(arxiv\.org|doi\.org)/|{re.escape(SITE)}", link["href"]), link
        assert link["href"].startswith("#") or link["rel"] == "noreferrer noopener"
    (policy,) = (each["content"] for each in page.all("meta") if each.get("http-equiv") == "Content-Security-Policy")
    for kind, within in (("style-src", page.within["style"][0]), ("script-src", page.within["script"][0])):
        digest = b64encode(sha256(within.encode()).digest()).decode()
        assert f"{kind} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")
    return page


def svg_of(image: dict[str, str]) -> str:
    """Return the SVG text that an image holds in its address."""
    kind, _, data = image["src"].partition(",")
    assert kind.partition(";")[0] == "data:image/svg+xml"
    return b64decode(data).decode() if kind.endswith(";base64") else unquote(data)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    path = written(tmp_path_factory.mktemp("html"), FLAT_PAIR)
    return assert_safe(html(reported(path, figures=True)[0]))


def test_a_page_is_well_formed_and_its_links_lead_somewhere(page: Page) -> None:
    names = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(set(names)) == len(names)
    inner = {link["href"][1:] for link in page.all("a") if link["href"].startswith("#")}
    assert inner <= set(names)
    assert {"content", "flat-energy", "check-energy-flatness", "trust", "sources"} <= inner
    referred = {name for _, each in page.tags for name in each.get("aria-labelledby", "").split()}
    assert referred <= set(names)


def test_a_page_has_landmarks_headings_and_heads(page: Page) -> None:
    tags = [tag for tag, _ in page.tags]
    assert [tags.count(tag) for tag in ("h1", "main", "nav", "header", "title")] == [1, 1, 1, 1, 1]
    levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels)), "no level is left out"
    assert all(each["scope"] == "col" for each in page.all("th"))
    assert next(each for tag, each in page.tags if tag == "a") == {"class": "skip", "href": "#content"}
    assert page.tags[0] == ("html", {"lang": "en"})


def test_figures_are_images_with_words(page: Page) -> None:
    images = page.all("img")
    assert images
    for image in images:
        assert len(image["alt"]) > 40
        assert ElementTree.fromstring(svg_of(image)).tag == "{http://www.w3.org/2000/svg}svg"
    assert "not a proof" in page.text


def test_formulas_are_mathml_with_words(page: Page) -> None:
    formulas = page.all("math")
    assert len(formulas) > 20
    assert all(each["alttext"] for each in formulas)
    assert any(each["alttext"] == "Σ_j W_ij·g_j" for each in formulas)


def test_a_verdict_is_told_by_word_and_shape(page: Page) -> None:
    assert page.within["h1"] == ["flat-pair"]
    marks = [each["class"] for each in page.all("span") if each.get("class", "").startswith("mark")]
    assert "mark proved" in marks
    assert "✗refuted, as the spec expects" in page.text
    # No statement that is refuted stands as if it were so.
    assert "Energy has no ghost regions" not in page.text
    assert "No segment of states shares an activation" not in page.text


def test_evidence_is_folded_and_everything_else_is_not(page: Page) -> None:
    folded = [each for each in page.all("details") if "open" not in each]
    assert len(folded) == len(page.all("summary")) > 10
    assert len(re.findall("vidence of claim", page.text)) == 9


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text_wherever_it_stands(text: str) -> None:
    page = assert_safe(html(hostile_document(text)))
    assert page.within["h1"] == [text]
    assert page.within["title"] == [f"{text}: {text}, {text}"]
    assert text in page.within["code"]
    assert text in page.within["figcaption"][0]
    assert [each["alt"] for each in page.all("img")] == [f"{text}. {text}"] * 2
    # Links that lead elsewhere than they may are text.
    assert {link["href"] for link in page.all("a")} <= {"#s", "#content", "#top", "#sources"}


def test_a_hostile_spec_shows_as_text(tmp_path: Path) -> None:
    document, _ = reported(hostile_spec(tmp_path))
    page = assert_safe(html(document))
    assert page.within["h1"] == [" ".join(HOSTILE[:4])]
    assert " ".join(HOSTILE) in page.text
    links = {link["href"] for link in page.all("a") if not link["href"].startswith(("#", SITE))}
    assert links == {"https://arxiv.org/abs/2008.02217", "https://doi.org/10.1000/x(1)"}


def test_hidden_characters_are_left_out() -> None:
    text = html(hostile_document(HIDDEN))
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e\u2066-\u2069\ufffe\uffff]", text)
    assert "ab[31mcdef" in text


def test_a_picture_cannot_leave_its_place() -> None:
    evil = f'{SVG}"><script>alert(1)</script>'
    document = Document("t", Mark(Sign.PROVED, "proved"), "s", opening=(Picture(evil, "a", "b"),))
    (image,) = assert_safe(html(document)).all("img")
    assert svg_of(image) == evil


@pytest.mark.parametrize(
    "latex",
    [r"\href{javascript:alert(1)}{x}", r"\style{color:red}{x}", r"\class{a}{x}", r"\text{<img onerror=1>}", "&#x3c;b>"],
)
def test_formulas_hold_nothing_but_mathematics(latex: str) -> None:
    written = mathml(Math(latex, '"x"'), displayed=True)
    if written:
        root = ElementTree.fromstring(written)
        allowed = {"mrow", "mi", "mo", "mn", "mtext", "math", "mpadded", "mstyle", "mspace"}
        assert {each.tag.rpartition("}")[2] for each in root.iter()} <= allowed
        assert not {name for each in root.iter() for name in each.attrib} & {"href", "style", "class"}
        assert root.get("alttext") == '"x"'


@pytest.mark.parametrize("latex", ["{", "}", r"\frac{1}", r"\begin{cases}", "", "   "])
def test_what_is_no_formula_gives_way_to_its_words(latex: str) -> None:
    document = Document("t", Mark(Sign.PROVED, "proved"), "s", opening=(Math(latex, "in words"),))
    page = assert_safe(html(document))
    assert page.text.count("in words") == 1 or page.all("math")


def test_dots_are_accents() -> None:
    assert 'accent="true"' in mathml(Math(r"\dot{x}", "ẋ"), displayed=False)


def test_one_page_of_many_memories_is_small() -> None:
    document, report = reported(DIGITS, figures=True)
    text = html(document)
    assert len(text.encode()) < 15 * 2**20 / 10
    page = assert_safe(text)
    assert "1,771 of 1,797 patterns are retrieved, each from a certified ball" in page.text
    # Not certified ones come first; the rest is in the certificate.
    assert page.text.index("digits[777] (1)") < page.text.index("200 of 1,797; the certificate has the rest")
    assert len(page.all("tr")) < 400
    assert report.rows[-1].check == "memory_retrieval"
