"""The theorems that checks cite: as ``docs/theory.md`` has them, and each in one sentence for readers in a hurry.

The page travels in the wheel as ``hopverify/theory.md``. A theorem is a section whose heading begins with a name, such
as ``## T7: stability …``. Its statement ends where a paragraph begins with ``*Proof.*``; a section without that mark is
all statement.

>>> theorem("t4").title
'the energy sees activations only'
>>> items_of("T1, T2")
(('T1', "the energy's gradient"), ('T2', 'when the energy descends'))
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hopverify.errors import HopverifyError

PAGE = "docs/theory.md"
_HEADING = re.compile(r"^## (?:(?P<name>[A-Z]\d+): )?(?P<title>.+)$", re.MULTILINE)
_PROOF = "\n\n*Proof.* "
# What paragraphs of the page may hold beside words; their first group is the words.
LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
EMPHASIS = re.compile(r"(?<![\\*])\*([^*\s](?:[^*]|(?<=\\)\*)*?)(?<!\\)\*", re.DOTALL)

# What each of them says.
SENTENCES: dict[str, str] = {
    "T1": "∇E = -H·T ẋ: minus the Hessian of the Lagrangian applied to the velocity.",
    "T2": (
        "dE/dt = -ẋᵀTHẋ along the flow, which is never positive if every Lagrangian is convex and every layer has "
        "one time constant or a diagonal Hessian."
    ),
    "T3": "A Lagrangian is convex exactly if its activation is monotone; GELU, SiLU and Mish are not.",
    "T4": "For convex L, E(x) = L*(g(x)) - b·g(x) + S(g(x)): two states with the same activation have the same energy.",
    "T5": "For convex L the states that share an activation form a closed convex set F(γ), and E is constant on it.",
    "T6": (
        "A state rests exactly if it is x⋆(γ) = b - ∇S(γ) with γ = g(x): so its activation determines an "
        "equilibrium, and a flat critical region without such a state is a ghost, which the flow leaves."
    ),
    "T7": "Whether an equilibrium is stable is decided by its alive neurons alone, whatever the time constants are.",
    "T8": (
        "Every solution that starts in the flat region of an equilibrium converges to that equilibrium, if each "
        "layer is elementwise, or has a convex L and one time constant."
    ),
    "T9": (
        "A cell that the flow does not leave, and on which a matrix is positive definite, holds one equilibrium, "
        "which attracts all of it."
    ),
    "T10": "Bounded activations bound the states; rectified ones do if a quadratic form is positive on their cone.",
    "T11": (
        "Slow linear neurons that drive fast ones and are driven by them have an energy V with ∇V = -PTẏ, P ≻ 0, "
        "which is critical at equilibria and nowhere else."
    ),
    "T12": (
        "Inhibition of the fast neurons by themselves gives every network with symmetric weights and convex L an "
        "altered system with the same equilibria."
    ),
    "T13": (
        "If a diagonal D ≻ 0 makes DW symmetric, and no activation decreases, an energy descends that weighs the "
        "neurons by D."
    ),
    "T14": "If the matrix M(h) is positive semidefinite, no Euler step of length h or shorter raises the energy.",
    "T15": (
        "A pattern that leads its competitors by enough has a ball around it that holds one equilibrium and is "
        "all attracted by it."
    ),
    "T16": (
        "If D(diag(ρ/h̄) - W) is positive definite for some diagonal D ≻ 0, one equilibrium attracts every solution."
    ),
    "T17": (
        "If the energy descends, solutions stay bounded, and a list that is complete over all states has one "
        "equilibrium, it attracts everything; two equilibria, or one that is unstable, show the contrary."
    ),
    "M1": (
        "The drives -∇S of sums over patterns, and of attention between tokens; the energy of an Energy "
        "Transformer falls exactly if the gain of its layer norm is positive."
    ),
    "M2": (
        "They are the centroids of sets of patterns that lie in exactly the balls of these patterns; outside all "
        "balls the energy is flat."
    ),
    "M3": (
        "With identity neurons and no leak any gradient flow is a model; a factor f'(x) in it, as in predictive "
        "coding and equilibrium propagation, makes it another flow than that of a layer with the activation f."
    ),
    "M4": (
        "A pattern is stored if a stable equilibrium has an activation nearer to the pattern's than half the "
        "distance to any rival's, retrieved if it is proved to flow there: no two patterns then have one "
        "equilibrium."
    ),
    "D1": "Setting one spin by the sign of its drive lowers E strictly if the drive is -∇S, S concave in each spin.",
    "D2": "If S is concave (W ⪰ 0), setting all spins at once lowers E strictly, so that every run comes to rest.",
    "D3": "With symmetric weights synchronous updates end in a fixed point or in a cycle of two states.",
    "D4": "A partial state has no fixed point among its extensions if some spin would be flipped in all of them.",
    "D5": "If the margin of each neuron outweighs the k largest entries of its row, any k flips are set right.",
    "D6": "Any k flips move each overlap by at most 2k; if the least values of the terms there suffice, all are right.",
}


@dataclass(frozen=True)
class Theorem:
    """One theorem: its name (T7), title, statement and proof, in Markdown. Without a proof of its own that is empty."""

    name: str
    title: str
    statement: str
    proof: str

    @property
    def anchor(self) -> str:
        """The fragment of its heading, the same on the forge and on the site."""
        kept = re.sub(r"[^\w\- ]", "", f"{self.name}: {self.title}".lower())
        return kept.replace(" ", "-")


def text() -> str:
    """Return the page: of a wheel the copy in the package, of a checkout the page itself."""
    package = Path(__file__).parents[1]
    packaged = package / "theory.md"
    page = packaged if packaged.is_file() else package.parent / PAGE
    try:
        return page.read_text(encoding="utf-8")
    except OSError as error:
        raise HopverifyError(f"{page} cannot be read ({error.strerror}): install hopverify again") from error


@cache
def theorems() -> Mapping[str, Theorem]:
    """Return all theorems by name, in the order of the page."""
    page = text()
    headings = list(_HEADING.finditer(page))
    ends = [*(heading.start() for heading in headings[1:]), len(page)]
    found = {}
    for heading, end in zip(headings, ends, strict=True):
        if heading["name"]:
            statement, _, proof = page[heading.end() : end].strip().partition(_PROOF)
            found[heading["name"]] = Theorem(heading["name"], heading["title"], statement, proof)
    return found


def theorem(name: str) -> Theorem:
    """Return the theorem of that name, in capitals or not; raises KeyError where there is none."""
    return theorems()[name.upper()]


def items_of(theory: str) -> tuple[tuple[str, str], ...]:
    """Return the theorems that a check cites, with their titles; one that is not known has an empty one."""
    known = theorems()
    return tuple((item, known[item].title if item in known else "") for item in theory.split(", ") if item)


def sentence_of(item: str) -> str:
    """Return what a theorem says."""
    return SENTENCES.get(item, "")
