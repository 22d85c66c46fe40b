"""The gallery in a browser: the index of a few models, and the one that is kept in reports/."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.browser.conftest import Visit
from tests.browser.looking import becomes, contrasts, doubled_names, first_paint, sticks_out, unnamed_images
from tests.cli.commands import ROOT, run

pytestmark = pytest.mark.long
SPECS = ("relu-pair", "negative-missing-half", "repaired/relu-pair-universal")
ALL = ["negative-missing-half", "relu-pair", "relu-pair-universal"]
KEPT = ROOT / "reports" / "index.html"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gallery") / "reports"
    result = run("gallery", *(ROOT / "specs" / f"{name}.yaml" for name in SPECS), "--out", folder)
    assert result.exit_code == 0, result.output
    return Path(folder / "index.html")


def shown(page: object) -> list[str]:
    """Return the names on the cards that can be seen."""
    found: list[str] = page.evaluate(  # type: ignore[attr-defined]
        "[...document.querySelectorAll('.cards > li')].filter(e => e.checkVisibility())"
        ".map(e => e.querySelector('h3').textContent.trim())"
    )
    return found


def test_a_card_a_model(visit: Visit, index: Path) -> None:
    page = visit(index)
    assert shown(page) == ALL
    card = page.locator("#model-relu-pair")
    assert card.locator(".mark", has_text="proved").first.is_visible()
    assert card.locator("img").count() == 2
    assert all(image.evaluate("e => e.complete && e.naturalWidth > 100") for image in page.locator("img").all())
    card.locator("summary").click()
    assert becomes(card.get_by_role("link", name="Energy never increases").is_visible, True)


def test_cards_are_chosen_by_words_verdicts_and_checks(visit: Visit, index: Path) -> None:
    page = visit(index)
    page.locator("#find").fill("MOREAU pair")
    assert becomes(lambda: shown(page), ["relu-pair-universal"]), shown(page)
    assert "1 of 3" in page.locator("#filtered").inner_text()
    page.locator("#find").fill("")
    page.locator("#check").select_option("The energy has flat regions: refuted, as the spec expects")
    assert becomes(lambda: shown(page), ["relu-pair"]), shown(page)
    # A link to a card that is hidden shows it.
    page.locator("#model-relu-pair").get_by_role("link", name="Repaired").click()
    assert becomes(lambda: shown(page), ALL), shown(page)
    assert page.url.endswith("#model-relu-pair-universal")
    page.locator("#verdict").select_option("proved")
    assert becomes(lambda: shown(page), ["relu-pair-universal"]), shown(page)


def test_without_scripts_all_cards_are_there(visit: Visit, index: Path) -> None:
    page = visit(index, java_script_enabled=False)
    assert shown(page) == ALL
    assert not page.locator("#tools").is_visible()
    page.locator("#model-relu-pair summary").click()
    assert becomes(page.locator("#model-relu-pair details li").first.is_visible, True)


def test_the_keyboard_leads_from_card_to_report(visit: Visit, index: Path) -> None:
    page = visit(index)
    visit.opened.append((index.parent / "models/relu-pair.html").resolve().as_uri())  # type: ignore[attr-defined]
    page.locator("#model-relu-pair h3 a").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#check-energy-flatness")
    assert page.locator("h1").inner_text() == "relu-pair"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1400])
def test_it_can_be_read(visit: Visit, index: Path, width: int, scheme: str) -> None:
    page = visit(index, width=width, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    assert sticks_out(page) == []
    assert {words: ratio for words, ratio in contrasts(page).items() if ratio < 4.5} == {}
    assert unnamed_images(page) == []
    assert doubled_names(page) == []


def test_on_paper_it_has_all_cards(visit: Visit, index: Path) -> None:
    page = visit(index)
    page.emulate_media(media="print")
    assert shown(page) == ALL
    assert not page.locator("#tools").is_visible()
    assert page.pdf(format="A4").startswith(b"%PDF-")


def test_the_gallery_that_is_kept_is_whole(visit: Visit) -> None:
    page = visit(KEPT)
    assert first_paint(page) < 3000
    assert len(shown(page)) > 50
    addresses = page.evaluate("[...document.querySelectorAll('a[href]')].map(e => e.href)")
    named = set(page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)"))
    for address in addresses:
        parts = urlsplit(address)
        path = Path(unquote(parts.path))
        assert (parts.scheme, path.is_file()) == ("file", True), address
        assert path != KEPT or not parts.fragment or parts.fragment in named, address
    # It grows with the models, not the models' pages with time.
    pages = [path.stat().st_size for path in KEPT.parent.rglob("*.html")]
    # Each holds a font for its equations, of 38 kB, and the theorems that it names.
    assert sum(pages) < 350e3 * len(pages)


def test_a_page_that_is_kept_opens(visit: Visit) -> None:
    page = visit(KEPT.parent / "models" / "krotov-hopfield-relu.html")
    assert page.locator("figure img").count() > 1
    assert sticks_out(page) == []
