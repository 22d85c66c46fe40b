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
    from hopverify.certificate import Certificate, read_certificate
    from hopverify.checker import check_certificate
    from hopverify.derivation import derive
    from hopverify.model import build_model
    from hopverify.pipeline import verify
    from hopverify.spec import parse_spec, read_spec

__version__ = "0.1.0"

__all__ = [
    "Certificate",
    "__version__",
    "build_model",
    "check_certificate",
    "derive",
    "parse_spec",
    "read_certificate",
    "read_spec",
    "verify",
]

_PLACES = {
    "Certificate": "certificate",
    "build_model": "model",
    "check_certificate": "checker",
    "derive": "derivation",
    "parse_spec": "spec",
    "read_certificate": "certificate",
    "read_spec": "spec",
    "verify": "pipeline",
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
