"""How certificates, models, derivations and altered systems show themselves in a notebook, and when."""

from __future__ import annotations

import re
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from markdown_it import MarkdownIt

from hopverify.certificate import Certificate
from hopverify.derivation import derive
from hopverify.errors import CertificateRejected
from hopverify.networks import Model, altered_system, build_model
from hopverify.notebook import SHOWN, load_ipython_extension
from hopverify.reporting import notebooks
from hopverify.spec import parse_spec
from tests.cli.commands import modules_after
from tests.reporting.certificates import certificate, entry

ALTERED = """\
hopverify: 1
name: two neurons
layers:
  y: {size: 2, lagrangian: identity}
  x: {size: 2, lagrangian: relu, bias: 1, tau: 0}
synapses:
  ways: {kind: feedforward_feedback, layers: [y, x], forward: [[2, -1], [-1, 2]], metric: [[2, -1], [-1, 2]]}
"""
HOSTILE = "</code><img src=x onerror=y>$\\\\alpha$ **b** | [a](javascript:c)"


@pytest.fixture(scope="module")
def altered() -> Model:
    return build_model(parse_spec(ALTERED))


def shown(certificate: Certificate) -> str:
    return notebooks.certificate_html(certificate)


def test_a_certificate_is_a_table_of_claims_with_the_same_content_each_time() -> None:
    found = certificate(
        entry("weight_symmetry", "fail", expected="fail"),
        entry("energy_descent", "unknown"),
        entry("basin_cells", "not-applicable", reason={"code": "not_applicable", "text": "no memory"}),
        seconds=(12.5, 0.0, 0.0),
        verdict="unknown",
    )
    page = shown(found)
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    cells = [re.sub(r"<[^>]*>", "", cell) for row in rows[1:] for cell in re.findall(r"<td.*?</td>", row)]
    assert cells[:4] == ["weight_symmetry", "x", "✗ refuted, as the spec expects", "sign"]
    assert cells[5:7] + cells[7:8] == ["energy_descent", "x", "? unknown, not as the spec expects"]
    assert cells[9] == "unknown: no prover found a proof"
    assert len(rows) == 3
    assert "Not applicable: basin_cells." in page
    assert "12.5" not in page
    assert notebooks.certificate_text(found).startswith("certificate of model: unknown. Of 3 claims ")


def test_a_certificate_without_claims_or_of_no_form() -> None:
    assert "<table>" not in shown(certificate())
    with pytest.raises(CertificateRejected):
        shown(certificate({"check": "c"}))


def test_hostile_text_of_a_certificate_shows_as_text() -> None:
    spec = {"name": HOSTILE, "digest": "a" * 64}
    claims = entry(HOSTILE, "unknown", subject=HOSTILE, method=[HOSTILE], reason={"code": "c", "text": HOSTILE})
    page = shown(certificate(claims, spec=spec))
    assert "<img" not in page
    # MathJax leaves code alone; a check's name, in the sentence and in its row, is no text of a spec.
    outside = re.sub(r"<code>.*?</code>", "", page, flags=re.DOTALL)
    assert outside.count("alpha") == 2
    hidden = certificate(spec={"name": "a\x1b[2J\u202e", "digest": "b"})
    for text in (notebooks.certificate_text(hidden), shown(hidden)):
        assert "a[2J" in text
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_a_model_shows_its_layers_and_equations(altered: Model) -> None:
    page = notebooks.model_markdown(altered)
    assert page.startswith("**two neurons**\n\n| layer | neurons | activation from | τ | leak |\n")
    assert "| x | 2 | relu | 0 | 1 |" in page
    assert "**Vector field**" in page
    assert "**Layer" not in page
    assert page.count("$$") == 2 * page.count(r"\begin{aligned}") > 0
    assert notebooks.model_text(altered) == "model two neurons: y (2 neurons), x (2 neurons); synapses ways"
    assert notebooks.model_latex(altered) == derive(altered).to_latex()


def test_an_altered_system_shows_its_energy(altered: Model) -> None:
    system = altered_system(altered)
    assert not isinstance(system, str)
    page = notebooks.system_markdown(system)
    assert "**Energy of the altered system**" in page
    assert "**Energy, derived" not in page
    assert r"\nabla V" in page
    assert notebooks.system_text(system).startswith("altered system of model two neurons: ")
    assert notebooks.system_latex(system) == derive(altered).to_latex()


def test_a_derivation_shows_all_its_sections(altered: Model) -> None:
    derivation = derive(altered)
    page = notebooks.derivation_markdown(derivation)
    assert re.findall(r"^\*\*", page, re.MULTILINE) == ["**"] * len(derivation.sections)
    assert notebooks.derivation_latex(derivation) == derivation.to_latex()
    assert notebooks.derivation_text(derivation) == derivation.to_text()


def test_dollars_do_not_stand_within_dollars() -> None:
    page = notebooks.derivation_markdown(derive(build_model(parse_spec(ALTERED))))
    assert r"\text{for x }<\text{ 0}" in page
    for block in page.split("$$")[1::2]:
        assert "$" not in block


def test_names_with_underscores_are_set_by_mathjax_and_katex() -> None:
    model = build_model(parse_spec(ALTERED.replace("ways:", "two_ways:")))
    assert r"\text{synapse two}\_\text{ways}" in notebooks.model_markdown(model)
    assert r"\text{synapse two\_ways}" in notebooks.model_latex(model)


def test_hostile_text_of_a_model_shows_as_text() -> None:
    text = ALTERED.replace("name: two neurons", f"name: '{HOSTILE}'")
    page = MarkdownIt("gfm-like", {"linkify": False}).render(notebooks.model_markdown(build_model(parse_spec(text))))
    first = page.partition("<table>")[0]
    assert "<img" not in page
    assert "<a " not in page
    assert re.sub(r"</?(p|strong)>", "", first).strip() == (
        "&lt;/code&gt;&lt;img src=x onerror=y&gt;$\\\\alpha$ **b** | [a](javascript:c)"
    )
    assert r"\$" in notebooks.model_markdown(build_model(parse_spec(text)))


@pytest.mark.parametrize(("module", "name"), SHOWN)
def test_what_is_told_by_name_exists(module: str, name: str) -> None:
    assert getattr(import_module(module), name).__module__ == module
    for function in SHOWN[module, name].values():
        assert callable(getattr(notebooks, function))


IN_IPYTHON = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
before = set(sys.modules)
import hopverify
assert not {name.partition('.')[0] for name in set(sys.modules) - before} & {'numpy', 'sympy', 'rich', 'flint'}
layers = 'layers: {x: {size: 2, lagrangian: tanh}}'
spec = hopverify.parse_spec('{hopverify: 1, name: m, checks: [energy_flatness], ' + layers + '}')
show = lambda value: shell.display_formatter.format(value)[0]
certificate = show(hopverify.verify(spec))
assert certificate['text/html'].startswith('<div'), certificate
assert certificate['text/plain'].startswith('certificate of m: pass'), certificate
model = hopverify.build_model(spec)
assert set(show(model)) == set(show(hopverify.derive(model))) == {'text/plain', 'text/markdown', 'text/latex'}
"""


@pytest.mark.long
def test_results_show_themselves_where_hopverify_is_imported_in_ipython() -> None:
    pytest.importorskip("IPython", reason="the notebook is part of the extra `test`: ipykernel")
    assert "hopverify" in modules_after(IN_IPYTHON)


def test_nothing_is_registered_elsewhere() -> None:
    assert "IPython" not in modules_after("import hopverify\nassert 'hopverify.notebook' not in sys.modules")


def test_the_extension_registers_every_form() -> None:
    class Formatter:
        def __init__(self) -> None:
            self.known: list[tuple[str, str]] = []

        def for_type_by_name(self, module: str, name: str, show: Any) -> None:
            self.known.append((module, name))

    formatters = {form: Formatter() for forms in SHOWN.values() for form in forms}
    load_ipython_extension(SimpleNamespace(display_formatter=SimpleNamespace(formatters=formatters)))
    for form, formatter in formatters.items():
        assert formatter.known == [key for key, forms in SHOWN.items() if form in forms]


def test_the_public_names() -> None:
    import hopverify

    assert set(hopverify.__all__) <= set(dir(hopverify))
    for name in hopverify.__all__:
        assert getattr(hopverify, name) is not None
    with pytest.raises(AttributeError, match="nothing_like_it"):
        _ = hopverify.nothing_like_it


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import hopverify", {"numpy", "pydantic", "yaml", "flint", "sympy", "scipy"}),
        ("from hopverify import read_spec, Certificate", {"pydantic", "sympy", "scipy", "flint", "cvxpy"}),
        ("from hopverify import check", {"sympy", "scipy", "cvxpy"}),
        ("from hopverify import verify", {"sympy", "cvxpy", "rich", "matplotlib"}),
    ],
)
def test_public_names_load_what_they_need(statement: str, absent: set[str]) -> None:
    assert not modules_after(statement) & absent
