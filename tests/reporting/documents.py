"""Documents for the formats: one whose every text is hostile, and reports of certificates of no age."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

from hopverify.certificate import Certificate
from hopverify.pipeline import verify
from hopverify.reporting.composing import compose
from hopverify.reporting.document import (
    Block,
    Code,
    Document,
    Equation,
    Equations,
    Facts,
    Folded,
    Heading,
    Link,
    Listing,
    Mark,
    Math,
    Mono,
    Note,
    Paragraph,
    Picture,
    Section,
    Sign,
    Source,
    Statement,
    Strong,
    Table,
    Words,
)
from hopverify.reporting.material import gather
from hopverify.reporting.report import Report, report_of
from hopverify.spec import ModelSpec, read_spec

ROOT = Path(__file__).parents[2]
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><circle r="4"/></svg>'

# Each breaks out of something where it is not escaped.
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "](javascript:alert(1))",
    "[x](javascript:alert(1))",
    "![x](https://evil.example/x.png)",
    r"$\input{/etc/passwd}$",
    '#eval("1")',
    "]]><b>",
    "-->",
    "`code`",
    "| a | b |",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt; &amp;",
    "https://evil.example/x",
    "www.evil.example",
    "@someone",
    "- item",
    "1. item",
    "# heading",
    "___",
    "**bold** _it_ ~~no~~",
    "%comment \\ ^ ~ _ # & { }",
)
HIDDEN = "a\x00b\x1b[31mc\u202ed\ufffee\x0bf"


def hostile_document(text: str) -> Document:
    """Return a document that shows a text in every place that has one."""
    mark = Mark(Sign.REFUTED, text, text, unmet=True)
    words: Words = (text, Mono(text), Strong(text), Math(text, text), Link(text, text), Link(text, "#s"), mark)
    blocks: tuple[Block, ...] = (
        Heading(text),
        Paragraph(words),
        Paragraph((text,)),
        Listing(((text,), words)),
        Statement(text, words, mark),
        Math(text, text),
        Equations((Equation(Math(text, text), text, Math(text, text), text),)),
        Table((text, text), (((text,), words),), text, frozenset({1})),
        Picture(SVG, text, text, text),
        Code(f"{text}\n{text}"),
        Facts(((text, words), ("", (text,)))),
        Note(words),
        Folded(text, (Paragraph(words), Heading(text), Code(text))),
    )
    section = Section("s", text, blocks, mark)
    return Document(text, mark, text, ((text, text),), blocks, (section,), (Source(text, text), Source(text)))


# Exact from beginning to end, so that no search, no library and no machine changes a word of it.
FLAT_PAIR = """\
hopverify: 1
name: flat-pair
description: Two rectified linear neurons, one of which is dead at rest.
references: ["arXiv:2410.13866", "Hopfield 1984"]
layers:
  x: {size: 2, lagrangian: relu, bias: [0.5, -1], tau: 1}
synapses:
  w: {kind: dense, layers: [x, x], weights: [[0, 0.5], [0.5, 0]]}
checks: [lagrangian_convexity, weight_symmetry, time_constants, energy_descent, energy_flatness, equilibria,
  ghost_regions, state_recovery, flat_region_stability, memory_retrieval, activation_is_gradient]
expect: {energy_flatness: fail, ghost_regions: fail}
"""


def written(folder: Path, text: str, name: str = "model.yaml") -> Path:
    """Write a spec and return its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def aged(certificate: Certificate) -> Certificate:
    """Return a certificate without what belongs to a machine and a day."""
    made_with = {"hopverify": "0.0", "seed": "0"}
    return replace(certificate, made_with=made_with, seconds=(0.25,) * len(certificate.results))


@cache
def certified(path: Path) -> tuple[ModelSpec, Certificate]:
    """Return a spec, and its certificate of no age."""
    spec = read_spec(path)
    return spec, aged(verify(spec))


def reported(path: Path, *, figures: bool = False, alone: bool = False) -> tuple[Document, Report]:
    """Return the document and the report of a spec; ``alone``: of its certificate only."""
    spec, certificate = certified(path)
    spec = replace(spec, file=path.name)
    material = gather(certificate, "model.certificate.json", None if alone else spec, figures=figures)
    report = report_of(None if alone else spec, certificate)
    return compose(material, report), report


def hostile_spec(folder: Path, name: str = "model.json") -> Path:
    """Write a spec that is hostile wherever text of any kind may stand, and return its path."""
    weights = [[1, 0], [0, 1]]
    spec = {
        "hopverify": 1,
        "name": " ".join(HOSTILE[:4]),
        "description": "\n".join(HOSTILE),
        "references": [*HOSTILE, "arXiv:2008.02217", "doi:10.1000/x(1)"],
        "layers": {
            "v": {"size": 2, "lagrangian": "identity"},
            "h": {"size": 2, "lagrangian": {"softmax": {"beta": 8}}, "tau": 0},
        },
        "synapses": {"xi": {"kind": "dense", "layers": ["h", "v"], "weights": weights}},
        "memories": {"m": {"layer": "v", "patterns": {"same_as": "xi"}, "labels": [HOSTILE[0], HOSTILE[1]]}},
        "checks": ["memory_retrieval", "energy_flatness"],
    }
    path = folder / name
    path.write_text(json.dumps(spec), encoding="utf-8")
    return path
