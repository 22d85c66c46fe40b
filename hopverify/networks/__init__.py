"""The model: layers, synapses and arrays as they are, with energy and vector field in any number system."""

from hopverify.networks.altered import AlteredSystem, altered_system
from hopverify.networks.building import any_model, build_model
from hopverify.networks.layer import Layer, LayerFunction
from hopverify.networks.linear import LinearNetwork, Neurons, linear_network
from hopverify.networks.network import Memory, Model
from hopverify.networks.spins import SpinLayer, SpinModel

__all__ = [
    "AlteredSystem",
    "Layer",
    "LayerFunction",
    "LinearNetwork",
    "Memory",
    "Model",
    "Neurons",
    "SpinLayer",
    "SpinModel",
    "altered_system",
    "any_model",
    "build_model",
    "linear_network",
]
