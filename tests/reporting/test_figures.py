"""Figures of a report: found by name, deterministic, legible, safe to stand in a page, and said in words."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest

from hopverify.reporting import figures
from hopverify.reporting.figures import Drawing, drawings_of
from hopverify.reporting.figures.drawing import FIGURES, NO_PROOF
from hopverify.reporting.figures.inline import inline, shortened
from tests.cli.commands import modules_after
from tests.picturing.certificates import CELLS, IMAGES, SHIFTED, SWITCH, certified

needs_matplotlib = pytest.mark.skipif(not figures.has_matplotlib(), reason="pip install 'hopverify[figures]'")
SVG, LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"
HOSTILE = '$\\frac{1}{2}$ <script>alert(1)</script> & "quoted" --> ]]> \x1b[31m \u202e id="title"'


@lru_cache(maxsize=8)
def drawn(text: str) -> dict[str, Drawing]:
    spec, _, certificate = certified(text)
    return {drawing.name: drawing for drawing in drawings_of(spec, certificate)}


def texts(svg: str) -> list[str]:
    return ["".join(node.itertext()) for node in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def ids(svg: str) -> list[str]:
    return [name for node in ElementTree.fromstring(svg).iter() if (name := node.get("id"))]


def test_every_figure_has_a_name_a_title_and_a_place() -> None:
    assert set(FIGURES.entries) == {"arrays", "landscape", "portrait", "radii", "repair", "spectrum"}
    assert len({figure.order for figure in FIGURES}) == len(FIGURES)
    assert all(figure.title for figure in FIGURES)


@needs_matplotlib
def test_the_figures_of_the_switch() -> None:
    found = drawn(SWITCH)
    assert list(found) == ["repair", "landscape", "portrait", "spectrum"]
    assert [drawing.check for drawing in found.values()] == [
        "energy_flatness",
        "energy_flatness",
        "equilibria",
        "equilibrium_stability",
    ]
    assert set(drawn(IMAGES)) == {"landscape", "portrait", "radii"}


@needs_matplotlib
@pytest.mark.parametrize("text", [SWITCH, CELLS, IMAGES, SHIFTED], ids=["switch", "cells", "images", "shifted"])
def test_axes_have_names_and_units_and_pictures_say_what_they_are(text: str) -> None:
    for drawing in drawn(text).values():
        said = texts(drawing.svg)
        assert any("unit" in each for each in said), drawing.name
        assert drawing.caption.endswith(NO_PROOF)
        assert len(drawing.alternative) > 60
        assert len(drawing.svg) < 300_000
        root = ElementTree.fromstring(drawing.svg)
        assert root.get("role") == "img"
        labels = str(root.get("aria-labelledby")).split()
        title, description = (root.find(f"{SVG}*[@id='{label}']") for label in labels)
        assert title is not None
        assert title.text == drawing.title
        assert description is not None
        assert description.text == drawing.alternative


@needs_matplotlib
def test_alternative_texts_tell_what_is_seen() -> None:
    found = drawn(SWITCH)
    landscape = found["landscape"].alternative
    assert "Marked: 2 stable equilibria, 1 unstable equilibrium. 1 at (-1, 1), stable; 2 at (" in landscape
    assert "3 at (1, -1), stable" in landscape
    assert re.search(r"E is flat \(constant in every direction of the slice\) in \d+% of the picture", landscape)
    assert "1 ghost region is marked there." in landscape
    assert "Shaded: 1 dead neuron, 2 dead neurons;" in found["portrait"].alternative
    assert "Equilibrium 2 (unstable): the largest is about 2, certified to be above 1." in found["spectrum"].alternative
    assert "Right: energy V of the repaired system" in found["repair"].alternative
    radii = drawn(IMAGES)["radii"].alternative
    assert "2 of 3 patterns have one" in radii
    assert "without one: seen[1] (b)." in radii
    assert "seen[1] (b) and seen[2] (c)." in radii
    cells = drawn(CELLS)["portrait"]
    assert "2 certified basin cells are outlined." in cells.alternative
    assert cells.check == "basin_cells"


@needs_matplotlib
def test_legends_name_what_is_drawn() -> None:
    said = texts(drawn(SWITCH)["landscape"].svg)
    for part in (
        "flat: E constant in every direction",
        "E constant along the hatching",
        "ghost: flat, but not at rest",
        "stable equilibrium",
        "unstable equilibrium",
        "energy E (no unit)",
        "state of x[0]",
    ):
        assert part in said
    assert "certified: the largest eigenvalue lies here" in texts(drawn(SWITCH)["spectrum"].svg)
    assert "certified basin cell" in texts(drawn(CELLS)["portrait"].svg)
    assert "1 without a certified ball" in texts(drawn(IMAGES)["radii"].svg)


@needs_matplotlib
def test_the_same_certificate_gives_the_same_text() -> None:
    spec, _, certificate = certified(SWITCH)
    again = drawings_of(spec, replace(certificate, seconds=(9.0,) * len(certificate.results)))
    assert again == list(drawn(SWITCH).values())


@needs_matplotlib
def test_several_stand_in_one_page() -> None:
    spec, _, certificate = certified(SWITCH)
    other = replace(spec, digest="0" * 60 + "abcd")
    drawings = [*drawings_of(spec, certificate), *drawings_of(other, certificate)]
    every = [name for drawing in drawings for name in ids(drawing.svg)]
    assert len(every) == len(set(every))
    for drawing in drawings:
        assert drawing.svg.startswith("<svg ")
        own = set(ids(drawing.svg))
        used = set(re.findall(r"url\(#([^)]*)\)", drawing.svg)) | set(re.findall(r'href="#([^"]*)"', drawing.svg))
        assert used <= own
        # A rule in a page's style sheet would hold for the whole page.
        assert "<style" not in drawing.svg


@needs_matplotlib
def test_names_are_neither_mathematics_nor_markup() -> None:
    spec, _, certificate = certified(IMAGES)
    rows = [dict(row) for entry in certificate.results for row in entry["obligations"]]
    certain = {"name": HOSTILE, "verdict": "pass", "radius": "1/4", "distance": "0"}
    table = {**rows[0]["data"], "memories": [certain, *[{"name": HOSTILE, "verdict": "unknown"}] * 2]}
    entry = {**certificate.results[0], "subject": HOSTILE, "obligations": [{**rows[0], "data": table}]}
    both = replace(certificate, results=(entry, entry))
    named = replace(spec, name=HOSTILE)
    for drawing in drawings_of(named, both):
        assert "<script" not in drawing.svg
        assert "\x1b" not in drawing.svg + drawing.alternative + drawing.caption
        assert "\u202e" not in drawing.svg + drawing.alternative + drawing.caption
        root = ElementTree.fromstring(drawing.svg)
        assert {node.tag for node in root.iter()} <= {
            f"{SVG}{tag}" for tag in ("svg", "title", "desc", "g", "path", "defs", "clipPath", "rect", "use", "text")
        } | {f"{SVG}{tag}" for tag in ("pattern", "image", "tspan")}
    radii = next(drawing for drawing in drawings_of(named, both) if drawing.name == "radii")
    assert any("$\\frac{1}{2}$ <script>" in said for said in texts(radii.svg))
    assert 'id="title"' in radii.alternative


@needs_matplotlib
def test_a_check_that_does_not_concern_the_model_has_no_figure_beside_it() -> None:
    spec, _, certificate = certified(SWITCH)
    aside = tuple({**entry, "verdict": "not-applicable"} for entry in certificate.results)
    found = drawings_of(spec, replace(certificate, results=aside))
    assert {drawing.check for drawing in found} == {None}


def test_without_matplotlib_there_are_no_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "find_spec", lambda _: None)
    spec, _, certificate = certified(SWITCH)
    assert drawings_of(spec, certificate) == []


def test_matplotlib_and_numpy_are_loaded_by_drawing_only() -> None:
    loaded = modules_after("import hopverify.reporting.figures")
    assert not {"matplotlib", "numpy", "scipy", "pydantic"} & set(loaded)


def test_paths_are_shortened_and_stay_where_they_are() -> None:
    assert shortened("M 0 0 L 1 0 L 2 0.004 L 2 3 z M 5 5 L 6 6") == "M0 0l2 0 0 3zM5 5l1 1"
    # Back the same way is a step of its own, and a point stays a point.
    assert shortened("M 0 0 L 4 0 L 1 0") == "M0 0l4 0 -3 0"
    assert shortened("M 2 2 L 2 2 z") == "M2 2l0 0z"
    assert shortened("M 0 -0.5 C 1 1 2 2 3 3 z") == "M 0 -0.5 C 1 1 2 2 3 3 z"


def absolute(path: str) -> list[tuple[float, float]]:
    """Return the corners of a shortened path."""
    found: list[tuple[float, float]] = []
    for command, numbers in re.findall(r"([Ml])([^Mlz]*)", path):
        values = [float(value) for value in numbers.split()]
        for s, t in zip(values[::2], values[1::2], strict=True):
            found.append((s, t) if command == "M" else (found[-1][0] + s, found[-1][1] + t))
    return found


def test_steps_add_up() -> None:
    corners = [(k * 1.2345, (k * k) % 7 + 0.678) for k in range(200)]
    path = "M " + " L ".join(f"{s:.6f} {t:.6f}" for s, t in corners)
    found = absolute(shortened(path))
    assert len(found) == len(corners)
    assert max(abs(a - c) + abs(b - d) for (a, b), (c, d) in zip(found, corners, strict=True)) <= 0.1
    assert len(shortened(path)) < 0.7 * len(path)


def test_ids_that_nothing_refers_to_are_dropped_and_text_is_not_touched() -> None:
    text = (
        '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
        '<defs><style>*{}</style></defs><metadata>m</metadata><g id="axes_1"><path id="a" d="M 0 0"/>'
        '<use xlink:href="#a" style="fill: url(#a)"/><text>id="a" url(#a)</text></g></svg>'
    )
    root = ElementTree.fromstring(inline(text, "p"))
    assert [node.get("id") for node in root.iter() if node.get("id")] == ["p-a"]
    use = root.find(f".//{SVG}use")
    assert use is not None
    assert use.get(f"{LINK}href") == "#p-a"
    assert use.get("style") == "fill: url(#p-a)"
    assert texts(inline(text, "p")) == ['id="a" url(#a)']
    assert root.find(f".//{SVG}metadata") is None


def test_every_figure_is_described() -> None:
    described = (Path(__file__).parents[2] / "docs" / "figures.md").read_text(encoding="utf-8")
    for figure in FIGURES:
        assert f"**{figure.name}**" in described
