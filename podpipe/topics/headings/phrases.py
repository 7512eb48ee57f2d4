"""Short phrases with which something is opened: what a heading is made of, whatever it names."""

from __future__ import annotations

import re

from podpipe.topics.headings.names import is_misheard_topic, is_topic
from podpipe.topics.headings.openings import Opening

MOST_WORDS = 7
_MOST_WORDS_RUN_ON = 5
"""So many words may a heading have that a pause follows; and one that only a comma or full stop does."""

_LONGEST_MS = 3500


def title_of(place: Opening) -> str:
    """The short phrase that opens what is said, cut at the first end of a sentence; '' where there is none."""
    alone = place.after_ms > 0 and place.phrase <= MOST_WORDS
    size = place.phrase if alone else 0
    for count in range(1, min(place.phrase, MOST_WORDS if alone else _MOST_WORDS_RUN_ON) + 1):
        if place.words[count - 1].text[-1] in (".!?" if alone else ".,!?"):
            size = count
            break
    title = place.said(size).strip(" .,:;!?-")
    if not title or place.words[size - 1].end_ms - place.words[0].start_ms > _LONGEST_MS:
        return ""
    if not is_topic(title) and not is_misheard_topic(title) and place.leads_as != "number":
        return ""
    is_name = not re.sub("['’-]", "", title.split()[0]).isalpha()  # io_uring, c++
    return title if is_name else title[0].upper() + title[1:]
