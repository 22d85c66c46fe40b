"""Pydantic's findings in plain words, at the place in the text that they are about."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError

from hopverify.errors import Problem
from hopverify.spec.advice import advice
from hopverify.spec.bounds import MAX_PROBLEMS
from hopverify.spec.document import Document, child
from hopverify.spec.forms import Misplaced
from hopverify.spec.numbers import shown
from hopverify.spec.schema import SECTIONS, DocumentModel

_WANTED = {
    "dict_type": "a mapping (key: value)",
    "model_type": "a mapping (key: value)",
    "model_attributes_type": "a mapping (key: value)",
    "list_type": "a list",
}


def problems_of(error: ValidationError, document: Document) -> list[Problem]:
    """Return one problem for each of the findings."""
    # Near misses take time to find; of more findings than can be listed, some stand for all.
    findings = error.errors(include_url=False)[: 2 * MAX_PROBLEMS]
    return [_problem(dict(finding), document) for finding in findings]


def _problem(finding: dict[str, Any], document: Document) -> Problem:
    kind, steps, value = finding["type"], list(finding["loc"]), finding["input"]
    at_key = kind == "extra_forbidden"
    if steps and steps[-1] == "[key]":
        steps, at_key = steps[:-1], True
    if kind == "missing":
        key = str(steps.pop())
        message = f"the key {key!r} is missing: {_model(steps).model_fields[key].description}"
    elif kind == "extra_forbidden":
        message = f"unknown key{advice(str(steps[-1]), list(_model(steps[:-1]).model_fields))}"
    elif kind in _WANTED:
        message = f"must be {_WANTED[kind]}, got {shown(value)}"
    else:
        cause = finding.get("ctx", {}).get("error")
        message = str(cause) if isinstance(cause, ValueError) else f"is not valid here, got {shown(value)}"
        steps += list(cause.steps) if isinstance(cause, Misplaced) else []
        at_key = at_key or message.startswith("unknown key")
    path = ""
    for step in steps:
        path = child(path, step)
    return document.problem(path, message, at_key=at_key)


def _model(steps: list[str | int]) -> type[BaseModel]:
    """Return the model that describes the mapping at the path."""
    return SECTIONS[str(steps[0])] if len(steps) == 2 else DocumentModel
