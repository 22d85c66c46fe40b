"""The document: any that is made holds no characters that a page must not hold."""

from hopverify.reporting.document import (
    Code,
    Document,
    Facts,
    Folded,
    Mark,
    Math,
    Mono,
    Paragraph,
    Picture,
    Section,
    Sign,
    Source,
    Table,
)

HIDDEN = "a\x00b\x1b[31mc\u202ed\u2066e"
SHOWN = "ab[31mcde"
MARK = Mark(Sign.OPEN, HIDDEN)


def test_hidden_characters_are_gone_wherever_they_stand() -> None:
    inner = (
        Paragraph((HIDDEN, Mono(HIDDEN), Math(HIDDEN, HIDDEN), MARK)),
        Table((HIDDEN,), (((HIDDEN,),),), HIDDEN, right=frozenset({0})),
        Facts(((HIDDEN, (HIDDEN,)),)),
    )
    section = Section("s", HIDDEN, (Folded(HIDDEN, inner),), MARK)
    document = Document(HIDDEN, MARK, HIDDEN, ((HIDDEN, HIDDEN),), inner, (section,), (Source(HIDDEN),))
    said = repr(document)
    assert "\\x" not in said
    assert "\\u" not in said
    assert document.sections[0].title == SHOWN
    assert document.sections[0].mark == Mark(Sign.OPEN, SHOWN)
    folded = document.sections[0].blocks[0]
    assert isinstance(folded, Folded)
    assert folded.blocks[0] == Paragraph((SHOWN, Mono(SHOWN), Math(SHOWN, SHOWN), Mark(Sign.OPEN, SHOWN)))
    table = folded.blocks[1]
    assert isinstance(table, Table)
    assert table.right == {0}


def test_lines_end_in_code_and_figures_only() -> None:
    blocks = (Code("a\nb\x07"), Picture("<svg>\n</svg>", "t\nt", "a", "c"), Paragraph(("a\nb",)))
    document = Document("t", MARK, "s", opening=blocks)
    assert document.opening == (Code("a\nb"), Picture("<svg>\n</svg>", "t t", "a", "c"), Paragraph(("a b",)))
