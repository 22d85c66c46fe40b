"""PDF: what a spec says is text on the page, and every block of a document can be set."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hopverify.reporting.document import (
    Block,
    Code,
    Document,
    Equation,
    Equations,
    Facts,
    Folded,
    Heading,
    Inline,
    Link,
    Listing,
    Mark,
    Math,
    Mono,
    Note,
    Paragraph,
    Picture,
    Section,
    Sign,
    Source,
    Statement,
    Strong,
    Table,
)
from hopverify.reporting.formats.pdf import render
from hopverify.reporting.report import Report
from hopverify.verdict import Verdict

REPORT = Report("a.yaml", "a", "sha256:0", Verdict.PASS, ())
PASS, FAIL = Mark(Sign.PROVED, "proved"), Mark(Sign.REFUTED, "refuted")
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30"><text x="5" y="20">drawn</text></svg>'

HOSTILE = (
    '#panic("no") #read("/etc/passwd")',
    "*bold* _slanted_ `raw` $x^2$ = heading",
    "@reference <label> \\ -- ~ // comment /* open",
    "</svg><script>alert(1)</script>&amp;\"'",
    ']} #{ "a" } [b](c) \\end{document} %',
)

needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="pdftotext and pdftoppm are not installed (Debian: poppler-utils)"
)


def pdf_of(*blocks: Block, title: str = "A model", **others: Any) -> bytes:
    section = Section("first", "First section", blocks, PASS)
    return render(Document(title, PASS, "It passes.", sections=(section,), **others), REPORT, None).content


def text_of(content: bytes, folder: Path) -> str:
    """Return the text of all pages without white space: where lines end is the setter's business."""
    (folder / "x.pdf").write_bytes(content)
    run = subprocess.run(["pdftotext", "-enc", "UTF-8", "x.pdf", "-"], cwd=folder, capture_output=True, check=True)
    return bare(run.stdout.decode())


def bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def every_block(text: str) -> tuple[Block, ...]:
    """Return one block of each kind, each with the text wherever it holds any."""
    words: tuple[Inline, ...] = (text, Mono(text), Strong(text), Link(text, "#first"), Link(text, "https://a.example"))
    formula = Math(r"\frac{x}{2}", text)
    inner = (Paragraph(words), Listing((words, words)), Code(f"{text}\n{text}"), Note(words))
    return (
        Heading(text),
        Statement(text, words, FAIL),
        formula,
        Equations((Equation(formula, "=", formula, text), Equation(Math("", ""), "", formula))),
        Table((text, "n"), ((words, ("1",)), ((), ("2",))), text, frozenset({1})),
        Table((text,), ()),
        Picture(SVG, text, text, text),
        Facts(((text, words), ("none", ()))),
        Folded(text, (*inner, Folded(text, inner))),
    )


@needs_poppler
@pytest.mark.parametrize("text", HOSTILE)
def test_text_stays_text_wherever_it_stands(text: str, tmp_path: Path) -> None:
    blocks = every_block(text)
    content = pdf_of(
        *blocks, title=text, digests=((text, text),), opening=blocks, sources=(Source(text, "https://b.example"),)
    )
    said = text_of(content, tmp_path)
    # Every block has it 48 times in all, without what is folded twice; title, digest and source come on top.
    assert said.count(bare(text)) >= 2 * 48 + 4


@needs_poppler
def test_what_a_reader_needs_is_on_the_pages(tmp_path: Path) -> None:
    statement = Statement("Claim 7", ("The energy never increases, by ", Link("T2", "#first"), "."), FAIL)
    source = Source("Krotov and Hopfield 2021", "https://arxiv.org/abs/2008.06996")
    content = pdf_of(statement, Picture(SVG, "A landscape", "hills", "a picture, not a proof"), sources=(source,))
    said = text_of(content, tmp_path)
    for expected in (
        "Claim 7 (refuted). The energy never increases, by T2.",
        "1 First section proved",
        "Figure 1: A landscape. a picture, not a proof",
        "drawn",
        "[1] Krotov and Hopfield 2021 https://arxiv.org/abs/2008.06996",
        "1 / 1",
    ):
        assert bare(expected) in said


@needs_poppler
def test_what_is_folded_on_a_screen_stands_at_the_end(tmp_path: Path) -> None:
    twice = Folded("As JSON", (Code("three"),))
    folded = Folded("All radii", (Paragraph(("one, two",)), twice))
    blocks = (folded, Folded("Evidence of claim 1", (twice,)), Paragraph(("afterwards",)))
    said = text_of(pdf_of(*blocks, sources=(Source("a book"),)), tmp_path)
    places = [said.index(bare(each)) for each in ("All radii, page 1", "afterwards", "a book", "Evidence", "one, two")]
    assert places == sorted(places)
    # What is folded twice is for the screen only, and so is what holds nothing else.
    assert not {part for part in ("AsJSON", "three", "Evidenceofclaim1") if part in said}


@needs_poppler
def test_no_page_is_blank_and_nothing_leaves_it(tmp_path: Path) -> None:
    long = "x" * 3000
    wide = Math("+".join(["x_{i}"] * 200), "wide")
    content = pdf_of(*every_block("abc"), Paragraph((long,)), Code(long), wide, title=long[:200])
    (tmp_path / "x.pdf").write_bytes(content)
    subprocess.run(["pdftoppm", "-gray", "-r", "40", "x.pdf", "page"], cwd=tmp_path, check=True)
    pages = sorted(tmp_path.glob("page-*.pgm"))
    assert pages
    for page in pages:
        columns = _columns(page)
        assert min(columns) < 100
        # A margin of 24 mm is 37 points of 40 dpi; the outer 20 stay white on both sides.
        assert min(columns[:20] + columns[-20:]) == 255


def _columns(page: Path) -> list[int]:
    """Return the darkest grey of each column of a page in the format PGM."""
    magic, size, depth, grey = page.read_bytes().split(b"\n", 3)
    assert (magic, depth) == (b"P5", b"255")
    width = int(size.split()[0])
    return [min(grey[column::width]) for column in range(width)]


def test_equal_documents_give_equal_files_for_screen_readers() -> None:
    blocks = every_block("abc ẋ ≻ ⊤ x⋆ привет")
    content = pdf_of(*blocks)
    assert content.startswith(b"%PDF-")
    assert content == pdf_of(*blocks)
    assert b"pdfuaid" in content


@needs_poppler
def test_a_character_without_a_glyph_does_not_stop_the_report(tmp_path: Path) -> None:
    content = pdf_of(Paragraph(("before \U00016a3d after",)))
    assert b"pdfuaid" not in content
    said = text_of(content, tmp_path)
    assert "before" in said
    assert "after" in said


@needs_poppler
@pytest.mark.parametrize("latex", [r"\frac{x", r"\def\x{\x}\x", r"\text{<b>}", "{" * 3000])
def test_a_formula_that_cannot_be_drawn_is_text(latex: str, tmp_path: Path) -> None:
    assert "plaintext" not in text_of(pdf_of(Math("x", "plain text")), tmp_path)
    assert "plaintext" in text_of(pdf_of(Math(latex, "plain text")), tmp_path)


@needs_poppler
def test_a_formula_much_wider_than_the_page_is_text_too(tmp_path: Path) -> None:
    narrow, wide = (Math("+".join(["x_{i}"] * count), "plain text") for count in (30, 200))
    assert "plaintext" not in text_of(pdf_of(narrow), tmp_path)
    equations = Equations((Equation(Math("E", "E"), "=", wide),))
    assert text_of(pdf_of(wide, equations), tmp_path).count("plaintext") == 2


def test_a_link_to_no_section_is_words() -> None:
    assert pdf_of(Paragraph((Link("there", "#nowhere"),)))


@needs_poppler
def test_links_lead_to_pages_only(tmp_path: Path) -> None:
    good, bad = "https://arxiv.org/abs/2410.13866", ("javascript:alert(1)", "file:///etc/passwd", "http://a.example/")
    words = tuple(Link("word", target) for target in (good, *bad))
    sources = tuple(Source("work", target) for target in (good, *bad))
    (tmp_path / "x.pdf").write_bytes(pdf_of(Paragraph(words), sources=sources))
    run = subprocess.run(["pdfinfo", "-url", "x.pdf"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert re.findall(r"\S+:\S+", run.stdout) == [good, good]


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=40), st.text(alphabet="\\{}^_$&%#xfracdot ", max_size=30))
def test_any_text_can_be_set(text: str, latex: str) -> None:
    assert pdf_of(Paragraph((text, Math(latex, text))), Code(text), title=text).startswith(b"%PDF-")
