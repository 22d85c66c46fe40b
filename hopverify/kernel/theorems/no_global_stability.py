"""No equilibrium attracts every solution: there are two, or one is unstable (T17), or some solution is unbounded."""

from typing import Any

from hopverify.kernel import points
from hopverify.kernel.entries import read_entries
from hopverify.kernel.facts import Case, Fact
from hopverify.kernel.flow import Flow
from hopverify.kernel.json_values import canonical, listed
from hopverify.kernel.linearised import Beside, Linear
from hopverify.kernel.theorems.bounded_solutions import regularity_premises
from hopverify.kernel.theorems.equilibria import check_some


def two(case: Case) -> Fact:
    """Two equilibria or more, of the flow with the given numbers: what rests at one does not converge to another."""
    case.keys()
    case.need(len(_entries(case)) >= 2, "the claim lists two equilibria")
    check_some(case, Flow(case.core.given))
    return Fact(case.core, case.claim)


def unstable(case: Case) -> Fact:
    """One equilibrium, which is unstable by premise 0, and beside which the flow has continuous derivatives.

    What converges to it lies in the preimages of a centre-stable manifold, a null set: the other premises are that
    activations and drives are locally Lipschitz, and instantaneous layers follow those with τ > 0.
    """
    case.keys("premises")
    where, entries = case.where, _entries(case)
    case.need(len(entries) == 1, "the claim lists one equilibrium")
    points.check_explicit(case.core)
    premises = listed(case.proof["premises"], where)
    case.need(bool(premises), "premise 0 says which equilibria are unstable")
    fact = case.accept(premises[0], f"{where}.premises[0]")
    case.need(fact.core is case.core and fact.claim.name == "stability", "premise 0 is not about stability")
    told = {canonical(row["x"]) for row in fact.claim["equilibria"] if row["stability"] == "unstable"}
    flow = Linear(case.core)
    (entry,) = read_entries(entries, flow.size, where)
    case.need(canonical(entries[0]["x"]) in told, "premise 0 does not say that it is unstable")
    case.need(Beside(flow, entry).is_smooth, "the flow may have no continuous derivatives there")
    case.premises(*regularity_premises(case.core), first=1)
    return Fact(case.core, case.claim)


def unbounded(case: Case) -> Fact:
    """Some solution is unbounded, by the premise, so that it converges to nothing. No equilibria are listed."""
    case.keys("premises")
    case.need(not case.claim.fields, "no equilibria are shown in this way")
    case.premises(("unbounded solutions", {}))
    return Fact(case.core, case.claim)


def _entries(case: Case) -> list[Any]:
    case.need("equilibria" in case.claim.fields, "the claim lists equilibria")
    return listed(case.claim["equilibria"], case.where)
