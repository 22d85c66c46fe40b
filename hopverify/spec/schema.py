"""The shape of a spec, as pydantic models over the neutral tree.

The models say which keys there are and what each holds; the same declarations give the JSON Schema. They see the tree
of :mod:`hopverify.spec.document`, whose numbers are fractions; what depends on arrays and on other parts of the
spec is checked when it is assembled.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, WithJsonSchema

from hopverify.spec import forms
from hopverify.spec.bounds import MAX_EXPRESSION, MAX_LAYER_SIZE, MAX_PARTS, MAX_TITLE
from hopverify.spec.spins import SCHEMA, STATES, update_of
from hopverify.verdict import Verdict


def _schema(**schema: Any) -> WithJsonSchema:
    return WithJsonSchema(schema)


Version = Annotated[Any, PlainValidator(forms.version), _schema(const=forms.VERSION)]
Title = Annotated[Any, PlainValidator(forms.text(MAX_TITLE)), _schema(type="string", minLength=1, maxLength=MAX_TITLE)]
Prose = Annotated[Any, PlainValidator(forms.text(MAX_EXPRESSION, lines=True)), _schema(type="string")]
Expression = Annotated[Any, PlainValidator(forms.expression), _schema(**{"x-ref": "expression"})]
Name = Annotated[str, PlainValidator(forms.name), _schema(type="string", pattern=f"^{forms.NAME_PATTERN}$")]
Size = Annotated[Any, PlainValidator(forms.size), _schema(type="integer", minimum=1, maximum=MAX_LAYER_SIZE)]
Copies = Annotated[Any, PlainValidator(forms.whole(MAX_PARTS)), _schema(type="integer", minimum=1, maximum=MAX_PARTS)]
Shape = Annotated[
    Any,
    PlainValidator(forms.shape),
    _schema(type="array", items={"type": "integer", "minimum": 1}, minItems=1, maxItems=8),
]
Flag = Annotated[Any, PlainValidator(forms.boolean), _schema(type="boolean")]
Labels = Annotated[
    Any,
    PlainValidator(forms.labels),
    _schema(anyOf=[{"type": "array", "items": {"type": ["string", "integer"]}}, {"x-ref": "array"}]),
]
ArrayValue = Annotated[Any, _schema(**{"x-ref": "array"})]
Leak = Annotated[Any, _schema(anyOf=[{"type": "boolean"}, {"x-ref": "array"}])]
VerdictValue = Annotated[Any, PlainValidator(forms.verdict), _schema(enum=[verdict.value for verdict in Verdict])]
Lagrangian = Annotated[Any, PlainValidator(forms.function), _schema(**{"x-ref": "lagrangian"})]
Activation = Annotated[Any, PlainValidator(forms.function), _schema(**{"x-ref": "activation"})]
Update = Annotated[Any, PlainValidator(update_of), _schema(**SCHEMA)]
States = Annotated[Any, PlainValidator(forms.states), _schema(const=STATES)]
Checks = Annotated[Any, PlainValidator(forms.checks), _schema(**{"x-ref": "checks"})]


class _Closed(BaseModel):
    # Built when the first document is read, once as a whole: this is a good part of the time that a small spec takes.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


class LayerModel(_Closed):
    """A layer of neurons."""

    size: Size = Field(description="number of neurons")
    shape: Shape | None = Field(None, description="lengths of the axes, whose product is the size")
    copies: Copies | None = Field(None, description="so many layers alike, called name_1, name_2 and so on")
    lagrangian: Lagrangian = Field(None, description="the Lagrangian L; the activation is its gradient")
    activation: Activation = Field(None, description="the activation itself, when no Lagrangian is known")
    states: States | None = Field(None, description="`spins`: the states are ±1, and there is no Lagrangian")
    bias: ArrayValue = Field(Fraction(0), description="bias, one number or one for each neuron")
    tau: ArrayValue = Field(
        Fraction(1), description="time constant, one number or one for each neuron; 0 for an instantaneous layer"
    )
    leak: Leak = Field(True, description="decay rate of the state; true is 1, false is 0")
    bias_in_energy: Flag = Field(True, description="whether the bias is part of the energy")


class SynapseModel(BaseModel):
    """A synapse; its kind declares the other keys."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, defer_build=True)

    kind: Name = Field(description="kind of synapse, such as dense")
    layers: Annotated[list[Name], AfterValidator(forms.layer_names)] = Field(
        description="names of the layers it connects"
    )


class MemoryModel(_Closed):
    """Stored patterns of a layer."""

    layer: Name = Field(description="name of the layer whose states the patterns are")
    patterns: ArrayValue = Field(description="the patterns, one in a row")
    labels: Labels = Field(None, description="one label for each pattern: a list, or an array of numbers in a file")
    shape: Shape | None = Field(None, description="lengths of the axes of a pattern shown as an image")


class DocumentModel(_Closed):
    """A Hopfield-type energy model for hopverify."""

    hopverify: Version = Field(description="version of the format")
    name: Title = Field(description="name of the model")
    description: Prose = Field("", description="what the model is")
    references: list[Title] = Field([], description="publications, such as arXiv:2410.13866")
    layers: Annotated[dict[Name, LayerModel], BeforeValidator(forms.few("layers"))] = Field(
        description="layers by name"
    )
    synapses: Annotated[dict[Name, SynapseModel], BeforeValidator(forms.few("synapses"))] = Field(
        {}, description="synapses by name"
    )
    memories: Annotated[dict[Name, MemoryModel], BeforeValidator(forms.few("memories"))] = Field(
        {}, description="stored patterns by name"
    )
    arrays: Annotated[dict[Name, ArrayValue], BeforeValidator(forms.few("arrays"))] = Field(
        {}, description="named arrays, for expressions and for tying"
    )
    original: Title | None = Field(
        None, description="file of the spec that this one repairs, relative to this one's folder"
    )
    update: Update | None = Field(
        None, description="how spins are set: asynchronous or synchronous; `rule`: by the drive or by the energy"
    )
    energy: Expression | None = Field(None, description="the energy that the author claims, as an expression")
    checks: Checks = Field(None, description="`all`, or a list of checks")
    expect: dict[Name, VerdictValue] = Field({}, description="the expected verdict of each check; pass if not said")


#: The models of the parts, by the section in which they stand.
SECTIONS: dict[str, type[BaseModel]] = {"layers": LayerModel, "synapses": SynapseModel, "memories": MemoryModel}
