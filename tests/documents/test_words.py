"""The words of the documents: few in the README, linked to the glossary where they are first used, and plain."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest

from hopverify.checks import CHECKS
from hopverify.reporting.theory import SENTENCES
from hopverify.verdict import Reason
from tests.documents.blocks import PAGES, ROOT, page
from tests.documents.terms import COINED, first_use, is_linked

GLOSSARY = "docs/glossary.md"
ENTRIES = re.findall(r"^### (.+)$", page(GLOSSARY), re.MULTILINE)


def anchor(heading: str) -> str:
    return heading.lower().replace(" ", "-")


def test_the_readme_is_short() -> None:
    assert len(page("README.md").split()) <= 900


def test_the_readme_counts_the_models() -> None:
    (number,) = re.findall(r"there are (\d+) models", page("README.md"))
    assert int(number) == sum(1 for path in (ROOT / "specs").rglob("*.yaml"))


@pytest.mark.parametrize("name", [name for name in PAGES if name != GLOSSARY])
def test_words_of_this_project_are_linked_where_they_are_first_used(name: str) -> None:
    text = page(name)
    for entry, pattern in COINED.items():
        use = first_use(text, pattern)
        assert use is None or is_linked(text, use, entry), (
            f"{name}:{text.count(chr(10), 0, use.start()) + 1}: link {use[0]!r} to glossary.md#{entry}"
        )


def test_links_into_the_glossary_meet_an_entry() -> None:
    anchors = set(map(anchor, ENTRIES))
    assert set(COINED) <= anchors
    for name in PAGES:
        assert set(re.findall(r"glossary\.md#([\w-]+)", page(name))) <= anchors, name


def test_what_the_glossary_refers_to_is_in_it() -> None:
    words = {word.lower() for entry in ENTRIES for word in (entry, *entry.split())} | {"equilibria"}
    for used in re.findall(r"(?<![\w*])\*([a-z ]+)\*(?!\*)", page(GLOSSARY)):
        assert words & {used, used.removesuffix("s"), used.removesuffix("es")}, used


def test_every_extra_is_explained() -> None:
    extras = tomllib.loads(page("pyproject.toml"))["project"]["optional-dependencies"]
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", page("docs/install.md"), re.MULTILINE)
    assert set(re.findall(r"\w+", " ".join(rows))) == set(extras)


# What reads oddly in English, and what to write: shows, says, lists; needs, expects, checks; is about; does not apply.
ODD = r"told|of no concern|whoever|nobody|speaks? of|whichever|gone through|asks? for"


@pytest.mark.parametrize("name", [*PAGES, "CONTRIBUTING.md", "SECURITY.md"])
def test_sentences_are_plain(name: str) -> None:
    assert not re.findall(rf".*\b(?:{ODD})\b.*", page(name), re.IGNORECASE)


def test_sentences_of_checks_and_reasons_are_plain() -> None:
    checks = [text for check in CHECKS for text in (check.explanation, check.premises, *check.sizes.values())]
    for text in [*checks, *SENTENCES.values(), *(reason.value for reason in Reason)]:
        assert not re.search(rf"\b(?:{ODD}|at hand)\b", text), text


def test_no_first_use_is_overlooked() -> None:
    text = "# Dead\n`dead` [dead](theory.md) and a dead neuron, [dead](glossary.md#dead-neuron)"
    use = first_use(text, COINED["dead-neuron"])
    assert use is not None
    assert (use[0], is_linked(text, use, "dead-neuron")) == ("dead neuron", False)
    linked = first_use("a [dead neuron](docs/glossary.md#dead-neuron)", COINED["dead-neuron"])
    assert linked is not None
    assert is_linked("a [dead neuron](docs/glossary.md#dead-neuron)", linked, "dead-neuron")


def test_the_table_of_seconds_is_what_was_measured() -> None:
    place = importlib.util.spec_from_file_location("speed_table", ROOT / "docs" / "speed_table.py")
    assert place is not None
    assert place.loader is not None
    script = importlib.util.module_from_spec(place)
    place.loader.exec_module(script)
    assert script.table() in Path(ROOT / "docs" / "speed.md").read_text(encoding="utf-8")
