"""Closed forms through SymPy: what a model's energy, flow and Hessians are, for people, for LaTeX and for provers.

Of the catalogue SymPy derived them when this version was made; expressions of one's own it differentiates in a process
apart (:mod:`hopverify.derivation.asking`). Nothing here is trusted: the kernel, which differentiates L itself, is asked
whether it accepts g and H, and what it leaves open is compared with automatic differentiation in ball arithmetic.
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
