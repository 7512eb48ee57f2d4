"""The linter: what is wrong with a file, an episode or a feed, who is hurt, how to mend it.

Facts are gathered once (``gather``); each rule (``rules``) is a function from the facts of its family
to what it found; ``mend`` puts right what can be put right safely. ``docs/checks.md`` lists the rules.
"""

from __future__ import annotations

from podpipe.check import rules
from podpipe.check.model import RULES, Finding, Report, Rule, Severity
from podpipe.check.run import Options, check, mend

__all__ = ["RULES", "Finding", "Options", "Report", "Rule", "Severity", "check", "mend", "rules"]
