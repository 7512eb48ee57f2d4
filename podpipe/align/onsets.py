"""When a heading begins: the onset of sound after the pause before it."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Sequence

from rapidfuzz import fuzz

from podpipe import timecode
from podpipe.models import Hypothesis, Placement, Section, Word
from podpipe.prose import bare, is_numbered
from podpipe.sound import Silence, Sound

_LONGEST_MS = 700
"""A spoken heading lasts at most so long for each syllable-sized piece of it, and 1.5 s more."""

_MADE_OUT = 0.5
"""A heading that is less like its text was not made out ..."""

_ALIKE = 0.75
"""... and without a pause it must be so much like it."""

_MOST_LEADING, _LED_MS = 12, 600
"""So many words may lead to a heading after a pause of this length ..."""

_SHORTEST_MS = 400
"""... and before the heading itself there is none as long as this."""

_NUMBER_MS = 1000
"""So long it takes to say one."""


def before(
    section: Section, body: int, skipped: int, end_ms: int, share: float, hypothesis: Hypothesis, sound: Sound
) -> Placement:
    """Place a section whose text begins at heard word ``body``: its heading is what is said before that.

    ``skipped`` words of the text come before ``body`` and were not made out.
    """
    words = hypothesis.words
    body_ms = words[body].start_ms
    if not section.heading:
        start_ms = _onset(body_ms, sound)
        return Placement(section, start_ms, end_ms, round(share, 2), "its text was heard")
    earliest = body_ms - 1500 - _LONGEST_MS * max(len(section.heading) // 3, 2) - 600 * skipped
    best: tuple[float, Silence, float] | None = None
    for silence in _silences_between(sound, earliest, body_ms + 300):
        following = _next(silence, sound)
        said = _said(words, silence.end_ms, following.start_ms if following else body_ms)
        likeness = alike(section.heading, said)
        alone = following is not None and following.length_ms >= 250 and following.start_ms <= body_ms + 300
        worth = likeness + min(silence.length_ms, 1500) / 1500 + 0.2 * alone
        if best is None or worth > best[0]:
            best = (worth, silence, likeness)
    if best is None or best[2] < _MADE_OUT:
        likeness, first = _run_on(section.heading, words, body)
        if likeness >= _ALIKE:
            led = _sentence_of(first, words, sound)
            start_ms = led.end_ms if led else _onset(words[first].start_ms, sound)
            after = f"{led.length_ms / 1000:.1f} s of silence and what leads to it" if led else "no silence"
            because = (
                f"heading heard at {timecode.clock(start_ms, decimals=1)} after {after}, and {share:.0%} of its text"
            )
            confidence = round(0.55 * share + 0.25 * likeness + 0.1 * bool(led), 2)
            return Placement(section, start_ms, end_ms, confidence, because)
    if best is None:
        because = "its text was heard, without a pause before it"
        start_ms = _onset(body_ms, sound)
        return Placement(section, start_ms, end_ms, round(0.6 * share, 2), because, is_heard=False)
    _, silence, likeness = best
    silence = _with_lead(silence, words, sound) or _with_number(silence, words, sound)
    at, pause = timecode.clock(silence.end_ms, decimals=1), f"{silence.length_ms / 1000:.1f} s of silence"
    is_heard = likeness >= _MADE_OUT
    if is_heard:
        confidence = 0.55 * share + 0.25 * likeness + 0.2 * min(silence.length_ms / 800, 1)
        because = f"heading heard at {at} after {pause}, and {share:.0%} of its text"
    else:
        confidence = 0.6 * share + 0.25 * min(silence.length_ms / 800, 1)
        because = f"{share:.0%} of its text heard from {at} after {pause}; the heading itself was not made out"
    return Placement(section, silence.end_ms, end_ms, round(min(confidence, 0.99), 2), because, is_heard)


def _run_on(heading: str, words: Sequence[Word], body: int) -> tuple[float, int]:
    """How alike a heading and the words right before its text are, and the number of the first of them.

    So many are taken as are most like the whole of it: any one of its words is like a part.
    """
    most = min(len(heading.split()) + 2, body)
    said = {count: " ".join(word.text for word in words[body - count : body]) for count in range(1, most + 1)}
    count = max(said, key=lambda count: (fuzz.ratio(bare(heading), bare(said[count])), -count), default=0)
    return alike(heading, said.get(count, "")), body - count


def _sentence_of(word: int, words: Sequence[Word], sound: Sound) -> Silence | None:
    """The pause before the sentence that leads to a word: "Which brings me to the last part, decline and rescue."."""
    first = word
    while first > max(word - _MOST_LEADING, 0) and words[first - 1].text[-1] not in ".!?":
        first -= 1
    before = _silences_between(sound, words[first].start_ms - 250, words[first].start_ms + 250)
    return next((silence for silence in reversed(before) if silence.length_ms >= _LED_MS), None)


def _with_lead(breath: Silence, words: Sequence[Word], sound: Sound) -> Silence | None:
    """The pause before the sentence that leads to a heading, where there is but a breath before it."""
    if breath.length_ms >= _SHORTEST_MS:
        return None
    return _sentence_of(bisect_left(words, breath.end_ms - 250, key=lambda word: word.start_ms), words, sound)


def _with_number(silence: Silence, words: Sequence[Word], sound: Sound) -> Silence:
    """The pause before the number of a heading, where the host says one and pauses: "Three. Filesystems."."""
    for before in reversed(_silences_between(sound, silence.start_ms - _NUMBER_MS, silence.start_ms)):
        first = bisect_left(words, before.end_ms - 250, key=lambda word: word.start_ms)
        is_number = is_numbered([word.text for word in words[first : first + 2]])
        if is_number and before.length_ms >= silence.length_ms and silence.start_ms - before.end_ms < _NUMBER_MS:
            return before
    return silence


def listed(section: Section, hypothesis: Hypothesis, sound: Sound) -> Placement:
    """Place a topic that the notes only name: where it is said on its own, between two pauses."""
    best: tuple[float, Silence, Silence] | None = None
    for silence, following, said in utterances(hypothesis, sound):
        likeness = alike(section.heading, said)
        worth = likeness + 0.2 * min(silence.length_ms, 1500) / 1500
        if likeness >= 0.6 and (best is None or worth > best[0]):
            best = (worth, silence, following)
    if best is None:
        return Placement(section, None, None, 0.0, "no such heading was heard on its own between two pauses")
    _, silence, following = best
    because = f"heard at {timecode.clock(silence.end_ms, decimals=1)} after {silence.length_ms / 1000:.1f} s of silence"
    confidence = min(0.6 + 0.3 * (best[0] - 0.6) / 0.6, 0.95)
    return Placement(section, silence.end_ms, following.start_ms, round(confidence, 2), because)


def utterances(hypothesis: Hypothesis, sound: Sound) -> list[tuple[Silence, Silence, str]]:
    """Short runs of words with a pause before and after: what may be a spoken heading."""
    long = [silence for silence in sound.silences if silence.length_ms >= 250]
    found = []
    for silence, following in itertools.pairwise(long):
        if silence.length_ms < 500 or not 200 <= following.start_ms - silence.end_ms <= 5000:
            continue
        said = _said(hypothesis.words, silence.end_ms, following.start_ms)
        if 1 <= len(_pieces(said)) <= 8:
            found.append((silence, following, said))
    return found


def _said(words: Sequence[Word], start_ms: int, end_ms: int) -> str:
    """The words whose middle lies in a stretch of sound, give or take what a recogniser's times are off."""
    first = bisect_left(words, start_ms - 250, key=lambda word: word.start_ms)
    said = []
    for word in words[first : first + 40]:
        if (word.start_ms + word.end_ms) // 2 > end_ms + 100:
            break
        said.append(word.text)
    return " ".join(said)


def _pieces(said: str) -> list[str]:
    """Words as people count them: "Post -Gur -SQL" is one."""
    return [piece for piece in said.split() if piece[0] not in "-.'"]


def _next(silence: Silence, sound: Sound) -> Silence | None:
    later = sound.silences[bisect_left(sound.silences, silence.end_ms, key=lambda other: other.start_ms) :]
    return next((other for other in later if other.length_ms >= 200), None)


def alike(heading: str, said: str) -> float:
    """How much two short texts look alike (0 to 1), whatever the spaces and symbols in them."""
    left, right = bare(heading), bare(said)
    if not left or not right:
        return 0.0
    whole = fuzz.ratio(left, right)
    within = fuzz.partial_ratio(left, right) if len(left) >= 4 and len(right) >= 4 else 0
    return max(whole, 0.8 * within, 0.9 * fuzz.token_set_ratio(heading.casefold(), said.casefold().rstrip("."))) / 100


def _silences_between(sound: Sound, start_ms: int, end_ms: int) -> list[Silence]:
    starts = bisect_left([silence.end_ms for silence in sound.silences], start_ms)
    return [silence for silence in sound.silences[starts:] if silence.end_ms <= end_ms and silence.length_ms >= 200]


def _onset(near_ms: int, sound: Sound) -> int:
    """The onset of sound nearest to a time, within 400 ms; else that time."""
    onsets = [silence.end_ms for silence in sound.silences]
    place = bisect_left(onsets, near_ms)
    near = [onset for onset in onsets[max(place - 1, 0) : place + 1] if abs(onset - near_ms) <= 400]
    return min(near, key=lambda onset: abs(onset - near_ms), default=near_ms)
