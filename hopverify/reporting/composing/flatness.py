"""Why the energy is flat, where, whether that is harmless, and what to do about it: the story that several checks tell.

It is there where `energy_flatness` fails. Everything in it was decided by the checker in one of the claims; what was
not asked, or is open, is said to be so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from hopverify.reporting.addresses import on_the_site
from hopverify.reporting.composing.commands import repair
from hopverify.reporting.composing.numbering import anchor_of
from hopverify.reporting.composing.pictures import pictures_of
from hopverify.reporting.composing.theorems import cited
from hopverify.reporting.counting import counted
from hopverify.reporting.document import (
    Block,
    Heading,
    Link,
    Listing,
    Math,
    Mono,
    Paragraph,
    Section,
    Strong,
    Words,
)
from hopverify.reporting.material import Material
from hopverify.reporting.report import Report, Row, Values
from hopverify.reporting.sentences import findings, grounds
from hopverify.reporting.wording import number
from hopverify.verdict import Verdict, summed_up

ANCHOR, TITLE = "flat-energy", "Why the energy is flat, and what that means"
FLAT, GHOSTS, BASINS, RECOVERY = "energy_flatness", "ghost_regions", "flat_region_stability", "state_recovery"
SHOWS = "the certificate has"

_ENERGY = Math(r"E(x) = L^{*}(g(x)) - b \cdot g(x) + S(g(x))", "E(x) = L*(g(x)) - b·g(x) + S(g(x))")
_TARGET = Math(r"x^{\star} = b - \nabla S(g(x))", "x⋆ = b - ∇S(g(x))")


def flat_section(material: Material, report: Report) -> Section | None:
    """Return the story; None where no layer makes the energy flat."""
    flat = [row for row in _rows(report, FLAT) if row.verdict is Verdict.FAIL]
    return Section(ANCHOR, TITLE, tuple(_blocks(material, report, flat))) if flat else None


def in_one_sentence(report: Report) -> str:
    """Return the story in a sentence."""
    flat = [row for row in _rows(report, FLAT) if row.verdict is Verdict.FAIL]
    return f"The energy is flat {' and '.join(_where(row) for row in flat)}. {_harm(report)}"


def _rows(report: Report, check: str) -> list[Row]:
    return [row for row in report.rows if row.check == check]


def _verdict(report: Report, check: str) -> Verdict | None:
    """Return the verdict of a check; None where it was not asked."""
    rows = _rows(report, check)
    return summed_up(row.verdict for row in rows) if rows else None


def _where(row: Row) -> str:
    """Return where a layer makes the energy flat."""
    witness = row.witness or {}
    if witness.get("kind") == "dead":
        zones = " or ".join(f"({number(lower)}, {number(upper)})" for lower, upper in witness["intervals"])
        return f"where neurons of layer {row.subject} are dead: those with a state in {zones}"
    if witness.get("kind") == "singular everywhere":
        return f"along a direction at every state of layer {row.subject}: on each x + R·1"
    return f"between states of layer {row.subject} that have the same activation"


def _harm(report: Report) -> str:
    ghosts, basins = _verdict(report, GHOSTS), _verdict(report, BASINS)
    if ghosts is Verdict.FAIL:
        count = sum(int((row.witness or {}).get("count", 0)) for row in _rows(report, GHOSTS))
        which = "1 flat region looks like an equilibrium and holds none"
        if count > 1:
            which = f"{count:,} flat regions look like equilibria and hold none"
        return f"The flow leaves such a region, but the energy looks as at an equilibrium: {which}."
    if ghosts is Verdict.PASS and basins is Verdict.PASS:
        return (
            "Here that is harmless: where the energy is flat and critical, there is an equilibrium, and its basin "
            "holds all of the region."
        )
    return "The claims of this report do not settle whether that is harmless."


def _blocks(material: Material, report: Report, flat: Sequence[Row]) -> Iterator[Block]:
    yield Heading("Why")
    yield Paragraph(
        (
            "The energy reads a state through its activations only: for a convex Lagrangian it is ",
            _ENERGY,
            *cited(" (T4). States with the same activations have the same energy, however far apart they are."),
        )
    )
    yield Listing(tuple(cited(f"Layer {row.subject}: {line}.") for row in flat for line in grounds(row, shows=SHOWS)))
    yield from pictures_of(material, FLAT)
    yield Heading("Where")
    yield from _places(report, flat)
    yield Heading("Is it harmless?")
    yield Listing(tuple(_harmless(report)))
    yield Heading("What to do about it")
    yield Listing(tuple(_advice(material, report)))


def _is_unbounded(witness: Values) -> bool:
    """Whether a flat region goes on without end: an interval without an end, or a line."""
    return bool(witness.get("unbounded")) or witness.get("kind") == "singular everywhere"


def _places(report: Report, flat: Sequence[Row]) -> Iterator[Block]:
    if any((row.witness or {}).get("kind") == "dead" for row in flat):
        said = "Each neuron is dead or alive on its own, so the flat regions are products: an interval for each dead "
        said += "neuron, a point for each of the others. "
    else:
        said = "Each state lies in a flat region of its own. "
    if any(_is_unbounded(row.witness or {}) for row in flat):
        said += "They are unbounded: a bound on the energy is no bound on the state."
    yield Paragraph((said.strip(),))
    if _regions(report):
        yield Paragraph(("The flat regions in which equilibria lie:",))
        yield Listing(tuple(_lines(line for row in _rows(report, BASINS) for line in findings(row, shows=SHOWS))))
    if _verdict(report, GHOSTS) is Verdict.FAIL:
        yield Paragraph(("The flat regions where the energy is critical although no equilibrium is there:",))
        yield Listing(tuple(_lines(line for row in _rows(report, GHOSTS) for line in grounds(row, shows=SHOWS))))


def _lines(lines: Iterable[str]) -> Iterator[Words]:
    return (cited(f"{line}.") for line in lines)


def _regions(report: Report) -> list[Values]:
    """Return the equilibria that lie in flat regions, as far as these are shown to lie in their basins."""
    rows = [row for row in _rows(report, BASINS) if row.verdict is Verdict.PASS]
    listed = [each for row in rows for each in (row.data or {}).get("equilibria", [])]
    return [each for each in listed if each["region"] or each.get("layers")]


def _harmless(report: Report) -> Iterator[Words]:
    yield _descent(report)
    yield from _basins(report)
    yield _ghosts(report)


def _link(check: str) -> Link:
    return Link(check, f"#{anchor_of(check)}")


def _open_or_unasked(report: Report, check: str, question: str) -> Words:
    verdict = _verdict(report, check)
    if verdict is None:
        return (f"{question} was not checked: the spec leaves out ", Mono(check), ".")
    if verdict is Verdict.NOT_APPLICABLE:
        return (f"{question} is not decided: ", Mono(check), " does not apply to this model.")
    return (f"{question} is open: see ", _link(check), ".")


def _descent(report: Report) -> Words:
    verdict = _verdict(report, "energy_descent")
    if verdict is Verdict.PASS:
        return (
            Strong("A flat energy does not rise."),
            " The energy never increases along the flow: ",
            _link("energy_descent"),
            ".",
        )
    if verdict is Verdict.FAIL:
        return (Strong("The energy is not only flat:"), " it rises somewhere; see ", _link("energy_descent"), ".")
    return _open_or_unasked(report, "energy_descent", "Whether the energy never rises")


def _basins(report: Report) -> Iterator[Words]:
    if _verdict(report, BASINS) is not Verdict.PASS:
        yield _open_or_unasked(report, BASINS, "Whether the flat regions around equilibria lie in their basins")
        return
    regions = _regions(report)
    if not regions:
        yield (Strong("No equilibrium lies in a flat region,"), " so the energy determines all their coordinates.")
        return
    yield (
        Strong("Around equilibria it is harmless."),
        *cited(
            f" {counted(len(regions), 'equilibrium lies', 'equilibria lie')} in a flat region, and every solution that "
            "starts there converges to the equilibrium (T8): "
        ),
        _link(BASINS),
        ".",
    )
    if _verdict(report, RECOVERY) is Verdict.PASS:
        yield (
            "The coordinates that the energy leaves open are recovered, from the state to which the flow points, ",
            _TARGET,
            *cited(" (T6): "),
            _link(RECOVERY),
            ".",
        )


def _ghosts(report: Report) -> Words:
    verdict = _verdict(report, GHOSTS)
    if verdict is Verdict.PASS:
        said = " a flat region where the energy is critical holds an equilibrium: "
        return (Strong("There are no ghosts:"), said, _link(GHOSTS), ".")
    if verdict is not Verdict.FAIL:
        question = "Whether the energy has ghosts (flat critical regions without an equilibrium)"
        return _open_or_unasked(report, GHOSTS, question)
    return (
        Strong("There are ghosts:"),
        " regions where the energy is flat and its gradient is 0, as at an equilibrium, although nothing rests there. "
        "The flow leaves them, since neurons wake up that the energy does not see. A search that follows the gradient "
        "of the energy stops there: ",
        _link(GHOSTS),
        ".",
    )


def _advice(material: Material, report: Report) -> Iterator[Words]:
    if _verdict(report, "altered_flatness") is Verdict.PASS:
        yield (
            "Look at V in place of E: the energy of the altered system is critical at equilibria and nowhere else: ",
            _link("altered_flatness"),
            ".",
        )
        return
    yield (
        Strong("Keep the model, and do not read states off its energy."),
        " The state to which the flow points, ",
        _TARGET,
        *cited(
            ", shows the coordinates that the energy leaves open, and whether a flat region holds an equilibrium (T6)."
        ),
    )
    yield (
        Strong("Or give it an energy that sees every neuron."),
        " The command ",
        Mono(repair(material)),
        *cited(
            " proposes models with the same equilibria and an energy that is critical there and nowhere else "
            "(T11, T12). Each is a new spec with a certificate of its own; "
        ),
        Link("docs/repair.md", on_the_site("repair/")),
        " says which repair fits which model.",
    )
    yield (
        "Another activation without flat pieces (softplus in place of relu, tanh in place of hard tanh) is no repair: "
        "it has other equilibria, and so makes another model.",
    )
