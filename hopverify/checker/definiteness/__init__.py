"""Is a symmetric matrix positive definite? One method a file, found by name; each is a theorem about the exact matrix.

Evidence is ``{"method": name, …}``. A method computes and never searches; what it needs beyond the matrix (weights, an
order of elimination) stands in the evidence. :mod:`hopverify.numerics.definiteness` proposes it.

>>> import numpy as np
>>> from hopverify.checker.quadratic_forms import DenseForm
>>> check_definite(DenseForm.of(np.array([[2.0, 1.0], [1.0, 2.0]])), {"method": "cholesky"})
>>> check_definite(DenseForm.of(np.array([[1.0, 1.0], [1.0, 1.0]])), {"method": "cholesky"})
Traceback (most recent call last):
...
hopverify.errors.EvidenceRejected: cholesky: a pivot of the shifted matrix is not positive
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from hopverify.checker.payload import rational
from hopverify.checker.quadratic_forms import Form
from hopverify.errors import EvidenceRejected
from hopverify.registry import Registry


@dataclass(frozen=True)
class Method:
    """One way to show A ≻ 0: ``verify`` raises EvidenceRejected unless it has.

    ``verify`` gets one of ``forms`` and the payload, whose keys beside ``method`` are ``required`` and ``optional``.
    """

    name: str
    summary: str
    forms: tuple[type, ...]
    verify: Callable[[Any, Mapping[str, Any]], None]
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()


METHODS: Registry[Method] = Registry("hopverify.checker.definiteness", "METHOD", noun="method for definiteness")


def check_definite(form: Form, evidence: Any) -> None:
    """Raise :class:`EvidenceRejected` unless the evidence shows A ≻ 0 for the matrix of the form."""
    name = evidence.get("method") if isinstance(evidence, Mapping) else None
    if not isinstance(name, str) or name not in METHODS:
        raise EvidenceRejected(f"no method for definiteness is called {name!r}")
    method, keys = METHODS[name], set(evidence) - {"method"}
    if not isinstance(form, method.forms):
        raise EvidenceRejected(f"{name} is not for matrices given as {type(form).__name__}")
    if not method.required <= keys <= method.required | method.optional:
        wrong = ", ".join(sorted((keys - method.required - method.optional) | (method.required - keys)))
        raise EvidenceRejected(f"{name}: unexpected or missing keys: {wrong}")
    method.verify(form, evidence)


def check_above(form: Form, bound: Any, evidence: Any) -> Fraction:
    """Return the bound, a rational as text, if the evidence shows λ_min(A) > bound; else raise EvidenceRejected."""
    mu = rational(bound)
    check_definite(form.shifted(mu), evidence)
    return mu
