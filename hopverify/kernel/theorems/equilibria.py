"""All equilibria, of a region or of all states; or some of them."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

from hopverify.kernel.affine_pieces import check_continuum
from hopverify.kernel.entries import Entry, Interval, are_apart, holds, read_box, read_entries
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.flow import Flow
from hopverify.kernel.json_values import listed
from hopverify.kernel.numbers import rational
from hopverify.kernel.tree import Tree, check_entry

EVERYWHERE: Interval = (None, None)


def by_tree(case: Case) -> Fact:
    """Each entry is right, no two are the same, and a tree of boxes leaves no other equilibrium.

    A box has exactly one equilibrium by Krawczyk's test, an exact state is one, and of a continuum the equations of its
    cell are solved; all lie in the region. The root of the tree is all states, or the region, or the box that every
    solution enters, by a premise.
    """
    case.keys("unit", "nodes", optional=("premises",))
    flow = Flow(case.core)
    entries = checked(case, flow)
    region = _region(case, flow, entries)
    unit = rational(case.proof["unit"], case.where)
    case.need(unit > 0 and unit.numerator == 1, "the unit is 1 over a whole number")
    nodes = listed(case.proof["nodes"], f"{case.where}.nodes")
    Tree(flow, entries, unit, _entered(case) or region).replay(nodes, f"{case.where}.nodes")
    return Fact(case.core, case.claim)


def at_most_one(case: Case) -> Fact:
    """By a premise there is one equilibrium at most: the entry that is right; or one elsewhere, outside the region."""
    case.keys("premises", optional=("elsewhere",))
    flow, premises = Flow(case.core), listed(case.proof["premises"], f"{case.where}.premises")
    case.need(len(premises) == 1, "there is one premise")
    fact = case.accept(premises[0], f"{case.where}.premises[0]")
    single = fact.core is case.core and fact.claim.name in ("global stability", "at most one equilibrium")
    case.need(single, "the premise does not say that there is one equilibrium at most")
    entries = checked(case, flow)
    region = _region(case, flow, entries)
    beyond = read_entries(case.proof.get("elsewhere", []), flow.size, f"{case.where}.elsewhere")
    for entry in beyond:
        check_entry(flow, entry, f"{case.where}.elsewhere")
        case.need(entry.dimension == 0 and are_apart(entry.ends, region), "the equilibrium elsewhere is not outside")
    case.need(len(entries) + len(beyond) == 1, "one equilibrium is shown, in the list or elsewhere")
    return Fact(case.core, case.claim)


def some(case: Case) -> Fact:
    """Each entry is right, and no two are the same; nothing is said of other equilibria."""
    case.keys()
    check_some(case, Flow(case.core))
    return Fact(case.core, case.claim)


def check_some(case: Case, flow: Flow) -> None:
    """Refuse entries of which one is not right, or no single equilibrium, or two may be the same."""
    entries = checked(case, flow)
    case.need(all(entry.dimension == 0 for entry in entries), "a continuum is not one equilibrium")


def checked(case: Case, flow: Flow) -> list[Entry]:
    """Return the entries of the claim, each shown to be right, and to be apart from the others."""
    where = f"{case.where}.equilibria"
    entries = read_entries(case.claim["equilibria"], flow.size, where)
    for number, entry in enumerate(entries):
        if entry.dimension == 0:
            check_entry(flow, entry, f"{where}[{number}]")
        else:
            check_continuum(flow, entry, f"{where}[{number}]")
    for (j, one), (k, other) in combinations(enumerate(entries), 2):
        both = one.dimension > 0 and other.dimension > 0
        case.need(are_apart(one.extent, other.extent, touching=both), f"entries {j} and {k} may be the same")
    return entries


def _region(case: Case, flow: Flow, entries: Sequence[Entry]) -> list[Interval]:
    """Return the region that the claim states, all states if it is null; it has all entries."""
    region = [EVERYWHERE] * flow.size
    if case.claim["region"] is not None:
        region = list(read_box(case.claim["region"], flow.size, f"{case.where}.region"))
    outside = [k for k, entry in enumerate(entries) if not holds(region, entry.extent)]
    case.need(not outside, f"entries reach out of the region: {outside[:5]}")
    return region


def _entered(case: Case) -> list[Interval]:
    """Return the box that every solution enters, by the premise if there is one: those that stay are in it."""
    premises = listed(case.proof.get("premises", []), f"{case.where}.premises")
    if not premises:
        return []
    case.need(
        case.claim["region"] is None and len(premises) == 1, "there is one premise at most, and none for a region"
    )
    fact = case.accept(premises[0], f"{case.where}.premises[0]")
    bounded = fact.core is case.core and fact.claim.name == "bounded solutions" and "box" in fact.claim.fields
    case.need(bounded, "the premise is not about a box that every solution enters")
    rows = [row for layer in case.core.layers for row in fact.claim["box"][layer.name]]
    return [(Fraction(low), Fraction(high)) for low, high in rows]
