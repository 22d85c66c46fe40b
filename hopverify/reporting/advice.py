"""What to do next, and which premises fail: computed from the spec, for the reader. Nothing is proved by it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from hopverify.checker.deciding import roles_of
from hopverify.checks import Claim
from hopverify.execution.missing import in_the_way
from hopverify.obligations import Outcome
from hopverify.reporting.report import Row
from hopverify.verdict import Reason, Verdict

# Reasons to which a premise that fails may be added; the others say all there is.
_MORE_TO_SAY = frozenset(
    reason.name.lower()
    for reason in (
        Reason.OUTSIDE_THEOREM,
        Reason.NO_PROOF_FOUND,
        Reason.NO_WITNESS_FOUND,
        Reason.STEP_TOO_LONG,
        Reason.REGION_TOO_LARGE,
    )
)
_OUTSIDE = Reason.OUTSIDE_THEOREM.name.lower()
_CHANGES_THE_ENERGY = ("energy_descent", "weight_symmetry")


def missing(row: Row, claim: Claim) -> tuple[str, ...]:
    """Return what keeps an open claim from being decided, as far as the model tells."""
    if row.verdict is not Verdict.UNKNOWN or row.reason is None or row.reason["code"] not in _MORE_TO_SAY:
        return ()
    pairs = zip(roles_of(claim), row.obligations, strict=True)
    not_shown = [obligation for (obligation, _), part in pairs if part["outcome"] != str(Outcome.PROVED)]
    return tuple(dict.fromkeys(said for obligation in not_shown for said in in_the_way(obligation)))


def advice(row: Row, file: str) -> Iterator[str]:
    """Yield the commands that help with a claim."""
    if row.verdict is Verdict.UNKNOWN and row.reason is not None and row.reason["code"] == _OUTSIDE:
        yield f"`hopverify explain {row.check}` tells what the theorem needs"
    if _is_asymmetric(row):
        yield f"`hopverify repair {command_name(file)}` {_repaired(row)}"


def _is_asymmetric(row: Row) -> bool:
    """Whether a claim about the energy is refuted or open because of a drive that is no gradient."""
    if row.check not in _CHANGES_THE_ENERGY or row.verdict not in (Verdict.FAIL, Verdict.UNKNOWN):
        return False
    return any("violated" in part.get("data", {}) or "pair" in part.get("data", {}) for part in row.obligations)


def _repaired(row: Row) -> str:
    if (row.witness or {}).get("symmetrisable") == "yes":
        return "writes that model (symmetrised): the same flow, with an energy"
    return "looks for a model with the same equilibria and an energy that falls"


def command_name(name: str) -> str:
    """Return a file name for a shell; one that begins with a hyphen must not be taken for an option.

    >>> command_name("my spec.yaml"), command_name("-x.yaml"), command_name("")
    ("'my spec.yaml'", './-x.yaml', 'SPEC')
    """
    return shlex.quote(f"./{name}" if name.startswith("-") else name) if name else "SPEC"
