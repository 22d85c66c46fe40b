"""Markdown: whatever a spec says is text, tables keep their columns, figures lie beside the page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from hopverify.reporting.addresses import SITE
from hopverify.reporting.document import Code, Document, Folded, Mark, Math, Mono, Paragraph, Section, Sign, Table
from hopverify.reporting.formats.markdown import FORMAT, markdown, mono, text
from tests.reporting.documents import FLAT_PAIR, HIDDEN, HOSTILE, SVG, hostile_document, hostile_spec, reported, written

MARK = Mark(Sign.PROVED, "proved")


def tokens_of(source: str) -> list[Any]:
    """Return what a reader of Markdown makes of a text, inner tokens after their block."""
    from markdown_it import MarkdownIt

    parsed = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(source)
    return [token for block in parsed for token in (block, *(block.children or []))]


def assert_safe(source: str) -> list[Any]:
    """Return the tokens; the only HTML is ours, and links lead within the page or to a work by its identifier."""
    tokens = tokens_of(source)
    for token in tokens:
        if token.type == "html_block":
            assert re.fullmatch(r"<details>\n<summary>[^<>]*</summary>\n?|</details>\n?", token.content), token.content
        if token.type == "html_inline":
            assert re.fullmatch(r'<a id="[A-Za-z0-9-]+">|</a>', token.content), token.content
        if token.type == "link_open":
            assert re.match(rf"#[\w-]+$|https://(arxiv\.org|doi\.org)/|{re.escape(SITE)}", token.attrs["href"])
        if token.type == "image":
            assert re.match(r"[\w.%-]+\.figures/\d+-[a-z0-9-]*\.svg$", token.attrs["src"])
    return tokens


def words_of(tokens: list[Any]) -> str:
    return "\n".join(
        token.content for token in tokens if token.type in ("text", "text_special", "code_inline", "fence")
    )


@pytest.mark.parametrize("said", HOSTILE)
def test_hostile_text_is_text_wherever_it_stands(said: str) -> None:
    source, files = markdown(hostile_document(said), "model.report")
    tokens = assert_safe(source)
    first = next(token for token in tokens if token.type == "inline")
    # Escapes are resolved as parts of their own.
    assert "".join(child.content for child in first.children) == said
    assert said in [token.content.strip() for token in tokens if token.type == "code_inline"]
    assert any(token.content == f"{said}\n{said}\n" for token in tokens if token.type == "fence")
    assert len(files) == 2


@pytest.mark.parametrize("said", HOSTILE)
def test_no_sign_of_a_formula_is_left_where_none_is(said: str) -> None:
    shown = text(said)
    assert not re.search(r"(?<!\\)\$", shown)
    assert not re.search(r"(?i)https?://|(?<!\w)www\.", shown)
    assert not re.search(r"(?<!\\)[<>@]", shown)


def test_a_table_keeps_its_columns() -> None:
    row = (("a | b",), (Mono("c | d \\"),), (MARK,))
    source, _ = markdown(Document("t", MARK, "s", opening=(Table(("x", "y", "z"), (row,), "c | d"),)))
    cells = [token for token in tokens_of(source) if token.type in ("td_open", "th_open")]
    assert len(cells) == 6
    assert "a | b" in words_of(tokens_of(source)).replace("\n", "")


def test_code_and_folds_stay_whole() -> None:
    code = Code("```\n</details>\n````text")
    source, _ = markdown(Document("t", MARK, "s", opening=(Folded("a <b> & c", (code, Paragraph(("- x",)))),)))
    tokens = assert_safe(source)
    assert [token.content for token in tokens if token.type == "fence"] == [f"{code.text}\n"]
    assert [token.content.strip() for token in tokens if token.type == "html_block"][-1] == "</details>"
    assert not [token for token in tokens if token.type == "bullet_list_open"]


@pytest.mark.parametrize(("words", "span"), [("a", "`a`"), ("a`b", "`` a`b ``"), ("``", "``` `` ```"), ("", "")])
def test_code_spans_have_more_backticks_than_they_hold(words: str, span: str) -> None:
    assert mono(words) == span


@pytest.mark.parametrize("latex", [r"\input{x}", "a`b", "{", "a$b", r"\def\x{1}", "^^5cinput x", "%"])
def test_what_is_no_formula_gives_way_to_its_words(latex: str) -> None:
    source, _ = markdown(Document("t", MARK, "s", opening=(Paragraph((Math(latex, "in words"),)),)))
    assert "in words" in source
    assert "$`" not in source


def test_formulas_stand_among_words_and_apart() -> None:
    formula = Math(r"\dot{x}", "ẋ")
    source, _ = markdown(Document("t", MARK, "s", opening=(Paragraph(("here ", formula)), formula)))
    assert "here $`\\dot{x}`$" in source
    assert "```math\n\\dot{x}\n```" in source


def test_hidden_characters_are_left_out() -> None:
    source, _ = markdown(hostile_document(HIDDEN))
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e\u2066-\u2069\ufffe\uffff]", source)


def test_figures_lie_beside_the_page_or_are_told(tmp_path: Path) -> None:
    document, report = reported(written(tmp_path, FLAT_PAIR), figures=True)
    rendered = FORMAT.render(document, report, 'my "report"')
    assert rendered.beside
    for name, content in rendered.beside.items():
        assert name.startswith('my "report".figures/')
        assert content.startswith(b"<svg")
        assert f"({name.replace(' ', '%20').replace(chr(34), '%22')})" in rendered.content.decode()
    alone = FORMAT.render(document, report, None)
    assert not alone.beside
    assert "![" not in alone.content.decode()
    assert SVG not in alone.content.decode()


def test_a_hostile_spec_shows_as_text(tmp_path: Path) -> None:
    document, _ = reported(hostile_spec(tmp_path))
    tokens = assert_safe(markdown(document)[0])
    assert {token.attrs["href"] for token in tokens if token.type == "link_open"} >= {
        "https://doi.org/10.1000/x%281%29"
    }


def test_anchors_are_those_that_links_name(tmp_path: Path) -> None:
    source, _ = markdown(reported(written(tmp_path, FLAT_PAIR))[0])
    named = set(re.findall(r'<a id="([\w-]+)"></a>', source))
    assert set(re.findall(r"\]\(#([\w-]+)\)", source)) <= named


def test_an_anchor_cannot_leave_its_place() -> None:
    source, _ = markdown(Document("t", MARK, "s", sections=(Section('"><script>', "t", ()),)))
    assert "<script>" not in source
