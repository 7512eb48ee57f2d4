"""What is the same of any talk: its terms, the words that say nothing, and where a sentence ends."""

from __future__ import annotations

import re
from collections.abc import Sequence

TERM = re.compile(r"(?<!\w)(?:[cC]\+\+|[cCfF]#|\.(?:net|NET)\b)|[^\W_]+(?:['’](?!s\b)[^\W_]+)*")
"""A word, or a name that its symbols make."""

STOP = frozenset(
    """a about actually all also am an and any are as at be because been being but by can could did do does doing
    don't for from get go going got gonna had has have he her here hers him his how i i'd i'll i'm i've if in into is
    it it'd it'll its it's just kind know let like lot mean me might more most much my no not now of oh ok okay on one
    or our out over really right s said say see she should so some something sort such sure than that the their them
    then there these they they're thing things think this those to too uh uhm um up us very want was way we we're well
    were what when where which while who why will with would yeah yes yet you you're your""".split()
)
"""Words that say nothing of what is talked about."""

CHAT = frozenset(
    """able again agree almost already alright always amazing anyway anyways anything awesome away back bad basically
    better big bit bunch call called cause check come comes coming cool couple curious day days definitely different
    easier easy else enough entire episode especially etc even ever every everyone everything exactly example far feel
    fine first folks fun funny give gives giving good great guess guy guys half hand happen happy hard hate haven hear
    hey hope huge idea inside interested interesting isn keep kinda last less listen literally little long look looking
    looks lots love made main make makes making man many matter maybe means minute minutes need needs never new next
    nice nobody nothing obviously often old once only other others own part people perfect place point pretty probably
    problem put question questions quick quite rather read ready reason run show side since small somebody someone
    somewhere soon specific specifically start started stuff super sweet take taking talk talked talking tell though
    thank thanks thinking thought time times today together told took tons totally tried try trying two type under
    understand until use used using usually week weird whatever whole wild without wonder won word words work
    working works world worth wow write wrong yep year years yourself three four five six seven eight nine ten
    hundred before after same itself myself himself herself themselves ourselves above below between through during
    against both each few nor until whether whose whom cannot couldn didn doesn wasn weren wouldn shouldn isn aren
    ask asks asked asking allow allows allowed happens happened ends ended begin begins began show shows showed means
    meant says saying goes gone seen seem seems keeps kept turn turns turned
    wrote written writes writing went came knew known brought left felt heard met sent gave given became becomes added
    adds add""".split()
)
"""Words of any talk: they may matter in a query, but nothing is about them."""

PAUSE_MS = 1200
"""A sentence ends where nobody speaks for so long ..."""

LONGEST = 60
"""... or after so many words."""

_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
_NO_END = re.compile(r"^(?:[A-Z]|Dr|Mr|Mrs|Ms|Prof|St|vs|etc|e\.g|i\.e|No|approx|Inc|Jr|Sr)\.$", re.IGNORECASE)

_SILENT = re.compile(r"[\W_]+")


def bare(text: str) -> str:
    """The letters and digits of a text, in lower case: what is heard of it."""
    return _SILENT.sub("", text.casefold())


def normal_form(word: str) -> str:
    """A word as it is looked up among stop words: lower case, with the plain apostrophe."""
    return word.casefold().replace("’", "'")


def has_stop(word: str) -> bool:
    """Whether a word has a full stop or another end of a sentence behind it, be it that of an abbreviation."""
    return bool(_END.search(word))


def ends_sentence(word: str) -> bool:
    """Whether a sentence ends with a word: at a full stop that is not of an initial or abbreviation."""
    return has_stop(word) and not _NO_END.match(word)


NUMBERS = r"\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
ORDINALS = "first|second|third|fourth|fifth|sixth|last"
"""As headings and lists have them (as regular expressions)."""

_NUMBER = re.compile(
    rf"(?:(?:number|item|topic|part|point|story|chapter) )?(?:{NUMBERS}|{ORDINALS})[.,:;]", re.IGNORECASE
)

_JOINED = re.compile(r"\d{1,2}[-–]\d")


def is_numbered(words: Sequence[str]) -> bool:
    """Whether a heading's number comes first, be it joined with the next: "Three. Files", "3-32-bit userland"."""
    return bool(number_before(words) or (words and _JOINED.match(words[0])))


def number_before(words: Sequence[str]) -> int:
    """How many of the first words are the number of a heading: 2 of "Number three. Filesystems."."""
    return next((count for count in (1, 2) if _NUMBER.fullmatch(" ".join(words[:count]))), 0)
