"""Cells of networks with any weights, and with layers that act as a whole: boxes that the flow keeps (T9)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Evidence
from hopverify.checker.rules.lure import steepest
from hopverify.errors import EvidenceRejected
from hopverify.expr.floats import FLOATS
from hopverify.networks import Layer, LinearNetwork, linear_network
from hopverify.numerics.flow_boxes import CLOSE, Boxes, Ends
from hopverify.numerics.limits import OutOfTimeError
from hopverify.obligations import BasinCells
from hopverify.provers import Budget, Prover
from hopverify.provers._retrieved_rows import NONE, Cell, Rows
from hopverify.provers._stored_rows import is_small
from hopverify.provers._verified import accepts
from hopverify.provers.cell_growth import inward, unit_of
from hopverify.provers.stored_patterns import settled
from hopverify.verdict import Reason

Floats = NDArray[np.float64]
STEPS = 8


def _search(obligation: BasinCells, budget: Budget) -> Iterator[Evidence]:
    """Offer the rows that the kernel accepts; symmetric weights of neurons alone are another method's."""
    if not is_small(obligation) or obligation.model.uncertain:
        return
    network = linear_network(obligation.model)
    if network is None or (network.elementwise and network.is_symmetric and obligation.network is not None):
        return
    try:
        heights = [_steepest(layer) for layer in network.layers for _ in range(layer.size)]
        growth, rows = _Growth(obligation, network, heights, budget), Rows(obligation)
        around = {mu: found for mu in range(len(rows.patterns)) if (found := growth.around(mu)) is not None}
    except (OutOfTimeError, EvidenceRejected):
        return
    for d in growth.candidates(around):
        multipliers = growth.named(d)
        kept: dict[int, dict[str, Any]] = {}
        for mu, (x, rest) in around.items():
            for cell in growth.cells(mu, x, rest, d):
                row = rows.row(mu, cell)
                if accepts(obligation.model, rows.alone(mu, row, multipliers)):
                    kept[mu] = row
                    break
        if kept:
            yield rows.evidence([kept.get(mu, NONE) for mu in range(len(rows.patterns))], multipliers)


def _steepest(layer: Layer) -> float:
    """Return a bound of the slopes of a layer that acts as a whole; those of others are seen on boxes."""
    return np.inf if layer.function.elementwise else float(steepest(layer))


class _Growth:
    """Boxes beside the patterns of one obligation."""

    def __init__(self, asked: BasinCells, network: LinearNetwork, heights: list[float], budget: Budget) -> None:
        self.asked, self.network = asked, network
        self.boxes = Boxes(network, heights, budget.ask)
        self.patterns = asked.patterns.floats()

    def around(self, mu: int) -> tuple[Floats, Ends] | None:
        """Return the equilibrium that the flow reaches from a pattern, and the box around it that Φ keeps."""
        linear = self.network if self.network.elementwise else None
        x = settled(self.asked.model, linear, self.asked.layer, self.patterns[mu])
        if x is None:
            return None
        radius = CLOSE * (1 + np.abs(x))
        rest = self.boxes.least(x, (x - radius / 16, x + radius / 16), radius)
        return None if rest is None else (x, rest)

    def candidates(self, around: dict[int, tuple[Floats, Ends]]) -> Iterator[Floats]:
        """Yield multipliers: ones, and those of a comparison matrix beside each pattern, in elementwise networks."""
        found = [np.ones(self.network.size)]
        if self.network.elementwise and not self.network.is_symmetric:
            found += [self.boxes.multipliers(rest) for _, rest in around.values()]
        for k, d in enumerate(found):
            if not any((d == other).all() for other in found[:k]):
                yield d

    def named(self, d: Floats) -> dict[str, list[str]]:
        """Return multipliers by layer, as texts of powers of two."""
        return {layer.name: [str(Fraction(each)) for each in d[own].tolist()] for layer, own in self.network.places()}

    def cells(self, mu: int, x: Floats, rest: Ends, d: Floats) -> Iterator[Cell]:
        """Yield cells with the pattern inside, the widest first, and last the box at rest."""
        if not self.boxes.is_definite(rest, d):
            return
        flips, inner = self._flips(mu, x, rest, d)
        found, good, bad, tried = [rest], -1.0, np.inf, 0.0
        for _ in range(STEPS):
            box = self._beside(mu, x, inner, tried, 0.0)
            if box is None or not self.boxes.is_definite(box, d):
                if good < 0:
                    break
                bad = tried
            else:
                good = tried
                found.append(box)
            tried = max(2 * good, 1 / 16) if np.isinf(bad) else (good + bad) / 2
        for box in found[::-1]:
            own = flips if box is not rest else 0
            unit = unit_of(rest[1] - rest[0], box[1] - box[0])
            yield Cell(unit, inward(box, unit), inward(rest, unit), own, inward(inner, unit))
            if own:
                yield Cell(unit, inward(box, unit), inward(rest, unit), 0, inward(inner, unit))

    def _beside(self, mu: int, x: Floats, inner: Ends, reach: float, loss: Floats | float) -> Ends | None:
        """Return the least box that holds another one, and all states so far from the pattern."""
        own, low, high = self.asked.place, inner[0].copy(), inner[1].copy()
        low[own] = np.minimum(low[own], self.patterns[mu] - reach)
        high[own] = np.maximum(high[own], self.patterns[mu] + reach)
        return self.boxes.least(x, (low, high), loss)

    def _flips(self, mu: int, x: Floats, rest: Ends, d: Floats) -> tuple[int, Ends]:
        """Return how many neurons may be moved anywhere, and from which box; none of layers that act as a whole."""
        layer = self.asked.model.layers[self.asked.layer]
        if not layer.function.elementwise:
            return 0, rest
        spans = self._spans()
        moves = np.sort(np.abs(self.boxes.W[:, self.asked.place]) * spans, axis=1)[:, ::-1] / self.boxes.leak[:, None]
        sums = np.nan_to_num(np.cumsum(moves, axis=1), nan=0.0, posinf=1e300)
        good, bad, best = 0, layer.size + 1, rest
        while bad - good > 1:
            count = (good + bad) // 2
            box = self._beside(mu, x, rest, 0.0, sums[:, count - 1] + CLOSE)
            if box is not None and self.boxes.is_definite(box, d):
                good, best = count, box
            else:
                bad = count
        return good, best

    def _spans(self) -> float:
        """Return about sup g - inf g of the neurons of the memory's layer."""
        function = self.asked.model.layers[self.asked.layer].function
        far = function.activate(np.array([-1e9, -1e8, 1e8, 1e9]), FLOATS)
        return float(np.max(far) - np.min(far))


PROVER = Prover(
    name="flow_cells",
    summary="boxes beside each pattern that the flow keeps, for any weights and layers that act as a whole",
    search=_search,
    reason=Reason.NOT_STORED,
)
