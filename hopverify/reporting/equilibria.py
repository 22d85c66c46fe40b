"""Lists of equilibria in words: each with what the check tells of it, the first eight in full.

What a list says depends on the check: alive neurons, energy and stability, coordinates that the energy does not
determine, the bound or direction that decides stability, or the flat region that lies in the basin.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from hopverify.reporting.wording import JSON_SHOWS, LONGEST_VECTOR, Values, coordinate, names_in_words, number, vector

SHOWN = 8
NEUTRAL = "neutral along the continuum, attracting across"


def equilibria_in_words(check: str, data: Values | None, *, shows: str = JSON_SHOWS) -> list[str]:
    """Return lines about the equilibria that a claim's data list; none where it lists none."""
    rows = data.get("equilibria") if data else None
    if data is None or check not in _WORDS or not isinstance(rows, list):
        return []
    heading, words, _ = _WORDS[check]
    concerned = _concerned(check, rows)
    left, part = data.get("undecided_boxes", 0), data.get("all") is False
    lines = (
        heading(rows, concerned, not (part or left)) if rows or not (left or part) else ["no equilibrium was verified"]
    )
    lines += ["there may be others"] if part else _boxes_left(left)
    lines += [f"x = {vector([coordinate(v) for v in row['x']])}: {words(row)}" for row in concerned[:SHOWN]]
    if len(concerned) > SHOWN:
        lines.append(f"and {len(concerned) - SHOWN:,} more: {shows} all")
    return lines


def told_of(check: str, data: Values) -> list[tuple[Values, str]]:
    """Return the equilibria that a claim's data list and the check tells something of, each with what it tells."""
    rows = data.get("equilibria")
    if check not in _WORDS or not isinstance(rows, list):
        return []
    return [(row, _WORDS[check][1](row)) for row in _concerned(check, rows)]


def _concerned(check: str, rows: Sequence[Values]) -> list[Values]:
    """Return the equilibria that the check tells something of; what is undecided is what the reader looks for."""
    concerns = _WORDS[check][2]
    return sorted((row for row in rows if concerns(row)), key=lambda row: row.get("stability") != "undecided")


def interval(ends: Sequence[str]) -> str:
    """Return a closed interval; an infinite end is open.

    >>> interval(["-∞", "0"])
    '(-∞, 0]'
    """
    lower, upper = ends
    return f"{'(' if lower == '-∞' else '['}{number(lower)}, {number(upper)}{')' if upper == '+∞' else ']'}"


def _every(row: Values) -> bool:
    return True


def _boxes_left(left: int) -> list[str]:
    undecided = f"{left:,} {'box of states is' if left == 1 else 'boxes of states are'} undecided"
    return [f"there may be others: {undecided}"] if left else []


def _counted(rows: Sequence[Values], concerned: Sequence[Values], complete: bool) -> list[str]:
    if not rows:
        return ["no equilibrium"]
    continua = [row for row in rows if "dimension" in row]
    left = len(rows) - len(continua)
    if len(rows) == 1:
        return ["a continuum of equilibria" if continua else "1 equilibrium"]
    kinds = Counter(row["stability"] for row in rows)
    said = ", ".join(f"{count:,} {kind}" for kind, count in kinds.items())
    named = [f"{left:,} {'equilibrium' if left == 1 else 'equilibria'}"] if left else []
    named += [f"{len(continua):,} {'continuum' if len(continua) == 1 else 'continua'} of them"] if continua else []
    lowest = lowest_of(rows)
    least = (
        [f"of these, E is lowest at x = {vector([coordinate(v) for v in lowest['x']])}"] if lowest is not None else []
    )
    return [f"{' and '.join(named)}: {said}", *least]


def lowest_of(rows: Sequence[Values]) -> Values | None:
    """Return the equilibrium whose energy certainly is below that of all others, of several isolated ones."""
    if len(rows) < 2 or any("energy" not in row or "dimension" in row for row in rows):
        return None
    first, *others = sorted(rows, key=lambda row: _ends(row["energy"])[1])
    apart = all(_ends(first["energy"])[1] < _ends(other["energy"])[0] for other in others)
    return first if apart else None


def _ends(energy: Any) -> tuple[Fraction, Fraction]:
    """Return between which numbers an energy lies."""
    low, high = energy if isinstance(energy, list | tuple) else (energy, energy)
    return Fraction(low), Fraction(high)


def _listed(row: Values) -> str:
    count, alive = len(row["x"]), row["alive"]
    said = "all neurons alive" if len(alive) == count else f"alive: {names_in_words(alive)}"
    if row.get("at_kink"):
        said += f"; at a kink: {names_in_words(row['at_kink'])}"
    if "dimension" in row:
        said = f"{_continuum(row)}; {said}"
    energy = f", {_energy(row['energy'])}" if "energy" in row else ""
    return f"{NEUTRAL if row['stability'] == 'neutral' else row['stability']}{energy}; {said}"


def _energy(energy: Any) -> str:
    """Return an energy in words, as an equation or about.

    >>> _energy("-1/8"), _energy(["-874999999/1000000000", "-7/8"])
    ('E = -1/8', 'E ≈ -0.875')
    """
    said = coordinate(energy)
    return f"E ≈ {said[1:]}" if said.startswith("≈") else f"E {'in' if said.startswith('[') else '='} {said}"


def _continuum(row: Values) -> str:
    """Return the continuum on which a state lies: a segment with its ends, or what it is by its dimension."""
    if len(row.get("ends", ())) == 2:
        return f"on the segment from {vector(row['ends'][0])} to {vector(row['ends'][1])}"
    return "on a line of equilibria" if row["dimension"] == 1 else f"on equilibria of dimension {row['dimension']}"


def _nothing_hidden(rows: Sequence[Values], concerned: Sequence[Values], complete: bool) -> list[str]:
    rest = len(rows) - len(concerned)
    return [f"the energy determines every coordinate of {_some(rest, len(rows), complete)}"] if rest else []


def _recovered(row: Values) -> str:
    hidden, unsettled = row["undetermined"], row.get("unsettled", [])
    values = names_in_words([coordinate(value) for value in hidden.values()])
    said = [f"the energy leaves {names_in_words(list(hidden))} open; recovered as {values}"] if hidden else []
    if unsettled:
        said.append(f"whether it leaves {'more of ' * bool(hidden)}{names_in_words(unsettled)} open is not settled")
    return _at_a_point(row) + "; ".join(said)


def _at_a_point(row: Values) -> str:
    return f"{_continuum(row)}, at this point: " if "dimension" in row else ""


def _decided(row: Values) -> str:
    said: str = NEUTRAL if row["stability"] == "neutral" else row["stability"]
    if said == "undecided":
        return f"undecided, because {row.get('because', 'neither way is shown')}"
    if "direction" in row:
        said += f" along {vector(row['direction'])}"
    if "lambda_max_at_most" in row:
        said += f", λ_max(K) ≤ {number(row['lambda_max_at_most'])}"
    if "rate" in row:
        said += f", at the rate {number(row['rate'])} at least"
    if "at_kink" in row:
        said += f", with {names_in_words(row['at_kink'])} at a kink"
    return said


def _no_region(rows: Sequence[Values], concerned: Sequence[Values], complete: bool) -> list[str]:
    rest = len(rows) - len(concerned)
    return [f"a point, no flat region: {_some(rest, len(rows), complete)}"] if rest else []


def _some(part: int, whole: int, complete: bool) -> str:
    if part == whole and complete:
        return "the equilibrium" if whole == 1 else f"all {whole:,} equilibria"
    return f"{part:,} of {whole:,} equilibria" if part < whole else f"{whole:,} listed equilibria"


def _region(row: Values) -> str:
    grouped: dict[str, list[str]] = {}
    for name, ends in row["region"].items():
        grouped.setdefault(interval(ends), []).append(name)
    factors = [f"{names_in_words(names)} in {ends}" for ends, names in list(grouped.items())[:LONGEST_VECTOR]]
    said = [f"{'; '.join(factors)} — all of it in the basin"] if factors else []
    said += [f"{layer}: {form}" for layer, form in row.get("layers", {}).items()]
    ending = ", with an open neighbourhood" if row["neighbourhood"].startswith("an open") else ""
    return _at_a_point(row) + "; ".join(said) + ending


def _nothing(rows: Sequence[Values], concerned: Sequence[Values], complete: bool) -> list[str]:
    return [] if rows else ["no equilibrium"]


Heading = Callable[[Sequence[Values], Sequence[Values], bool], list[str]]
Row = Mapping[str, Any]

_WORDS: dict[str, tuple[Heading, Callable[[Row], str], Callable[[Row], bool]]] = {
    "equilibria": (_counted, _listed, _every),
    "state_recovery": (_nothing_hidden, _recovered, lambda row: bool(row["undetermined"] or row.get("unsettled"))),
    "equilibrium_stability": (_nothing, _decided, _every),
    "flat_region_stability": (_no_region, _region, lambda row: bool(row["region"] or row.get("layers"))),
}
