"""PyTorch modules as memories: the keys and β are those that PyTorch itself computes with."""

from __future__ import annotations

import pickle
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hopverify.errors import HopverifyError
from hopverify.interop.memories import Naming
from hopverify.interop.torch import key_specs, load_state, module_specs
from hopverify.networks import build_model
from hopverify.spec import ModelSpec
from tests.interop.reading import read_back

torch = pytest.importorskip("torch")
NAMING = Naming("test", "Of a test.")


def held(spec: ModelSpec) -> tuple[np.ndarray, Fraction]:
    return spec.memories["keys"].patterns.values, spec.layers["h"].function.parameters["beta"]


def seeded(module: Any) -> Any:
    torch.manual_seed(0)
    for parameter in module.parameters():
        torch.nn.init.normal_(parameter)
    return module


def test_the_model_takes_the_step_that_attention_takes(tmp_path: Path) -> None:
    torch.manual_seed(0)
    keys, query = torch.randn(5, 8), torch.randn(1, 8)
    (made,) = key_specs(keys, NAMING)
    values, beta = held(read_back(made, tmp_path))
    expected = torch.nn.functional.scaled_dot_product_attention(query, keys, keys)[0].numpy()
    scores = float(beta) * values @ query[0].numpy()
    weights = np.exp(scores - scores.max())
    assert np.allclose(weights / weights.sum() @ values, expected, atol=1e-5)


@pytest.mark.parametrize("further", [{}, {"add_bias_kv": True}, {"add_zero_attn": True}, {"kdim": 6, "bias": False}])
def test_heads_of_multi_head_attention(further: dict[str, Any], tmp_path: Path) -> None:
    module = seeded(torch.nn.MultiheadAttention(8, 2, batch_first=True, **further))
    stored, query = torch.randn(4, module.kdim), torch.randn(1, 8)
    value = torch.randn(4, module.vdim)
    specs = [read_back(made, tmp_path) for made in module_specs(module, stored)]
    _, weights = module(query[None], stored[None], value[None], average_attn_weights=False)
    half = module.q_proj_weight if module.in_proj_weight is None else module.in_proj_weight[:8]
    projected = query @ half.T + (0 if module.in_proj_bias is None else module.in_proj_bias[:8])
    for head, spec in enumerate(specs):
        keys, beta = held(spec)
        scores = float(beta) * keys @ projected[0, 4 * head : 4 * head + 4].detach().numpy()
        own = np.exp(scores - scores.max())
        assert np.allclose(own / own.sum(), weights[0, head, 0].detach().numpy(), atol=1e-5)


def test_labels_gain_what_the_module_adds(tmp_path: Path) -> None:
    module = seeded(torch.nn.MultiheadAttention(4, 1, add_bias_kv=True, add_zero_attn=True))
    (made,) = module_specs(module, torch.randn(2, 4), naming=Naming("n", "Of a test.", ["a", "b"]))
    assert read_back(made, tmp_path).memories["keys"].labels == ("a", "b", "bias_k", "zero")
    with pytest.raises(HopverifyError, match="1 labels are given for 2"):
        module_specs(module, torch.randn(2, 4), naming=Naming("n", "Of a test.", ["a"]))


@pytest.mark.parametrize("kind", ["float16", "bfloat16", "float64"])
def test_other_types_are_held_exactly(kind: str, tmp_path: Path) -> None:
    keys = torch.randn(2, 3, 4, dtype=torch.float64).to(getattr(torch, kind))
    made = key_specs(keys, NAMING, scale=0.1, dtype=None if kind == "float64" else kind)
    assert len(made) == 2
    for head, each in enumerate(made):
        values, beta = held(read_back(each, tmp_path))
        assert (values == keys[head].double().numpy()).all()
        assert beta == Fraction(0.1 if kind == "float64" else float(np.float32(0.1)))


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan"), float("inf")])
def test_a_scale_is_a_positive_number(scale: float) -> None:
    with pytest.raises(HopverifyError, match="positive number"):
        key_specs(torch.ones(2, 2), NAMING, scale=scale)


def test_keys_have_two_axes_at_least() -> None:
    with pytest.raises(HopverifyError, match="keys have shape"):
        key_specs(torch.ones(2), NAMING)


class Sharpened(torch.nn.MultiheadAttention):
    """Attention with weights of its own."""

    def forward(self, *given: Any, **named: Any) -> Any:
        values, weights = super().forward(*given, **named)
        return values, weights**2 / (weights**2).sum(-1, keepdim=True)


class Broken(torch.nn.MultiheadAttention):
    """Attention that cannot be called."""

    def forward(self, *given: Any, **named: Any) -> Any:
        raise ValueError("no\nway")


def test_attention_that_computes_otherwise_is_refused() -> None:
    stored = torch.randn(3, 4)
    assert len(module_specs(seeded(torch.nn.MultiheadAttention(4, 2)), stored)) == 2
    with pytest.raises(HopverifyError, match=r"weights are not softmax of scores beta q·k"):
        module_specs(seeded(Sharpened(4, 2)), stored)
    with pytest.raises(HopverifyError, match=r"Broken is not read: .*compared with them \(ValueError: no\)"):
        module_specs(seeded(Broken(4, 2)), stored)


def test_what_is_not_read_is_told() -> None:
    with pytest.raises(HopverifyError, match="Linear is not read"):
        module_specs(torch.nn.Linear(2, 2))
    module = torch.nn.MultiheadAttention(4, 1)
    for stored in (None, torch.ones(4)):
        with pytest.raises(HopverifyError, match="one vector in a row"):
            module_specs(module, stored)


def test_a_state_dict_is_read_with_weights_only(tmp_path: Path) -> None:
    state = torch.nn.Linear(3, 2).state_dict()
    torch.save(state, tmp_path / "m.pt")
    torch.save({"state_dict": state, "epoch": 3}, tmp_path / "n.pt")
    for name in ("m.pt", "n.pt"):
        read = load_state(tmp_path / name)
        assert set(read) == {"weight", "bias"}
        assert (read["weight"] == state["weight"].numpy()).all()


class Hostile:
    """A pickle that would run code."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("/nonexistent-folder/ran"),))


def test_a_pickle_that_runs_code_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.pt").write_bytes(pickle.dumps({"weight": Hostile()}))
    torch.save(torch.nn.Linear(2, 2), tmp_path / "module.pt")
    torch.save([1], tmp_path / "list.pt")
    for name in ("bad.pt", "module.pt"):
        with pytest.raises(HopverifyError, match="only tensors and plain containers"):
            load_state(tmp_path / name)
    with pytest.raises(HopverifyError, match="holds no state dict but list"):
        load_state(tmp_path / "list.pt")


def test_the_model_can_be_built(tmp_path: Path) -> None:
    (made,) = key_specs(torch.randn(3, 4), NAMING)
    assert set(build_model(read_back(made, tmp_path)).layers) == {"v", "h"}


ODD = {
    "sparse": lambda: torch.eye(3).to_sparse(),
    "quantised": lambda: torch.quantize_per_tensor(torch.eye(3), 0.1, 0, torch.qint8),
    "float8_e4m3fn": lambda: torch.eye(3).to(torch.float8_e4m3fn),
    "complex64": lambda: torch.eye(3, dtype=torch.complex64),
    "meta": lambda: torch.empty(3, 3, device="meta"),
    "bool": lambda: torch.eye(3) > 0,
    "not a number": lambda: torch.full((3, 3), float("nan")),
    "infinity": lambda: torch.full((3, 3), float("inf")),
}


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("kind", ODD)
def test_odd_tensors_are_refused_where_they_are_asked_for(kind: str, tmp_path: Path) -> None:
    torch.save({"odd": ODD[kind](), "weight": torch.eye(3, dtype=torch.float64)}, tmp_path / "m.pt")
    state = load_state(tmp_path / "m.pt")
    assert list(state) == ["odd", "weight"]
    assert "odd" in state
    assert state["weight"].dtype == np.float64
    with pytest.raises(HopverifyError, match=rf"^odd: .*{kind}"):
        state["odd"]
