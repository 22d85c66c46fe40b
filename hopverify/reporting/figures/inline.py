"""SVG for pages: one element without a prolog, whose ids begin with a prefix, so that several fit in one page."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

SVG, LINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
DROPPED = {f"{{{SVG}}}metadata", f"{{{SVG}}}style"}
STYLE = "stroke-linejoin: round; stroke-linecap: butt"
LONG = 600


def inline(text: str, prefix: str) -> str:
    """Return matplotlib's SVG as one element.

    What is dropped: the prolog, comments, metadata, groups' ids that nothing refers to, and the style sheet, whose
    rules would hold for the whole page; they are set on the element itself.
    """
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", LINK)
    root = ElementTree.fromstring(text)
    for parent in root.iter():
        for child in list(parent):
            if child.tag in DROPPED or any(each.tag == f"{{{SVG}}}style" for each in child):
                parent.remove(child)
    used = _used(root)
    for element in root.iter():
        _rename(element, used, prefix)
        if "d" in element.attrib:
            element.set("d", shortened(element.attrib["d"]))
    root.set("style", STYLE)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def _used(root: ElementTree.Element) -> set[str]:
    """Return the ids that something refers to."""
    found: set[str] = set()
    for element in root.iter():
        found.update(element.get("aria-labelledby", "").split())
        found.update(element.get(f"{{{LINK}}}href", "").removeprefix("#").split())
        for value in element.attrib.values():
            found.update(re.findall(r"url\(#([^)]*)\)", value))
    return found


def _rename(element: ElementTree.Element, used: set[str], prefix: str) -> None:
    for key, value in list(element.attrib.items()):
        if key == "id":
            if value in used:
                element.set(key, f"{prefix}-{value}")
            else:
                del element.attrib[key]
        elif key == "aria-labelledby":
            element.set(key, " ".join(f"{prefix}-{part}" for part in value.split()))
        elif key == f"{{{LINK}}}href" and value.startswith("#"):
            element.set(key, f"#{prefix}-{value[1:]}")
        elif "url(#" in value:
            element.set(key, value.replace("url(#", f"url(#{prefix}-"))


def shortened(path: str) -> str:
    """Return a path of straight lines as steps in hundredths of a point (long ones: tenths), without needless points.

    >>> shortened("M 1.001 2.0 L 2.0 2.0 L 3.0 2.0 L 3.0 4.25 z")
    'M1 2l2 0 0 2.25z'
    """
    words = path.split()
    if set(re.findall("[A-Za-z]", path)) - {"M", "L", "z", "e"} or len(words) < 4:
        return " ".join(words)
    unit = 10 if len(path) > LONG else 100
    written: list[str] = []
    corners: list[tuple[int, int]] = []
    for word in _pieces(words):
        if word == "z":
            written.append(_steps(corners, unit) + "z")
            corners = []
        elif word[0] == "M":
            written.append(_steps(corners, unit))
            corners = [_corner(word, unit)]
        else:
            corners.append(_corner(word, unit))
    return "".join([*written, _steps(corners, unit)])


def _pieces(words: list[str]) -> Iterator[Any]:
    place = 0
    while place < len(words):
        if words[place] == "z":
            yield "z"
            place += 1
        else:
            yield words[place : place + 3]
            place += 3


def _corner(word: list[str], unit: int) -> tuple[int, int]:
    return round(float(word[1]) * unit), round(float(word[2]) * unit)


def _steps(corners: list[tuple[int, int]], unit: int) -> str:
    """Return a line through corners; steps in the same direction are one."""
    if not corners:
        return ""
    steps: list[tuple[int, int]] = []
    for (a, b), (c, d) in pairwise(corners):
        step = (c - a, d - b)
        if steps and _same_way(steps[-1], step):
            steps[-1] = (steps[-1][0] + step[0], steps[-1][1] + step[1])
        elif step != (0, 0):
            steps.append(step)
    first = f"M{_number(corners[0][0], unit)} {_number(corners[0][1], unit)}"
    # A line without length is a dot where line caps are round.
    rest = " ".join(f"{_number(a, unit)} {_number(b, unit)}" for a, b in steps or [(0, 0)])
    return f"{first}l{rest}"


def _same_way(first: tuple[int, int], second: tuple[int, int]) -> bool:
    (a, b), (c, d) = first, second
    return a * d == b * c and a * c + b * d >= 0


def _number(value: int, unit: int) -> str:
    return f"{value / unit:.2f}".rstrip("0").rstrip(".").replace("-0.", "-.").removeprefix("0") or "0"
