"""Subjects of repairs from short specs, and the models of what is proposed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from hopverify.networks import AlteredSystem, Model, altered_system, build_model
from hopverify.repairs import Proposal, Refusal, outcomes
from hopverify.repairs.subject import SOLVERS, Subject
from hopverify.spec import parse_spec, read_spec

HEAD = "hopverify: 1\nname: small\n"


def subject(body: str, solvers: tuple[str, ...] = SOLVERS) -> Subject:
    """Return the subject of a spec without its first lines."""
    spec = parse_spec(HEAD + body)
    return Subject(spec, build_model(spec), "../small.yaml", "small", solvers)


def network(W: Any, *, lagrangian: str = "relu", bias: Any = 0, more: str = "") -> Subject:
    """Return one layer with dense weights; ``more`` is added to the layer."""
    return subject(
        f"layers: {{x: {{size: {len(W)}, lagrangian: {lagrangian}, bias: {text(bias)}{more}}}}}\n"
        f"synapses: {{w: {{kind: dense, layers: [x, x], weights: {text(W)}}}}}\n"
    )


def text(value: Any) -> str:
    """Return numbers, lists and arrays of them as a spec writes them."""
    if isinstance(value, np.ndarray | list | tuple):
        return "[" + ", ".join(map(text, value)) + "]"
    return str(value)


def proposed(found: Subject, name: str) -> Proposal:
    """Return what a repair proposes."""
    (outcome,) = outcomes(found, only=name)
    assert isinstance(outcome, Proposal), outcome
    return outcome


def refused(found: Subject, name: str) -> str:
    """Return why a repair does not fit."""
    (outcome,) = outcomes(found, only=name)
    assert isinstance(outcome, Refusal), outcome.text
    return outcome.reason


def model_of(proposal: Proposal) -> Model:
    """Return the model of a proposal, without the original that it names."""
    lines = [line for line in proposal.text.splitlines() if not line.startswith("original:")]
    return build_model(parse_spec("\n".join(lines) + "\n"))


def system_of(proposal: Proposal) -> AlteredSystem:
    """Return the altered system of a proposal."""
    system = altered_system(model_of(proposal))
    assert isinstance(system, AlteredSystem), system
    return system


def of_file(path: Path) -> Subject:
    """Return the subject of a spec in a file."""
    spec = read_spec(path)
    return Subject(spec, build_model(spec), f"../{path.name}", path.stem)
