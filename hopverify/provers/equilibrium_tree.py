"""Branch and prune for all equilibria of a network with linear drives, level by level, thousands of boxes at once.

Where multipliers for T16 exist there is one equilibrium and no other: the tree then grows in a small box around a
floating approximation of it, and mostly is that box alone.

Boxes are contracted with the checker's own contraction; what is left is verified (smooth activations), solved exactly
(one segment left for every neuron), or cut: between two segments where there is a kink to cut at, else in the middle of
the neuron whose width matters most. The tree that comes out is the evidence.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Evidence, canonical
from hopverify.checker.boxes import Boxes, Floats
from hopverify.checker.contraction import Contractor
from hopverify.checker.equilibria import chunks, halves, joined
from hopverify.checker.exact_solution import Face, SegmentSystems
from hopverify.checker.listing import around, replayed, root
from hopverify.checker.payload import text_of, texts_of
from hopverify.errors import EvidenceRejected
from hopverify.networks.segments import Segment, segments
from hopverify.numerics.branching import ALIKE, branching_neurons, foremost
from hopverify.numerics.feasibility import point_in_box
from hopverify.numerics.growth import propose_box
from hopverify.numerics.outward import merged, outward
from hopverify.numerics.search_tree import Tree
from hopverify.numerics.segment_list import is_piecewise_linear
from hopverify.numerics.settling import Settling
from hopverify.obligations import AllEquilibria, DecidedStability, FlatRegionsInBasins, RecoveredStates
from hopverify.obligations import Search as Region
from hopverify.provers import Budget, Prover
from hopverify.provers._lists import kernel_list, rows_by_kernel, told_by_kernel
from hopverify.provers.lure_multipliers import multipliers_for
from hopverify.verdict import Reason

# A box is verified where Krawczyk's set stays away from its ends by this share of its width: what is claimed of the
# equilibrium is somewhat wider than what encloses it, and has to lie in the box too.
WITHIN = 2.0**-6
# The ends that are claimed lie so far out, relatively; the second serves where the first is too coarse to decide.
SHARES = (2.0**-36, 2.0**-56)
NARROW = 2.0**-24
MAX_WORK_PIECEWISE, MAX_WORK_SMOOTH, MAX_WORK_WHOLE = 1_200_000_000, 300_000_000, 20_000_000
WIDTHS, SHORT = (2.0**-30, 2.0**-22), 64

# Without a bounded box, at most this many choices of segments are gone through.
MAX_UNBOUNDED = 2**14


class Search:
    """One search from a box; ``run`` grows the tree until every box is decided or the budget is spent."""

    def __init__(self, search: Region, budget: Budget, start: Boxes) -> None:
        self.left = start
        self.network, self.region, self.budget = search.network, search.region, budget
        network = self.network
        self.contractor, self.systems = Contractor(network), SegmentSystems(network)
        self.parts: list[tuple[Segment, ...] | None] = [segments(function) for function in network.functions]
        self.piecewise = all(part is not None for part in self.parts)
        self.influence = np.abs(self.contractor.A).sum(axis=0) + 1e-3
        self.branching = branching_neurons(network.W, [neurons for _, neurons in network.places()])
        self.tree, self.boxes = Tree(), 0
        # A box costs a few products of N × N matrices.
        work = MAX_WORK_PIECEWISE if self.piecewise else MAX_WORK_SMOOTH if network.elementwise else MAX_WORK_WHOLE
        self.most = min(budget.boxes, work // self.network.size**3)

    def run(self) -> Tree:
        """Return the tree, once every box has its code."""
        while len(self.left):
            self._grow()
        return self.tree

    def _grow(self) -> None:
        boxes, size = self.left, self.network.size
        spent = self.boxes + len(boxes) > self.most
        codes, children = zip(*(self._level(chunk, spent) for chunk in chunks(boxes, size)), strict=True)
        self.tree.levels.append("".join(codes))
        self.left = joined(children, size)

    def _level(self, boxes: Boxes, spent: bool) -> tuple[str, Boxes]:
        """Return the codes of boxes, and the parts of those that are cut; none once the time is up."""
        self.boxes += len(boxes)
        self.budget.report(self.boxes, None, "boxes")
        if self.budget.exhausted:
            return "?" * len(boxes), joined([], self.network.size)
        contracted, void = self.contractor.contract(boxes)
        codes = np.where(void, ".", "?")
        if not self.piecewise:
            self._verify(contracted, codes)
        children: list[Boxes] = []
        left = np.flatnonzero(codes == "?")
        scores = dict(zip(left.tolist(), [] if self.piecewise else self._scores(contracted[left]), strict=False))
        for position in left:
            code, parts = self._decide(contracted, int(position), spent, scores.get(int(position)))
            codes[position] = code
            children += parts
        return "".join(codes), joined(children, self.network.size)

    def _verify(self, boxes: Boxes, codes: NDArray[np.str_]) -> None:
        tried = np.flatnonzero((codes == "?") & np.isfinite(boxes.upper - boxes.lower).all(axis=1))
        if len(tried):
            image, wide, inside = self.contractor.verified(boxes[tried])
            away = WITHIN * (wide.upper - wide.lower)
            inside &= ((image.lower - wide.lower > away) & (wide.upper - image.upper > away)).all(axis=1)
            codes[tried[inside]] = "k"

    def _decide(self, boxes: Boxes, position: int, spent: bool, scores: Floats | None) -> tuple[str, list[Boxes]]:
        open_neurons = np.flatnonzero(boxes.first[position] < boxes.last[position])
        if self.piecewise and not len(open_neurons):
            self._note_face(boxes, position)
            return "s", []
        if spent:
            return "?", []
        cut = self._segment_cut(boxes, position, open_neurons) if scores is None else self._cut(boxes, position, scores)
        if cut is None:
            return "?", []
        self.tree.cuts.append(cut)
        return "c", [halves(boxes, position, cut[0], cut[1], self.parts)]

    def _note_face(self, boxes: Boxes, position: int) -> None:
        """Note whether there is a solution; for a singular system with some, look for one in segments and region."""
        number = len(self.tree.fruitful)
        pattern = boxes.first[position]
        chosen = [part[int(k)] for part, k in zip(self.parts, pattern, strict=True) if part is not None]
        solution = self.systems.solve(chosen)
        self.tree.fruitful.append(solution is not None)
        if isinstance(solution, Face):
            bounds = [(part.lower, part.upper) for part in chosen]
            if self.region is not None:
                bounds = [_common(own, ends) for own, ends in zip(bounds, self.region, strict=True)]
            point = point_in_box(solution.matrix, solution.right, bounds)
            if point is not None:
                self.tree.faces[str(number)] = texts_of(point)

    def _segment_cut(self, boxes: Boxes, position: int, open_neurons: NDArray[np.int64]) -> list[Any]:
        """Cut the most influential undecided neuron at the kink nearest to the middle of its interval."""
        width = np.minimum(boxes.upper[position] - boxes.lower[position], 1e6)
        neuron = int(open_neurons[foremost((width * self.influence)[open_neurons])])
        own = self.parts[neuron]
        assert own is not None
        kinks = range(int(boxes.first[position, neuron]), int(boxes.last[position, neuron]))
        low, high = np.clip([boxes.lower[position, neuron], boxes.upper[position, neuron]], -1e6, 1e6)
        gaps = np.array([abs(float(own[k].upper or 0) - (low + high) / 2) for k in kinks])
        return [neuron, kinks[foremost(1 / (1 + gaps))]]

    def _scores(self, boxes: Boxes) -> Floats:
        """Return how far the uncertainty of each neuron spreads to the others, (B, N)."""
        h_low, h_high = self.contractor.activations.slopes(boxes)
        spread = h_high - h_low + 1e-6
        spread = self.influence * spread if spread.ndim == 2 else np.einsum("i,bij->bj", self.influence, spread)
        score = (boxes.upper - boxes.lower) * spread * self.branching
        return np.where(np.isfinite(score), score, 0.0)

    def _cut(self, boxes: Boxes, position: int, scores: Floats) -> list[Any] | None:
        """Cut the neuron whose uncertainty spreads most, in the middle of its interval."""
        lower, upper = boxes.lower[position], boxes.upper[position]
        width, neuron = upper - lower, foremost(scores)
        if not np.isfinite(width).all() or width[neuron] < NARROW * (1 + abs(upper[neuron])):
            return None
        # Off the middle, so that symmetric equilibria do not fall on a cut.
        at = lower[neuron] + 0.4871 * width[neuron]
        unit = 2.0 ** np.floor(np.log2(width[neuron] * (1 + ALIKE)) - 10)
        return [neuron, str(Fraction(float(np.round(at / unit) * unit)))]


def _common(own: tuple[Fraction | None, Fraction | None], ends: tuple[Fraction, Fraction]) -> tuple[Fraction, Fraction]:
    """Return what an interval, whose ends may be infinite, and one of the region have in common."""
    lower, upper = own
    return ends[0] if lower is None else max(lower, ends[0]), ends[1] if upper is None else min(upper, ends[1])


@lru_cache(maxsize=4)
def _growing(search: Region, budget: Budget) -> tuple[list[str] | None, Search]:
    """Return the box at the root of a tree, and the search; several statements ask for the same one."""
    box = None
    if search.region is None:
        z = propose_box(search.network)
        box = texts_of(z) if z is not None else None
    return box, Search(search, budget, root(search, box))


def _told(box: list[str] | None, tree: Tree) -> Evidence:
    return {"rule": "equilibrium_tree", "box": box, **json.loads(canonical(tree.evidence()))}


def grown(search: Region, budget: Budget) -> Iterator[Evidence]:
    """Yield the tree as evidence for a list of all states, with the boxes that it claims."""
    box, growing = _growing(search, budget)
    yield from _claiming(search, _told(box, growing.run()))


@lru_cache(maxsize=4)
def _only_one(search: Region, budget: Budget) -> str | None:
    """Return multipliers for T16 with a tree that finds the one equilibrium, as JSON text; None where that fails."""
    multipliers = next(multipliers_for(search.model, budget), None)
    x = Settling(search.network).followed() if multipliers is not None else None
    if multipliers is None or x is None:
        return None
    for width in WIDTHS:
        around_x = width * (1 + np.abs(x))
        box = texts_of(np.concatenate([x - around_x, x + around_x]).tolist())
        tree = Search(search, budget, around(search, box)).run()
        codes = "".join(tree.levels)
        if "?" not in codes and ("k" in codes or "s" in codes):
            return canonical(multipliers | {"rule": "equilibrium_tree", "box": box} | tree.evidence())
    near: Any = np.array([Fraction(value).limit_denominator(SHORT) for value in x.tolist()], dtype=object)
    if not search.network.rests_at(near):
        return None
    stated: Evidence = {"box": None, "levels": [], "cuts": [], "faces": {}, "equilibrium": texts_of(near)}
    return canonical(multipliers | stated | {"rule": "equilibrium_tree"})


def _search(
    obligation: AllEquilibria | DecidedStability | FlatRegionsInBasins | RecoveredStates, budget: Budget
) -> Iterator[Evidence]:
    search = obligation.search
    if isinstance(obligation, AllEquilibria | DecidedStability):
        yield from told_by_kernel(search, budget)
    else:
        yield from rows_by_kernel(obligation, budget)
    if search.linear is None:
        return
    only = _only_one(search, budget)
    if only is not None:
        yield from _claiming(search, json.loads(only))
    if _is_left(search, budget) or (search.region is None and not _can_start(search)):
        return
    try:
        yield from grown(search, budget)
    except EvidenceRejected:
        return


def _is_left(search: Region, budget: Budget) -> bool:
    """Whether the kernel's list is not complete, and would take far longer here: where neurons act for themselves.

    In a region it is tried: enclosures of smooth neurons may reach over an end, and are sharpened here.
    """
    if not search.network.elementwise or (search.region is not None and not is_piecewise_linear(search.network)):
        return False
    listed = kernel_list(search, budget)
    return listed is not None and listed[0]["claim"] == "some equilibria"


def _claiming(search: Region, evidence: Evidence) -> Iterator[Evidence]:
    """Yield the evidence with the boxes that it claims of enclosed equilibria, short ones first."""
    own = replayed(search, evidence).enclosed
    if not own:
        yield evidence
        return
    for share in SHARES:
        boxes = merged(outward(each.lower, each.upper, share) for each in own)
        yield evidence | {"enclosures": [_interval_texts(*box) for box in boxes]}


def _interval_texts(lower: Floats, upper: Floats) -> list[list[str]]:
    return [[text_of(low), text_of(high)] for low, high in zip(lower.tolist(), upper.tolist(), strict=True)]


def _is_confined(search: Region) -> bool:
    """Whether contraction alone makes the whole space a bounded box: activations are bounded layer after layer."""
    contracted, _ = Contractor(search.network).contract(root(search, None))
    return bool(np.isfinite(contracted.upper - contracted.lower).all())


def _can_start(search: Region) -> bool:
    """Whether there is a bounded box, or few enough choices of segments to go through them all."""
    if propose_box(search.network) is not None or _is_confined(search):
        return True
    counts = [len(part) for part in (segments(function) for function in search.network.functions) if part is not None]
    return len(counts) == search.network.size and prod(counts) <= MAX_UNBOUNDED


PROVER = Prover(
    name="equilibrium_tree",
    summary="branch and prune for all equilibria of a network with linear drives",
    search=_search,
    reason=Reason.REGION_TOO_LARGE,
    exact=True,
)
