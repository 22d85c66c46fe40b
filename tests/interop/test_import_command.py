"""``hopverify import``: nothing of a Python file runs unasked, nothing is overwritten, and messages say what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

import hopverify.interop.source as place
from hopverify.errors import HopverifyError
from hopverify.interop.code import member_of, run_file
from hopverify.interop.imported import Imported
from hopverify.interop.source import Request, Source, source_of
from tests.cli.commands import run

TEXT = "hopverify: 1\nname: made\nlayers:\n  x: {size: 1, lagrangian: tanh}\nchecks: all\n"
PROGRAM = "from pathlib import Path\nPath('ran').write_text('yes')\nfound = 1\n"


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "model.py"
    path.write_text(PROGRAM, encoding="utf-8")
    return path


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> list[Request]:
    """A source that takes .toy files, and keeps what it is asked."""
    asked: list[Request] = []

    def read(request: Request) -> list[Imported]:
        asked.append(request)
        return [Imported(request.path.stem, TEXT, {f"{request.path.stem}.npy": b"1"}, ("a note\x1b[31m",))]

    source = Source("toy", "toys", (".toy",), read, settings={"size": "how large"})
    monkeypatch.setitem(place.SOURCES.imported, "toy", source)
    return asked


def test_nothing_of_a_file_runs_without_leave(program: Path, tmp_path: Path) -> None:
    result = run("import", str(program), "--out", str(tmp_path / "out"))
    assert result.exit_code == 2
    assert "--allow-code" in result.stderr
    assert "all your rights" in result.stderr
    assert not (tmp_path / "ran").exists()
    assert not (tmp_path / "out").exists()


def test_with_leave_it_runs_and_says_so(program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hopverify.interop.hamux.tracing.jax_itself", lambda: None)
    result = run("import", str(program), "--out", str(tmp_path / "out"), "--allow-code")
    assert result.exit_code == 2
    assert f"running the code of {program}" in result.stderr
    assert (tmp_path / "ran").exists()
    assert "which HAM is meant? The file defines: none" in result.stderr


def test_the_library_that_is_missing_is_named(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import builtins

    real = builtins.__import__

    def no_jax(name: str, *more: object) -> object:
        if name.split(".")[0] == "jax":
            raise ImportError(name)
        return real(name, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", no_jax)
    result = run("import", str(program), "--out", "out", "--allow-code")
    assert result.exit_code == 2
    assert "pip install 'hopverify[hamux]'" in result.stderr


def test_specs_and_arrays_are_written_and_nothing_over_them(toy: list[Request], tmp_path: Path) -> None:
    file = tmp_path / "a.toy"
    file.touch()
    result = run("import", str(file), "--out", str(tmp_path / "out"), "--set", "size=3")
    assert result.exit_code == 0
    assert toy[0].settings == {"size": "3"}
    assert (tmp_path / "out" / "a.yaml").read_text(encoding="utf-8") == TEXT
    assert (tmp_path / "out" / "a.npy").read_bytes() == b"1"
    assert "a note[31m" in result.stdout
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.npy", "a.yaml"]
    (tmp_path / "out" / "a.yaml").unlink()
    (tmp_path / "out" / "a.npy").write_bytes(b"mine")
    again = run("import", str(file), "--out", str(tmp_path / "out"))
    assert again.exit_code == 2
    assert "is left as it is" in again.stderr
    assert (tmp_path / "out" / "a.npy").read_bytes() == b"mine"
    assert not (tmp_path / "out" / "a.yaml").exists()
    assert run("import", str(file), "--out", str(tmp_path / "out"), "--force").exit_code == 0
    assert (tmp_path / "out" / "a.npy").read_bytes() == b"1"


def test_a_member_stands_behind_a_colon(toy: list[Request], tmp_path: Path) -> None:
    for name in ("a.toy", "b:c.toy"):
        (tmp_path / name).touch()
    assert run("import", f"{tmp_path / 'a.toy'}:net", "--out", str(tmp_path / "one")).exit_code == 0
    assert run("import", str(tmp_path / "b:c.toy"), "--out", str(tmp_path / "two")).exit_code == 0
    assert [(request.path.name, request.member) for request in toy] == [("a.toy", "net"), ("b:c.toy", None)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["a.doc"], "no source takes .doc files"),
        (["a"], "no source takes such files"),
        (["a.toy", "--set", "size"], "NAME=VALUE"),
        (["a.toy", "--set", "colour=red"], "toy has no setting 'colour'; it has: size"),
        (["a.toy", "--from", "toys"], "no source is called 'toys'; did you mean 'toy'"),
        (["a.toy", "A.toy"], "two models would both write"),
        ([], "Missing argument"),
    ],
)
@pytest.mark.usefixtures("toy")
def test_wrong_usage_is_told(arguments: list[str], said: str, tmp_path: Path) -> None:
    result = run("import", *arguments, "--out", str(tmp_path / "out"))
    assert result.exit_code == 2
    assert said in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("toy")
def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = run("import", "a.toy", "--out", str(tmp_path / "file" / "out"))
    assert result.exit_code == 2
    assert "cannot be written to" in result.stderr


def test_two_sources_of_one_suffix_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    another = Source("another", "programs of another library", (".py",), lambda request: [])
    monkeypatch.setitem(place.SOURCES.imported, "another", another)
    with pytest.raises(HopverifyError, match=r"2 sources take \.py files.*--from: .*another.*hamux"):
        source_of(Path("model.py"))
    assert source_of(Path("model.py"), "another") is another


def test_a_file_of_python_with_the_shape_of_a_state_is_one_of_pytorch() -> None:
    assert source_of(Path("model.py"), None, {"input": "8"}).name == "torch"
    assert source_of(Path("model.py"), None, {"step": "0.5"}).name == "hamux"
    assert source_of(Path("model.py")).name == "hamux"


@pytest.mark.parametrize(
    ("text", "said"),
    [("raise SystemExit(3)", "SystemExit: 3"), ("1/0", "ZeroDivisionError"), ("def", "SyntaxError")],
)
def test_a_file_that_fails(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "model.py"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(HopverifyError, match=f"the file itself fails: {said}"):
        run_file(path)
    with pytest.raises(HopverifyError, match="there is no such file"):
        run_file(tmp_path / "none.py")


def test_what_a_file_prints_is_no_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "beside.py").write_text("number = 3", encoding="utf-8")
    path = tmp_path / "model.py"
    path.write_text("from beside import number\nprint('hello')", encoding="utf-8")
    assert run_file(path)["number"] == 3
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "hello\n")


def test_which_member_is_meant() -> None:
    names = {"a": 1, "also": 1, "b": "text", "_hidden": 2}

    def fits(each: object) -> bool:
        return isinstance(each, int)

    assert member_of(names, fits, None, "number") == ("a", 1)
    assert member_of(names, fits, "_hidden", "number") == ("_hidden", 2)
    for member, said in {"c": "nothing called 'c'", "b": "'b' is no number but str"}.items():
        with pytest.raises(HopverifyError, match=said):
            member_of(names, fits, member, "number")
    with pytest.raises(HopverifyError, match="which number is meant"):
        member_of({**names, "c": 5}, fits, None, "number")
