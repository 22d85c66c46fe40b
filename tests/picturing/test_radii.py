"""Radii: in order, with failures, and images of the patterns that failed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hopverify.certificate import Certificate
from hopverify.picturing.radii import KEPT, radii_of
from tests.picturing.certificates import IMAGES, SWITCH, certified


def with_data(certificate: Certificate, subject: str = "seen", sheets: Any = None, **data: Any) -> Certificate:
    (entry,) = certificate.results
    (row,) = entry["obligations"]
    evidence = {**row["evidence"], **({} if sheets is None else {"sheets": sheets})}
    changed = {**row, "data": {**row["data"], **data}, "evidence": evidence}
    return replace(certificate, results=({**entry, "subject": subject, "obligations": [changed]},))


def test_the_failures_are_named_and_shown_with_their_competitors() -> None:
    _, model, certificate = certified(IMAGES)
    found = radii_of(model, certificate)
    assert found is not None
    (series,) = found.series
    assert (series.certified, series.patterns, series.places) == (2, 3, (1, 2))
    assert series.failed == ("seen[1] (b)",)
    (first,) = found.pairs
    assert (first.name, first.competitor) == ("seen[1] (b)", "seen[2] (c)")
    assert first.image.tolist() == [[0.0, 1.0], [0.0, 0.0]]
    assert first.other.tolist() == [[0.0, 1.0], [pytest.approx(0.1), 0.0]]


def test_radii_are_in_order_and_many_are_thinned() -> None:
    _, model, certificate = certified(IMAGES)
    rows = [{"name": f"seen[{k}]", "verdict": "pass", "radius": f"{k + 1}/8", "distance": "0"} for k in range(5000)]
    found = radii_of(model, with_data(certificate, memories=rows, patterns=5000))
    assert found is not None
    (series,) = found.series
    assert len(series.radii) == KEPT
    assert list(series.radii) == sorted(series.radii, reverse=True)
    assert (series.places[0], series.places[-1]) == (1, 5000)
    assert (series.radii[0], series.radii[-1]) == (625.0, 0.125)


def test_a_table_of_failures_only_takes_radii_from_the_evidence() -> None:
    _, model, certificate = certified(IMAGES)
    sheets = [
        {"beta": "400", "radii": ["1/4", None], "distances": ["1/8", None]},
        {"beta": "9", "radii": ["1/2", "1/16"], "distances": ["1/8", "1/32"]},
    ]
    rows = [{"name": "seen[1]", "verdict": "unknown"}]
    changed = with_data(certificate, "seen, beta = 400", sheets, memories=rows, patterns=2, unlisted=1)
    found = radii_of(model, changed)
    assert found is not None
    assert found.series[0].radii == (0.25,)
    assert found.series[0].distances == (0.125,)
    # Which sheet is meant is not told.
    assert radii_of(model, with_data(certificate, "seen", sheets, memories=rows, patterns=2, unlisted=1)) is None


def test_a_number_of_patterns_that_does_not_fit_is_not_drawn() -> None:
    _, model, certificate = certified(IMAGES)
    assert radii_of(model, with_data(certificate, patterns=10**12)) is None
    assert radii_of(model, with_data(certificate, patterns=0)) is None


def test_nothing_is_said_where_nothing_is_asked() -> None:
    _, model, certificate = certified(SWITCH)
    assert radii_of(model, certificate) is None


def test_patterns_that_are_no_images_are_not_shown() -> None:
    text = IMAGES.replace(", shape: [2, 2]", "")
    _, model, certificate = certified(text)
    found = radii_of(model, certificate)
    assert found is not None
    assert found.pairs == ()
    images = certified(IMAGES)[1]
    rows = [{"name": "seen[1]", "verdict": "unknown", "competitor": "seen[77]"}, {"name": "other[0]"}]
    found = radii_of(images, with_data(certificate, memories=rows, patterns=2))
    assert found is not None
    assert found.pairs == ()
