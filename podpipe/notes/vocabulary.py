"""Names, acronyms and identifiers of the notes, the most telling first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from podpipe.models import Section, Term
from podpipe.notes.blocks import Block
from podpipe.notes.headings import is_name

_STARTERS = (
    "the|a|an|this|that|these|those|in|on|at|of|for|from|to|by|with|and|but|or|so|if|when|while|since|after|before|as|"
    "it|its|he|she|they|we|you|i|his|her|their|our|your|my|there|here|what|who|how|why|where|is|are|was|let|let's|"
    "some|many|most|all|no|not|now|then|today|also|even|only|last|next|first|welcome|hello|hi|thanks|thank"
)
_TOKEN = re.compile(r"/?[\w][\w./+#-]*[\w+#]|[A-Z]\w?")
_IDENTIFIER = re.compile(r"_|[a-z][A-Z]|[A-Za-z]\d|\d[A-Za-z]|^/|[A-Z]{2}|\w\.\w")
_CAPITAL, _REST = r"[A-Z][\w'-]+", r" (?:[A-Z]\. )?(?:van |de |von |der )*[A-Z][\w-]+"
_NAME = re.compile(rf"(?<=[\w,;] ){_CAPITAL}(?:{_REST})*|(?<![\w,;] )\b(?!(?i:{_STARTERS})\b){_CAPITAL}(?:{_REST})+")
_LETTERS = re.compile(r"[^\W\d_]+")
_URL = re.compile(r"https?://\S+")
_COMMON = {"I", "I'm", "I've", "Here", "The", "This", "January", "February", "March", "April", "May", "June", "July",
           "August", "September", "October", "November", "December", "Monday", "Tuesday", "Wednesday", "Thursday",
           "Friday", "Saturday", "Sunday"}  # fmt: skip


_LIST = re.compile(r"(?:[^.!?:,;]{1,60}:\s+)?(?P<items>[^.!?:]*(?:[.!?:](?=[^\s])[^.!?:]*)*?)[.!]?")
_COMMA = re.compile(r"[,;·•|]\s+(?:and\s+|&\s+)?|(?<!\s)\s+(?:[·•|]\s+|and\s+(?=[^,;]{1,500}$))")
_LONGEST_ITEM = 5
"""Words of an item; a longer one is a sentence."""

_PHRASE = re.compile(r"(?<!\w)[A-Z]{2,6} [a-z]{4,}\b")
_PHRASE_TIMES = 3
"""So often an acronym and a word stand together that they are one term: "OOM killer"."""

_PLACES = 12
"""So many uses of a term are remembered."""


def vocabulary(
    blocks: Sequence[Block],
    sections: Sequence[Section],
    announced: Sequence[str],
    title: str,
    show: str,
    people: Sequence[str] = (),
) -> tuple[Term, ...]:
    """Terms with weights (0 to 1): topics, then names, then identifiers, each by how often they occur.

    ``people`` are hosts and guests by name, whether the notes name them or not.
    """
    calm = _calmer([block.text for block in blocks])
    text = " \n ".join(_URL.sub(" ", calm(block.text)) for block in blocks)
    weights: dict[str, float] = {}

    def add(term: str, weight: float) -> None:
        term = term.strip(" .,:;'\"“”")
        if 1 < len(term) <= 60 and term not in _COMMON:
            weights[term] = max(weights.get(term, 0), weight)

    for item in _listed(blocks):
        add(calm(item), 0.7)
    for topic in (*announced, *(section.heading for section in sections)):
        if len(topic.split()) <= 6:
            add(calm(topic), 1.0)
    if re.search(r"[A-Z]", show):
        add(show, 0.6)
    for person in people:
        if " " in person:  # of Will or Mark alone, most that sounds so is the word
            add(person, 0.8)
    for name in _of_title(calm(title)):
        add(name, 0.7)
    names = Counter(_NAME.findall(text))
    for name, count in names.items():
        add(re.sub(r"['’]s$", "", name), min(0.95, (0.8 if " " in name else 0.55) + 0.03 * count))
    for phrase, count in Counter(_PHRASE.findall(text)).items():
        if count >= _PHRASE_TIMES and not is_starter(phrase.split()[1]):
            add(phrase, 0.8)
    for token, count in Counter(_TOKEN.findall(text)).items():
        if _is_identifier(token):
            add(token, min(0.95, 0.7 + 0.03 * count))
    return tuple(
        Term(term, round(weight, 2), _places(term, text))
        for term, weight in sorted(weights.items(), key=lambda item: -item[1])
    )


def _calmer(texts: Sequence[str]) -> Callable[[str], str]:
    """How lines in capitals throughout read elsewhere: their capitals don't tell which of their words are acronyms."""
    known = {word for text in texts if not _is_shouted(text) for word in _LETTERS.findall(text)}

    def calm(text: str) -> str:
        if not _is_shouted(text):
            return text
        return _LETTERS.sub(lambda word: word[0] if word[0] in known else word[0].capitalize(), text)

    return calm


def _is_shouted(text: str) -> bool:
    return text.isupper() and len(text.split()) >= 2 and any(len(word) > 4 for word in _LETTERS.findall(text))


def _listed(blocks: Sequence[Block]) -> Iterator[str]:
    """What stands in lists of short items, whatever its capitals: "With: Boqun Feng, lockdep, vhost-user."."""
    for block in blocks:
        if block.is_item:
            items = [block.text]
        else:
            match = _LIST.fullmatch(block.text)
            items = [part.strip() for part in _COMMA.split(match["items"])] if match else []
        if (block.is_item or len(items) >= 3) and all(len(item.split()) <= _LONGEST_ITEM for item in items):
            bare = (re.sub(r"^(?:the|an?) (?:look at )?", "", item) for item in items)
            yield from (item for item in bare if item and is_name(item) and not is_starter(item))


def _of_title(title: str) -> Iterator[str]:
    """Names and identifiers in the episode's title, which is no file's name; where all words have capitals, no name."""
    if " " not in title.strip():
        return
    words = re.findall(r"[^\W\d_]\S*", title)
    if sum(word[0].isupper() for word in words) * 2 <= len(words):
        yield from _NAME.findall(title)
    yield from (token for token in _TOKEN.findall(title) if _is_identifier(token))


def _is_identifier(token: str) -> bool:
    return bool(_IDENTIFIER.search(token)) and not re.fullmatch(r"[\d.,:/-]+", token)


def _places(term: str, text: str) -> tuple[float, ...]:
    found = re.finditer(re.escape(term), text, re.I)
    return tuple(round(match.start() / len(text), 3) for match in islice(found, _PLACES))


def is_starter(text: str) -> bool:
    """Whether a text is a single common word, such as sentences start with."""
    return text.casefold() in _STARTERS.split("|")
