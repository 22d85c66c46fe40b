"""The run of one spec: what is still to be discharged, what has been found, and the entries that follow from it.

A claim asks for its premises first, and for what is necessary only once they are known and not all proved. Obligations
of several claims that are the same one are discharged once. Neither depends on the order in which findings come in.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from time import monotonic
from typing import Any

from hopverify.checker.deciding import Decision, entry_of, roles_of
from hopverify.checks import claims_of
from hopverify.execution.concluding import concluded
from hopverify.execution.discharging import finding_of
from hopverify.execution.events import Event, Watch, unseen
from hopverify.execution.packing import Pack, packed
from hopverify.execution.reasons import reason_for
from hopverify.execution.settings import Settings
from hopverify.execution.units import Finding, Offer, Place, Unit
from hopverify.networks import any_model
from hopverify.obligations import Obligation, Outcome
from hopverify.provers import DEAR, methods_for
from hopverify.spec import ModelSpec
from hopverify.verdict import Reason

Record = Callable[[str, Finding], None]
"""Keeps a finding on disk, with the statement of its obligation."""


class Run:
    """One spec under way; :attr:`done` once every claim has its entry. Raises ``SpecError`` for a bad spec.

    Its time counts from ``since``, when its file began to be read, or from now.
    """

    def __init__(
        self, spec: ModelSpec, settings: Settings, *, watch: Watch = unseen, since: float | None = None
    ) -> None:
        self.spec, self.settings, self.watch = spec, settings, watch
        self.budget = settings.budget(since)
        self.model = any_model(spec)
        self.claims = claims_of(spec, self.model)
        self.entries: dict[int, Mapping[str, Any]] = {}
        self.seconds = [0.0] * len(self.claims)
        self.offers: Mapping[Place, Offer] = {}
        self.record: Record = lambda statement, finding: None
        self._found: dict[Place, Finding] = {}
        # The claim on whose behalf an obligation is under way.
        self._under_way: dict[Place, int] = {}
        self._started: set[int] = set()
        self._arrange()
        self._tell("spec_read", digest=spec.digest, claims=len(self.claims), obligations=len(self._obligations))

    def _arrange(self) -> None:
        """Give every obligation one place, the first at which it stands, and each claim the places it asks for."""
        first: dict[Obligation, Place] = {}
        self._obligations: dict[Place, Obligation] = {}
        self._asks: list[list[tuple[Place, str]]] = []
        for number, (_, claim) in enumerate(self.claims):
            asked = []
            for position, (obligation, role) in enumerate(roles_of(claim) if claim.inapplicable is None else []):
                place = first.setdefault(obligation, Place(number, position))
                self._obligations[place] = obligation
                asked.append((place, role))
            self._asks.append(asked)

    @cached_property
    def pack(self) -> Pack:
        """The spec ready to travel to other processes."""
        return packed(self.spec)

    @property
    def done(self) -> bool:
        """Whether every claim has its entry."""
        return len(self.entries) == len(self.claims)

    @property
    def progress(self) -> tuple[int, int]:
        """How many of the obligations need no more work, and how many there are."""
        waiting = {place for number in self._open() for place, _ in self._asks[number] if place not in self._found}
        return len(self._obligations) - len(waiting), len(self._obligations)

    def keep(self, entries: Iterable[Mapping[str, Any]], seconds: Iterable[float]) -> None:
        """Take over the entries of a finished certificate that the checker has accepted."""
        self.entries, self.seconds = dict(enumerate(entries)), list(seconds)

    def resume(self, offers: Mapping[Place, Offer]) -> None:
        """Begin with what an earlier run left, as far as it speaks of this run's obligations."""
        self.offers = {
            place: offer
            for place, offer in offers.items()
            if place in self._obligations and self._obligations[place].statement == offer.statement
        }

    def next_unit(self, *, apart: bool) -> Unit | None:
        """Return what may be started now, if anything; ``apart``: with all that shares its search."""
        self._settle()
        ready = [
            (self._rank(place, number), place, number)
            for number in self._open()
            for place in self._wanted(number)
            if place not in self._under_way
        ]
        if not ready:
            return None
        _, place, number = min(ready)
        return self._unit(place, number, apart=apart)

    def _rank(self, place: Place, number: int) -> tuple[bool, bool, int]:
        """Return what is begun first: cheap before dear, and what the spec asks for before what only describes."""
        check = self.claims[number][0]
        aside = check.diagnostic and self.spec.checks is None and check.name not in self.spec.expect
        return type(self._obligations[place]) in DEAR, aside, number

    def _unit(self, place: Place, number: int, *, apart: bool) -> Unit:
        places = self._kin(place) if apart else {place: number}
        for begun in dict.fromkeys(places.values()):
            self._tell_start(begun)
        self._under_way |= places
        offers = {place: self.offers[place] for place in places if place in self.offers}
        return Unit(tuple(places), self.budget, offers)

    def _kin(self, place: Place) -> dict[Place, int]:
        """Return the obligations to start that share a search with one, each with a claim that asks for it."""
        kind = _search_behind(self._obligations[place])
        kin: dict[Place, int] = {}
        for number in self._open():
            for other in self._wanted(number):
                free = other not in self._under_way and other not in kin
                if free and (other == place or (kind and _search_behind(self._obligations[other]) == kind)):
                    kin[other] = number
        return kin

    def take(self, findings: Iterable[Finding]) -> None:
        """Take in what has been found, each finding once: some are heard of before their unit is done."""
        for finding in findings:
            if finding.place in self._under_way:
                self._take(finding, self._under_way.pop(finding.place))
        self._settle()

    def left_of(self, unit: Unit) -> Unit:
        """Return the part of a unit of which nothing has been heard."""
        return unit.only(place for place in unit.places if place in self._under_way)

    def _take(self, finding: Finding, number: int) -> None:
        self._found[finding.place] = finding
        self.seconds[number] += finding.seconds
        statement = self._obligations[finding.place].statement
        self.record(statement, finding)
        if finding.refused is not None:
            self._tell("evidence_refused", statement=statement, message=finding.refused)
        for failure in finding.failures:
            self._tell("search_failed", statement=statement, message=failure)
        done, total = self.progress
        self._tell(
            "obligation_finished",
            **self._named(number),
            statement=statement,
            outcome=str(finding.judgement.outcome),
            kept=finding.kept,
            seconds=round(finding.seconds, 3),
            done=done,
            total=total,
        )

    def hear(self, place: Place, done: int, total: int | None, unit: str) -> None:
        """Take in how far the search for an obligation is."""
        if place in self._under_way:
            named = self._named(self._under_way[place])
            statement = self._obligations[place].statement
            self._tell("searching", **named, statement=statement, done=done, total=total, unit=unit)

    def lose(self, unit: Unit) -> None:
        """Leave the obligations of a unit open: the processes that worked on it ended each time."""
        lost = replace(self.budget, deadline=float("-inf"), ended=Reason.WORKER_LOST)
        self.take([finding_of(place, self.claims, lost) for place in self.left_of(unit).places])

    def overrun(self, unit: Unit, seconds: float) -> None:
        """Leave the obligations of a unit open: the time is up, and its search, after so long, does not notice."""
        over = replace(self.budget, deadline=float("-inf"))
        spent = sum(self._found[place].seconds for place in unit.places if place in self._found)
        left = [finding_of(place, self.claims, over) for place in self.left_of(unit).places]
        left[:1] = [replace(finding, seconds=max(seconds - spent, 0.0)) for finding in left[:1]]
        self.take(left)

    def end(self, reason: Reason) -> None:
        """Leave everything open that has not been found, for this reason."""
        self.budget = replace(self.budget, deadline=float("-inf"), ended=reason)
        self.offers = {}
        self._under_way.clear()
        self._settle()

    def _settle(self) -> None:
        """Write the entries of the claims that ask for nothing more; when the time is up, nothing is searched."""
        if monotonic() > self.budget.deadline + self.settings.grace:
            # Judging what an earlier run left would take time as well; its journal still has it.
            self.offers = {}
        for number in self._open():
            wanted = self._wanted(number)
            while wanted and self.budget.exhausted and not self._is_busy(wanted):
                for place in wanted:
                    self._found[place] = finding_of(place, self.claims, self.budget)
                wanted = self._wanted(number)
            if not wanted:
                self._finish(number)

    def _is_busy(self, wanted: Iterable[Place]) -> bool:
        """Whether some of it is under way, or has evidence from an earlier run, which is judged in any case."""
        return any(place in self._under_way or place in self.offers for place in wanted)

    def _open(self) -> list[int]:
        return [number for number in range(len(self.claims)) if number not in self.entries]

    def _wanted(self, number: int) -> list[Place]:
        """Return what a claim still has to know: its premises, then what is necessary unless they are all proved."""
        premises = [place for place, role in self._asks[number] if role == "premise"]
        unknown = [place for place in premises if place not in self._found]
        if unknown or (premises and self._are_proved(premises)):
            return unknown
        return [place for place, _ in self._asks[number] if place not in self._found]

    def _are_proved(self, places: Iterable[Place]) -> bool:
        return all(self._found[place].judgement.outcome is Outcome.PROVED for place in places)

    def _finish(self, number: int) -> None:
        self._tell_start(number)
        check, claim = self.claims[number]
        asked = self._asks[number]
        premises = [place for place, role in asked if role == "premise"]
        implied = bool(premises) and self._are_proved(premises)
        decisions: list[Decision] = []
        reasons: list[Reason] = []
        for place, role in asked:
            obligation = self._obligations[place]
            if implied and role == "necessary":
                decisions.append(concluded(claim, len(decisions), decisions))
                continue
            finding = self._found[place]
            decisions.append(Decision(obligation, role, finding.evidence, finding.judgement))
            reasons += [finding.reason] if finding.reason is not None else []
        reason = reason_for(decisions, reasons) if asked else None
        self.entries[number] = entry_of(check, claim, decisions, reason, self.spec)
        verdict, seconds = str(self.entries[number]["verdict"]), round(self.seconds[number], 3)
        self._tell("claim_finished", **self._named(number), verdict=verdict, seconds=seconds)

    def _tell_start(self, number: int) -> None:
        if number not in self._started:
            self._started.add(number)
            self._tell("claim_started", **self._named(number))

    def _named(self, number: int) -> dict[str, Any]:
        check, claim = self.claims[number]
        return {"check": check.name, "subject": claim.subject, "claim": number + 1, "claims": len(self.claims)}

    def _tell(self, kind: str, **values: Any) -> None:
        self.watch(Event(kind, {"spec": self.spec.file, "name": self.spec.name} | values))


def _search_behind(obligation: Obligation) -> tuple[Hashable, tuple[str, ...]] | None:
    """Return what tells whether two obligations share a search: its place, and the provers that take them."""
    search: Hashable = getattr(obligation, "search", None)
    return None if search is None else (search, methods_for(obligation))
