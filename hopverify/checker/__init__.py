"""The checker: the only part that gives verdicts. It reads a spec and a certificate, and never searches.

:func:`entry_of` decides one claim from its evidence; :func:`check_certificate` rebuilds every claim from the spec,
decides it again from the certificate's evidence, and accepts only if each entry is, word for word, what it decided.
"""

from hopverify.checker.deciding import Decision, decide, entry_of, expectations_met, overall
from hopverify.checker.examination import check_certificate
from hopverify.checker.rules import RULES, Judgement, Rule, judge

__all__ = [
    "RULES",
    "Decision",
    "Judgement",
    "Rule",
    "check_certificate",
    "decide",
    "entry_of",
    "expectations_met",
    "judge",
    "overall",
]
