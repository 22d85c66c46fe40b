"""The model: layers, synapses and arrays as they are, with energy and vector field in any number system."""

from hopverify.model.altered import AlteredSystem, altered_system
from hopverify.model.building import build_model
from hopverify.model.layer import Layer, LayerFunction
from hopverify.model.linear import LinearNetwork, linear_network
from hopverify.model.network import Memory, Model

__all__ = [
    "AlteredSystem",
    "Layer",
    "LayerFunction",
    "LinearNetwork",
    "Memory",
    "Model",
    "altered_system",
    "build_model",
    "linear_network",
]
