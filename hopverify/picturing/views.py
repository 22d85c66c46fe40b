"""Views: which slice of states a picture shows, which part of it, and what is marked there.

Equilibria of the certificate come first: three of them whose plane holds most of the others, or two, or one with two of
its neurons. Without equilibria the stored patterns take their place, or where the flow leads from them if there are
basin cells there; and without patterns the state 0.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopverify.certificate import Certificate
from hopverify.networks import Model
from hopverify.picturing.certified import Rest, Stored, data_of, equilibria, mapping, stored_patterns
from hopverify.picturing.planes import edges, plane_for
from hopverify.picturing.reached import reached
from hopverify.picturing.regions import has_cells
from hopverify.picturing.sampling import Sampler
from hopverify.picturing.slices import CANDIDATES, Slice, Window, window

Floats = NDArray[np.float64]
LARGEST, STORED = 20_000, "stored"


@dataclass(frozen=True)
class Mark:
    """A state on the slice: ``kind`` is stable, unstable, undecided, stored or reached; ``label`` stands beside it.

    ``source`` is the pattern from which a state was reached.
    """

    at: tuple[float, float]
    kind: str
    label: str
    source: str = ""


@dataclass(frozen=True, eq=False)
class View:
    """A window of a slice with its marks; so many equilibria lie ``elsewhere``."""

    plane: Slice
    window: Window
    marks: tuple[Mark, ...]
    elsewhere: int

    def grid(self, side: int) -> tuple[Floats, Floats, Floats]:
        """Return the coordinates of a grid, (side,) each, and its states as columns, row by row from below."""
        left, right, bottom, top = self.window
        s, t = np.linspace(left, right, side), np.linspace(bottom, top, side)
        S, T = np.meshgrid(s, t)
        return s, t, self.plane.points(S.ravel(), T.ravel())


def view_of(sampler: Sampler, certificate: Certificate) -> View | None:
    """Return the view of a model, or None for one with a single state variable, or with very many."""
    model = sampler.model
    if not 2 <= model.size <= LARGEST:
        return None
    rests = equilibria(certificate, model)
    stored = () if rests and model.size > 2 else tuple(_chosen(model, certificate))
    if not rests and has_cells(certificate):
        rests = reached(sampler, stored)
    return view_through(sampler, rests, stored)


def view_through(sampler: Sampler, rests: Sequence[Rest], stored: Sequence[Stored], given: Slice | None = None) -> View:
    """Return the view that shows equilibria, or stored patterns, on a slice that is given or chosen for them."""
    plane = given if given is not None else plane_for(sampler, rests, stored)
    named = [(rest.state, (rest.stability, rest.name, str(rest.row.get("from", "")))) for rest in rests]
    named += [(each.state, (STORED, each.name, "")) for each in stored]
    marks = [Mark(at, *words) for x, words in named if (at := plane.place(x)) is not None]
    elsewhere = len(rests) - sum(mark.kind != STORED for mark in marks)
    places = [mark.at for mark in marks]
    part = window([*places, *edges(sampler, plane, places)], square=plane.kind == "plane")
    return View(plane, part, tuple(marks), elsewhere)


def _chosen(model: Model, certificate: Certificate) -> Sequence[Stored]:
    """Return stored patterns: the first without a ball with its competitor and another, else the first ones."""
    pair = _troubled(certificate)
    wanted = [*pair, next(k for k in range(3) if k not in pair)] if pair else range(CANDIDATES)
    return list(stored_patterns(model, wanted))[:CANDIDATES]


def _troubled(certificate: Certificate) -> list[int]:
    """Return the numbers of the first pattern without a certified ball and of its worst competitor."""
    for data, _ in data_of(certificate, "memory_retrieval"):
        rows = data.get("memories")
        for row in rows if isinstance(rows, list) else ():
            if mapping(row).get("verdict") != "pass":
                pair = [_place(mapping(row).get(key)) for key in ("name", "competitor")]
                if None not in pair and pair[0] != pair[1]:
                    return [k for k in pair if k is not None]
    return []


def _place(name: Any) -> int | None:
    found = re.match(r".*?\[(\d{1,9})\]", str(name))
    return int(found[1]) if found else None
