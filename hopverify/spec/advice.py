"""Advice at the end of a message: the near miss, or what there is. Bounded, since a spec may be hostile."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from hopverify.registry import did_you_mean

_COMPARED = 200
_LISTED = 20


def advice(name: str, known: Iterable[str], *, list_all: bool = True) -> str:
    """Return ``"; did you mean …?"`` or, unless ``list_all`` is false, a list of what is known.

    >>> advice("rellu", ["relu", "tanh"]), advice("sinus", ["relu", "tanh"]), advice("x", [])
    ("; did you mean 'relu'?", '; known: relu, tanh', '')
    """
    # The time to compare grows with the lengths and the number of the names.
    names = [other[:100] for other in islice(known, _COMPARED)]
    found = did_you_mean(name[:100], names) if names else ""
    if "did you mean" in found:
        return found
    if not list_all or not names:
        return ""
    more = ", …" if len(names) > _LISTED else ""
    return f"; known: {', '.join(sorted(names)[:_LISTED])}{more}"
