"""What makes and tries mutants needs mutmut: without it there is nothing to collect in these files."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore = [] if find_spec("mutmut") else ["__main__.py", "mutants.py", "trying.py"]
