"""What values say of themselves when they are printed: a certificate its table, a result and a simulation their lines.

What is printed is what the value says. Nothing is checked here; ``hopverify.check`` does that.
"""

from __future__ import annotations

from functools import singledispatch
from io import StringIO
from typing import Any

from hopverify.certificate import Certificate
from hopverify.reporting.material import check_form
from hopverify.reporting.plain import plain
from hopverify.reporting.report import report_of, row_of
from hopverify.reporting.sentences import details
from hopverify.results import Result
from hopverify.simulation import Simulation

SHOWS = "its `found` shows"


@singledispatch
def printed(value: Any) -> str:
    """Return the text of a value, without what could disturb a terminal."""
    raise TypeError(f"nothing is printed of a {type(value).__name__}")


@printed.register
def _(certificate: Certificate) -> str:
    from hopverify.reporting.terminal import console_for, show

    check_form(certificate)
    stream = StringIO()
    show(report_of(certificate.made_for, certificate, checked=True), console_for(stream, colour=False))
    return stream.getvalue().rstrip("\n")


@printed.register
def _(result: Result) -> str:
    row = row_of(result.entry)
    head = plain(f"{result.check} of {result.subject}: {result.verdict}")
    return "\n    ".join([head, *(plain(line) for line in details(row, shows=SHOWS, lists=SHOWS))])


@printed.register
def _(simulation: Simulation) -> str:
    from hopverify.reporting.simulation import simulation_in_words

    return simulation_in_words(simulation)
