"""The HTML report in a browser: complete without scripts and without a pointer, narrow and wide, dark and on paper."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import Visit
from tests.browser.looking import (
    becomes,
    contrasts,
    doubled_names,
    first_paint,
    scrolls_sideways,
    sticks_out,
    unnamed_images,
)
from tests.cli.commands import ROOT

pytestmark = pytest.mark.long
Pages = Callable[[Path], Path]

RELU = ROOT / "specs" / "krotov-hopfield-relu.yaml"
DIGITS = ROOT / "specs" / "digits.yaml"
GELU = ROOT / "specs" / "negative-gelu.yaml"
WIDTHS = (400, 1400)

HOSTILE = "</title></style><script>window.injected = 1</script><img src=x onerror='window.injected = 1'>{{ 7 * 7 }}"
HOSTILE_SPEC = f"""\
hopverify: 1
name: "{HOSTILE}"
description: "{HOSTILE}"
references: ["{HOSTILE}", "javascript:alert(1)"]
layers:
  x: {{size: 2, lagrangian: relu, bias: [0.5, -1]}}
synapses:
  w: {{kind: dense, layers: [x, x], weights: [[0, 0.5], [0.5, 0]]}}
checks: all
"""


@pytest.fixture
def hostile(tmp_path: Path, report_of: Pages) -> Path:
    path = tmp_path / "<img src=x onerror=alert(1)>.yaml"
    path.write_text(HOSTILE_SPEC, encoding="utf-8")
    return report_of(path)


FOLDED = "xpath=./*[not(self::summary)]"


def test_evidence_folds_open_by_click_and_by_keyboard(visit: Visit, report_of: Pages) -> None:
    page = visit(report_of(RELU))
    first, second = (page.locator("section[data-sign] details").nth(number) for number in (0, 1))
    inside = first.locator(FOLDED).first
    assert not inside.is_visible()
    first.locator("summary").first.click()
    assert becomes(inside.is_visible, True)
    second.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert becomes(lambda: second.get_attribute("open") is None, False)
    page.keyboard.press("Space")
    assert becomes(lambda: second.get_attribute("open") is None, True)


def test_the_keyboard_reaches_everything(visit: Visit, report_of: Pages) -> None:
    page = visit(report_of(RELU))
    page.keyboard.press("Tab")
    assert becomes(lambda: page.evaluate("document.activeElement.className"), "skip")
    page.keyboard.press("Enter")
    assert becomes(lambda: page.url.endswith("#content"), True)
    page.keyboard.press("Tab")
    assert becomes(lambda: page.evaluate("document.activeElement.closest('main') !== null"), True)
    # What scrolls can be scrolled without a pointer.
    cut = "e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === 'auto' && e.tabIndex < 0"
    stuck = page.evaluate(f"[...document.querySelectorAll('main *')].filter({cut}).map(e => e.outerHTML.slice(0, 80))")
    assert stuck == []


def test_without_scripts_everything_is_said(visit: Visit, report_of: Pages) -> None:
    with_scripts, without = visit(report_of(RELU)), visit(report_of(RELU), java_script_enabled=False)
    for section in ("#check-energy-flatness", "#trust"):
        assert without.locator(section).is_visible()
    assert without.locator("section").count() == with_scripts.locator("section").count()
    assert not without.locator("#tools").is_visible()
    assert with_scripts.locator("#tools").is_visible()
    folded = without.locator("section[data-sign] details").first
    folded.locator("summary").first.click()
    assert becomes(folded.locator(FOLDED).first.is_visible, True)


def test_the_filter_shows_what_is_chosen(visit: Visit, report_of: Pages) -> None:
    page = visit(report_of(RELU))
    sections = page.locator("main section[data-sign]")
    count = sections.count()

    def visible() -> list[Any]:
        return [each for each in sections.all() if each.is_visible()]

    page.locator("#filter").select_option("refuted")
    refuted = page.locator("main section[data-sign='refuted']").count()
    assert 0 < refuted < count
    assert becomes(lambda: [each.get_attribute("data-sign") for each in visible()], ["refuted"] * refuted), visible()
    page.locator("#filter").select_option("")
    assert becomes(lambda: len(visible()), count)


def test_all_can_be_unfolded_and_folded(visit: Visit, report_of: Pages) -> None:
    page = visit(report_of(RELU))
    page.locator("#unfold").click()
    assert becomes(page.locator("details:not([open])").count, 0)
    page.locator("#fold").click()
    assert becomes(page.locator("details[open]").count, 0)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("spec", [RELU, DIGITS], ids=lambda path: path.stem)
def test_nothing_sticks_out(visit: Visit, report_of: Pages, spec: Path, width: int) -> None:
    page = visit(report_of(spec), width=width)
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    assert sticks_out(page) == []


def test_nothing_scrolls_sideways(visit: Visit, report_of: Pages) -> None:
    """On phones, tablets and wide screens: tables, formulas and code stay within the page, unfolded or not."""
    for spec in (RELU, DIGITS, GELU):
        page = visit(report_of(spec), width=1600)
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        for width in (1600, 1200, 1000, 800, 600, 400):
            page.set_viewport_size({"width": width, "height": 900})
            assert scrolls_sideways(page) == [], (spec.stem, width)


MARKS = """() => {
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode())
    if (walker.currentNode.textContent.includes('`') && !walker.currentNode.parentElement.closest('script, style, pre'))
      found.push(walker.currentNode.textContent);
  return found;
}"""


def test_no_marks_of_the_sources_are_shown(visit: Visit, report_of: Pages) -> None:
    for spec in (RELU, GELU):
        assert visit(report_of(spec)).evaluate(MARKS) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(visit: Visit, report_of: Pages, scheme: str) -> None:
    page = visit(report_of(RELU), color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, ground[4:-1].split(", "))) < 150) == (scheme == "dark")
    # WCAG 2 asks for 4.5 : 1.
    poor = {words: ratio for words, ratio in contrasts(page).items() if ratio < 4.5}
    assert poor == {}


def test_names_for_those_who_do_not_see_it(visit: Visit, report_of: Pages) -> None:
    page = visit(report_of(RELU))
    assert unnamed_images(page) == []
    assert doubled_names(page) == []
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("math:not([alttext])").count() == 0
    levels = page.evaluate("[...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(e => Number(e.tagName[1]))")
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_on_paper_the_page_is_whole(visit: Visit, report_of: Pages) -> None:
    page = visit(report_of(RELU), color_scheme="dark")
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert not page.locator("#tools").is_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.pdf(format="A4").startswith(b"%PDF-")


def test_what_a_spec_says_is_text(visit: Visit, hostile: Path) -> None:
    page = visit(hostile)
    assert page.evaluate("window.injected") is None
    assert page.locator("h1").inner_text() == HOSTILE
    assert page.title().startswith(HOSTILE[:40])
    assert page.locator("main script, main img[src='x']").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0
    assert sticks_out(page) == []


def test_eighteen_hundred_memories(visit: Visit, report_of: Pages) -> None:
    """The issue of this page: a file under 15 MB, and something to see within three seconds."""
    path = report_of(DIGITS)
    assert path.stat().st_size < 15e6
    page = visit(path)
    assert "1,797" in page.locator("main").inner_text()
    assert first_paint(page) < 3000
