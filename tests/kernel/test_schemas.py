"""The schemas of cores and claims name what the kernel reads, hold for what it accepts, and refuse other shapes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path as File
from random import Random
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from hopverify.core import core_of
from hopverify.kernel import claims, core, language
from hopverify.kernel.facts import Case
from hopverify.kernel.numbers import rational
from hopverify.kernel.theorems import THEOREMS
from hopverify.networks import build_model
from hopverify.pipeline import verify
from hopverify.spec import parse_spec
from tests.profiles import by_profile
from tests.soundness.mutations import Path, at, paths, placed

DOCS = File(__file__).parents[2] / "docs"
CORE, CLAIMS = (
    Draft202012Validator(json.loads((DOCS / f"{name}.schema.json").read_text(encoding="utf-8")))
    for name in ("core", "claims")
)
WAYS = {
    (claim, by): CLAIMS.schema["$defs"][f"{claim} by {by}".replace(" ", "-")]["properties"] for claim, by in THEOREMS
}

SPECS = (
    """
layers:
  x: {size: 2, lagrangian: relu, bias: [0.5, -1]}
  y: {size: 2, lagrangian: tanh, tau: [1, 2]}
synapses:
  w: {kind: dense, layers: [x, y], weights: [[1, 2], [3, 4]]}
checks: all
""",
    """
layers:
  x: {size: 2, lagrangian: {expression: "x^4/4 - x^2/2"}}
synapses:
  w: {kind: dense, layers: [x, x], weights: [[0, 1], [3, 0]]}
checks: [lagrangian_convexity, weight_symmetry, energy_descent]
""",
    """
layers:
  x: {size: 3, lagrangian: softmax, tau: [1, 2, 4]}
checks: all
""",
)


class Asked(Exception):
    """The keys that a theorem asks of its proof."""


def keys_of(theorem: Callable[[Case], Any]) -> tuple[set[str], set[str]]:
    """Return the required and the optional keys of a theorem's proof: what it asks for first."""

    class Asking:  # a Case that keeps what it is asked
        def keys(self, *required: str, optional: tuple[str, ...] = ()) -> None:
            raise Asked(set(required), set(optional))

    with pytest.raises(Asked) as asked:
        theorem(Asking())  # type: ignore[arg-type]
    return asked.value.args


@cache
def made() -> tuple[tuple[dict[str, Any], dict[str, Any]], ...]:
    """Return cores and certificates: those by hand, and what the kernel accepted of tiny specs."""
    found = []
    for path in sorted((DOCS / "claims").glob("*.core.json")):
        claimed = path.with_name(path.name.replace(".core.", ".claims."))
        found.append((json.loads(path.read_text(encoding="utf-8")), json.loads(claimed.read_text(encoding="utf-8"))))
    for text in SPECS:
        spec = parse_spec(f"hopverify: 1\nname: tried\n{text}")
        network = core_of(build_model(spec))
        rows = [
            row
            for result in json.loads(verify(spec, samples=100).to_json())["results"]
            for row in result["obligations"]
        ]
        evidence = [row["evidence"] for row in rows if row.get("evidence", {}).get("rule") == "kernel"]
        entries = [{key: each[key] for key in ("claim", "proof")} for each in evidence]
        assert entries
        found.append((core.write(network), {"core": network.digest, "claims": entries}))
    return tuple(found)


def test_they_are_schemas() -> None:
    for schema in (CORE, CLAIMS):
        Draft202012Validator.check_schema(schema.schema)


def test_what_is_accepted_is_of_their_shape() -> None:
    for network, certificate in made():
        CORE.validate(network)
        CLAIMS.validate(certificate)


def test_every_way_of_every_claim_has_a_definition_and_no_other_has() -> None:
    named = {entry["$ref"].rpartition("/")[2] for entry in CLAIMS.schema["$defs"]["entry"]["oneOf"]}
    assert named == {f"{claim} by {by}".replace(" ", "-") for claim, by in THEOREMS}
    assert {name for name in CLAIMS.schema["$defs"] if "-by-" in name} == named


def test_a_claim_is_cited_whatever_it_was_accepted_by() -> None:
    cited = CLAIMS.schema["$defs"]["premise"]["else"]["properties"]["claim"]["anyOf"]
    names = [f"{claim} by {by}".replace(" ", "-") for claim, by in THEOREMS]
    assert sorted(each["$ref"] for each in cited) == sorted(f"#/$defs/{name}/properties/claim" for name in names)


def test_fields_are_those_of_the_forms() -> None:
    offered: dict[str, set[str]] = {}
    for (claim, _), parts in WAYS.items():
        form, stated = claims.FORMS[claim], parts["claim"]
        assert stated["properties"]["claim"] == {"const": claim}
        assert set(form.fields) <= set(stated["required"]) - {"claim"}
        offered.setdefault(claim, set()).update(stated["properties"])
    for claim, fields in offered.items():
        form = claims.FORMS[claim]
        assert fields == {"claim", *form.fields, *form.optional}
    assert set(offered) == set(claims.FORMS)


@pytest.mark.parametrize(("claim", "by"), THEOREMS, ids=str)
def test_keys_of_proofs_are_those_of_the_theorems(claim: str, by: str) -> None:
    stated = WAYS[claim, by]["proof"]
    required, optional = keys_of(THEOREMS[claim, by])
    assert stated["properties"]["by"] == {"const": by}
    assert set(stated["required"]) == {"by", *required}
    assert set(stated["properties"]) == {"by", *required, *optional}


def test_functions_and_their_arguments_are_those_of_the_language() -> None:
    applied = CORE.schema["$defs"]["term"]["else"]["else"]
    assert set(applied["prefixItems"][0]["enum"]) == set(language.FUNCTIONS)
    arities = {
        name: (
            case["then"]["minItems"] - 1,
            case["then"].get("maxItems", 0) - 1 if "maxItems" in case["then"] else None,
        )
        for case in applied["allOf"]
        for name in case["if"]["prefixItems"][0]["enum"]
    }
    assert arities == {name: function.arity for name, function in language.FUNCTIONS.items()}


def test_keys_of_cores_are_those_that_the_kernel_writes() -> None:
    network, defs = made()[0][0], CORE.schema["$defs"]
    assert list(CORE.schema["properties"]) == list(network)
    assert set(CORE.schema["required"]) == set(network)
    (layer, *_), (synapse, *_) = (
        next(each for each, _ in made() if each[part])[part] for part in ("layers", "synapses")
    )
    assert set(defs["layer"]["properties"]) == set(layer)
    assert set(defs["synapse"]["properties"]) == set(synapse)


@pytest.mark.parametrize("schema", [CORE, CLAIMS], ids=["core", "claims"])
def test_numbers_are_texts_of_rationals(schema: Draft202012Validator) -> None:
    pattern = re.compile(schema.schema["$defs"]["number"]["pattern"])
    for text in ("0", "-3", "1/2", "-10/7"):
        assert pattern.search(text)
        assert str(rational(text, "here")) == text
    for text in ("", "-0", "01", "1.5", "1/0", "1e5", " 1", "0/2", "+1", "1/-2"):
        assert not pattern.search(text)


def sampled(document: Any) -> list[tuple[Any, Path]]:
    """Return some places of a JSON value, each with what has it: of a certificate, one entry alone."""
    alone = [{**document, "claims": [each]} for each in document["claims"]] if "claims" in document else [document]
    found = [(each, path) for each in alone for path in paths(each)]
    return Random(0).sample(found, min(len(found), by_profile(12, 1_000, 100_000)))


ALIENS: tuple[Any, ...] = (None, True, 1.5, {"other": 1}, ["other"], "")


@pytest.mark.parametrize("place", range(8))
def test_another_value_in_any_place_is_refused(place: int) -> None:
    """Numbers, texts, lists and objects in each other's places; what the kernel ignores is outside of both keys."""
    for schema, document in zip((CORE, CLAIMS), made()[place], strict=True):
        for part, path in sampled(document):
            value = at(part, path)
            for alien in ALIENS:
                if value == alien or (alien is True and isinstance(value, bool)):
                    continue
                names = alien == ["other"] and path[-1:] == ("neurons",)
                if not names and not (alien is None and _may_be_null(schema, path)):
                    assert not schema.is_valid(placed(part, path, alien)), (path, alien)


def _may_be_null(schema: Draft202012Validator, path: Path) -> bool:
    """Whether null is a value there: no original; in claims an infinite end, no region, no proof, or any step."""
    if schema is CORE:
        return path[-1:] in (("L",), ("original",), ("altered",))
    return any(name in path for name in ("nodes", "region", "cell", "proofs", "up_to"))


OPTIONAL = (
    *("cuts", "step", "rise", "premises", "at", "symmetrisable", "within"),
    *("lambda_max_at_most", "rate", "direction", "at_kink", "dimension", "ends", "region"),
    *("box", "layers", "alpha", "longer", "concave", "guesses", "moduli", "rewritten", "third"),
)
"""Keys that may be left out: what the other keys say is the same without them, or the kernel compares."""


BY_NAME = tuple(
    (key,) for key in ("arrays", "activations", "drive", "box", "undetermined", "alpha", "slopes", "layers", "synapses")
)
"""Objects whose keys are names of a core."""


@pytest.mark.parametrize("place", range(8))
def test_a_key_less_or_more_is_refused(place: int) -> None:
    for schema, document in zip((CORE, CLAIMS), made()[place], strict=True):
        for part, path in sampled(document):
            held = at(part, path)
            if not isinstance(held, dict) or path[-1:] in BY_NAME:
                continue
            if path and not (schema is CLAIMS and path[-1] == "state"):
                assert not schema.is_valid(placed(part, path, held | {"other": None})), path
            for key in held if path[-1:] != ("state",) else ():
                changed = {name: each for name, each in held.items() if name != key}
                optional = path and (key in OPTIONAL or (schema is CLAIMS and key == "energy"))
                optional = optional or (key == "proof" and "premises" in path)
                # Where one equilibrium attracts everything, the claim may say where it is.
                optional = optional or (key == "x" and held.get("claim") == "global stability")
                assert optional or not schema.is_valid(placed(part, path, changed) if path else changed), (
                    path,
                    key,
                )
