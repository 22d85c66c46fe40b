"""The benchmarks, one a file with the constant ``BENCHMARK``."""
