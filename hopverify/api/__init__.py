"""The public functions: each takes a spec however it is at hand, and does what a command does.

The names are those of :mod:`hopverify`, which imports a file of this folder when one of its names is asked for.
"""
