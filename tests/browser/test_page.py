"""A page opens in a browser, and its first screen says what was found; the long tests beside it look at more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.browser.conftest import Visit
from tests.browser.looking import sticks_out, unnamed_images
from tests.cli.commands import ROOT


def test_the_first_screen_has_verdict_equations_and_checks(visit: Visit, report_of: Callable[[Path], Path]) -> None:
    page = visit(report_of(ROOT / "specs" / "relu-pair.yaml"))
    assert page.locator("h1").inner_text() == "relu-pair"
    assert page.locator(".verdict").is_visible()
    assert page.locator("math").count() > 5
    # MathML is laid out: a fraction is higher than a line.
    assert page.locator("mfrac").first.bounding_box()["height"] > 20
    assert page.get_by_role("table").first.is_visible()
    assert sticks_out(page) == []
    assert unnamed_images(page) == []
