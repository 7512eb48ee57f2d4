"""What may be the name of a topic, and what is talk."""

from __future__ import annotations

import re

from podpipe.notes.headings import is_name

_DISCOURSE = re.compile(
    r"\W*(?:yeah|yes|yep|no|nope|ok|okay|right|so|well|um|uh|hmm|exactly|absolutely|anyway|anyways|sure|great|cool|wow|"
    r"alright|all right|oh|ah|hey|really|honestly|actually|basically|typically|usually|however|otherwise|meanwhile|"
    r"finally|first|second|third|secondly|thirdly|next|later|again|once again|also|still|indeed|of course|for example|"
    r"like|just|not|nobody|everybody|somebody|others|another|other|some|many|most|one|two|three|even|though|"
    r"because|since|although|back in|today|tonight|tomorrow|yesterday|sorry|send|good|let|let's|let’s|"
    r"to|from|of|about|without|within|each|every|all|any|both|either|neither|what|who|how|why|where|which|whose|"
    r"my|your|his|her|our|their|me|him|us|them|now|then|until|unless|despite|during|over|under|instead|including|"
    r"having|using|given|according|perhaps|maybe|sometimes|often|never|always|only|i’m|i'm|\w+ly)\b",
    re.IGNORECASE,
)
"""How talk goes on, and no topic begins."""

_TALKS = re.compile(
    r"\b(?:i|you|we|he|she|they|it|me|us|him|them|my|your|our|i'm|i've|it's|that's|don't|didn't|can't|am|be|been|get|"
    r"gets|got|go|going|make|makes|know|think|thought|want|wanted|see|let|shall|took|take|takes|came|come|comes|"
    r"had|put|told|tell|say|gave|give|gives|suggested|reported|wrote|followed|led|lead)\b(?!-)",
    re.IGNORECASE,
)
"""Words of people who talk, in no heading."""

_LITTLE = re.compile("the|that|be|then|for|a", re.IGNORECASE)
"""What a name that begins with a letter, or no English word, is heard as."""

_MOST_NAMED = 4
"""Words after the article of a name."""


def is_topic(text: str) -> bool:
    """Whether a short text may name a topic: it begins as no talk does and has no verb or pronoun of talk."""
    return bool(text) and is_name(text) and not _DISCOURSE.match(text) and not _TALKS.search(text)


def is_misheard_topic(text: str) -> bool:
    """Whether a name may have been heard as a little word and another, "That health", or has an article."""
    first, _, rest = text.partition(" ")
    most = _MOST_NAMED if first.casefold() == "the" else 2
    return bool(_LITTLE.fullmatch(first)) and 1 <= len(rest.split()) <= most and is_topic(rest)
