"""Which claims about a core a file is to state: those that the kernel accepts, of a certificate or without one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hopverify.exporting.refusal import NotExported
from hopverify.kernel.arrays import Array
from hopverify.kernel.check import Accepted, accept, check
from hopverify.kernel.claims import Claim, read
from hopverify.kernel.core import Core, Layer
from hopverify.kernel.json_values import canonical, parse
from hopverify.kernel.numbers import Rejected

Fields = dict[str, Any]
"""A claim as JSON."""


@dataclass(frozen=True)
class Shown(Claim):
    """A claim with the proof that the kernel accepted, as JSON."""

    proof: Fields = field(default_factory=dict)


NO_PREMISE = [{"by": by} for by in ("entries", "commuting", "definition", "composition", "identity", "slope")]
"""Proofs that need nothing found by a search."""


def claims_of(core: Core, certificate: str | None = None) -> list[Claim]:
    """Return the claims that the kernel decides in the text of a certificate; without one, those accepted at sight.

    Raises :class:`NotExported` for a certificate that the kernel does not accept.
    """
    if certificate is None:
        return list(_at_sight(core))
    try:
        document = parse(certificate)
        list(check(core, document))
    except (Rejected, ValueError, RecursionError) as error:
        raise NotExported(f"the kernel rejects the certificate: {error}") from error
    found = [each for entry in _entries(document) for each in _with_premises(core, entry)]
    # Of the same claim twice the first one has the proof; the other one may cite it.
    return list({canonical([each.name, dict(each.fields)]): each for each in reversed(found)}.values())[::-1]


def _entries(document: Any) -> Iterator[Fields]:
    """Yield the entries of a certificate that the kernel accepts, as docs/claims.md says where they stand."""
    if "results" not in document:
        yield from document["claims"]
        return
    for row in (row for result in document["results"] for row in result["obligations"]):
        evidence = row.get("evidence")
        if isinstance(evidence, dict) and evidence.get("rule") == "kernel":
            yield evidence


def _with_premises(core: Core, entry: Fields) -> Iterator[Claim]:
    """Yield the claims that an entry proves: its premises, unless they are about the original, and what follows."""
    if "proof" not in entry:
        return
    claim, proof = read(entry["claim"], "claim"), entry["proof"]
    layer = claim.fields.get("layer")
    original = isinstance(layer, str) and layer not in {each.name for each in core.layers}
    for premise in [] if original else proof.get("premises", []):
        yield from _with_premises(core, premise)
    yield from _row_by_row(Shown(claim.name, claim.fields, proof))


def _row_by_row(shown: Shown) -> Iterator[Shown]:
    """Yield a claim; one about the stability of all listed equilibria as a claim about each of them."""
    if shown.name != "stability":
        yield shown
        return
    for row, proof in zip(shown["equilibria"], shown.proof["proofs"], strict=True):
        yield Shown(shown.name, {"equilibria": [row], "all": False}, {"by": "each", "proofs": [proof]})


def _at_sight(core: Core) -> Iterator[Claim]:
    before: Accepted = {}
    for claim in _candidates(core):
        found = _accepted(core, claim, NO_PREMISE, before)
        if found is not None:
            yield found
    descent = _accepted(core, {"claim": "descent"}, [{"by": "T2", "premises": _premises(core)}], before)
    if descent is not None:
        yield descent


def _accepted(core: Core, claim: Fields, proofs: list[Fields], before: Accepted) -> Claim | None:
    """Return the claim if the kernel accepts it by one of the proofs."""
    for proof in proofs:
        try:
            return accept(core, {"claim": claim, "proof": proof}, before=before).claim
        except Rejected:
            continue
    return None


def _candidates(core: Core) -> Iterator[Fields]:
    for name, held in core.arrays.items():
        if len(held.shape) == 2 and held.shape[0] == held.shape[1]:
            yield _of_matrix(name, held)
    for layer in core.layers:
        if isinstance(layer, Layer):
            yield _times(layer)
            for claim in ("convex", "gradient of L", "Lipschitz activation"):
                yield {"claim": claim, "layer": layer.name}
    for synapse in core.synapses:
        yield {"claim": "gradient drive", "synapse": synapse.name}
        yield {"claim": "Lipschitz drive", "synapse": synapse.name}


def _premises(core: Core) -> list[Fields]:
    """Return the premises of T2 in their order: all but the first are cited."""
    found: list[Fields] = [{"claim": {"claim": "derived energy"}, "proof": {"by": "core"}}]
    layers = [layer for layer in core.layers if isinstance(layer, Layer)]
    for synapse in core.synapses:
        found += [{"claim": {"claim": f"{kind} drive", "synapse": synapse.name}} for kind in ("gradient", "Lipschitz")]
    for layer in layers:
        for claim in ("Lipschitz activation", "gradient of L"):
            found.append({"claim": {"claim": claim, "layer": layer.name}})
    for layer in layers:
        if not layer.instantaneous:
            found += [{"claim": {"claim": "convex", "layer": layer.name}}, {"claim": _times(layer)}]
    return found


def _times(layer: Layer) -> Fields:
    one_time = all(tau == layer.tau.entries[0] for tau in layer.tau.entries)
    because = "one time constant" if one_time else "H is diagonal"
    return {"claim": "compatible times", "layer": layer.name, "because": because}


def _of_matrix(name: str, held: Array) -> Fields:
    n, matrix = held.shape[0], {"matrix": ["array", name]}
    pairs = ((i, j) for i in range(n) for j in range(i + 1, n))
    unequal = [(i, j) for i, j in pairs if held.entries[i * n + j] != held.entries[j * n + i]]
    if not unequal:
        return {"claim": "symmetric", **matrix}
    i, j = unequal[0]
    values = [str(held.fraction(i * n + j)), str(held.fraction(j * n + i))]
    return {"claim": "not symmetric", **matrix, "pair": [i, j], "values": values, "unequal_pairs": len(unequal)}
