"""What SymPy derives of kinds of synapses and layers: -∂S/∂g of each S, and dE/dt along the flow.

Each kind is stated once, by its energy S, with sums over general sizes; what drives a layer follows by differentiation.
``plain`` are drives that are no gradients: those that a synapse has with ``drive: plain``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy

from hopverify.derivation.symbolic.calculus import I, J, K
from hopverify.derivation.symbolic.conversion import formula_of
from hopverify.derivation.symbolic.functions import relu

Record = dict[str, Any]
Sum, Indexed, Delta = sympy.Sum, sympy.Indexed, sympy.KroneckerDelta
g, h, W, w, b, x, xdot, Xi, A, B, M, T = sympy.symbols("g h W w b x xdot Xi A B M T", cls=sympy.IndexedBase, real=True)
W_Q, W_K, kernel = sympy.symbols("W_Q W_K k", cls=sympy.IndexedBase, real=True)
n, m, p, beta, epsilon, P, N, H, D, s = sympy.symbols("n m p beta epsilon K N H D s", positive=True)
a, c, d, mu, u, C, Bt, head, place = sympy.symbols("a c d mu u C B h P", integer=True)


NEURONS = (I, J, K, sympy.Symbol("l", integer=True))


@dataclass(frozen=True)
class Kind:
    """S, and for each layer the component of its activation along which S is differentiated."""

    energy: Any
    along: Mapping[str, Any]
    plain: Mapping[str, Any] = field(default_factory=dict)


def _over(body: Any, *limits: tuple[Any, Any]) -> Any:
    return Sum(body, *((index, 1, last) for index, last in limits))


def _kinds() -> dict[str, Kind]:
    one, two = {"g": g[I]}, {"g": g[I], "h": h[I]}
    overlap = _over(Xi[mu, J] * g[J], (J, n))
    own = _over(_over(Xi[mu, I] ** 2, (mu, P)) * g[I] ** 2, (I, n))
    overlaps = _over(overlap**2, (mu, P))
    F = sympy.Function("F")
    near = 1 - beta / 2 * _over((Xi[mu, J] - g[J]) ** 2, (J, n))
    return {
        "dense, within": Kind(
            -p * _over(W[I, J] * g[I] * g[J], (I, n), (J, n)), one, {"g": _over(W[I, J] * g[J], (J, n))}
        ),
        "dense, between": Kind(
            -p * _over(W[I, J] * g[I] * h[J], (I, n), (J, m)),
            two,
            {"g": _over(W[I, J] * h[J], (J, m)), "h": _over(W[J, I] * g[J], (J, n))},
        ),
        "diagonal, within": Kind(-p * _over(w[I] * g[I] ** 2, (I, n)), one, {"g": w[I] * g[I]}),
        "diagonal, between": Kind(-p * _over(w[I] * g[I] * h[I], (I, n)), two, {"g": w[I] * h[I], "h": w[I] * g[I]}),
        "feedforward_feedback": Kind(
            -_over(A[I + s, J] * g[I] * h[J], (I, n), (J, m)), {"g": g[I]}, {"h": _over(B[I, J + s] * g[J], (J, n))}
        ),
        "hebbian": Kind(-p / 2 * overlaps, one),
        "hebbian, zero diagonal": Kind(-p / 2 * (overlaps - own), one),
        "associative": Kind(-_over(F(overlap), (mu, P)), one),
        "epanechnikov": Kind(-sympy.log(epsilon + _over(relu(near), (mu, P))) / beta, one),
        "attention": _attention(1),
        "attention, masked": _attention(M[C, Bt]),
        **{f"gated, {order} vectors": _gated_vectors(order) for order in (2, 3, 4)},
        **{f"gated, {order} layers": _gated(order) for order in (2, 3, 4)},
        **{f"convolution, {axes}": _convolution(axes) for axes in (1, 2, 3)},
    }


def _attention(mask: Any) -> Kind:
    """With tokens B, C, heads h and components a: g[C, i] is the activation of the C-th token."""
    query, key = _over(W_Q[head, a, J] * g[C, J], (J, n)), _over(W_K[head, a, K] * g[Bt, K], (K, n))
    score = sympy.Symbol("beta", positive=True) * _over(key * query, (a, D))
    energy = -_over(sympy.log(_over(sympy.exp(score) * mask, (Bt, N))) / beta, (C, N), (head, H))
    as_query = W_Q[head, a, I] * _over(A[head, place, Bt] * _over(W_K[head, a, J] * g[Bt, J], (J, n)), (Bt, N))
    return Kind(energy, {"g": g[place, I]}, {"g": _over(as_query, (a, D), (head, H))})


def _letters(order: int) -> list[Any]:
    return [sympy.IndexedBase(f"g{at}", real=True) for at in range(1, order + 1)]


def _gated_vectors(order: int) -> Kind:
    gates = _letters(order)
    energy = -_over(sympy.Mul(w[I], *(gate[I] for gate in gates)), (I, n))
    return Kind(energy, {str(gate): gate[I] for gate in gates})


def _gated(order: int) -> Kind:
    gates, places = _letters(order), NEURONS[:order]
    sizes = sympy.symbols(f"n1:{order + 1}", positive=True)
    product = sympy.Mul(T[places], *(gate[index] for gate, index in zip(gates, places, strict=True)))
    return Kind(-_over(product, *zip(places, sizes, strict=True)), {str(gate): gate[I] for gate in gates})


def _convolution(axes: int) -> Kind:
    """With channels c, d, positions q, taps t, all from 0: S = -Σ k[d, c, t] h[d, q] g[c, q·stride + t - padding]."""
    names = [[sympy.Symbol(f"{letter}{at}", integer=True) for at in range(1, axes + 1)] for letter in "qtiQT"]
    q, t, spots, last_q, last_t = names
    stride, padding, last_c, last_d = sympy.symbols("stride padding C D", integer=True)
    where = [at * stride + tap - padding for at, tap in zip(q, t, strict=True)]
    taps = [(tap, 0, last) for tap, last in zip(t, last_t, strict=True)]
    positions = [(at, 0, last) for at, last in zip(q, last_q, strict=True)]
    inner = kernel[(d, c, *t)] * g[(c, *where)]
    energy = -Sum(inner * h[(d, *q)], (d, 0, last_d), (c, 0, last_c), *positions, *taps)
    return Kind(energy, {"g": g[(c, *spots)], "h": h[(d, *q)]})


def derived_kinds() -> dict[str, Record]:
    """Return S, -∂S/∂g and the plain drives of every kind."""
    return {
        name: {
            "S": _text(sympy.expand_mul(kind.energy, deep=False)),
            "-dS/dg": {layer: _text(_tidy(-partial(kind.energy, _fresh(at)), at)) for layer, at in kind.along.items()},
            **({"plain": {layer: _text(drive) for layer, drive in kind.plain.items()}} if kind.plain else {}),
        }
        for name, kind in _kinds().items()
    }


def _text(value: Any) -> str:
    return str(formula_of(value))


def _fresh(at: Any) -> Any:
    """Return a component whose indices are not those of any sum."""
    return at.base[tuple(_outer(index) for index in at.indices)]


def _outer(index: Any) -> Any:
    return sympy.Symbol(f"{index}_0", integer=True)


def _tidy(value: Any, at: Any) -> Any:
    """Return the drive with the indices of the component free, none of them that of a sum, and equal sums as one."""
    free = {_outer(index): index for index in at.indices}
    value = value.replace(lambda node: isinstance(node, Sum), lambda node: _renamed(node, set(at.indices)))
    return _merged(value.xreplace(free))


def _renamed(total: Any, taken: set[Any]) -> Any:
    """Return a sum with the first letters that are free for those of its indices that run over neurons."""
    own = [index for index in total.variables if index in NEURONS]
    used = total.function.free_symbols | {index for nested in total.function.atoms(Sum) for index in nested.variables}
    letters = [letter for letter in NEURONS if letter not in taken and (letter in own or letter not in used)]
    swap = dict(zip(own, letters, strict=False))
    return Sum(total.function.xreplace(swap), *((swap.get(i, i), low, high) for i, low, high in total.limits))


def _terms(value: Any) -> tuple[Any, ...]:
    """Return the terms of a sum, products with a δ multiplied out."""
    return tuple(sympy.Add.make_args(sympy.expand(value, deep=False) if value.has(Delta) else value))


def _merged(value: Any) -> Any:
    """Return Σ(u + v) for Σu + Σv with one factor and over the same indices."""
    groups: dict[Any, Any] = {}
    for term in sympy.Add.make_args(sympy.expand_mul(value, deep=False)):
        sums = [factor for factor in sympy.Mul.make_args(term) if isinstance(factor, Sum)]
        factor, limits, body = (term / sums[0], sums[0].limits, sums[0].function) if len(sums) == 1 else (term, (), 1)
        groups[factor, limits] = groups.get((factor, limits), 0) + body
    return sympy.Add(
        *(
            sympy.factor_terms(factor) * _front(sympy.factor_terms(body), limits)
            for (factor, limits), body in groups.items()
        )
    )


def _front(body: Any, limits: Any) -> Any:
    """Return a sum with its constant factors in front, or what there is to add up where there is no index."""
    if not limits:
        return sympy.sympify(body)
    constant, moving = body.as_independent(*(index for index, *_ in limits), as_Add=False)
    return constant * Sum(moving, *limits)


def partial(value: Any, at: Any) -> Any:
    """Return ∂value/∂at for a component ``at`` of an activation; sums over a δ become the one term that is left."""
    if not value.has(at.base):
        return sympy.S.Zero
    if isinstance(value, Indexed):
        return sympy.Mul(*(Delta(here, there) for here, there in zip(value.indices, at.indices, strict=True)))
    if isinstance(value, Sum):
        return sympy.Add(*(_collapsed(term, value.limits) for term in _terms(partial(value.function, at))))
    if isinstance(value, sympy.log) and isinstance(value.args[0], Sum):
        return _of_softmax(value.args[0], at) or _chain(value, at)
    return _chain(value, at)


def _chain(value: Any, at: Any) -> Any:
    result = sympy.S.Zero
    for position, part in enumerate(value.args):
        if part.has(at.base):
            hole = sympy.Dummy(real=True)
            outer = value.func(*value.args[:position], hole, *value.args[position + 1 :])
            slope = sympy.Function("dF")(hole) if value.func.__name__ == "F" else outer.diff(hole)
            result += slope.xreplace({hole: part}) * partial(part, at)
    return result


def _of_softmax(total: Any, at: Any) -> Any:
    """Return ΣA·∂u of the logarithm of Σe^u, with A the softmax of u over the tokens of a head, 0 where masked."""
    exponents = [factor.args[0] for factor in sympy.Mul.make_args(total.function) if isinstance(factor, sympy.exp)]
    if not exponents:
        return None
    inner = _terms(partial(exponents[0], at))
    return sympy.Add(*(_collapsed(A[head, C, Bt] * term, total.limits) for term in inner))


def _collapsed(term: Any, limits: Any) -> Any:
    """Return Σ term, the index of a δ replaced by what it is there, constants in front."""
    kept = []
    for index, low, high in limits:
        delta = next((x for x in sympy.Mul.make_args(term) if isinstance(x, Delta) and index in x.args), None)
        if delta is None:
            kept.append((index, low, high))
            continue
        (other,) = set(delta.args) - {index}
        term = (term / delta).subs(index, other)
    return _front(term, kept)


def derived_layers() -> dict[str, Record]:
    """Return what a layer adds to E, to the flow and to dE/dt; ``each`` where its neurons differ in leak or tau."""
    return {
        f"{kind}, {leak} leak, {time} tau": _layer(kind == "whole", leak == "each", time == "each")
        for kind in ("elementwise", "whole")
        for leak in (("one", "each") if kind == "elementwise" else ("one",))
        for time in ("one", "each")
    }


def _layer(whole: bool, own_leak: bool, own_time: bool) -> Record:
    """Derive dE/dt of E = ρ(x·g - L(x)) - b·g + S(g) along τẋ = -∂S/∂g + b - ρx.

    At g = ∂L/∂x the derivative of E along x alone is 0, so dE/dt = Σ ∂E/∂g_i·ġ_i, with ġ = Hẋ.
    """
    rho, tau = (
        sympy.IndexedBase(letter, real=True)[I] if own else sympy.Symbol(letter, real=True)
        for letter, own in (("rho", own_leak), ("tau", own_time))
    )
    L, slope, hessian = sympy.Function("L"), sympy.Function("h"), sympy.IndexedBase("H", real=True)
    drive = sympy.Symbol("drive", real=True)
    flow = drive + b[I] - rho * x[I]
    own = [rho * x[I] * g[I]] if whole else [rho * (x[I] * g[I] - L(x[I]))]
    along = (rho * x[I] * g[I] - b[I] * g[I] - drive * g[I]).diff(g[I])
    along = along.subs(drive, sympy.solve(flow - tau * xdot[I], drive)[0])
    moved = along * (hessian[I, J] * xdot[J] if whole else slope(x[I]) * xdot[I])
    pairs = ((I, 1, n), (J, 1, n)) if whole else ((I, 1, n),)
    return {
        "E": [
            *(_text(_front(term, ((I, 1, n),))) for term in own),
            *([_text(-rho * L(sympy.Symbol("x")))] if whole else []),
        ],
        "bias": [_text(-_over(b[I] * g[I], (I, n)))],
        "tau*dx/dt": [_text(flow)],
        "dE/dt": [_text(_front(sympy.factor(moved), pairs))],
    }
