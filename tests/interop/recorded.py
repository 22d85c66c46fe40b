"""Programs of JAX as text, and back as something with a jaxpr's attributes: what reads them is tested without JAX."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

from hopverify.interop.tracing.energies import Interaction, Sorting
from hopverify.interop.tracing.jaxprs import Reading, read
from hopverify.interop.tracing.recognition import lagrangian_of
from hopverify.interop.tracing.tensors import leaf
from hopverify.interop.tracing.terms import Input, Tensor


def input_of(name: str, shape: tuple[int, ...]) -> Tensor:
    return leaf(Input(name, tuple(extent for extent in shape if extent != 1)), shape)


def told(closed: Any, fold: Any, layers: list[str], shapes: list[tuple[int, ...]], *, lagrangian: bool) -> str:
    """Return what a program is in a spec, in words that a test can compare."""
    value = read(closed, [input_of(*each) for each in zip(layers, shapes, strict=True)], Reading(fold))
    if lagrangian:
        return str(lagrangian_of(value, shapes[0]).lagrangian)
    single = frozenset(name for name, shape in zip(layers, shapes, strict=True) if np.prod(shape) == 1)
    return _interaction(Sorting("s", {}, single, tuple(layers)).sorted(value))


def _interaction(found: Interaction) -> str:
    parts = [
        f"{part.kind} {list(part.layers)} {dict(part.fields)} "
        + " ".join(
            f"{name}{values.shape} {float(np.sum(values)):.4f}" for name, values in (part.arrays | part.named).items()
        )
        for part in found.parts
    ]
    biases = [f"bias {layer} {[float(each) for each in values]}" for layer, values in found.biases.items()]
    return "; ".join(" ".join(text.split()) for text in (*parts, *biases))


def as_text(closed: Any) -> dict[str, Any]:
    """Return a closed jaxpr as plain data."""
    return {"consts": [_array(np.asarray(each)) for each in closed.consts], "jaxpr": _jaxpr(closed.jaxpr)}


def _array(values: NDArray[Any]) -> dict[str, Any]:
    return {"dtype": values.dtype.name, "values": values.tolist()}


def _jaxpr(jaxpr: Any) -> dict[str, Any]:
    numbers: dict[Any, int] = {}

    def variable(each: Any) -> Any:
        if hasattr(each, "val"):
            return {"dtype": each.aval.dtype.name, "value": _plain_number(each.val)}
        return numbers.setdefault(each, len(numbers))

    def shaped(each: Any) -> list[Any]:
        return [variable(each), list(each.aval.shape), each.aval.dtype.name]

    return {
        "name": str(getattr(getattr(jaxpr, "debug_info", None), "func_name", "") or ""),
        "constvars": [shaped(each) for each in jaxpr.constvars],
        "invars": [shaped(each) for each in jaxpr.invars],
        "eqns": [
            {
                "primitive": equation.primitive.name,
                "invars": [variable(each) for each in equation.invars],
                "outvars": [shaped(each) for each in equation.outvars],
                "params": {key: _param(value) for key, value in equation.params.items() if _param(value) is not None},
            }
            for equation in jaxpr.eqns
        ],
        "outvars": [variable(each) for each in jaxpr.outvars],
    }


def _plain_number(value: Any) -> Any:
    number = np.asarray(value).item()
    return number if isinstance(number, int | bool) or np.isfinite(number) else str(number)


def _param(value: Any) -> Any:
    """Return a parameter as data; what a reader has no use for is None."""
    if hasattr(value, "jaxpr") and hasattr(value, "consts"):
        return {"closed": as_text(value)}
    if isinstance(value, np.dtype):
        return {"dtype": value.name}
    if isinstance(value, bool | int | float | str):
        return value
    return [_param(each) for each in value] if isinstance(value, tuple | list) else None


@dataclass(eq=False)
class Variable:
    aval: SimpleNamespace


@dataclass(eq=False)
class Literal:
    val: Any
    aval: SimpleNamespace


@dataclass
class Primitive:
    name: str


@dataclass
class Jaxpr:
    constvars: list[Any]
    invars: list[Any]
    eqns: list[Any]
    outvars: list[Any]
    debug_info: SimpleNamespace = field(default_factory=SimpleNamespace)


@dataclass
class Closed:
    jaxpr: Jaxpr
    consts: list[Any] = field(default_factory=list)


def from_text(data: dict[str, Any]) -> Closed:
    """Return something with the attributes of a closed jaxpr."""
    consts = [np.asarray(each["values"], dtype=each["dtype"]) for each in data["consts"]]
    return Closed(_read_jaxpr(data["jaxpr"]), consts)


def _read_jaxpr(data: dict[str, Any]) -> Jaxpr:
    known: dict[int, Variable] = {}

    def declared(each: list[Any]) -> Variable:
        number, shape, dtype = each
        known[number] = Variable(SimpleNamespace(shape=tuple(shape), dtype=_dtype(dtype)))
        return known[number]

    def used(each: Any) -> Any:
        if isinstance(each, int):
            return known[each]
        return Literal(float(each["value"]), SimpleNamespace(shape=(), dtype=_dtype(each["dtype"])))

    constvars, invars = ([declared(each) for each in data[key]] for key in ("constvars", "invars"))
    equations = [
        SimpleNamespace(
            primitive=Primitive(each["primitive"]),
            invars=[used(one) for one in each["invars"]],
            outvars=[declared(one) for one in each["outvars"]],
            params={key: _read_param(value) for key, value in each["params"].items()},
        )
        for each in data["eqns"]
    ]
    outvars = [used(each) for each in data["outvars"]]
    return Jaxpr(constvars, invars, equations, outvars, SimpleNamespace(func_name=data["name"]))


def _dtype(name: str) -> Any:
    return np.dtype(ml_dtypes.bfloat16) if name == "bfloat16" else np.dtype(name)


def _read_param(value: Any) -> Any:
    if isinstance(value, dict):
        return from_text(value["closed"]) if "closed" in value else _dtype(value["dtype"])
    return tuple(map(_read_param, value)) if isinstance(value, list) else value


def fold(equation: Any, arrays: list[NDArray[Any]]) -> list[NDArray[Any]]:
    """Compute an equation of constants with NumPy, for the few primitives that the recorded programs need."""
    params = equation.params
    table: dict[str, Any] = {
        "integer_pow": lambda a: a ** params["y"],
        "reduce_sum": lambda a: a.sum(axis=tuple(params["axes"]), dtype=a.dtype),
        "sqrt": np.sqrt,
        "div": np.divide,
        "mul": np.multiply,
        "add": np.add,
        "square": np.square,
        "neg": np.negative,
        "ge": np.greater_equal,
        "select_n": lambda which, otherwise, case: np.where(which, case, otherwise),
        "transpose": lambda a: a.transpose(params["permutation"]),
        "reshape": lambda a: a.reshape(params["new_sizes"]),
        "squeeze": lambda a: a.squeeze(tuple(params["dimensions"])),
        "convert_element_type": lambda a: a.astype(params["new_dtype"]),
        "slice": lambda a: a[tuple(map(slice, params["start_indices"], params["limit_indices"]))],
        "iota": lambda: np.broadcast_to(
            np.arange(params["shape"][params["dimension"]]).reshape(
                [-1 if axis == params["dimension"] else 1 for axis in range(len(params["shape"]))]
            ),
            params["shape"],
        ).astype(params["dtype"]),
        "broadcast_in_dim": lambda a: np.broadcast_to(
            a.reshape([_extent(a, params, axis) for axis in range(len(params["shape"]))]), params["shape"]
        ),
    }
    return [np.asarray(table[equation.primitive.name](*arrays))]


def _extent(values: NDArray[Any], params: dict[str, Any], axis: int) -> int:
    places = list(params["broadcast_dimensions"])
    return values.shape[places.index(axis)] if axis in places else 1
