"""The gallery's parts: cards, the index, and what the manifest keeps of a document."""

from __future__ import annotations

import pytest

from hopverify.reporting.document import Code, Document, Folded, Mark, Math, Paragraph, Picture, Section, Sign
from hopverify.reporting.gallery.cards import Card, Decided, card_of, counts_of
from hopverify.reporting.gallery.index import address, anchor, index, words
from hopverify.reporting.gallery.making import paired
from hopverify.reporting.gallery.manifest import Entry, Manifest, differences, parse_manifest, words_of
from hopverify.reporting.gallery.thumbnails import Thumbnail
from hopverify.reporting.report import Report, Row
from hopverify.verdict import Verdict

PASS = Mark(Sign.PROVED, "proved")
HOSTILE = "<script>alert(1)</script>\"' onload='x' {{ 7 * 7 }} {% raw %}"
ENTRY = Entry("specs/a.yaml", "0a", "pass", ("c [x]: pass", "d [x]: fail"), "0b")
IMAGE = Thumbnail("data:image/png;base64,AAAA", "hills", 10, 10)


def a_card(key: str = "a", **others: object) -> Card:
    values = {"title": key, "description": "", "mark": PASS, "sentence": "It passes.", "counts": (), "checks": ()}
    values |= {"page": f"models/{key}.html", "spec": f"../specs/{key}.yaml"} | others
    return Card(key=key, **values)  # type: ignore[arg-type]


def a_row(verdict: Verdict, expected: Verdict | None) -> Row:
    met = expected is None or verdict is expected
    return Row("energy_flatness", "x", "s", "T4", (), verdict, expected, met, (), None, None, None, (), 0.0)


def test_a_card_has_the_sections_with_a_verdict_and_counts_of_marks() -> None:
    sections = (Section("check-c", "A check", (), PASS), Section("trust", "What this rests on", ()))
    document = Document("a model", PASS, "It passes.", sections=sections)
    rows = (a_row(Verdict.PASS, Verdict.PASS),) * 2 + (a_row(Verdict.FAIL, None), a_row(Verdict.FAIL, Verdict.FAIL))
    report = Report("a.yaml", "a model", "0a", Verdict.PASS, rows)
    card = card_of(document, report, key="a", description="", page="p", spec="s", original=None, thumbnails=())
    assert card.checks == (Decided("A check", PASS, "check-c"),)
    assert [(mark.sign, mark.in_words) for mark in counts_of(report)] == [
        (Sign.PROVED, "2 proved"),
        (Sign.REFUTED, "1 refuted, as the spec expects"),
        (Sign.REFUTED, "1 refuted, not required"),
    ]


def test_the_index_shows_what_a_spec_says_as_text() -> None:
    mark = Mark(Sign.REFUTED, HOSTILE, HOSTILE)
    card = a_card(
        HOSTILE,
        title=HOSTILE,
        description=HOSTILE,
        mark=mark,
        sentence=HOSTILE,
        counts=(mark,),
        checks=(Decided(HOSTILE, mark, HOSTILE),),
        original="<b>",
        repaired=(HOSTILE,),
        thumbnails=(Thumbnail("data:,", HOSTILE, 1, 1),),
    )
    shown = index([card])
    own = index([])
    assert shown.count("<script>") == own.count("<script>") == 1
    assert "49" not in shown.partition("<body")[2].partition("<script>")[0]
    assert " onload='x'" not in shown


def test_the_index_is_the_same_whatever_the_order_of_cards() -> None:
    cards = [a_card("b"), a_card("a", original="b")]
    assert index(cards) == index(cards[::-1])
    assert index(cards).index("Repaired models") < index(cards).index('href="models/a.html"')


def test_the_words_of_the_index_leave_images_out() -> None:
    assert words([a_card(thumbnails=(IMAGE,))]) == words([a_card()])
    assert words([a_card(description="x")]) != words([a_card()])


def test_anchors_and_addresses_are_safe_and_distinct() -> None:
    names = ["a b", "a_20b", "a-b", "ä", '"<', ".."]
    assert len({anchor(name) for name in names}) == len(names)
    assert all(anchor(name).replace("_", "").replace("-", "").isalnum() for name in names)
    assert address('a "b"#?.yaml') == "a%20%22b%22%23%3F.yaml"


def test_originals_and_repairs_name_each_other_where_both_are_there() -> None:
    cards = {card.key: card for card in paired([a_card("a"), a_card("b", original="a"), a_card("c", original="gone")])}
    assert cards["a"].repaired == ("b",)
    assert cards["b"].original == "a"
    assert cards["c"].original is None


def test_words_leave_out_numbers_formulas_code_and_pictures() -> None:
    def document(number: str, formula: str) -> Document:
        inside = Folded("evidence", (Code(number), Paragraph((f"at x = ({number}, 2), it is",))))
        blocks = (Paragraph(("E is ", Math(formula, formula))), Picture(formula, "t", "a"), inside)
        return Document(
            "a", PASS, f"It is {number} at most.", (("spec", number),), sections=(Section("s", "S", blocks),)
        )

    assert list(words_of(document("0.25", "x"))) == list(words_of(document("-1/3", "y")))
    assert "at x = # it is" in list(words_of(document("0.25", "x")))
    other = Document("a", PASS, "It is not.")
    assert list(words_of(other)) != list(words_of(document("0.25", "x")))


def test_a_manifest_is_read_as_it_was_written() -> None:
    manifest = Manifest({"a": ENTRY}, "0c", {"index.html": "0d"})
    assert parse_manifest(manifest.to_json()) == manifest


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (ENTRY, []),
        (Entry("specs/a.yaml", "0f", "pass", ENTRY.claims, "0b"), ["a: the spec has changed"]),
        (Entry("b/a.yaml", "0a", "pass", ENTRY.claims, "0b"), ["a: the spec was specs/a.yaml and is b/a.yaml"]),
        (Entry("specs/a.yaml", "0a", "fail", ENTRY.claims, "0b"), ["a: the verdict was pass and is fail"]),
        (Entry("specs/a.yaml", "0a", "pass", ENTRY.claims, "0f"), ["a: the page says something else"]),
        (
            Entry("specs/a.yaml", "0a", "pass", ("c [x]: pass", "d [x]: pass"), "0f"),
            ["a: no longer d [x]: fail", "a: now d [x]: pass"],
        ),
        (Entry("specs/a.yaml", "0a", "pass", ENTRY.claims[::-1], "0b"), ["a: the claims have another order"]),
    ],
)
def test_differences_are_told_in_words(entry: Entry, told: list[str]) -> None:
    assert list(differences(Manifest({"a": ENTRY}, "0c", {}), Manifest({"a": entry}, "0c", {}))) == told
