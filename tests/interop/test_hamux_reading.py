"""From the parts of a HAM to a spec, without JAX: its functions are recorded programs, called by their names."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hopverify.errors import HopverifyError
from hopverify.interop import from_hamux
from hopverify.interop.hamux import exact_step, tracing
from hopverify.interop.hamux.document import Wanted, document
from hopverify.interop.hamux.reading import read_ham
from hopverify.interop.imported import Imported
from hopverify.interop.tracing.literals import simplest
from tests.interop.recorded import fold, from_text

DATA = Path(__file__).parent / "data"
PROGRAMS = json.loads((DATA / "programs.json").read_text(encoding="utf-8"))
GRADIENTS = json.loads((DATA / "gradients.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def _recorded_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    def program(subject: str, function: str, shapes: Sequence[tuple[int, ...]]) -> Any:
        assert [list(shape) for shape in shapes] == PROGRAMS[function]["shapes"], subject
        return from_text(PROGRAMS[function]["program"])

    monkeypatch.setattr(tracing, "program", program)
    monkeypatch.setattr(tracing, "gradient_program", lambda subject, name, shape: from_text(GRADIENTS[name]))
    monkeypatch.setattr(tracing, "fold", fold)
    monkeypatch.setattr(tracing, "place", lambda equation: "")


def ham(layers: dict[str, tuple[Any, Any]], *connections: tuple[Any, str], **synapses: str) -> Any:
    neurons = {name: SimpleNamespace(lagrangian=function, shape=shape) for name, (function, shape) in layers.items()}
    return SimpleNamespace(neurons=neurons, hypersynapses=synapses, connections=list(connections))


def made(found: Any, **options: Any) -> Imported:
    decimals = options.get("decimals", False)
    return document(read_ham(found, decimals=decimals), Wanted(options.pop("name", "net"), **options))


def body(found: Imported) -> str:
    return found.text[found.text.index("layers:") :]


def test_self_connection_without_half() -> None:
    # In the spec x stands twice, as in the program.
    found = made(ham({"x": ("lagr_tanh", (3,))}, (("x", "x"), "w"), w="a layer with itself"))
    assert "w: {kind: dense, layers: [x, x], weights: {file: net-w.npy}, prefactor: 1, drive: gradient}" in found.text
    assert "expect: {weight_symmetry: fail}" in found.text
    spec = found.model_spec()
    assert (spec.layers["x"].tau, spec.layers["x"].leak) == ((1,), (1,))
    assert set(found.files) == {"net-w.npy"}


def test_the_rule_of_a_library_function_is_proved_to_be_its_derivative() -> None:
    notes = made(ham({"x": ("lagr_tanh", (3,)), "y": ("lagr_sigmoid", (3,))})).notes
    assert "layer 'x': the derivative rule of _lagr_tanh is its derivative: proved" in notes
    assert "layer 'y': the derivative rule of _lagr_sigmoid is its derivative: proved" in notes


def test_another_rule_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "gradient_program", lambda *arguments: from_text(GRADIENTS["lagr_sigmoid"]))
    with pytest.raises(HopverifyError, match=r"the derivative rule of _lagr_tanh is not its derivative: at x ="):
        made(ham({"x": ("lagr_tanh", (3,))}))


def test_a_rule_that_cannot_be_read_is_taken_for_granted_and_the_spec_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    unreadable = from_text(PROGRAMS["reduce_max"]["program"])
    monkeypatch.setattr(tracing, "gradient_program", lambda *arguments: unreadable)
    found = made(ham({"x": ("lagr_tanh", (3,))}))
    assert any("was compared with its derivative at states of all sizes, not proved" in note for note in found.notes)
    taken = "Taken for granted, as it is compared and not proved: layer 'x': the derivative rule of _lagr_tanh is its"
    assert taken in found.model_spec().description
    assert "Taken for granted" not in made(ham({"x": ("lagr_relu", (3,))})).text


def test_biases_of_several_connections_are_added() -> None:
    found = made(ham({"x": ("lagr_tanh", (3,))}, ("x", "b"), (("x",), "b"), b="BiasSynapse"))
    assert "x: {size: 3, lagrangian: tanh, bias: [0, 2, 4]}" in found.text
    assert "synapses:" not in found.text


def test_a_constant_and_a_bias_of_one_number() -> None:
    found = made(ham({"x": ("lagr_tanh", (3,))}, (("x",), "c"), c="a constant"))
    assert "x: {size: 3, lagrangian: tanh, bias: -1}" in found.text
    assert 'c: {kind: expression, layers: [x], energy: "3/2"}' in found.text


def test_convolved_layers_stand_with_their_channels_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PROGRAMS, "x", PROGRAMS["lagr_identity"] | {"shapes": [[4, 4, 3]]})
    monkeypatch.setitem(PROGRAMS, "y", PROGRAMS["lagr_identity"] | {"shapes": [[4, 4, 5]]})

    # The identity of several axes is the sum over all of them.
    for name, shape in {"x": (4, 4, 3), "y": (4, 4, 5)}.items():
        data = json.loads(json.dumps(PROGRAMS["lagr_identity"]["program"]))
        data["jaxpr"]["invars"][0][1] = list(shape)
        data["jaxpr"]["eqns"][0]["outvars"][0][1] = list(shape)
        data["jaxpr"]["eqns"][1]["params"]["axes"] = [0, 1, 2]
        monkeypatch.setitem(PROGRAMS[name], "program", data)
    found = made(ham({"x": ("x", (4, 4, 3)), "y": ("y", (4, 4, 5))}, (("x", "y"), "conv"), conv="ConvSynapse"))
    assert "x: {size: 48, shape: [3, 4, 4], lagrangian: identity}" in found.text
    assert "conv: {kind: convolution, layers: [x, y], kernel: {file: net-conv.npy}, padding: 1}" in found.text
    places = np.arange(48).reshape(4, 4, 3)
    assert found.orders["x"] == places.transpose(2, 0, 1).reshape(-1).tolist()
    assert "layer 'x' stands with its channels first (3 × 4 × 4), HAMUX has (4, 4, 3)" in found.notes


def test_steps_checks_and_expectations() -> None:
    lone = ham({"x": ("lagr_relu", (3,))})
    assert "{step_size: {step: 0.5}}" in made(lone, step=Fraction(1, 2)).text
    assert body(made(lone)).endswith("checks: all\nexpect: {energy_flatness: fail}\n")
    assert body(made(ham({"x": ("lagr_tanh", (3,))}))).endswith("checks: all\n")
    assert body(made(lone, checks=["energy_flatness"])).endswith("checks: [energy_flatness]\n")
    stated = made(lone, checks=["energy_flatness"], expect={"energy_flatness": "fail"})
    assert body(stated).endswith("checks: [energy_flatness]\nexpect: {energy_flatness: fail}\n")


def test_names_of_all_kinds() -> None:
    neurons = {"a b": ("lagr_relu", 3), "a-b": ("lagr_relu", (3,)), "pi": ("lagr_relu", (3,)), "é": ("lagr_relu", (3,))}
    found = made(ham(neurons), name="evil:\x1b[31m\n")
    assert list(found.model_spec().layers) == ["a_b", "a_b_2", "pi_2", "n"]
    assert "\x1b" not in found.text
    assert "layer 'a b' is called 'a_b'" in found.notes
    assert made(ham(neurons), name="\x00").stem == "hamux"


def test_a_synapse_that_is_used_twice_has_two_names(monkeypatch: pytest.MonkeyPatch) -> None:
    layers = {"x": ("lagr_tanh", (3,)), "y": ("four", (4,))}
    monkeypatch.setitem(PROGRAMS, "four", PROGRAMS["lagr_identity"] | {"shapes": [[4]]})
    found = made(ham(layers, (("x", "y"), "w"), (("x", "y"), "w"), w="LinearSynapse"))
    assert list(found.model_spec().synapses) == ["w", "w_2"]


def test_an_array_has_no_name_of_a_layer() -> None:
    found = made(ham({"s_1": ("lagr_tanh", (3,))}, (("s_1",), "s"), s="log-sum-exp"))
    assert 's: {kind: expression, layers: [s_1], energy: "-(logsumexp(2*(s_1_2@s_1))/2)"}' in found.text
    found.model_spec()


def test_the_rules_of_a_synapse_are_named() -> None:
    notes = made(ham({"x": ("lagr_relu", (3,))}, (("x",), "s"), s="rectified overlaps")).notes
    assert "synapse 's': the derivative rule of relu was compared" in "\n".join(notes)


def test_what_only_a_rounding_keeps_from_the_catalogue_is_told() -> None:
    rounded = ham({"x": ("repu of a degree whose inverse is rounded", (3,))})
    told = "layer 'x': but for the rounding of a number it is repu; decimals=yes reads it so"
    assert told in made(rounded).notes
    assert told not in made(rounded, decimals=True).notes
    assert "lagrangian: repu}" in made(rounded, decimals=True).text
    assert not any("rounding" in note for note in made(ham({"x": ("arctan", (3,))})).notes)


def test_decimals() -> None:
    cold = ham({"x": ("softmax of a beta that is rounded", (3,)), "y": ("lagr_layernorm", (3,))})
    assert "x: {size: 3, lagrangian: {softmax: {beta: 0.1}}}" in made(cold, decimals=True).text
    assert "epsilon: 0.00001}" in made(cold, decimals=True).text or "1/100000" in made(cold, decimals=True).text
    assert "13421773/134217728" in made(cold).text
    assert "2748779/274877906944" in made(cold).text
    assert simplest(np.int32(3)) == 3


@pytest.mark.parametrize("name", ["reduce_max", "scan"])
def test_what_cannot_be_read_is_told_with_its_synapse(name: str) -> None:
    with pytest.raises(HopverifyError, match=f"synapse 's' cannot be imported: the primitive {name}"):
        made(ham({"x": ("lagr_tanh", (3,))}, (("x",), "s"), s=name))


def test_what_is_not_there_is_told() -> None:
    layers = {"x": ("lagr_tanh", (3,))}
    for connection, said in {("y", "s"): "no layer 'y'", ("x", "t"): "no synapse 't'"}.items():
        with pytest.raises(HopverifyError, match=said):
            made(ham(layers, connection, s="squares"))
    with pytest.raises(HopverifyError, match="has no neurons"):
        made(ham({"x": ("lagr_tanh", (0,))}))
    with pytest.raises(HopverifyError, match=r"takes a hamux\.HAM, got int"):
        from_hamux(3)


def test_the_step_is_what_is_written() -> None:
    assert [exact_step(step) for step in (0.1, "1/3", 2)] == [Fraction(1, 10), Fraction(1, 3), 2]
    for step in (0, -0.5, "one", "1/0", float("nan")):
        with pytest.raises(HopverifyError, match="the step must be a number above 0"):
            exact_step(step)
