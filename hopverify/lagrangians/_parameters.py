"""Parameters that several Lagrangians share."""

from fractions import Fraction

from hopverify.spec.fields import Field, FieldKind

BETA = Field(
    "beta",
    FieldKind.NUMBER,
    "inverse temperature: the factor of x",
    default=Fraction(1),
    minimum=Fraction(0),
    strict=True,
)
