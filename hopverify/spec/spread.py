"""Spreads: how far the entries of an array may lie from those that the spec gives.

A *tolerance* is one absolute number for all entries. A *dtype* is what the entries are rounded to, to nearest: with p
bits of significand, x ≠ 0 moves by at most 2⁻ᵖ|x|, or, below the smallest normal number, by half the smallest subnormal
one (IEEE 754-2019; bfloat16 has float32's exponents and p = 8).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Spread:
    """|entry - given| ≤ absolute + relative·|given|, for each entry."""

    absolute: Fraction
    relative: Fraction = Fraction(0)

    def widened(self, factor: Fraction) -> Spread:
        """Return the spread that is so many times as large."""
        return Spread(factor * self.absolute, factor * self.relative)

    def __str__(self) -> str:
        parts = [str(self.absolute)] if self.absolute or not self.relative else []
        return " + ".join([*parts, *([f"{self.relative} of each entry"] if self.relative else [])])


@dataclass(frozen=True)
class Dtype:
    """A binary floating-point format: bits of the significand, the smallest normal exponent, and the largest number."""

    precision: int
    least: int
    largest: Fraction

    @property
    def spread(self) -> Spread:
        """How far rounding to nearest moves a number of at most :attr:`largest`."""
        return Spread(Fraction(1, 1 << self.precision - self.least), Fraction(1, 1 << self.precision))


def _largest(precision: int, exponent: int) -> Fraction:
    return (2 - Fraction(1, 1 << precision - 1)) * (1 << exponent)


DTYPES = {
    "bfloat16": Dtype(8, -126, _largest(8, 127)),
    "float16": Dtype(11, -14, _largest(11, 15)),
    "float32": Dtype(24, -126, _largest(24, 127)),
}
"""The formats to which ``dtype`` may name a rounding."""
