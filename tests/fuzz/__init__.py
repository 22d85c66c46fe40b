"""Coverage-guided fuzzing of what reads untrusted text: specs, expressions, certificates.

``python -m tests.fuzz expression -max_total_time=300`` fuzzes one target by libFuzzer (extra ``fuzz``); the corpus is
replayed in every run, without it.
"""
