"""Few overlaps: a core whose drives pass through products with few rows, m = V γ, as one of types and overlaps.

Let drive_i + b_i = d_i γ_i + (U m)_i + c_i for each neuron, overlaps m = V γ, activations that do not fall, d_i ≤ 0
and ρ_i > 0. At an equilibrium ρ_i x_i - d_i g(x_i) = (U m)_i + c_i. The left side rises strictly with x_i, so that two
neurons of a layer with the same ρ, d, U_i and c have the same state; where g is odd, one with -U_i and -c has the
opposite one. Such neurons are of one *type*. So the equilibria are those of the reduced core: a neuron for each type,
with what all of its neurons add to the overlaps, and one for each overlap, with g(m) = m and τ = 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from hopverify.kernel.affine import AFFINE, Affine, starts, unit
from hopverify.kernel.arithmetic import Value, axes
from hopverify.kernel.arrays import Array
from hopverify.kernel.composition import of_state
from hopverify.kernel.core import Core, Layer, Synapse
from hopverify.kernel.evaluate import arrays_of, evaluate, values_of
from hopverify.kernel.network import activation, drives, slope
from hopverify.kernel.numbers import need
from hopverify.kernel.terms import STATE, Apply, Number, Place, Term, Variable

WHERE, OVERLAPS = "overlaps", "overlaps"
ODD = frozenset({"tanh", "arctan", "erf", "sinh", "negate"})


@dataclass(frozen=True)
class Reduced:
    """The reduced core, types before overlaps; the type and the sign of each neuron, and the first neuron of a type."""

    core: Core
    members: tuple[tuple[int, int], ...]
    first: tuple[int, ...]


def reduced(core: Core) -> Reduced:
    """Return the core of types and overlaps; refuse a core of another kind."""
    layers = [layer for layer in core.layers if isinstance(layer, Layer) and layer.elementwise]
    need(len(layers) == len(core.layers), WHERE, "neurons act for themselves, and follow a flow")
    need(all(layer.name != OVERLAPS for layer in layers), WHERE, f"no layer is called {OVERLAPS}")
    forms, overlaps = _forms(core)
    first, members = _types(core, layers, forms)
    size = len(first) + len(overlaps)
    rows = [_row(forms[i], members, len(first), size) for i in first]
    rows += [_row(form, members, len(first), size) for form in overlaps]
    offsets = [*(forms[i].constant for i in first), *(form.constant for form in overlaps)]
    return Reduced(_core(core, layers, first, rows, offsets), tuple(members), tuple(first))


def _row(form: Affine, members: Sequence[tuple[int, int]], types: int, size: int) -> list[Fraction]:
    """Return the slopes of a form by the activations of types, and by overlaps."""
    found = [Fraction(0)] * size
    for j, weight in form.slopes.items():
        kind, sign = members[j] if j < len(members) else (types + j - len(members), 1)
        found[kind] += sign * weight
    return found


def _forms(core: Core) -> tuple[list[Affine], list[Affine]]:
    """Return drive + b of each neuron by activations and overlaps, which are numbered after them, and the overlaps."""
    begin, overlaps = starts(core), list[Affine]()
    count = sum(layer.size for layer in core.layers)

    def matmul(matrix: Value, right: Value) -> Value:
        """A product of few rows with activations alone is overlaps."""
        few = axes(right) == 1 and len(matrix) < len(right) and any(each.slopes for each in right)
        found: Value = AFFINE.own["matmul"](matrix, right)
        if not few or any(neuron >= count for each in found for neuron in each.slopes):
            return found
        overlaps.extend(found)
        return [unit(count + len(overlaps) - len(found) + k) for k in range(len(found))]

    arithmetic = replace(AFFINE, own={**AFFINE.own, "matmul": matmul})
    values: dict[Place, Value] = {
        ("activation", layer.name): [unit(begin[layer.name] + k) for k in range(layer.size)] for layer in core.layers
    }
    forms: list[Affine] = []
    for layer in core.layers:
        terms = list(drives(core, layer.name))
        values |= arrays_of(core, *terms, arithmetic=arithmetic)
        parts = [evaluate(term, values, arithmetic) for term in terms]
        forms += [arithmetic.total(each) for each in zip(values_of(layer.bias, arithmetic), *parts, strict=True)]
    return forms, overlaps


def _types(core: Core, layers: Sequence[Layer], forms: Sequence[Affine]) -> tuple[list[int], list[tuple[int, int]]]:
    """Return the first neuron of each type, and the type and the sign of each neuron."""
    known: dict[Any, int] = {}
    first, members, begin = list[int](), list[tuple[int, int]](), starts(core)
    for layer in layers:
        g = activation(core, layer)
        rates = of_state(core, layer, slope(core, layer, g)).range
        need(rates.nonnegative, WHERE, f"layer {layer.name}: the activation may fall")
        odd = is_odd(g)
        for i in range(begin[layer.name], begin[layer.name] + layer.size):
            form, rho = forms[i], layer.leak.fraction(i - begin[layer.name])
            own = form.slopes.get(i, Fraction(0))
            rest = {j: weight for j, weight in form.slopes.items() if j != i}
            need(own <= 0 < rho, WHERE, f"neuron {i} excites itself, or has no leak")
            need(all(j >= len(forms) for j in rest), WHERE, f"the drive of neuron {i} does not pass through overlaps")
            signed = [form.constant, *(rest[j] for j in sorted(rest))]
            sign = -1 if odd and next((each for each in signed if each), Fraction(1)) < 0 else 1
            key = (layer.name, rho, own, sign * form.constant, *((j, sign * rest[j]) for j in sorted(rest)))
            if key not in known:
                known[key] = len(first)
                first.append(i)
            members.append((known[key], sign))
    # The first neuron of a type stands for it.
    return first, [(kind, sign * members[first[kind]][1]) for kind, sign in members]


def is_odd(term: Term) -> bool:
    """Return whether g(-x) = -g(x) for all x is evident: x, odd functions of such, times and over numbers, sums."""
    if term == Variable(STATE):
        return True
    if not isinstance(term, Apply):
        return False
    if term.function in ODD:
        return is_odd(term.arguments[0])
    if term.function in ("add", "subtract"):
        return all(map(is_odd, term.arguments))
    if term.function == "multiply" and isinstance(term.arguments[0], Number):
        return is_odd(term.arguments[1])
    if term.function in ("multiply", "divide"):
        return is_odd(term.arguments[0]) and isinstance(term.arguments[1], Number)
    return False


def _core(
    core: Core,
    layers: Sequence[Layer],
    first: Sequence[int],
    rows: Sequence[Sequence[Fraction]],
    offsets: Sequence[Fraction],
) -> Core:
    """Return the core of the first neurons of the types, and of overlaps, with these drives."""
    begin, made = starts(core), list[Layer]()
    for layer in layers:
        ours = [i - begin[layer.name] for i in first if 0 <= i - begin[layer.name] < layer.size]
        tau, leak = (_vector([held.fraction(i) for i in ours]) for held in (layer.tau, layer.leak))
        made.append(replace(layer, size=len(ours), bias=layer.bias, tau=tau, leak=leak))
    count = len(rows) - len(first)
    zero, one = (_vector([Fraction(value)] * count) for value in (0, 1))
    made.append(Layer(OVERLAPS, count, zero, True, zero, one, True, None, Variable(STATE)))
    gamma = Apply("concatenate", tuple(Variable(("activation", layer.name)) for layer in made))
    arrays, drive, done = dict[str, Array](), dict[str, Term](), 0
    for place, layer in enumerate(made):
        last = done + layer.size
        made[place] = replace(layer, bias=_vector(offsets[done:last]))
        name = f"into {layer.name}"
        arrays[name] = Array((layer.size, len(rows)), [entry for row in rows[done:last] for entry in row])
        drive[layer.name] = Apply("matmul", (Variable(("array", name)), gamma))
        done = last
    need(not arrays.keys() & core.arrays.keys(), WHERE, "an array has the name of one that is made here")
    synapse = Synapse(OVERLAPS, Number(Fraction(0)), drive)
    return Core({**core.arrays, **arrays}, tuple(made), (synapse,), (), None, None, None, None)


def _vector(entries: Sequence[Fraction]) -> Array:
    return Array((len(entries),), list(entries))
