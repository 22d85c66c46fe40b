"""Closed forms through SymPy: what a model's energy, flow and Hessians are, for people, for LaTeX and for provers.

The only package that imports SymPy. Nothing here is trusted: provers hand what they find to the checker, and what is
printed has been compared with automatic differentiation in ball arithmetic.
"""

from hopverify.derivation.arrays import Numbers, arrays_of, between
from hopverify.derivation.crosscheck import Disagreement
from hopverify.derivation.deriving import Derivation, derive
from hopverify.derivation.document import Section
from hopverify.derivation.number_sections import with_numbers, written_out

__all__ = [
    "Derivation",
    "Disagreement",
    "Numbers",
    "Section",
    "arrays_of",
    "between",
    "derive",
    "with_numbers",
    "written_out",
]
