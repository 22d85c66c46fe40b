"""How values show themselves in a notebook: certificates as a table, models and derivations with their equations.

Formulas are LaTeX that MathJax sets. Texts of a spec stand in code or are escaped, so that they show as text. What is
shown has no times in it: a notebook that is run again shows the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

from hopverify.errors import HopverifyError
from hopverify.reporting.composing.verdicts import counts_in_words, mark_of, mark_of_report, sentence_of_report
from hopverify.reporting.document import Mark
from hopverify.reporting.material import check_form
from hopverify.reporting.plain import plain
from hopverify.reporting.report import Report, Row, report_of
from hopverify.reporting.sentences import details
from hopverify.verdict import Verdict

if TYPE_CHECKING:
    from hopverify.certificate import Certificate
    from hopverify.derivation import Derivation
    from hopverify.networks import AlteredSystem, Model
    from hopverify.reporting.figures import Drawing
    from hopverify.simulation import Simulation

HEAD = ("check", "subject", "verdict", "decided by", "what is known")
SHOWS = "its `results` show"
_CELL = ' style="text-align: left; vertical-align: top; white-space: normal"'


def certificate_html(certificate: Certificate) -> str:
    """Return the claims of a certificate as a table. It shows what the certificate says, and checks nothing."""
    report = _report(certificate)
    shown = [row for row in report.rows if row.verdict is not Verdict.NOT_APPLICABLE or not row.met]
    head = "".join(f'<th scope="col"{_CELL}>{title}</th>' for title in HEAD)
    body = "\n".join(_row(row) for row in shown)
    said = f"{_mark(mark_of_report(report))} {_code(report.name)}. {_text(sentence_of_report(report))}"
    table = f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>" if shown else ""
    left = ", ".join(dict.fromkeys(row.check for row in report.rows if row not in shown))
    aside = f"<p>Not applicable: {_text(left)}.</p>" if left else ""
    counted = _text(counts_in_words(report.rows))
    return f'<div class="hopverify">\n<p>{said} {counted}</p>\n{table}\n{aside}\n</div>'


def certificate_text(certificate: Certificate) -> str:
    """Return a certificate in one line of plain text."""
    report = _report(certificate)
    return plain(f"certificate of {report.name}: {report.verdict}. {counts_in_words(report.rows)}")


def model_markdown(model: Model) -> str:
    """Return the layers of a model as a table, and its equations."""
    return "\n\n".join([_layers(model), *_equations(model, aside=("Layer ", "Symbols", "Comparison"))])


def model_latex(model: Model) -> str:
    """Return the equations of a model as a LaTeX fragment."""
    return _derived(model).to_latex()


def model_text(model: Model) -> str:
    """Return a model in one line of plain text."""
    layers = ", ".join(f"{layer.name} ({layer.size:,} neurons)" for layer in model.layers.values())
    return plain(f"model {model.name}: {layers}; synapses {', '.join(model.synapses) or 'none'}")


def system_markdown(system: AlteredSystem) -> str:
    """Return the flow of an altered system and its energy V."""
    return "\n\n".join(_equations(system.model, aside=("Layer ", "Energy, ", "Rate ", "Symbols", "Comparison")))


def system_latex(system: AlteredSystem) -> str:
    """Return the equations of an altered system as a LaTeX fragment."""
    return _derived(system.model).to_latex()


def system_text(system: AlteredSystem) -> str:
    """Return an altered system in one line of plain text."""
    return f"altered system of {model_text(system.model)}"


def derivation_markdown(derivation: Derivation) -> str:
    """Return a whole derivation."""
    return "\n\n".join(section.to_markdown() for section in derivation.sections)


def derivation_latex(derivation: Derivation) -> str:
    """Return a derivation as a LaTeX fragment."""
    return derivation.to_latex()


def derivation_text(derivation: Derivation) -> str:
    """Return a derivation as it is printed on a terminal."""
    return plain(derivation.to_text(), lines=True)


def simulation_svg(simulation: Simulation) -> str | None:
    """Return a simulation as a picture; None where nothing can be drawn."""
    from hopverify.reporting.figures import has_matplotlib
    from hopverify.reporting.figures.trajectory import trajectory_figure

    return trajectory_figure(simulation) if has_matplotlib() else None


def simulation_text(simulation: Simulation) -> str:
    """Return a simulation as it is printed on a terminal."""
    return str(simulation)


def drawing_svg(drawing: Drawing) -> str:
    """Return a drawing as a picture."""
    return drawing.svg


def drawing_text(drawing: Drawing) -> str:
    """Return what a drawing shows, in words."""
    return plain(f"{drawing.title}: {drawing.alternative}")


def _report(certificate: Certificate) -> Report:
    check_form(certificate)
    # What is shown is the certificate itself, in its own words.
    return report_of(None, certificate, checked=True)


def _row(row: Row) -> str:
    rules = ", ".join(row.method)
    cells = [_text(row.check), _code(row.subject), _mark(mark_of(row)), _code(rules) if rules else "", _known(row)]
    return f"<tr>{''.join(f'<td{_CELL}>{cell}</td>' for cell in cells)}</tr>"


def _known(row: Row) -> str:
    """Return what is known beside the verdict: the first line, and the others folded behind it."""
    first, *others = [_code(line) for line in details(row, shows=SHOWS, lists=SHOWS)] or [""]
    if not others:
        return first
    return f"<details><summary>{first}</summary>{'<br>'.join(others)}</details>"


def _mark(mark: Mark) -> str:
    return f"{mark.sign.shape} <strong>{_text(mark.text)}</strong>{_text(f', {mark.beside}') if mark.beside else ''}"


def _text(words: str) -> str:
    return escape(plain(words))


def _code(words: str) -> str:
    """Return a text of a spec; MathJax leaves code alone, whatever dollars stand in it."""
    return f"<code>{_text(words)}</code>"


def _layers(model: Model) -> str:
    from hopverify.derivation.printing import for_markdown

    head = ("layer", "neurons", "activation from", "τ", "leak")
    rows = [
        (
            layer.name,
            f"{layer.size:,}",
            layer.function.name or "its own expression",
            _numbers(layer.tau),
            _numbers(layer.leak),
        )
        for layer in model.layers.values()
    ]
    ruled = [head, ["---"] * len(head), *([for_markdown(cell) for cell in row] for row in rows)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in ruled)
    return f"**{for_markdown(plain(model.name))}**\n\n{table}"


def _numbers(values: tuple[object, ...]) -> str:
    distinct = sorted(set(values))  # type: ignore[type-var]
    return str(distinct[0]) if len(distinct) == 1 else f"{distinct[0]} to {distinct[-1]}"


def _equations(model: Model, *, aside: tuple[str, ...]) -> Iterator[str]:
    """Yield the sections of a derivation but those whose titles begin so; or why there are none."""
    try:
        derivation = _derived(model)
    except HopverifyError as error:
        yield f"No equations are shown: {error}"
        return
    yield from (section.to_markdown() for section in derivation.sections if not section.title.startswith(aside))


@lru_cache(maxsize=4)
def _derived(model: Model) -> Derivation:
    """Return the derivation of a model, which is asked for in several forms at once."""
    from hopverify.derivation import derive

    return derive(model)
