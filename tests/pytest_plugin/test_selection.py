"""Which files are collected: `*.hop.*`, and what `[tool.hopverify]` lists."""

from __future__ import annotations

import pytest

from tests.pytest_plugin.specs import spec

pytest_plugins = ["pytester"]


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """A project with tests in one folder and specs in another."""
    for folder in ("tests", "models"):
        (pytester.path / folder).mkdir()
    (pytester.path / "models" / "a.yaml").write_text(spec(name="a"), encoding="utf-8")
    (pytester.path / "models" / "b.yaml").write_text(spec(name="b"), encoding="utf-8")
    (pytester.path / "models" / "readme.txt").write_text("no spec", encoding="utf-8")
    (pytester.path / "tests" / "test_own.py").write_text("def test_own():\n    pass\n", encoding="utf-8")
    return pytester


def configure(project: pytest.Pytester, specs: str, *, testpaths: str = '["tests"]') -> None:
    project.makepyprojecttoml(
        f"[tool.pytest.ini_options]\ntestpaths = {testpaths}\n[tool.hopverify]\nspecs = {specs}\n"
    )


def test_other_files_are_not_collected(project: pytest.Pytester) -> None:
    project.runpytest_inprocess().assert_outcomes(passed=1)


def test_a_run_of_all_tests_has_the_listed_specs(project: pytest.Pytester) -> None:
    configure(project, '["models/*"]')
    project.runpytest_inprocess().assert_outcomes(passed=5)


def test_listed_specs_within_the_test_paths_are_collected_once(project: pytest.Pytester) -> None:
    configure(project, '["models/a.yaml", "models/*.yaml"]', testpaths='["tests", "models"]')
    project.runpytest_inprocess().assert_outcomes(passed=5)


def test_a_run_of_some_tests_has_no_others(project: pytest.Pytester) -> None:
    configure(project, '["models/*"]')
    project.runpytest_inprocess("tests/test_own.py").assert_outcomes(passed=1)
    project.runpytest_inprocess("models/a.yaml").assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("specs", "said"),
    [
        ('["modls/*.yaml"]', "'modls/*.yaml' matches no spec"),
        ('"models/*.yaml"', "must be a list of globs"),
        ("[1]", "must be a list of globs"),
        ('["/models/*.yaml"]', "is no glob"),
    ],
)
def test_a_selection_that_selects_nothing_is_an_error(project: pytest.Pytester, specs: str, said: str) -> None:
    configure(project, specs)
    result = project.runpytest_inprocess()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert said in result.stderr.str()


def test_the_help_of_pytest_is_shown_whatever_is_selected(project: pytest.Pytester) -> None:
    configure(project, '["modls/*.yaml"]')
    result = project.runpytest_inprocess("--help")
    assert result.ret == 0
    assert "--hopverify-strict" in result.stdout.str()
