"""All provers at work on small models: what each offers for an obligation, and what the checker makes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

from hopverify.checker.deciding import Decision, decide, family_of, roles_of
from hopverify.checker.rules import RULES
from hopverify.checks import Claim, claims_of
from hopverify.errors import EvidenceRejected
from hopverify.networks import any_model
from hopverify.obligations import Obligation
from hopverify.provers import PROVERS, Budget, NothingToSearchError, Prover, accepting
from hopverify.spec import ModelSpec, parse_spec
from tests.profiles import by_profile, profile
from tests.soundness.test_attack import EXTRA
from tests.specs import SPECS, spec_at

HUNT = profile() == "hunt"
SMALL = 16
CANDIDATES = by_profile(3, 12, 12)
ENOUGH = by_profile(1, 12, 10**9)
"""How many candidates of a search are judged, and of how many obligations of one kind a prover's are accepted."""

FIRST = (
    "two-layer-cells", "negative-synchronous", "epanechnikov", "ghostmax-memory", "global-lure", "hamux-convention",
    "negative-self-excitation", "negative-input-driven-plasticity", "metastable", "gelu-memory-altered",
    "negative-vector-layernorm", "negative-gelu", "softmax-memory", "hopfield-1982", "entmax-memory",
    "relu-five-equilibria",
)  # fmt: skip
"""Specs that between them need many provers; without them the others are gone through for longer."""

MORE = EXTRA | {
    "escaping": """
hopverify: 1
name: escaping
layers:
  s: {size: 3, states: spins}
synapses:
  w: {kind: dense, layers: [s, s], weights: [[0, 1, 1], [1, 0, 1], [1, 1, 0]]}
memories:
  m: {layer: s, patterns: [[1, 1, 1]]}
update: asynchronous
checks: [{spin_correction: {flips: 2}}, spin_fixed_points]
""",
    "haunted": """
hopverify: 1
name: haunted
layers:
  x: {size: 2, lagrangian: {expression: "norm(x - mean(x), 1 + relu(sum(x))^2)"}, bias: [3, 3]}
checks: [ghost_regions]
""",
    "anywhere": """
hopverify: 1
name: anywhere
layers:
  x: {size: 2, lagrangian: identity, bias: [2, 0]}
synapses:
  w: {kind: dense, layers: [x, x], weights: [[-3, 3], [3, -3]]}
memories:
  m: {layer: x, patterns: [[1, 1]]}
checks: [basin_cells]
""",
    "unsettled": """
hopverify: 1
name: unsettled
layers:
  x: {size: 2, lagrangian: tanh}
synapses:
  w: {kind: dense, layers: [x, x], weights: {values: [[0, 0.25], [0.25, 0]], tolerance: 0.125}}
checks: [global_stability]
""",
    "saddle": """
hopverify: 1
name: saddle
layers:
  x: {size: 2, lagrangian: {expression: "x[0]^2 + 3*x[0]*x[1] + x[1]^2"}}
checks: [lagrangian_convexity]
""",
    "shifted": """
hopverify: 1
name: shifted
layers:
  x: {size: 2, lagrangian: {expression: "logsumexp(x)", of: layer}}
checks: [energy_flatness]
""",
}
"""Models for provers and rules that no small spec of the project needs."""


@dataclass(frozen=True)
class Offer:
    """Evidence that a prover offers for an obligation, and the decision, or why the checker refuses it."""

    spec: str
    claim: Claim
    place: int
    prover: str
    evidence: Any
    decision: Decision | None
    refusal: str | None

    @property
    def obligation(self) -> Obligation:
        return roles_of(self.claim)[self.place][0]

    @property
    def rule(self) -> str:
        return str(self.evidence["rule"])


def models() -> Iterator[tuple[str, ModelSpec]]:
    """Yield models, those first that need many provers and little time."""
    paths = sorted(SPECS.rglob("*.yaml"), key=lambda path: (path.stem not in FIRST, path))
    yield from ((name, parse_spec(text)) for name, text in MORE.items())
    for path in paths:
        spec = spec_at(path)
        if sum(layer.size for layer in (*spec.layers.values(), *spec.spins.values())) <= SMALL:
            yield path.stem, spec


def offers_of(name: str, spec: ModelSpec, done: Counter[tuple[str, str]]) -> Iterator[Offer]:
    """Yield what the provers offer for the obligations of a spec; ``done`` counts what each has proved or refuted."""
    for _, claim in claims_of(spec, any_model(spec)):
        for place, (obligation, _) in enumerate(roles_of(claim)):
            for prover in accepting(obligation):
                key = prover.name, type(obligation).__name__
                if done[key] < ENOUGH:
                    found = list(_offers(name, claim, place, prover))
                    done[key] += any(offer.decision is not None for offer in found)
                    yield from found


def _offers(name: str, claim: Claim, place: int, prover: Prover) -> Iterator[Offer]:
    (obligation, role), rules = roles_of(claim)[place], set()
    try:
        for evidence in islice(prover.search(obligation, Budget(samples=30, boxes=300)), CANDIDATES):
            try:
                decision = decide(obligation, role, evidence, family_of(claim, place))
            except EvidenceRejected as error:
                yield Offer(name, claim, place, prover.name, evidence, None, str(error))
                continue
            if evidence["rule"] not in rules:
                rules.add(evidence["rule"])
                yield Offer(name, claim, place, prover.name, evidence, decision, None)
    except (NothingToSearchError, EvidenceRejected, ArithmeticError):
        return


@cache
def offers() -> tuple[Offer, ...]:
    """Return what all provers offer; in a short run the search ends once every prover and every rule has been seen."""
    done: Counter[tuple[str, str]] = Counter()
    found: list[Offer] = []
    missing = {*(("prover", name) for name in PROVERS.entries), *(("rule", name) for name in RULES.entries)}
    for name, spec in models():
        for offer in offers_of(name, spec, done):
            found.append(offer)
            if offer.decision is not None:
                missing -= {("prover", offer.prover), ("rule", offer.rule)}
        if not missing and not HUNT:
            break
    return tuple(found)


def accepted() -> list[Offer]:
    """Return the offers that the checker accepts."""
    return [offer for offer in offers() if offer.decision is not None]
