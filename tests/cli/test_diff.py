"""``hopverify diff``: certificates and folders of them, its options, exit codes and refusals."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.commands import RELU_PAIR, modules_after, run, write_spec


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with two specs of one name, and their certificates: the energy of `relu` is flat."""
    folder = tmp_path_factory.mktemp("made")
    for name, lagrangian in (("tanh", "tanh"), ("relu", "relu")):
        write_spec(folder, f"{name}.yaml", lagrangian=lagrangian, checks="[energy_flatness, step_size]", expect="{}")
    assert run("verify", folder / "tanh.yaml", folder / "relu.yaml", "--out", folder).exit_code == 1
    for path in folder.glob("*.certificate.json"):
        # Times belong to the machine.
        body = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(
            json.dumps(body | {"seconds": ["0.0"] * len(body["results"])}, separators=(",", ":")), encoding="utf-8"
        )
    return folder


def test_what_got_worse_is_told_and_ends_with_1(made: Path) -> None:
    result = run("diff", made / "tanh.certificate.json", made / "relu.certificate.json")
    assert result.exit_code == 1, result.output
    lines = result.stdout.splitlines()
    assert lines[1] == "    certificates of model"
    assert "spec: another one, digest " in lines[2]
    assert ["worse", "energy_flatness", "x", "pass", "→", "fail"] in [line.split()[:6] for line in lines]
    assert "    the spec expects pass" in lines
    assert lines[-1].startswith("verdict pass → fail; claims: ")


def test_what_got_better_ends_with_0(made: Path) -> None:
    result = run("diff", made / "relu.certificate.json", made / "tanh.certificate.json")
    assert result.exit_code == 0, result.output
    assert "verdict fail → pass" in result.stdout


def test_a_certificate_and_itself(made: Path) -> None:
    path = made / "relu.certificate.json"
    result = run("diff", path, path, "--fail-on", "different", "--fail-on", "worse", "--fail-on", "slower")
    assert result.exit_code == 0
    assert "spec: the same" in result.stdout
    assert "claims: 2 the same" in result.stdout
    assert "energy_flatness" not in result.stdout
    assert "energy_flatness" in run("diff", "-v", path, path).stdout


@pytest.mark.parametrize(("fail_on", "code"), [("nothing", 0), ("slower", 0), ("worse", 0), ("different", 1)])
def test_what_fails_is_a_choice(made: Path, fail_on: str, code: int) -> None:
    better = made / "relu.certificate.json", made / "tanh.certificate.json"
    assert run("diff", *better, "--fail-on", fail_on).exit_code == code
    worse = run("diff", *reversed(better), "--fail-on", fail_on)
    assert worse.exit_code == (1 if fail_on in ("worse", "different") else 0)


def test_slower_is_a_failure_only_if_asked(made: Path, tmp_path: Path) -> None:
    path, slow = made / "relu.certificate.json", tmp_path / "slow.certificate.json"
    body = json.loads(path.read_text(encoding="utf-8"))
    slow.write_text(json.dumps(body | {"seconds": ["9.0", "9.0"]}), encoding="utf-8")
    assert run("diff", path, slow).exit_code == 0
    result = run("diff", path, slow, "--fail-on", "slower")
    assert result.exit_code == 1
    assert "slower" in result.stdout
    assert run("diff", slow, path, "--fail-on", "slower").exit_code == 0


def test_keys_of_the_specs(made: Path) -> None:
    certificates = made / "tanh.certificate.json", made / "relu.certificate.json"
    specs = "--spec", made / "tanh.yaml", "--spec", made / "relu.yaml"
    result = run("diff", *certificates, *specs)
    assert "    key layers.x.lagrangian: 'tanh' → 'relu'" in result.stdout.splitlines()
    assert result.stderr == ""
    changes = json.loads(run("diff", "--json", *certificates, *specs).stdout)["spec_changes"]
    assert changes == [{"path": "layers.x.lagrangian", "before": "'tanh'", "after": "'relu'"}]
    crossed = run("diff", *certificates, "--spec", made / "relu.yaml", "--spec", made / "tanh.yaml")
    assert crossed.stderr.count("not the spec that") == 2


def test_json(made: Path) -> None:
    result = run("diff", "--json", made / "tanh.certificate.json", made / "relu.certificate.json")
    assert result.exit_code == 1
    body = json.loads(result.stdout)
    assert (body["schema"], body["version"], body["spec_changes"]) == ("hopverify-comparison", 1, None)
    assert body["verdict"] == {"before": "pass", "after": "fail", "change": "worse"}
    assert (body["worse"], body["different"], body["same_spec"]) == (True, True, False)
    (flat,) = (claim for claim in body["claims"] if claim["check"] == "energy_flatness")
    assert flat["change"] == flat["verdict_change"] == "worse"
    assert (flat["before"]["verdict"], flat["after"]["verdict"]) == ("pass", "fail")


def test_markdown(made: Path) -> None:
    result = run("diff", "--markdown", made / "tanh.certificate.json", made / "relu.certificate.json")
    assert result.exit_code == 1
    assert "| worse | `energy_flatness` | `x` | pass → fail | 0.00 → 0.00 |" in result.stdout.splitlines()


@pytest.fixture
def folders(made: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Make two folders: of one spec both have a certificate, of another one only the second."""
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        folder.mkdir()
        shutil.copy(made / "tanh.certificate.json", folder / f"{folder.name}.certificate.json")
    (new / "below").mkdir()
    assert run("verify", RELU_PAIR, "--out", new / "below").exit_code == 0
    (new / "below" / "relu-pair.journal.jsonl").write_text("no certificate", encoding="utf-8")
    return old, new


def test_folders_are_matched_by_the_name_of_the_spec(folders: tuple[Path, Path]) -> None:
    old, new = folders
    result = run("diff", old, new)
    assert result.exit_code == 0, result.output
    first, second = result.stdout.splitlines()
    assert first.startswith(f"{old / 'old.certificate.json'} → {new / 'new.certificate.json'}: verdict pass; ")
    assert second == f"only in NEW: {new / 'below' / 'relu-pair.certificate.json'}: relu-pair: pass"
    assert run("diff", old, new, "--fail-on", "different").exit_code == 1
    body = json.loads(run("diff", "--json", old, new).stdout)
    assert [each["names"] for each in body["comparisons"]] == [["model", "model"]]
    assert (len(body["only_old"]), len(body["only_new"])) == (0, 1)


def test_a_certificate_that_is_gone_is_worse(folders: tuple[Path, Path]) -> None:
    old, new = folders
    assert run("diff", new, old).exit_code == 1
    assert run("diff", new, old, "--fail-on", "nothing").exit_code == 0


def test_specs_of_one_name_are_told_apart_by_their_files(made: Path, tmp_path: Path) -> None:
    for file in ("relu", "tanh"):
        shutil.copy(made / f"{file}.certificate.json", tmp_path)
    result = run("diff", made, tmp_path, "--fail-on", "different")
    assert result.exit_code == 0, result.output
    assert len(result.stdout.splitlines()) == 2


def test_what_is_no_certificate_ends_with_4_after_the_others(folders: tuple[Path, Path]) -> None:
    old, new = folders
    (new / "broken.certificate.json").write_text("{}", encoding="utf-8")
    result = run("diff", old, new)
    assert result.exit_code == 4
    assert "verdict pass" in result.stdout
    assert "broken.certificate.json: not a hopverify certificate" in result.stderr


@pytest.mark.parametrize("text", ["", "{}", "[1]", "\0", '{"format": "hopverify-certificate"}', "[" * 100_000])
def test_a_file_that_is_no_certificate(made: Path, tmp_path: Path, text: str) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text(text, encoding="utf-8")
    for pair in ((wrong, made / "relu.certificate.json"), (made / "relu.certificate.json", wrong)):
        result = run("diff", *pair)
        assert (result.exit_code, result.stdout) == (4, "")
        assert result.stderr.startswith("wrong.json: ")


def test_a_malformed_entry_is_refused_with_its_file(made: Path, tmp_path: Path) -> None:
    path, wrong = made / "relu.certificate.json", tmp_path / "wrong.json"
    wrong.write_text(path.read_text(encoding="utf-8").replace('"verdict":"fail"', '"verdict":"no"'), encoding="utf-8")
    result = run("diff", path, wrong)
    assert result.exit_code == 4
    assert "wrong.json: " in result.stderr
    assert "no verdict is called 'no'" in result.stderr


@pytest.mark.parametrize("arguments", [["--spec", "relu.yaml"], ["--spec", "relu.yaml"] * 3, ["--fail-on", "never"]])
def test_wrong_usage(made: Path, arguments: list[str]) -> None:
    path = made / "relu.certificate.json"
    arguments = [str(made / each) if each.endswith(".yaml") else each for each in arguments]
    assert run("diff", path, path, *arguments).exit_code == 2


def test_a_folder_and_a_file_or_nothing_at_all(made: Path, tmp_path: Path) -> None:
    assert run("diff", made, made / "relu.certificate.json").exit_code == 2
    assert run("diff", made, tmp_path / "none").exit_code == 2
    result = run("diff", made, tmp_path)
    assert result.exit_code == 2
    assert "no certificates in" in result.stderr
    specs = "--spec", made / "relu.yaml", "--spec", made / "relu.yaml"
    assert run("diff", made, made, *specs).exit_code == 2


def test_loads_no_prover_and_no_symbolic_library(made: Path) -> None:
    path = str(made / "relu.certificate.json")
    loaded = modules_after(
        f"from hopverify.cli import GROUP\nGROUP.main(['diff', {path!r}, {path!r}], standalone_mode=False)\n"
        "assert not [name for name in sys.modules if name.startswith(('hopverify.provers', 'hopverify.derivation'))]\n"
    )
    assert not loaded & {"sympy", "scipy", "cvxpy", "mpmath"}
