"""Claims about one equilibrium that attracts everything, as statements; proofs are of ``proofs/Attraction.v``."""

from __future__ import annotations

from fractions import Fraction

from hopverify.exporting.claims import Shown
from hopverify.exporting.definite import Definite, definite
from hopverify.exporting.definitions import Definitions
from hopverify.exporting.lists import some_states
from hopverify.exporting.numbers import vector, whole_rows
from hopverify.exporting.refusal import NotExported
from hopverify.exporting.statement import COMPUTED_ONCE, Statement, each_by, flow_layers
from hopverify.kernel.affine import affine_drives
from hopverify.kernel.claims import Claim
from hopverify.kernel.core import Core
from hopverify.kernel.numbers import rational as number

MAX_NEURONS = 200


def global_stability(file: Definitions, claim: Claim) -> Statement:
    """T16: there is one equilibrium, to which every solution converges; and where it is, if the claim says so."""
    text, proof = f"globally_stable {file.network()}", _by_t16(file, claim, "attracts_by_T16")
    if "x" in claim.fields:
        place, found = some_states(file, Claim("some equilibria", {"equilibria": [{"x": claim["x"]}]}))
        text, proof = f"{text} /\\\n  {place}", f"split.\n{{ {proof} }}\n{{ {found} }}"
    return Statement("global_stability", text, proof)


def at_most_one(file: Definitions, claim: Claim) -> Statement:
    """T16: there are no two equilibria."""
    return Statement("at_most_one", f"one_at_most {file.network()}", _by_t16(file, claim, "one_by_T16"))


def _by_t16(file: Definitions, claim: Claim, theorem: str) -> str:
    if not isinstance(claim, Shown) or claim.proof["by"] != "T16":
        raise NotExported("proofs/ has this for networks with multipliers of T16 alone, which a certificate has")
    layers = flow_layers(file.core)
    if sum(layer.size for layer in layers) > MAX_NEURONS:
        raise NotExported(f"definiteness is computed for at most {MAX_NEURONS} neurons")
    heights = [number(claim.proof["heights"][layer.name], "heights") for layer in layers]
    multipliers = [number(each, "multipliers") for layer in layers for each in claim.proof["multipliers"][layer.name]]
    if not all(heights):
        raise NotExported("a layer has a constant activation; the theorem in proofs/Attraction.v is for slopes > 0")
    each = [height for height, layer in zip(heights, layers, strict=True) for _ in range(layer.size)]
    found = definite(twice(file.core, each, multipliers))
    if found is None:
        raise NotExported("the form of T16 is semidefinite alone; the theorem in proofs/ is for definite ones")
    file.need("Definite")
    file.need("Attraction")
    lemmas = [file.sloped(layer, height) for layer, height in zip(layers, heights, strict=True)]
    given = f"(heights := {vector(heights)}%Q) (multipliers := {vector(multipliers)}%Q)"
    head = f"apply {theorem} with {given}\n  {arguments(found)}."
    return "\n".join([head, f"2, 3: {COMPUTED_ONCE}.", *each_by(lemmas)])


def twice(core: Core, heights: list[Fraction], multipliers: list[Fraction]) -> list[list[Fraction]]:
    """Return D(diag(ρ/h) - W) and its transpose, added up, where heights are not 0; elsewhere twice the identity."""
    n = len(multipliers)
    leaks = [layer.leak.fraction(k) for layer in flow_layers(core) for k in range(layer.size)]
    found = [[Fraction(0)] * n for _ in range(n)]
    for i, drive in enumerate(affine_drives(core)):
        found[i][i] += 2 * multipliers[i] * leaks[i] / heights[i] if heights[i] else 2
        for j, weight in drive.slopes.items():
            if heights[i] and heights[j]:
                found[i][j] -= multipliers[i] * weight
                found[j][i] -= multipliers[i] * weight
    return found


def arguments(found: Definite) -> str:
    """Return the arguments s, c, mu and F of a theorem."""
    scales = f"(s := {found.scale}%Z) (c := {found.square}%Z) (mu := {found.margin}%Z)"
    return f"{scales}\n  (F := {whole_rows(found.factor)}%Z)"
