"""How a command ends: the exit code of a verdict, and of several runs together."""

from __future__ import annotations

from collections.abc import Iterable

from hopverify.verdict import Verdict, summed_up

PASS, FAIL, USAGE, UNKNOWN = 0, 1, 2, 3

_CODES = {Verdict.PASS: PASS, Verdict.FAIL: FAIL, Verdict.UNKNOWN: UNKNOWN, Verdict.NOT_APPLICABLE: PASS}


def exit_code(verdicts: Iterable[Verdict], *, errors: int = 0) -> int:
    """Return the exit code of a run: a spec error counts most, then a fail, then an unknown.

    >>> exit_code([Verdict.PASS, Verdict.UNKNOWN, Verdict.FAIL])
    1
    >>> exit_code([Verdict.FAIL], errors=1)
    2
    """
    return USAGE if errors else _CODES[summed_up(verdicts)]
