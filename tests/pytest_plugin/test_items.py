"""Specs as tests: one test a claim, what is expected, witnesses, unknowns, wrong specs, certificates that are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from hopverify import check, read_certificate, read_spec
from tests.pytest_plugin.specs import spec

pytest_plugins = ["pytester"]

UNEQUAL = "[[0, 0.5], [0.25, 0]]"


def write(pytester: pytest.Pytester, **files: str) -> None:
    for name, text in files.items():
        (pytester.path / f"{name}.hop.yaml").write_text(text, encoding="utf-8")


def test_every_claim_is_a_test(pytester: pytest.Pytester) -> None:
    write(pytester, good=spec(checks="all"))
    result = pytester.runpytest_inprocess("--collect-only", "-q")
    result.stdout.fnmatch_lines(["good.hop.yaml::weight_symmetry[[]w[]]", "good.hop.yaml::energy_descent[[]small[]]"])
    # What does not concern the model, and nobody asked for, is no test.
    assert "memory_retrieval" not in result.stdout.str()


def test_a_fail_shows_its_witness_and_what_the_spec_expects(pytester: pytest.Pytester) -> None:
    write(pytester, bad=spec(weights=UNEQUAL))
    result = pytester.runpytest_inprocess("-ra")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "weight_symmetry [[]w[]]: fail, where the spec expects pass",
            "*W[[]0,1[]] = 1/2 but W[[]1,0[]] = 1/4*",
            "*hopverify verify -v bad.hop.yaml",
        ]
    )


def test_what_the_spec_expects_is_honoured(pytester: pytest.Pytester) -> None:
    write(
        pytester,
        fails=spec(weights=UNEQUAL, expect="{weight_symmetry: fail}"),
        passes=spec(expect="{weight_symmetry: fail}", checks="[weight_symmetry]"),
    )
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["weight_symmetry [[]w[]]: pass, where the spec expects fail"])


@pytest.mark.parametrize(("strict", "outcomes"), [((), {"skipped": 1}), (("--hopverify-strict",), {"failed": 1})])
def test_an_unknown_is_skipped_with_its_reason_or_fails_under_strict(
    pytester: pytest.Pytester, strict: tuple[str, ...], outcomes: dict[str, int]
) -> None:
    write(pytester, jumps=spec(lagrangian="abs", checks="[energy_descent]"))
    result = pytester.runpytest_inprocess("-rs", *strict)
    result.assert_outcomes(**outcomes)
    result.stdout.fnmatch_lines(["*unknown: the theorem needs a locally Lipschitz activation*"])


def test_an_expected_unknown_is_skipped_and_does_not_fail_under_strict(pytester: pytest.Pytester) -> None:
    write(pytester, jumps=spec(lagrangian="abs", checks="[energy_descent]", expect="{energy_descent: unknown}"))
    pytester.runpytest_inprocess("--hopverify-strict").assert_outcomes(skipped=1)


def test_what_a_spec_asks_nothing_of_never_fails(pytester: pytest.Pytester) -> None:
    # Under `checks: all` the jumping activation leaves descriptive checks unknown; strictness does not concern them.
    expect = "{energy_descent: unknown, energy_flatness: fail}"
    write(pytester, jumps=spec(lagrangian="abs", checks="all", expect=expect))
    result = pytester.runpytest_inprocess("--hopverify-strict")
    assert result.parseoutcomes().keys() <= {"passed", "skipped", "warnings"}
    assert result.parseoutcomes()["skipped"] > 0


def test_a_wrong_spec_is_an_error_of_collection_with_its_place(pytester: pytest.Pytester) -> None:
    write(pytester, wrong=spec(lagrangian="rellu"), good=spec())
    result = pytester.runpytest_inprocess("--continue-on-collection-errors")
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["wrong.hop.yaml:4:*layers.x.lagrangian: *did you mean 'relu'?"])
    assert "Traceback" not in result.stdout.str()


@pytest.mark.parametrize("text", ["hopverify: 1\nname: [", "", "hopverify: 2\nname: a\nlayers: {}\n", "\0"])
def test_damaged_specs_are_told_with_a_place(pytester: pytest.Pytester, text: str) -> None:
    write(pytester, wrong=text)
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(errors=1)
    result.stdout.re_match_lines([r"wrong\.hop\.yaml:\d+:\d+: "])


def test_specs_in_toml_and_json(pytester: pytest.Pytester) -> None:
    (pytester.path / "a.hop.toml").write_text(
        'hopverify = 1\nname = "a"\nchecks = ["energy_flatness"]\nlayers.x = {size = 1, lagrangian = "tanh"}\n'
    )
    layer = '{"size": 1, "lagrangian": "tanh"}'
    (pytester.path / "b.hop.json").write_text(
        f'{{"hopverify": 1, "name": "b", "checks": ["energy_flatness"], "layers": {{"x": {layer}}}}}'
    )
    pytester.runpytest_inprocess().assert_outcomes(passed=2)


def test_a_name_cannot_forge_an_address(pytester: pytest.Pytester) -> None:
    write(pytester, odd=spec(name='"a::b[c]"', checks="[energy_descent]"))
    result = pytester.runpytest_inprocess("--collect-only", "-q")
    result.stdout.fnmatch_lines(["odd.hop.yaml::energy_descent[[]a:b(c)[]]"])
    pytester.runpytest_inprocess().assert_outcomes(passed=1)


def test_certificates_are_kept_and_hold(pytester: pytest.Pytester) -> None:
    (pytester.path / "deep").mkdir()
    write(pytester, same=spec(), **{"deep/same": spec(weights=UNEQUAL, expect="{weight_symmetry: fail}")})
    pytester.runpytest_inprocess("--hopverify-out", "kept").assert_outcomes(passed=4)
    for name in ("same.hop.yaml", "deep/same.hop.yaml"):
        kept = read_certificate(pytester.path / "kept" / f"{name}.certificate.json")
        check(read_spec(pytester.path / name), kept)
    assert len([path for path in (pytester.path / "kept").rglob("*") if path.is_file()]) == 2, "and no drafts"


def test_a_folder_that_cannot_be_written_to_is_told(pytester: pytest.Pytester) -> None:
    write(pytester, good=spec())
    (pytester.path / "kept").write_text("a file")
    result = pytester.runpytest_inprocess("--hopverify-out", "kept")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*cannot be written*--hopverify-out*"])


def test_the_time_for_a_spec_can_be_bounded(pytester: pytest.Pytester) -> None:
    write(pytester, good=spec())
    result = pytester.runpytest_inprocess("--hopverify-timeout", "1e-9", "-rs")
    result.assert_outcomes(skipped=2)
    result.stdout.fnmatch_lines(["*unknown: the time ran out*"])
    assert pytester.runpytest_inprocess("--hopverify-timeout", "-1").ret == pytest.ExitCode.USAGE_ERROR


def test_the_fixture_verifies_a_spec_once(pytester: pytest.Pytester) -> None:
    (pytester.path / "models").mkdir()
    (pytester.path / "models" / "m.yaml").write_text(spec(), encoding="utf-8")
    pytester.makepyfile(
        """
        from hopverify import read_spec

        def test_verdict(hopverify_certificate):
            first = hopverify_certificate("models/m.yaml")
            assert first.verdict == "pass"
            assert hopverify_certificate("models/m.yaml") is first
            assert [entry["check"] for entry in first.results] == ["weight_symmetry", "energy_flatness"]

        def test_spec_as_a_value(hopverify_certificate, pytestconfig):
            spec = read_spec(pytestconfig.rootpath / "models/m.yaml")
            assert hopverify_certificate(spec) is hopverify_certificate("models/m.yaml")
        """
    )
    pytester.runpytest_inprocess("--hopverify-out", "kept").assert_outcomes(passed=2)
    assert (pytester.path / "kept" / "models" / "m.yaml.certificate.json").is_file()


def test_warnings_as_errors_do_not_change_a_verdict(pytester: pytest.Pytester) -> None:
    write(
        pytester, jumps=spec(lagrangian="abs", checks="all", expect="{energy_descent: unknown, energy_flatness: fail}")
    )
    result = pytester.runpytest_inprocess("-W", "error")
    assert "failed" not in result.parseoutcomes()


def test_an_address_runs_one_claim(pytester: pytest.Pytester) -> None:
    write(pytester, good=spec())
    pytester.runpytest_inprocess("good.hop.yaml::energy_flatness[x]").assert_outcomes(passed=1)


def test_certificates_of_specs_elsewhere_have_a_place(tmp_path: Path) -> None:
    from hopverify.testing.collecting.verifying import Verifications

    (tmp_path / "a.yaml").write_text(spec(), encoding="utf-8")
    found = Verifications(tmp_path / "root", None, 1.0).place(read_spec(tmp_path / "a.yaml"))
    assert not found.is_absolute()
    assert ".." not in found.parts
