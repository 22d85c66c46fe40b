"""HAMUX itself beside what is imported of it: energy, activations and ∂E/∂g, to the accuracy of float32."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("jax")
hmx = pytest.importorskip("hamux")

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402

from hopverify import verify  # noqa: E402
from hopverify.errors import HopverifyError  # noqa: E402
from hopverify.interop import Imported, from_hamux  # noqa: E402
from hopverify.interop.hamux.comparison import of_ham, of_model, random_states  # noqa: E402
from hopverify.networks import build_model  # noqa: E402
from hopverify.spec import read_spec  # noqa: E402
from tests.cli.commands import run  # noqa: E402
from tests.interop.programs import LAMBDAS, LIBRARY, OF_PARAMETERS, REFUSED, SYNAPSES, Program  # noqa: E402
from tests.interop.record import FILE, recorded  # noqa: E402

ROOT = Path(__file__).parents[2]
LAGRANGIANS = LIBRARY | OF_PARAMETERS | LAMBDAS


def lone(program: Program) -> Any:
    """Return a HAM of one layer with a Lagrangian."""
    return hmx.HAM({"x": hmx.NeuronLayer(program.function, program.shapes[0])}, {}, [])


def joined(program: Program) -> Any:
    """Return a HAM of tanh layers that one synapse joins."""
    shapes = dict(zip(program.layers, program.shapes, strict=True))
    neurons = {name: hmx.NeuronLayer(hmx.lagr_tanh, shape) for name, shape in shapes.items()}
    return hmx.HAM(neurons, {"s": program.function}, [(program.layers, "s")])


def assert_same_numbers(ham: Any, made: Imported) -> None:
    model, names = build_model(made.model_spec()), {key: key for key in ham.neurons}
    for states in random_states(ham, 20, 5):
        theirs = of_ham(ham, states, made, names)
        flat = {key: state.astype(float).reshape(-1) for key, state in states.items()}
        ordered = {key: x[np.asarray(made.orders.get(key, range(x.size)))] for key, x in flat.items()}
        ours = of_model(model, ordered)
        scale = 1 + abs(theirs.energy)
        assert ours.energy == pytest.approx(theirs.energy, abs=1e-5 * scale)
        for name in names:
            np.testing.assert_allclose(ours.activations[name], theirs.activations[name], rtol=1e-5, atol=1e-5)
            np.testing.assert_allclose(ours.slopes[name], theirs.slopes[name], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", LAGRANGIANS)
def test_round_trip_of_lagrangians(name: str) -> None:
    ham = lone(LAGRANGIANS[name])
    assert_same_numbers(ham, from_hamux(ham))


@pytest.mark.parametrize("name", SYNAPSES)
def test_round_trip_of_synapses(name: str) -> None:
    ham = joined(SYNAPSES[name])
    assert_same_numbers(ham, from_hamux(ham))


def test_no_function_of_the_library_is_left_out() -> None:
    lagrangians = importlib.import_module("hamux.lagrangians")
    assert set(LIBRARY) == {name for name in lagrangians.__all__ if name.startswith("lagr_")}
    core = importlib.import_module("hamux.core")
    assert {name for name in core.__all__ if name.endswith("Synapse") or "SynapseWith" in name} <= set(SYNAPSES)


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_named_with_its_place(name: str) -> None:
    with pytest.raises(HopverifyError, match="synapse 's' cannot be imported") as caught:
        from_hamux(joined(REFUSED[name]))
    assert name in str(caught.value)


def test_the_place_is_in_the_persons_file() -> None:
    with pytest.raises(HopverifyError, match=r"reduce_prod.*programs\.py:\d+"):
        from_hamux(joined(REFUSED["reduce_prod"]))


def test_the_recorded_programs_are_what_jax_makes() -> None:
    kept, now = json.loads(FILE.read_text(encoding="utf-8")), recorded()
    assert {name: each["told"] for name, each in kept.items()} == {name: each["told"] for name, each in now.items()}


def the_script() -> Any:
    """Return specs/hamux/make.py as a module."""
    found = importlib.util.spec_from_file_location("make_hamux", ROOT / "specs" / "hamux" / "make.py")
    assert found is not None
    assert found.loader is not None
    script = sys.modules["make_hamux"] = importlib.util.module_from_spec(found)
    found.loader.exec_module(script)
    return script


def test_the_models_of_the_documentation_are_what_is_committed(tmp_path: Path) -> None:
    script = the_script()
    script.make(tmp_path)
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (ROOT / "specs" / "hamux" / path.name).read_bytes(), path.name


def test_the_demonstration_in_its_full_size_is_read() -> None:
    script = the_script()
    made = from_hamux(script.memories(784, 900).vectorize(), step=1, checks=["energy_descent"])
    assert verify(made).verdict == "pass"


def wrong_rule() -> Any:
    """Return a Lagrangian whose own rule says that its derivative is tanh(2x), where it is tanh(x)."""

    @jax.custom_jvp
    def potential(x: Any) -> Any:
        return jnp.log(jnp.cosh(x))

    @potential.defjvp
    def rule(primals: Any, tangents: Any) -> Any:
        return potential(primals[0]), jnp.tanh(2 * primals[0]) * tangents[0]

    return lambda x: potential(x).sum()


def test_a_derivative_rule_that_is_none_is_found_out() -> None:
    ham = hmx.HAM({"x": hmx.NeuronLayer(wrong_rule(), (3,))}, {}, [])
    with pytest.raises(HopverifyError, match="is not its derivative: at x ="):
        from_hamux(ham)
    assert any("is its derivative: proved" in note for note in from_hamux(lone(LIBRARY["lagr_tanh"])).notes)


def right_up_to(size: float, *, of_whole: bool = False) -> Any:
    """Return |x|²/2 with a rule of its own, which is wrong beyond a size."""

    @jax.custom_jvp
    def potential(x: Any) -> Any:
        return (x @ x if of_whole else x**2) / 2

    @potential.defjvp
    def rule(primals: Any, tangents: Any) -> Any:
        (x,), (t,) = primals, tangents
        slope = jnp.where(jnp.max(jnp.abs(x)) < size if of_whole else jnp.abs(x) < size, x, 0.0)
        return potential(x), (slope * t).sum() if of_whole else slope * t

    return lambda x: potential(x).sum()


@pytest.mark.parametrize("size", [60.0, 1e-4, 1e5])
@pytest.mark.parametrize(("of_whole", "told"), [(False, "is not its derivative: at x ="), (True, "HAMUX computes")])
def test_a_derivative_rule_that_is_none_far_out_is_found_out(size: float, of_whole: bool, told: str) -> None:
    ham = hmx.HAM({"x": hmx.NeuronLayer(right_up_to(size, of_whole=of_whole), (3,))}, {}, [])
    with pytest.raises(HopverifyError, match=told):
        from_hamux(ham)
    assert from_hamux(hmx.HAM({"x": hmx.NeuronLayer(right_up_to(jnp.inf), (3,))}, {}, []))


def test_decimals() -> None:
    ham = lone(OF_PARAMETERS["softmax of a beta that is rounded"])
    assert "lagrangian: {softmax: {beta: 0.1}}" in from_hamux(ham, decimals=True).text
    assert "10*logsumexp(13421773/134217728*x)" in from_hamux(ham).text
    cubic = lone(OF_PARAMETERS["repu of a degree whose inverse is rounded"])
    assert "{repu: {n: 3}}" in from_hamux(cubic, decimals=True).text or "repu" in from_hamux(cubic, decimals=True).text


def test_names_of_all_kinds() -> None:
    shapes = {"a b": 3, "π": 4, "a-b": 2, "pi": 2}
    neurons = {name: hmx.NeuronLayer(hmx.lagr_identity, (size,)) for name, size in shapes.items()}
    synapse = {"s\n1": lambda x, y, z, w: jnp.sum(x**4) + y.sum() ** 2 + z @ w}
    made = from_hamux(hmx.HAM(neurons, synapse, [(("a b", "π", "a-b", "pi"), "s\n1")]), name="evil: \x1b[31m\n name")
    spec = made.model_spec()
    assert list(spec.layers) == ["a_b", "n", "a_b_2", "pi_2"]
    assert "\x1b" not in made.text


def test_shapes_that_are_wrong_are_told() -> None:
    vector = hmx.HAM({"x": hmx.NeuronLayer(lambda x: 0.5 * x**2, (3,))}, {}, [])
    with pytest.raises(HopverifyError, match=r"layer 'x': its function returns an array of shape \(3,\)"):
        from_hamux(vector)
    failing = joined(Program(lambda x: x @ jnp.ones((4, 4)) @ x, ("x",), ((3,),)))
    with pytest.raises(HopverifyError, match=r"synapse 's': its function fails for activations of shape \(3,\)"):
        from_hamux(failing)
    empty = hmx.HAM({"x": hmx.NeuronLayer(hmx.lagr_identity, (0,))}, {}, [])
    with pytest.raises(HopverifyError, match="has no neurons"):
        from_hamux(empty)
    dangling = hmx.HAM({"x": hmx.NeuronLayer(hmx.lagr_identity, (3,))}, {}, [(("x", "y"), "s")])
    with pytest.raises(HopverifyError, match="there is no layer 'y'"):
        from_hamux(dangling)


def test_it_takes_a_ham_and_a_step_above_nought() -> None:
    with pytest.raises(HopverifyError, match=r"takes a hamux\.HAM, got int"):
        from_hamux(3)
    for step in (0, -1, "one", "1/0"):
        with pytest.raises(HopverifyError, match="the step must be a number above 0"):
            from_hamux(lone(LIBRARY["lagr_tanh"]), step=step)


def test_two_convolutions_that_disagree_are_matrices() -> None:
    conv = SYNAPSES["ConvSynapse"].function
    neurons = {name: hmx.NeuronLayer(hmx.lagr_tanh, (4, 4, n)) for name, n in {"x": 3, "y": 5}.items()}
    synapses = {"c": conv, "nonlinear": lambda x: jnp.sum(jnp.tanh(x.reshape(-1) @ jnp.eye(48)) ** 4)}
    ham = hmx.HAM(neurons, {"c": conv}, [(("x", "y"), "c")])
    assert "kind: convolution" in from_hamux(ham).text
    assert_same_numbers(ham, from_hamux(ham))
    both = hmx.HAM(neurons, synapses, [(("x", "y"), "c"), (("x",), "nonlinear")])
    assert "kind: dense" in from_hamux(both).text
    assert_same_numbers(both, from_hamux(both))


def test_three_lines(tmp_path: Path) -> None:
    ham = joined(SYNAPSES["a layer with itself"])
    certificate = verify(from_hamux(ham))
    assert certificate.verdict == "pass"
    written = read_spec(from_hamux(ham).write(tmp_path))
    assert verify(written).to_json() != ""
    assert written.digest == from_hamux(ham).model_spec().digest


def of_other_library(parts: tuple[str, ...], *bases: type) -> Any:
    """Return something made like a HAM of another library."""
    made = type("HAM", bases, {})()
    for part in parts:
        setattr(made, part, {})
    return made


def test_a_ham_of_another_library_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(HopverifyError, match=r"a HAM of bbhamux .* whose parts hamux\.HAM takes"):
        from_hamux(of_other_library(("neurons", "synapses", "connections")))
    of_torch = type("Module", (), {"__module__": "torch.nn.modules.module"})
    with pytest.raises(HopverifyError, match=r"a HAM of PyTorch \(hamux-torch\), whose functions JAX cannot trace"):
        from_hamux(of_other_library(("neurons", "hypersynapses", "connections"), of_torch))
    model = "class HAM:\n    neurons = synapses = connections = {}\n\nham = HAM()\n"
    (tmp_path / "model.py").write_text(model, encoding="utf-8")
    result = run("import", tmp_path / "model.py", "--allow-code", "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "this is a HAM of bbhamux" in result.stderr


def test_the_parts_of_a_ham_of_bbhamux_make_one_of_hamux() -> None:
    """What the refusal advises."""
    layer = hmx.NeuronLayer(hmx.lagr_tanh, (2,))
    ham = of_other_library(("neurons", "synapses", "connections"))
    ham.neurons, ham.synapses, ham.connections = {"x": layer}, {"s": lambda x: -(x @ x)}, [(("x",), "s")]
    neurons = {name: hmx.NeuronLayer(layer.lagrangian, layer.shape) for name, layer in ham.neurons.items()}
    assert "lagrangian: tanh" in from_hamux(hmx.HAM(neurons, ham.synapses, ham.connections)).text
