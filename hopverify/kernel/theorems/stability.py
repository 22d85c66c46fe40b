"""The stability of each equilibrium of a list (T7): what is told of each is shown by a way of its own."""

from collections.abc import Callable, Mapping
from typing import Any

from hopverify.kernel.energy import Energy
from hopverify.kernel.entries import read_entries
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.json_values import canonical, keys, listed
from hopverify.kernel.linearised import Beside, Linear
from hopverify.kernel.numbers import need
from hopverify.kernel.theorems import stability_by_form, stability_by_lyapunov
from hopverify.kernel.theorems.gradient_of_l import gradient_premises
from hopverify.kernel.theorems.stability_row import Row
from hopverify.kernel.theorems.undetermined_states import premises_of

WAYS: Mapping[str, Callable[[Row], None]] = {
    "form": stability_by_form.positive,
    "range": stability_by_form.positive_in_range,
    "copositive": stability_by_form.copositive,
    "direction": stability_by_form.negative,
    "neutral": stability_by_form.neutral,
    "lyapunov": stability_by_lyapunov.lyapunov,
    "T16": stability_by_lyapunov.attracting,
}
"""How the stability of one equilibrium is shown."""

TOLD = ("lambda_max_at_most", "rate", "direction", "because", "dimension", "ends")


def each(case: Case) -> Fact:
    """Premise 0 lists the equilibria; others show g = ∇L for whole layers that state g, or that one attracts all.

    Each row has the x of its place in the list, the neurons that are alive and those at a kink, and a way that shows
    whether it is stable; of an undecided one nothing is shown. Of any it may have the energy there.
    """
    case.keys("premises", "proofs")
    claim, where = case.claim, case.where
    rows, proofs = listed(claim["equilibria"], where), listed(case.proof["proofs"], f"{where}.proof.proofs")
    case.need(len(rows) == len(proofs), "expected a proof, or null, for each equilibrium")
    flow = Linear(case.core)
    entries = premises_of(case, _needed(case, flow))
    case.need(len(rows) == len(entries), "the premise lists another number of equilibria")
    states, energy = read_entries(entries, flow.size, where), Energy(case.core)
    for place, (row, entry, state, proof) in enumerate(zip(rows, entries, states, proofs, strict=True)):
        at = f"{where}.equilibria[{place}]"
        keys(row, at, "x", "alive", "stability", optional=("at_kink", "energy", *TOLD))
        alike = all(canonical(row.get(key)) == canonical(entry.get(key)) for key in ("x", "dimension", "ends"))
        need(alike, at, "it is another one than the premise lists")
        if "energy" in row:
            energy.check(state, row["energy"], f"{at}.energy")
        _check(Beside(flow, state), row, proof, at)
    return Fact(case.core, claim)


def _needed(case: Case, flow: Linear) -> list[tuple[str, dict[str, str]]]:
    """Return the premises after the list that the ways of the rows need."""
    by = {str(proof.get("by")) for proof in case.proof["proofs"] if isinstance(proof, dict)}
    needed = flow.whole if by & {"range", "direction"} else []
    wanted = [each for layer, _ in needed for each in gradient_premises(layer)]
    return [*wanted, *([("global stability", {})] if "T16" in by else [])]


def _check(beside: Beside, told: Mapping[str, Any], proof: Any, where: str) -> None:
    """Refuse a row of which something is not shown."""
    need(canonical(told["alive"]) == canonical(beside.alive), where, f"the neurons {beside.alive} are alive")
    kinks = canonical(told.get("at_kink", [])) == canonical(beside.at_kink)
    need(kinks, where, f"the neurons {beside.at_kink} are at a kink")
    if told["stability"] == "undecided":
        shown = {"lambda_max_at_most", "rate", "direction"} & set(told)
        need(proof is None and not shown, where, "nothing is shown of what is undecided")
        need(isinstance(told.get("because", ""), str), where, "a remark is a text")
        return
    need(beside.flow.flows, where, "instantaneous neurons may have several states for one drive")
    known = ("neutral", "unstable") if "dimension" in told else ("stable", "unstable")
    need(told["stability"] in known, where, f"it is {known[0]}, unstable or undecided")
    need("because" not in told, where, "remarks are about what is undecided")
    by = str(proof.get("by")) if isinstance(proof, dict) else ""
    need(by in WAYS, where, f"stability is shown by one of {sorted(WAYS)}")
    WAYS[by](Row(beside, told, {key: value for key, value in proof.items() if key != "by"}, where))
