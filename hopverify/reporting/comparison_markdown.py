"""A comparison as Markdown, for a pull request: a table of what changed, and the lines behind it folded in.

Everything that a certificate or a file name may hold stands in code, where it is text: no markup, no link, no mention.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hopverify.reporting.comparison_words import HEADER, Compared, assumed, cells, conclusion, details, heading, told
from hopverify.reporting.plain import plain


def as_markdown(compared: Compared, *, verbose: bool = False) -> str:
    """Return the comparison as Markdown."""
    claims = told(compared.comparison, everything=verbose)
    parts = [f"#### {' → '.join(map(code, compared.files))}", conclusion(compared.comparison)]
    if claims:
        rows = [[change, code(check), code(subject), *rest] for change, check, subject, *rest in map(cells, claims)]
        ruled = [list(HEADER), ["---"] * len(HEADER), *rows]
        parts.append("\n".join(f"| {' | '.join(row)} |" for row in ruled))
    return "\n\n".join(
        [*parts, "<details><summary>what is behind it</summary>", _block(compared, verbose), "</details>"]
    )


def code(text: str) -> str:
    """Return a text as a code span that may stand in a table.

    >>> code("a`b|c")
    '``a`b\\\\|c``'
    """
    shown = plain(text).replace("|", "\\|") or " "
    fence = _fence(shown, 1)
    padding = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{padding}{shown}{padding}{fence}"


def _block(compared: Compared, verbose: bool) -> str:
    content = "\n".join(plain(line) for line in _lines(compared, verbose))
    fence = _fence(content, 3)
    return f"{fence}text\n{content}\n{fence}"


def _lines(compared: Compared, verbose: bool) -> Iterator[str]:
    yield from heading(compared)
    for claim in told(compared.comparison, everything=verbose):
        below = list(details(claim, everything=verbose))
        if below:
            yield f"{claim.check} of {claim.subject}"
            yield from (f"    {line}" for line in below)
    yield from assumed(compared.comparison)


def _fence(text: str, least: int) -> str:
    """Return backticks, more than stand together anywhere in the text."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    return "`" * max(least, longest + 1)
