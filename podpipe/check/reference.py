"""``docs/checks.md``, written from the rules: ``python -m podpipe.check.reference > docs/checks.md``."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from podpipe.check import RULES, Rule
from podpipe.check.model import FAMILIES

_HEAD = """# What podpipe check looks at

Every rule of `podpipe check`, with who is hurt, how to mend it, and where it is written down.
`podpipe check --explain CODE` says the same in a terminal. Made from the rules themselves by
`python -m podpipe.check.reference`.

- **error**: apps refuse it, or listeners lose something;
- **warning**: some apps show it wrongly, or it sounds worse than it need;
- **info**: worth knowing.

Rules marked ✎ are mended by `--fix`, in MP3 files (ID3), JSON chapters, VTT and SRT: the file is replaced as a
whole or not at all, and the sound stays as it is, bit for bit. `--fix` never encodes sound again, never shortens
a title, and leaves a damaged tag alone.
"""


def markdown() -> str:
    """The whole page."""
    return "\n".join((_HEAD, *_families()))


def _families() -> Iterator[str]:
    for letter, name in FAMILIES.items():
        yield f"## {letter}: {name}\n"
        for code in sorted(RULES):
            if code.startswith(letter):
                yield _section(RULES[code])


def _section(rule: Rule) -> str:
    mark = " ✎" if rule.fixable else ""
    source = f"[{rule.source}](../{rule.source})" if rule.source.startswith("docs/") else rule.source
    what = (rule.look.__doc__ or "").strip().replace("<", "&lt;")
    rows = (("Hurts", rule.hurts), ("Mend", rule.mend.replace("<", "&lt;")), ("Source", source))
    facts = "\n".join(f"- {name}: {text}" for name, text in rows)
    return f"### {rule.code} {rule.title}{mark}\n\n*{rule.severity}* · {what}\n\n{facts}\n"


if __name__ == "__main__":
    sys.stdout.write(markdown())
