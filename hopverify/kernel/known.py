"""What the structure of a term may tell of it (:mod:`hopverify.kernel.composition`)."""

from __future__ import annotations

from dataclasses import dataclass

from hopverify.kernel.intervals import Range

STILL, ALIKE, STEADY = range(3)
"""How entries answer when t is added to each entry of the variable: not at all; each grows by the same multiple of t;
each by a multiple of its own."""


@dataclass(frozen=True)
class Known:
    """What is known of a node. The properties are those of every entry; False and None say that nothing is known.

    ``lipschitz``: defined at all values of the variable, and locally Lipschitz. ``injective``: the variable times
    constants other than 0, and something constant added. ``separate``: each entry a strictly convex function of the
    variable's entry in the same place. ``squares``: a sum of squares of functions whose absolute
    values are convex. ``log_convex``: positive, with a convex logarithm. ``degree``: of a polynomial.
    """

    range: Range
    moving: bool = True
    lipschitz: bool = True
    analytic: bool = True
    convex: bool = False
    concave: bool = False
    strict: bool = False
    injective: bool = False
    separate: bool = False
    squares: bool = False
    log_convex: bool = False
    degree: int | None = None
    shift: int | None = None

    @property
    def affine(self) -> bool:
        """Whether the entries are affine functions."""
        return self.convex and self.concave

    @property
    def magnitude(self) -> bool:
        """Whether the absolute value of each entry is convex."""
        positive, negative = self.range.nonnegative, self.range.nonpositive
        return self.affine or (self.convex and positive) or (self.concave and negative)


def constant(own: Range, lipschitz: bool = True, analytic: bool = True) -> Known:
    """Return what is known of a value that does not depend on the variable."""
    return Known(
        own,
        moving=False,
        lipschitz=lipschitz,
        analytic=analytic,
        convex=True,
        concave=True,
        squares=own.nonnegative,
        log_convex=own.positive,
        degree=0,
        shift=STILL,
    )
