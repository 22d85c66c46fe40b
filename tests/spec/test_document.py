from __future__ import annotations

import time

import pytest

from hopverify.spec import parse_spec
from hopverify.spec.bounds import MAX_NESTING, MAX_NODES, MAX_TEXT
from hopverify.spec.document import child, read_document

from .examples import RELU_PAIR, RELU_PAIR_JSON, RELU_PAIR_TOML, message, spoiled

WRONG_YAML = {
    "a: 1\nb: [2": "3:1: this is not valid YAML: ",
    "a:\n\tb: 1": "2:1: this is not valid YAML: a tab: indent with spaces",
    "a: @b": "1:4: this is not valid YAML: a text that begins with @ needs quotes",
    'a: 1\nb: "2\nc: 3\n': "2:4: this is not valid YAML: while scanning a quoted scalar found unexpected end ",
    "a: b: c": "1:5: this is not valid YAML: mapping values are not allowed in this context (a text with",
    "a: 1\na: 2": "2:1: a: the key is given twice on lines 1 and 2; keep one of them",
    "x:\n- {b: 1,\n   b: 2}": "3:4: x[0].b: the key is given twice on lines 2 and 3; keep one of them",
    "a: !!python/object/apply:os.system [id]": (
        "1:4: the tag 'tag:yaml.org,2002:python/object/apply:os.system' is not read; "
        "a spec has plain mappings, lists and scalars only"
    ),
    "a: !!float 1": "1:4: the tag 'tag:yaml.org,2002:float' is not read",
    "a: 1\n---\nb: 2": "2:1: a second document begins here; a spec is a single one",
    "a: &a {x: 1}\nb: {<<: *a}": "2:5: merge keys (<<) are not read; write the entries out",
    "1: a": "1:1: a key must be text, got 1; put it in quotes if it is meant as text",
    "true: a": "1:1: a key must be text, got true; put it in quotes if it is meant as text",
    "? [a]\n: b": "1:3: a key must be text, not a list or a mapping",
    "a: &a x\n*a : b": "2:1: a key must be text, not an alias",
    "a: *b": "1:4: the alias *b has no anchor &b before it",
    "a: &a [*a]": "1:8: the alias *a stands inside its own anchor &a",
    "a: \x00": "1:4: this is not valid YAML: ",
    "a: \ud800": "1:4: the text holds a lone surrogate; save it as UTF-8",
}


@pytest.mark.parametrize("text", WRONG_YAML, ids=repr)
def test_only_plain_yaml_is_read(text: str) -> None:
    assert message(text).startswith(f"s:{WRONG_YAML[text]}")


WRONG_JSON = {
    '{"a": 1,\n "a": 2}': "2:2: a: the key is given twice on lines 1 and 2; keep one of them",
    '{"a": [NaN]}': "1:8: a[0]: NaN is not a number a model can hold",
    '{"a": -Infinity}': "1:7: a: infinity is not a number a model can hold",
    '{"a": 1 2}': "1:9: this is not valid JSON: ",
    "{'a': 1}": "1:2: this is not valid JSON: ",
    '{"a": "\\ud800"}': "1:7: a: the text holds a lone surrogate",
}


@pytest.mark.parametrize("text", WRONG_JSON)
def test_only_strict_json_is_read(text: str) -> None:
    assert message(text, format="json").startswith(f"s:{WRONG_JSON[text]}")


WRONG_TOML = {
    "a = b": "1:5: this is not valid TOML: Invalid value (text needs quotes)",
    "a = 1\na = 2": "2:6: this is not valid TOML: Cannot overwrite a value",
    "[x]\na = 1979-05-27": (
        "2:5: x.a: a spec has no dates and times, got '1979-05-27'; put it in quotes if it is meant as text"
    ),
    f"a = {'1' * 401}": "1:5: a: the number has more than 400 digits; the limit is 400",
    f"a = {'1' * 5000}": "1:1: a number has more than 400 digits; the limit is 400",
    ".".join("a" * 33) + " = 1": "1:1: lists and mappings are nested 33 deep here; the limit is 32",
}


@pytest.mark.parametrize("text", WRONG_TOML)
def test_toml_has_the_same_bounds(text: str) -> None:
    got = message(text, format="toml")
    # Where the standard parser notices a second key differs between its versions.
    assert got.split(": ", 1)[1] == WRONG_TOML[text].split(": ", 1)[1]
    assert got.split(":")[1] == WRONG_TOML[text].split(":")[0]


def test_toml_and_json_errors_point_at_the_text() -> None:
    toml = RELU_PAIR_TOML.replace("size = 2", "size = 2.5")
    assert message(toml, format="toml") == "s:7:8: layers.x.size: must be a whole number, got 2.5"
    unknown = RELU_PAIR_TOML.replace("tau = 1", "taw = 1")
    assert message(unknown, format="toml") == "s:10:1: layers.x.taw: unknown key; did you mean 'tau'?"
    number = message(RELU_PAIR_TOML.replace("tau = 1", "tau = nan"), format="toml")
    assert number == "s:10:7: layers.x.tau: NaN is not a number a model can hold"
    json = RELU_PAIR_JSON.replace('"size": 2', '"size": 2.5')
    line = json[: json.index("2.5")].count("\n") + 1
    assert message(json, format="json") == f"s:{line}:15: layers.x.size: must be a whole number, got 2.5"


def test_toml_numbers_are_exact() -> None:
    tree = read_document("a = 0.1\nb = 1e5\nc = 1_000.5\nd = 0x10", format="toml", file="s").root.value()
    assert [str(value) for value in tree.values()] == ["1/10", "100000", "2001/2", "16"]


def laughs(levels: int) -> str:
    first = "l0: &l0 [" + ", ".join(["lol"] * 10) + "]\n"
    return first + "".join(f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 10)}]\n" for i in range(1, levels))


HOSTILE = {
    "billion laughs": ("yaml", laughs(20), f"the limit is {MAX_NODES}"),
    "long laughs": ("yaml", f"a: &a {'x' * 100_000}\nb: [{', '.join(['*a'] * 1000)}]", f"the limit is {MAX_TEXT}"),
    "aliases deep in aliases": (
        "yaml",
        "a0: &a0 []\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 100)),
        "nested 33 deep",
    ),
    "deep YAML lists": ("yaml", "[" * 500, "nested 33 deep here; the limit is 32"),
    # A parser whose own limit is passed first does not say where the 33rd level is.
    "deepest YAML lists": ("yaml", "[" * 100_000, "; the limit is 32"),
    "deep YAML mappings": ("yaml", "{a: " * 100_000, "nested 33 deep here; the limit is 32"),
    "deep YAML blocks": ("yaml", "- " * 100_000, "nested 33 deep here; the limit is 32"),
    "deep JSON": ("json", "[" * 100_000, "nested 33 deep here; the limit is 32"),
    "deep TOML": ("toml", "a = " + "[" * 100_000, "nested too deep; the limit is 32"),
    "long TOML key": ("toml", "a." * 1_000_000 + "a = 1", "nested 33 deep here; the limit is 32"),
    "unclosed JSON text": ("json", '\\"' * 1_000_000, "not valid JSON"),
    "escaped JSON text": ("json", '"' + '\\"' * 1_000_000, "not valid JSON"),
    "quotes in TOML": ("toml", '\\"' * 1_000_000, "not valid TOML"),
    "long text": ("yaml", "a" * (MAX_TEXT + 1), f"has {MAX_TEXT + 1} bytes; the limit is {MAX_TEXT}"),
    "tower of powers": ("yaml", spoiled("size: 2", "size: 9**9**9"), "must be a number, got '9**9**9'"),
    "huge exponent": ("yaml", spoiled("size: 2", "size: 1e999999999"), "is 999999999; the limit is 400"),
    "many unknown keys": ("yaml", RELU_PAIR + "".join(f"k{i}: 1\n" for i in range(20_000)), "more problems"),
    "long unknown key": ("json", '{"' + "n" * 1_000_000 + '": 1}', "unknown key"),
    "many layers": (
        "yaml",
        "{hopverify: 1, name: a, layers: {" + ", ".join(f"x{i}: 1" for i in range(1001)) + "}}",
        "the spec has 1001 layers; the limit is 1000",
    ),
    "chain of ties": (
        "yaml",
        RELU_PAIR + "arrays:\n" + "".join(f"  a{i}: {{same_as: a{i + 1}}}\n" for i in range(900)) + "  a900: 1\n",
        "is tied through more than 32 names",
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_texts_are_refused_at_once(case: str) -> None:
    form, text, expected = HOSTILE[case]
    began = time.process_time()
    assert expected in message(text, format=form)
    # A second on any machine that is not a wreck; the quadratic ways out take minutes.
    assert time.process_time() - began < 5


def test_the_bounds_themselves_are_allowed() -> None:
    deepest = "[" * (MAX_NESTING - 1) + "1" + "]" * (MAX_NESTING - 1)
    for form, text in (("yaml", f"a: {deepest}"), ("json", f'{{"a": {deepest}}}'), ("toml", f"a = {deepest}")):
        assert read_document(text, format=form, file="s")  # type: ignore[arg-type]


def test_aliases_are_read_as_what_they_stand_for() -> None:
    text = spoiled("[[0, 0.5], [0.5, 0]]", "[&row [0, 0.5], *row]")
    spec = parse_spec(text)
    assert spec.digest == parse_spec(spoiled("[[0, 0.5], [0.5, 0]]", "[[0, 0.5], [0, 0.5]]")).digest


def test_the_path_of_a_key_is_bounded_and_printable() -> None:
    assert child("a", "b" * 1000) == "a." + "b" * 60 + "…"
    assert child("", "\x1b") == r"\x1b"


def test_a_place_inside_a_token_that_is_not_there_is_where_its_parent_begins() -> None:
    document = read_document("a: {b: 'one two'}", format="yaml", file="s")
    told = [document.problem(path, "wrong", offset=offset) for path, offset in (("a.b", 4), ("a.c", 4), ("a", 4))]
    assert [(problem.line, problem.column) for problem in told] == [(1, 12), (1, 4), (1, 4)]
