"""Reading graphs of ``torch.fx``: what a PyTorch program computes, as symbolic arrays of its arguments.

A graph is a list of nodes that call operations of core ATen; each that is understood is a line of
:mod:`hopverify.interop.tracing.aten`. Nothing of PyTorch is imported: what is read are attributes (``op``, ``target``,
``args``, ``kwargs``, ``meta``). The program is taken for what it says over the real numbers. Arrays that do not depend
on the arguments are computed as PyTorch computes them, by ``fold``, and are then exact.

What changes an array in place, draws random numbers, or computes in whole numbers is refused, never skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.interop.tracing.arguments import (
    as_index,
    converted,
    flat,
    is_float_array,
    is_positive,
    is_value,
    item,
    mapped,
    useful,
)
from hopverify.interop.tracing.aten import RULES
from hopverify.interop.tracing.calls import Call
from hopverify.interop.tracing.literals import as_held
from hopverify.interop.tracing.moves import MOVES, moved_by
from hopverify.interop.tracing.nodes import check_pure, dtype_of, operation_of, place_of, result_type, with_place
from hopverify.interop.tracing.operations import Refused
from hopverify.interop.tracing.reductions import axes_of, kept
from hopverify.interop.tracing.rows import MAX_ENTRIES, Rows, of_kept
from hopverify.interop.tracing.tensors import plus, sources
from hopverify.interop.tracing.terms import Shift, Tensor, TooLarge
from hopverify.interop.tracing.values import (
    COMPARISONS,
    CONNECTIVES,
    MINUS_INFINITY,
    CannotRead,
    Condition,
    Masked,
    Unread,
    Value,
    as_array,
    as_tensor,
    compared,
    connected,
    constant_value,
    depends,
    masked,
    selected,
    unread_among,
)

ROUNDED = "arrays of constants are what PyTorch computes them to be, roundings included"
Fold = Callable[[Any, Sequence[Any], Mapping[str, Any]], Any]


@dataclass
class Reading:
    """The state of reading one graph; ``notes`` are for the person.

    With ``by_sums`` functions along an axis are written by sums along it, and not row by row.
    """

    fold: Fold
    literal: Callable[[Any], Fraction] = as_held
    notes: dict[str, None] = field(default_factory=dict)
    by_sums: bool = False

    def graph(
        self, nodes: Sequence[Any], given: Mapping[str, Value], results: Sequence[str] | None = None
    ) -> list[Tensor]:
        """Return the results of a graph; ``given`` are the values of its placeholders and attributes, by name.

        ``results`` names the nodes that are meant, where the graph returns others too.
        """
        known: dict[Any, Any] = {}
        for node in nodes:
            if node.op == "placeholder":
                known[node] = given.get(node.name, Unread(f"{node.name}: an argument that is no tensor"))
            elif node.op == "get_attr":
                known[node] = given[node.target]
            elif node.op == "output":
                found = [each for each in flat(node.args[0]) if results is None or each.name in results]
                return [self._result(mapped(each, known)) for each in found]
            else:
                known[node] = self._node(node, known)
        raise CannotRead("the graph has no output")

    def _result(self, value: Value) -> Tensor:
        try:
            result = as_tensor(value)
        except Refused as refusal:
            raise CannotRead(str(refusal)) from None
        if any(isinstance(source, Shift) for source in sources(result)):
            raise CannotRead(f"the largest of more than {MAX_ENTRIES} entries: log Σ exp is its smooth counterpart")
        return result

    def constant(self, values: NDArray[Any]) -> Value:
        """Return an array of numbers of the program; what cannot be a constant is told."""
        return constant_value(values, self.literal)

    def _node(self, node: Any, known: Mapping[Any, Any]) -> Any:
        name, overload = operation_of(node.target)
        args, kwargs = mapped(node.args, known), mapped(dict(node.kwargs), known)
        try:
            if name == "getitem":
                return item(*args)
            return self._called(node, name, overload, args, kwargs)
        except Rows:
            # Tried again, with a layer for each row.
            raise
        except TooLarge as error:
            return Unread(f"{name}: {error}{place_of(node)}")
        except Refused as refusal:
            return Unread(with_place(str(refusal), node))
        except Exception as error:
            if "DataDependent" in type(error).__name__:
                return Unread(
                    f"{name}: the length of its result depends on numbers; index by places, not by a mask"
                    f"{place_of(node)}"
                )
            if not isinstance(error, TypeError | ValueError | ArithmeticError | LookupError | RuntimeError):
                raise
            return Unread(f"{node.target} is called in a way that is not known: {error}{place_of(node)}")

    def _called(self, node: Any, name: str, overload: str, args: Any, kwargs: Any) -> Any:
        check_pure(node, name, overload)
        values = [each for each in flat((args, list(kwargs.values()))) if is_value(each)]
        if not any(map(depends, values)) and unread_among(values) is None and self._is_folded(name, values):
            return self._folded(node, name, args, kwargs)
        if name == "where" and len(args) == 3:
            return self._where(node, args)
        unread = unread_among(values)
        if unread is not None:
            return unread
        if any(isinstance(each, Masked) for each in values):
            return self._masked(node, name, args, kwargs)
        if name == "add" and len(args) == 2 and not kwargs:
            found = masked(args[0], args[1]) or masked(args[1], args[0])
            if found is not None:
                return found
        if name in CONNECTIVES:
            return connected(name, args, self._call(node, name, "float64").shape)
        if name in COMPARISONS:
            call = self._call(node, name, dtype_of(node))
            return compared(name, call_operand(call, args[0]), call_operand(call, args[1]), call.shape)
        if name in MOVES:
            return self._moved(node, name, args, kwargs)
        rule = RULES.get(name) or RULES.get(name.removesuffix("_copy"))
        if rule is None:
            advice = ADVICE.get(name)
            raise Refused(f"the operation {node.target} has no counterpart" + (f": {advice}" if advice else ""))
        call = self._call(node, name, result_type(node, name))
        # What is written over does not matter.
        args = (args[1], *args[1:]) if name == "copy" else args
        tensors = converted((args, kwargs), as_tensor)
        return rule(call, *tensors[0], **useful(tensors[1]))

    def _call(self, node: Any, name: str, dtype: str) -> Call:
        result = node.meta["val"]
        first = result[0] if isinstance(result, tuple | list) else result
        return Call(name, tuple(int(extent) for extent in first.shape), dtype, self.literal, self.by_sums)

    def _is_folded(self, name: str, values: Sequence[Value]) -> bool:
        """Whether a call is computed by PyTorch; single numbers alone are kept exact instead."""
        return not values or name not in RULES or any(isinstance(each, np.ndarray) for each in values)

    def _moved(self, node: Any, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Value:
        result_type(node, name)
        if name == "index_put" and len(args) == 3 and len(args[1]) == 1 and isinstance(args[1][0], Condition):
            call = self._call(node, name, dtype_of(node))
            return selected(args[1][0], as_tensor(args[0]), call.operand(as_tensor(args[2])))
        given: list[Any] = [as_index(each) if isinstance(each, list | tuple) else each for each in args]
        given = [as_tensor(each) if is_float_array(each) and np.isfinite(each).all() else each for each in given]
        return moved_by(self.fold, node.target, name, given, useful(kwargs))

    def _masked(self, node: Any, name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Value:
        """Return the result of a call whose arguments have entries of -∞."""
        first, *others = args
        call = self._call(node, name, result_type(node, name))
        if name == "add" and len(others) == 1 and not kwargs:
            parts = [each for each in args if isinstance(each, Masked)]
            values = [each.value if isinstance(each, Masked) else as_tensor(each) for each in args]
            both = [np.broadcast_to(each.kept, call.shape) for each in parts]
            return Masked(plus(*map(call.operand, values)), np.logical_and.reduce(both))
        if name in ("mul", "div") and isinstance(first, Masked) and is_positive(others[0]):
            return Masked(RULES[name](call, first.value, others[0]), first.kept)
        if not isinstance(first, Masked) or any(isinstance(each, Masked) for each in others):
            raise Refused(MINUS_INFINITY.why)
        if name in ("_softmax", "_safe_softmax", "logsumexp"):
            axes = axes_of(first.value, others[0])
            found = of_kept(name, first.value, axes, first.kept)
            keepdim = name == "logsumexp" and len(others) > 1 and others[1]
            return kept(found, first.value, axes, keepdim) if name == "logsumexp" else found
        if name not in _ARRANGING:
            raise Refused(MINUS_INFINITY.why)
        moved = self.fold(node.target, [first.kept, *others], kwargs)
        return Masked(RULES[name](call, first.value, *others, **useful(kwargs)), np.asarray(moved))

    def _where(self, node: Any, args: Sequence[Any]) -> Value:
        call = self._call(node, "where", dtype_of(node))
        which, case, otherwise = (each if is_value(each) else self._number(call, each) for each in args)
        if isinstance(which, np.ndarray) and (case is MINUS_INFINITY or otherwise is MINUS_INFINITY):
            value = otherwise if case is MINUS_INFINITY else case
            if isinstance(value, Tensor | np.ndarray):
                which = np.broadcast_to(which, call.shape)
                return Masked(call.operand(as_tensor(value)), which if value is case else ~which)
        if isinstance(which, Condition):
            which = Condition(call.operand(which.positive))
        elif isinstance(which, np.ndarray):
            which = np.broadcast_to(which, call.shape)
        cases = [each if isinstance(each, Unread) else call.operand(as_tensor(each)) for each in (otherwise, case)]
        return selected(which, *cases)

    def _number(self, call: Call, value: Any) -> Value:
        return MINUS_INFINITY if value == -np.inf else call.number(value)

    def _folded(self, node: Any, name: str, args: Any, kwargs: Any) -> Any:
        """Compute arrays that do not depend on the arguments, as PyTorch does; numbers that were never set are none."""
        if name in ("empty", "new_empty", "empty_like", "empty_strided", "empty_permuted"):
            return np.full(self._call(node, name, "float64").shape, np.nan)
        if name not in _EXACT:
            self.notes[ROUNDED] = None
        numbers = converted((args, kwargs), lambda each: as_array(each, dtype_of(node)))
        found = self.fold(node.target, *numbers)
        return converted(found, self.constant, np.ndarray)


def call_operand(call: Call, value: Any) -> Tensor:
    """Return an operand of a comparison."""
    return call.operand(as_tensor(value) if is_value(value) else value)


ADVICE = {
    "linalg_solve": "multiply by torch.linalg.inv(A), an array of constants",
    "linalg_solve_triangular": "multiply by torch.linalg.inv(A), an array of constants",
    "empty_like": "its numbers were never set",
    "prod": "multiply the entries one by one, or take exp of the sum of their logarithms",
    "_fft_r2c": "multiply by the matrices of cosines and sines",
    "complex": "use two real arrays",
    "max_pool2d_with_indices": "use avg_pool2d, or logsumexp",
    "argmax": "use softmax",
    "sort": "use amax, or logsumexp",
    "topk": "use amax, or logsumexp",
    "_linalg_slogdet": "only of constants",
}

# Operations that arrange entries of one array anew, by its own order.
_ARRANGING = (
    "_unsafe_view", "alias", "clone", "expand", "permute", "reshape", "squeeze", "t", "transpose", "unsqueeze", "view",
)  # fmt: skip


# Operations that move entries, or change signs, and round nothing.
_EXACT = {
    "t", "transpose", "permute", "view", "_unsafe_view", "reshape", "squeeze", "unsqueeze", "expand", "slice", "select",
    "cat", "stack", "clone", "alias", "detach", "lift_fresh_copy", "neg", "full", "zeros", "ones", "arange", "eye",
    "scalar_tensor", "diagonal", "split_with_sizes", "where", "triu", "tril",
}  # fmt: skip
