"""What is fuzzed. A target takes bytes, and raises only if something is wrong with the code that reads them."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Literal

from hopverify.certificate import parse_certificate
from hopverify.checker import check_certificate
from hopverify.checker.deciding import roles_of
from hopverify.checker.rules import RULES, judge
from hopverify.checks import claims_of
from hopverify.errors import CertificateRejected, EvidenceRejected, ExpressionError, SpecError
from hopverify.expr.parser import parse
from hopverify.networks import Model, build_model
from hopverify.pipeline import verify
from hopverify.spec import ModelSpec, parse_spec

CORPUS = Path(__file__).parent / "corpus"

# Larger models take time that says nothing about the reader.
MAX_NEURONS = 24


def _spec(data: bytes, format: Literal["yaml", "json", "toml"]) -> None:
    try:
        text = data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return
    try:
        spec = parse_spec(text, format=format)
        if sum(layer.size for layer in spec.layers.values()) <= MAX_NEURONS:
            claims_of(spec, build_model(spec))
    except SpecError as error:
        check_problems(error)


def check_problems(error: SpecError) -> None:
    """Messages name a place in the text, and can be printed."""
    assert all(problem.line >= 1 and problem.column >= 1 for problem in error.problems)
    str(error).encode()


def _expression(data: bytes) -> None:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return
    try:
        read = parse(text)
    except ExpressionError as error:
        check_offset(error, text)
        return
    # What is printed is read as what it was.
    assert parse(str(read)) == read
    layer = {"size": 2, "lagrangian": {"expression": text}}
    try:
        spec = parse_spec(json.dumps({"hopverify": 1, "name": "fuzzed", "layers": {"x": layer}}), format="json")
        model = build_model(spec)
    except SpecError as error:
        check_problems(error)
        return
    examine(spec, model)


def check_offset(error: ExpressionError, text: str) -> None:
    """A message points into the text, and can be printed."""
    assert error.offset is None or 0 <= error.offset <= len(text)
    str(error).encode()


def examine(spec: ModelSpec, model: Model) -> None:
    """Offer each obligation every rule that needs no payload: they read the structure of expressions."""
    for _, claim in claims_of(spec, model):
        for obligation, _ in roles_of(claim):
            for rule in RULES:
                if not rule.required and isinstance(obligation, rule.obligations):
                    with suppress(EvidenceRejected):
                        judge(obligation, {"rule": rule.name})


SPECS = {
    b"r": "{size: 2, lagrangian: relu, bias: [0.5, -1]}",
    b"g": "{size: 2, lagrangian: gelu, bias: [0.5, -1]}",
    b"s": "{size: 2, lagrangian: softmax, tau: [1, 3]}",
}


@cache
def spec_of(letter: bytes) -> ModelSpec:
    """Return the spec of a letter."""
    layer = SPECS.get(letter, SPECS[b"r"])
    synapse = "{kind: dense, layers: [x, x], weights: [[0, 0.5], [0.5, 0]]}"
    return parse_spec(f"{{hopverify: 1, name: fuzzed, layers: {{x: {layer}}}, synapses: {{w: {synapse}}}}}")


@cache
def certificate_of(letter: bytes) -> str:
    """Return the certificate of that spec."""
    return verify(spec_of(letter), samples=50).to_json()


def decided(text: str) -> Any:
    """Return what a certificate says, without evidence and what is for information."""
    body = json.loads(text)
    for entry in body["results"]:
        entry.pop("reason", None)
        for row in entry["obligations"]:
            row.pop("evidence", None)
    return {key: value for key, value in body.items() if key not in ("made_with", "seconds")}


def _checker(data: bytes) -> None:
    letter, text = data[:1], data[1:].decode("utf-8", "replace")
    try:
        certificate = parse_certificate(text)
        check_certificate(spec_of(letter), certificate)
    except CertificateRejected as error:
        str(error).encode()
        return
    assert decided(text) == decided(certificate_of(letter if letter in SPECS else b"r"))


TARGETS: dict[str, Callable[[bytes], None]] = {
    "yaml": lambda data: _spec(data, "yaml"),
    "json": lambda data: _spec(data, "json"),
    "toml": lambda data: _spec(data, "toml"),
    "expression": _expression,
    "checker": _checker,
}
