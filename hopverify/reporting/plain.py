"""Plain text: what a spec or a file name may put on a terminal."""

from __future__ import annotations

import unicodedata

# Control, format (such as right-to-left overrides), surrogate and private characters, line and paragraph separators.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def plain(text: str, *, lines: bool = False) -> str:
    """Return the text without characters that move the cursor, change colours or hide others.

    Line ends stay where ``lines`` is true and become spaces otherwise.

    >>> plain("a\\x1b[31mb\\nc")
    'a[31mb c'
    """
    kept = []
    for character in text:
        if character == "\n":
            kept.append("\n" if lines else " ")
        elif character == "\t":
            kept.append(" ")
        elif unicodedata.category(character) not in _HIDDEN and not _is_no_character(ord(character)):
            kept.append(character)
    return "".join(kept)


def _is_no_character(code: int) -> bool:
    """Whether a code is none of any character, and never will be; XML cannot hold all of those."""
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
