from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from hopverify.errors import SpecError
from hopverify.spec import ExactArray, Field, FieldKind, parse_spec, read_fields

from .examples import spoiled

BETA = Field("beta", FieldKind.NUMBER, "inverse temperature", minimum=Fraction(0), strict=True)
FIELDS = (
    BETA,
    Field("order", FieldKind.INTEGER, "order", default=2, minimum=Fraction(1), maximum=Fraction(9)),
    Field("centred", FieldKind.BOOLEAN, "whether the mean is removed", default=False),
    Field("kernel", FieldKind.ARRAY, "kernel", default=None),
    Field("mode", FieldKind.CHOICE, "mode", default="full", choices=("full", "same")),
    Field("energy", FieldKind.TEXT, "energy", default=""),
    Field("rates", FieldKind.NUMBERS, "rates", default=(), maximum=Fraction(1), strict=True),
)
PATH = "layers.x.lagrangian.softmax"


def read(parameters: str) -> dict[str, Any]:
    spec = parse_spec(spoiled("lagrangian: relu", f"lagrangian: {{softmax: {parameters}}}"), file="s")
    function = spec.layers["x"].function
    assert function.parameters_path == PATH
    return read_fields(spec, FIELDS, function.parameters, function.parameters_path)


def test_defaults_are_filled_in() -> None:
    expected = {"order": 2, "centred": False, "kernel": None, "mode": "full", "energy": "", "rates": ()}
    assert read("{beta: 0.1}") == {"beta": Fraction(1, 10)} | expected


def test_values_have_the_types_of_their_kinds() -> None:
    got = read('{beta: "1/3", order: 4, centred: true, kernel: [[1, 0.1]], mode: same, energy: 1/2, rates: [0.5, -1]}')
    assert got == {
        "beta": Fraction(1, 3),
        "order": 4,
        "centred": True,
        "kernel": ExactArray.of([[1, Fraction(1, 10)]]),
        "mode": "same",
        "energy": "1/2",
        "rates": (Fraction(1, 2), Fraction(-1)),
    }
    assert type(got["order"]) is int
    assert read("{beta: 1, rates: 0.5}")["rates"] == (Fraction(1, 2),)


WRONG = {
    "{beta: -1}": f"s:5:45: {PATH}.beta: must be greater than 0, got -1",
    "{beta: 0}": f"s:5:45: {PATH}.beta: must be greater than 0, got 0",
    "{beta: [1]}": f"s:5:45: {PATH}.beta: must be a number, got a list",
    "{betta: 1}": (
        f"s:5:38: {PATH}: the key 'beta' is missing: inverse temperature\n"
        f"s:5:39: {PATH}.betta: unknown key; did you mean 'beta'?"
    ),
    "{beta: 1, order: 0}": f"s:5:55: {PATH}.order: must be at least 1, got 0",
    "{beta: 1, order: 10}": f"s:5:55: {PATH}.order: must be at most 9, got 10",
    "{beta: 1, order: 2.5}": f"s:5:55: {PATH}.order: must be a whole number, got 2.5",
    "{beta: 1, centred: no}": f"s:5:57: {PATH}.centred: must be true or false, got 'no'",
    "{beta: 1, mode: ful}": f"s:5:54: {PATH}.mode: must be one of full, same, got 'ful'; did you mean 'full'?",
    "{beta: 1, mode: 3}": f"s:5:54: {PATH}.mode: must be one of full, same, got 3",
    "{beta: 1, energy: []}": f"s:5:56: {PATH}.energy: must be text, got a list",
    "{beta: 1, rates: []}": f"s:5:55: {PATH}.rates: must be a number or a list of numbers, got an empty list",
    "{beta: 1, rates: [0, 1]}": f"s:5:59: {PATH}.rates[1]: must be less than 1, got 1",
    "{beta: 1, kernel: [x]}": f"s:5:57: {PATH}.kernel[0]: must be a number, got 'x'",
}


@pytest.mark.parametrize("parameters", WRONG)
def test_wrong_values_are_refused_with_their_own_messages(parameters: str) -> None:
    with pytest.raises(SpecError) as caught:
        read(parameters)
    assert str(caught.value) == WRONG[parameters]


def test_a_key_where_none_is_taken() -> None:
    spec = parse_spec(spoiled("lagrangian: relu", "lagrangian: {relu: {beta: 1}}"), file="s")
    with pytest.raises(SpecError, match="unknown key; no parameters are taken here"):
        read_fields(spec, (), spec.layers["x"].function.parameters, "layers.x.lagrangian.relu")


def test_a_required_parameter_of_a_bare_name() -> None:
    spec = parse_spec(spoiled("lagrangian: relu", "lagrangian: softmax"), file="s")
    with pytest.raises(SpecError) as caught:
        read_fields(spec, (BETA,), {}, spec.layers["x"].function.parameters_path)
    assert str(caught.value) == f"s:5:28: {PATH}: the key 'beta' is missing: inverse temperature"


@pytest.mark.parametrize(
    "declaration",
    [
        {"kind": FieldKind.TEXT, "minimum": Fraction(0)},
        {"kind": FieldKind.CHOICE},
        {"kind": FieldKind.NUMBER, "choices": ("a",)},
    ],
)
def test_a_declaration_that_would_be_ignored_is_refused(declaration: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="field 'a'"):
        Field(name="a", doc="", **declaration)
