"""A real browser, and pages to open in it. Whatever a page says on its console, or asks of others, fails the test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hopverify.pipeline import verify
from hopverify.reporting.composing import compose
from hopverify.reporting.formats.html import html
from hopverify.reporting.material import gather
from hopverify.spec import read_spec

Visit = Callable[..., Any]

_NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium without a window; tests are skipped, and say so, where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="no page is opened: playwright is not installed")
    place = os.environ.get("BROWSER_FOR_TESTS") or next(filter(None, map(shutil.which, _NAMES)), None)
    if place is None:
        pytest.skip("no page is opened: no browser is installed (Debian: apt-get install chromium)")
    with playwright.sync_playwright() as started:
        # Inside containers, and as root, there is no sandbox to be had; the pages are our own.
        opened = started.chromium.launch(executable_path=place, args=["--no-sandbox"], headless=True)
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Any) -> Iterator[Visit]:
    """Open a file; options are those of a browser context, such as ``color_scheme`` and ``java_script_enabled``."""
    contexts: list[Any] = []
    complaints: list[str] = []
    asked: list[str] = []
    opened: list[str] = []

    def open_file(path: Path, *, width: int = 1400, height: int = 900, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: (complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda request: asked.append(request.url))
        opened.append(path.resolve().as_uri())
        page.goto(opened[-1])
        return page

    open_file.opened = opened  # type: ignore[attr-defined]
    yield open_file
    for context in contexts:
        context.close()
    assert complaints == []
    # A page is asked for, with or without a place in it; images lie within it.
    assert {url.partition("#")[0] for url in asked if not url.startswith("data:")} <= set(opened)


@pytest.fixture(scope="session")
def report_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """Make the page of a spec, once, and return where it is."""
    folder = tmp_path_factory.mktemp("pages")
    made: dict[Path, Path] = {}

    def make(path: Path) -> Path:
        if path not in made:
            spec = read_spec(path)
            document = compose(gather(verify(spec), f"{path.stem}.certificate.json", spec))
            made[path] = folder / f"{len(made)}-{path.stem}.html"
            made[path].write_text(html(document), encoding="utf-8")
        return made[path]

    return make
