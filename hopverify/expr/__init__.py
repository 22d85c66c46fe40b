"""The expression language: a bounded grammar, frozen trees, one table of functions, and five number systems."""

from hopverify.expr.nodes import Expression, Number, Symbol
from hopverify.expr.parser import parse

__all__ = ["Expression", "Number", "Symbol", "parse"]
