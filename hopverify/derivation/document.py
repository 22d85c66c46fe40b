"""A derivation as a document: sections of formulas and sentences, as text, as LaTeX, or piece by piece in both."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hopverify.derivation.latex import escaped, latex, latex_words, portable_words
from hopverify.derivation.printing import for_markdown, text


@dataclass(frozen=True)
class Mark:
    """A symbol or a piece of mathematics given in both notations."""

    in_text: str
    in_latex: str


SAME, AGAIN = Mark("", ""), Mark(" ", "")
"""Left sides of a further case, without a sign, and of a further form, after another equals sign."""


@dataclass(frozen=True, eq=False)
class Line:
    """``left = right``, with a remark; ``left`` None: a further term of the sum above; ``SAME``: a further case."""

    left: Any
    right: Any
    remark: str = ""

    def text(self) -> tuple[str, str, str]:
        """Return left side, right side with its sign, and remark."""
        right = _shown(self.right, latex=False)
        if self.left is None:
            return "", f"- {right[1:].lstrip()}" if right.startswith("-") else f"+ {right}", self.remark
        return _shown(self.left, latex=False), right, self.remark

    def latex(self, *, portable: bool = False) -> str:
        """Return a line of an ``align*``; a portable one is understood by MathJax and KaTeX too."""
        right = _shown(self.right, latex=True)
        words = portable_words if portable else latex_words
        remark = f" && {words(self.remark)}" if self.remark else ""
        if self.left is None:
            return f"  &{'' if right.lstrip().startswith('-') else ' +'} {right}{remark}"
        sign = "=" if _shown(self.left, latex=False) else r"\phantom{{}={}}"
        return f"  {_shown(self.left, latex=True)} &{sign} {right}{remark}"

    def sides(self) -> tuple[Mark, str, Mark]:
        """Return left side, sign and right side, each in both notations; a further term or case has no left side."""
        _, shown, _ = self.text()
        if self.left is None:
            printed = _shown(self.right, latex=True).lstrip()
            return SAME, "", Mark(shown, printed if printed.startswith("-") else f"+ {printed}")
        left = Mark(_shown(self.left, latex=False).strip(), _shown(self.left, latex=True).strip())
        sign = "=" if _shown(self.left, latex=False) else ""
        return left, sign, Mark(shown, _shown(self.right, latex=True))


def _shown(part: Any, *, latex: bool) -> str:
    if isinstance(part, tuple):
        return "".join(_shown(inner, latex=latex) for inner in part)
    if isinstance(part, Mark):
        return part.in_latex if latex else part.in_text
    return _in_latex(part) if latex else text(part)


_in_latex = latex


@dataclass(frozen=True)
class Section:
    """A heading, formulas, and sentences after them: ASCII words, with formulas between them where needed."""

    title: str
    lines: tuple[Line, ...] = ()
    notes: tuple[str | tuple[Any, ...], ...] = field(default=())

    def to_text(self) -> str:
        """Return the section with the equals signs in one column."""
        rows = [line.text() for line in self.lines]
        width = max((len(left) for left, _, _ in rows), default=0)
        body = max((len(line) for _, right, remark in rows if remark for line in right.split("\n")), default=0)
        printed = [self.title]
        for left, right, remark in rows:
            first, *others = right.split("\n")
            sign = " = " if left else "   "
            tail = f"{first.ljust(min(body, 72))}    {remark}" if remark else first
            printed.append(f"  {left.rjust(width)}{sign}{tail}".rstrip())
            printed += [f"  {' ' * width}   {line}" for line in others]
        return "\n".join([*printed, *(f"  {_sentence(note, latex=False)}" for note in self.notes)])

    def to_latex(self) -> str:
        """Return the section as a paragraph with an ``align*``."""
        parts = [rf"\paragraph{{{escaped(self.title)}}}"]
        if self.lines:
            parts.append("\n".join([r"\begin{align*}", " \\\\\n".join(line.latex() for line in self.lines)]))
            parts.append(r"\end{align*}")
        parts += [_sentence(note, latex=True) + r"\par" for note in self.notes]
        return "\n".join(parts)

    def to_markdown(self) -> str:
        """Return the section with its formulas as MathJax sets them, in notebooks for instance."""
        parts = [f"**{for_markdown(self.title)}**"]
        if self.lines:
            rows = " \\\\\n".join(line.latex(portable=True) for line in self.lines)
            parts.append(f"$$\n\\begin{{aligned}}\n{rows}\n\\end{{aligned}}\n$$")
        notes = "\n".join(f"- {_marked(sentence)}" for sentence in self.sentences())
        return "\n\n".join([*parts, notes] if notes else parts)

    def sentences(self) -> tuple[tuple[str | Mark, ...], ...]:
        """Return the notes as words with formulas in both notations between them."""
        return tuple(_parts(note) for note in self.notes)


def _marked(sentence: tuple[str | Mark, ...]) -> str:
    """Return words with formulas between them, in Markdown."""
    return "".join(for_markdown(part) if isinstance(part, str) else f"${part.in_latex}$" for part in sentence)


def _parts(note: str | tuple[Any, ...]) -> tuple[str | Mark, ...]:
    parts = (note,) if isinstance(note, str) else note
    return tuple(
        part if isinstance(part, str) else Mark(_shown(part, latex=False), _shown(part, latex=True)) for part in parts
    )


def _sentence(note: str | tuple[Any, ...], *, latex: bool) -> str:
    """Return words with formulas between them."""
    parts = (note,) if isinstance(note, str) else note
    if not latex:
        return "".join(part if isinstance(part, str) else _shown(part, latex=False) for part in parts)
    return "".join(escaped(part) if isinstance(part, str) else f"${_shown(part, latex=True)}$" for part in parts)
