from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hopverify.errors import SpecError
from hopverify.spec import CheckRequest, ModelSpec, parse_spec, read_spec
from hopverify.verdict import Verdict

from .examples import RELU_PAIR, RELU_PAIR_JSON, RELU_PAIR_TOML, message, read_layer, spoiled, with_layer


def test_the_example_reads_as_it_stands(tmp_path: Path) -> None:
    (tmp_path / "relu.yaml").write_text(RELU_PAIR)
    spec = read_spec(tmp_path / "relu.yaml")
    layer, synapse = spec.layers["x"], spec.synapses["w"]
    assert (spec.version, spec.name, spec.references, spec.checks) == (1, "relu-pair", ("arXiv:2410.13866",), None)
    assert (layer.size, layer.tau, layer.leak, layer.bias_in_energy) == (2, (1,), (1,), True)
    assert layer.bias.fractions().tolist() == [Fraction(1, 2), Fraction(-1)]
    assert (layer.function.role, layer.function.name, dict(layer.function.parameters)) == ("lagrangian", "relu", {})
    assert (synapse.kind, synapse.layers) == ("dense", ("x", "x"))
    assert spec.array(synapse.values["weights"], "synapses.w.weights").floats().tolist() == [[0, 0.5], [0.5, 0]]
    assert spec.expect == {"lagrangian_convexity": Verdict.PASS, "energy_flatness": Verdict.FAIL}


@pytest.mark.parametrize(("suffix", "text"), [("yml", RELU_PAIR), ("json", RELU_PAIR_JSON), ("toml", RELU_PAIR_TOML)])
def test_the_three_formats_say_the_same(tmp_path: Path, suffix: str, text: str) -> None:
    path = tmp_path / f"relu.{suffix}"
    path.write_text(text)
    spec, expected = read_spec(path), parse_spec(RELU_PAIR)
    assert spec.digest == expected.digest
    assert (spec.layers, spec.synapses, spec.expect) == (expected.layers, expected.synapses, expected.expect)


def checks_of(text: str) -> tuple[CheckRequest, ...] | None:
    return parse_spec(spoiled("checks: all\nexpect: {lagrangian_convexity: pass, energy_flatness: fail}", text)).checks


def test_checks_with_and_without_parameters() -> None:
    assert checks_of("checks: [a, {b: {margin: 0.1}}]") == (
        CheckRequest("a", {}, "checks[0]"),
        CheckRequest("b", {"margin": Fraction(1, 10)}, "checks[1].b"),
    )
    assert checks_of("") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tau: 0", (Fraction(0),)),
        ("tau: [1, 0.1]", (Fraction(1), Fraction(1, 10))),
        ("tau: 1/3", (Fraction(1, 3),)),
        ('tau: "1/3"', (Fraction(1, 3),)),
    ],
)
def test_time_constants(text: str, expected: tuple[Fraction, ...]) -> None:
    assert read_layer(f"{{size: 2, lagrangian: relu, {text}}}").layers["x"].tau == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("leak: true", (1,)), ("leak: false", (0,)), ("leak: 0.5", (Fraction(1, 2),)), ("leak: [0, 2]", (0, 2))],
)
def test_leaks(text: str, expected: tuple[Fraction, ...]) -> None:
    assert read_layer(f"{{size: 2, lagrangian: relu, {text}}}").layers["x"].leak == expected


def test_a_single_bias_is_broadcast() -> None:
    bias = read_layer("{size: 3, lagrangian: relu, bias: 0.1}").layers["x"].bias
    assert bias.fractions().tolist() == [Fraction(1, 10)] * 3


@pytest.mark.parametrize(
    ("text", "name", "parameters", "expression", "expressions", "scope"),
    [
        ("lagrangian: {softmax: {beta: 4}}", "softmax", {"beta": 4}, None, None, "auto"),
        ("lagrangian: {softmax: }", "softmax", {}, None, None, "auto"),
        ('lagrangian: {expression: "x^2/2"}', None, {}, "x^2/2", None, "auto"),
        ("lagrangian: {expression: 0, of: layer}", None, {}, "0", None, "layer"),
        ("activation: {expression: [x, 2*x]}", None, {}, None, ("x", "2*x"), "auto"),
        ("activation: sign", "sign", {}, None, None, "auto"),
    ],
)
def test_functions(
    text: str,
    name: str | None,
    parameters: dict[str, object],
    expression: str | None,
    expressions: tuple[str, ...] | None,
    scope: str,
) -> None:
    function = read_layer(f"{{size: 2, {text}}}").layers["x"].function
    assert (function.name, function.parameters) == (name, parameters)
    assert (function.expression, function.expressions, function.scope) == (expression, expressions, scope)
    assert function.role == text.split(":")[0]
    assert function.path == f"layers.x.{function.role}"


def test_memories() -> None:
    text = RELU_PAIR + "memories: {m: {layer: x, patterns: [[1, 0], [0, 1], [1, 1]], labels: [0, b, 2], shape: [1, 2]}}"
    memory = parse_spec(text).memories["m"]
    assert (memory.layer, memory.patterns.shape, memory.labels, memory.shape) == ("x", (3, 2), ("0", "b", "2"), (1, 2))


WRONG_LAYERS = {
    "{size: 2}": (
        "5:6: layers.x: must have one of the keys 'lagrangian' and 'activation', got neither (a layer of ±1 has "
        "`states: spins`)"
    ),
    "{size: 2, lagrangian: relu, activation: relu}": (
        "5:6: layers.x: must have one of the keys 'lagrangian' and 'activation', got both"
    ),
    "{lagrangian: relu}": "5:6: layers.x: the key 'size' is missing: number of neurons",
    "relu": "5:6: layers.x: must be a mapping (key: value), got 'relu'",
    "{size: 2.5, lagrangian: relu}": "5:13: layers.x.size: must be a whole number, got 2.5",
    "{size: 0, lagrangian: relu}": "5:13: layers.x.size: must be a whole number from 1 to 1000000, got 0",
    "{size: 10000000000, lagrangian: relu}": (
        "5:13: layers.x.size: must be a whole number from 1 to 1000000, got 10000000000"
    ),
    "{size: no, lagrangian: relu}": "5:13: layers.x.size: must be a number, got 'no'",
    "{size: true, lagrangian: relu}": "5:13: layers.x.size: must be a number, got true",
    "{size: 0x10, lagrangian: relu}": (
        "5:13: layers.x.size: must be a decimal number, got '0x10': "
        "hexadecimal, octal and binary notations are not read"
    ),
    "{size: 2, lagrangian: relu, taw: 1}": "5:34: layers.x.taw: unknown key; did you mean 'tau'?",
    "{size: 2, lagrangian: relu, bias: [1, 2, 3]}": (
        "5:40: layers.x.bias: must be one number or 2, the size of the layer, got 3"
    ),
    "{size: 2, lagrangian: relu, bias: [[1, 2], [3, 4]]}": (
        "5:40: layers.x.bias: must be one number or 2, the size of the layer, got an array of shape (2, 2)"
    ),
    "{size: 2, lagrangian: relu, bias: [1, .nan]}": ("5:44: layers.x.bias[1]: NaN is not a number a model can hold"),
    "{size: 2, lagrangian: relu, bias: [1, -.inf]}": (
        "5:44: layers.x.bias[1]: infinity is not a number a model can hold"
    ),
    "{size: 2, lagrangian: relu, bias: }": "5:40: layers.x.bias: must be a number, got nothing",
    "{size: 2, lagrangian: relu, tau: -1}": (
        "5:39: layers.x.tau: must be greater than 0, or the single number 0, got -1"
    ),
    "{size: 2, lagrangian: relu, tau: [1, 0]}": (
        "5:43: layers.x.tau[1]: must be greater than 0, or the single number 0, got 0"
    ),
    "{size: 2, lagrangian: relu, leak: -0.5}": "5:40: layers.x.leak: must be true, false or at least 0, got -0.5",
    "{size: 2, lagrangian: relu, leak: [1, -1]}": ("5:44: layers.x.leak[1]: must be true, false or at least 0, got -1"),
    "{size: 2, lagrangian: relu, bias_in_energy: yes}": (
        "5:50: layers.x.bias_in_energy: must be true or false, got 'yes'"
    ),
    "{size: 2, lagrangian: relu, shape: [2, 2]}": (
        "5:41: layers.x.shape: 2 × 2 = 4 is not the size of the layer, which is 2"
    ),
    "{size: 2, lagrangian: relu, shape: [2, a]}": "5:45: layers.x.shape[1]: must be a number, got 'a'",
    "{size: 2, lagrangian: [relu]}": (
        "5:28: layers.x.lagrangian: must be a name, a name with parameters or {expression: …}, got a list"
    ),
    "{size: 2, lagrangian: {a: {}, b: {}}}": (
        "5:28: layers.x.lagrangian: must have a single key, the name with its parameters below it, got 'a', 'b'"
    ),
    "{size: 2, lagrangian: {softmax: 4}}": (
        "5:38: layers.x.lagrangian.softmax: must be a mapping of parameters, got 4"
    ),
    "{size: 2, lagrangian: {expression: x, off: layer}}": (
        "5:44: layers.x.lagrangian.off: unknown key; did you mean 'of'?"
    ),
    "{size: 2, lagrangian: {expression: x, of: [layer]}}": (
        "5:48: layers.x.lagrangian.of: must be neuron or layer, got a list"
    ),
    "{size: 2, lagrangian: {expression: {}}}": "5:41: layers.x.lagrangian.expression: must be text, got a mapping",
    "{size: 2, lagrangian: {expression: [x, x]}}": (
        "5:41: layers.x.lagrangian.expression: must be a single text: a list, one for each neuron, is for activations"
    ),
    "{size: 2, activation: {expression: [x]}}": (
        "5:41: layers.x.activation.expression: must hold 2 expressions, one for each neuron, got 1"
    ),
    "{size: 2, activation: {expression: [x, []]}}": (
        "5:45: layers.x.activation.expression[1]: must be text, got a list"
    ),
}


@pytest.mark.parametrize("text", WRONG_LAYERS)
def test_a_wrong_layer_is_refused_with_its_own_message(text: str) -> None:
    assert message(with_layer(text)) == f"s:{WRONG_LAYERS[text]}"


NAME_RULE = "a letter, then letters, digits, _ and -, at most 64 characters"
WRONG = {
    ("hopverify: 1", "hopverify: 2"): "1:12: hopverify: this hopverify reads version 1 of the format, got 2",
    ("hopverify: 1\n", ""): "1:1: the key 'hopverify' is missing: version of the format",
    ("name: relu-pair", "name: 12"): "2:7: name: must be text, got 12; put it in quotes",
    ("name: relu-pair", 'name: "a\\tb"'): "2:7: name: must be printable text, got control characters",
    ('["arXiv:2410.13866"]', "abc"): "3:13: references: must be a list, got 'abc'",
    ('["arXiv:2410.13866"]', "[1]"): "3:14: references[0]: must be text, got 1; put it in quotes",
    ("synapses:", "synapsis:"): "6:1: synapsis: unknown key; did you mean 'synapses'?",
    ("  x: {size", "  9x: {size"): f"5:3: layers.9x: must be a name ({NAME_RULE}), got '9x'",
    ("[x, x]", "[x, y]"): "7:32: synapses.w.layers[1]: no layer is called 'y'; known: x",
    ("[x, x]", "[]"): "7:28: synapses.w.layers: must name at least one layer, got an empty list",
    ("[x, x]", "x"): "7:28: synapses.w.layers: must be a list, got 'x'",
    ("kind: dense, ", ""): "7:6: synapses.w: the key 'kind' is missing: kind of synapse, such as dense",
    ("checks: all", "checks: []"): "8:9: checks: must be `all` or a list of checks, got an empty list",
    ("checks: all", "checks: some"): "8:9: checks: must be `all` or a list of checks, got 'some'",
    ("checks: all", "checks: [all]"): ("8:10: checks[0]: for all checks write `checks: all`, without a list"),
    ("checks: all", "checks: [a, {a: {}}]"): "8:13: checks[1]: the check 'a' is listed twice; keep one of them",
    ("checks: all", "checks: [{a: 1}]"): "8:14: checks[0].a: must be a mapping of parameters, got 1",
    ("checks: all", "checks: [energy_flatness]"): (
        "9:10: expect.lagrangian_convexity: the check is expected but not listed: add it to checks"
    ),
    ("fail}", "failed}"): (
        "9:55: expect.energy_flatness: must be pass, fail, unknown or not-applicable, got 'failed'; "
        "did you mean 'fail'?"
    ),
    ("fail}", "no}"): "9:55: expect.energy_flatness: must be pass, fail, unknown or not-applicable, got 'no'",
    ("checks: all", "memories: {m: {layer: z, patterns: [[1, 2]]}}"): (
        "8:23: memories.m.layer: no layer is called 'z'; known: x"
    ),
    ("checks: all", "memories: {m: {layer: x, patterns: [[1, 2, 3]]}}"): (
        "8:36: memories.m.patterns: a row has length 3, the layer 'x' has size 2"
    ),
    ("checks: all", "memories: {m: {layer: x, patterns: [1, 2, 3]}}"): (
        "8:36: memories.m.patterns: must be a matrix with one pattern in a row, got an array of shape (3,)"
    ),
    ("checks: all", "memories: {m: {layer: x, patterns: [[1, 2]], labels: [a, b]}}"): (
        "8:54: memories.m.labels: must hold one label for each pattern: the patterns are 1, the labels 2"
    ),
    ("checks: all", "arrays: {a: [[1, 2], [3]]}"): (
        "8:22: arrays.a[1]: must have the shape of the first row, which is 2 numbers, got 1 number"
    ),
    ("checks: all", "arrays: {a: []}"): "8:13: arrays.a: must hold at least one number, got an empty list",
    ("checks: all", "energy: [x]"): "8:9: energy: must be text, got a list",
}


@pytest.mark.parametrize("change", WRONG, ids=lambda change: change[1] or change[0].strip())
def test_a_wrong_entry_is_refused_with_its_own_message(change: tuple[str, str]) -> None:
    assert message(spoiled(*change)) == f"s:{WRONG[change]}"


def test_all_problems_are_reported_in_reading_order() -> None:
    text = spoiled("size: 2", "size: 2.5").replace("kind: dense", "kind: 7").replace("fail}", "maybe}")
    places = [line.split(": ")[1] for line in message(text).splitlines()]
    assert places == ["layers.x.size", "synapses.w.kind", "expect.energy_flatness"]


def test_a_spec_needs_a_layer() -> None:
    assert message("{hopverify: 1, name: a, layers: {}}") == "s:1:33: layers: must hold at least one layer"


@pytest.mark.parametrize("text", ["", "# nothing", "[1]", "word"])
def test_a_spec_is_a_mapping(text: str) -> None:
    said = message(text)
    assert "a spec is a mapping whose first line is `hopverify: 1`" in said
    assert ("the text is empty: " in said) == (text in ("", "# nothing"))


def test_a_file_that_is_no_spec_leads_to_one(tmp_path: Path) -> None:
    for name, said in (
        ("W.npy", "got '.npy'; a spec names its arrays, and `hopverify init --weights FILE` writes one"),
        ("model.pt", "got '.pt'; `hopverify import` makes specs of models"),
        ("notes.md", "got '.md'"),
    ):
        with pytest.raises(SpecError) as caught:
            read_spec(tmp_path / name)
        assert said in str(caught.value)
        assert str(caught.value).endswith("'.md'") == (name == "notes.md")


def test_a_file_in_place_of_numbers_is_written_as_an_array() -> None:
    assert message(spoiled("[0.5, -1]", "b.npy")).endswith("; an array in a file is {file: 'b.npy'}")


def test_a_message_holds_nothing_that_a_terminal_would_obey() -> None:
    text = spoiled("name: relu-pair", '"\\e[31m\\u202e": 1\nname: a')
    assert message(text).isprintable()


@pytest.mark.parametrize(
    ("make", "name", "expected"),
    [
        (None, "spec.yaml", "spec.yaml:1:1: there is no such file"),
        (RELU_PAIR, "spec.txt", "a spec's name must end in .yaml, .yml, .toml, .json, got '.txt'"),
        (b"a: \xff", "spec.yaml", "spec.yaml:1:4: the file is not in UTF-8; save it as UTF-8"),
        (b"\n" * (4 * 1024 * 1024 + 1), "spec.yaml", "the spec has 4194305 bytes; the limit is 4194304"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, make: str | bytes | None, name: str, expected: str) -> None:
    path = tmp_path / name
    if make is not None:
        path.write_bytes(make.encode() if isinstance(make, str) else make)
    with pytest.raises(SpecError) as caught:
        read_spec(path)
    assert expected in str(caught.value)


def test_a_near_miss_of_a_file_name(tmp_path: Path) -> None:
    (tmp_path / "digits.yaml").touch()
    with pytest.raises(SpecError, match=r"there is no such file; did you mean '.*digits\.yaml'\?"):
        read_spec(tmp_path / "digit.yaml")


def test_a_folder_is_not_a_spec(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    with pytest.raises(SpecError, match="the file cannot be read"):
        read_spec(os.fspath(tmp_path / "folder.yaml"))


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + RELU_PAIR.replace("\n", "\r\n").encode())
    assert read_spec(path).digest == parse_spec(RELU_PAIR).digest


def only_spec_errors(text: str, form: str) -> None:
    try:
        assert isinstance(parse_spec(text, format=form), ModelSpec)  # type: ignore[arg-type]
        return
    except SpecError as error:
        refused = error
    assert refused.problems
    assert all(problem.line >= 1 and problem.column >= 1 for problem in refused.problems)
    assert not any(word in str(refused) for word in ("Input should", "pydantic", "Traceback", "not valid here"))


@given(st.text(), st.sampled_from(["yaml", "json", "toml"]))
def test_any_text_gives_a_spec_or_a_spec_error(text: str, form: str) -> None:
    only_spec_errors(text, form)


@given(st.binary())
def test_any_bytes_give_a_spec_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "random.yaml"
    path.write_bytes(content)
    with pytest.raises(SpecError):
        read_spec(path)


VALUES = st.recursive(
    st.sampled_from(["1", "-1", ".nan", "relu", "{file: a}", "{same_as: w}", "~", "true", "'q'", "[]", "{}", "1e9"]),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(st.sampled_from(["file", "kind", "size", "expression", "of", "x"]), inner, max_size=3).map(
            lambda items: f"{{{', '.join(f'{key}: {value}' for key, value in items.items())}}}"
        )
    ),
    max_leaves=6,
)
PASSAGES = ["1\n", "relu-pair", '"arXiv:2410.13866"', "relu,", "[0.5, -1]", "dense", "[x, x]", "[[0, 0.5], [0.5, 0]]"]


@settings(max_examples=300)
@given(st.sampled_from([*PASSAGES, "all\n", "pass", "2,"]), VALUES)
def test_any_value_anywhere_gives_a_spec_or_a_spec_error(passage: str, value: str) -> None:
    end = passage[-1] if passage[-1] in ",\n" else ""
    only_spec_errors(RELU_PAIR.replace(passage, value + end, 1), "yaml")


def test_no_words_of_the_libraries_underneath_are_shown() -> None:
    with pytest.raises(SpecError) as caught:
        parse_spec("{}")
    assert caught.value.__context__ is None
