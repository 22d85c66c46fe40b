"""Functions of one number z, as fields of synapses hold them: read and examined here."""

from __future__ import annotations

from hopverify.errors import ExpressionError
from hopverify.expr.differentiate import gradient
from hopverify.expr.nodes import Expression, symbols
from hopverify.expr.parser import check_exponents, parse
from hopverify.synapses import SynapseError


def function_of_z(text: str, *, field: str, letter: str) -> Expression:
    """Return the function that a field holds; raise :class:`SynapseError` unless it is one, with a derivative."""
    try:
        function = parse(text)
        check_exponents(function)
        unknown = symbols(function) - {"z"}
        if unknown:
            raise ExpressionError(f"{letter} is a function of z, but the expression uses {', '.join(sorted(unknown))}")
        gradient(function, "z", {"z": 0})
    except ExpressionError as error:
        raise SynapseError(field, error.message) from error
    return function
