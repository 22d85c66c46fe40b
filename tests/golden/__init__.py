"""The golden table: verdicts and told numbers of every spec, as ``python -m tests.golden`` makes and compares them."""
