"""What SymPy derives of the catalogue and of kinds of synapses is what the package holds and what the catalogue says.

The texts of g and h in the catalogue are proved equal to what is derived of L, on each cell between kinks, with the
parameters as symbols, by SymPy, never at points.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sympy

from hopverify.activations import ACTIVATIONS
from hopverify.derivation.committed import lagrangians, networks
from hopverify.derivation.symbolic import functions
from hopverify.derivation.symbolic.calculus import SIZE, STATE, Calculus, I, J, K, Total
from hopverify.derivation.symbolic.catalogue import records_of, symbol_of
from hopverify.derivation.symbolic.elementwise import cut
from hopverify.derivation.symbolic.kinds import derived_kinds, derived_layers
from hopverify.derivation.symbolic.translation import X, to_sympy
from hopverify.derivation.symbolic.whole_layer import of_layer
from hopverify.expr.nodes import Number, substitute
from hopverify.expr.parser import parse
from hopverify.lagrangians import LAGRANGIANS, Lagrangian
from hopverify.spec.fields import FieldKind
from tests.profiles import in_turn

ADVICE = "python -m hopverify.derivation.symbolic writes the data anew"


@pytest.mark.parametrize("name", in_turn(LAGRANGIANS.names, 1))
def test_what_is_derived_of_a_lagrangian_is_what_is_kept(name: str) -> None:
    assert list(records_of(LAGRANGIANS[name])) == lagrangians()["lagrangians"][name], ADVICE


def test_what_is_derived_of_activations_and_kinds_is_what_is_kept() -> None:
    assert {entry.name: list(records_of(entry)) for entry in ACTIVATIONS} == lagrangians()["activations"], ADVICE
    assert set(lagrangians()["lagrangians"]) == set(LAGRANGIANS.names)
    assert {"layers": derived_layers(), "synapses": derived_kinds()} == networks(), ADVICE


class Symbols:
    """The symbols of an entry, as a record and the catalogue's own texts use them."""

    def __init__(self, entry: Lagrangian, when: dict[str, str]) -> None:
        self.entry, fields = entry, [field for field in entry.parameters if field.name not in when]
        self.fixed = {name: Number(sympy.Rational(value)) for name, value in when.items()}
        self.symbols = {field.name: symbol_of(field) for field in fields}
        self.at = {
            self.symbols[field.name]: sympy.Rational(str(field.default))
            for field in fields
            if field.kind is not FieldKind.NUMBERS
        }
        for field in fields:
            if field.kind is FieldKind.INTEGER:
                # 2 has a record of its own.
                beyond = sympy.Symbol("beyond_two", integer=True, positive=True)
                self.symbols[field.name], self.at[beyond] = beyond + 2, sympy.Rational(str(field.default)) - 2

    def text(self, text: str | None) -> Any:
        """Return a formula of the data in SymPy, None for an infinite end."""
        known = {"x": X, "abs": functions.modulus, "arctan": sympy.atan, "relu": functions.relu}
        return None if text is None else sympy.sympify(text, locals={**known, **self.symbols})

    def whole(self, text: str) -> Any:
        """Return a formula of a whole layer in SymPy."""
        arrays = {name: sympy.IndexedBase(name, real=True) for name in ("p", "c", "delta")}
        known = {"n": SIZE, "x": STATE, "i": I, "j": J, "k": K, **self.symbols, **arrays}
        return sympy.sympify(text, locals={name: getattr(value, "entry", value) for name, value in known.items()})

    def of_catalogue(self, text: str) -> Any:
        """Return a text of the catalogue in SymPy."""
        return to_sympy(substitute(parse(text), self.fixed), self.symbols)


def is_zero(difference: Any) -> bool:
    """Whether SymPy shows that an expression is 0 identically."""
    if sympy.expand(difference) == 0:
        return True
    return bool(sympy.simplify(difference.rewrite(sympy.exp)) == 0)


ELEMENTWISE = [entry.name for entry in LAGRANGIANS if entry.elementwise]


def overlapping(case: dict[str, Any], symbols: Symbols, text: str) -> Iterator[Any]:
    """Yield what a text of the catalogue is on the parts of a cell."""
    low, high = (symbols.text(case.get(end)) for end in ("from", "to"))
    for lower, upper, form in cut(symbols.of_catalogue(text), symbols.at):
        ends = [None if end is None else end.subs(symbols.at) for end in (low, lower, high, upper)]
        left = max((end for end in ends[:2] if end is not None), default=-sympy.oo)
        right = min((end for end in ends[2:] if end is not None), default=sympy.oo)
        if left < right:
            yield form


@pytest.mark.parametrize("name", in_turn(ELEMENTWISE))
def test_g_and_h_of_the_catalogue_are_those_that_are_derived(name: str) -> None:
    entry = LAGRANGIANS[name]
    for record in lagrangians()["lagrangians"][name]:
        symbols = Symbols(entry, record["when"])
        for case in record["cases"]:
            for part, text in (("g", entry.activation), ("h", entry.slope or "")):
                forms = list(overlapping(case, symbols, text))
                assert forms
                assert all(is_zero(form - symbols.text(case[part])) for form in forms), (part, case)


CLOSED = ["ghostmax", "layernorm", "softmax", "spherical"]


@pytest.mark.parametrize("name", CLOSED)
def test_g_of_a_whole_layer_is_that_which_is_derived(name: str) -> None:
    """Both are written out in sums of x: equal for every n."""
    entry = LAGRANGIANS[name]
    for record in lagrangians()["lagrangians"][name]:
        symbols, calculus = Symbols(entry, record["when"]), Calculus()
        theirs = of_layer(substitute(parse(entry.activation), symbols.fixed), symbols.symbols, calculus)
        names = {
            named.symbol if isinstance(named, Total) else named.base[K]: named.definition for named in calculus.order
        }
        definitions = {symbols.whole(key): symbols.whole(value) for key, value in record["where"]}
        difference = out(symbols.whole(record["g"]), definitions) - out(getattr(theirs, "entry", theirs), names)
        assert sympy.simplify(in_letters(difference)) == 0, record["when"]
        assert sympy.simplify(in_letters(difference + STATE[I])) != 0


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_what_is_derived_of_flat_pieces_is_what_the_catalogue_declares(name: str) -> None:
    facts, record = LAGRANGIANS[name].facts, lagrangians()["lagrangians"][name][-1]
    assert [list(ends) for ends in facts.dead] == record["dead"]
    assert (facts.kernel, bool(record["dead"])) in {("dead set", True), ("none", False), ("isolated states", False)}
    assert record["isolated"] == (facts.kernel == "isolated states")


def test_the_other_whole_layers_have_no_closed_form() -> None:
    others = [entry for entry in LAGRANGIANS if not entry.elementwise and entry.name not in CLOSED]
    assert not any(record["closed"] for entry in others for record in lagrangians()["lagrangians"][entry.name])


def out(value: Any, definitions: dict[Any, Any]) -> Any:
    """Return a formula with the definitions of its names in it."""
    for name, definition in reversed(list(definitions.items())):
        if isinstance(name, sympy.Indexed):
            value = value.replace(
                lambda node, base=name.base: isinstance(node, sympy.Indexed) and node.base == base,
                lambda node, definition=definition: definition.subs(K, node.indices[0]),
            )
        else:
            value = value.subs(name, definition)
    return value


def in_letters(value: Any) -> Any:
    """Return a formula with a letter for each sum, the innermost first."""
    letters: dict[Any, Any] = {}
    while sums := [total for total in value.atoms(sympy.Sum) if not total.function.atoms(sympy.Sum)]:
        value = value.xreplace({total: letters.setdefault(total, sympy.Dummy(positive=True)) for total in sums})
    return value


def test_a_wrong_slope_is_seen() -> None:
    symbols = Symbols(LAGRANGIANS["tanh"], {})
    (form,) = overlapping({}, symbols, "beta*sech(beta*x)^2*(1 + sech(x)/1000000)")
    assert not is_zero(form - symbols.text("beta*sech(beta*x)**2"))
