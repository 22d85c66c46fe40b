"""Notebooks: certificates, models, derivations and altered systems show themselves in Jupyter and IPython.

IPython is told by name which values are shown how, so that the packages that make them know nothing of it, and nothing
is imported before there is something to show. That happens when hopverify is imported in a notebook; anywhere else
``%load_ext hopverify.notebook`` does it.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

SHOWN = {
    ("hopverify.certificate", "Certificate"): {"text/html": "certificate_html", "text/plain": "certificate_text"},
    ("hopverify.networks.network", "Model"): {
        "text/markdown": "model_markdown",
        "text/latex": "model_latex",
        "text/plain": "model_text",
    },
    ("hopverify.networks.altered", "AlteredSystem"): {
        "text/markdown": "system_markdown",
        "text/latex": "system_latex",
        "text/plain": "system_text",
    },
    ("hopverify.derivation.deriving", "Derivation"): {
        "text/markdown": "derivation_markdown",
        "text/latex": "derivation_latex",
        "text/plain": "derivation_text",
    },
    ("hopverify.simulation.values", "Simulation"): {"image/svg+xml": "simulation_svg", "text/plain": "simulation_text"},
    ("hopverify.reporting.figures.drawing", "Drawing"): {"image/svg+xml": "drawing_svg", "text/plain": "drawing_text"},
}
"""What is shown, by module and class: for each form, the function of :mod:`hopverify.reporting.notebooks`."""


def load_ipython_extension(shell: Any) -> None:
    """Register what shows the values; called by ``%load_ext hopverify.notebook``."""
    formatters = shell.display_formatter.formatters
    for (module, name), forms in SHOWN.items():
        for form, function in forms.items():
            formatters[form].for_type_by_name(
                module, name, _plainly(function) if form == "text/plain" else _by(function)
            )


def _by(function: str) -> Any:
    def show(value: Any) -> Any:
        return getattr(import_module("hopverify.reporting.notebooks"), function)(value)

    return show


def _plainly(function: str) -> Any:
    """Return a function for IPython's printer of plain text, which hands over itself."""

    def show(value: Any, printer: Any, cycle: bool) -> None:
        printer.text(_by(function)(value))

    return show
