"""The theorems that a report cites: links where it names them, and a section that states each, to be read offline."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence

from hopverify.reporting.addresses import on_the_site
from hopverify.reporting.document import (
    Block,
    Code,
    Folded,
    Link,
    Mono,
    Paragraph,
    Section,
    Words,
    links_in,
    with_code,
)
from hopverify.reporting.theory import EMPHASIS, LINK, Theorem, theorems

ANCHOR, TITLE = "theorems", "Theorems"
_NAMED = re.compile(r"\(([A-Z]\d+(?:, [A-Z]\d+)*)\)")


def link_to(name: str) -> Link | str:
    """Return a link to a theorem within the report; the mere name where there is none."""
    return Link(name, f"#{_anchor(name)}") if name in theorems() else name


def names_linked(theory: str) -> Words:
    """Return the theorems that a check cites, each as a link.

    >>> names_linked("T1, T2")
    (Link(text='T1', target='#theorem-t1'), ', ', Link(text='T2', target='#theorem-t2'))
    """
    words: list[Link | str] = []
    for name in theory.split(", "):
        words += [", ", link_to(name)] if words else [link_to(name)]
    return tuple(words)


def cited(text: str) -> Words:
    """Return a sentence in which theorems in parentheses are links, and backticks enclose what a machine has.

    >>> cited("it descends (T2)")
    ('it descends (', Link(text='T2', target='#theorem-t2'), ')')
    """
    words: Words = ()
    at = 0
    for found in _NAMED.finditer(text):
        words += (*with_code(text[at : found.start(1)]), *names_linked(found[1]))
        at = found.end(1)
    return (*words, *with_code(text[at:])) if text[at:] else words


def theorems_section(sections: Sequence[object]) -> tuple[Section, ...]:
    """Return the section of the theorems to which these parts of a report link; none where they link to none."""
    targets = {link.target for link in links_in(tuple(sections))}
    shown = [each for each in theorems().values() if f"#{_anchor(each.name)}" in targets]
    if not shown:
        return ()
    said: Words = (
        "These are the theorems that this report cites. ",
        Mono(f"hopverify explain {shown[0].name} --proof"),
        " prints one with its proof.",
    )
    return (Section(ANCHOR, TITLE, (Paragraph(said), *(_stated(each) for each in shown))),)


def _anchor(name: str) -> str:
    return f"theorem-{name.lower()}"


def _stated(theorem: Theorem) -> Folded:
    """Return a theorem, folded: its statement, and where its proof is."""
    place = Link("The theorem on the web", on_the_site(f"theory/#{theorem.anchor}"))
    proof = ", with its proof." if theorem.proof else "."
    blocks = (*_blocks(theorem.statement), Paragraph((place, proof)))
    return Folded(f"{theorem.name}: {theorem.title}", blocks, _anchor(theorem.name))


def _blocks(markdown: str) -> Iterator[Block]:
    """Yield the paragraphs of a statement, and its formulas, which are indented."""
    for part in markdown.split("\n\n"):
        if part.startswith("    "):
            yield Code(textwrap.dedent(part))
        else:
            words = EMPHASIS.sub(r"\1", LINK.sub(r"\1", " ".join(part.split())))
            # Emphasis that goes on behind a formula begins in one paragraph and ends in another.
            yield Paragraph(with_code(re.sub(r"(?<!\\)\*", "", words).replace(r"\*", "*")))
