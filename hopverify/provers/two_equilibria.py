"""Two equilibria: the ends of solutions from patterns and random states, by Newton's method; the checker confirms."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Evidence
from hopverify.checker.payload import text_of, texts_of
from hopverify.checker.rules.two_equilibria import is_equilibrium
from hopverify.errors import HopverifyError
from hopverify.expr.dual import Duals, along, slopes_of
from hopverify.expr.floats import FLOATS
from hopverify.networks import Model
from hopverify.numerics.sampling import states
from hopverify.obligations import GloballyStable
from hopverify.provers import Budget, Prover
from hopverify.verdict import Reason

Floats = NDArray[np.float64]
MAX_SIZE, MAX_WORK = 40, 200_000
STARTS, STEPS, NEWTON_STEPS, MAX_FOUND, MAX_PAIRS = 16, 200, 30, 4, 4
RADII = (2.0**-20, 2.0**-30, 2.0**-10)
FAR = 1e-3


def _split(model: Model, x: Any) -> dict[str, Any]:
    cuts = np.cumsum([layer.size for layer in model.dynamic])[:-1]
    return dict(zip((layer.name for layer in model.dynamic), np.split(x, cuts), strict=True))


def _flow(model: Model, x: Any, arithmetic: Any = FLOATS) -> Any:
    return np.concatenate([np.asarray(part) for part in model.flow(_split(model, x), arithmetic).values()])


def _jacobian(model: Model, x: Floats) -> Floats:
    return np.array([slopes_of(_flow(model, along(x, row), Duals(FLOATS))) for row in np.eye(len(x))], dtype=float).T


def _starts(model: Model, budget: Budget) -> Iterator[Floats]:
    yield np.zeros(model.size)
    dynamic = [layer.name for layer in model.dynamic]
    if len(dynamic) == 1:
        for memory in model.memories.values():
            if memory.layer == dynamic[0]:
                yield from memory.patterns.floats()[:6]
    yield from states(model.size, STARTS, budget.seed)


def _settled(model: Model, x: Floats) -> Floats | None:
    """Return an equilibrium near the end of a solution, or None."""
    rate = float(max(max(layer.leak) for layer in model.dynamic)) or 1.0
    with np.errstate(all="ignore"):
        for _ in range(STEPS):
            flow = np.asarray(_flow(model, x), dtype=np.float64)
            if not np.isfinite(flow).all() or np.max(np.abs(flow)) < 1e-9:
                break
            x = x + 0.3 / rate * flow
        return _polished(model, x)


def _polished(model: Model, x: Floats) -> Floats | None:
    """Return the limit of Newton's method."""
    for _ in range(NEWTON_STEPS):
        flow = np.asarray(_flow(model, x), dtype=np.float64)
        if not np.isfinite(flow).all():
            return None
        size = 1 + float(np.max(np.abs(x)))
        if np.max(np.abs(flow)) < 1e-13 * size:
            return x
        J = _jacobian(model, x)
        if not np.isfinite(J).all():
            return None
        x = x - np.linalg.lstsq(J, flow, rcond=None)[0]
    return x if np.max(np.abs(np.asarray(_flow(model, x), dtype=np.float64))) < 1e-10 else None


def _found(model: Model, budget: Budget) -> Iterator[tuple[Floats, Floats]]:
    """Yield pairs of distinct candidates as they are found."""
    known: list[Floats] = []
    for number, start in enumerate(_starts(model, budget)):
        if budget.exhausted or len(known) >= MAX_FOUND:
            return
        try:
            ends = [_polished(model, start)] if number == 0 else []
            ends.append(_settled(model, start))
        except (HopverifyError, np.linalg.LinAlgError, ZeroDivisionError, FloatingPointError):
            continue
        for end in ends:
            if end is not None and all(np.max(np.abs(end - other)) > FAR for other in known):
                yield from ((other, end) for other in known)
                known.append(end)


def _search(obligation: GloballyStable, budget: Budget) -> Iterator[Evidence]:
    model = obligation.model
    neurons = sum(layer.size for layer in model.layers.values())
    if model.size > MAX_SIZE or model.size * neurons**2 > MAX_WORK:
        return
    for pair, _ in zip(_found(model, budget), range(MAX_PAIRS), strict=False):
        short = [np.array([Fraction(v).limit_denominator(64) for v in x.tolist()], dtype=object) for x in pair]
        exact = [is_equilibrium(model, x) for x in short]
        for radius in RADII if not all(exact) else (0.0,):
            centres = [
                known if is_exact else _rounded(x, radius)
                for x, known, is_exact in zip(pair, short, exact, strict=True)
            ]
            first, second = (
                {name: texts_of(part.tolist()) for name, part in _split(model, x).items()} for x in centres
            )
            yield {"rule": "two_equilibria", "first": first, "second": second, "radius": text_of(radius)}


def _rounded(x: Floats, radius: float) -> Any:
    """Return a centre rounded to a small part of the radius."""
    unit = Fraction(radius) / 2**12
    return np.array([round(Fraction(v) / unit) * unit for v in x.tolist()], dtype=object)


PROVER = Prover(
    name="two_equilibria",
    summary="two equilibria by solutions and Newton's method, which refute global stability",
    search=_search,
    reason=Reason.OUTSIDE_THEOREM,
)
