"""Simulations: trajectories of a model, for looking and never part of a proof."""

from hopverify.simulation.simulating import simulate
from hopverify.simulation.values import Choice, Equilibrium, Nearest, Simulation, Step, Trajectory, Wishes

__all__ = ["Choice", "Equilibrium", "Nearest", "Simulation", "Step", "Trajectory", "Wishes", "simulate"]
