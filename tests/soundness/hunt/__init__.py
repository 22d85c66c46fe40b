"""The soundness hunt: cases at the edge of being true, against oracles in exact arithmetic.

A family draws specs (or evidence) from a seed so that a claim holds by nothing to spare, or fails by one unit in the
last place; whatever the checker says is compared with an oracle that shares no code with it. `python -m
tests.soundness.hunt` hunts at length and prints a table; the default run hunts a fixed share.
"""
