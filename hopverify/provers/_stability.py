"""Stability of the equilibria of a list: forms, directions and quadratic forms for the kernel, found in floating point.

For symmetric W a bound k/64 of λ_max(K), or a direction in which the form of the energy is negative (T7); where a layer
acts as a whole, on the range of H. For other W a solution P of P(A + r) + (A + r)ᵀP = -1, with r a little less than
what the spectrum of the flow A allows. What is found is rounded to short rationals, and tried before it is offered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import floor
from typing import Any

import numpy as np

from hopverify.certificate import Evidence
from hopverify.core import core_of
from hopverify.kernel.core import Core, Layer
from hopverify.numerics.lyapunov import common, solution
from hopverify.obligations import Search
from hopverify.provers._listed_state import Floats, State
from hopverify.provers._verified import accepts, some_equilibria
from hopverify.provers.structure import premise_of

RATES, NEARLY = 64, 1e-9
MOST_KINKS, MOST_SIDES = 8, 4
# Beyond, an equilibrium that is known to attract everything is not eliminated once more.
MOST_ELIMINATED = 40
# Bounds of rates, as shares of what the spectrum allows.
SHARES = (1 - 2.0**-10, 1 - 2.0**-5, 0.5, 0.0)
DIGITS = (16, 2**10, 2**20)

Told = tuple[dict[str, Any], dict[str, Any] | None]
"""What is told of an equilibrium, and its proof."""

Offered = Callable[[State], Iterator[Told]]
"""What may be told of an equilibrium, best first."""


def candidates(state: State) -> Iterator[Told]:
    """Yield what may be told of the stability of an equilibrium, with proofs, best first."""
    if "dimension" in state.entry:
        if state.network.is_symmetric and state.network.elementwise and not state.at_kink:
            yield from _of_continuum(state)
        return
    if state.network.is_symmetric and not state.curved:
        yield from _by_form(state)
    yield from _by_lyapunov(state)


def _by_form(state: State) -> Iterator[Told]:
    """Yield what the form of the energy tells: W is symmetric."""
    kinks, way = state.at_kink, "form" if state.network.elementwise else "range"
    if not state.alive and not kinks:
        yield {"stability": "stable", "lambda_max_at_most": "0"}, {"by": way}
        return
    steepest = {i: int(np.argmax(np.abs(state.slopes[:, i])) * 2 - 1) for i in kinks}
    H = state.hessian(steepest)
    if np.linalg.eigvalsh((H + H.T) / 2)[0] < -1e-9 * np.abs(H).max() or not H.any():
        return
    values, directions = _spectrum(state, H)
    # At the border floating point does not tell which side it is: both are offered.
    if values[-1] < 1 + NEARLY:
        least = min(max(1, floor(RATES * values[-1]) + 1), RATES)
        for k in range(least, min(RATES, least + 1) + 1):
            yield {"stability": "stable", "lambda_max_at_most": str(Fraction(k, RATES))}, {"by": way}
    if kinks:
        yield {"stability": "stable"}, {"by": "copositive"}
    found = _in_cones(state) if kinks else directions.T[values > 1 - NEARLY][::-1]
    for digits in DIGITS:
        for v in found:
            yield {"stability": "unstable", "direction": _short(v, digits)}, {"by": "direction"}


def _of_continuum(state: State) -> Iterator[Told]:
    """Yield what the form tells of a state on a continuum, where it has a kernel."""
    H = state.hessian({})
    values, directions = _spectrum(state, H)
    for digits in DIGITS:
        for v in directions.T[values > 1 + 1e-9][::-1]:
            yield {"stability": "unstable", "direction": _short(v, digits)}, {"by": "direction"}
    kernel = (H @ directions)[:, np.abs(values - 1) <= 1e-9]
    if kernel.shape[1] != state.entry["dimension"]:
        return
    without: list[int] = []
    for _ in range(kernel.shape[1]):
        # The neuron that moves most along what is left of the kernel, which then has to leave it alone.
        moved = np.linalg.norm(kernel, axis=1)
        without.append(int(np.argmax(moved)))
        axis = kernel[without[-1]] / moved[without[-1]]
        kernel = kernel - np.outer(kernel @ axis, axis)
    yield {"stability": "neutral"}, {"by": "neutral", "without": sorted(without)}


def _spectrum(state: State, H: Floats) -> tuple[Floats, Floats]:
    """Return the eigenvalues of K, ascending, with the directions of states that belong to them."""
    W, leak = (np.array(each, dtype=np.float64) for each in (state.network.W, state.network.leak))
    own, basis = np.linalg.eigh((H + H.T) / 2)
    kept = own > 1e-13 * own.max(initial=0.0)
    root = basis[:, kept] * np.sqrt(own[kept])
    back = basis[:, kept] / np.sqrt(own[kept])
    scale = back.T @ (leak[:, None] * root)
    inner = np.linalg.inv(np.linalg.cholesky((scale + scale.T) / 2)).T
    values, a = np.linalg.eigh(inner.T @ root.T @ W @ root @ inner)
    return values, back @ inner @ a


def _in_cones(state: State) -> Iterator[Floats]:
    """Yield directions in which the form is negative, where neurons at a kink move to one side, or not at all.

    If none of the sides shows more, a Schur complement has an eigenvector > 0 with a negative value (Kaplan 2000).
    """
    W, leak = (np.array(each, dtype=np.float64) for each in (state.network.W, state.network.leak))
    kinks, alive = state.at_kink, state.alive
    if len(kinks) > MOST_KINKS:
        return
    for signs in product((0, -1, 1), repeat=len(kinks)):
        moving = {i: sign for i, sign in zip(kinks, signs, strict=True) if sign}
        h = np.diag(state.hessian(moving))
        neurons = [*alive, *moving]
        if not neurons or not (h[neurons] > 0).all():
            continue
        Q, free = np.diag((leak / np.where(h > 0, h, 1))[neurons]) - W[np.ix_(neurons, neurons)], len(alive)
        if not moving:
            values, y = np.linalg.eigh(Q)
            chosen = list(y[:, values < 0].T)
        else:
            try:
                inner = np.linalg.solve(Q[:free, :free], Q[:free, free:])
            except np.linalg.LinAlgError:
                continue
            own = np.array(list(moving.values()))
            values, y = np.linalg.eigh((Q[free:, free:] - Q[free:, :free] @ inner) * np.outer(own, own))
            y = y[:, values < 0]
            y = y * np.where(y.sum(axis=0) < 0, -1, 1)
            chosen = [np.concatenate([-inner @ (own * u), own * u]) for u in y.T if (u > 0).all()]
        for each in chosen:
            v = np.zeros(len(W))
            v[neurons] = each / h[neurons]
            yield v


def _short(v: Floats, digits: int) -> list[str]:
    """Return a direction whose largest entry is about 1, in multiples of 1/digits."""
    scaled = v / v[np.argmax(np.abs(v))] if not (v < 0).any() else v / np.abs(v).max()
    return [str(Fraction(round(each * digits), digits)) for each in scaled.tolist()]


def _by_lyapunov(state: State) -> Iterator[Told]:
    """Yield quadratic forms that fall along the flow of the neurons with τ > 0, from its linear part."""
    A = _flow(state, {})
    if A is None or not len(A):
        return
    if state.at_kink:
        yield from _for_all_sides(state)
        return
    largest = float(np.linalg.eigvals(A).real.max())
    stable = largest < 0
    for share in SHARES:
        rate = Fraction(floor(abs(largest) * share * 2**12), 2**12)
        shifted = A + (float(rate) if stable else -float(rate)) * np.eye(len(A))
        P = solution(shifted)
        if P is not None:
            yield from falling(P, rate)


def falling(P: Floats, rate: Fraction) -> Iterator[Told]:
    """Yield what a quadratic form shows that falls along the flow, once it is rounded."""
    unit = 2.0 ** (np.ceil(np.log2(np.abs(P).max())) - 40)
    P = np.round(P / unit) * unit
    values, z = np.linalg.eigh(P)
    stable = bool(values[0] > 0)
    told: dict[str, Any] = {"stability": "stable" if stable else "unstable"}
    proof: dict[str, Any] = {"by": "lyapunov", "P": [[str(Fraction(each)) for each in row] for row in P.tolist()]}
    yield told | ({"rate": str(rate)} if rate else {}), proof | ({} if stable else {"z": _short(z[:, 0], 2**20)})


def _for_all_sides(state: State) -> Iterator[Told]:
    """Yield a quadratic form that falls along the flow on all sides of kinks, by a semidefinite program."""
    kinks = state.at_kink
    flows = [
        _flow(state, dict(zip(kinks, signs, strict=True)))
        for signs in product((-1, 1), repeat=len(kinks))
        if len(kinks) <= MOST_SIDES
    ]
    known = [A for A in flows if A is not None]
    if not known or len(known) < len(flows):
        return
    P = common(known)
    if P is not None:
        yield from falling(P, Fraction(0))


def _flow(state: State, signs: Mapping[int, int]) -> Floats | None:
    """Return the derivative of the flow of the neurons with τ > 0; None where the others do not follow."""
    network = state.network
    taus = np.array([float(tau) for layer in network.layers for tau in layer.each(layer.tau)])
    J = np.array(network.W, dtype=np.float64) @ state.hessian(signs) - np.diag(np.array(network.leak, dtype=np.float64))
    slow, fast = np.flatnonzero(taus > 0), np.flatnonzero(taus == 0)
    try:
        followed = np.linalg.solve(J[np.ix_(fast, fast)], J[np.ix_(fast, slow)])
    except np.linalg.LinAlgError:
        return None
    A: Floats = (J[np.ix_(slow, slow)] - J[np.ix_(slow, fast)] @ followed) / taus[slow, None]
    return A if np.isfinite(A).all() else None


# ------------------------------------------------------------------------------------------------------------- a list


def with_stability(search: Search, listed: Evidence, offered: Offered = candidates) -> Evidence:
    """Return evidence for the stability of the equilibria that evidence of the kernel lists, as far as it is found."""
    core, premise = core_of(search.model), premise_of(listed)
    states = [State.of(search, entry) for entry in listed["claim"]["equilibria"]]
    attracts = [each for each in premise["proof"].get("premises", []) if each["claim"]["claim"] == "global stability"]
    open_ones = [_offers(state, offered, attracting=bool(attracts)) for state in states]
    found: list[Told] = [next(each, UNDECIDED) for each in open_ones]

    def settle(places: Sequence[int]) -> None:
        """Try what is told of some of the states, until the kernel accepts it; halves of many that it rejects."""
        tried = [place for place in places if found[place] is not UNDECIDED]
        if not tried or accepted(tried):
            return
        if len(tried) > 1:
            settle(tried[: len(tried) // 2])
            settle(tried[len(tried) // 2 :])
        else:
            found[tried[0]] = next(open_ones[tried[0]], UNDECIDED)
            settle(tried)

    def accepted(places: Sequence[int]) -> bool:
        some = some_equilibria([states[place].entry["x"] for place in places])
        told = [(states[place], found[place]) for place in places]
        return accepts(search.model, _claimed(core, some, told, attracts))

    settle([place for place, state in enumerate(states) if "dimension" not in state.entry])
    continua = [place for place, state in enumerate(states) if "dimension" in state.entry]
    while any(found[place] is not UNDECIDED for place in continua):
        # They are no part of a list of some equilibria, and so are tried with the whole one.
        whole = _claimed(core, premise, list(zip(states, found, strict=True)), attracts)
        if accepts(search.model, whole):
            break
        for place in continua:
            found[place] = next(open_ones[place], UNDECIDED)
    return {"rule": "kernel", **_claimed(core, premise, list(zip(states, found, strict=True)), attracts)}


UNDECIDED: Told = ({"stability": "undecided"}, None)


def _offers(state: State, offered: Offered, *, attracting: bool) -> Iterator[Told]:
    """Yield what may be told of an equilibrium, that it attracts all first where there are many neurons, else last."""
    attracts: list[Told] = [({"stability": "stable"}, {"by": "T16"})] if attracting else []
    many = state.network.size > MOST_ELIMINATED
    yield from attracts if many else ()
    yield from offered(state)
    yield from () if many else attracts


def _claimed(
    core: Core,
    premise: Mapping[str, Any],
    told: Sequence[tuple[State, Told]],
    attracts: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Return the claim about equilibria that a premise lists, with its proof."""
    stated = premise["claim"]
    claim: dict[str, Any] = {"claim": "stability", "all": stated["claim"] == "equilibria"}
    if stated.get("region") is not None:
        claim["region"] = stated["region"]
    claim["equilibria"] = [state.described | row for state, (row, _) in told]
    proofs = [proof for _, (_, proof) in told]
    ways = {proof["by"] for proof in proofs if proof is not None}
    gradients = [
        {"claim": {"claim": "gradient of L", "layer": layer.name}, "proof": {"by": "identity"}}
        for layer in core.layers
        if ways & {"range", "direction"} and isinstance(layer, Layer) and not layer.elementwise and layer.g is not None
    ]
    premises = [premise, *gradients, *(attracts if "T16" in ways else ())]
    return {"claim": claim, "proof": {"by": "each", "premises": premises, "proofs": proofs}}
