"""All equilibria of a core whose drives pass through few overlaps, by a tree of types and overlaps."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

from hopverify.kernel.claims import Claim
from hopverify.kernel.entries import Entry, are_apart, read_entries
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.json_values import listed
from hopverify.kernel.numbers import need
from hopverify.kernel.overlaps import Reduced, reduced
from hopverify.kernel.theorems import equilibria


def by_overlaps(case: Case) -> Fact:
    """The reduced core has the listed equilibria, and no others: its states of types are those of their neurons.

    ``overlaps`` has the boxes of the overlaps of each entry. No two entries are the same in the states of neurons, so
    that each box has exactly one equilibrium, too.
    """
    case.keys("unit", "nodes", "overlaps")
    case.need(case.claim["region"] is None, "the overlaps of a region are not known")
    types, where = reduced(case.core), f"{case.where}.equilibria"
    entries = read_entries(case.claim["equilibria"], len(types.members), where)
    for place, entry in enumerate(entries):
        need(entry.dimension == 0 and _is_typical(types, entry), f"{where}[{place}]", "neurons of a type differ")
    for one, other in combinations(entries, 2):
        case.need(are_apart(one.ends, other.ends), "two entries may be the same")
    beside = listed(case.proof["overlaps"], f"{case.where}.overlaps")
    case.need(len(beside) == len(entries), "expected the overlaps of each entry")
    states = [
        {"x": [entry["x"][i] for i in types.first] + listed(more, f"{case.where}.overlaps")}
        for entry, more in zip(case.claim["equilibria"], beside, strict=True)
    ]
    claim = Claim("equilibria", {"region": None, "equilibria": states})
    proof = {key: value for key, value in case.proof.items() if key != "overlaps"}
    equilibria.by_tree(Case(types.core, claim, proof, case.where, case.accept))
    return Fact(case.core, case.claim)


def _is_typical(types: Reduced, entry: Entry) -> bool:
    """Whether each neuron has the state of the first one of its type, or the opposite."""
    ends = zip(entry.ends, types.members, strict=True)
    return all(own == _turned(entry.ends[types.first[kind]], sign) for own, (kind, sign) in ends)


def _turned(ends: Sequence[Fraction], sign: int) -> tuple[Fraction, Fraction]:
    low, high = ends
    return (low, high) if sign > 0 else (-high, -low)
