"""Energies of PyTorch as specs: what is read is what the module computes. Needs torch; the nightly job has it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hopverify import verify
from hopverify.errors import HopverifyError
from hopverify.expr.floats import FLOATS
from hopverify.interop.imported import Imported
from hopverify.interop.source import Request, read
from hopverify.networks import build_model

torch = pytest.importorskip("torch")

from hopverify.interop.torch import energy_spec  # noqa: E402
from tests.interop import energies as own  # noqa: E402
from tests.interop import flows  # noqa: E402
from tests.interop.published import NOT_READ, PUBLISHED  # noqa: E402

ENERGIES, REFUSED = own.ENERGIES | PUBLISHED, own.REFUSED | NOT_READ


def made(name: str) -> Imported:
    return energy_spec(ENERGIES[name].function(), ENERGIES[name].example(), name=name)


@pytest.mark.parametrize("name", ENERGIES)
def test_an_energy_is_read_as_the_module_computes_it(name: str) -> None:
    found = made(name)
    for part in ENERGIES[name].parts:
        assert part in found.text
    notes = [note for note in found.notes if note.startswith("compared with the module")]
    assert float(notes[0].rpartition(" ")[2]) <= ENERGIES[name].close
    if ENERGIES[name].layers == ("x",):
        compare_once_more(found, ENERGIES[name])


def compare_once_more(found: Imported, of: own.Energy) -> None:
    """Hold energy and flow against the module, without what the importer compares with."""
    model = build_model(found.model_spec())
    function, example = of.function(), of.example()
    function = function.double() if isinstance(function, torch.nn.Module) else function
    rng = np.random.default_rng(11)
    gaps = []
    for scale in (0.1, 1.0, 3.0):
        x = scale * rng.normal(size=example.numel())
        state = torch.tensor(x.reshape(example.shape), dtype=torch.float64, requires_grad=True)
        energy = function(state).sum()
        (slope,) = torch.autograd.grad(energy, state)
        flow = model.flow({"x": x}, FLOATS)["x"]
        assert np.allclose(flow, -slope.numpy().reshape(-1), rtol=1e-5, atol=1e-5 * scale)
        gaps.append(float(model.energy({"x": x}, FLOATS)) - energy.item())
    assert np.ptp(gaps) < 1e-4


@pytest.mark.parametrize("name", flows.FLOWS)
def test_a_flow_is_read_as_the_module_computes_it(name: str) -> None:
    function, example, returns, parts = flows.FLOWS[name]
    found = energy_spec(function(), example(), name=name, returns=returns)
    assert [part for part in parts if part not in found.text] == []
    model = build_model(found.model_spec())
    rng = np.random.default_rng(5)
    examples = example() if isinstance(example(), tuple) else (example(),)
    states = [3 * rng.normal(size=each.shape) for each in examples]
    module = function().double() if isinstance(function(), torch.nn.Module) else function()
    default = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        results = module(*map(torch.tensor, states))
    finally:
        torch.set_default_dtype(default)
    results = [each.detach().numpy() for each in (results if isinstance(results, tuple) else (results,))]
    if returns == "update":
        results = [after - before for after, before in zip(results, states, strict=True)]
    ours = model.flow(dict(zip((layer.name for layer in model.dynamic), states, strict=True)), FLOATS)
    for mine, theirs in zip(ours.values(), results, strict=True):
        assert np.allclose(mine, theirs, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", flows.NO_FLOWS)
def test_what_is_no_flow_of_a_network_is_refused(name: str) -> None:
    function, example, returns, told = flows.NO_FLOWS[name]
    with pytest.raises(HopverifyError) as caught:
        energy_spec(function(), example(), returns=returns)
    assert told in str(caught.value)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_a_function_of_the_state_is_refused(name: str) -> None:
    function, example, told = REFUSED[name]
    with pytest.raises(HopverifyError) as caught:
        energy_spec(function(), example())
    assert told in str(caught.value)


@pytest.mark.parametrize("name", own.UNTOUCHED)
def test_a_module_is_left_as_it_was(name: str) -> None:
    module = ENERGIES[name].function()
    before = {key: value.clone() for key, value in module.state_dict().items()}
    energy_spec(module, ENERGIES[name].example())
    assert all(torch.equal(value, before[key]) for key, value in module.state_dict().items())
    assert all(parameter.dtype == torch.float32 for parameter in module.parameters())


def test_a_file_becomes_a_verdict(tmp_path: Path) -> None:
    file = tmp_path / "model.py"
    file.write_text(own.FILE, encoding="utf-8")
    (found,) = read(Request(file, "energy", {"input": "8"}, allow_code=True), "torch")
    assert found.stem == "model-energy"
    certificate = verify(found)
    assert certificate["energy_descent"].verdict == "pass"
    assert certificate["memory_retrieval"].verdict == "pass"


@pytest.mark.parametrize(
    ("member", "settings", "told"),
    [
        ("energy", {}, "--set input=SHAPE"),
        ("energy", {"input": "8x"}, "the shape of a state"),
        ("energy", {"input": "8", "dtype": "float16"}, "float32 or float64"),
        ("energy", {"input": "9"}, "a call on the example fails: RuntimeError: size mismatch"),
        ("Memory", {"input": "8"}, "is a class"),
        ("nothing", {"input": "8"}, "nothing called 'nothing'"),
    ],
)
def test_a_file_is_asked_for_with_a_shape(member: str, settings: dict[str, str], told: str, tmp_path: Path) -> None:
    file = tmp_path / "model.py"
    file.write_text(own.FILE, encoding="utf-8")
    with pytest.raises(HopverifyError) as caught:
        read(Request(file, member, settings, allow_code=True), "torch")
    assert told in str(caught.value)


def test_decimals_are_read_as_they_are_written() -> None:
    def energy(x: Any) -> Any:
        return 0.5 * (x * x).sum() - 10 * torch.logsumexp(0.1 * x, 0)

    short, held = (energy_spec(energy, torch.zeros(2), decimals=decimals) for decimals in (True, False))
    assert "weights: {file" not in short.text
    assert "weights: {file" in held.text
    assert build_model(held.model_spec()).flow({"x": np.zeros(2)}, FLOATS)["x"][0] == pytest.approx(1 / 2)


@pytest.mark.parametrize(
    ("example", "told"),
    [
        (lambda: torch.zeros(3, dtype=torch.int64), "float32 or float64"),
        (lambda: np.zeros(3), "a tensor"),
        (lambda: torch.zeros(0), "has neurons"),
        (lambda: torch.zeros(2, 3), "an energy is one number"),
    ],
)
def test_the_example_is_a_state(example: Callable[[], Any], told: str) -> None:
    with pytest.raises(HopverifyError, match=told):
        energy_spec(lambda x: x.sum(-1), example())
