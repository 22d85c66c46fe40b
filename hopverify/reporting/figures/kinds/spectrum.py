"""The spectrum that decides stability at each listed equilibrium, with the certified bound of its largest value."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from hopverify.reporting.figures import COLOURS
from hopverify.reporting.figures.drawing import Figure, Picture
from hopverify.reporting.figures.marks import INK, LOOKS, PAPER, WORDS, legend

if TYPE_CHECKING:
    from hopverify.certificate import Certificate
    from hopverify.networks import Model
    from hopverify.picturing.spectra import Row, Spectra
    from hopverify.spec import ModelSpec

WIDTH, LEAST, EACH = 4.8, 2.2, 0.26
POINTS, CERTIFIED, DECIDES = COLOURS[0], COLOURS[4], COLOURS[1]
ROOM, SAID = 0.12, 12


def _picture(spec: ModelSpec, model: Model, certificate: Certificate) -> Picture | None:
    from hopverify.picturing.spectra import spectra_of

    found = spectra_of(model, certificate)
    if found is None:
        return None
    size = (WIDTH, LEAST + EACH * len(found.rows))
    return Picture(size, partial(_put, found), _alternative(spec.name, found), _caption(found))


def _put(spectra: Spectra, figure: Any) -> None:
    axes = figure.add_subplot()
    handles: dict[str, Any] = {}
    values = [value for row in spectra.rows for value in row.eigenvalues] + [spectra.decides, 0.0]
    room = ROOM * max(max(values) - min(values), 1e-9)
    left, right = min(values) - room, max(values) + room
    axes.set(xlim=(left, right), ylim=(len(spectra.rows) - 0.4, -0.6))
    line = axes.axvline(spectra.decides, color=DECIDES, linewidth=1.6, zorder=2)
    for place, row in enumerate(spectra.rows):
        _row(axes, place, row, (left, right), handles)
    handles[f"{spectra.decides:g}: stable if all lie below, unstable if one lies above"] = line
    axes.set_yticks(range(len(spectra.rows)), [str(row.number) for row in spectra.rows])
    axes.set_ylabel("equilibrium")
    axes.set_xlabel(_name(spectra))
    axes.grid(visible=True, axis="x", alpha=0.3)
    legend(figure, handles, columns=1)


def _row(axes: Any, place: int, row: Row, ends: tuple[float, float], handles: dict[str, Any]) -> None:
    """Draw the eigenvalues of one equilibrium, and between what the largest is certified to lie."""
    left, right = ends
    if row.at_most is not None or row.at_least is not None:
        low = left if row.at_least is None else row.at_least
        high = right if row.at_most is None else row.at_most
        bar = axes.barh(place, high - low, left=low, height=0.5, color=CERTIFIED, alpha=0.45, zorder=1)
        handles.setdefault("certified: the largest eigenvalue lies here", bar)
        for end in (row.at_least, row.at_most):
            if end is not None:
                axes.plot([end, end], [place - 0.33, place + 0.33], color=INK, linewidth=1.4, zorder=3)
    *rest, largest = row.eigenvalues
    others = axes.plot(rest, [place] * len(rest), "|", color=POINTS, markersize=8, markeredgewidth=1.3, zorder=4)[0]
    if rest:
        handles.setdefault("other eigenvalues (floating point)", others)
    look = {**LOOKS[row.stability], "markeredgecolor": INK if row.stability != "stable" else PAPER}
    top = axes.plot([largest], [place], linestyle="none", markersize=7, zorder=5, **look)[0]
    handles.setdefault(f"largest, {WORDS[row.stability]}", top)


def _name(spectra: Spectra) -> str:
    if spectra.symmetric:
        return "eigenvalues of K = √(H/ρ) W √(H/ρ) (no unit)"
    return "real parts of the eigenvalues of T⁻¹(WH - ρ) (1 / unit of τ)"


def _alternative(name: str, found: Spectra) -> str:
    count = len(found.rows)
    what = "eigenvalues of K" if found.symmetric else "real parts of the eigenvalues of the linearisation"
    said = [f"{what[0].upper()}{what[1:]} at {count:,} equilibri{'um' if count == 1 else 'a'} of {name}."]
    said.append(f"{found.decides:g} parts stable from unstable.")
    said += [_of_row(row) for row in found.rows[:SAID]]
    left = found.left + max(0, count - SAID)
    return " ".join([*said, *([f"And {left:,} more."] if left else [])])


def _of_row(row: Row) -> str:
    bound = ""
    if row.at_most is not None:
        bound = f", certified to be at most {row.at_most:.4g}"
    elif row.at_least is not None:
        bound = f", certified to be above {row.at_least:.4g}"
    return f"Equilibrium {row.number} ({row.stability}): the largest is about {row.eigenvalues[-1]:.4g}{bound}."


def _caption(found: Spectra) -> str:
    form = "K" if found.symmetric else "the linearisation"
    sign = "below 1" if found.symmetric else "negative"
    said = f"An equilibrium is stable if all eigenvalues of {form} are {sign}."
    said += " Points are in floating point; bars are certified."
    return said + (f" {found.left:,} more equilibria are left out." if found.left else "")


FIGURE = Figure(
    name="spectrum",
    title="Spectrum at each equilibrium",
    checks=("equilibrium_stability", "equilibria"),
    order=30,
    picture=_picture,
)
