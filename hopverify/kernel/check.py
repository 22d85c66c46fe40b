"""From documents to facts: each claim is accepted by the theorem that its proof names, or the document is rejected.

A certificate is a JSON object with the digest of a ``core``, and ``claims``: objects with a ``claim`` and a ``proof``.
A proof says by which theorem (``by``), and holds what had to be found. Its ``premises``, if any, are such objects; one
that is a claim alone cites what was accepted before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from hopverify.kernel import claims, json_values
from hopverify.kernel.claims import Claim
from hopverify.kernel.core import Core
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.functions import precision
from hopverify.kernel.numbers import need, refuse_reserved, refusing, shown
from hopverify.kernel.theorems import THEOREMS

ORIGINAL = "original: "

MAX_DEPTH = 8
"""How deep premises may stand in premises."""

RESERVED = ("low rank", "faces")
"""Ways of proof of later versions (docs/claims.md)."""

Accepted = dict[tuple[int, str, str], Fact]
"""What was accepted, by the core that it is about (facts keep their cores alive), and by the claim."""


def accept(core: Core, document: Any, where: str = "claim", before: Accepted | None = None) -> Fact:
    """Return the fact that a claim with its proof shows of a core, or raise :class:`Rejected` with place and reason.

    Premises may cite what was accepted ``before``, to which the fact is added.
    """
    before = {} if before is None else before
    with refusing(where), precision():
        return _accepted(core, document, where, before)


def _accepted(core: Core, document: Any, where: str, before: Accepted) -> Fact:
    need(where.count(".premises[") <= MAX_DEPTH, where, f"premises are nested at most {MAX_DEPTH} deep")
    json_values.keys(document, where, "claim", "proof")
    claim = claims.read(document["claim"], where)
    proof = document["proof"]
    need(isinstance(proof, dict), where, "the proof is an object")
    by = proof.get("by")
    refuse_reserved(by, RESERVED, f"{where}.proof")
    known = sorted(way for name, way in THEOREMS if name == claim.name)
    need(isinstance(by, str) and by in known, where, f"{claim.name!r} is shown by one of {known}, not by {shown(by)}")
    premise = partial(_premise, before, core)
    core, claim = _meant(core, claim)
    found = {key: value for key, value in proof.items() if key != "by"}
    fact = THEOREMS[claim.name, by](Case(core, claim, found, where, premise))
    before[_key(core, claim)] = fact
    return fact


def _premise(before: Accepted, core: Core, document: Any, where: str) -> Fact:
    """Return the fact that an entry of premises shows by its proof, or that it cites; it names layers as entries do."""
    if not isinstance(document, dict) or set(document) != {"claim"}:
        return accept(core, document, where, before)
    cited = _key(*_meant(core, claims.read(document["claim"], where)))
    need(cited in before, where, "it has no proof, and was not accepted before")
    return before[cited]


def _key(core: Core, claim: Claim) -> tuple[int, str, str]:
    return id(core), claim.name, json_values.canonical(claim.fields)


def _meant(core: Core, claim: Claim) -> tuple[Core, Claim]:
    """Return the core that a claim is about: ``original: x`` is a layer of the original, if none here has that name."""
    name = claim.fields.get("layer")
    if core.original is None or not isinstance(name, str) or not name.startswith(ORIGINAL):
        return core, claim
    if name in {layer.name for layer in core.layers}:
        return core, claim
    return core.original, Claim(claim.name, {**claim.fields, "layer": name.removeprefix(ORIGINAL)})


def check(core: Core, certificate: Any) -> Iterator[Fact]:
    """Yield the facts of a certificate, in its order."""
    need(isinstance(certificate, dict), "certificate", "expected an object")
    for key in ("core", "results" if "results" in certificate else "claims"):
        need(key in certificate, "certificate", f"the key {key!r} is missing")
    stated = certificate["core"]
    need(stated == core.digest, "certificate", f"it is about another core: {shown(stated)}, not {core.digest}")
    before: Accepted = {}
    for where, entry in _entries(certificate):
        yield accept(core, entry, where, before)


def _entries(certificate: Any) -> Iterator[tuple[str, Any]]:
    """Yield claims with their proofs, and where they stand: in a list, or as evidence in a certificate of hopverify."""
    if "results" not in certificate:
        for position, each in enumerate(json_values.listed(certificate["claims"], "claims")):
            yield f"claims[{position}]", each
        return
    for number, result in enumerate(json_values.listed(certificate["results"], "results")):
        where = f"results[{number}]"
        need(isinstance(result, dict), where, "expected an object")
        for place, row in enumerate(json_values.listed(result.get("obligations"), where)):
            evidence = row.get("evidence") if isinstance(row, dict) else None
            if isinstance(evidence, dict) and evidence.get("rule") == "kernel":
                entry = {key: value for key, value in evidence.items() if key not in ("rule", "survives")}
                yield f"{where}.obligations[{place}]", entry
