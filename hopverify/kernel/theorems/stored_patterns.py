"""Patterns that are stored, each at an asymptotically stable equilibrium of its own; or too few of them (M4)."""

from collections.abc import Mapping
from typing import Any

from hopverify.kernel.entries import read_entries
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.functions import ball
from hopverify.kernel.json_values import canonical, keys, listed, natural
from hopverify.kernel.numbers import need, rational
from hopverify.kernel.patterns import Patterns, square

TOLD = ("x", "stability", "apart", "limit", "rival", "wrong", "distance", "flat")
"""What a row may tell of the equilibrium beside its pattern."""

FLAT = ("region", "layers", "neighbourhood")
"""What it may tell of the flat region around it, as the claim `flat regions` does."""


def each(case: Case) -> Fact:
    """Equilibria with what is known of their stability, by premise 0; what each row tells of its own holds there.

    A pattern is stored if the equilibrium is stable, and its own. A second premise may be about flat regions.
    """
    case.keys("premises")
    case.need("basin" not in case.claim.fields, "of basins nothing is shown")
    stability, *flat = _premises(case, ("stability",), ("flat regions",))
    known = {canonical(row["x"]): {"stability": row["stability"]} for row in _isolated(stability)}
    for row in (row for fact in flat for row in _isolated(fact)):
        known.setdefault(canonical(row["x"]), {})["flat"] = {key: row[key] for key in FLAT if key in row}
    _check_rows(case, known)
    return Fact(case.core, case.claim)


def one(case: Case) -> Fact:
    """One equilibrium attracts every solution, by the premise: it is stable, and any state lies in its basin."""
    case.keys("premises")
    case.need(case.claim.fields.get("basin") == "all states", "the basin is that of all states")
    (fact,) = _premises(case, ("global stability",))
    case.need("x" in fact.claim.fields, "the premise does not say where the equilibrium is")
    _check_rows(case, {canonical(fact.claim["x"]): {"stability": "stable"}})
    return Fact(case.core, case.claim)


def few(case: Case) -> Fact:
    """No more patterns are stored than may own an equilibrium that is not unstable, nor than there are of these.

    The premise lists all equilibria, with what is known of their stability, or says that one attracts every solution.
    Patterns are told apart, so that it is known how many there are.
    """
    case.keys("premises")
    (fact,) = _premises(case, ("stability", "global stability"))
    if fact.claim.name == "global stability":
        _check_few(case, [fact.claim.fields.get("x")], 1)
    else:
        case.need(fact.claim.says("stability", all=True, region=None), "the premise does not list all equilibria")
        rows = fact.claim["equilibria"]
        case.need(not any("dimension" in row for row in rows), "the premise lists a continuum")
        _check_few(case, [row["x"] for row in rows if row["stability"] != "unstable"], len(rows))
    return Fact(case.core, case.claim)


def _premises(case: Case, *names: tuple[str, ...]) -> list[Fact]:
    """Return what the premises show, each a claim with one of the names in its place; the first has to be there."""
    premises = listed(case.proof["premises"], f"{case.where}.premises")
    case.need(1 <= len(premises) <= len(names), f"there are from 1 to {len(names)} premises")
    facts = [case.accept(each, f"{case.where}.premises[{place}]") for place, each in enumerate(premises)]
    for fact, fitting in zip(facts, names, strict=False):
        case.need(fact.core is case.core and fact.claim.name in fitting, f"a premise is no claim of {fitting[0]}")
    return facts


def _isolated(fact: Fact) -> list[Any]:
    return [row for row in fact.claim["equilibria"] if "dimension" not in row]


# --------------------------------------------------------------------------------------------------------------- stored


def _check_rows(case: Case, known: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse the rows of a claim unless what is known of the equilibria shows them, and enough are stored."""
    claim, patterns = case.claim, Patterns(case.core, case.claim["memory"], case.where)
    rows, errors = listed(claim["patterns"], case.where), natural(claim["errors"], case.where)
    case.need(len(rows) == len(patterns.states), f"expected a row for each of {len(patterns.states)} patterns")
    for mu, row in enumerate(rows):
        _check(patterns, mu, row, errors, known)
    stored = [mu for mu, row in enumerate(rows) if row["stored"]]
    different = {patterns.firsts[mu] for mu in stored}
    enough = len(different) >= natural(claim["at_least"], case.where) or len(stored) == len(rows)
    case.need(enough, "fewer patterns are stored")


def _check(patterns: Patterns, mu: int, row: Any, errors: int, known: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse a row of which something is not shown."""
    where = f"{patterns.where}.patterns[{mu}]"
    keys(row, where, "stored", optional=TOLD)
    need(type(row["stored"]) is bool, where, "stored is true or false")
    if "x" not in row:
        need(set(row) == {"stored"} and not row["stored"], where, "nothing is told without an equilibrium")
        return
    found = known.get(canonical(row["x"]), {})
    need("stability" in found and row.get("stability") == found["stability"], where, "the premise does not say so")
    need("flat" not in row or canonical(row["flat"]) == canonical(found.get("flat")), where, "another flat region")
    (entry,) = read_entries([{"x": row["x"]}], patterns.flow.size, where)
    gamma, own = patterns.of_layer(entry.ball), patterns.flow.part(patterns.layer, entry.ends)
    numbers = {key: rational(row[key], where) for key in ("apart", "distance") if key in row}
    need(all(each >= 0 for each in numbers.values()), where, "distances are ≥ 0")
    if "apart" in row:
        near = square(gamma, patterns.gamma[mu]) <= ball(numbers["apart"] ** 2)
        need(near, where, "its activation may lie farther from that of the pattern")
    if "distance" in row:
        beyond = [max(high - each, each - low) for (low, high), each in zip(own, patterns.states[mu], strict=True)]
        need(max(beyond) <= numbers["distance"], where, "it may lie farther from the pattern")
    limit = _limit(patterns, mu, row, where)
    if "wrong" in row:
        signs = patterns.have_signs and patterns.wrong(mu, gamma)[1] <= natural(row["wrong"], where)
        need(signs, where, "it may have more signs wrong, or there are none")
    signed = not patterns.have_signs or row.get("wrong", errors + 1) <= errors
    fits = limit is not None and "apart" in row and numbers["apart"] < limit
    need(not row["stored"] or (row["stability"] == "stable" and fits and signed), where, "it is not shown to be stored")


def _limit(patterns: Patterns, mu: int, row: Mapping[str, Any], where: str) -> Any:
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


# -------------------------------------------------------------------------------------------------------------- too few


def _check_few(case: Case, places: list[Any], count: int) -> None:
    """Refuse the claim unless too few patterns own a place of an equilibrium that may be stable, None for any place."""
    claim, patterns = case.claim, Patterns(case.core, case.claim["memory"], case.where)
    numbers = (claim[key] for key in ("at_least", "most", "errors", "equilibria"))
    asked, most, errors, told = (natural(each, case.where) for each in numbers)
    case.need(patterns.are_apart(), "two patterns cannot be told apart")
    states = [None if x is None else read_entries([{"x": x}], patterns.flow.size, case.where)[0].ball for x in places]
    owners = [_owners(patterns, state, errors) for state in states]
    owned = min(len(set().union(*owners)), sum(map(bool, owners)))
    case.need(told == count, f"there are {count} equilibria")
    case.need(owned <= most < min(asked, len(set(patterns.firsts))), f"{owned} of the patterns may be stored")


def _owners(patterns: Patterns, state: Any, errors: int) -> set[int]:
    """Return the patterns whose own an equilibrium may be, by the first of their copies."""
    firsts = set(patterns.firsts)
    if state is None:
        return firsts
    gamma = patterns.of_layer(state)
    return {mu for mu in firsts if patterns.may_own(mu, gamma, errors)}
