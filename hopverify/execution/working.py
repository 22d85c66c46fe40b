"""What a worker does, in whatever process: unpack the spec, rebuild the obligations, discharge them one at a time."""

from __future__ import annotations

from threading import Lock

from hopverify.errors import HopverifyError
from hopverify.execution.discharging import findings_of
from hopverify.execution.packing import Shelf
from hopverify.execution.settings import versions
from hopverify.execution.units import Finding, Place, Report, Unit

# The precision of ball arithmetic is one number for the process: a worker with threads still does one unit at a time.
_ONE_AT_A_TIME = Lock()
_SHELF = Shelf()


def unheard(place: Place, done: int, total: int | None, unit: str) -> None:
    """Report to nobody."""


def work(unit: Unit, key: str, content: bytes | None, report: Report = unheard) -> list[Finding] | None:
    """Return the findings of a unit; None asks for the spec's content, which did not come along and is not here."""
    with _ONE_AT_A_TIME:
        claims = _SHELF.claims(key, content)
        return None if claims is None else findings_of(unit, claims, report)


def require(expected: dict[str, str]) -> None:
    """Refuse to work beside processes with other versions: the certificate names one version of each."""
    here = versions()
    other = [f"{name} {here[name]} instead of {expected[name]}" for name in expected if here[name] != expected[name]]
    if other:
        raise HopverifyError(
            f"a worker of the cluster has {', '.join(other)}: install the same versions on all machines of the cluster"
        )
