"""The repairs, one a file, each with a constant ``REPAIR``."""
