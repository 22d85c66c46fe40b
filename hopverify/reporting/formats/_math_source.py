"""LaTeX that may stand in a document of someone else: formulas only, no commands that read, write or define."""

from __future__ import annotations

import re

from hopverify.reporting.document import Equations, Math

_COMMANDS = "input|include|openin|openout|closein|closeout|read|write|immediate|special|catcode|csname|string|meaning"
_COMMANDS += "|def|edef|gdef|xdef|let|futurelet|newcommand|renewcommand|newwrite|usepackage|require|jobname|expandafter"
_FORBIDDEN = re.compile(rf"\\(?:{_COMMANDS})(?![A-Za-z])|\^\^|%|\\(?:begin|end)\s*\{{(?!aligned|cases|array|pmatrix)")

# Signs that TeX stops at: a parameter, an index without its content, two indices of one letter.
_UNFINISHED = re.compile(r"[#~]|[_^]\s*(?:[_^]|$)")
_RELATIONS = ("", "=", "<", ">", ":=")


def is_harmless(formula: Math) -> bool:
    """Whether the formula is no more than one: its braces match, and nothing in it does anything."""
    latex = formula.latex
    is_tabular = "&" not in latex or r"\begin{" in latex
    return is_tabular and _balanced(latex) and not _FORBIDDEN.search(latex) and not _UNFINISHED.search(latex)


def _balanced(latex: str) -> bool:
    depth = 0
    for mark in re.findall(r"\\.|[{}$]", latex):
        depth += (mark == "{") - (mark == "}")
        if depth < 0 or mark == "$":
            return False
    return depth == 0


def source(formula: Math) -> str:
    """Return the LaTeX of a formula; of one that is none, its plain text as an upright word."""
    return formula.latex if is_harmless(formula) else word(formula.text)


def word(text: str) -> str:
    r"""Return words within a formula.

    >>> print(word("50 % of x_1"))
    \text{50 \% of x\_1}
    """
    special = {character: f"\\{character}" for character in "&%$#_{}"}
    special |= {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}
    return rf"\text{{{''.join(special.get(character, character) for character in text)}}}"


def guarded(row: str) -> str:
    r"""Return a row whose beginning is not taken for an argument of the ``\\`` that ends the row above.

    >>> guarded("[1] & 2")
    '{}[1] & 2'
    """
    return f"{{}}{row}" if row.startswith(("[", "*")) else row


def aligned(block: Equations) -> str:
    """Return the lines of an ``aligned``: signs in one column, remarks in another."""
    rows = []
    for line in block.lines:
        left, right = guarded(source(line.left)), source(line.right)
        remark = rf" && {word(line.remark)}" if line.remark else ""
        sign = line.sign if line.sign in _RELATIONS else word(line.sign)
        rows.append(f"  {left} &{sign} {right}{remark}" if left or sign else f"  &\\quad {right}{remark}")
    return " \\\\\n".join(rows)
