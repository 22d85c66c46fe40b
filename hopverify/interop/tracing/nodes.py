"""Nodes of graphs of ``torch.fx``: which operation one calls, in which type it computes, and where it stands.

Attributes are read (``target``, ``args``, ``kwargs``, ``meta``). What is no function of its arguments is refused.
"""

from __future__ import annotations

from typing import Any

from hopverify.interop.tracing.arguments import flat
from hopverify.interop.tracing.operations import Refused
from hopverify.interop.tracing.values import (
    CannotRead,
)

FLOATS = ("float32", "float64")
CALLER = "interop/torch/programs.py"


def operation_of(target: Any) -> tuple[str, str]:
    """Return the name and the overload of an operation.

    >>> operation_of("aten.add.Tensor"), operation_of("aten._softmax.default")
    (('add', 'Tensor'), ('_softmax', 'default'))
    """
    parts = str(target).split(".")
    if len(parts) == 3 and parts[0] == "aten":
        return parts[1], parts[2]
    return getattr(target, "__name__", str(target)), ""


def check_pure(node: Any, name: str, overload: str) -> None:
    """Raise for what is no function of its arguments, or reads their bits."""
    tags = {str(tag).rpartition(".")[2] for tag in getattr(node.target, "tags", ())}
    if "nondeterministic_seeded" in tags or name in _RANDOM:
        advice = "put the module into the mode of evaluation (module.eval()), or leave it out"
        raise Refused(f"{name}: random numbers have no counterpart: {advice}")
    schema = getattr(node.target, "_schema", None)
    if getattr(schema, "is_mutable", False) or (name.endswith("_") and not name.endswith("__")):
        raise CannotRead(f"{name}: an array is changed in place{place_of(node)}; compute a new one instead")
    if (name, overload) == ("view", "dtype"):
        raise Refused("view: bits read as another type have no counterpart")


def result_type(node: Any, name: str) -> str:
    """Return the type in which a call computes; one that is no float is refused."""
    result = node.meta["val"]
    first = result[0] if isinstance(result, tuple | list) else result
    dtype = _type_name(first)
    if dtype not in FLOATS:
        advice = "use float32 or float64 for everything that depends on the state"
        raise Refused(f"{name}: a result of type {dtype} that depends on the state has no counterpart; {advice}")
    mixed = {kind for kind in _types_of(node) if kind in FLOATS} - {dtype}
    if name == "_to_copy" and dtype == "float32" and "float64" in mixed:
        raise Refused(f"{name}: a state of float64 is rounded to float32; use one of them for the whole program")
    if mixed and name != "_to_copy":
        raise Refused(f"{name}: {dtype} and {mixed.pop()} are mixed; use one of them for the whole program")
    return dtype


def _types_of(node: Any) -> list[str]:
    """Return the types of the arrays that a call takes."""
    arguments = flat((node.args, list(node.kwargs.values())))
    return [_type_name(each.meta["val"]) for each in arguments if _has_type(each)]


def dtype_of(node: Any) -> str:
    """Return the type of floats with which numbers of the program meet arrays in this call."""
    kinds = _types_of(node)
    own = _type_name(node.meta["val"]) if hasattr(node.meta["val"], "dtype") else ""
    return next((kind for kind in (own, *kinds) if kind in FLOATS), own or "float64")


def _has_type(each: Any) -> bool:
    return hasattr(each, "meta") and hasattr(each.meta.get("val"), "dtype")


def _type_name(value: Any) -> str:
    return str(value.dtype).removeprefix("torch.")


def place_of(node: Any) -> str:
    """Return in which line of the program a node arose, where the graph tells."""
    lines = str(node.meta.get("stack_trace") or "").strip().splitlines()
    files = [line.strip() for line in lines if line.strip().startswith("File ") and CALLER not in line]
    if not files:
        return ""
    file, _, rest = files[-1].removeprefix("File ").partition(", line ")
    number, _, where = rest.partition(", in ")
    return f" (at {file.strip(chr(34)).rpartition('/')[2]}:{number}, {where})"


def with_place(text: str, node: Any) -> str:
    """Return a message with the place of a node in its program, unless it tells one."""
    return text if " (at " in text else text + place_of(node)


_RANDOM = ("native_dropout", "bernoulli", "rand", "randn", "normal", "uniform", "randint", "randperm", "multinomial")
