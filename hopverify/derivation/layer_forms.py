"""What is derived of one layer: elementwise cases, forms of a whole layer, or the reason why there are none."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from hopverify.derivation.elementwise import Case, Flatness, cases_of, flatness
from hopverify.derivation.parameters import Parameters
from hopverify.derivation.translation import NoTranslation
from hopverify.derivation.whole import WholeForms, whole_forms
from hopverify.networks import Layer


@dataclass(frozen=True, eq=False)
class LayerForms:
    """``cases`` and ``flat`` for an elementwise layer, ``whole`` for another; ``missing`` says why there is neither."""

    layer: Layer
    cases: tuple[Case, ...] = ()
    flat: Flatness | None = None
    whole: WholeForms | None = None
    missing: str = ""
    own_parameters: Parameters | None = None

    @cached_property
    def parameters(self) -> Parameters:
        """The symbols of the formulas and their values."""
        if self.whole is not None:
            return self.whole.parameters
        return self.own_parameters or Parameters({}, {})


def layer_forms(layer: Layer) -> LayerForms:
    """Derive g and H of a layer from its L."""
    function = layer.function
    try:
        if not function.elementwise:
            return LayerForms(layer, whole=whole_forms(function))
        cases, parameters = cases_of(function)
        return LayerForms(layer, cases, flatness(function, cases), own_parameters=parameters)
    except NoTranslation as error:
        return LayerForms(layer, missing=str(error))
