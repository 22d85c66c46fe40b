"""Proofs stand once in a certificate: later premises cite the claims that earlier entries of the kernel have shown.

An *entry* is evidence of the kernel: a claim with its proof, whose premises are entries too, or claims alone. While it
is searched for and judged an entry is whole. In a certificate a premise whose claim stands before it is that claim.

>>> list_ = {"claim": {"claim": "equilibria"}, "proof": {"by": "tree"}}
>>> stability = {"rule": "kernel", "claim": {"claim": "stability"}, "proof": {"by": "each", "premises": [list_]}}
>>> cited = brief(stability, {canonical(list_["claim"]): list_})
>>> cited["proof"]["premises"], whole(cited, {canonical(list_["claim"]): list_}) == stability
([{'claim': {'claim': 'equilibria'}}], True)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from hopverify.certificate import canonical

Entry = Mapping[str, Any]

Known = dict[str, Entry]
"""Entries by the text of their claims."""


def is_entry(evidence: Any) -> bool:
    """Whether evidence is for the kernel, with a claim and a proof."""
    stated = isinstance(evidence, Mapping) and evidence.get("rule") == "kernel"
    return stated and "claim" in evidence and isinstance(evidence.get("proof"), Mapping)


def whole(entry: Any, known: Known) -> Any:
    """Return an entry with the proofs of what its premises cite, as far as they are known, or stand in it before."""
    held = dict(known)

    def completed(premise: Entry) -> Entry:
        if set(premise) == {"claim"}:
            return held.get(canonical(premise["claim"]), premise)
        _hold(premise, held)
        return premise

    return _mapped(entry, completed)


def brief(entry: Any, known: Known) -> Any:
    """Return an entry with premises that cite what is known; what it shows itself is known from then on."""

    def cited(premise: Entry) -> Entry:
        if canonical(premise["claim"]) in known:
            return {"claim": premise["claim"]}
        remember(premise, known)
        return premise

    return _mapped(entry, cited)


def is_whole(entry: Any) -> bool:
    """Whether no premise cites anything."""
    premises = _premises(entry) or []
    return all(isinstance(each, Mapping) and "proof" in each and is_whole(each) for each in premises)


def unproved(entry: Any, known: Known) -> Any:
    """Return an entry whose premises cite what is known by the very same proof."""
    premises = _premises(entry)
    if premises is None:
        return entry
    changed = [{"claim": each["claim"]} if _is_known(each, known) else unproved(each, known) for each in premises]
    return {**entry, "proof": {**entry["proof"], "premises": changed}}


def _is_known(premise: Any, known: Known) -> bool:
    return isinstance(premise, Mapping) and "claim" in premise and known.get(canonical(premise["claim"])) == premise


def once_each(results: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the results of a certificate with each proof once."""
    known: Known = {}
    return [{**result, "obligations": [_once(row, known) for row in result["obligations"]]} for result in results]


def _once(row: Mapping[str, Any], known: Known) -> Mapping[str, Any]:
    if not is_entry(row.get("evidence")):
        return row
    evidence = brief(row["evidence"], known)
    known.setdefault(canonical(evidence["claim"]), evidence)
    return {**row, "evidence": evidence}


def known_of(evidence: Iterable[Any]) -> Known:
    """Return what evidence shows that is for the kernel, whole and in its order."""
    known: Known = {}
    for each in evidence:
        if is_entry(each):
            remember(each, known)
    return known


def remember(entry: Any, known: Known) -> None:
    """Add an entry, and those of its premises, to what is known."""

    def added(premise: Entry) -> Entry:
        _hold(premise, known)
        return premise

    added(_mapped(entry, added))


def _hold(premise: Entry, known: Known) -> None:
    if "proof" in premise:
        known.setdefault(canonical(premise["claim"]), {key: premise[key] for key in ("claim", "proof")})


def _mapped(entry: Any, change: Callable[[Entry], Entry]) -> Any:
    """Return an entry whose premises, and theirs, are changed, if it has some: in the order in which they are shown."""

    def changed(premise: Any) -> Any:
        inner = _mapped(premise, change)
        return change(inner) if isinstance(inner, Mapping) and "claim" in inner else inner

    premises = _premises(entry)
    if premises is None:
        return entry
    return {**entry, "proof": {**entry["proof"], "premises": [changed(each) for each in premises]}}


def _premises(entry: Any) -> list[Any] | None:
    proof: Any = entry.get("proof") if isinstance(entry, Mapping) else None
    premises = proof.get("premises") if isinstance(proof, Mapping) else None
    return premises if isinstance(premises, list) else None
