"""What a row of a claim tells of the equilibrium beside its pattern: distances, rivals and signs (M4)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from hopverify.kernel.entries import Entry
from hopverify.kernel.functions import ball
from hopverify.kernel.json_values import listed, natural
from hopverify.kernel.numbers import need, rational
from hopverify.kernel.patterns import Patterns, square

TOLD = ("x", "apart", "limit", "rival", "wrong", "distance")
"""What a row may tell of it."""


def is_own(patterns: Patterns, mu: int, row: Mapping[str, Any], entry: Entry, errors: int, where: str) -> bool:
    """Return whether by what a row tells the equilibrium x is its pattern's own; refuse it where that is not so."""
    gamma, own = patterns.of_layer(entry.ball), patterns.flow.part(patterns.layer, entry.ends)
    apart, distance = (rational(row[key], where) if key in row else None for key in ("apart", "distance"))
    need(all(each is None or each >= 0 for each in (apart, distance)), where, "distances are ≥ 0")
    if apart is not None:
        near = square(gamma, patterns.gamma[mu]) <= ball(apart**2)
        need(near, where, "its activation may lie farther from that of the pattern")
    if distance is not None:
        beyond = [max(high - each, each - low) for (low, high), each in zip(own, patterns.states[mu], strict=True)]
        need(max(beyond) <= distance, where, "it may lie farther from the pattern")
    limit = _limit(patterns, mu, row, where)
    if "wrong" in row:
        signs = patterns.have_signs and patterns.wrong(mu, gamma)[1] <= natural(row["wrong"], where)
        need(signs, where, "it may have more signs wrong, or there are none")
    signed = not patterns.have_signs or row.get("wrong", errors + 1) <= errors
    return apart is not None and limit is not None and apart < limit and signed


def _limit(patterns: Patterns, mu: int, row: Mapping[str, Any], where: str) -> Fraction | None:
    """Return the least that half the distance to a rival can be; None where the row does not tell."""
    need(("limit" in row) == ("rival" in row), where, "a limit comes with the rival that sets it")
    if "limit" not in row:
        return None
    ends = listed(row["limit"], where)
    need(len(ends) == 2, where, "a limit has two bounds")
    low, high = (rational(each, where) for each in ends)
    rivals = patterns.rivals(mu)
    need(low >= 0 and all(ball(4 * low**2) <= each for _, each in rivals), where, "a rival may be nearer")
    sets = [each for rival, each in rivals if rival == row["rival"] and type(rival) is type(row["rival"])]
    need(bool(sets) and high >= 0 and sets[0] <= ball(4 * high**2), where, "the rival may be farther away")
    return low


def check_count(patterns: Patterns, chosen: list[int], at_least: Any) -> None:
    """Refuse patterns of which fewer than so many are different, unless they are all there are."""
    different = {patterns.firsts[mu] for mu in chosen}
    enough = len(different) >= natural(at_least, patterns.where) or len(chosen) == len(patterns.states)
    need(enough, patterns.where, "fewer patterns are stored")
