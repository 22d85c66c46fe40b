"""What to do next, and which premises fail: computed from the spec, for the reader. Nothing is proved by it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hopverify.checker.deciding import roles_of
from hopverify.checks import Claim
from hopverify.obligations import Outcome
from hopverify.spec import ModelSpec
from hopverify.verdict import Reason, Verdict

if TYPE_CHECKING:
    from hopverify.reporting.report import Row

# Reasons to which a premise that fails may be added; the others say all there is.
MORE_TO_SAY = frozenset(
    reason.name.lower()
    for reason in (
        Reason.OUTSIDE_THEOREM,
        Reason.NO_PROOF_FOUND,
        Reason.NO_WITNESS_FOUND,
        Reason.STEP_TOO_LONG,
        Reason.REGION_TOO_LARGE,
    )
)
_CHANGES_THE_ENERGY = ("energy_descent", "weight_symmetry")
_OF_ENERGIES = frozenset({*_CHANGES_THE_ENERGY, "lagrangian_convexity", "energy_flatness", "ghost_regions"})
# What another run may settle, by which option of `verify`.
_SEARCH_AGAIN = (
    ((Reason.BUDGET_EXHAUSTED, Reason.INTERRUPTED), "--timeout 3600", "gives it an hour"),
    (
        (Reason.NO_WITNESS_FOUND, Reason.STEP_TOO_LONG, Reason.FLIPS_NOT_CERTIFIED),
        "--seed 1",
        "looks for a counterexample among other states",
    ),
    ((Reason.WORKER_LOST,), "--jobs 1", "leaves all memory to one process"),
)


@dataclass(frozen=True)
class Step:
    """What to do next about a claim that is refuted or open: a command, and what it does."""

    command: str
    why: str

    @property
    def in_words(self) -> str:
        """Both in one line of plain text."""
        return f"{self.command}: {self.why}"


_FALLS = "looks for a model with the same equilibria and an energy that falls"
# No repair fits weights that no factors make symmetric.
AVERAGE = Step("(W + W.T) / 2", "in place of W makes another network, near this one if W is nearly symmetric")


def missing(row: Row, claim: Claim) -> tuple[str, ...]:
    """Return what keeps an open claim from being decided, as far as the model tells."""
    if row.verdict is not Verdict.UNKNOWN or row.reason is None or row.reason["code"] not in MORE_TO_SAY:
        return ()
    # It brings in what several theorems need, and most reports have nothing open.
    from hopverify.execution.missing import in_the_way

    pairs = zip(roles_of(claim), row.obligations, strict=True)
    not_shown = [obligation for (obligation, _), part in pairs if part["outcome"] != str(Outcome.PROVED)]
    return tuple(dict.fromkeys(said for obligation in not_shown for said in in_the_way(obligation)))


def advice(row: Row, spec: ModelSpec) -> tuple[Step, ...]:
    """Return what to do next about a claim; nothing where it is proved or does not concern the model."""
    if row.verdict is Verdict.FAIL:
        return (_against_refutation(row, spec),)
    return (_against_doubt(row, spec),) if row.verdict is Verdict.UNKNOWN else ()


def _against_refutation(row: Row, spec: ModelSpec) -> Step:
    if (row.witness or {}).get("symmetrisable") == "no":
        return AVERAGE
    if row.check in _OF_ENERGIES or _rises_at_once(row):
        if _is_asymmetric(row):
            return Step(_command("repair", spec), _repaired(row))
        if spec.energy is not None or any(not layer.bias_in_energy for layer in spec.layers.values()):
            return Step(_command("derive", spec, "--numbers"), "shows the energy that this flow has")
        if spec.original is None:
            return Step(_command("repair", spec), "looks for a model with the same equilibria and a sound energy")
    if row.check == "global_stability":
        return Step(_command("simulate", spec), "shows where states end")
    return _explained(row)


def _against_doubt(row: Row, spec: ModelSpec) -> Step:
    if _is_asymmetric(row):
        return Step(_command("repair", spec), _repaired(row))
    code = "" if row.reason is None else str(row.reason["code"])
    if code == Reason.REGION_TOO_LARGE.name.lower() and not row.missing:
        return Step(_command("verify", spec, "--max-boxes 4000000"), "lets the search cut more boxes")
    for reasons, option, why in _SEARCH_AGAIN:
        if code in {reason.name.lower() for reason in reasons}:
            return Step(_command("verify", spec, option), why)
    return _explained(row)


def _command(verb: str, spec: ModelSpec, option: str = "") -> str:
    """Return a command for a shell, or a call from Python where the spec has no file."""
    if not spec.file.startswith("<"):
        return f"hopverify {verb} {command_name(spec.file)} {option}".rstrip()
    name, _, value = option.removeprefix("--").removeprefix("max-").partition(" ")
    return f"{verb}(spec, {name}={value})" if value else f"{verb}(spec)"


def _explained(row: Row) -> Step:
    return Step(f"hopverify explain {row.check}", "explains the claim, its premises, and how large a model may be")


def _is_asymmetric(row: Row) -> bool:
    """Whether a claim about the energy is refuted or open because of a drive that is no gradient."""
    if row.check not in _CHANGES_THE_ENERGY and not _rises_at_once(row):
        return False
    return any("activations" in part.get("data", {}) or "pair" in part.get("data", {}) for part in row.obligations)


def _rises_at_once(row: Row) -> bool:
    """Whether no Euler step is short enough, since the energy rises along the flow itself."""
    return row.check == "step_size" and "rate" in (row.witness or {})


def _repaired(row: Row) -> str:
    if (row.witness or {}).get("symmetrisable") == "yes":
        return "writes a model with symmetric weights (symmetrised): the same flow, with an energy"
    return _FALLS


def next_steps(rows: Iterable[Row]) -> tuple[tuple[Step, tuple[str, ...]], ...]:
    """Return the steps of all claims, each once with the checks that it is for; what is not as asked comes first.

    Commands that differ in the name of the check are one step, as their first.
    """
    found: dict[str, tuple[Step, tuple[str, ...]]] = {}
    for row in sorted(rows, key=lambda row: row.met):
        for step in row.advice:
            known, others = found.setdefault(step.command.removesuffix(row.check), (step, ()))
            found[step.command.removesuffix(row.check)] = (known, tuple(dict.fromkeys((*others, row.check))))
    if AVERAGE.command in found:
        return tuple((step, checks) for step, checks in found.values() if step.why != _FALLS)
    return tuple(found.values())


def purpose(step: Step, checks: Sequence[str]) -> str:
    """Return what a step is for: for all checks at once, or for the first, which its command names, and others like it.

    >>> purpose(Step("hopverify repair a.yaml", "mends it"), ["energy_descent", "weight_symmetry"])
    'mends it (energy_descent, weight_symmetry)'
    >>> purpose(Step("hopverify explain equilibria", "explains it"), ["equilibria", "boundedness"])
    'explains it; likewise boundedness'
    """
    first, *others = checks
    if not step.command.endswith(f" {first}"):
        return f"{step.why} ({', '.join(checks)})"
    return f"{step.why}; likewise {', '.join(others)}" if others else step.why


def command_name(name: str) -> str:
    """Return a file name for a shell; one that begins with a hyphen must not be taken for an option.

    >>> command_name("my spec.yaml"), command_name("-x.yaml"), command_name("")
    ("'my spec.yaml'", './-x.yaml', 'SPEC')
    """
    return shlex.quote(f"./{name}" if name.startswith("-") else name) if name else "SPEC"
