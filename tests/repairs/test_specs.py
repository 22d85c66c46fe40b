"""The specs in ``specs/repaired/`` are what the command writes; each model with a flat region has one."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from hopverify.pipeline import verify
from hopverify.repairs.subject import obstacle
from hopverify.spec import CheckRequest, read_spec
from tests.repairs.subjects import of_file, proposed

SPECS = Path(__file__).parents[2] / "specs"
# The comparison with the original speaks of activations that are functions, which a filled-in sign is not.
OF_SIGNS = {"krotov-hopfield-a", "krotov-hopfield-a-slow"}
HEAVY = {"digits", "digits-float16", "digits-temperatures"}


def script() -> ModuleType:
    place = importlib.util.spec_from_file_location("make_repaired", SPECS / "repaired" / "make.py")
    assert place is not None
    assert place.loader is not None
    module = importlib.util.module_from_spec(place)
    place.loader.exec_module(module)
    return module


REPAIRED: dict[str, str] = script().REPAIRED


@pytest.mark.parametrize("name", REPAIRED)
def test_a_repaired_spec_is_what_the_repair_proposes(name: str) -> None:
    proposal = proposed(of_file(SPECS / f"{name}.yaml"), REPAIRED[name])
    kept = SPECS / "repaired" / f"{name}-{REPAIRED[name]}.yaml"
    assert proposal.text == kept.read_text(encoding="utf-8"), "run `python specs/repaired/make.py`"
    assert not proposal.files


def test_no_other_spec_lies_there() -> None:
    found = {path.stem for path in (SPECS / "repaired").glob("*.yaml")}
    assert found == {f"{name}-{repair}" for name, repair in REPAIRED.items()}


@pytest.mark.parametrize("name", REPAIRED)
def test_the_certificate_of_a_repaired_spec_passes_altered_flatness(name: str) -> None:
    spec = read_spec(SPECS / "repaired" / f"{name}-{REPAIRED[name]}.yaml")
    asked = ("altered_energy_descent", "altered_flatness", "equilibria_preserved")
    certificate = verify(replace(spec, checks=tuple(CheckRequest(check, {}, "checks") for check in asked)))
    told = [entry for entry in certificate.results if "stability" not in entry["subject"]]
    verdicts = {entry["check"]: entry["verdict"] for entry in told}
    unknown = {"equilibria_preserved": "unknown"} if name in OF_SIGNS else {}
    assert verdicts == dict.fromkeys(asked, "pass") | unknown


def test_every_model_with_a_flat_region_is_repaired() -> None:
    flat, beyond = set(), set()
    for path in sorted(SPECS.glob("*.yaml")):
        spec = read_spec(path)
        if path.stem in HEAVY or spec.energy is not None or spec.update is not None:
            continue
        asked = replace(spec, checks=(CheckRequest("energy_flatness", {}, "checks"),), expect={})
        if any(entry["verdict"] == "fail" for entry in verify(asked, samples=50).results):
            flat.add(path.stem)
            if obstacle(of_file(path)) is not None:
                beyond.add(path.stem)
    assert flat >= OF_SIGNS
    # Synapses that are not quadratic, layers without a leak, uncertain weights: `repair` says so.
    assert "energy-transformer" in beyond
    assert flat - set(REPAIRED) == beyond
    assert set(REPAIRED) - flat == {"gelu-memory"}
