"""What figures show: frozen values of arrays, computed in floating point from a model and its certificate.

Pictures are for looking. They decide nothing: what is marked in them (equilibria, ghosts, cells, radii) is read from
the certificate, and what is coloured (energies, flows, dead neurons) is evaluated on a grid of a slice of states.
"""
