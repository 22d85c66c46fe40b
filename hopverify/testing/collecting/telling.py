"""What pytest shows of a failed claim."""

from __future__ import annotations

from collections.abc import Iterator

from hopverify.reporting.report import Row
from hopverify.reporting.sentences import advised, grounds
from hopverify.verdict import Verdict

SHOWS, LISTS = "`hopverify verify --json` shows", "`hopverify verify -v` lists"


def in_full(row: Row, file: str) -> Iterator[str]:
    """Yield the lines that a failed test shows: the claim, its verdict, the witness or the reason, what to do next."""
    yield f"{row.check} [{row.subject}]: {row.verdict}, where the spec expects {row.expected}"
    yield f"    claim ({row.theory}): {row.statement}"
    yield from (f"    {line}" for line in grounds(row, shows=SHOWS, lists=LISTS))
    yield from (f"    {line}" for line in advised(row))
    if row.verdict is not Verdict.UNKNOWN and row.method:
        yield f"    decided by: {', '.join(row.method)}"
    yield f"    in full: hopverify verify -v {file}"
