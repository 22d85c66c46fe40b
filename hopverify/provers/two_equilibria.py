"""Two equilibria: the ends of solutions from patterns and random states, by Newton's method; the kernel confirms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import islice, zip_longest
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Evidence
from hopverify.checker.payload import text_of, texts_of
from hopverify.errors import HopverifyError
from hopverify.expr.dual import Duals, along, slopes_of
from hopverify.expr.exact import EXACT, NotRational
from hopverify.expr.floats import FLOATS
from hopverify.networks import Model
from hopverify.numerics.sampling import states
from hopverify.obligations import GloballyStable
from hopverify.provers import Budget, Prover
from hopverify.provers.structure import by_kernel
from hopverify.verdict import Reason

Floats = NDArray[np.float64]
MAX_SIZE, MAX_WORK = 128, 2_100_000
# Of more states than dozens a Jacobian takes seconds: solutions are followed to their ends, from few starts.
DOZENS, FEW_STARTS, FEW_STEPS = 40, 4, 3
STARTS, STEPS, NEWTON_STEPS, MAX_FOUND, MAX_PAIRS = 16, 200, 30, 4, 4
RADII = (2.0**-20, 2.0**-30, 2.0**-10)
FAR, SHORT = 1e-3, 64


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
    step = longest = 0.3 / (float(max(max(layer.leak) for layer in model.dynamic)) or 1.0)
    with np.errstate(all="ignore"):
        flow = np.asarray(_flow(model, x), dtype=np.float64)
        for _ in range(STEPS):
            if not np.isfinite(flow).all() or np.max(np.abs(flow)) < 1e-9:
                break
            moved = x + step * flow
            after = np.asarray(_flow(model, moved), dtype=np.float64)
            # Where the flow grows or turns back at once, the step was too long for a steep energy.
            if not np.isfinite(after).all() or after @ flow < -(flow @ flow) / 2 or after @ after > 4 * flow @ flow:
                step /= 2
                continue
            x, flow, step = moved, after, min(1.25 * step, longest)
        return _polished(model, x)


def _polished(model: Model, x: Floats) -> Floats | None:
    """Return the limit of Newton's method."""
    for _ in range(NEWTON_STEPS if model.size <= DOZENS else FEW_STEPS):
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
    starts = _starts(model, budget)
    for number, start in enumerate(starts if model.size <= DOZENS else islice(starts, FEW_STARTS)):
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


def _exact(model: Model, x: Floats) -> list[Fraction] | None:
    """Return a short rational state of all neurons near a candidate if the flow is exactly 0 there."""
    short = np.array([Fraction(v).limit_denominator(SHORT) for v in x.tolist()], dtype=object)
    try:
        if any(value != 0 for value in _flow(model, short, EXACT)):
            return None
        states, _ = model.complete(_split(model, short), EXACT)
    except (NotRational, ZeroDivisionError):
        return None
    return [Fraction(value) for name in model.layers for value in states[name]]


def _entries(model: Model, x: Floats) -> Iterator[list[Any]]:
    """Yield what a claim may state of an equilibrium near a candidate: a rational state, or boxes of all neurons."""
    exact = _exact(model, x)
    if exact is not None:
        yield texts_of(exact)
        return
    states, _ = model.complete(_split(model, x), FLOATS)
    whole = np.concatenate([np.asarray(states[name], dtype=np.float64) for name in model.layers])
    for radius in map(Fraction, RADII):
        unit = radius / 2**12
        centres = [round(Fraction(value) / unit) * unit for value in whole.tolist()]
        yield [[text_of(centre - radius), text_of(centre + radius)] for centre in centres]


def two(entries: Sequence[Any]) -> Evidence:
    """Return evidence that there are two equilibria."""
    return by_kernel("two", "no global stability", equilibria=[{"x": entry} for entry in entries])


def _search(obligation: GloballyStable, budget: Budget) -> Iterator[Evidence]:
    model = obligation.model
    neurons = sum(layer.size for layer in model.layers.values())
    if model.size > MAX_SIZE or model.size * neurons**2 > MAX_WORK:
        return
    for pair, _ in zip(_found(model, budget), range(MAX_PAIRS), strict=False):
        for entries in zip_longest(*(list(_entries(model, x)) for x in pair)):
            first, second = (found or list(_entries(model, x))[-1] for found, x in zip(entries, pair, strict=True))
            yield two([first, second])


PROVER = Prover(
    name="two_equilibria",
    summary="two equilibria by solutions and Newton's method, which refute global stability",
    search=_search,
    reason=Reason.OUTSIDE_THEOREM,
)
