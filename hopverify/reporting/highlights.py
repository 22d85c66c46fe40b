"""What a report comes to in numbers: "1,771 of 1,797 digits are retrieved; steps up to 2/3 never raise the energy".

The first lines of every format, from what the checker computed. What is not decided, or was not checked, is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import ROUND_FLOOR, Context, Decimal
from fractions import Fraction

from hopverify.reporting.counting import counted
from hopverify.reporting.report import Report, Row, Values
from hopverify.reporting.wording import number, states_meant
from hopverify.verdict import Verdict

# A memory with such a name is called by it: "digits"; another has "patterns of m".
SHORTEST_NOUN = 4
DOWN = Context(prec=6, rounding=ROUND_FLOOR)


def highlights(report: Report) -> str:
    """Return the numbers of a report as one sentence; empty where it has none."""
    rows = [row for row in report.rows if row.checked]
    said = dict.fromkeys(phrase for check, told in _TOLD.items() for phrase in _of(check, told, rows))
    sentence = "; ".join(said)
    return f"{sentence[0].upper()}{sentence[1:]}." if sentence else ""


def _of(check: str, told: Callable[[Row, Values], Iterator[str]], rows: list[Row]) -> Iterator[str]:
    for row in rows:
        if row.check == check and row.verdict is not Verdict.NOT_APPLICABLE:
            yield from told(row, row.data or {})


def _retrieved(row: Row, data: Values) -> Iterator[str]:
    if isinstance(data.get("certified"), int) and isinstance(data.get("patterns"), int):
        yield f"{_share(data['certified'], data['patterns'], row.subject)} retrieved"


def _cells(row: Row, data: Values) -> Iterator[str]:
    rows = data.get("cells")
    if isinstance(rows, list):
        found = sum(each["verdict"] == "pass" for each in rows)
        yield f"{_share(found, len(rows), row.subject)} retrieved from basin cells"


def _set_right(row: Row, data: Values) -> Iterator[str]:
    if "restored" in data:
        counts = sorted(each["flips"] for each in data["patterns"] if "flips" in each)
        some = f" from up to {counted(counts[0], 'flipped neuron')}" if counts and counts[0] else ""
        yield f"{_share(data['restored'], data['of'], row.subject)} set right{some}"


def _share(some: int, all_: int, memory: str) -> str:
    """Return how many patterns of a memory.

    >>> _share(1771, 1797, "digits"), _share(1, 1, "m")
    ('1,771 of 1,797 digits are', '1 of 1 patterns of m is')
    """
    is_noun = memory.isalpha() and memory.endswith("s") and len(memory) >= SHORTEST_NOUN
    return f"{some:,} of {all_:,} {memory if is_noun else f'patterns of {memory}'} {'is' if some == 1 else 'are'}"


def _equilibria(row: Row, data: Values) -> Iterator[str]:
    rows = data.get("equilibria")
    if "memories" in data and isinstance(data.get("certified"), int):
        yield f"{_share(data['certified'], len(data['memories']), row.subject)} stored"
    elif isinstance(rows, list) and rows:
        continua = sum("dimension" in each for each in rows)
        count = counted(len(rows) - continua, "equilibrium", "equilibria") if len(rows) > continua else ""
        if continua:
            count += f" and {counted(continua, 'continuum', 'continua')} of them" if count else _continua(continua)
        stable = sum(each.get("stability") == "stable" for each in rows)
        kinds = f", {stable:,} stable" if len(rows) > 1 else ", stable" if stable else ""
        where = " in the region" if "in the region" in row.statement else ""
        yield f"{'' if row.verdict is Verdict.PASS else 'at least '}{count}{where}{kinds}"


def _continua(count: int) -> str:
    return counted(count, "continuum of equilibria", "continua of equilibria")


def _minima(row: Row, data: Values) -> Iterator[str]:
    if isinstance(data.get("minima"), list):
        yield f"{counted(data['count'], 'local minimum', 'local minima')}, {data['emergent']:,} of them emergent"


def _fixed_points(row: Row, data: Values) -> Iterator[str]:
    if row.verdict is Verdict.PASS and isinstance(data.get("fixed_points"), list):
        yield counted(data["count"], "fixed point")


def _attracts(row: Row, data: Values) -> Iterator[str]:
    if row.verdict is Verdict.PASS:
        yield "one equilibrium attracts every state"


def _descends(proved: str, refuted: str = "") -> Callable[[Row, Values], Iterator[str]]:
    def told(row: Row, data: Values) -> Iterator[str]:
        yield from filter(None, [{Verdict.PASS: proved, Verdict.FAIL: refuted}.get(row.verdict, "")])

    return told


def _steps(row: Row, data: Values) -> Iterator[str]:
    if "up_to" not in data:
        return
    step = data["up_to"]
    energy = "the energy" if data.get("energy") == "E" else f"the energy {data.get('energy')}"
    meant = states_meant(data)
    if step is None:
        yield f"no step raises {energy}{meant}"
    else:
        yield f"steps up to {_step(str(step))} never raise {energy}{meant}"


def _step(text: str) -> str:
    """Return a length: as it is, or rounded down, so that what is said of it stays true.

    >>> _step("2/3"), _step("6004799503160661/9007199254740992")
    ('2/3', '0.666666')
    """
    if "≈" not in (shown := number(text)):
        return shown
    exact = Fraction(text)
    return f"{DOWN.divide(Decimal(exact.numerator), Decimal(exact.denominator)):g}"


def _ghosts(row: Row, data: Values) -> Iterator[str]:
    if row.verdict is Verdict.PASS:
        yield "no ghost regions"
    elif row.verdict is Verdict.FAIL and isinstance(count := (row.witness or {}).get("count"), int):
        yield counted(count, "ghost region")


# The order of the phrases in the sentence.
_TOLD: dict[str, Callable[[Row, Values], Iterator[str]]] = {
    "memory_retrieval": _retrieved,
    "basin_cells": _cells,
    "spin_correction": _set_right,
    "spin_fixed_points": _fixed_points,
    "equilibria": _equilibria,
    "emergent_minima": _minima,
    "global_stability": _attracts,
    "energy_descent": _descends("the energy never increases", "the energy increases somewhere"),
    "spin_energy_descent": _descends("no update raises the energy", "some update raises the energy"),
    "altered_energy_descent": _descends("the energy of the altered system never increases"),
    "step_size": _steps,
    "ghost_regions": _ghosts,
}
