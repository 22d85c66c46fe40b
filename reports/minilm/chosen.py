"""The heads that are shown in full, and whose keys are kept as specs: sentence, layer and head."""

CHOSEN = ((0, 0, 2), (4, 0, 1), (2, 1, 10), (3, 1, 6), (3, 5, 6))
