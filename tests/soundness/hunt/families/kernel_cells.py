"""The kernel's cells: boxes whose targets lie exactly on their ends, or a unit outside, with weights of any kind."""

from __future__ import annotations

import json
from fractions import Fraction
from random import Random

from hopverify.core import core_of
from hopverify.kernel.basins import Basins
from hopverify.kernel.functions import precision
from hopverify.kernel.numbers import Rejected
from hopverify.networks import build_model
from hopverify.spec import parse_spec
from tests.soundness.hunt.cases import Family, Outcome, lagrangian, network, texts
from tests.soundness.hunt.families.cells import End, drawn, draws_back, image, steepest, targets
from tests.soundness.oracles.matrices import ZERO, Matrix, Row, is_definite
from tests.soundness.oracles.segments import ACTIVATIONS, Segment

Ends = list[tuple[End, End]]


def _is_kept(parts: tuple[Segment, ...], W: Matrix, b: Row, rho: Row, ends: Ends) -> bool:
    gamma = [image(parts, *pair) for pair in ends]
    if any(low is None or high is None for low, high in gamma):
        return False
    aims = targets(W, b, rho, gamma)  # type: ignore[arg-type]
    pairs = zip(aims, ends, strict=True)
    return all((low is None or low <= p) and (high is None or q <= high) for (p, q), (low, high) in pairs)


def _is_attracting(parts: tuple[Segment, ...], W: Matrix, rho: Row, d: Row, ends: Ends) -> bool:
    slopes = [steepest(parts, *pair) for pair in ends]
    alive = [i for i, h in enumerate(slopes) if h > 0]

    def entry(i: int, j: int) -> Fraction:
        return (2 * d[i] * rho[i] / slopes[i] if i == j else ZERO) - d[i] * W[i][j] - d[j] * W[j][i]

    return is_definite([[entry(i, j) for j in alive] for i in alive])


def draw(random: Random) -> Outcome:
    activation, W, b, rho, ends = drawn(random)
    if any(low is not None and high is not None and low > high for low, high in ends):
        return Outcome("refused")
    if random.random() < 0.5:
        W = [[w + random.choice((-1, 0, 1)) * Fraction(random.randint(0, 8), 8) for w in row] for row in W]
    d = [Fraction(2) ** random.randint(-2, 2) if random.random() < 0.5 else Fraction(1) for _ in b]
    document = network(lagrangian(activation), W, b, leak=texts(rho)) | {"checks": ["energy_descent"]}
    core = core_of(build_model(parse_spec(json.dumps(document), format="json")))
    parts, flips = ACTIVATIONS[activation], random.randint(1, 2)
    with precision():
        basins = Basins(core, d)
        try:
            kept, attracting = basins.keeps(ends), basins.attracts(ends)
            loss = basins.losses(core.flow_layers[0], flips)
            back = basins.keeps(ends, strictly=True, loss=loss)
        except Rejected:
            return Outcome("refused")
    about = f"{activation}, W = {W}, b = {b}, ρ = {rho[0]}, D = {d}, {ends}, {flips}"
    if kept and not _is_kept(parts, W, b, rho, ends):
        return Outcome("pass", f"targets lie outside: {about}")
    if attracting and not _is_attracting(parts, W, rho, d, ends):
        return Outcome("pass", f"the form is not definite: {about}")
    if back and not draws_back(parts, W, b, rho, ends, flips):
        return Outcome("pass", f"flips are not drawn back: {about}")
    return Outcome("pass" if kept and attracting else "refused")


FAMILY = Family(
    "kernel_cells", "cells of the kernel whose targets lie on their ends, or a unit outside", draw, 400, 10_000
)
