"""Markdown for a terminal: paragraphs wrapped, formulas kept as they are, emphasis in italics, links as their text."""

from __future__ import annotations

import textwrap

import click

from hopverify.reporting.theory import EMPHASIS, LINK


def for_terminal(markdown: str, width: int, indent: str = "") -> str:
    r"""Return Markdown as lines of at most ``width`` characters. Where there are no colours the italics fall away.

    >>> print(click.unstyle(for_terminal("*For convex L* see\n[proofs](p.md).\n\n    L*(g)", 40, "  ")))
      For convex L see proofs.
    <BLANKLINE>
          L*(g)
    >>> click.unstyle(for_terminal(r"*L\*(γ) is convex.* So is L\*\*.", 40))
    'L*(γ) is convex. So is L**.'
    """
    return "\n\n".join(_block(block, width, indent) for block in markdown.split("\n\n"))


def _block(block: str, width: int, indent: str) -> str:
    if block.startswith("    "):
        return textwrap.indent(block, indent)
    text = LINK.sub(r"\1", " ".join(block.split()))
    lines = textwrap.fill(
        text, width, initial_indent=indent, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return EMPHASIS.sub(lambda found: click.style(found[1], italic=True), lines).replace(r"\*", "*")
