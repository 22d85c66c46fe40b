"""What is said of an altered system: the map between equilibria, what changed, what stayed, and of its numbers."""

from __future__ import annotations

from collections.abc import Sequence

from hopverify.networks import Layer
from hopverify.repairs.convexity import why_not_convex
from hopverify.repairs.drafting import Altered, is_identity, listed
from hopverify.repairs.subject import Network
from hopverify.repairs.writing import literal


def map_between(parts: Altered, gone: Sequence[Layer]) -> tuple[str, ...]:
    """Return how the equilibria correspond, as formulae: x to y, and y to x."""
    fast = ", ".join(layer.name for layer in parts.fast)
    to_y, to_x = forward(parts), back(parts)
    lines = [f"x → y: {parts.slow} = {to_y}, where x are the states of {fast}", f"y → x: {to_x}"]
    if any(parts.inhibition):
        own = "W = A - diag c" if is_identity(parts.B) else "W = AB - diag c"
        gamma = "W γ" if parts.smoothed else "W g(x)"
        lines.append(f"with y put in, this is ρx = {gamma} + b, {own}: the equation of the original")
    if parts.smoothed:
        names = ", ".join(sorted(parts.smoothed))
        lines.append(
            f"γ ∈ g(x): on {names} the sign is filled in, and γ is any number of [-1, 1] where x = 0 (Filippov)"
        )
    if gone:
        names = ", ".join(layer.name for layer in gone)
        lines.append(
            f"layer {names} of the original follows from the others at an equilibrium, and is {_kept(parts, gone)}"
        )
    return tuple(lines)


def _kept(parts: Altered, gone: Sequence[Layer]) -> str:
    return f"now {parts.slow} itself" if [layer.name for layer in gone] == [parts.slow] else "determined by them"


def forward(parts: Altered) -> str:
    """Return y as a function of x at an equilibrium."""
    gamma = "γ" if parts.smoothed else "g(x)"
    product = gamma if is_identity(parts.B) else f"B {gamma}"
    total = f"{product} + a" if any(parts.a) else product
    return total if parts.rate == 1 else f"({total})/{literal(parts.rate)}"


def back(parts: Altered) -> str:
    """Return x as a function of y."""
    biased = "A y + b" if any(parts.b) else "A y"
    plain = all(rate == 1 for rate in parts.leak)
    if any(parts.inhibition):
        own = "x" if plain else "ρ∘x"
        return f"{own} + c∘γ = {biased}, γ ∈ g(x)" if parts.smoothed else f"x solves {own} + c∘g(x) = {biased}"
    return f"x = {biased}" if plain else f"x = ({biased})/ρ"


def changes(parts: Altered, network: Network | None, gone: Sequence[Layer]) -> list[str]:
    """Return what the altered system does otherwise than the original."""
    fast = [layer.name for layer in parts.fast]
    new = parts.slow not in [layer.name for layer in gone]
    neurons = f"{parts.width} linear neuron{'s' * (parts.width != 1)}"
    moving = f"{parts.slow}, {neurons}{' that the original has not' if new else ''}"
    said = [f"what moves is {moving}; {', '.join(fast)} follow{'s' * (len(fast) == 1)} at once (tau: 0)"]
    differing = [layer for layer in (network.layers if network is not None else ()) if layer.name not in fast and new]
    if differing:
        said.append(
            f"linear: {', '.join(layer.name for layer in differing)} eliminated, which the new weights account for"
        )
    said.append(f"the time constant of {parts.slow} is {listed(parts.tau)}")
    said.append(energy(parts))
    return said


def energy(parts: Altered) -> str:
    """Return the new energy as a formula."""
    square = "½yᵀPy" if parts.rate == 1 else f"½·{literal(parts.rate)}·yᵀPy"
    bias = " - aᵀPy" if any(parts.a) else ""
    if any(parts.inhibition):
        envelope = "e(Ay + b), e the Moreau envelope of L: e(u) = min_x [L(x) + (u - x)²/(2c)]"
        if any(rate != 1 for rate in parts.leak):
            gamma = "γ" if parts.smoothed else "g(x)"
            envelope = f"[ρL(x) + ½c|{gamma}|²] at the x that follows y"
        return f"the energy is V(y) = {square}{bias} - {envelope}"
    rest = "Σ ρL((Ay + b)/ρ)" if any(rate != 1 for rate in parts.leak) else "L(Ay + b)" if any(parts.b) else "L(Ay)"
    added = f" + Σ φ(z), φ(z) = {parts.potential}, z = Nᵀ(λy - a)" if parts.potential is not None else ""
    return f"the energy is V(y) = {square}{bias} - {rest}{added}"


def remains(*, convex: bool, stability: bool, flow: bool, smoothed: bool = False) -> list[str]:
    """Return what the two have in common; ``stability`` and ``flow`` tell whether these are known to be the same."""
    if smoothed:
        return [
            "every equilibrium in the sense of Filippov, with the same x and γ, and no other",
            "weights and biases of the neurons x, and their activations but for the sign",
            "not known: which equilibria are stable, since a sign has no linearisation where x = 0",
        ]
    if flow:
        return ["the flow, hence equilibria, stability and basins: nothing but the energy is new"]
    said = [
        "every equilibrium, with the same states x, and no other",
        "weights, biases and activations of the neurons x",
    ]
    if not stability:
        said.append("not known: which equilibria are stable, where time constants or uneven weights have a say in it")
    elif convex:
        said.append("which equilibria are stable: for symmetric weights and convex L that is a matter of weights (T7)")
    else:
        said.append("which equilibria are stable: all neurons share their times, and BHA has the eigenvalues of ABH")
    return said


def all_convex(parts: Altered) -> bool:
    """Whether every fast layer has a convex Lagrangian."""
    return all(why_not_convex(layer) is None for layer in parts.fast)


def gains(convex: bool) -> str:
    """Return what the old energy could not see, in a sentence."""
    if convex:
        return "V sees what E is blind to: ∇V = -PTẏ with P ≻ 0 vanishes at equilibria and nowhere else, dead or alive"
    return "V falls although L is not convex, where E rises: ∇V = -PTẏ with P ≻ 0, whatever L is"
