"""Definitions: what a function stands for has its value; the page of claims has them all."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from hopverify.kernel import language, terms
from hopverify.kernel.definitions import DEFINED, expanded
from hopverify.kernel.evaluate import evaluate
from hopverify.kernel.functions import ball

U, V = ["array", "u"], ["array", "v"]
OF_VECTORS = ("mean", "variance", "softmax", "ghostmax", "logsumexp", "ghost_logsumexp")


def flat(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize("name", DEFINED)
@pytest.mark.parametrize("numbers", [(4, -9, 3), (-1, 2, 5)])
def test_a_function_has_the_value_of_what_it_stands_for(name: str, numbers: tuple[int, ...]) -> None:
    low, high = language.FUNCTIONS[name].arity
    assert low == high
    u = [ball(Fraction(abs(k) if name in ("sqrt", "log1p") else k, 7)) for k in numbers]
    second = [ball(Fraction(k, 5)) for k in (1, 2, -8)]
    values: dict[terms.Place, Any] = {("array", "u"): u, ("array", "v"): ball(2) if name == "norm" else second}
    term = language.read([name, U, V][: low + 1], "")
    whole = expanded(term)
    assert not DEFINED.keys() & {node.function for node in terms.walk(whole) if isinstance(node, terms.Apply)}
    for one, other in zip(flat(evaluate(term, values)), flat(evaluate(whole, values)), strict=True):
        assert abs(one - other) < 1e-9
        assert one.rad() < 1e-9


def test_nested_functions_are_replaced_once_each() -> None:
    """A term of shared parts stays small: 40 maxima of maxima have no more than so many times the parts of one."""
    term = language.read(U, "")
    for _ in range(40):
        term = terms.Apply("max", (term, term))
    assert len(list(terms.walk(expanded(term)))) < 40 * 20


def test_the_page_of_claims_has_the_table() -> None:
    page = (Path(__file__).parents[2] / "docs" / "claims.md").read_text(encoding="utf-8")
    for name, definition in DEFINED.items():
        text = json.dumps(language.write(definition)).replace('["state", "1"]', "u").replace('["state", "2"]', "v")
        assert f"| `{name}` | `{text}` |" in page
