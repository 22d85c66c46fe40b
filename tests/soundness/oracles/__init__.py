"""Independent oracles in exact arithmetic: textbook algorithms on Fractions, sharing no code with the package."""
