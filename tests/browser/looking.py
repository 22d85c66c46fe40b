"""What can be seen of a page by looking at all of it."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep
from typing import Any

PATIENCE = 20.0

_STICKS_OUT = """() => {
  const scrolls = (element) => {
    for (let each = element.parentElement; each; each = each.parentElement)
      if (['auto', 'scroll', 'hidden'].includes(getComputedStyle(each).overflowX)) return true;
    return false;
  };
  const { clientWidth: width, scrollWidth } = document.documentElement;
  const wide = scrollWidth > width ? [`the page is ${scrollWidth} wide`] : [];
  const beyond = (e) => e.checkVisibility() && e.getBoundingClientRect().right > width + 1 && !scrolls(e);
  return wide.concat([...document.querySelectorAll('body *')].filter(beyond).map((e) => e.outerHTML.slice(0, 100)));
}"""

# For each distinct pair of colours the first words that have it. Colours are rgb(), with alpha where not opaque.
_COLOURS = """() => {
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const groundOf = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = parse(getComputedStyle(each).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const found = {};
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement, words = walker.currentNode.textContent.trim();
    if (!words || !element.checkVisibility() || element.closest('script, style, .skip')) continue;
    const pair = [parse(getComputedStyle(element).color).slice(0, 3), groundOf(element)];
    found[JSON.stringify(pair)] ??= [words.slice(0, 60), ...pair];
  }
  return Object.values(found);
}"""


def becomes(look: Callable[[], Any], expected: Any) -> bool:
    """Wait until what is looked at is as expected: a page answers a click, or a jump within it, in its own time.

    Returns False if it does not come to that, so that the test shows what there is instead.
    """
    end = monotonic() + PATIENCE
    while not (found := look() == expected) and monotonic() < end:
        sleep(0.01)
    return found


def sticks_out(page: Any) -> list[str]:
    """Return the elements that reach beyond the right edge of the page and cannot be scrolled to."""
    found: list[str] = page.evaluate(_STICKS_OUT)
    return found


def scrolls_sideways(page: Any) -> list[str]:
    """Return the elements whose content is wider than they are, the page itself among them."""
    cut = "e => e.scrollWidth > e.clientWidth + 1 && ['auto', 'scroll'].includes(getComputedStyle(e).overflowX)"
    found: list[str] = page.evaluate(
        f"[...document.querySelectorAll('body *')].filter({cut}).map(e => e.outerHTML.slice(0, 100))"
    )
    return found + ["the page"] * bool(
        page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    )


def contrasts(page: Any) -> dict[str, float]:
    """Return the contrast of text and ground, as WCAG 2 defines it, for each pair of colours; by words that have it."""
    return {words: _ratio(_luminance(ink), _luminance(ground)) for words, ink, ground in page.evaluate(_COLOURS)}


def _ratio(first: float, second: float) -> float:
    return (max(first, second) + 0.05) / (min(first, second) + 0.05)


def _luminance(colour: list[float]) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (c / 255 for c in colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def unnamed_images(page: Any) -> list[str]:
    """Return the images without words for those who do not see them."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('img')].filter(e => !e.alt.trim()).map(e => e.outerHTML.slice(0, 80))"
    )
    return found


def doubled_names(page: Any) -> list[str]:
    """Return the names of elements that more than one of them has."""
    found: list[str] = page.evaluate(
        "(() => { const ids = [...document.querySelectorAll('[id]')].map(e => e.id);"
        " return ids.filter((id, place) => ids.indexOf(id) !== place); })()"
    )
    return found


def first_paint(page: Any) -> float:
    """Return the milliseconds until something was to be seen."""
    found: float = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    return found
