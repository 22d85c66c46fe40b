"""Patterns that are retrieved: each lies in a basin cell of an equilibrium of its own (T9, M4)."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from hopverify.kernel.basins import Basins
from hopverify.kernel.core import Core
from hopverify.kernel.entries import Interval, holds, read_box, read_state
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.json_values import boolean, canonical, keys, listed, natural, whole
from hopverify.kernel.numbers import need, rational
from hopverify.kernel.pattern_rows import TOLD, check_count, is_own
from hopverify.kernel.patterns import Patterns
from hopverify.kernel.terms import arrays
from hopverify.kernel.theorems.bounded_solutions import layers_of
from hopverify.kernel.theorems.global_stability import multipliers_of


def cells(case: Case) -> Fact:
    """Boxes that the flow keeps, on which sym(D(diag(ρ/h̄) - W)) ≻ 0 (T9, with multipliers D > 0 for all of them).

    The targets of `x`, a box in the cell, lie strictly inside it: so it holds the equilibrium, which is stable. Those
    of the `box` of `flips` lie strictly inside it, too, even if so many neurons of the layer have any activation.
    """
    case.keys("multipliers")
    case.need("basin" not in case.claim.fields, "no basin is stated beside cells")
    layers = layers_of(case)
    keys(case.proof["multipliers"], f"{case.where}.multipliers", *(layer.name for layer in layers))
    basins = Basins(case.core, [each for layer in layers for each in multipliers_of(case, layer)])
    # Weights may be known up to a spread, patterns not.
    patterns = _patterns(case, case.core.given)
    spread = any(case.core.arrays[name].within for name in arrays(patterns.term))
    case.need(not spread, "patterns are known up to a spread")
    for mu, row in enumerate(_rows(case, patterns, "cell", "nearest_end", "flips")):
        if "x" in row:
            _check(case, basins, patterns, mu, row)
    return Fact(case.core, case.claim)


def one(case: Case) -> Fact:
    """One equilibrium attracts every solution, by the premise: all states are its basin, any neurons may move."""
    case.keys("premises")
    case.need(case.claim.fields.get("basin") == "all states", "the basin is that of all states")
    entries = listed(case.proof["premises"], f"{case.where}.premises")
    case.need(len(entries) == 1, "there is one premise")
    fact = case.accept(entries[0], f"{case.where}.premises[0]")
    named = fact.core is case.core and fact.claim.name == "global stability" and "x" in fact.claim.fields
    case.need(named, "the premise is not global stability, with the place of the equilibrium")
    patterns, errors = _patterns(case, case.core), natural(case.claim["errors"], case.where)
    for mu, row in enumerate(_rows(case, patterns)):
        if "x" in row:
            case.need(canonical(row["x"]) == canonical(fact.claim["x"]), "the premise states another equilibrium")
            entry = read_state(row["x"], patterns.flow.size, case.where)
            own = is_own(patterns, mu, row, entry, errors, case.where)
            case.need(own or not row["retrieved"], f"pattern {mu} is not shown to be retrieved")
    return Fact(case.core, case.claim)


def _patterns(case: Case, core: Core) -> Patterns:
    """Return the patterns of the memory, which are states of a layer with τ > 0."""
    patterns = Patterns(core, case.claim["memory"], case.where)
    case.need(not patterns.layer.instantaneous, "its layer is instantaneous: its states follow from the others")
    return patterns


def _rows(case: Case, patterns: Patterns, *told: str) -> list[Any]:
    """Return the rows of the claim, one for each pattern, of which enough are retrieved."""
    for field in ("errors", "flips"):
        natural(case.claim[field], case.where)
    rows = listed(case.claim["patterns"], case.where)
    case.need(len(rows) == len(patterns.states), f"expected a row for each of {len(patterns.states)} patterns")
    for row in rows:
        keys(row, case.where, "retrieved", optional=(*TOLD, *told))
        nothing = set(row) == {"retrieved"} and not row["retrieved"]
        case.need("x" in row or nothing, "nothing is told without an equilibrium")
    retrieved = [mu for mu, row in enumerate(rows) if boolean(row["retrieved"], case.where)]
    check_count(patterns, retrieved, case.claim["at_least"])
    return rows


def _check(case: Case, basins: Basins, patterns: Patterns, mu: int, row: Any) -> None:
    """Refuse a row of which something is not shown."""
    where = f"{case.where}.patterns[{mu}]"
    need("cell" in row, where, "it states no cell")
    entry = read_state(row["x"], patterns.flow.size, where)
    cell = read_box(row["cell"], patterns.flow.size, where)
    need(basins.keeps(cell), where, "targets of the cell may lie outside")
    need(basins.attracts(cell), where, "sym(D(diag(ρ/h̄) - W)) is not shown to be positive definite on the cell")
    inside = holds(cell, entry.ends) and basins.keeps(entry.ends, strictly=True)
    need(inside, where, "x is not shown to hold the equilibrium of the cell")
    own = is_own(patterns, mu, row, entry, natural(case.claim["errors"], where), where)
    if "nearest_end" in row:
        reach = rational(row["nearest_end"], where)
        wide = reach >= 0 and _is_within(patterns, mu, cell, reach)
        need(wide, where, "the cell may end nearer to the pattern")
    corrected = _flips(basins, patterns, mu, row["flips"], cell, where) if "flips" in row else 0
    near = _is_within(patterns, mu, cell) and corrected >= natural(case.claim["flips"], where)
    need(not row["retrieved"] or (own and near), where, "it is not shown to be retrieved")


def _flips(basins: Basins, patterns: Patterns, mu: int, stated: Any, cell: Sequence[Interval], where: str) -> int:
    """Return how many neurons of the layer may be moved anywhere from a box in the cell, in which the pattern is."""
    keys(stated, f"{where}.flips", "neurons", "box")
    count, box = whole(stated["neurons"], where), read_box(stated["box"], patterns.flow.size, where)
    need(holds(cell, box) and _is_within(patterns, mu, box), where, "its box is not in the cell, or has no pattern")
    back = basins.keeps(box, strictly=True, loss=basins.losses(patterns.layer, count))
    need(back, where, f"states that differ from its box in {count} neurons are not shown to return")
    return count


def _is_within(patterns: Patterns, mu: int, box: Sequence[Interval], reach: Fraction = Fraction(0)) -> bool:
    """Whether a box holds all states of the layer whose coordinates are no farther than so from those of a pattern."""
    around = [(each - reach, each + reach) for each in patterns.states[mu]]
    return holds(patterns.flow.part(patterns.layer, box), around)
