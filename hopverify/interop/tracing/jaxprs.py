"""Reading jaxprs: what a JAX program computes, as a symbolic array of its arguments.

A jaxpr is a list of equations with primitives; each primitive that is understood is a line of the tables below.
Nothing of JAX is imported: what is read are attributes (``eqns``, ``invars``, ``primitive.name``, ``params``), so
whatever has them can be read. The program is taken for what it says over the real numbers: literals are the numbers
that their floats are, products of numbers are exact, and casts between floats say nothing. Arrays that do not depend on
the arguments are computed as JAX computes them, by ``fold``, and are then exact too.

What cannot be read is no error until the result depends on it: dead code, guards against NaN and the largest entry
that is subtracted before an exponential pass by.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.interop.tracing.calls import broadcast
from hopverify.interop.tracing.literals import as_held
from hopverify.interop.tracing.operations import Refused
from hopverify.interop.tracing.primitives import RULES
from hopverify.interop.tracing.terms import Tensor, TooLarge
from hopverify.interop.tracing.values import (
    COMPARISONS,
    CannotRead,
    Unread,
    Value,
    as_array,
    as_tensor,
    compared,
    constant_value,
    depends,
    selected,
    stopped,
    unread_among,
    without_shifts,
)

Fold = Callable[[Any, Sequence[NDArray[Any]]], Sequence[NDArray[Any]]]


@dataclass
class Reading:
    """The state of reading one program: how arrays of constants are computed, and what was taken for granted."""

    fold: Fold
    place: Callable[[Any], str] = lambda _: ""
    notes: dict[str, None] = field(default_factory=dict)
    literal: Callable[[Any], Fraction] = as_held
    shifts: int = 0
    rules: dict[str, None] = field(default_factory=dict)

    def program(self, closed: Any, arguments: Sequence[Value]) -> list[Value]:
        """Return the outputs of a closed jaxpr."""
        consts = [self._held(const) for const in closed.consts]
        return self._run(closed.jaxpr, consts, arguments)

    def _run(self, jaxpr: Any, consts: Sequence[Value], arguments: Sequence[Value]) -> list[Value]:
        known: dict[Any, Value] = {}
        known.update(zip(jaxpr.constvars, consts, strict=True))
        known.update(zip(jaxpr.invars, arguments, strict=True))
        for equation in jaxpr.eqns:
            inputs = [self._value(each, known) for each in equation.invars]
            outputs = self._equation(equation, inputs)
            known.update(zip(equation.outvars, outputs, strict=True))
        return [self._value(each, known) for each in jaxpr.outvars]

    def _value(self, each: Any, known: Mapping[Any, Value]) -> Value:
        # A literal may be written with more digits than its type holds.
        return self._constant(np.asarray(each.val, dtype=each.aval.dtype)) if hasattr(each, "val") else known[each]

    def _held(self, const: Any) -> Value:
        try:
            return self._constant(np.asarray(const))
        except TypeError:
            return Unread(f"a constant that is no array of numbers but {type(const).__name__}")

    def _constant(self, values: NDArray[Any]) -> Value:
        return constant_value(values, self.literal)

    def _equation(self, equation: Any, inputs: list[Value]) -> list[Value]:
        name = equation.primitive.name
        inner = _inner(equation.params)
        if inner is not None:
            if name.startswith("custom_"):
                self.rules[_function_name(inner) or name] = None
            return self._call(inner, inputs)
        try:
            outputs = self._apply(name, equation, inputs)
        except TooLarge as error:
            outputs = [Unread(f"{name}: {error}")]
        except Refused as refusal:
            outputs = [Unread(f"{refusal}")]
        missing = len(equation.outvars) - len(outputs)
        found = [*outputs, *[Unread(f"the further results of {name}")] * missing]
        return [self._located(each, equation) for each in found]

    def _call(self, inner: Any, inputs: list[Value]) -> list[Value]:
        if hasattr(inner, "consts"):
            return self.program(inner, inputs)
        return self._run(inner, [], inputs)

    def _located(self, value: Value, equation: Any) -> Value:
        if isinstance(value, Unread) and " (at " not in value.why:
            where = self.place(equation)
            return Unread(value.why + (f" (at {where})" if where else ""))
        return value

    def _apply(self, name: str, equation: Any, inputs: list[Value]) -> list[Value]:
        if name == "stop_gradient":
            self.shifts += 1
            return [stopped(inputs[0], equation.outvars[0].aval.shape, self.shifts)]
        if name == "is_finite":
            return [np.ones(equation.outvars[0].aval.shape, dtype=bool)]
        if self._is_known(inputs) and not any(isinstance(each, Unread) for each in inputs):
            return self._folded(name, equation, inputs)
        if name == "select_n":
            return [_selected(inputs)]
        unread = unread_among(inputs)
        if unread is not None:
            return [unread]
        if name in COMPARISONS:
            shape = equation.outvars[0].aval.shape
            left, right = (broadcast(as_tensor(each), shape) for each in inputs)
            return [compared(name, left, right, shape)]
        rule = RULES.get(name)
        if name in ("div", "rem") and np.dtype(equation.outvars[0].aval.dtype).kind in "iu":
            raise Refused(f"{name} of whole numbers has no counterpart")
        if rule is None:
            raise Refused(f"the primitive {name} has no counterpart")
        operands = [as_tensor(each) for each in inputs]
        if name in _STRETCHED:
            operands = [broadcast(each, equation.outvars[0].aval.shape) for each in operands]
        return [rule(equation.params, *operands)]

    def _is_known(self, inputs: list[Value]) -> bool:
        """Whether arrays of constants are computed from others; single numbers alone are kept exact instead."""
        arrays = any(isinstance(each, np.ndarray) and each.ndim for each in inputs) or not inputs
        return arrays and not any(depends(each) for each in inputs)

    def _folded(self, name: str, equation: Any, inputs: list[Value]) -> list[Value]:
        """Compute arrays that do not depend on the arguments, as JAX does."""
        arrays = [as_array(each, var.aval.dtype) for each, var in zip(inputs, equation.invars, strict=True)]
        results = self.fold(equation, arrays)
        if name not in _EXACT:
            self.notes["arrays of constants are what JAX computes them to be, roundings included"] = None
        return [self._constant(np.asarray(each)) for each in results]


def read(closed: Any, arguments: Sequence[Tensor], reading: Reading) -> Tensor:
    """Return the one output of a closed jaxpr as a symbolic array, or raise :class:`CannotRead`."""
    outputs = reading.program(closed, arguments)
    if len(outputs) != 1:
        raise CannotRead(f"the function returns {len(outputs)} values, where one number is expected")
    try:
        result = as_tensor(outputs[0])
    except Refused as refusal:
        raise CannotRead(str(refusal)) from None
    return without_shifts(result, "stop_gradient")


def _selected(inputs: list[Value]) -> Value:
    which, *cases = inputs
    if isinstance(which, np.ndarray) and which.dtype.kind == "b" and (which.all() or not which.any()):
        return cases[int(which.all())]
    if len(cases) != 2:
        raise Refused("the primitive select_n has a counterpart for a comparison and two cases only")
    return selected(which, *cases)


def _function_name(inner: Any) -> str:
    info = getattr(getattr(inner, "jaxpr", inner), "debug_info", None)
    return str(getattr(info, "func_name", "") or "")


def _inner(params: Mapping[str, Any]) -> Any:
    """Return the program that an equation calls, for jit, custom derivatives and checkpoints; loops have none."""
    if "branches" in params or "cond_jaxpr" in params or "length" in params:
        return None
    for key in ("jaxpr", "call_jaxpr", "fun_jaxpr"):
        inner = params.get(key)
        if hasattr(inner, "eqns") or hasattr(inner, "jaxpr"):
            return inner
    return None


# Primitives of two arrays, in which axes of length 1 are stretched.
_STRETCHED = ("add", "add_any", "div", "max", "min", "mul", "sub")

# Primitives that move entries, or change signs, and round nothing.
_EXACT = {
    "broadcast_in_dim", "concatenate", "convert_element_type", "copy", "eq", "ge", "gt", "iota", "le", "lt", "ne",
    "neg", "reshape", "rev", "select_n", "slice", "squeeze", "stack", "transpose",
}  # fmt: skip
