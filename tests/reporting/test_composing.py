"""Composition: what a report says of models whose story is known, in order, once, and no more than was decided."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from hopverify.certificate import Certificate
from hopverify.checker import RULES
from hopverify.checks import CHECKS, DEFINITENESS
from hopverify.errors import CertificateRejected
from hopverify.reporting.addresses import SITE, on_the_site
from hopverify.reporting.composing import compose
from hopverify.reporting.composing import model as model_pages
from hopverify.reporting.composing.evidence import CHARACTERS, LINES, in_short
from hopverify.reporting.composing.sources import address_of
from hopverify.reporting.composing.theorems import link_to, theorems_section
from hopverify.reporting.composing.trust import assumptions_of
from hopverify.reporting.composing.verdicts import counts_in_words, mark_of
from hopverify.reporting.document import (
    Document,
    Equations,
    Folded,
    Link,
    Mark,
    Paragraph,
    Picture,
    Section,
    Sign,
    Statement,
    Strong,
    Table,
)
from hopverify.reporting.material import gather
from hopverify.reporting.report import report_of
from hopverify.reporting.sentences import UNMET
from hopverify.reporting.theory import SENTENCES, items_of, theorems
from hopverify.reporting.titles import title_of
from hopverify.spec import parse_spec
from hopverify.verdict import Verdict
from tests.profiles import long_but
from tests.reporting.documents import FLAT_PAIR, ROOT, aged, certified, reported, written
from tests.reporting.test_junit import row

DEAD = "kernel (constant on a segment, by cells)"
ONE_NEURON = FLAT_PAIR.replace("name: flat-pair", "name: other")


@pytest.fixture(scope="module")
def flat(tmp_path_factory: pytest.TempPathFactory) -> Document:
    return reported(written(tmp_path_factory.mktemp("composing"), FLAT_PAIR))[0]


def text_of(value: Any) -> str:
    """Return all words of a part of a document, in order."""
    return " ".join(" ".join(texts_of(value)).split())


def texts_of(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from texts_of(part)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from texts_of(getattr(value, field.name)) if field.name != "latex" else ()


def blocks_of(value: Any, kind: type) -> Iterator[Any]:
    if isinstance(value, kind):
        yield value
    if isinstance(value, tuple):
        for part in value:
            yield from blocks_of(part, kind)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from blocks_of(getattr(value, field.name), kind)


def section(document: Document, anchor: str) -> Section:
    (found,) = (each for each in document.sections if each.anchor == anchor)
    return found


def test_the_first_screen_has_the_verdict_the_equations_and_the_checks(flat: Document) -> None:
    assert flat.sentence == "The energy has flat regions; 1 ghost region."
    assert flat.mark == Mark(Sign.REFUTED, "refuted", "as the spec expects")
    assert dict(flat.digests)["spec"] == certified_digest(flat)
    kinds = [type(block) for block in flat.opening]
    (table,) = (block for block in flat.opening if isinstance(block, Table))
    assert kinds.index(Equations) < flat.opening.index(table)
    assert len(table.rows) == 9
    assert "Not applicable: memory_retrieval, activation_is_gradient" in table.caption
    said = text_of(flat.opening)
    assert "Two rectified linear neurons, one of which is dead at rest." in said
    assert "Of 11 claims 7 are proved, 2 are refuted (as the spec expects) and 2 do not apply." in said


def test_the_first_screen_shows_which_network_was_verified(flat: Document) -> None:
    said = text_of(flat.opening)
    for part in (
        "layer x 2 neurons, Lagrangian relu ; τ = 1, leak 1",
        "synapse w dense, within x",
        "b = (0.5, -1) biases of layer x",
        "W = [ 0 0.5 ] [ 0.5 0 ] weights of synapse w, within x",
        "ẋ_1 = g_2/2 + 1/2 - x_1",
    ):
        assert part in said, said
    folded = [each for each in blocks_of(flat.opening, Folded) if each.summary.startswith("The spec as it was read")]
    assert text_of(folded[0].blocks).split() == FLAT_PAIR.split()
    assert said.index("The network") < said.index("Checks")


UNDESCRIBED = """\
hopverify: 1
name: several
layers:
  a: {size: 1, lagrangian: tanh}
  b: {size: 2, lagrangian: {expression: "x^2/2"}}
  c: {size: 3, lagrangian: relu}
synapses:
  w: {kind: dense, layers: [a, b], weights: 1}
  u: {kind: dense, layers: [b, b], weights: [[0, 1], [-1, 0]]}
checks: [weight_symmetry, energy_descent]
"""


def test_the_first_line_says_which_network_it_is(flat: Document) -> None:
    assert flat.opening[:2] == (
        Paragraph(("2 neurons in layer x (relu), joined by 1 dense synapse.",)),
        Paragraph(("Two rectified linear neurons, one of which is dead at rest.",)),
    )
    said = model_pages.in_one_line(parse_spec(UNDESCRIBED))
    layers = "1 neuron in layer a (tanh), 2 neurons in layer b (its own expression) and 3 neurons in layer c (relu)"
    assert said == f"{layers}, joined by 2 dense synapses."


def test_weights_that_nothing_makes_symmetric_are_averaged(tmp_path: Path) -> None:
    said = text_of(reported(written(tmp_path, UNDESCRIBED))[0].opening)
    assert "(W + W.T) / 2 in place of W makes another network" in said
    assert "hopverify repair" not in said


def test_what_is_proved_is_said_in_a_line(flat: Document) -> None:
    (line,) = (each for each in flat.opening if isinstance(each, Paragraph) and each.words[0] == Strong("Proved:"))
    titles = [each.text for each in line.words if isinstance(each, Link)]
    assert titles[:2] == ["Lagrangian is convex", "Weights are symmetric"]
    assert len(titles) == len(set(titles)) == 7
    assert "No segment of states shares an activation, and so an energy" not in titles


def test_what_definiteness_takes_for_granted_is_said_where_it_is_shown_in_doubles() -> None:
    decided = replace(row(Verdict.PASS), method=("lure",), assumptions=(DEFINITENESS, "time is real"))

    def by(method: str) -> Any:
        part = {"evidence": {"rule": "lure", "definiteness": {"method": method}}}
        return assumptions_of(replace(decided, obligations=(part,)))

    assert by("exact") == ("time is real",)
    floating, other = by("cholesky")
    assert floating.startswith("floating-point operations follow IEEE 754")
    assert other == "time is real"


def test_what_is_open_for_one_reason_is_said_once() -> None:
    """Seven claims about two GELU neurons are open, six of them because gelu decreases somewhere."""
    said = text_of(reported(ROOT / "specs" / "negative-gelu.yaml")[0].opening)
    assert said.count("the activation of layer x is not known to be non-decreasing") == 1
    assert "everything? #check-global-stability , Equilibria are known? #check-equilibria , States are" in said
    assert "3 are refuted (2 as the spec expects, 1 not required), 7 are unknown (not required)" in said
    # That no step is short enough follows from an energy that rises: one repair mends both.
    assert "a sound energy (lagrangian_convexity, energy_descent, step_size)" in said
    assert "how large a model may be; likewise energy_bounded_below, global_stability" in said


OPEN = """
hopverify: 1
name: open
layers: {x: {size: 2, lagrangian: {expression: "sum(x^2/2 + cos(x))"}}}
synapses: {w: {kind: dense, layers: [x, x], weights: [[0, 1], [1, 0]]}}
checks: [energy_descent]
"""


def test_of_an_open_claim_the_premise_is_said_that_is_not_shown(tmp_path: Path) -> None:
    said = text_of(reported(written(tmp_path, OPEN))[0].opening)
    assert "not as the spec expects : not shown: the Lagrangian of layer x is convex" in said, said


def test_a_long_spec_is_cut() -> None:
    shown = model_pages.shortened("\n".join(["a" * 1_000, *["b"] * 500]))
    assert shown.startswith(f"{'a' * model_pages.CHARACTERS} … 1,000 characters\nb\n")
    assert shown.endswith(f"\n… {501 - model_pages.LINES} more lines")


def certified_digest(document: Document) -> str:
    (digest,) = (digest for name, digest in document.digests if name == "spec")
    assert len(digest) == 64
    return digest


def test_the_story_of_a_flat_energy_is_told_whole(flat: Document) -> None:
    said = text_of(section(flat, "flat-energy"))
    for part in (
        "The energy reads a state through its activations only",
        "a neuron whose state lies in (-∞, 0) has h = 0 exactly",
        "a bound on the energy is no bound on the state",
        "x = (1/2, -3/4): x[1] in (-∞, 0] — all of it in the basin",
        "the flow points to x⋆ = (1/2, -1), so x[0] wakes up",
        "The energy never increases along the flow",
        "1 equilibrium lies in a flat region, and every solution that starts there converges to the equilibrium",
        "A search that follows the gradient of the energy stops there",
        "hopverify repair model.yaml",
        "docs/repair.md",
    ):
        assert part in said, part
    (note,) = (text_of(block) for block in flat.opening if "flat-energy" in text_of(block))
    assert "1 flat region looks like an equilibrium and holds none" in note


def test_what_was_not_asked_or_is_open_is_called_so(tmp_path: Path) -> None:
    asked = FLAT_PAIR.replace(
        "energy_descent, energy_flatness, equilibria,\n  ghost_regions, state_recovery, flat_region_stability,",
        "energy_flatness,",
    ).replace(", ghost_regions: fail", "")
    said = text_of(section(reported(written(tmp_path, asked))[0], "flat-energy"))
    assert "was not checked: the spec leaves out energy_descent" in said
    assert "was not checked: the spec leaves out flat_region_stability" in said
    assert "was not checked: the spec leaves out ghost_regions" in said
    assert "never increases" not in said


def test_a_model_without_flat_regions_has_no_such_story(tmp_path: Path) -> None:
    smooth = FLAT_PAIR.replace("lagrangian: relu", "lagrangian: tanh")
    smooth = smooth.replace("expect: {energy_flatness: fail, ghost_regions: fail}", "expect: {}")
    document, _ = reported(written(tmp_path, smooth))
    assert "flat-energy" not in [each.anchor for each in document.sections]
    assert "#flat-energy" not in [each.target for each in blocks_of(document, Link)]


def test_every_claim_stands_once_under_its_check(flat: Document) -> None:
    labels = [each.label for each in blocks_of(flat.sections, Statement)]
    assert labels == [f"Claim {number}" for number in range(1, 10)]
    assert [each.anchor for each in flat.sections[1:-3]] == [
        f"check-{name.replace('_', '-')}"
        for name in FLAT_PAIR.partition("checks: [")[2].partition("]")[0].replace("\n ", "").split(", ")[:-2]
    ]
    assert [each.anchor for each in flat.sections[-3:]] == ["not-applicable", "trust", "theorems"]


def test_a_section_tells_what_decided_what_is_cited_and_how_to_check(flat: Document) -> None:
    said = text_of(section(flat, "check-energy-flatness"))
    for part in (
        CHECKS["energy_flatness"].explanation,
        f"decided by {DEAD} : {RULES['kernel'].summary}",
        "T5 #theorem-t5 , flat regions: For convex L",
        "to be trusted the reader of specs, the checker and the rules above",
        "check it again hopverify check model.yaml model.certificate.json",
        "The evidence in full is entry 5 of the results in model.certificate.json.",
    ):
        assert part in said, part


def test_theorems_are_linked_and_stated(flat: Document) -> None:
    stated = {each.anchor: each for each in section(flat, "theorems").blocks if isinstance(each, Folded)}
    assert {f"theorem-t{number}" for number in (1, 2, 5, 6, 8, 11, 12)} <= set(stated)
    assert stated["theorem-t4"].summary == "T4: the energy sees activations only"
    assert text_of(stated["theorem-t4"].blocks).startswith("For convex L, E(x) = L*(g(x)) - b·g(x) + S(g(x)), with L*")
    (place,) = blocks_of(stated["theorem-t4"], Link)
    assert place.target == on_the_site("theory/#t4-the-energy-sees-activations-only")
    (table,) = (block for block in flat.opening if isinstance(block, Table))
    assert Link("T2", "#theorem-t2") in {word for row in table.rows for word in row[-1]}


@pytest.mark.parametrize("name", theorems())
def test_statements_are_blocks_without_marks(name: str) -> None:
    (shown,) = theorems_section([link_to(name)])
    (folded,) = blocks_of(shown, Folded)
    assert not re.search(r"\\\*|\]\(|(?<!L)\*", text_of(folded.blocks)), text_of(folded.blocks)


def test_links_lead_to_sections(flat: Document) -> None:
    sections = {each.anchor for each in flat.sections}
    assert len(sections) == len(flat.sections)
    anchors = sections | {each.anchor for each in blocks_of(flat.sections, Folded)}
    targets = {each.target for each in blocks_of(flat, Link) if not each.target.startswith(SITE)}
    assert {target.removeprefix("#") for target in targets} <= anchors
    assert len(targets) > 9


def test_evidence_is_folded(flat: Document) -> None:
    for each in flat.sections[1:-3]:
        assert isinstance(each.blocks[-1], Folded)
        assert re.match("(Obligations and e|E)vidence of claim", each.blocks[-1].summary)


def test_the_end_says_what_all_rests_on(flat: Document) -> None:
    said = text_of(section(flat, "trust"))
    assert "all 11 claims were decided anew from the evidence" in said
    assert "hopverify check model.yaml model.certificate.json" in said
    assert (
        "kernel (constant on a segment, by cells) a claim about the core, with a proof that the kernel accepts 5"
        in said
    )
    # Nothing here is decided in doubles.
    assert "IEEE 754" not in said
    assert "seed 0" in said


def test_a_certificate_alone_is_told_to_be_unchecked(tmp_path: Path) -> None:
    document, _ = reported(written(tmp_path, FLAT_PAIR), alone=True)
    said = text_of(document.opening)
    assert "Not checked: the spec was not found" in said
    assert "no weights, no biases and no equations" in said
    assert not list(blocks_of(document, Equations))
    assert not list(blocks_of(document, Picture))
    assert "decided anew" not in text_of(document)
    assert "hopverify check SPEC model.certificate.json" in text_of(document)
    assert document.sources == ()
    # Nothing in it looks as if it were known.
    assert document.mark == Mark(Sign.OPEN, "pass, not checked")
    assert document.sentence.startswith(
        "Not checked, because the spec was not found. The certificate says pass: 7 proved"
    )
    assert {mark.sign for mark in blocks_of(document.sections, Mark)} == {Sign.OPEN}


def test_a_report_says_whether_it_was_checked(tmp_path: Path) -> None:
    spec, certificate = certified(written(tmp_path, FLAT_PAIR))
    for given, said, expected in ((spec, None, True), (None, None, False), (None, True, True)):
        report = report_of(given, certificate, checked=said)
        assert [report.checked, *(row.checked for row in report.rows)] == [expected] * 12


def changed(certificate: Certificate, **changes: Any) -> Certificate:
    results = tuple({**entry, **changes} if k == 4 else entry for k, entry in enumerate(certificate.results))
    return replace(certificate, results=results)


@pytest.mark.parametrize(
    "changes",
    [
        {"verdict": "perhaps"},
        {"expected": "maybe"},
        {"statement": None},
        {"method": "kernel"},
        {"assumptions": [1]},
        {"obligations": [{"statement": "s", "role": "necessary"}]},
        {"obligations": [{"statement": "s", "role": "necessary", "outcome": "refuted"}]},
        {"reason": "text"},
    ],
)
def test_a_certificate_alone_has_to_have_the_form_of_one(tmp_path: Path, changes: dict[str, Any]) -> None:
    _, certificate = certified(written(tmp_path, FLAT_PAIR))
    gather(certificate, "c.json")
    with pytest.raises(CertificateRejected):
        gather(changed(certificate, **changes), "c.json")


def test_a_certificate_that_the_checker_rejects_gives_no_report(tmp_path: Path) -> None:
    spec, certificate = certified(written(tmp_path, FLAT_PAIR))
    with pytest.raises(CertificateRejected, match="energy_flatness"):
        gather(changed(certificate, verdict="pass"), "c.json", spec)


ODD: list[Any] = [None, "x", 7, [], {}, [None], {"a": []}, [{"x": 1}], {"equilibria": [{}]}]


@pytest.mark.parametrize("odd", ODD)
def test_a_certificate_alone_with_odd_data_is_refused(tmp_path: Path, odd: Any) -> None:
    _, certificate = certified(written(tmp_path, FLAT_PAIR))
    results = tuple(
        {
            **entry,
            "obligations": [
                {**each, "data": dict.fromkeys(each["data"], odd)} if "data" in each else each
                for each in entry["obligations"]
            ],
        }
        for entry in certificate.results
    )
    strange = replace(certificate, results=results)
    # Nothing but a refusal may come of it.
    with pytest.raises(CertificateRejected, match=r"c\.json: its data are not those of a certificate"):
        compose(gather(strange, "c.json"))


@pytest.mark.parametrize(
    "path",
    long_but(["negative-bias-left-out"], sorted((ROOT / "specs").glob("negative-*.yaml"))[:3]),
)
def test_what_is_not_as_asked_stands_on_the_first_screen(path: Path, tmp_path: Path) -> None:
    text = path.read_text(encoding="utf-8").partition("expect:")[0]
    document, report = reported(written(tmp_path, text))
    assert report.unmet
    said = text_of(document.opening)
    assert UNMET in said
    assert title_of(next(row for row in report.rows if not row.met)) in said
    assert document.mark.sign in (Sign.UNMET, Sign.OPEN)


@pytest.mark.parametrize(
    ("shown", "mark"),
    [
        (row(Verdict.PASS), Mark(Sign.PROVED, "proved")),
        (row(Verdict.FAIL, met=False), Mark(Sign.REFUTED, "refuted", UNMET, True)),
        (row(Verdict.FAIL, Verdict.FAIL), Mark(Sign.REFUTED, "refuted", "as the spec expects")),
        (row(Verdict.FAIL, None), Mark(Sign.REFUTED, "refuted", "not required")),
        (row(Verdict.PASS, Verdict.FAIL, met=False), Mark(Sign.PROVED, "proved", UNMET, True)),
        (row(Verdict.PASS, met=False), Mark(Sign.PROVED, "proved")),
        (row(Verdict.UNKNOWN, Verdict.UNKNOWN), Mark(Sign.OPEN, "unknown", "as the spec expects")),
        (row(Verdict.UNKNOWN, None), Mark(Sign.OPEN, "unknown", "not required")),
        (row(Verdict.NOT_APPLICABLE), Mark(Sign.ASIDE, "not applicable")),
        (row(Verdict.NOT_APPLICABLE, Verdict.FAIL, met=False), Mark(Sign.ASIDE, "not applicable", UNMET, True)),
    ],
)
def test_a_mark_says_what_is_known_and_beside_it_what_the_spec_makes_of_that(shown: Any, mark: Mark) -> None:
    assert mark_of(shown) == mark


def test_counts_are_told_in_one_sentence() -> None:
    assert counts_in_words([row(Verdict.PASS)]) == "Of 1 claim 1 is proved."
    rows = [row(Verdict.PASS), row(Verdict.UNKNOWN), row(Verdict.UNKNOWN)]
    assert counts_in_words(rows) == "Of 3 claims 1 is proved and 2 are unknown."


@pytest.mark.parametrize(
    "reference",
    ['arXiv:2410.13866" onclick="x', "doi:javascript", "https://evil.example", "arXiv:x", "doi:10.1000/<b>", ""],
)
def test_only_identifiers_have_addresses(reference: str) -> None:
    assert address_of(reference) == ""


def test_shortened_evidence_says_what_is_left_out() -> None:
    long = {"radii": [str(k) for k in range(1797)], "text": "x" * 1000, "deep": {"a": {"b": {"c": {"d": [[1]]}}}}}
    said = in_short(long)
    assert '"… 1,797 in all"' in said
    assert "1,000 characters" in said
    assert len(in_short({str(k): list(range(100)) for k in range(8)}).splitlines()) < LINES
    wide = in_short({"a": [["x" * 110] * 8] * 8})
    assert len(wide) <= CHARACTERS + 2
    assert wide.endswith("…")


def test_every_theorem_has_a_sentence_and_every_check_cites_theorems() -> None:
    assert set(SENTENCES) == set(theorems())
    for check in CHECKS:
        assert all(title for _, title in items_of(check.theory)), check.name


def test_equal_certificates_give_equal_documents(tmp_path: Path) -> None:
    spec, certificate = certified(written(tmp_path, FLAT_PAIR))
    first, second = (compose(gather(aged(certificate), "c.json", spec, figures=True)) for _ in range(2))
    assert first == second
