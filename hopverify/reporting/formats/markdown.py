"""Markdown as GitHub shows it, for repositories: tables, folded evidence, formulas, figures as files beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape
from typing import Any
from urllib.parse import quote

from hopverify.reporting.document import (
    Block,
    Code,
    Document,
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
    Statement,
    Strong,
    Table,
    Words,
)
from hopverify.reporting.formats import Format, Rendered
from hopverify.reporting.formats._addresses import allowed
from hopverify.reporting.formats._math_source import aligned, is_harmless
from hopverify.reporting.report import Report

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~$&@])")
# What Markdown takes for a list, a rule or a heading at the beginning of a line, and GitHub for an address anywhere.
_BEGINNING = re.compile(r"^(\s*)([-+=]|\d+(?=[.)]))")
_ADDRESS = re.compile(r"(?i)(https?|ftp)(?=://)|(?<!\w)(www)(?=\.)")


def text(words: str, *, begins: bool = True) -> str:
    r"""Return words that Markdown takes for nothing else; ``begins``: they may stand at the beginning of a line.

    >>> print(text("<b> [x](y) a_b"))
    \<b\> \[x\](y) a\_b
    """
    shown = _SPECIAL.sub(r"\\\1", words)
    if begins:
        shown = _BEGINNING.sub(lambda found: found[1] + _guarded(found[2]), shown)
    return _ADDRESS.sub(lambda found: f"{found[1]}\\" if found[1] else f"{found[2]}\\", shown)


def _guarded(begin: str) -> str:
    return f"{begin}\\" if begin.isdigit() else f"\\{begin}"


def mono(words: str) -> str:
    """Return a code span, in more backticks than there are within."""
    longest = max((len(run) for run in re.findall(r"`+", words)), default=0)
    fence, space = "`" * (longest + 1), " " if longest or not words.strip() else ""
    return f"{fence}{space}{words}{space}{fence}" if words else ""


class _Writer:
    """Writes one document; ``files`` are its figures, by the paths that it names."""

    def __init__(self, stem: str | None) -> None:
        self.stem = stem
        self.files: dict[str, bytes] = {}
        self._blocks: dict[type, Callable[[Any, int], Iterator[str]]] = {
            Heading: lambda block, level: iter([f"{'#' * level} {text(block.text)}"]),
            Paragraph: lambda block, level: iter([self.words(block.words)]),
            Note: lambda block, level: iter([f"> {self.words(block.words)}"]),
            Listing: lambda block, level: iter(["\n".join(f"- {self.words(item)}" for item in block.items)]),
            Statement: lambda block, level: iter([self._statement(block)]),
            Math: lambda block, level: iter([_displayed(block)]),
            Equations: lambda block, level: iter([_equations(block)]),
            Table: lambda block, level: iter([self._table(block)] + ([text(block.caption)] if block.caption else [])),
            Picture: lambda block, level: iter(self._picture(block)),
            Code: lambda block, level: iter([_code(block)]),
            Facts: lambda block, level: iter([self._facts(block)]),
            Folded: self._folded,
        }

    def document(self, document: Document) -> str:
        """Return the whole text."""
        parts = [
            f"# {text(document.title)}",
            f"**{document.mark.sign.shape} {text(document.mark.in_words)}:** {text(document.sentence)}",
        ]
        parts += self.blocks(document.opening, 2)
        parts.append("\n".join(f"- {text(name)}, SHA-256: {mono(digest)}" for name, digest in document.digests))
        for section in document.sections:
            parts += self._section(section)
        if document.sources:
            parts += ["## Sources", "\n".join(_source(each.text, each.address) for each in document.sources)]
        return "\n\n".join(part for part in parts if part) + "\n"

    def _section(self, section: Section) -> Iterator[str]:
        mark = f" {self.words((section.mark,))}" if section.mark is not None else ""
        yield _named(section.anchor)
        yield f"## {text(section.title)}{mark}"
        yield from self.blocks(section.blocks, 3)

    def blocks(self, blocks: tuple[Block, ...], level: int) -> Iterator[str]:
        """Yield the parts that blocks make, to be set apart by empty lines."""
        for block in blocks:
            yield from self._blocks[type(block)](block, level)

    def words(self, words: Words) -> str:
        """Return a line of words."""
        joined = "".join(self._inline(part, position == 0) for position, part in enumerate(words))
        return joined.strip()

    def _inline(self, part: Inline, first: bool) -> str:
        if isinstance(part, str):
            return text(part, begins=first)
        if isinstance(part, Mono):
            return mono(part.text)
        if isinstance(part, Strong):
            return f"**{text(part.text.strip())}**"
        if isinstance(part, Math):
            return f"$`{part.latex}`$" if "`" not in part.latex and is_harmless(part) else text(part.text)
        if isinstance(part, Mark):
            beside = f", **{text(part.beside)}**" if part.unmet and part.beside else f", {text(part.beside)}"
            return f"{part.sign.shape} {text(part.text)}{beside if part.beside else ''}"
        return _link(part)

    def _statement(self, block: Statement) -> str:
        return f"> **{text(block.label)}**, {self.words((block.mark,))}: {self.words(('', *block.words))}"

    def _table(self, block: Table) -> str:
        rules = ["---:" if column in block.right else ":---" for column in range(len(block.head))]
        rows = [[text(head) for head in block.head], rules]
        # Within a table even code has to escape what divides columns.
        rows += [[re.sub(r"(?<!\\)\|", r"\\|", self.words(("", *cell))) for cell in row] for row in block.rows]
        return "\n".join(f"| {' | '.join(row)} |" for row in rows)

    def _facts(self, block: Facts) -> str:
        # Another bullet than that of listings: two lists below one another would be one.
        return "\n".join(
            f"* **{text(name)}**: {self.words(('', *said))}" if name else f"  - {self.words(said)}"
            for name, said in block.pairs
        )

    def _folded(self, block: Folded, level: int) -> Iterator[str]:
        if block.anchor:
            yield _named(block.anchor)
        yield f"<details>\n<summary>{escape(block.summary)}</summary>"
        yield from self.blocks(block.blocks, max(level, 3))
        yield "</details>"

    def _picture(self, block: Picture) -> Iterator[str]:
        if self.stem is None:
            yield f"Figure: {text(block.title)}. {text(block.alternative)}"
        else:
            name = re.sub(r"[^a-z0-9]+", "-", block.title.lower()).strip("-")
            path = f"{self.stem}.figures/{len(self.files) + 1}-{name}.svg"
            self.files[path] = block.svg.encode("utf-8")
            yield f"![{text(block.title)}. {text(block.alternative)}]({quote(path)})"
        if block.caption:
            yield f"**{text(block.title)}.** {text(block.caption)}"


def _named(anchor: str) -> str:
    return f'<a id="{escape(anchor)}"></a>'


def _link(link: Link) -> str:
    target = allowed(link.target)
    return f"[{text(link.text)}]({quote(target, safe='#:/?=&%;')})" if target else text(link.text)


def _source(words: str, address: str) -> str:
    return f"- {_link(Link(words, address))}"


def _displayed(formula: Math) -> str:
    return _fenced(formula.latex, "math") if is_harmless(formula) else text(formula.text)


def _equations(block: Equations) -> str:
    return _fenced(f"\\begin{{aligned}}\n{aligned(block)}\n\\end{{aligned}}", "math")


def _code(block: Code) -> str:
    return _fenced(block.text, "text")


def _fenced(body: str, kind: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", body)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{kind}\n{body}\n{fence}"


def markdown(document: Document, stem: str | None = None) -> tuple[str, dict[str, bytes]]:
    """Return the text, and the figures by their paths; without a ``stem`` figures are told in words."""
    writer = _Writer(stem)
    return writer.document(document), writer.files


def _render(document: Document, report: Report, stem: str | None) -> Rendered:
    written, files = markdown(document, stem)
    return Rendered(written.encode("utf-8"), files)


FORMAT = Format("markdown", ".md", "a page for a repository, its figures beside it", _render)
