"""Drawings: what a report shows of a certificate, as SVG; one kind of figure a file in ``kinds/``, found by name."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hopverify.registry import Registry
from hopverify.reporting.figures.inline import inline
from hopverify.reporting.plain import plain
from hopverify.verdict import Verdict

if TYPE_CHECKING:
    from hopverify.certificate import Certificate
    from hopverify.networks import Model
    from hopverify.spec import ModelSpec

DIGITS = 10
NO_PROOF = "A picture, not a proof."


@dataclass(frozen=True)
class Drawing:
    """A figure as it stands in a report: ``check`` names the section it belongs to, None the first screen.

    ``svg`` is one element without a prolog, for a page or a file; its ids begin with ``name`` and digits of the spec's
    digest, so that several fit in one page. ``alternative`` tells what is seen, ``caption`` how to read it.
    """

    name: str
    check: str | None
    title: str
    svg: str
    alternative: str
    caption: str


@dataclass(frozen=True)
class Picture:
    """What a kind of figure has to say of one model: ``put`` draws on an empty figure of ``size`` (inches)."""

    size: tuple[float, float]
    put: Callable[[Any], None]
    alternative: str
    caption: str
    title: str | None = None
    checks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figure:
    """One kind of figure. It stands with the first of its ``checks`` that concerns the model, else on the first screen.

    Those that a picture names come before the figure's own. ``picture`` returns None where there is nothing to show.
    """

    name: str
    title: str
    checks: tuple[str, ...]
    order: int
    picture: Callable[[ModelSpec, Model, Certificate], Picture | None]

    def draw(self, spec: ModelSpec, model: Model, certificate: Certificate) -> Drawing | None:
        """Return the drawing, or None where the figure does not concern the model."""
        from hopverify.reporting.figures import svg

        found = self.picture(spec, model, certificate)
        if found is None:
            return None
        title, alternative = found.title or self.title, plain(found.alternative)
        text = svg(found.put, size=found.size, title=title, description=alternative)
        check = next((check for check in (*found.checks, *self.checks) if check in _concerned(certificate)), None)
        element = inline(text, f"{self.name}-{re.sub('[^0-9A-Za-z]', '', spec.digest)[-DIGITS:]}")
        return Drawing(self.name, check, title, element, alternative, plain(f"{found.caption} {NO_PROOF}"))


def _concerned(certificate: Certificate) -> set[str]:
    """Return the checks that have something to say of the model."""
    aside = str(Verdict.NOT_APPLICABLE)
    return {str(entry.get("check")) for entry in certificate.results if entry.get("verdict") != aside}


FIGURES: Registry[Figure] = Registry("hopverify.reporting.figures.kinds", "FIGURE", noun="figure")


def drawings_of(spec: ModelSpec, certificate: Certificate) -> list[Drawing]:
    """Return the drawings that a certificate of a spec gives, in the order of a report; none without matplotlib."""
    from hopverify.networks import build_model
    from hopverify.reporting.figures import has_matplotlib

    # A figure shows a flow, and spins have none.
    if not has_matplotlib() or spec.update is not None:
        return []
    model = build_model(spec)
    drawn = (figure.draw(spec, model, certificate) for figure in sorted(FIGURES, key=lambda figure: figure.order))
    return [drawing for drawing in drawn if drawing is not None]
