"""Softmax memories about the β at which patterns lie close enough together: one equilibrium, and where it lies.

The kernel is offered a centre, or all pairs, right or not, and a place that is right or next to it. What it accepts is
compared with where the update leads from states far apart.
"""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import numpy as np

from hopverify.core import core_of
from hopverify.kernel.check import accept
from hopverify.kernel.numbers import Rejected
from hopverify.networks import build_model
from hopverify.spec import parse_spec
from tests.soundness.hunt.cases import Family, Outcome

STARTS, ROUNDS, APART, CLOSE = 4, 500, 1e-5, 1e-12
NEAR = ("2/5", "4/5", "999/1000", "1001/1000", "3/2", "4")
WIDTHS, SHIFTS = (1e-6, 1e-3, 0.02, 0.3), (0.0, 0.0, 1e-4, 1e-2, 0.1)


class Drawn:
    """A memory: its patterns, β, leaks and biases, and whether it has a ghost."""

    def __init__(self, random: Random) -> None:
        count, size = random.randint(1, 4), random.randint(1, 3)
        self.rows = [[Fraction(random.randint(-6, 6), 2) for _ in range(size)] for _ in range(count)]
        self.ghost = random.random() < 0.4
        self.bias = [random.randint(-2, 2) for _ in range(count)]
        self.push = [random.randint(-3, 3) for _ in range(size)]
        self.leaks = random.choice(("1", "1", "2", "1/2")), random.choice(("1", "1", "2", "1/2"))
        self.tau = random.choice((0, 1, 3))
        self.points = [*self.rows, [Fraction(0)] * size] if self.ghost else self.rows
        widest = max(sum((a - b) ** 2 for a, b in zip(u, v, strict=True)) for u in self.points for v in self.points)
        self.beta = Fraction(1) if self.ghost else Fraction(random.choice(NEAR)) * 4 / (widest or 1)

    def text(self) -> str:
        """Return the spec without its first lines."""
        hidden = "ghostmax" if self.ghost else f"{{softmax: {{beta: {self.beta}}}}}"
        weights = [[str(each) for each in row] for row in self.rows]
        return (
            f"layers:\n  v: {{size: {len(self.push)}, lagrangian: identity, leak: {self.leaks[0]}, "
            f"bias: {self.push}}}\n"
            f"  h: {{size: {len(self.bias)}, lagrangian: {hidden}, leak: {self.leaks[1]}, tau: {self.tau}, "
            f"bias: {self.bias}}}\nsynapses: {{w: {{kind: dense, layers: [h, v], weights: {weights}}}}}\n"
        )

    def end(self, v: Any) -> tuple[Any, Any]:
        """Return where the update leads from a state, and where the hidden layer rests then, in doubles."""
        rows, (visible, hidden) = np.array(self.rows, dtype=float), (float(Fraction(each)) for each in self.leaks)
        z = (rows @ v + self.bias) / hidden
        for _ in range(ROUNDS):
            logits = float(self.beta) * np.append(z, [0.0] * self.ghost)
            shares = np.exp(logits - logits.max())
            before, v = v, ((shares / shares.sum())[: len(rows)] @ rows + self.push) / visible
            z = (rows @ v + self.bias) / hidden
            if np.abs(v - before).max() < CLOSE:
                break
        return v, z


def draw(random: Random) -> Outcome:
    """A claim with a proof, and maybe a place; contradicted by two ends, or by an end outside of the place."""
    drawn = Drawn(random)
    size = len(drawn.push)
    ends = [drawn.end(np.array([random.uniform(-20, 20) for _ in range(size)])) for _ in range(STARTS)]
    mean = [str(sum(column, Fraction(0)) / len(drawn.points)) for column in zip(*drawn.points, strict=True)]
    centre = random.choice((None, None, mean, [str(Fraction(random.randint(-4, 4), 4)) for _ in range(size)]))
    claim: dict[str, Any] = {"claim": "global stability"}
    width, shift = random.choice(WIDTHS), random.choice(SHIFTS)
    if random.random() < 0.5:
        told = [*(ends[0][0] + shift).tolist(), *ends[0][1].tolist()]
        widths = [width] * size + [9 * width] * len(drawn.bias)
        pairs = zip(map(Fraction, told), map(Fraction, widths), strict=True)
        claim["x"] = [[str(value - own), str(value + own)] for value, own in pairs]
    proof = {"by": "contraction", "centres": {"h": centre}, "heights": {"v": random.choice(("1", "1", "1", "3/4"))}}
    model = build_model(parse_spec(f"hopverify: 1\nname: warm\n{drawn.text()}"))
    try:
        accept(core_of(model), {"claim": claim, "proof": proof})
    except Rejected:
        return Outcome("refused")
    apart = max(float(np.abs(end - ends[0][0]).max()) for end, _ in ends)
    outside = "x" in claim and shift > width * (1 + 1e-9)
    wrong = apart > APART or outside
    return Outcome("pass", f"{drawn.text()}{claim}: ends {apart} apart" if wrong else None)


FAMILY = Family("warm_memories", "softmax memories that contract, or nearly", draw, 20, 2_000)
