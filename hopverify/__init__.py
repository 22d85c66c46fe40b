"""Verified energies for Hopfield networks and dense associative memories.

A model is specified declaratively; hopverify derives its energy and Hessians, proves or refutes its
properties, and writes a certificate that an independent checker accepts.

>>> from hopverify import parse_spec, verify
>>> spec = parse_spec("{hopverify: 1, name: tiny, layers: {x: {size: 2, lagrangian: tanh}}, checks: [energy_flatness]}")
>>> verify(spec).verdict
<Verdict.PASS: 'pass'>

The heavy libraries (SymPy, SciPy) are imported where they are used, and the names below when they are asked for, so
that ``import hopverify`` stays light. In a notebook, results show themselves (:mod:`hopverify.notebook`).
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hopverify.api.actions import altered_system, build_model, check, derive, drawings, report, simulate
    from hopverify.api.evaluating import evaluate
    from hopverify.api.networks import Layer, Synapse, dense_memory, hopfield, model
    from hopverify.api.repairing import repair
    from hopverify.api.verifying import verify
    from hopverify.certificate import Certificate, read_certificate
    from hopverify.errors import ArgumentError, CertificateRejected, HopverifyError, SpecError
    from hopverify.results import Result
    from hopverify.spec import ModelSpec, parse_spec, read_spec
    from hopverify.verdict import Verdict

__version__ = "0.1.0"

__all__ = [
    "ArgumentError",
    "Certificate",
    "CertificateRejected",
    "HopverifyError",
    "Layer",
    "ModelSpec",
    "Result",
    "SpecError",
    "Synapse",
    "Verdict",
    "__version__",
    "altered_system",
    "build_model",
    "check",
    "dense_memory",
    "derive",
    "drawings",
    "evaluate",
    "hopfield",
    "model",
    "parse_spec",
    "read_certificate",
    "read_spec",
    "repair",
    "report",
    "simulate",
    "verify",
]

_PLACES = {
    "ArgumentError": "errors",
    "Certificate": "certificate",
    "CertificateRejected": "errors",
    "HopverifyError": "errors",
    "Layer": "api.networks",
    "ModelSpec": "spec",
    "Result": "results",
    "SpecError": "errors",
    "Synapse": "api.networks",
    "Verdict": "verdict",
    "altered_system": "api.actions",
    "build_model": "api.actions",
    "check": "api.actions",
    "dense_memory": "api.networks",
    "derive": "api.actions",
    "drawings": "api.actions",
    "evaluate": "api.evaluating",
    "hopfield": "api.networks",
    "model": "api.networks",
    "parse_spec": "spec",
    "read_certificate": "certificate",
    "read_spec": "spec",
    "repair": "api.repairing",
    "report": "api.actions",
    "simulate": "api.actions",
    "verify": "api.verifying",
}


def __getattr__(name: str) -> Any:
    """Return a public name from the package that has it (PEP 562)."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _show_in_notebooks() -> None:
    """Let results show themselves where this is a notebook, or IPython; nothing is imported anywhere else."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is not None:
        # By its name: what lies below must not come to depend on what shows it.
        import_module(f"{__name__}.notebook").load_ipython_extension(shell)


_show_in_notebooks()
