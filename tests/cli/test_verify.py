"""``hopverify verify``: exit codes, errors, --json, --out, -q, -v, folders."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.cli.commands import RELU_PAIR, ROOT, run, run_apart, write_spec

SCHEMA = json.loads((ROOT / "docs" / "report.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
FAST = ("--samples", "20")


def unknown_spec(folder: Path, file: str = "unknown.yaml") -> Path:
    """A model whose activation jumps: the descent theorem does not cover it."""
    return write_spec(folder, file, lagrangian="abs", expect="{energy_flatness: fail}")


def test_exit_code_0_when_every_check_is_as_expected() -> None:
    result = run("verify", RELU_PAIR)
    assert result.exit_code == 0, result.output
    assert "fail, as expected" in result.output


@pytest.mark.parametrize("expect", ["{}", "{energy_flatness: fail, weight_symmetry: fail}"])
def test_exit_code_1_when_a_check_is_not_as_expected(tmp_path: Path, expect: str) -> None:
    assert run("verify", write_spec(tmp_path, expect=expect)).exit_code == 1


def test_exit_code_2_for_a_wrong_spec_and_a_message_with_its_place(tmp_path: Path) -> None:
    spec = write_spec(tmp_path, lagrangian="rellu")
    result = run("verify", spec)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f"{spec}:4:")
    assert "layers.x.lagrangian" in result.stderr
    assert "did you mean 'relu'?" in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "arguments",
    [
        ["verify"],
        ["verify", "no-such-file.yaml"],
        ["verify", str(RELU_PAIR), "--timeout", "nan"],
        ["verify", str(RELU_PAIR), "--timeout", "0"],
        ["verify", str(RELU_PAIR), "--samples", "-1"],
        ["verify", str(RELU_PAIR), "--json", "-q"],
        ["no-such-command"],
    ],
)
def test_exit_code_2_for_wrong_usage(arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_exit_code_3_when_something_required_is_unknown(tmp_path: Path) -> None:
    result = run("verify", unknown_spec(tmp_path), *FAST)
    assert result.exit_code == 3
    assert "unknown: the theorem needs a locally Lipschitz activation" in result.stdout


def test_the_time_limit_leaves_checks_unknown() -> None:
    result = run("verify", RELU_PAIR, "--timeout", "1e-9")
    assert result.exit_code == 3
    assert "--timeout" in result.stdout


def test_a_fail_counts_more_than_an_unknown_and_an_error_more_than_both(tmp_path: Path) -> None:
    failing = write_spec(tmp_path, "fail.yaml", expect="{}")
    unknown = unknown_spec(tmp_path)
    assert run("verify", unknown, failing, *FAST).exit_code == 1
    wrong = tmp_path / "a-wrong.yaml"
    wrong.write_text("hopverify: 1\n", encoding="utf-8")
    result = run("verify", wrong, failing, RELU_PAIR, *FAST)
    assert result.exit_code == 2
    assert "relu-pair" in result.stdout
    assert "a-wrong.yaml:1:" in result.stderr


def test_json_is_one_object_for_one_spec() -> None:
    result = run("verify", RELU_PAIR, "--json")
    report = json.loads(result.stdout)
    VALIDATOR.validate(report)
    assert report["spec"]["name"] == "relu-pair"
    rows = {row["check"]: row for row in report["results"]}
    assert rows["energy_flatness"]["witness"]["intervals"] == [["-∞", "0"]]
    assert rows["memory_retrieval"]["reason"]["code"] == "not_applicable"
    assert result.stdout.isascii()


def test_json_holds_all_reports_of_several_specs_or_a_folder(tmp_path: Path) -> None:
    write_spec(tmp_path)
    for arguments, count in (([RELU_PAIR, tmp_path / "model.yaml"], 2), ([tmp_path], 1)):
        reports = json.loads(run("verify", *arguments, "--json").stdout)
        VALIDATOR.validate(reports)
        assert len(reports["reports"]) == count


def test_json_prints_nothing_for_a_wrong_spec(tmp_path: Path) -> None:
    result = run("verify", write_spec(tmp_path, lagrangian="rellu"), "--json")
    assert (result.exit_code, result.stdout) == (2, "")


def test_json_of_an_unknown_and_of_a_fail_keeps_to_the_schema(tmp_path: Path) -> None:
    report = json.loads(run("verify", unknown_spec(tmp_path), "--json", *FAST).stdout)
    VALIDATOR.validate(report)
    assert {"code": "nonsmooth"}.items() <= next(r for r in report["results"] if r["verdict"] == "unknown")[
        "reason"
    ].items()


def test_the_schema_refuses_an_object_without_a_verdict() -> None:
    report = json.loads(run("verify", RELU_PAIR, "--json").stdout)
    del report["results"][0]["verdict"]
    assert not VALIDATOR.is_valid(report)


def test_out_writes_a_certificate_for_each_spec(tmp_path: Path) -> None:
    out = tmp_path / "made" / "here"
    assert run("verify", RELU_PAIR, "--out", out).exit_code == 0
    assert [path.name for path in out.iterdir()] == ["relu-pair.certificate.json"]
    assert json.loads((out / "relu-pair.certificate.json").read_text(encoding="utf-8"))["verdict"] == "pass"


def test_out_writes_nothing_for_a_wrong_spec(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("verify", write_spec(tmp_path, lagrangian="rellu"), "--out", out).exit_code == 2
    assert not out.exists()


def test_out_refuses_two_specs_with_one_name(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    first, second = write_spec(tmp_path), write_spec(tmp_path / "b")
    result = run("verify", first, second, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "rename one" in result.stderr
    assert not (tmp_path / "out").exists()


def test_out_into_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    result = run("verify", RELU_PAIR, "--out", tmp_path / "file" / "below")
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr


def test_quiet_is_one_line_for_each_spec(tmp_path: Path) -> None:
    result = run("verify", "-q", RELU_PAIR, write_spec(tmp_path, expect="{}"))
    first, second, *summary = result.stdout.splitlines()
    assert re.search(r"relu-pair\.yaml: pass \(\d+ proved, \d+ refuted \(.*\), 6 not applicable\)$", first)
    assert second.endswith("not as the spec expects: energy_flatness)")
    assert summary[0] == "2 specs: 1 as the spec expects, 1 not as the spec expects"
    assert summary[1].endswith(".yaml: energy_flatness")


def test_verbose_shows_obligations_and_rules() -> None:
    result = run("verify", "-v", RELU_PAIR)
    rule = "kernel (gradient drive, by identity)"
    assert f"premise, proved by {rule}: the drive of synapse w is minus the gradient of its energy" in result.stdout
    assert "necessary, proved by kernel (descent, by T2): dE/dt ≤ 0 along the flow, from every state" in result.stdout


def test_a_folder_stands_for_its_specs_only(tmp_path: Path) -> None:
    write_spec(tmp_path, "b.yaml", name="second")
    write_spec(tmp_path, "a.yml", name="first")
    for folder in ("data", ".hidden", "more"):
        (tmp_path / folder).mkdir()
        write_spec(tmp_path / folder, f"{folder.strip('.')}.yaml", name=folder.strip("."))
    (tmp_path / "settings.json").write_text('{"made_with": {"hopverify": 1}}', encoding="utf-8")
    (tmp_path / "settings.toml").write_text("[tool]\n", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("hopverify: 1", encoding="utf-8")
    result = run("verify", tmp_path, "-q")
    *lines, summary = result.stdout.splitlines()
    assert [Path(line.split(":")[0]).stem for line in lines] == ["a", "b", "more"]
    assert summary == "3 specs: 3 as the spec expects"


@pytest.mark.parametrize(
    ("file", "text"), [("a.json", '{"hopverify": 1'), ("a.toml", "hopverify = 1\n"), ("a.yaml", "x")]
)
def test_a_broken_spec_in_a_folder_is_not_passed_over(tmp_path: Path, file: str, text: str) -> None:
    (tmp_path / file).write_text(text, encoding="utf-8")
    result = run("verify", tmp_path)
    assert result.exit_code == 2
    assert file in result.stderr


def test_a_folder_without_specs_is_an_error(tmp_path: Path) -> None:
    result = run("verify", tmp_path)
    assert result.exit_code == 2
    assert "no specs" in result.stderr


@pytest.mark.parametrize("name", ["[red]x[/red]", "a b", "[link=x]y", "{0}", "%s"])
def test_a_name_is_shown_as_it_is(tmp_path: Path, name: str) -> None:
    result = run("verify", write_spec(tmp_path, name=json.dumps(name)))
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(f"{name}  ")


def test_hidden_characters_do_not_reach_the_terminal(tmp_path: Path) -> None:
    spec = write_spec(tmp_path, "bad\u202e\x1b[31m.yaml", name='"\x1b[2Jx"')
    result = run("verify", spec)
    assert result.exit_code == 2
    assert not set("\x1b\u202e") & set(result.output)


def test_no_colours_and_no_cuts_in_a_pipe(tmp_path: Path) -> None:
    spec = write_spec(tmp_path, "n" * 150 + ".yaml", name="m" * 180)
    done = run_apart("verify", spec, COLUMNS="40", FORCE_COLOR="1")
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    assert "m" * 180 in done.stdout
    assert "n" * 150 in done.stdout


def test_the_module_is_the_command_and_narrow_encodings_do_not_crash() -> None:
    done = run_apart("verify", RELU_PAIR, PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert "lagrangian_convexity" in done.stdout
