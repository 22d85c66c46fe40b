"""The energy V of an altered system falls wherever the state moves, or is critical at equilibria only (T11, T12).

Or there is no metric for it: no P = Pᵀ ≻ 0 with PB = Aᵀ, or the stated P is none.
"""

from fractions import Fraction
from typing import Any

from hopverify.kernel.altered import Rows, System, altered_system
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.functions import fraction, matrix
from hopverify.kernel.json_values import listed, rationals
from hopverify.kernel.numbers import rational


def falls(case: Case) -> Fact:
    """P ≻ 0, PB = Aᵀ, sym(TP) ≻ 0, and a residual only falls; x and γ are locally Lipschitz functions of y."""
    _check_energy(case, timed=True)
    return Fact(case.core, case.claim)


def is_flat_nowhere(case: Case) -> Fact:
    """The same without sym(TP): ∇V = -PTẏ is 0 exactly where the state rests."""
    _check_energy(case, timed=False)
    return Fact(case.core, case.claim)


def _check_energy(case: Case, timed: bool) -> None:
    case.keys("premises")
    system = altered_system(case.core)
    system.check_metric(metric_of(case, system, case.claim.fields), timed)
    system.check_residual()
    case.premises(*system.premises())


def metric_of(case: Case, system: System, fields: Any) -> Rows:
    """Return P as the core states it, or else as a field or a key of a proof has it."""
    stated = system.stated
    case.need((stated is None) == ("metric" in fields), "a metric is given where the core states none")
    if stated is not None:
        return stated
    size, where = system.slow.size, f"{case.where}.metric"
    rows = listed(fields["metric"], where)
    case.need(len(rows) == size, f"expected {size} rows")
    return [rationals(row, size, where) for row in rows]


def excluded_by_pair(case: Case) -> Fact:
    """An entry at which P and Pᵀ, or PB and Aᵀ, differ; without a P, one at which AB is not symmetric: AB = BᵀPB."""
    case.keys()
    system, claim = altered_system(case.core), case.claim
    P, said = system.stated, "(AB)ij ≠ (AB)ji"
    AB = system.A * system.B
    left, right = AB, AB.transpose()
    if P is not None:
        given = matrix(P)
        left, right, said = given, given.transpose(), "Pij ≠ Pji"
        if given == given.transpose():
            left, right, said = given * system.B, system.A.transpose(), "(PB)ij ≠ Aji"
    place = listed(claim.fields.get("pair"), f"{case.where}.pair")
    fits = len(place) == 2 and all(type(k) is int and k >= 0 for k in place)
    case.need(fits and place[0] < left.nrows() and place[1] < left.ncols(), "expected a row and a column")
    values = [fraction(each[place[0], place[1]]) for each in (left, right)]
    case.need(values[0] != values[1], "the two entries agree")
    _check_told(case, said, values=[str(each) for each in values], pair=place)
    return Fact(case.core, claim)


def excluded_by_direction(case: Case) -> Fact:
    """zᵀPz ≤ 0 with z ≠ 0; or zᵀABz = (Bz)ᵀP(Bz) < 0, or = 0 with Bz ≠ 0, or Bz = 0 with Aᵀz = PBz ≠ 0."""
    case.keys()
    system, claim = altered_system(case.core), case.claim
    P = system.stated
    size = system.slow.size if P is not None else system.A.nrows()
    z = rationals(claim.fields.get("direction"), size, f"{case.where}.direction")
    column = matrix([[each] for each in z])
    if P is not None:
        value, said = _form(column, matrix(P) * column), "zᵀPz ≤ 0"
        holds = any(z) and value <= 0
    else:
        Bz, Az = system.B * column, system.A.transpose() * column
        value, moved = _form(Bz, Az), any(Bz.entries())
        said = "zᵀABz < 0" if value < 0 else "zᵀABz = 0, and Bz ≠ 0" if moved else "Bz = 0, and Aᵀz ≠ 0"
        holds = value < 0 or (value == 0 and (moved or any(Az.entries())))
    case.need(holds, "the direction excludes no metric")
    case.need(rational(claim.fields.get("value"), case.where) == value, "the value is another one")
    _check_told(case, said, direction=claim.fields.get("direction"), value=claim.fields.get("value"))
    return Fact(case.core, claim)


def _form(u: Any, v: Any) -> Fraction:
    return fraction((u.transpose() * v)[0, 0])


def _check_told(case: Case, said: str, **fields: Any) -> None:
    """Refuse a claim that tells anything else."""
    case.need(dict(case.claim.fields) == {"because": said, **fields}, f"it is because {said}")
