"""Numbers with their nouns, and lists, as sentences have them."""

from __future__ import annotations

from collections.abc import Sequence


def counted(count: int, one: str, more: str = "") -> str:
    """Return a number with its noun; ``more`` is the plural where that is not with an s.

    >>> counted(1, "pattern"), counted(1797, "pattern"), counted(2, "equilibrium", "equilibria")
    ('1 pattern', '1,797 patterns', '2 equilibria')
    """
    return f"{count:,} {one if count == 1 else more or f'{one}s'}"


def listed(parts: Sequence[str]) -> str:
    """Return parts in a row, the last two joined by "and".

    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    *others, last = parts
    return f"{', '.join(others)} and {last}" if others else last
