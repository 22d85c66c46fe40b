"""Exact rewritings of specs: the same model in other words, other units, or other coordinates.

Whatever is true of a model is true of it however it is written. So a check that passes for one writing must not fail
for another: that is the law of :mod:`tests.laws.test_check_laws`.
"""
