"""Where a page uses a word of this project for the first time, and whether it is linked to the glossary there."""

from __future__ import annotations

import re

# The entry of docs/glossary.md, and how the word is used.
COINED = {
    "altered-system": r"altered systems?",
    "alive-neuron": r"alive",
    "certified-cell": r"(?:certified|basin) cells?",
    "dead-neuron": r"dead(?: neurons?)?",
    "flat-region": r"flat regions?",
    "ghost-region": r"ghosts?(?: regions?)?",
    "retrieved-pattern": r"retrieved",
    "saturated-neuron": r"saturated",
    "spin": r"spins",
    "stored-pattern": r"stored patterns?",
    "witness": r"witness(?:es)?",
}

# What is no prose: fenced and indented code, headings, comments, code spans, quotations, and links to other places.
_NO_PROSE = re.compile(
    r"^ *```.*?^ *```$|^    [^\n]*$|^#[^\n]*$|<!--.*?-->|`[^`\n]*`|\"[^\"\n]*\""
    r"|!?\[[^\]]*\]\((?![^)]*glossary\.md)[^)]*\)",
    re.MULTILINE | re.DOTALL,
)


def prose(text: str) -> str:
    """Return a text with blanks in place of what is no prose, so that places stay.

    >>> prose("A `dead` neuron")
    'A        neuron'
    """
    return _NO_PROSE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def first_use(text: str, pattern: str) -> re.Match[str] | None:
    """Return where a word is used first."""
    return re.search(rf"(?<![\w#-])(?:{pattern})(?![\w-])", prose(text), re.IGNORECASE)


def is_linked(text: str, use: re.Match[str], entry: str) -> bool:
    """Whether a use of a word is the text of a link to its entry in the glossary."""
    return bool(re.match(rf"[^\[\]]*\]\([\w/.]*glossary\.md#{entry}\)", text[use.end() :]))
