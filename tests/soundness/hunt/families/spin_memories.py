"""Dense associative memories of spins: overlaps that tie, functions that are convex on one side only, exponentials."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from tests.soundness.hunt.cases import Family, Outcome, moved, small
from tests.soundness.hunt.families.spins import document, judged
from tests.soundness.oracles.spins import Function, associative

F = Fraction
FUNCTIONS: dict[str, tuple[Function, Function]] = {
    "z^3": (lambda z: F(z) ** 3, lambda z: 3 * F(z) ** 2),
    "z^4/4": (lambda z: F(z) ** 4 / 4, lambda z: F(z) ** 3),
    "z^2/2": (lambda z: F(z) ** 2 / 2, lambda z: F(z)),
    "relu(z)^2/2": (lambda z: F(max(z, 0)) ** 2 / 2, lambda z: F(max(z, 0))),
    "-z^4/3": (lambda z: -(F(z) ** 4) / 3, lambda z: -4 * F(z) ** 3 / 3),
    "exp(z)": (None, None),
}


def draw(random: Random) -> Outcome:
    n, text = random.randint(1, 5), random.choice(list(FUNCTIONS))
    Xi = [[random.choice((-1, 1)) for _ in range(n)] for _ in range(random.randint(1, 3))]
    b = [moved(random, small(random, 4)) if random.random() < 0.3 else F(0) for _ in range(n)]
    synapse = {"kind": "associative", "layers": ["s"], "patterns": Xi, "function": text}
    made, patterns, flips = document(random, n, synapse, b, random.random() < 0.8)
    made["memories"]["xi"]["patterns"] = patterns = Xi if random.random() < 0.7 else patterns
    oracle = associative(
        [tuple(row) for row in Xi],
        b,
        FUNCTIONS[text],
        counted=made["layers"]["s"]["bias_in_energy"],
        synchronous=made["update"]["order"] == "synchronous",
        by_energy=made["update"]["rule"] == "energy",
    )
    return judged(made, patterns, flips, oracle, decides=True)


FAMILY = Family(
    "spin_memories", "dense associative memories of spins: ties of overlaps, exponentials", draw, 100, 4_000
)
