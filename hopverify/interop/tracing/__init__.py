"""Reading what a program computes: symbolic arrays, and from them Lagrangians and synapses of a spec."""
