"""The report as a document: what every format renders. Frozen values of text; no HTML, no LaTeX but in :class:`Math`.

A document has a first screen (title, verdict, ``opening``), sections, and the sources that its text cites. Blocks stand
one below the other; inlines stand in a line of words. Formats escape what they write; characters that a page must not
hold (control characters, bidirectional overrides) are gone once a :class:`Document` is made.

>>> Document("a\\x1b[31mb", Mark(Sign.PROVED, "proved"), "It holds.").title
'a[31mb'
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import StrEnum
from typing import Any, TypeAlias

from hopverify.reporting.plain import plain


class Sign(StrEnum):
    """What is known of a statement; formats give each a colour beside its shape and the word.

    ``UNMET`` is that of a whole report in which something is not as the spec expects.
    """

    PROVED = "proved"
    REFUTED = "refuted"
    OPEN = "open"
    ASIDE = "aside"
    UNMET = "unmet"

    @property
    def shape(self) -> str:
        """Return a character that says the same without colour."""
        return {Sign.PROVED: "✓", Sign.REFUTED: "✗", Sign.OPEN: "?", Sign.ASIDE: "–", Sign.UNMET: "!"}[self]


@dataclass(frozen=True)
class Mark:
    """What is known of a statement, and ``beside`` it what the spec makes of that: two things, never one.

    ``unmet``: the spec asks for something else.
    """

    sign: Sign
    text: str
    beside: str = ""
    unmet: bool = False

    @property
    def in_words(self) -> str:
        """Both in one line.

        >>> Mark(Sign.REFUTED, "refuted", "as the spec expects").in_words
        'refuted, as the spec expects'
        """
        return f"{self.text}, {self.beside}" if self.beside else self.text


@dataclass(frozen=True)
class Math:
    """A formula in LaTeX, and the same on one line of plain text. Inline among words, displayed as a block."""

    latex: str
    text: str


@dataclass(frozen=True)
class Mono:
    """Words as a machine has them: a command, a file name, a digest, a number."""

    text: str


@dataclass(frozen=True)
class Strong:
    """Words that stand out."""

    text: str


@dataclass(frozen=True)
class Link:
    """Words that lead somewhere: ``target`` is ``#anchor`` of a section, or an https address."""

    text: str
    target: str


Inline: TypeAlias = str | Math | Mono | Strong | Link | Mark
Words: TypeAlias = tuple[Inline, ...]


def with_code(text: str) -> Words:
    """Return a text in which backticks enclose what a machine has.

    >>> with_code("see `step` of the check")
    ('see ', Mono(text='step'), ' of the check')
    """
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return (text,)
    words = (Mono(part) if number % 2 else part for number, part in enumerate(parts))
    return tuple(word for word in words if word not in ("", Mono("")))


def without_marks(text: str) -> str:
    """Return a text without the backticks that enclose what a machine has, for where it cannot look different.

    >>> without_marks("see `step` of the check")
    'see step of the check'
    """
    return "".join(part.text if isinstance(part, Mono) else str(part) for part in with_code(text))


@dataclass(frozen=True)
class Heading:
    """A heading within a section."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """Words."""

    words: Words


@dataclass(frozen=True)
class Listing:
    """Items, in no order that matters."""

    items: tuple[Words, ...]


@dataclass(frozen=True)
class Statement:
    """A claim in words, numbered through the document: ``label`` is "Claim 3"."""

    label: str
    words: Words
    mark: Mark


@dataclass(frozen=True)
class Equation:
    """``left sign right``, and a remark. Both sides may be empty: a further case, or a further term of a sum."""

    left: Math
    sign: str
    right: Math
    remark: str = ""


@dataclass(frozen=True)
class Equations:
    """Formulas below one another, their signs in one column."""

    lines: tuple[Equation, ...]


@dataclass(frozen=True)
class Table:
    """Rows of cells below heads. ``right`` holds the columns of numbers, from 0, which stand flush right."""

    head: tuple[str, ...]
    rows: tuple[tuple[Words, ...], ...]
    caption: str = ""
    right: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Picture:
    """A figure as the text of an SVG, with words for those who do not see it."""

    svg: str
    title: str
    alternative: str
    caption: str = ""


@dataclass(frozen=True)
class Code:
    """Lines as a machine has them."""

    text: str


@dataclass(frozen=True)
class Facts:
    """Names, each with what it is; an empty name tells more of the one above."""

    pairs: tuple[tuple[str, Words], ...]


@dataclass(frozen=True)
class Note:
    """An aside that a reader should not miss."""

    words: Words


@dataclass(frozen=True)
class Folded:
    """Blocks that are shown when asked for, and a line that says what they are; ``anchor`` is its name in links."""

    summary: str
    blocks: tuple[Block, ...]
    anchor: str = ""


Block: TypeAlias = (
    Heading | Paragraph | Listing | Statement | Math | Equations | Table | Picture | Code | Facts | Note | Folded
)


@dataclass(frozen=True)
class Section:
    """A part of the document. ``anchor`` is its name in links: ASCII letters, digits and hyphens, unique."""

    anchor: str
    title: str
    blocks: tuple[Block, ...]
    mark: Mark | None = None


@dataclass(frozen=True)
class Source:
    """A work that the document cites; ``address`` is an https address, or empty."""

    text: str
    address: str = ""


@dataclass(frozen=True)
class Document:
    """One report: ``sentence`` is the verdict, ``digests`` say of what, ``opening`` completes the first screen."""

    title: str
    mark: Mark
    sentence: str
    digests: tuple[tuple[str, str], ...] = ()
    opening: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()
    sources: tuple[Source, ...] = ()

    def __post_init__(self) -> None:
        for field in fields(self):
            object.__setattr__(self, field.name, _cleaned(getattr(self, field.name)))


def links_in(value: Any) -> Iterator[Link]:
    """Yield the links in a part of a document."""
    if isinstance(value, Link):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from links_in(part)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from links_in(getattr(value, field.name))


def _cleaned(value: Any) -> Any:
    """Return the value with plain text wherever it holds text; line ends stay in code and figures."""
    if isinstance(value, StrEnum):
        return value
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, tuple):
        return tuple(_cleaned(part) for part in value)
    if isinstance(value, Code):
        return Code(plain(value.text, lines=True))
    if isinstance(value, Picture):
        svg = plain(value.svg, lines=True)
        return Picture(svg, plain(value.title), plain(value.alternative), plain(value.caption))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: _cleaned(getattr(value, field.name)) for field in fields(value)})
    return value
