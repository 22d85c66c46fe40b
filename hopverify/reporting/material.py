"""What a report is made of: a certificate and, where its spec is at hand, the derivation and the drawings.

Before anything is told, the certificate is examined against its spec. Without the spec only its form can be: then the
report says that nothing was checked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hopverify.certificate import Certificate
from hopverify.checker import check_certificate
from hopverify.errors import CertificateRejected, HopverifyError
from hopverify.results import ANY
from hopverify.spec import ModelSpec
from hopverify.verdict import Verdict

if TYPE_CHECKING:
    from hopverify.derivation import Derivation, Numbers, Section
    from hopverify.reporting.figures import Drawing


@dataclass(frozen=True)
class Material:
    """``certificate_file`` and ``spec_file`` are names for the reader; ``without`` tells why there are no equations.

    ``examined``: the checker accepted the certificate when this was gathered. ``arrays`` are the numbers of the model,
    and ``written_out`` its equations with the numbers in them, for few neurons.
    """

    certificate: Certificate
    certificate_file: str
    spec: ModelSpec | None = None
    spec_file: str = ""
    examined: bool = False
    derivation: Derivation | None = None
    without: str = ""
    drawings: tuple[Drawing, ...] = ()
    arrays: tuple[Numbers, ...] = ()
    written_out: tuple[Section, ...] = ()


def gather(
    certificate: Certificate,
    certificate_file: str,
    spec: ModelSpec | None = None,
    *,
    equations: bool = True,
    figures: bool = True,
    progress: Callable[[str], None] = lambda name: None,
) -> Material:
    """Return the material of a report; raise :class:`CertificateRejected` for a certificate that does not hold.

    ``equations`` and ``figures`` tell what is wanted; ``progress`` hears of each claim before it is decided again.
    """
    if spec is None:
        check_form(certificate)
        return Material(certificate, certificate_file, without="the spec was not found")
    check_certificate(spec, certificate, progress=progress)
    found = Material(certificate, certificate_file, spec, spec.file, True, without="this format has none")
    found = replace(found, drawings=tuple(_drawn(spec, certificate)) if figures else ())
    return _with_equations(found, spec) if equations else found


def _with_equations(material: Material, spec: ModelSpec) -> Material:
    """Return the material with arrays, equations and derivation; a report does without what cannot be derived."""
    from hopverify.derivation import arrays_of, derive, written_out
    from hopverify.networks import any_model

    model = any_model(spec)
    arrays = arrays_of(model)
    material = replace(material, arrays=arrays)
    try:
        return replace(material, derivation=derive(model), written_out=written_out(model, arrays), without="")
    except HopverifyError as error:
        return replace(material, without=str(error))


def _drawn(spec: ModelSpec, certificate: Certificate) -> list[Drawing]:
    from hopverify.reporting.figures import drawings_of

    return drawings_of(spec, certificate)


def check_form(certificate: Certificate) -> None:
    """Raise :class:`CertificateRejected` unless every entry has the keys and types that a report reads."""
    if not {"name", "digest"} <= set(certificate.spec):
        raise CertificateRejected("spec: expected a name and a digest")
    _check_verdict("the certificate", certificate.verdict)
    for number, entry in enumerate(certificate.results, start=1):
        _check_entry(f"entry {number}", entry)


_TEXTS = ("check", "subject", "statement", "theory", "verdict", "expected")


def _check_entry(name: str, entry: Mapping[str, Any]) -> None:
    if not all(isinstance(entry.get(key), str) for key in _TEXTS):
        raise CertificateRejected(f"{name}: expected text for {', '.join(_TEXTS)}")
    _check_verdict(name, entry["verdict"])
    if entry["expected"] != ANY:
        _check_verdict(name, entry["expected"])
    for key in ("assumptions", "method"):
        if not isinstance(entry.get(key), list) or not all(isinstance(text, str) for text in entry[key]):
            raise CertificateRejected(f"{name}: {key}: expected a list of texts")
    reason = entry.get("reason")
    if reason is not None and not (isinstance(reason, dict) and isinstance(reason.get("text"), str)):
        raise CertificateRejected(f"{name}: reason: expected an object with a text")
    obligations = entry.get("obligations")
    if not isinstance(obligations, list) or not all(_is_obligation(row) for row in obligations):
        raise CertificateRejected(f"{name}: obligations: expected objects with statement, role, outcome, and a rule")


def _is_obligation(row: Any) -> bool:
    if not isinstance(row, dict) or not all(isinstance(row.get(key), str) for key in ("statement", "role", "outcome")):
        return False
    if not isinstance(row.get("data", {}), dict):
        return False
    # What is refuted is so by evidence.
    evidence = row.get("evidence", None if row["outcome"] == "refuted" else {"rule": ""})
    if not isinstance(evidence, dict) or not isinstance(evidence.get("rule"), str):
        return False
    # What the kernel accepted names a claim, and a theorem.
    claim, proof = evidence.get("claim"), evidence.get("proof")
    return evidence["rule"] != "kernel" or (
        isinstance(claim, dict) and "claim" in claim and isinstance(proof, dict) and "by" in proof
    )


def _check_verdict(name: str, text: str) -> None:
    if text not in list(Verdict):
        raise CertificateRejected(f"{name}: no verdict is called {text!r}")
