"""How each kind of synapse is written in other coordinates and units; kinds that are not listed stay as they are.

A kind says how its fields follow the matrices of its layers (:attr:`Kind.turn`), and how its energy, a function of the
activations γ, is made κ·S(γ/d) (:attr:`Kind.scale`), which also multiplies it by a factor or splits it in two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np

from tests.laws.rewriting.tree import Tree, renamed_in

Matrices = Mapping[str, Any]
Factors = Mapping[str, Fraction]


@dataclass(frozen=True)
class Kind:
    """``tied`` layers need the same matrix; ``monomial`` ones have one entry in a row, and ``fixed`` ones are 1."""

    turn: Callable[[Tree, Matrices], Tree]
    scale: Callable[[Tree, Fraction, Factors], Tree] | None
    tied: Callable[[Tree], bool] = lambda synapse: False
    monomial: Callable[[Tree], bool] = lambda synapse: False
    fixed: bool = False


def along(array: Any, matrices: Any) -> Any:
    """Return an array with a matrix applied along each axis; None leaves the axis alone."""
    for axis, matrix in enumerate(matrices):
        if matrix is not None:
            array = np.moveaxis(np.tensordot(matrix, array, axes=(1, axis)), 0, axis)
    return array


def block(matrices: list[Any]) -> Any:
    """Return the block diagonal matrix."""
    size = sum(len(matrix) for matrix in matrices)
    whole, at = np.full((size, size), Fraction(0), dtype=object), 0
    for matrix in matrices:
        whole[at : at + len(matrix), at : at + len(matrix)] = matrix
        at += len(matrix)
    return whole


def _of(synapse: Tree, of: Mapping[str, Any]) -> list[Any]:
    return [of[layer] for layer in synapse["layers"]]


def _turned_product(synapse: Tree, matrices: Matrices) -> Tree:
    weights, ends = synapse["weights"], _of(synapse, matrices)
    if weights.ndim > 1 or synapse["kind"] == "dense":
        return synapse | {"weights": along(weights, ends)}
    permuted = along(weights, [abs(ends[0])])
    return synapse | {"weights": permuted * prod(end.sum(axis=1) for end in ends)}


def _scaled_product(synapse: Tree, kappa: Fraction, d: Factors) -> Tree:
    factor = kappa / prod(_of(synapse, d))
    spread = synapse.get("spread")
    told = {} if spread is None else {"spread": spread.widened(factor)}
    return synapse | {"weights": synapse["weights"] * factor} | told


def _turned_patterns(synapse: Tree, matrices: Matrices) -> Tree:
    return synapse | {"patterns": along(synapse["patterns"], [None, _of(synapse, matrices)[0]])}


def _scaled_hebbian(synapse: Tree, kappa: Fraction, d: Factors) -> Tree:
    own = synapse.get("scale", Fraction(1, synapse["patterns"].shape[1]))
    return synapse | {"scale": own * kappa / d[synapse["layers"][0]] ** 2}


def _scaled_function(synapse: Tree, kappa: Fraction, d: Factors) -> Tree:
    patterns = synapse["patterns"] / d[synapse["layers"][0]]
    return synapse | {"patterns": patterns, "function": f"({kappa})*({synapse['function']})"}


def _turned_attention(synapse: Tree, matrices: Matrices) -> Tree:
    matrix = _of(synapse, matrices)[0]
    return synapse | {
        key: along(synapse[key], [None] * (synapse[key].ndim - 1) + [matrix]) for key in ("queries", "keys")
    }


def _scaled_attention(synapse: Tree, kappa: Fraction, d: Factors) -> Tree:
    own = d[synapse["layers"][0]]
    queries, keys = synapse["queries"] * kappa / own, synapse["keys"] / own
    return synapse | {"queries": queries, "keys": keys, "beta": [beta / kappa for beta in synapse["beta"]]}


def _turned_loop(synapse: Tree, matrices: Matrices) -> Tree:
    first, *others = _of(synapse, matrices)
    rest = block(others)
    made = synapse | {"forward": along(synapse["forward"], [rest, first])}
    made["feedback"] = along(_feedback(synapse), [first, rest])
    for key, axes in (("metric", [first, first]), ("residual", [first, None])):
        if key in synapse:
            made[key] = along(synapse[key], axes)
    return made


def _feedback(synapse: Tree) -> Any:
    size = synapse["forward"].shape[1]
    identity = np.array([[Fraction(int(i == j)) for j in range(size)] for i in range(size)], dtype=object)
    return synapse.get("feedback", identity)


def _scaled_loop(synapse: Tree, kappa: Fraction, d: Factors) -> Tree:
    """With c·d = κ for every layer, c_l·drive_l is what the first and the others receive."""
    first, *others = synapse["layers"]
    widths = zip(others, synapse["widths"][1:], strict=True)
    column = np.array([kappa / d[layer] / d[first] for layer, width in widths for _ in range(width)], dtype=object)
    made = synapse | {
        "forward": synapse["forward"] * column[:, None],
        "feedback": _feedback(synapse) * column[None, :],
    }
    if "potential" in synapse:
        made["potential"] = f"({kappa})*({renamed_in(synapse['potential'], {'z': f'(z*({d[first] / kappa}))'})})"
    return made


def _unturned(synapse: Tree, matrices: Matrices) -> Tree:
    """Return the synapse as it is: expressions are turned where their arrays are, and kernels are never turned."""
    return synapse


def _scaled_expression(synapse: Tree, kappa: Fraction, d: Factors) -> Tree:
    names = {layer: f"(({1 / d[layer]})*{layer})" for layer in synapse["layers"] if d[layer] != 1}
    return synapse | {"energy": f"({kappa})*({renamed_in(synapse['energy'], names)})"}


def _scaled_kernel(synapse: Tree, kappa: Fraction, d: Factors) -> Tree:
    return synapse | {"kernel": synapse["kernel"] * (kappa / prod(_of(synapse, d)))}


def _always(synapse: Tree) -> bool:
    return True


def _vector(synapse: Tree) -> bool:
    return bool(synapse["weights"].ndim == 1)


KINDS: dict[str, Kind] = {
    "dense": Kind(_turned_product, _scaled_product, monomial=lambda synapse: "spread" in synapse),
    "diagonal": Kind(_turned_product, _scaled_product, tied=_always, monomial=_always),
    "gated": Kind(_turned_product, _scaled_product, tied=_vector, monomial=_vector),
    "hebbian": Kind(_turned_patterns, _scaled_hebbian, monomial=lambda synapse: synapse.get("zero_diagonal", False)),
    "associative": Kind(_turned_patterns, _scaled_function, tied=_always),
    "attention": Kind(_turned_attention, _scaled_attention, tied=_always),
    "convolution": Kind(_unturned, _scaled_kernel, fixed=True),
    "feedforward_feedback": Kind(_turned_loop, _scaled_loop),
    "expression": Kind(_unturned, _scaled_expression),
    "epanechnikov": Kind(_turned_patterns, None),
}
