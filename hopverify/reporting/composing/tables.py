"""What was found, row by row: equilibria, stored patterns, cells and ghosts as tables, cut where they are long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from hopverify.reporting.document import Block, Folded, Mark, Mono, Sign, Table, Words
from hopverify.reporting.equilibria import told_of
from hopverify.reporting.report import Row, Values
from hopverify.reporting.stored import missing_in_words
from hopverify.reporting.wording import coordinate, names_in_words, vector

ROWS = 200
"""A table has no more rows; the certificate has all."""

# A table of no more rows than these says nothing that the sentences above it have not said.
TOLD_ALREADY = 2


def tables_of(row: Row) -> tuple[Block, ...]:
    """Return the tables of what the checker computed for a claim, folded."""
    data = row.data or {}
    return tuple(
        table for made in (_equilibria(row, data), _memories(data), _cells(data), _ghosts(data)) for table in made
    )


def _folded(what: str, count: int, head: Sequence[str], rows: Sequence[tuple[Words, ...]], right: set[int]) -> Block:
    """Return a folded table; ``count`` is how many there are in all."""
    shown = rows[:ROWS]
    caption = "" if len(shown) == count else f"{len(shown):,} of {count:,}; the certificate has the rest"
    return Folded(f"{what}: {count:,}", (Table(tuple(head), tuple(shown), caption, frozenset(right)),))


def _equilibria(row: Row, data: Values) -> Iterator[Block]:
    told = told_of(row.check, data)
    if len(told) > TOLD_ALREADY:
        cells: list[tuple[Words, ...]] = [((Mono(_state(each["x"])),), (said,)) for each, said in told[:ROWS]]
        yield _folded("Equilibria", len(told), ("x", "what is known"), cells, set())


def _state(values: Sequence[Any]) -> str:
    return vector([coordinate(value) for value in values])


def _memories(data: Values) -> Iterator[Block]:
    rows = data.get("memories")
    if not isinstance(rows, list) or len(rows) <= TOLD_ALREADY:
        return
    if "norm" in data:
        boxes: list[tuple[Words, ...]] = [
            (
                (each["name"],),
                (_certified(each, "stored"),),
                (_decimal(each.get("distance_at_most")),),
                (each.get("stability", ""),),
                (missing_in_words(each),),
            )
            for each in rows[:ROWS]
        ]
        head: tuple[str, ...] = ("pattern", "", "distance at most", "equilibrium", "what it lacks")
        yield _folded("Patterns", len(rows), head, boxes, {2})
        return
    # What is left open is what a reader looks for; then the smallest balls.
    ordered = sorted(rows, key=lambda each: (each["verdict"] == "pass", Fraction(each.get("radius", 0) or 0)))
    cells: list[tuple[Words, ...]] = [
        (
            (each["name"],),
            (_certified(each, "retrieved"),),
            (_decimal(each.get("radius")),),
            (_decimal(each.get("distance")),),
            (each.get("competitor", ""),),
        )
        for each in ordered[:ROWS]
    ]
    head = ("pattern", "", "radius", "distance at most", "worst competitor")
    yield _folded("Patterns, those that are not certified first", data.get("patterns", len(rows)), head, cells, {2, 3})


def _certified(each: Values, what: str) -> Mark:
    return Mark(Sign.PROVED, what) if each["verdict"] == "pass" else Mark(Sign.OPEN, "not certified")


def _decimal(text: Any) -> str:
    return "" if text is None else f"{float(Fraction(text)):.4g}"


def _cells(data: Values) -> Iterator[Block]:
    rows = data.get("cells")
    if not isinstance(rows, list) or len(rows) <= TOLD_ALREADY:
        return
    cells: list[tuple[Words, ...]] = [
        (
            (each["name"],),
            (_certified(each, "retrieved"),),
            (missing_in_words(each),),
            (_decimal(each.get("nearest_end")),),
            (str(each.get("flips", "")),),
        )
        for each in rows[:ROWS]
    ]
    head = ("pattern", "", "what it lacks", "reach in each coordinate", "flips corrected")
    yield _folded("Cells", len(rows), head, cells, {3, 4})


def _ghosts(data: Values) -> Iterator[Block]:
    rows = data.get("ghosts")
    if not isinstance(rows, list) or not rows:
        return
    cells: list[tuple[Words, ...]] = [
        (
            (names_in_words(each["alive"]),),
            (Mono(vector(each["activation"])),),
            (Mono(vector(each["target"])),),
            (names_in_words(each["wakes_up"]),),
        )
        for each in rows[:ROWS]
    ]
    head = ("alive", "activation", "the flow points to x⋆", "what wakes up")
    yield _folded("Ghosts", data.get("count", len(rows)), head, cells, set())
