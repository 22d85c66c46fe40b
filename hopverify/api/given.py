"""What a person hands over where a spec is wanted: a spec, a path, a text, a mapping, or what an import returned."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from hopverify.certificate import Certificate, parse_certificate, read_certificate
from hopverify.errors import ArgumentError
from hopverify.networks import Model, SpinModel
from hopverify.spec import ModelSpec, parse_spec, read_spec

TAKEN = (
    "a spec is taken (of read_spec, parse_spec, model, hopfield or dense_memory), the path of a spec, its text, or a "
    "mapping with its keys"
)


@runtime_checkable
class HasSpec(Protocol):
    """What an import, or ``model``, returns: something that a spec can be made of."""

    def model_spec(self) -> ModelSpec:
        """Return the spec."""


SpecLike = ModelSpec | HasSpec | Mapping[str, Any] | str | Path
"""What the public functions take for a spec."""


def spec_of(given: SpecLike) -> ModelSpec:
    """Return the spec that is meant; raise :class:`ArgumentError` for what stands for none.

    >>> spec_of("hopverify: 1\\nname: tiny\\nlayers: {x: {size: 2, lagrangian: relu}}").name
    'tiny'
    >>> spec_of(3)
    Traceback (most recent call last):
        ...
    hopverify.errors.ArgumentError: a spec is taken (of read_spec, parse_spec, model, hopfield or dense_memory), ...
    """
    if isinstance(given, ModelSpec):
        return given
    if isinstance(given, HasSpec):
        return given.model_spec()
    if isinstance(given, Mapping):
        # Imported here, as most people hand over a path.
        from hopverify.api.dictionaries import spec_from

        return spec_from(given).model_spec()
    if isinstance(given, str) and _is_text(given):
        return parse_spec(given)
    if isinstance(given, str | Path):
        path = Path(given)
        if path.is_dir():
            raise ArgumentError(
                f"{given} is a folder: take its specs one by one, as in `for path in folder.glob('*.yaml')`"
            )
        return read_spec(path)
    raise ArgumentError(f"{TAKEN}; got {_described(given)}")


def _is_text(given: str) -> bool:
    """Whether a text is a spec itself and not the name of its file."""
    return "\n" in given or given.lstrip().startswith(("{", "hopverify:"))


def _described(given: Any) -> str:
    kind = f"a {type(given).__name__}"
    if isinstance(given, Model | SpinModel):
        return f"{kind}, which knows nothing of checks: hand over the spec that it was built from"
    if isinstance(given, Certificate):
        return f"{kind}: hand over its spec; check(spec, certificate) examines it"
    if hasattr(given, "state_dict"):
        return f"{kind}, a module of PyTorch: hopverify.interop.torch makes specs of attention (docs/pytorch.md)"
    if hasattr(given, "shape"):
        return f"an array of shape {tuple(given.shape)}: hopfield, dense_memory and model make models of arrays"
    return kind


def model_of(given: SpecLike | Model | SpinModel) -> Model | SpinModel:
    """Return the model that is meant."""
    from hopverify.networks import any_model

    return given if isinstance(given, Model | SpinModel) else any_model(spec_of(given))


def certificate_of(given: Certificate | str | Path) -> Certificate:
    """Return the certificate that is meant: itself, or that of a path or a JSON text."""
    if isinstance(given, Certificate):
        return given
    if isinstance(given, str) and given.lstrip().startswith("{"):
        return parse_certificate(given)
    if isinstance(given, str | Path):
        return read_certificate(given)
    raise ArgumentError(
        f"a certificate is taken (of verify or read_certificate), its path, or its text; got {_kind(given)}"
    )


def _kind(given: Any) -> str:
    return f"a {type(given).__name__}"
