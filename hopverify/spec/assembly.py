"""From a document of the right shape to the frozen values: arrays are read, sizes and names are compared."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, Literal, TypeVar

from pydantic import ValidationError

from hopverify.errors import Problem, SpecError
from hopverify.spec.advice import advice
from hopverify.spec.arrays import Arrays
from hopverify.spec.bounds import MAX_PARTS, MAX_PROBLEMS
from hopverify.spec.copies import clashes, expanded, named_layers
from hopverify.spec.digest import array_files, spec_digest
from hopverify.spec.document import Document, child, raise_all
from hopverify.spec.exact_array import ExactArray
from hopverify.spec.fields import ONLY_EXACT
from hopverify.spec.model_spec import CheckRequest, FunctionSpec, LayerSpec, MemorySpec, ModelSpec, SynapseSpec
from hopverify.spec.numbers import shown
from hopverify.spec.schema import DocumentModel, LayerModel, MemoryModel, SynapseModel
from hopverify.spec.spins import SpinLayerSpec, misfits
from hopverify.spec.wording import problems_of

Read = TypeVar("Read")


def assemble(document: Document, folder: Path | None) -> ModelSpec:
    """Return the spec that the document describes, or raise all that is wrong with it."""
    tree: dict[str, Any] = document.root.value()
    return _Assembly(document, _validated(tree, document), Arrays(document, tree, folder)).spec()


def _validated(tree: dict[str, Any], document: Document) -> DocumentModel:
    try:
        return DocumentModel.model_validate(tree)
    except ValidationError as error:
        problems = problems_of(error, document)
    # Raised outside the handler, so that no traceback shows pydantic's own words.
    raise_all(problems)
    raise AssertionError("a validation error without a finding")


def _is_same(path: Path, other: Path) -> bool:
    """Whether both name the same file; False where one cannot be found."""
    try:
        return path.samefile(other)
    except (OSError, ValueError):
        return False


class _Assembly:
    """Reads the parts one by one and collects the problems of all."""

    def __init__(self, document: Document, model: DocumentModel, arrays: Arrays) -> None:
        self.document, self.model, self.arrays = document, model, arrays
        self.problems: list[Problem] = []
        self.named = named_layers(model.layers)

    def spec(self) -> ModelSpec:
        model = self.model
        self.check_parts()
        files = self.each(array_files(self.arrays.tree), lambda path, raw: self.arrays.resolve(raw, path))
        arrays = self.each(model.arrays.items(), lambda name, raw: self.arrays.resolve(raw, f"arrays.{name}"))
        flowing = {name: layer for name, layer in model.layers.items() if layer.states is None}
        layers = expanded(self.each(flowing.items(), self.layer), model.layers)
        others = ((name, layer) for name, layer in model.layers.items() if name not in flowing)
        spins = self.each(others, self.spin_layer)
        wrong = (*misfits(model), *clashes(model))
        self.problems.extend(self.document.problem(path, said) for path, said in wrong)
        synapses = self.each(model.synapses.items(), self.synapse)
        memories = self.each(model.memories.items(), self.memory)
        checks = self.checks()
        original = self.each([("original", model.original)], self.original).get("original")
        raise_all(self.problems)
        array_digests = {path: array.digest for path, array in files.items()}
        return ModelSpec(
            version=model.hopverify,
            name=model.name,
            description=model.description,
            references=tuple(model.references),
            layers=layers,
            synapses=synapses,
            memories=memories,
            arrays=arrays,
            energy=model.energy,
            checks=checks,
            expect=model.expect,
            digest=spec_digest(self.arrays.tree, array_digests, original.digest if original is not None else None),
            array_digests=array_digests,
            original=original,
            spins=spins,
            update=model.update,
            file=self.document.file,
            source=self.arrays,
        )

    def each(self, items: Iterable[tuple[str, Any]], read: Callable[[str, Any], Read]) -> dict[str, Read]:
        done: dict[str, Read] = {}
        for name, raw in items:
            try:
                done[name] = read(name, raw)
            except SpecError as error:
                self.problems.extend(error.problems)
            if len(self.problems) > MAX_PROBLEMS:
                raise_all(self.problems)
        return done

    def original(self, key: str, name: str | None) -> ModelSpec | None:
        """Read the spec that this one repairs; it may lie outside this one's folder, and is no repair itself."""
        folder = self.arrays.folder
        if name is None:
            return None
        if folder is None:
            message = f"the spec was read from a text, so it has no folder from which {shown(name)} could be found"
            raise self.document.error(key, message)
        if PurePosixPath(name).is_absolute() or PureWindowsPath(name).drive or PureWindowsPath(name).root:
            raise self.document.error(key, f"{shown(name)} must be relative to the spec's folder")
        path = folder / name
        if _is_same(path, folder / Path(self.document.file).name):
            raise self.document.error(key, "a spec does not repair itself; name the spec that this one repairs")
        # Imported here, as the reader imports this file.
        from hopverify.spec.reader import read_file

        try:
            document = read_file(path)
        except SpecError as error:
            told = "; ".join(problem.message for problem in error.problems)
            raise self.document.error(key, f"{shown(name)} cannot be read: {told}") from None
        if document.value(key) is not None:
            raise self.document.error(key, f"{shown(name)} is a repair itself; name the spec that it repairs")
        return assemble(document, path.parent)

    def check_parts(self) -> None:
        count = sum(layer.copies or 1 for layer in self.model.layers.values()) + len(self.model.synapses)
        if not self.model.layers:
            raise self.document.error("layers", "must hold at least one layer")
        if count > MAX_PARTS:
            message = f"the spec has {count} layers and synapses together; the limit is {MAX_PARTS}"
            raise self.document.error("synapses", message)

    def layer(self, name: str, layer: LayerModel) -> LayerSpec:
        path = f"layers.{name}"
        function, shape = self.function(layer, path), self.shape(layer.shape, layer.size, path)
        found = self.each(
            [("bias", layer.bias), ("tau", layer.tau), ("leak", layer.leak)],
            lambda key, raw: self.per_neuron(
                Fraction(raw) if raw is True or raw is False else raw, f"{path}.{key}", layer
            ),
        )
        if len(found) < 3:
            raise SpecError()
        bias = found["bias"]
        return LayerSpec(
            name=name,
            size=layer.size,
            shape=shape,
            function=function,
            bias=ExactArray.full(layer.size, bias.fractions()[0]) if bias.shape != (layer.size,) else bias,
            tau=self.times(found["tau"], layer.tau, f"{path}.tau"),
            leak=self.rates(found["leak"], f"{path}.leak"),
            bias_in_energy=layer.bias_in_energy,
            path=path,
        )

    def spin_layer(self, name: str, layer: LayerModel) -> SpinLayerSpec:
        path = f"layers.{name}"
        shape, bias = self.shape(layer.shape, layer.size, path), self.per_neuron(layer.bias, f"{path}.bias", layer)
        each = bias if bias.shape == (layer.size,) else ExactArray.full(layer.size, bias.fractions()[0])
        return SpinLayerSpec(name, layer.size, shape, each, layer.bias_in_energy, path)

    def per_neuron(self, raw: Any, path: str, layer: LayerModel) -> ExactArray:
        """Return one number, or one for each neuron, as an array with one axis."""
        array = self.exact(raw, path).vector()
        if array.ndim == 0:
            return ExactArray.full(1, array.fractions().item())
        if array.shape != (layer.size,):
            got = str(array.shape[0]) if array.ndim == 1 else f"an array of shape {array.shape}"
            raise self.document.error(path, f"must be one number or {layer.size}, the size of the layer, got {got}")
        return array

    def exact(self, raw: Any, path: str) -> ExactArray:
        """Return an array that stands for nothing but its numbers."""
        array = self.arrays.resolve(raw, path)
        if array.spread is not None:
            raise self.document.error(path, ONLY_EXACT)
        return array

    def times(self, tau: ExactArray, raw: Any, path: str) -> tuple[Fraction, ...]:
        values = tuple(tau.fractions().tolist())
        if values == (0,) and not isinstance(raw, list):
            return (Fraction(0),)
        self.check_all(values, lambda value: value > 0, "greater than 0, or the single number 0", path, raw)
        return values

    def rates(self, leak: ExactArray, path: str) -> tuple[Fraction, ...]:
        values = tuple(leak.fractions().tolist())
        raw = self.document.value(path)
        self.check_all(values, lambda value: value >= 0, "true, false or at least 0", path, raw)
        return values

    def check_all(
        self, values: tuple[Fraction, ...], good: Callable[[Fraction], bool], wanted: str, path: str, raw: Any
    ) -> None:
        for index, value in enumerate(values):
            if not good(value):
                where = child(path, index) if isinstance(raw, list | dict) else path
                raise self.document.error(where, f"must be {wanted}, got {shown(value)}")

    def shape(self, shape: tuple[int, ...] | None, size: int, path: str) -> tuple[int, ...] | None:
        if shape is not None and math.prod(shape) != size:
            product = " × ".join(map(str, shape))
            message = f"{product} = {math.prod(shape)} is not the size of the layer, which is {size}"
            raise self.document.error(f"{path}.shape", message)
        return shape

    def function(self, layer: LayerModel, path: str) -> FunctionSpec:
        given = {"lagrangian", "activation"} & layer.model_fields_set
        if len(given) != 1:
            got = "both" if given else "neither (a layer of ±1 has `states: spins`)"
            raise self.document.error(path, f"must have one of the keys 'lagrangian' and 'activation', got {got}")
        role: Literal["lagrangian", "activation"] = "lagrangian" if "lagrangian" in given else "activation"
        path = f"{path}.{role}"
        value = getattr(layer, role)
        if isinstance(value, str):
            return FunctionSpec(role, value, {}, None, "auto", path)
        if "expression" not in value:
            ((name, parameters),) = value.items()
            return FunctionSpec(role, name, parameters, None, "auto", path)
        text, scope = value["expression"], value.get("of", "auto")
        if not isinstance(text, list):
            return FunctionSpec(role, None, {}, str(text), scope, path)
        where = f"{path}.expression"
        if role == "lagrangian":
            raise self.document.error(where, "must be a single text: a list, one for each neuron, is for activations")
        if len(text) != layer.size:
            message = f"must hold {layer.size} expressions, one for each neuron, got {len(text)}"
            raise self.document.error(where, message)
        return FunctionSpec(role, None, {}, None, scope, path, tuple(map(str, text)))

    def synapse(self, name: str, synapse: SynapseModel) -> SynapseSpec:
        path = f"synapses.{name}"
        for index, layer in enumerate(synapse.layers):
            self.check_layer(layer, f"{path}.layers[{index}]")
        layers = tuple(layer for named in synapse.layers for layer in self.named[named].layers)
        return SynapseSpec(name, synapse.kind, layers, dict(synapse.model_extra or {}), path)

    def check_layer(self, name: str, path: str) -> None:
        if name not in self.named:
            message = f"no layer is called {name!r}{advice(name, list(self.named))}"
            raise self.document.error(path, message)

    def memory(self, name: str, memory: MemoryModel) -> MemorySpec:
        path = f"memories.{name}"
        self.check_layer(memory.layer, f"{path}.layer")
        size = self.named[memory.layer].layer.size
        patterns = self.arrays.resolve(memory.patterns, f"{path}.patterns").rows(size)
        if patterns.ndim != 2:
            message = f"must be a matrix with one pattern in a row, got an array of shape {patterns.shape}"
            raise self.document.error(f"{path}.patterns", message)
        if patterns.shape[1] != size:
            lengths = f"a row has length {patterns.shape[1]}, the layer {memory.layer!r} has size {size}"
            turned = "; a row is a pattern: add `transpose: true`" if patterns.shape[0] == size else ""
            raise self.document.error(f"{path}.patterns", lengths + turned)
        labels = self.labels(memory.labels, patterns.shape[0], f"{path}.labels")
        return MemorySpec(name, memory.layer, patterns, labels, self.shape(memory.shape, size, path), path)

    def labels(self, given: Any, count: int, path: str) -> tuple[str, ...] | None:
        """Return one label for each pattern, from a list or from an array of numbers."""
        if given is None:
            return None
        if isinstance(given, dict):
            array = self.exact(given, path).vector()
            if array.ndim != 1:
                raise self.document.error(path, f"must be a vector of labels, got an array of shape {array.shape}")
            given = [str(number) for number in array.fractions()]
        if len(given) != count:
            counts = f"the patterns are {count}, the labels {len(given)}"
            raise self.document.error(path, f"must hold one label for each pattern: {counts}")
        return tuple(given)

    def checks(self) -> tuple[CheckRequest, ...] | None:
        asked: tuple[tuple[str, Mapping[str, Any]], ...] | None = self.model.checks
        if asked is None:
            return None
        names = [name for name, _ in asked]
        for name in self.model.expect:
            if name not in names:
                # An expectation that nothing looks at would be read as met.
                message = f"the check is expected but not listed: add it to checks{advice(name, names, list_all=False)}"
                self.problems.append(self.document.problem(f"expect.{name}", message, at_key=True))
        paths = (f"checks[{index}]" for index in range(len(asked)))
        return tuple(
            CheckRequest(name, parameters, f"{path}.{name}" if isinstance(self.document.value(path), dict) else path)
            for (name, parameters), path in zip(asked, paths, strict=True)
        )
