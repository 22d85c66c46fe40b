"""Attention between tokens: S = -Σ_h (1/β_h) Σ_C log Σ_B exp(β_h K_hB·Q_hC) (Energy Transformer, arXiv:2302.07253).

The layers are the tokens, all of one size D, with activations γ_C. Each head h has keys K_hB = W^K_h γ_B and queries
Q_hC = W^Q_h γ_C; B runs over the tokens to which C attends. The drive on token C is -∇S, two sums:

    Σ_h [ W^Q_hᵀ Σ_B A_h,CB K_hB  +  W^K_hᵀ Σ_B A_h,BC Q_hB ],     A_h,C· = softmax over B of β_h K_hB·Q_hC.

The first is attention as transformers have it, with keys in the place of values, and is all that ``drive: attention``
adds to the flow; then S is no energy of it.
β is the number that is written: 1/√d is a rational number only where d is a square, and whatever double a program
takes for it otherwise is one too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.expr.evaluate import Arithmetic, Value, evaluate
from hopverify.expr.nodes import Apply, Symbol
from hopverify.spec.exact_array import ExactArray
from hopverify.spec.fields import Field, FieldKind
from hopverify.synapses import Defect, Port, Synapse, SynapseError, SynapseKind, check_shape, held

LOGSUMEXP = Apply("logsumexp", (Symbol("u"),))


@dataclass(frozen=True)
class Scores:
    """One head at some activations: keys and queries, a token a row, and β times their products, a query a row."""

    keys: Value
    queries: Value
    products: Value


@dataclass(frozen=True, eq=False)
class Attention(Synapse):
    """``queries`` and ``keys`` have shape (heads, d, D); ``attended[C]`` holds the tokens to which C attends."""

    layers: tuple[str, ...]
    queries: ExactArray
    keys: ExactArray
    beta: tuple[Fraction, ...]
    attended: tuple[NDArray[np.int64], ...]
    gradient: bool = True
    linear = False

    @property
    def pairs(self) -> frozenset[tuple[str, str]]:
        return frozenset(combinations_with_replacement(self.layers, 2))

    def _heads(self, activations: Mapping[str, Value], a: Arithmetic) -> Iterator[tuple[int, Scores]]:
        tokens = np.array([np.asarray(activations[layer]) for layer in self.layers])
        for head, beta in enumerate(self.beta):
            keys, queries = tokens @ held(self.keys, a)[head].T, tokens @ held(self.queries, a)[head].T
            yield head, Scores(keys, queries, (queries @ keys.T) * a.number(beta))

    def energy(self, activations: Mapping[str, Value], a: Arithmetic) -> Value:
        total = a.number(Fraction(0))
        for head, scores in self._heads(activations, a):
            for token, attended in enumerate(self.attended):
                if len(attended):
                    own = evaluate(LOGSUMEXP, {"u": scores.products[token, attended]}, a)
                    total = total - own / a.number(self.beta[head])
        return total

    def drive(self, activations: Mapping[str, Value], a: Arithmetic) -> dict[str, Value]:
        total: Any = a.number(Fraction(0))
        for head, scores in self._heads(activations, a):
            shares = self._shares(scores.products, a)
            as_query = (shares @ scores.keys) @ held(self.queries, a)[head]
            total = total + as_query
            if self.gradient:
                total = total + (shares.T @ scores.queries) @ held(self.keys, a)[head]
        return dict(zip(self.layers, total, strict=True))

    def _shares(self, products: Value, a: Arithmetic) -> Value:
        """Return A, how each token (a row) shares its attention among those to which it attends."""
        shares = np.full(products.shape, a.number(Fraction(0)), dtype=products.dtype)
        for token, attended in enumerate(self.attended):
            if len(attended):
                shares[token, attended] = a.softmax(products[token, attended])
        return shares

    def defect(self) -> Defect | None:
        """Return an entry of M_h = W^K_hᵀW^Q_h, or of Σ M_h where no token has a choice, that is not 0.

        What ``drive: attention`` leaves out on token B is Σ_C Σ_h A_h,CB M_h γ_C. It is 0 if all M_h are; and where
        each token attends to one at most, all A are 0 or 1, and it is 0 iff Σ M_h is. Else let C attend to B ≠ C, among
        n ≥ 2 tokens in all, with γ_C = εq and γ_B = tk, all others 0. Multiplied by k, it has at tε² the coefficient
        (n - 1)/n² Σ β_h (kᵀM_h q)², which is positive for some k and q if an M_h is not 0.
        """
        if self.gradient:
            return None
        Q, K = self.queries.fractions(), self.keys.fractions()
        chosen = any(len(row) > 1 for row in self.attended)
        heads = [[head] for head in range(len(Q))] if chosen else [list(range(len(Q)))]
        for together in heads:
            for i in range(Q.shape[2]):
                row = sum(K[head][:, i] @ Q[head] for head in together)
                if row.any():
                    j = int(np.flatnonzero(row)[0])
                    place = f"[{i},{j}]" if chosen else f"[{i},{j}], summed over the heads"
                    return Defect((together[0], i, j), f"(W_K^T W_Q){place} = 0, as the second sum is left out")
        return None

    def formula(self, name: str) -> str:
        beta = r"\beta_h" if len(set(self.beta)) > 1 else r"\beta"
        product = rf"(W^K_{{{name},h}}\gamma_B)\cdot(W^Q_{{{name},h}}\gamma_C)"
        return rf"-\sum_h \tfrac{{1}}{{{beta}}} \sum_C \log \sum_B \exp\bigl({beta}\,{product}\bigr)"


def _build(ports: Sequence[Port], values: Mapping[str, Any], arrays: Mapping[str, ExactArray]) -> Synapse:
    names, sizes = tuple(port.name for port in ports), {port.size for port in ports}
    if len(set(names)) < len(names) or len(names) < 2:
        raise SynapseError("layers", "attention joins two or more different layers, the tokens")
    if len(sizes) > 1:
        raise SynapseError("layers", f"the tokens have one size, got {', '.join(map(str, sorted(sizes)))}")
    queries = _heads("queries", values["queries"], sizes.pop())
    keys = values["keys"]
    check_shape(keys, values["queries"].shape, field="keys", meaning="as the queries have")
    beta = values["beta"] * len(queries.values) if len(values["beta"]) == 1 else values["beta"]
    if len(beta) != len(queries.values):
        raise SynapseError("beta", f"one number, or one for each of {len(queries.values)} heads, got {len(beta)}")
    attended, gradient = _attended(values, len(names)), values["drive"] == "gradient"
    return Attention(names, queries, _heads("keys", keys, keys.shape[-1]), beta, attended, gradient)


def _heads(field: str, weights: ExactArray, size: int) -> ExactArray:
    """Return weights of shape heads × d × D; a matrix is one head."""
    if weights.ndim not in (2, 3) or weights.shape[-1] != size:
        raise SynapseError(field, f"expected heads × d × {size}, or d × {size} for one head")
    return weights if weights.ndim == 3 else ExactArray.of(weights.values[None])


def _attended(values: Mapping[str, Any], tokens: int) -> tuple[NDArray[np.int64], ...]:
    allowed = {"all": np.ones((tokens, tokens)), "others": 1 - np.eye(tokens), "past": np.tri(tokens)}[
        values["to"]
    ] != 0
    mask = values["mask"]
    if mask is not None:
        check_shape(mask, (tokens, tokens), field="mask", meaning="tokens that attend × tokens")
        if not np.isin(mask.values, (0, 1)).all():
            raise SynapseError("mask", "the entries are 1, where a token attends to another, and 0")
        allowed &= mask.values != 0
    if not allowed.any():
        raise SynapseError("mask", "no token attends to any")
    return tuple(np.flatnonzero(row) for row in allowed)


SYNAPSE = SynapseKind(
    name="attention",
    summary="S = -Σ_h (1/β_h) Σ_C log Σ_B exp(β_h K_hB·Q_hC), the layers being tokens",
    fields=(
        Field("queries", FieldKind.ARRAY, "W^Q, heads × d × D, or d × D for one head; D neurons a token"),
        Field("keys", FieldKind.ARRAY, "W^K, of the same shape"),
        Field("beta", FieldKind.NUMBERS, "β, one number or one for each head", minimum=Fraction(0), strict=True),
        Field(
            "to",
            FieldKind.CHOICE,
            "to which tokens each attends: `all`, the `others` (without itself), or the `past` (up to itself)",
            default="all",
            choices=("all", "others", "past"),
        ),
        Field(
            "mask", FieldKind.ARRAY, "1 where the token of the row attends to that of the column, else 0", default=None
        ),
        Field(
            "drive",
            FieldKind.CHOICE,
            "what the flow adds: -∇S (`gradient`), or its first sum alone, as transformers do (`attention`)",
            default="gradient",
            choices=("gradient", "attention"),
        ),
    ),
    build=_build,
)
