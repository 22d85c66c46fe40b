"""A fixed share of the hunt in every run, less of it by default; HYPOTHESIS_PROFILE=hunt hunts the whole of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.profiles import by_profile, profile
from tests.soundness.hunt.cases import Family, Outcome, hunt
from tests.soundness.hunt.families import families
from tests.soundness.hunt.table import PAGE, read_found, table


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", families())
def test_no_oracle_contradicts_the_checker(name: str, record_property: Callable[[str, object], None]) -> None:
    family = families()[name]
    tally = hunt(family, range(by_profile(family.share // 16, family.share, family.long)))
    record_property("verdicts", dict(tally.verdicts))
    assert not tally.contradictions, "\n".join(tally.contradictions[:5])
    # A hunt in which nothing passes, or nothing is refused, looks at no edge; some cases are too few to tell.
    if profile() != "default":
        assert tally.verdicts["pass"] > 0.03 * tally.cases
        assert len(tally.verdicts) > 1 or name == "equilibria"


def test_the_whole_hunt_is_large() -> None:
    assert sum(family.long for family in families().values()) >= 100_000


def test_the_page_shows_what_the_last_hunt_found() -> None:
    """``python -m tests.soundness.hunt --write --from SEED`` hunts anew, or for the first time in a family."""
    assert table(read_found()) in PAGE.read_text(encoding="utf-8")


@pytest.mark.long
def test_the_last_hunt_went_through_every_family_and_decided_enough() -> None:
    found = read_found()
    assert set(found) == set(families())
    assert sum(row["cases"] for row in found.values()) >= 100_000
    assert sum(row["pass"] + row["fail"] for row in found.values()) >= 40_000


def test_what_raises_is_a_contradiction() -> None:
    def breaks(random: object) -> Outcome:
        raise ArithmeticError("as planted")

    tally = hunt(Family("planted", "", breaks, 1, 1), range(3))
    assert len(tally.contradictions) == tally.cases == 3
