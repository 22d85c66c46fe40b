"""The figures of a report, one a file, each with the constant ``FIGURE``."""
