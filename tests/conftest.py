"""Hypothesis profiles: ``default`` for every run, ``long`` (HYPOTHESIS_PROFILE=long) for a hunt."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("default", max_examples=60, deadline=None, derandomize=True)
settings.register_profile("long", max_examples=5000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
