"""The model: layers, synapses and arrays as they are, with energy and vector field in any number system."""

from hopverify.model.altered import AlteredSystem, altered_system
from hopverify.model.building import any_model, build_model
from hopverify.model.layer import Layer, LayerFunction
from hopverify.model.linear import LinearNetwork, linear_network
from hopverify.model.network import Memory, Model
from hopverify.model.spins import SpinLayer, SpinModel

__all__ = [
    "AlteredSystem",
    "Layer",
    "LayerFunction",
    "LinearNetwork",
    "Memory",
    "Model",
    "SpinLayer",
    "SpinModel",
    "altered_system",
    "any_model",
    "build_model",
    "linear_network",
]
