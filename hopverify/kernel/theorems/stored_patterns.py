"""Patterns that are stored, each at an asymptotically stable equilibrium of its own; or too few of them (M4)."""

from collections.abc import Mapping
from typing import Any

from hopverify.kernel.entries import read_state
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.json_values import canonical, keys, listed, natural
from hopverify.kernel.numbers import need
from hopverify.kernel.pattern_rows import TOLD, check_count, is_own
from hopverify.kernel.patterns import Patterns

FLAT = ("region", "layers", "neighbourhood")
"""What it may tell of the flat region around it, as the claim `flat regions` does."""


def each(case: Case) -> Fact:
    """Equilibria with what is known of their stability, by premise 0; what each row tells of its own holds there.

    A pattern is stored if the equilibrium is stable, and its own. A second premise may be about flat regions.
    """
    case.keys("premises")
    stability, *flat = _premises(case, ("stability",), ("flat regions",))
    known = {canonical(row["x"]): {"stability": row["stability"]} for row in _isolated(stability)}
    for row in (row for fact in flat for row in _isolated(fact)):
        known.setdefault(canonical(row["x"]), {})["flat"] = {key: row[key] for key in FLAT if key in row}
    _check_rows(case, known)
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
    check_count(patterns, [mu for mu, row in enumerate(rows) if row["stored"]], claim["at_least"])


def _check(patterns: Patterns, mu: int, row: Any, errors: int, known: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse a row of which something is not shown."""
    where = f"{patterns.where}.patterns[{mu}]"
    keys(row, where, "stored", optional=(*TOLD, "stability", "flat"))
    need(type(row["stored"]) is bool, where, "stored is true or false")
    if "x" not in row:
        need(set(row) == {"stored"} and not row["stored"], where, "nothing is told without an equilibrium")
        return
    found = known.get(canonical(row["x"]), {})
    need("stability" in found and row.get("stability") == found["stability"], where, "the premise does not say so")
    need("flat" not in row or canonical(row["flat"]) == canonical(found.get("flat")), where, "another flat region")
    entry = read_state(row["x"], patterns.flow.size, where)
    own = is_own(patterns, mu, row, entry, errors, where)
    need(not row["stored"] or (row["stability"] == "stable" and own), where, "it is not shown to be stored")


# -------------------------------------------------------------------------------------------------------------- too few


def _check_few(case: Case, places: list[Any], count: int) -> None:
    """Refuse the claim unless too few patterns own a place of an equilibrium that may be stable, None for any place."""
    claim, patterns = case.claim, Patterns(case.core, case.claim["memory"], case.where)
    numbers = (claim[key] for key in ("at_least", "most", "errors", "equilibria"))
    asked, most, errors, told = (natural(each, case.where) for each in numbers)
    case.need(patterns.are_apart(), "two patterns cannot be told apart")
    states = [None if x is None else read_state(x, patterns.flow.size, case.where).ball for x in places]
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
