"""The flat region around each equilibrium of a list, and whether it lies in the basin (T8)."""

from collections.abc import Mapping
from typing import Any

from hopverify.kernel.affine import affine_drives, starts
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.flat_places import FlatFlow, FlatPlace, WholePlace
from hopverify.kernel.network import drives
from hopverify.kernel.numbers import need
from hopverify.kernel.points import needs
from hopverify.kernel.theorems.gradient_of_l import gradient_premises
from hopverify.kernel.theorems.undetermined_states import premises_of, rows_of

AROUND, INSIDE = "its flat region", "all of it in the basin"
NOT_SHOWN = "not shown to lie in the basin"
REASONS = ("the time constants or leaks differ inside the layer", "no Lagrangian that is evidently convex")
OPEN, NO_MORE = "an open neighbourhood lies in the basin too", "no more is claimed"


def each(case: Case) -> Fact:
    """Premise 0 lists the equilibria, or tells their stability; activations and drives are locally Lipschitz.

    From a state of the region each neuron relaxes to the equilibrium, on a straight line in each layer that acts as a
    whole, where the region is convex and all neurons have one rate: no activation changes, and solutions are unique.
    Neurons with τ = 0 have one state for each state of the others.
    """
    case.keys("premises")
    core, flow = case.core, FlatFlow(case.core)
    case.need(all(flow.linear.leak), "a neuron has no leak")
    wanted = [("Lipschitz activation", {"layer": layer.name}) for layer in flow.linear.flow.layers]
    wanted += [("Lipschitz drive", {"synapse": synapse.name}) for synapse in core.synapses]
    wanted += [("convex", {"layer": layer.name}) for layer in _inhibited(core, flow)]
    graded = [layer for layer, _ in flow.linear.whole if layer.L] + _inhibited(core, flow)
    wanted += [premise for layer in graded for premise in gradient_premises(layer)]
    listing = premises_of(case, wanted, "stability")
    inside = True
    rows = rows_of(case, flow, listing, ("region", "neighbourhood"), ("layers",))
    for (place, row, where), entry in zip(rows, listing, strict=True):
        _check(place, row, where)
        own = not any(NOT_SHOWN in text for text in row.get("layers", {}).values())
        known = OPEN if own and entry.get("stability") == "stable" else NO_MORE
        need(row["neighbourhood"] in (known, NO_MORE), where, "no neighbourhood is shown to lie in the basin")
        inside = inside and own
    case.need(case.claim["in_basins"] is inside, "in_basins is true if all regions are told to lie in basins")
    return Fact(core, case.claim)


def _inhibited(core: Core, flow: FlatFlow) -> list[Layer]:
    """Return the layers with τ = 0 that are driven by such; refuse them unless each neuron only inhibits itself."""
    fast = {layer.name: layer for layer in flow.linear.core.fast_layers}
    found = [
        layer
        for layer in fast.values()
        if any(not set(fast).isdisjoint(needs(term)) for term in drives(core, layer.name))
    ]
    forms, first = affine_drives(core) if found else [], starts(core)
    at_once = set(flow.linear.fast)
    for layer in found:
        for i in range(first[layer.name], first[layer.name] + layer.size):
            own = {j: weight for j, weight in forms[i].slopes.items() if j in at_once}
            alone = layer.elementwise and set(own) <= {i} and all(weight <= 0 for weight in own.values())
            need(alone, "flow", f"layer {layer.name} is instantaneous, and does more at once than inhibit itself")
    return found


def _check(place: FlatPlace, row: Mapping[str, Any], where: str) -> None:
    """Refuse a row of which something is not so."""
    names, slow = place.flow.names, place.flow.slow
    region, layers = row["region"], row.get("layers", {})
    need(isinstance(region, dict) and isinstance(layers, dict), where, "expected objects with intervals, and texts")
    around = {names[i] for i in place.flow.intervals if i in slow and names[i] in layers}
    need(all(layers[name] == f"{AROUND}, {INSIDE}" for name in around), where, f"a neuron has {AROUND}, {INSIDE}")
    ends = {names[i]: interval for i in place.flow.intervals if i in slow and (interval := place.interval(i))}
    for i in place.flow.intervals:
        if i in slow and names[i] not in around and names[i] not in region:
            need(place.is_alive(i), where, f"{names[i]} is not shown to lie on no constant interval")
    for name, told in region.items():
        need(name in ends, where, f"{name} is not shown to lie on a constant interval")
        own = ends[name]
        wanted = ["-∞" if own.low is None else str(own.low), "+∞" if own.high is None else str(own.high)]
        need(told == wanted, where, f"the interval of {name} is {wanted}")
    moving = [whole for whole in place.whole if not whole.layer.instantaneous]
    for whole in moving:
        _check_whole(whole, layers.get(whole.layer.name), names, where)
    rest = set(layers) - around - {whole.layer.name for whole in moving}
    need(not rest, where, f"nothing is shown of {sorted(rest)}")


def _check_whole(whole: WholePlace, told: Any, names: list[str], where: str) -> None:
    """Refuse the words for the flat region of a layer that acts as a whole; without any, it is a point."""
    name = whole.layer.name
    if told is None:
        need(whole.is_point, where, f"the flat region of layer {name} is not shown to be a point")
        return
    forms = {AROUND: whole.place.flow.is_convex(whole.layer)}
    if whole.along_ones:
        forms["x + R·1"] = True
    elif whole.outside:
        dead = ", ".join(names[i] for i in whole.outside)
        forms[f"x + t·1 for every t, with {dead} anywhere up to t above the threshold of the support"] = True
    permitted = {f"{form}, {NOT_SHOWN}: {why}" for form in forms for why in REASONS}
    permitted |= {f"{form}, {INSIDE}" for form, convex in forms.items() if convex and whole.returns}
    need(told in sorted(permitted), where, f"the flat region of layer {name} is not shown to be that")
