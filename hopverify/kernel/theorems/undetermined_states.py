"""What the activation of each equilibrium of a list leaves open of its state, and the energy with it (T4, T6)."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from hopverify.kernel.entries import read_entries
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.flat_places import FlatFlow, FlatPlace, WholePlace
from hopverify.kernel.json_values import canonical, keys, listed
from hopverify.kernel.numbers import need
from hopverify.kernel.theorems.gradient_of_l import gradient_premises

OVER = " over its support"


def each(case: Case) -> Fact:
    """Premise 0 lists the equilibria; g = ∇L for layers that act as a whole and have L.

    A neuron that is told to be undetermined lies on a constant interval, or outside the support of a threshold; so is
    the mean of a layer whose g never changes along (1, …, 1). Of what is not told, and is not unsettled, the activation
    determines the state.
    """
    case.keys("premises")
    flow = FlatFlow(case.core)
    listing = premises_of(
        case, [each for layer, _ in flow.linear.whole if layer.L for each in gradient_premises(layer)]
    )
    for place, row, where in rows_of(case, flow, listing, ("undetermined",), ("unsettled",)):
        _check(place, row, where)
    return Fact(case.core, case.claim)


def premises_of(case: Case, wanted: list[tuple[str, dict[str, str]]], *others: str) -> list[Any]:
    """Return the equilibria of premise 0: all, or some, as a list or by ``others``; the other premises have to hold."""
    premises, claim = listed(case.proof["premises"], case.where), case.claim
    complete, region = claim["all"], claim.fields.get("region")
    case.need(bool(premises) and type(complete) is bool, "premise 0 is a list of equilibria; all is true or false")
    case.need(complete or region is None, "of some equilibria no region is told")
    fact = case.accept(premises[0], f"{case.where}.premises[0]")
    fits = fact.claim.says("equilibria", region=region) if complete else fact.claim.says("some equilibria")
    fits = fits or any(fact.claim.says(name, all=complete, region=region) for name in others)
    case.need(fact.core is case.core and fits, "premise 0 is another list than needed")
    case.premises(*wanted, first=1)
    return list(fact.claim["equilibria"])


def rows_of(
    case: Case, flow: FlatFlow, entries: list[Any], told: tuple[str, ...], optional: tuple[str, ...]
) -> list[tuple[FlatPlace, Mapping[str, Any], str]]:
    """Return the rows of a claim beside their equilibria, in the order of the list."""
    rows, where = listed(case.claim["equilibria"], case.where), case.where
    case.need(len(rows) == len(entries), "the premise lists another number of equilibria")
    states = read_entries([{"x": entry["x"]} for entry in entries], flow.linear.size, where)
    for k, (row, entry) in enumerate(zip(rows, entries, strict=True)):
        keys(row, f"{where}.equilibria[{k}]", "x", *told, optional=("dimension", *optional))
        alike = canonical(row["x"]) == canonical(entry["x"]) and row.get("dimension") == entry.get("dimension")
        need(alike, f"{where}.equilibria[{k}]", "it is another one than the premise lists")
    return [
        (FlatPlace(flow, state), row, f"{where}.equilibria[{k}]")
        for k, (row, state) in enumerate(zip(rows, states, strict=True))
    ]


def _check(place: FlatPlace, row: Mapping[str, Any], where: str) -> None:
    """Refuse a row of which something is not so."""
    names, x, told = place.flow.names, row["x"], row["undetermined"]
    unsettled = listed(row.get("unsettled", []), where)
    need(isinstance(told, dict), where, "expected an object with what is undetermined")
    left = dict(told)
    for i in place.flow.intervals:
        if names[i] in left:
            need(place.interval(i) is not None, where, f"{names[i]} is not shown to be undetermined")
            need(canonical(left.pop(names[i])) == canonical(x[i]), where, f"{names[i]} has another state")
        else:
            settled = names[i] in unsettled or place.is_alive(i)
            need(settled, where, f"{names[i]} is not shown to be determined")
    for whole in place.whole:
        _check_whole(whole, row, left, whole.layer.name not in unsettled, where)
    need(not left, where, f"nothing is shown of {sorted(left)}")


def _check_whole(whole: WholePlace, row: Mapping[str, Any], left: dict[str, Any], settled: bool, where: str) -> None:
    """Refuse what is told of a layer that acts as a whole, and take it from what is ``left``."""
    names, name, x = whole.place.flow.names, whole.layer.name, row["x"]
    if settled and whole.is_point:
        return
    outside = whole.outside or []
    known = whole.along_ones or bool(outside)
    need(known or not settled, where, f"layer {name} is not shown to be determined")
    for i in outside:
        told = left.pop(names[i], x[i] if not settled else None)
        need(canonical(told) == canonical(x[i]), where, f"{names[i]} is outside the support, and undetermined")
    over = [i for i in whole.neurons if i not in outside]
    mean = left.pop(f"the mean of {name}{OVER if outside else ''}", None)
    need(mean is not None or not (settled and whole.shifts), where, f"the mean of layer {name} is undetermined")
    if mean is not None:
        need(whole.shifts, where, f"the mean of layer {name} is not shown to be undetermined")
        ends = [
            str(sum((pair[end] for pair in (whole.place.entry.ends[i] for i in over)), Fraction(0)) / len(over))
            for end in (0, 1)
        ]
        stated = mean if isinstance(mean, list) else [mean, mean]
        need(stated == ends, where, f"the mean of layer {name} is another")
