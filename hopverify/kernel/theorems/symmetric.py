"""Whether a matrix equals its transpose, entry by entry; if not, whether a diagonal D ≻ 0 makes DW symmetric (T13)."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from hopverify.kernel.arrays import Array
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.json_values import canonical, listed
from hopverify.kernel.language import read
from hopverify.kernel.numbers import rational
from hopverify.kernel.terms import Variable


def symmetric(case: Case) -> Fact:
    """W = Wᵀ; of an array known up to a spread only symmetric matrices are meant."""
    case.keys()
    W = square(case)
    case.need(W.within is None or W.within.symmetric, "matrices that are not symmetric are meant, too")
    case.need(unequal_pairs(W) == 0, "it is not symmetric")
    return Fact(case.core, case.claim)


def not_symmetric(case: Case) -> Fact:
    """The pair differs, and so many do. A symmetriser is d > 0 with DW symmetric; a cycle shows that none exists."""
    case.keys()
    W, claim = square(case), case.claim
    i, j = neurons(case, claim["pair"], W)[:2]
    values = [str(entry(W, i, j)), str(entry(W, j, i))]
    case.need(len(claim["pair"]) == 2 and values[0] != values[1], "the pair is none, or its two weights are equal")
    case.need(claim["values"] == values, f"the two weights are {values}")
    count = unequal_pairs(W)
    case.need(canonical(claim["unequal_pairs"]) == str(count), f"{count} pairs differ")
    answer = claim.fields.get("symmetrisable")
    given = {"yes": {"symmetriser"}, "no": {"cycle"}}.get(str(answer), set())
    case.need(answer in (None, "yes", "no"), "symmetrisable is yes or no")
    case.need({"symmetriser", "cycle"} & set(claim.fields) == given, "a symmetriser shows yes, a cycle no")
    if answer == "yes":
        _check_symmetriser(case, W)
    elif answer == "no":
        _check_cycle(case, W)
    return Fact(case.core, claim)


def square(case: Case) -> Array:
    """Return the square matrix that the claim names: an array of the core."""
    term = read(case.claim["matrix"], case.where)
    case.need(isinstance(term, Variable) and term.place[0] == "array" and term.place[1] in case.core.arrays, "no array")
    assert isinstance(term, Variable)
    found = case.core.arrays[term.place[1]]
    case.need(len(found.shape) == 2 and found.shape[0] == found.shape[1], "it is no square matrix")
    return found


def entry(W: Array, i: int, j: int) -> Fraction:
    """Return an entry."""
    return W.fraction(i * W.shape[1] + j)


def unequal_pairs(W: Array) -> int:
    """Return how many pairs i < j have W_ij ≠ W_ji."""
    n, entries = W.shape[0], W.entries
    rows = [[entries[i * n + j] for j in range(n)] for i in range(n)]
    return sum(row[j] != rows[j][i] for i, row in enumerate(rows) for j in range(i))


def neurons(case: Case, value: Any, W: Array) -> list[int]:
    """Return a list of at least two neurons."""
    found = listed(value, case.where)
    fitting = all(type(k) is int and 0 <= k < W.shape[0] for k in found)
    case.need(fitting and 2 <= len(found) <= W.shape[0], "expected two or more neurons")
    return found


def _check_symmetriser(case: Case, W: Array) -> None:
    d = [rational(each, case.where) for each in listed(case.claim["symmetriser"], case.where)]
    case.need(
        len(d) == W.shape[0] and all(each > 0 for each in d), "the symmetriser has a positive number for each neuron"
    )
    pairs = ((i, j) for i in range(len(d)) for j in range(i))
    case.need(all(d[i] * entry(W, i, j) == d[j] * entry(W, j, i) for i, j in pairs), "DW is not symmetric")


def _check_cycle(case: Case, W: Array) -> None:
    """With DW symmetric, d_i W_ij = d_j W_ji: around a cycle the d cancel, and W_ij W_ji > 0 unless both are 0."""
    cycle = neurons(case, case.claim["cycle"], W)
    if len(cycle) == 2:
        forward, backward = (entry(W, *pair) for pair in (cycle, cycle[::-1]))
        case.need(forward * backward <= 0 and forward != backward, "the two weights have one sign")
        return
    forward, backward = (_product(W, way) for way in ([*cycle, cycle[0]], [cycle[0], *cycle[::-1]]))
    case.need(forward != backward, "the products along the cycle agree in both directions")


def _product(W: Array, way: Sequence[int]) -> Fraction:
    found = Fraction(1)
    for i, j in pairwise(way):
        found *= entry(W, i, j)
    return found
