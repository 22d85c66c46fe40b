"""The specs say what the golden table keeps of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.golden.alone import accepted
from tests.golden.rows import agree, rows_of
from tests.golden.table import SPECS, differences, every_spec, name_of, read_certificates, read_table, settled, verify

QUICK = [
    "hopfield-1982",
    "ghostmax-memory",
    "relu-pair",
]


def test_the_table_has_every_spec_and_no_other() -> None:
    assert set(read_table()) == {name_of(path) for path in every_spec()}


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("quick")
    verify([SPECS / f"{name}.yaml" for name in QUICK], folder)
    return folder


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("everything")
    verify(every_spec(), folder)
    return folder


def test_quick_specs_are_as_the_table_keeps_them(quick: Path) -> None:
    assert differences(read_table(), read_certificates([SPECS / f"{name}.yaml" for name in QUICK], quick)) == []


def test_the_kernel_alone_accepts_the_claims_of_quick_specs(quick: Path) -> None:
    assert accepted([SPECS / f"{name}.yaml" for name in QUICK], quick)["relu-pair"] > 0


@pytest.mark.long
def test_every_spec_is_as_the_table_keeps_it(everything: Path) -> None:
    assert differences(read_table(), read_certificates(every_spec(), everything)) == []


@pytest.mark.long
def test_the_kernel_alone_accepts_the_claims_of_every_spec(everything: Path) -> None:
    assert sum(accepted(every_spec(), everything).values()) > 1000


def test_another_verdict_shows() -> None:
    kept = {"one": ["equilibria [x]: pass", "    patterns: 3"]}
    diff = differences(kept, {"one": ["equilibria [x]: unknown (undecided)", "    patterns: 3"]})
    assert "-equilibria [x]: pass" in diff
    assert "+equilibria [x]: unknown (undecided)" in diff


def test_the_last_bits_do_not_show() -> None:
    kept = {"one": ["    certified_step: 0.3571; x: 8 from -1 to 1.602"]}
    made = {"one": ["    certified_step: 0.357; x: 8 from -0.9999 to 1.602"]}
    assert settled(kept, made) == kept


@pytest.mark.parametrize(
    ("one", "other"),
    [("count: 2800", "count: 2801"), ("radius: 0.5", "radius: 0.51"), ("x[0]: 1.5", "x[1]: 1.5"), ("a: 2", "a: two")],
)
def test_what_differs_does_not_agree(one: str, other: str) -> None:
    assert not agree(one, other)


def test_numbers_are_told_in_four_digits_however_they_are_written() -> None:
    data = {
        "ball": "[0.055956125 +/- 4.41e-10]",
        "fraction": "-9007199254740991/9007199254740992",
        "nothing": "1/100000000000000000000",
        "prose": "uᵀQu ≥ 507/2048·|u|² on x[2]",
        "equilibria": [{"x": [["1/3", "2/3"]] * 3, "stability": "stable"}, {"x": ["-1"], "stability": "stable"}],
    }
    entry = {"check": "c", "subject": "s", "verdict": "pass", "expected": "pass", "obligations": [{"data": data}]}
    assert rows_of({"results": [entry]}) == [
        "c [s]: pass",
        "    ball: 0.05596; fraction: -1; nothing: ≈0; prose: uᵀQu ≥ 0.2476·|u|² on x[2]",
        "    equilibria: 2; .stability: 2 × stable; .x: 7 from -1 to 0.6667",
    ]
