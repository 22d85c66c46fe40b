"""The corpus of the fuzzers, replayed: what they once found, and the seeds that they start from."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz import targets
from tests.fuzz.targets import CORPUS, SPECS, TARGETS, certificate_of

SEEDS = [(path.parent.name, path) for path in sorted(CORPUS.glob("*/*")) if path.is_file()]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(("name", "path"), SEEDS, ids=lambda part: part.name if isinstance(part, Path) else part)
def test_the_corpus_is_read_or_refused(name: str, path: Path) -> None:
    TARGETS[name](path.read_bytes())


def test_every_target_has_seeds() -> None:
    assert {name for name, _ in SEEDS} | {"checker"} == set(TARGETS)


@pytest.mark.parametrize("letter", SPECS)
def test_the_certificates_that_the_fuzzer_starts_from_are_accepted(letter: bytes) -> None:
    TARGETS["checker"](letter + certificate_of(letter).encode())


def test_a_false_certificate_that_is_accepted_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    text = certificate_of(b"r").replace('"verdict":"pass"', '"verdict":"fail"', 1)
    TARGETS["checker"](b"r" + text.encode())
    monkeypatch.setattr(targets, "check_certificate", lambda spec, certificate: None)
    with pytest.raises(AssertionError):
        TARGETS["checker"](b"r" + text.encode())
