"""Reading jaxprs without JAX: programs that `record.py` has kept, and a few that JAX would not make."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hopverify.errors import HopverifyError
from hopverify.interop.tracing.jaxprs import Reading, read
from hopverify.interop.tracing.values import CannotRead
from tests.interop.recorded import Closed, Jaxpr, Primitive, Variable, fold, from_text, input_of, told

PROGRAMS = json.loads((Path(__file__).parent / "data" / "programs.json").read_text(encoding="utf-8"))


def shapes_of(kept: dict[str, Any]) -> list[tuple[int, ...]]:
    return [tuple(shape) for shape in kept["shapes"]]


@pytest.mark.parametrize("name", [name for name, kept in PROGRAMS.items() if not kept["told"].startswith("refused")])
def test_a_program_is_what_it_was_read_to_be(name: str) -> None:
    kept = PROGRAMS[name]
    arguments = (from_text(kept["program"]), fold, kept["layers"], shapes_of(kept))
    assert told(*arguments, lagrangian=kept["lagrangian"]) == kept["told"]


@pytest.mark.parametrize("name", [name for name, kept in PROGRAMS.items() if kept["told"].startswith("refused")])
def test_what_cannot_be_read_is_named(name: str) -> None:
    kept = PROGRAMS[name]
    with pytest.raises(HopverifyError) as caught:
        told(from_text(kept["program"]), fold, kept["layers"], shapes_of(kept), lagrangian=kept["lagrangian"])
    assert f"refused: {caught.value}" == kept["told"]
    assert name in str(caught.value)


def variable(*shape: int, dtype: str = "float32") -> Variable:
    return Variable(SimpleNamespace(shape=shape, dtype=np.dtype(dtype)))


def program(name: str, outputs: int = 1, *, place: str = "", **params: Any) -> Closed:
    """Return the program of one equation of one argument of three numbers."""
    x, results = variable(3), [variable() for _ in range(outputs)]
    equation = SimpleNamespace(primitive=Primitive(name), invars=[x], outvars=results, params=params, place=place)
    return Closed(Jaxpr([], [x], [equation], results))


def refusal(closed: Closed) -> str:
    with pytest.raises(CannotRead) as caught:
        read(closed, [input_of("x", (3,))], Reading(fold, lambda equation: equation.place))
    return str(caught.value)


def test_a_refusal_tells_where_the_primitive_stands() -> None:
    assert refusal(program("fft", place="model.py:7:3 (energy)")).endswith("no counterpart (at model.py:7:3 (energy))")


def test_a_function_has_one_value() -> None:
    assert "returns 2 values" in refusal(program("sort", 2))


def test_a_loop_is_not_read_for_the_program_in_it() -> None:
    inner = program("neg")
    assert "scan" in refusal(program("scan", jaxpr=inner, length=3))
    assert "while" in refusal(program("while", cond_jaxpr=inner, body_jaxpr=inner))
    assert "cond" in refusal(program("cond", branches=(inner, inner)))


def test_constants_that_are_no_numbers_matter_only_where_they_are_used() -> None:
    closed = program("reduce_sum", axes=(0,))
    key = object()
    unused = Closed(Jaxpr([variable()], closed.jaxpr.invars, closed.jaxpr.eqns, closed.jaxpr.outvars), [key])
    assert read(unused, [input_of("x", (3,))], Reading(fold)).shape == ()
    used = Closed(Jaxpr([variable()], closed.jaxpr.invars, [], []), [key])
    used.jaxpr.outvars = used.jaxpr.constvars
    assert "constants of type object" in refusal(used)


def test_literals_are_the_numbers_that_their_type_holds() -> None:
    assert "13421773/134217728" in PROGRAMS["softmax of a beta that is rounded"]["told"]
