"""LaTeX for papers: the equations, and the table of claims. A fragment to be put in with ``\\input``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

from hopverify.reporting.document import (
    Block,
    Document,
    Equations,
    Folded,
    Heading,
    Inline,
    Mark,
    Math,
    Mono,
    Paragraph,
    Strong,
    Table,
    Words,
)
from hopverify.reporting.formats import Format, Rendered
from hopverify.reporting.formats._math_source import aligned, guarded, source
from hopverify.reporting.report import Report

HEAD = """\
% Made by hopverify. Packages: amsmath, amssymb, booktabs.
% {title}: {sentence}
% {digests}
"""

_SPECIAL = {character: f"\\{character}" for character in "&%$#_{}"}
_SPECIAL |= {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}
_SPECIAL |= {"<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", '"': r"\textquotedbl{}", "'": "'"}
_SIGNS = {
    **{"≤": r"\leq", "≥": r"\geq", "⪰": r"\succeq", "≻": r"\succ", "∞": r"\infty", "∂": r"\partial", "∇": r"\nabla"},
    **{"∈": r"\in", "·": r"\cdot", "∘": r"\circ", "×": r"\times", "→": r"\to", "⋆": r"\star", "√": r"\surd", "−": "-"},
    **{"Σ": r"\Sigma", "∏": r"\prod", "∫": r"\int", "⟨": r"\langle", "⟩": r"\rangle", "‖": r"\|", "≈": r"\approx"},
    **{"½": r"\tfrac{1}{2}", "ᵀ": r"^{\top}", "⁻": "^{-}", "²": "^{2}", "³": "^{3}", "¹": "^{1}", "≠": r"\neq"},
    **{"ẋ": r"\dot{x}", "ẏ": r"\dot{y}", "∪": r"\cup", "⊂": r"\subset", "≡": r"\equiv", "±": r"\pm"},
}
_GREEK = re.compile(r"GREEK (SMALL|CAPITAL) LETTER ([A-Z]+)$")
_ACCENTS = {"\u0304": r"\bar", "\u0303": r"\tilde", "\u0302": r"\hat", "\u0307": r"\dot"}


def text(words: str) -> str:
    r"""Return words that LaTeX takes for nothing else; signs of mathematics become its commands.

    >>> print(text("h̄ ≥ 50 %"))
    \ensuremath{\bar{h}} \ensuremath{\geq} 50 \%
    """
    decomposed = re.sub("(.)([\u0302\u0303\u0304\u0307])", lambda found: _accented(found[1], found[2]), words)
    return "".join(part if part.startswith("\\ensuremath") else _escaped(part) for part in _split(decomposed))


def _accented(letter: str, accent: str) -> str:
    inside = _sign(letter) or (letter if letter.isascii() and letter.isalnum() else r"\cdot")
    return f"\0\\ensuremath{{{_ACCENTS[accent]}{{{inside}}}}}\0"


def _split(words: str) -> list[str]:
    return [part for part in words.split("\0") if part]


def _escaped(words: str) -> str:
    return "".join(_character(character) for character in words)


def _character(character: str) -> str:
    if character in _SPECIAL:
        return _SPECIAL[character]
    sign = "" if character.isascii() else _sign(character)
    return rf"\ensuremath{{{sign}}}" if sign else character


def _sign(character: str) -> str:
    """Return the command for a sign of mathematics or a Greek letter; empty for anything else."""
    if character in _SIGNS:
        return _SIGNS[character]
    found = _GREEK.match(unicodedata.name(character, ""))
    if not found:
        return ""
    name = found[2].lower().replace("lamda", "lambda")
    return f"\\{name if found[1] == 'SMALL' else name.capitalize()}"


def _words(words: Words) -> str:
    return "".join(_inline(part) for part in words)


def _inline(part: Inline) -> str:
    if isinstance(part, str):
        return text(part)
    if isinstance(part, Math):
        return rf"\({source(part)}\)"
    if isinstance(part, Mark):
        return text(part.in_words)
    if isinstance(part, Mono):
        return rf"\texttt{{{text(part.text)}}}"
    return rf"\textbf{{{text(part.text)}}}" if isinstance(part, Strong) else text(part.text)


def _blocks(blocks: tuple[Block, ...]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Heading):
            yield rf"\paragraph{{{text(block.text)}}}"
        elif isinstance(block, Equations):
            yield f"\\begin{{align*}}\n{aligned(block)}\n\\end{{align*}}"
        elif isinstance(block, Paragraph):
            yield f"{_words(block.words)}\\par"
        elif isinstance(block, Folded):
            yield from _blocks(block.blocks)


def _table(block: Table, document: Document) -> str:
    columns = "".join("r" if column in block.right else "l" for column in range(len(block.head)))
    rows = [guarded(" & ".join(_words(cell) for cell in row)) + r" \\" for row in block.rows]
    label = re.sub(r"[^A-Za-z0-9]+", "-", document.title).strip("-") or "model"
    head = guarded(" & ".join(text(head) for head in block.head)) + r" \\"
    return "\n".join(
        [
            r"\begin{table}",
            rf"\caption{{Claims about {text(document.title)}, as decided by the checker of hopverify. "
            rf"{text(block.caption)}}}",
            rf"\label{{tab:hopverify-{label}}}",
            r"\centering\small",
            rf"\begin{{tabular}}{{{columns}}}",
            r"\toprule",
            head,
            r"\midrule",
            *rows,
            r"\bottomrule",
            r"\end{tabular}",
            r"\end{table}",
        ]
    )


def latex(document: Document) -> str:
    """Return the equations of the first screen and its table as LaTeX."""
    digests = ", ".join(f"{name} SHA-256 {digest}" for name, digest in document.digests)
    parts = [
        HEAD.format(
            title=document.title, mark=document.mark.in_words, sentence=document.sentence, digests=digests
        ).rstrip()
    ]
    first = next((k for k, block in enumerate(document.opening) if isinstance(block, Equations)), None)
    if first is not None:
        # The heading of the first formulas stands before them.
        shown = document.opening[max(0, first - 1) :]
        parts += _blocks(tuple(block for block in shown if block not in _of_tables(shown)))
    parts += [_table(block, document) for block in document.opening if isinstance(block, Table)]
    return "\n\n".join(parts) + "\n"


def _of_tables(blocks: tuple[Block, ...]) -> list[Block]:
    """Return the headings of tables, which captions stand for."""
    return [block for block, follows in pairwise(blocks) if isinstance(block, Heading) and isinstance(follows, Table)]


def _render(document: Document, report: Report, stem: str | None) -> Rendered:
    return Rendered(latex(document).encode("utf-8"))


FORMAT = Format("latex", ".tex", "equations and the table of claims, for papers", _render)
