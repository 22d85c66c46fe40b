"""The model's equations as a document sets them: the flow, the energy and its rate first, the layers' forms after."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from hopverify.derivation import Derivation, Numbers
from hopverify.derivation.document import Line, Mark, Section
from hopverify.reporting.document import (
    Block,
    Equation,
    Equations,
    Folded,
    Heading,
    Listing,
    Math,
    Note,
    Paragraph,
    Words,
)

_ASIDE = ("Symbols", "Origin of the formulas")


def equations(derivation: Derivation, written_out: Sequence[Section] = ()) -> tuple[Block, ...]:
    """Return the blocks of a derivation, the equations ``written_out`` with numbers behind the general ones."""
    layers = [section for section in derivation.sections if section.title.startswith("Layer ")]
    aside = [section for section in derivation.sections if section.title in _ASIDE]
    principal = [section for section in derivation.sections if section not in (*layers, *aside)]
    blocks = tuple(_blocks(layers))
    # One layer is named by the line that folds it.
    forms = (Folded(_of_layers(layers), blocks[1:] if len(layers) == 1 else blocks),) if layers else ()
    symbols = Folded("Symbols, and what was compared", tuple(_blocks(aside)))
    return (*_blocks(principal), *_blocks(written_out), *forms, symbols)


def _of_layers(layers: Sequence[Section]) -> str:
    return f"{layers[0].title}: its functions" if len(layers) == 1 else f"The functions of {len(layers)} layers"


def _blocks(sections: Sequence[Section]) -> Iterator[Block]:
    for section in sections:
        yield Heading(section.title)
        if section.lines:
            yield Equations(tuple(_equations(section.lines)))
        for sentence in section.sentences():
            words = tuple(part if isinstance(part, str) else _math(part) for part in sentence)
            yield Paragraph(_begun(words))


def _begun(words: Words) -> Words:
    """Return a note as a sentence; a name or a symbol at its beginning stays as it is."""
    first = words[0] if words and isinstance(words[0], str) else ""
    begin = first.partition(" ")[0].rstrip(":,")
    is_word = len(begin) > 1 and begin.isalpha() and begin.islower()
    last = words[-1] if words else ""
    end = ("",) if isinstance(last, str) and last.endswith((":", ".")) else (".",)
    return (first[0].upper() + first[1:], *words[1:], *end) if is_word else (*words, *end)


def _math(mark: Mark) -> Math:
    return Math(mark.in_latex, mark.in_text)


def _equations(lines: Sequence[Line]) -> Iterator[Equation]:
    """Yield the lines, those that differ by a case (``for x < 0``) as one."""
    for _, group in groupby(_numbered(lines), key=lambda pair: pair[0]):
        yield _one([line for _, line in group])


def _numbered(lines: Sequence[Line]) -> Iterator[tuple[int, Line]]:
    number = 0
    for line in lines:
        left, sign, _ = line.sides()
        is_case = line.remark.startswith("for ") and not sign and line.left is not None and not left.in_text
        number += not is_case
        yield number, line


def _one(lines: Sequence[Line]) -> Equation:
    left, sign, right = lines[0].sides()
    if len(lines) == 1:
        return Equation(_math(left), sign, _math(right), lines[0].remark)
    sides = [line.sides()[2] for line in lines]
    text = "; ".join(f"{side.in_text} {line.remark}" for side, line in zip(sides, lines, strict=True))
    rows = [rf"{side.in_latex} & {_where(line.remark)}" for side, line in zip(sides, lines, strict=True)]
    cases = " \\\\ ".join(rows)
    return Equation(_math(left), sign, Math(rf"\begin{{cases}} {cases} \end{{cases}}", text))


def _where(remark: str) -> str:
    interval = re.sub(r"\bpi\b", r"\\pi", remark.removeprefix("for "))
    return rf"\text{{for }} {interval}"


def arrays(given: Sequence[Numbers]) -> Iterator[Block]:
    """Yield the arrays of a model: small ones whole, of large ones what is told of them."""
    small, large = ([each for each in given if each.is_small is kind] for kind in (True, False))
    if small:
        yield Equations(tuple(Equation(_math(each.name), "=", _math(each.whole), each.what) for each in small))
    if large:
        yield Listing(tuple((_math(each.name), f", {each.what}: {each.in_short.in_text}") for each in large))
    if spreads := [(_math(each.name), f" is known up to {each.array.spread}") for each in given if each.array.spread]:
        yield Listing(tuple(spreads))


def without_equations(why: str) -> tuple[Block, ...]:
    """Return what stands in their place."""
    return (Note((f"The model's equations are not shown: {why}.",)),)
