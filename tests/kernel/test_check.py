"""Certificates as documents: what is accepted, and what is refused at which place."""

from __future__ import annotations

import ast
import json
import runpy
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hopverify.core import core_of
from hopverify.kernel import claims, core
from hopverify.kernel.__main__ import main
from hopverify.kernel.check import MAX_DEPTH, Accepted, accept, check
from hopverify.kernel.numbers import Rejected
from hopverify.kernel.theorems import THEOREMS
from hopverify.networks import build_model
from hopverify.pipeline import verify
from hopverify.spec import parse_spec, read_spec
from tests.kernel.accepting import dense, rejected

KERNEL = Path(claims.__file__).parent
SYMMETRIC = {"claim": {"claim": "symmetric", "matrix": ["array", "w"]}, "proof": {"by": "entries"}}
PAIR = dense("[[1, 2], [2, 1]]")


def certificate(*claims: Any) -> dict[str, Any]:
    return {"core": PAIR.digest, "claims": list(claims)}


def test_facts_come_in_the_order_of_the_claims() -> None:
    facts = list(check(PAIR, certificate(SYMMETRIC, {"claim": {"claim": "derived energy"}, "proof": {"by": "core"}})))
    assert [fact.claim.name for fact in facts] == ["symmetric", "derived energy"]
    assert all(fact.core is PAIR for fact in facts)


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ([], "certificate: expected an object"),
        ({"claims": []}, "the key 'core' is missing"),
        ({"core": PAIR.digest}, "the key 'claims' is missing"),
        ({"core": "0" * 64, "claims": []}, "it is about another core"),
        ({"core": PAIR.digest, "claims": {}}, "claims: expected a list"),
        (certificate(SYMMETRIC, 3), r"claims\[1\]: expected an object"),
        (certificate(SYMMETRIC | {"more": 1}), r"claims\[0\]: unknown keys"),
        (certificate(SYMMETRIC | {"claim": 3}), "expected an object"),
        (certificate(SYMMETRIC | {"claim": {"claim": "so"}}), "no claim is called 'so'"),
        (certificate(SYMMETRIC | {"claim": {"claim": ["symmetric"]}}), "no claim is called"),
        (certificate(SYMMETRIC | {"claim": {"claim": "symmetric"}}), r"lacks \['matrix'\]"),
        (certificate(SYMMETRIC | {"claim": SYMMETRIC["claim"] | {"of": 1}}), r"has no \['of'\]"),
        (certificate(SYMMETRIC | {"proof": "entries"}), "the proof is an object"),
        (certificate(SYMMETRIC | {"proof": {}}), "is shown by one of"),
        (certificate(SYMMETRIC | {"proof": {"by": []}}), "is shown by one of"),
        (certificate(SYMMETRIC | {"proof": {"by": "core"}}), "is shown by one of"),
        (
            certificate(SYMMETRIC | {"proof": {"by": "low rank"}}),
            r"claims\[0\]\.proof: 'low rank' is reserved for a later version",
        ),
        (certificate(SYMMETRIC | {"proof": {"by": "faces"}}), "'faces' is reserved"),
    ],
)
def test_what_is_no_certificate(document: Any, why: str) -> None:
    with pytest.raises(Rejected, match=why):
        list(check(PAIR, document))


def test_premises_are_nested_to_a_depth() -> None:
    rejected(PAIR, "symmetric", "entries", {"matrix": 3}, "expected a term")
    with pytest.raises(Rejected, match="nested at most"):
        accept(PAIR, SYMMETRIC, "claim" + ".premises[0]" * (MAX_DEPTH + 1))


def test_premises_may_cite_what_was_accepted_before() -> None:
    """By the claim, field by field, and of the same core; what comes later, or in another certificate, counts not."""
    states = [["1", "1"], ["2", "2"]]
    layer = {"size": 2, "lagrangian": {"expression": "(x[0] - x[1])^2"}}
    of = core_of(build_model(parse_spec(f"hopverify: 1\nname: tried\nlayers: {{x: {json.dumps(layer)}}}\n")))
    convex = {"claim": {"claim": "convex", "layer": "x"}, "proof": {"by": "composition"}}
    cited = {"claim": convex["claim"]}

    def flat(*premises: Any) -> dict[str, Any]:
        told = {"claim": "constant on a segment", "layer": "x", "kind": "singular", "states": states}
        return {"claim": told, "proof": {"by": "states", "premises": list(premises)}}

    def checked(*entries: Any) -> list[str]:
        return [fact.claim.name for fact in check(of, {"core": of.digest, "claims": list(entries)})]

    assert checked(convex, flat(cited)) == ["convex", "constant on a segment"]
    assert checked(flat(convex), flat(cited)) == ["constant on a segment"] * 2
    for entries in ([flat(cited)], [flat(cited), convex], [cited], [convex, cited]):
        with pytest.raises(Rejected, match=r"was not accepted before|'proof' is missing"):
            checked(*entries)
    with pytest.raises(Rejected, match=r"premises\[0\]: it has no proof, and was not accepted before"):
        accept(of, flat(cited))
    with pytest.raises(Rejected, match="is missing"):
        checked(convex, flat(cited | {"rule": "kernel"}))
    with pytest.raises(Rejected, match="the proof is an object"):
        checked(convex, flat(cited | {"proof": None}))
    times = {"claim": {"claim": "compatible times", "layer": "x", "because": "one time constant"}}
    with pytest.raises(Rejected, match="another one than needed"):
        checked(times | {"proof": {"by": "commuting"}}, flat(times))
    with pytest.raises(Rejected, match="was not accepted before"):
        checked(times | {"proof": {"by": "commuting"}}, flat({"claim": times["claim"] | {"because": "H is diagonal"}}))


def test_what_is_cited_is_about_the_same_core() -> None:
    """A layer of the original is another one than the layer here, and the residual than a layer of that name."""
    own = PAIR.layers[0]
    assert isinstance(own, core.Layer)
    twice = replace(PAIR, original=replace(PAIR, synapses=()))
    named = {"claim": {"claim": "convex", "layer": "x"}, "proof": {"by": "composition"}}
    other = {"claim": {"claim": "convex", "layer": "original: x"}, "proof": {"by": "composition"}}
    before: Accepted = {}
    accept(twice, other, before=before)
    for of in (twice, PAIR):
        with pytest.raises(Rejected, match="was not accepted before"):
            accept(of, incompatible(named["claim"]), before=before)
    accept(twice, named, before=before)
    with pytest.raises(Rejected, match="is not certainly so low"):
        accept(twice, incompatible(named["claim"]), before=before)


def test_premises_name_layers_as_entries_do() -> None:
    """Of a claim about a layer of the original the premises are about that layer, and not about the one here."""
    twice = replace(PAIR, original=replace(PAIR, synapses=()))
    assert twice.original is not None
    for name, why in (("original: x", "is not certainly so low"), ("x", "premise 0 is another one than needed")):
        document = incompatible({"claim": "convex", "layer": name})
        document["claim"]["layer"] = "original: x"
        document["proof"]["premises"][0]["proof"] = {"by": "composition"}
        with pytest.raises(Rejected, match=why):
            accept(twice, document)
        document["proof"]["premises"][0]["claim"]["layer"] = "x"
        document["claim"]["layer"] = "x"
        with pytest.raises(Rejected, match="is not certainly so low"):
            accept(twice, document)


def incompatible(premise: Any) -> dict[str, Any]:
    fields = {"state": ["1", "1"], "direction": ["1", "0"], "curvature": "-1"}
    told = {"claim": "incompatible times", "layer": "x", **fields}
    return {"claim": told, "proof": {"by": "point", "premises": [{"claim": premise}]}}


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [str(tmp_path / name) for name in ("core.json", "certificate.json")]
    Path(paths[0]).write_text(json.dumps(core.write(PAIR)), encoding="utf-8")
    Path(paths[1]).write_text(json.dumps(certificate(SYMMETRIC)), encoding="utf-8")
    assert main(paths) == main([*paths, str(tmp_path)]) == 0
    assert "accepted: w is a symmetric matrix\n1 claims accepted" in capsys.readouterr().out
    Path(paths[1]).write_text(json.dumps(certificate(SYMMETRIC, {})), encoding="utf-8")
    assert main(paths) == 4
    assert "rejected: claims[1]: the key 'claim' is missing" in capsys.readouterr().err
    assert main(paths[:1]) == main([str(tmp_path), paths[1]]) == 2


def test_it_is_a_module_that_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["hopverify.kernel"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(KERNEL / "__main__.py"), run_name="__main__")
    assert ended.value.code == 2


@pytest.mark.parametrize("error", [ZeroDivisionError("by 0"), RecursionError()])
def test_what_cannot_be_computed_is_refused(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(_: object) -> Any:
        raise error

    name, by = SYMMETRIC["claim"]["claim"], SYMMETRIC["proof"]["by"]
    monkeypatch.setitem(THEOREMS, (name, by), breaks)
    with pytest.raises(Rejected, match=r"by 0|RecursionError"):
        accept(PAIR, SYMMETRIC)


def test_it_runs_alone() -> None:
    """Nothing but the standard library, python-flint and the kernel is imported."""
    loaded = (
        "import sys, flint; before = set(sys.modules)\n"
        "import hopverify.kernel.__main__\n"
        "new = set(sys.modules) - before\n"
        "print(*{name.split('.')[0] for name in new} - set(sys.stdlib_module_names))\n"
        "print(*{name for name in new if name.startswith('hopverify.') and '.kernel' not in name})"
    )
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    outside, ours = done.stdout.splitlines()
    assert outside == "hopverify"
    assert ours == ""


def test_every_claim_has_a_way_and_every_way_a_claim() -> None:
    assert {name for name, _ in THEOREMS} <= set(claims.FORMS)
    for name, form in claims.FORMS.items():
        if form.opposite is not None:
            # One claim may refute two: it is the opposite of both, and one of them is its own.
            back = claims.FORMS[form.opposite].opposite
            assert back is not None
            assert claims.FORMS[back].opposite == form.opposite
        given = dict.fromkeys((*form.fields, *form.optional), "1")
        assert "{" not in str(claims.read({"claim": name, **given}, "here"))


def test_only_theorems_make_facts() -> None:
    """A fact is made by a function of theorems/, in its last statement, after its checks."""
    for path in KERNEL.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        made = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "Fact"]
        functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
        last = [node.body[-1] for node in functions if f"{node.name}" in {each.__name__ for each in THEOREMS.values()}]
        returned = [node.value for node in last if isinstance(node, ast.Return)]
        assert all(call in returned for call in made), path
        assert not made or path.parent.name == "theorems", path


@pytest.mark.parametrize(
    ("name", "claim"),
    [
        ("relu-two-neurons-universal", "compatible times"),
        ("negative-two-time-constants-universal", "incompatible times"),
    ],
)
def test_a_certificate_of_hopverify_holds_claims_of_the_kernel(name: str, claim: str) -> None:
    """They are checked where they stand; layers of the original and the residual are found by their names."""
    spec = read_spec(KERNEL.parents[1] / "specs" / "repaired" / f"{name}.yaml")
    text = verify(spec).to_json()
    facts = list(check(core_of(build_model(spec)), json.loads(text)))
    assert claim in {fact.claim.name for fact in facts}
    assert any(fact.core.digest != core_of(build_model(spec)).digest for fact in facts)


@pytest.mark.parametrize(
    ("results", "why"),
    [
        ({}, "results: expected a list"),
        ([3], r"results\[0\]: expected an object"),
        ([{}], r"results\[0\]: expected a list"),
        ([{"obligations": [{"evidence": {"rule": "kernel"}}]}], r"results\[0\]\.obligations\[0\]: the key 'claim' is"),
    ],
)
def test_what_is_no_certificate_of_hopverify(results: Any, why: str) -> None:
    with pytest.raises(Rejected, match=why):
        list(check(PAIR, {"core": PAIR.digest, "results": results}))


def test_other_evidence_is_passed_over() -> None:
    rows = [{"evidence": {"rule": "lure"}}, {"evidence": 3}, {}, 3]
    assert list(check(PAIR, {"core": PAIR.digest, "results": [{"obligations": rows}]})) == []


def test_how_far_evidence_reaches_is_for_the_checker() -> None:
    claim = {"claim": "compatible times", "layer": PAIR.layers[0].name, "because": "H is diagonal"}
    row = {"evidence": {"rule": "kernel", "claim": claim, "proof": {"by": "commuting"}, "survives": {"factor": "2"}}}
    (fact,) = check(PAIR, {"core": PAIR.digest, "results": [{"obligations": [row]}]})
    assert fact.claim.name == "compatible times"


def test_names_of_layers_that_are_elsewhere() -> None:
    """An own layer is meant before one of the original, and before the residual."""
    alone = {"claim": {"claim": "compatible times", "layer": "original: x", "because": "H is diagonal"}}
    with pytest.raises(Rejected, match="no layer with a flow is called 'original: x'"):
        accept(PAIR, alone | {"proof": {"by": "commuting"}})
    own = PAIR.layers[0]
    assert isinstance(own, core.Layer)
    renamed = replace(PAIR, layers=(replace(own, name="original: x"),), original=PAIR)
    assert accept(renamed, alone | {"proof": {"by": "commuting"}}).core is renamed


def test_the_certificate_of_the_page_is_accepted() -> None:
    page = (KERNEL.parents[1] / "docs" / "claims.md").read_text(encoding="utf-8")
    example = page.split("```json\n")[1].split("```")[0]
    of = core_of(build_model(read_spec(KERNEL.parents[1] / "specs" / "relu-pair.yaml")))
    assert len(list(check(of, json.loads(example)))) == 2
