"""Numbers, vectors and witnesses in words. A rule without words of its own is shown key by key."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hopverify.reporting.spins import WORDS as SPINS
from hopverify.reporting.stored import refuted_in_words

Values = Mapping[str, Any]

LONGEST_NUMBER = 12
LONGEST_TEXT = 60
LONGEST_VECTOR = 8
GHOSTS_SHOWN = 8
# An enclosure narrower than this, relatively, is shown as one number.
NARROW = Fraction(1, 10**6)
JSON_SHOWS = "--json shows"
"""Where a reader at a terminal finds what a shortened list leaves out."""


def number(text: Any) -> str:
    """Return an exact number as it is if it is short, otherwise rounded and marked so.

    >>> number("-3/8"), number("6004799503160661/18014398509481984")
    ('-3/8', '≈0.333333')
    """
    shown = str(text)
    if len(shown) <= LONGEST_NUMBER:
        return shown
    try:
        exact = Fraction(shown)
    except (ValueError, ZeroDivisionError):
        # A ball such as [0.25 +/- 1e-9], or no number at all.
        return shown if len(shown) <= LONGEST_TEXT else f"{shown[:LONGEST_TEXT]}…"
    # A double cannot hold every size: a tiny number must not be shown as 0.
    return f"≈{Decimal(exact.numerator) / Decimal(exact.denominator):.6g}"


def vector(values: Sequence[Any]) -> str:
    """Return a vector in parentheses, a long one with an ellipsis.

    >>> vector(["0"] * 9)
    '(0, 0, 0, 0, 0, 0, 0, 0, … 9 in all)'
    """
    head = ", ".join(number(value) for value in values[:LONGEST_VECTOR])
    return f"({head})" if len(values) <= LONGEST_VECTOR else f"({head}, … {len(values)} in all)"


def coordinate(value: Any) -> str:
    """Return an exact number, or the middle of a narrow enclosure, marked as rounded.

    >>> coordinate("1/3"), coordinate(["49999999/100000000", "1/2"]), coordinate(["0", "1"])
    ('1/3', '≈0.5', '[0, 1]')
    >>> coordinate(["-1/1000000000", "1/1000000000"])
    '≈0'
    """
    if not isinstance(value, list | tuple):
        return number(value)
    lower, upper = (Fraction(end) for end in value)
    if upper - lower > NARROW * (1 + abs(lower)):
        return f"[{number(str(lower))}, {number(str(upper))}]"
    return "≈0" if lower <= 0 <= upper else f"≈{float((lower + upper) / 2):.6g}"


def state(values: Any, *, name: str = "x") -> str:
    """Return a state: one vector, or one for each layer."""
    if isinstance(values, Mapping):
        return ", ".join(f"{layer} = {vector(part)}" for layer, part in values.items())
    return f"{name} = {vector(values)}"


def names_in_words(names: Sequence[Any]) -> str:
    """Return a list of names or indices, a long one with an ellipsis.

    >>> names_in_words([0, 2]), names_in_words([]), names_in_words(range(9))
    ('0, 2', 'none', '0, 1, 2, 3, 4, 5, 6, 7, … 9 in all')
    """
    head = ", ".join(str(name) for name in names[:LONGEST_VECTOR]) or "none"
    return head if len(names) <= LONGEST_VECTOR else f"{head}, … {len(names)} in all"


def witness_in_words(rules: Sequence[str], witness: Values, *, shows: str = JSON_SHOWS) -> list[str]:
    """Return sentences that say what refutes a claim; ``shows`` names the place that has all of a long list."""
    for rule in map(_kind, rules):
        if rule == "ghost regions":
            return _ghosts(witness, shows) if "ghosts" in witness else _ghost_segment(witness)
        if rule in _WORDS:
            return _WORDS[rule](witness)
    return [f"{key}: {_value(value)}" for key, value in witness.items()]


def _kind(method: str) -> str:
    """Return what words depend on: the rule, or the claim that the kernel accepted."""
    claim = re.fullmatch(r"kernel \((.*), by .*\)", method)
    return claim[1] if claim else method


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {_value(part)}" for key, part in value.items())
    if isinstance(value, list):
        if any(isinstance(part, list | Mapping) for part in value):
            return "; ".join(_value(part) for part in value[:LONGEST_VECTOR])
        return vector(value)
    return number(value)


def _curvature(witness: Values) -> list[str]:
    where = f"at the state {state(witness['state'])}, along d = {vector(witness['direction'])}"
    return [f"{where}, the curvature is {bound(witness['curvature'])} or less"]


def _ascent(witness: Values) -> list[str]:
    said = [f"E increases at the state {state(witness['state'])}: dE/dt ≥ {bound(witness['rate'])} > 0"]
    if "step" in witness:
        rise = bound(witness["rise"])
        said.append(f"one update with step {number(witness['step'])} raises E by {rise} or more")
    return said


def bound(text: str) -> str:
    """Return a bound as a decimal number if it is a short one.

    >>> bound("-1289/10000"), bound("1/3"), bound("-2")
    ('-0.1289', '1/3', '-2')
    """
    exact = Fraction(text)
    decimal = Decimal(exact.numerator) / Decimal(exact.denominator)
    return str(decimal) if len(str(decimal)) <= LONGEST_NUMBER and Fraction(decimal) == exact else number(text)


def _unequal_slopes(witness: Values) -> list[str]:
    i, j, apart = witness["i"], witness["j"], bound(witness["apart"])
    return [f"at the state {state(witness['state'])}, ∂g_{i}/∂x_{j} and ∂g_{j}/∂x_{i} differ by {apart} or more"]


def _equal(value: Any) -> str:
    """Return a number behind its sign: "= 2", or "≈ 0.333333" where it is rounded."""
    shown = number(value)
    return f"≈ {shown[1:]}" if shown.startswith("≈") else f"= {shown}"


def _asymmetric(witness: Values) -> list[str]:
    (i, j), (forward, backward) = witness["pair"], witness["values"]
    count = witness["unequal_pairs"]
    more = f", and {count - 1} more pairs differ" if count > 1 else ""
    said = [f"W[{i},{j}] {_equal(forward)} but W[{j},{i}] {_equal(backward)}{more}"]
    if "≈" in number(forward) + number(backward):
        said[0] += f"; the difference is {number(str(Fraction(forward) - Fraction(backward)))}, not 0"
    if witness.get("symmetrisable") == "yes":
        said.append(f"D = diag{vector(witness['symmetriser'])} ≻ 0 makes DW symmetric, which mends the energy (T13)")
    elif witness.get("symmetrisable") == "no":
        cycle = [*witness["cycle"], witness["cycle"][0]]
        way = " → ".join(map(str, cycle))
        said.append(f"no diagonal D ≻ 0 makes DW symmetric: the weights around {way} and back disagree (T13)")
    return said


def _dead_zone(witness: Values) -> list[str]:
    zones = " or ".join(f"({number(lower)}, {number(upper)})" for lower, upper in witness["intervals"])
    said = [f"dead: a neuron whose state lies in {zones} has h = 0 exactly, so g and E are constant there"]
    if witness.get("unbounded"):
        said[0] += "; the region is unbounded"
    if "neuron_states" in witness:
        first, second = witness["neuron_states"]
        said.append(f"for example, the states {number(first)} and {number(second)} have the same activation")
    return said


def _constant(witness: Values) -> list[str]:
    if witness["kind"] == "dead":
        return _dead_zone(witness)
    if witness["kind"] == "singular everywhere":
        return ["singular everywhere: g and E never change along the vector of ones; each region is x + R·1"]
    first, second = witness["states"]
    return [f"the states {vector(first)} and {vector(second)} have exactly the same activation"]


def _ghosts(witness: Values, shows: str) -> list[str]:
    count, listed = witness["count"], witness["ghosts"]
    said = [f"{count:,} {'ghost' if count == 1 else 'ghosts'}: E is flat and critical there, but the flow leaves"]
    for ghost in listed[:GHOSTS_SHOWN]:
        target, waking = vector(ghost["target"]), names_in_words(ghost["wakes_up"])
        verb = "wakes" if len(ghost["wakes_up"]) == 1 else "wake"
        where = f"alive: {names_in_words(ghost['alive'])}; activation {vector(ghost['activation'])}"
        said.append(f"{where}; the flow points to x⋆ = {target}, so {waking} {verb} up")
    if count > GHOSTS_SHOWN:
        which = "all" if len(listed) == count else f"{len(listed):,}"
        said.append(f"and {count - GHOSTS_SHOWN:,} more: {shows} {which}")
    return said


def _ghost_segment(witness: Values) -> list[str]:
    names, (first, last) = names_in_words(witness["neurons"]), (vector(end) for end in witness["segment"])
    said = f"a ghost: while {names} go from {first} to {last}, no activation changes, and E is flat and critical"
    return [f"{said}; the flow points to x⋆ = {vector(witness['target'])}, where the activation is another"]


def _no_attractor(witness: Values) -> list[str]:
    if "equilibria" not in witness:
        return ["some solution does not stay bounded, so that no equilibrium attracts it"]
    found = [f"x = {vector([coordinate(value) for value in entry['x']])}" for entry in witness["equilibria"]]
    if len(found) > 1:
        return [f"two equilibria, so that neither attracts every solution: {found[0]} and {found[1]}"]
    return [f"an unstable equilibrium, to which almost no solution converges: {found[0]}"]


def _falling(witness: Values) -> list[str]:
    power = "t" if witness["degree"] == 1 else f"t^{witness['degree']}"
    ratio = f"E/{power} tends to {number(witness['coefficient'])} < 0"
    return [f"along t·({state(witness['ray'])}) {ratio}: E has no lower bound"]


def _metric(witness: Values) -> list[str]:
    if "direction" in witness:
        z = vector(witness["direction"])
        return [f"along z = {z}, {witness['because']}: the value is {number(witness['value'])}; no metric allows that"]
    (i, j), (left, right) = witness["pair"], witness["values"]
    return [f"{witness['because']} for i = {i}, j = {j}: {number(left)} and {number(right)}; a metric needs them equal"]


def states_meant(data: Values) -> str:
    """Return from which states steps are meant, where it is not from any.

    >>> states_meant({"energy": "E", "region": [["-2", "2"], ["-2", "2"]], "below": "7/2"})
    ' from a state with E ≤ 7/2 and each neuron between -2 and 2'
    """
    region, below = data.get("region"), data.get("below")
    if region is None:
        return "" if below is None else f" from a state with {data['energy']} ≤ {number(below)}"
    ends = [tuple(own) for own in region]
    inside = f"each neuron {_between(*ends[0])}" if len(set(ends)) == 1 else "a state of the region"
    if below is None:
        return f", from a state to another one, both with {inside}"
    return f" from a state with {data['energy']} ≤ {number(below)} and {inside}"


def _between(low: str | None, high: str | None) -> str:
    if low is None or high is None:
        return f"above {number(str(low))}" if high is None else f"below {number(high)}"
    return f"between {number(low)} and {number(high)}"


def _meant(witness: Values) -> str:
    """Return that a state is one of those that are meant, where not all are."""
    if witness.get("below") is not None:
        return f", where {witness['energy']} ≤ {number(witness['below'])}"
    return "" if witness.get("region") is None else ", and ends in the region"


def _rising_step(witness: Values) -> list[str]:
    where, energy = f"at the state {state(witness['state'])}{_meant(witness)}", witness["energy"]
    if "step" not in witness:
        rate = f"{energy} increases along the flow {where}: d{energy}/dt ≥ {bound(witness['rate'])} > 0"
        return [f"{rate}, so no step is short enough"]
    return [f"one step of h = {number(witness['step'])} raises {energy} by {bound(witness['rise'])} or more {where}"]


def _runs_away(witness: Values) -> list[str]:
    if "ray" in witness:
        falls = f"along t·({state(witness['ray'])}) E/t² tends to {number(witness['coefficient'])} < 0"
        return [falls, "the solution that starts there, for t large enough, does not stay bounded"]
    if "drift" in witness:
        rate = f"Σ z·τx grows at the rate {number(witness['rate'])}, whatever the activations"
        return [f"with z: {state(witness['drift'])}, {rate}: every solution runs away"]
    least = witness["drive"]
    beyond = f"{'≤' if least.startswith('-') else '≥'} {bound(least)}"
    where = f"neuron {witness['neuron']} of layer {witness['layer']} runs away, from every state"
    return [f"{where}: it has no leak, and its drive plus bias is {beyond} at all times"]


_WORDS: dict[str, Callable[[Values], list[str]]] = {
    "not convex": _curvature,
    "incompatible times": _curvature,
    "ascent": _ascent,
    "no gradient activation": _unequal_slopes,
    "not symmetric": _asymmetric,
    "constant on a segment": _constant,
    "unbounded solutions": _runs_away,
    "no global stability": _no_attractor,
    "too few stored patterns": refuted_in_words,
    "energy unbounded below": _falling,
    "no altered metric": _metric,
    **dict.fromkeys(("step ascent", "local step ascent"), _rising_step),
    **SPINS,
}
