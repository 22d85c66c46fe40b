"""The theorems that checks cite, each in one sentence, for readers who have not read ``docs/theory.md``.

>>> items_of("T1, T2")
(('T1', "the energy's gradient"), ('T2', 'when the energy descends'))
"""

from __future__ import annotations

PAGE = "docs/theory.md"

# Item: the title it has in docs/theory.md, and what it says.
THEORY: dict[str, tuple[str, str]] = {
    "T1": ("the energy's gradient", "∇E = -H·T ẋ: minus the Hessian of the Lagrangian applied to the velocity."),
    "T2": (
        "when the energy descends",
        "dE/dt = -ẋᵀTHẋ along the flow, which is never positive if every Lagrangian is convex and every layer has one "
        "time constant or a diagonal Hessian.",
    ),
    "T3": (
        "which activations fail",
        "A Lagrangian is convex exactly if its activation is monotone; GELU, SiLU and Mish are not.",
    ),
    "T4": (
        "the energy sees activations only",
        "For convex L, E(x) = L*(g(x)) - b·g(x) + S(g(x)): two states with the same activation have the same energy.",
    ),
    "T5": (
        "flat regions",
        "For convex L the states that share an activation form a closed convex set F(γ), and E is constant on it.",
    ),
    "T6": (
        "the state is recovered, and ghosts are told apart",
        "A state rests exactly if it is x⋆(γ) = b - ∇S(γ) with γ = g(x): so its activation determines an equilibrium, "
        "and a flat critical region without such a state is a ghost, which the flow leaves.",
    ),
    "T7": (
        "stability lives in the range of the Hessian",
        "Whether an equilibrium is stable is decided by its alive neurons alone, whatever the time constants are.",
    ),
    "T8": (
        "flat regions lie in basins",
        "Every solution that starts in the flat region of an equilibrium converges to that equilibrium, if each layer "
        "is elementwise, or has a convex L and one time constant.",
    ),
    "T9": (
        "one equilibrium that attracts a cell",
        "A cell that the flow does not leave, and on which a matrix is positive definite, holds one equilibrium, which "
        "attracts all of it.",
    ),
    "T10": (
        "boundedness",
        "Bounded activations bound the states; rectified ones do if a quadratic form is positive on their cone.",
    ),
    "T11": (
        "altered systems",
        "Slow linear neurons that drive fast ones and are driven by them have an energy V with ∇V = -PTẏ, P ≻ 0, which "
        "is critical at equilibria and nowhere else.",
    ),
    "T12": (
        "a repair for symmetric weights of any sign",
        "Inhibition of the fast neurons by themselves gives every network with symmetric weights and convex L an "
        "altered system with the same equilibria.",
    ),
    "T13": (
        "weights that can be symmetrised",
        "If a diagonal D ≻ 0 makes DW symmetric, and no activation decreases, an energy descends that weighs the "
        "neurons by D.",
    ),
    "T14": (
        "steps that people really run",
        "If the matrix M(h) is positive semidefinite, no Euler step of length h or shorter raises the energy.",
    ),
    "T15": (
        "retrieval of stored patterns",
        "A pattern that leads its competitors by enough has a ball around it that holds one equilibrium and is all "
        "attracted by it.",
    ),
    "T16": (
        "one equilibrium that attracts everything",
        "If D(diag(ρ/h̄) - W) is positive definite for some diagonal D ≻ 0, one equilibrium attracts every solution.",
    ),
    "T17": (
        "a list of one equilibrium, and LaSalle",
        "If the energy descends, solutions stay bounded, and a list that is complete over all states has one "
        "equilibrium, it attracts everything; two equilibria, or one that is unstable, show the contrary.",
    ),
    "M1": (
        "associative memories and attention",
        "The drives -∇S of sums over patterns, and of attention between tokens; the energy of an Energy Transformer "
        "falls exactly if the gain of its layer norm is positive.",
    ),
    "M2": (
        "minima of the Epanechnikov energy",
        "They are the centroids of sets of patterns that lie in exactly the balls of these patterns; outside all balls "
        "the energy is flat.",
    ),
    "M3": (
        "gradient flows in the states",
        "With identity neurons and no leak any gradient flow is a model; a factor f'(x) in it, as in predictive coding "
        "and equilibrium propagation, makes it another flow than that of a layer with the activation f.",
    ),
    "M4": (
        "when a pattern is stored",
        "A pattern is stored if a stable equilibrium has an activation nearer to the pattern's than half the distance "
        "to any rival's, retrieved if it is proved to flow there: no two patterns then have one equilibrium.",
    ),
    "D1": (
        "one neuron at a time",
        "Setting one spin by the sign of its drive lowers E strictly if the drive is -∇S, S concave in each spin.",
    ),
    "D2": (
        "all neurons at once",
        "If S is concave (W ⪰ 0), setting all spins at once lowers E strictly, so that every run comes to rest.",
    ),
    "D3": (
        "cycles of synchronous updates",
        "With symmetric weights synchronous updates end in a fixed point or in a cycle of two states.",
    ),
    "D4": (
        "all fixed points",
        "A partial state has no fixed point among its extensions if some spin would be flipped in all of them.",
    ),
    "D5": (
        "flips that linear drives set right",
        "If the margin of each neuron outweighs the k largest entries of its row, any k flips are set right.",
    ),
    "D6": (
        "flips that dense associative memories set right",
        "Any k flips move each overlap by at most 2k; if the least values of the terms there suffice, all are right.",
    ),
}


def items_of(theory: str) -> tuple[tuple[str, str], ...]:
    """Return the items that a check cites, with their titles; an item that is not known has an empty one."""
    return tuple((item, THEORY.get(item, ("", ""))[0]) for item in theory.split(", ") if item)


def sentence_of(item: str) -> str:
    """Return what an item says."""
    return THEORY.get(item, ("", ""))[1]
