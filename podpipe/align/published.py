"""A transcript that the publisher offers: followed in the sound, and checked against what was heard.

It is a script with speakers, whose times nobody trusts: advertisements that were put in shift them, and
some transcripts are of another episode, in another language, or made by a machine. So its words are
matched with the words heard, in order (Levenshtein, "Binary codes capable of correcting deletions,
insertions and reversals", 1966). Where a stretch of it is confirmed, it has the say on spelling, and the
sound on times; where single words differ, the likelier of the two stands.

Before that, what is said as it is written need not be recognised: ``reader_of`` makes a script of it, which is looked
for in the sound as notes are (``podpipe.align.follow``). What the sound makes doubtful is heard all the same, and so
gets two opinions.
"""

from __future__ import annotations

import itertools
import re
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from podpipe.align.follow import Reader
from podpipe.align.local import Match, Tokens
from podpipe.align.merge import spread, word_pairs
from podpipe.models import Cue, Turn, Word
from podpipe.writing import characters

_ALIKE = 0.6
"""From this likeness on, two words may be the same."""

_SPELLED = 0.8
"""From this likeness of their letters on, words differ in spelling only."""

_AROUND = 12
"""So many words to each side of one tell whether it is confirmed ..."""

_CONFIRMED = 0.55
"""... by this share of them. Two talks of anything agree in a quarter of their words."""

_SHORTEST = 8
"""Words of a stretch that is confirmed at all."""

_APART = 6
"""So many more words heard than written between two matches were put in ..."""

_TOGETHER = 4
"""... and fewer matches than these among them are chance."""

_CERTAIN = 0.95
"""Words heard with this confidence are wrong in two of a hundred; where the publisher differs more, he errs."""

_HEARD_WRONG = 0.02

_LEAST_WRONG = 0.003
"""Nobody's transcript is better."""

_GOOD = 0.03
"""Where no more of his words are wrong, so many that only one side has are the recogniser's fault."""
_FEW = 3

_MOST = 200_000
"""Nobody says more words in a day; what comes after them is not read."""

_NEW_SPEAKER = 12
"""So many words that are not the publisher's may be anybody's."""

_OTHER = 0.2
"""A transcript of which less is confirmed is of something else."""

_OFF_MS = 3000
"""Times that are further off are worth a word."""

_DOUBT = -7.0
"""Log probability in the sound up to which a word of the publisher's is not believed and heard instead."""

_CHANGED = ("heard", "publisher")
"""Origins of words that are spelled anew; the publisher's may be those of a transcript that he has mended since."""

_UNSPOKEN = re.compile(r"\[[^\[\]]{0,80}\]|[♪♫]+|(?:^|(?<=\s))(?:>{2,}|[-–—]+)(?=\s)")
_LETTERS = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Checked:
    """The words, spelled as the publisher does where the sound agrees.

    ``share`` of the publisher's words are confirmed; ``late_ms`` is by how much the sound is later than the
    publisher's times, where that is most; 0 where he gives none.
    """

    words: tuple[Word, ...]
    speakers: tuple[Turn, ...] = ()
    share: float = 0.0
    late_ms: int = 0


@dataclass(frozen=True, slots=True)
class _Written:
    """A word of the publisher's; its time (ms) where it opens a cue that has one."""

    text: str
    speaker: str
    start_ms: int | None = None


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Confirmed words: pairs of ranges [start, end) of the publisher's words and of heard words."""

    pairs: tuple[tuple[tuple[int, int], tuple[int, int]], ...]


def check(cues: Sequence[Cue], words: Sequence[Word]) -> Checked:
    """Take from a published transcript what the sound confirms: spelling, and who speaks.

    Words of the notes stay as they are.
    """
    script = list(itertools.islice(_words(cues), _MOST))
    written = _tokens([word.text for word in script])
    heard = _tokens([word.text for word in words])
    stretches = _stretches(written, heard)
    if not stretches:
        return Checked(tuple(words))
    wrong = _share_wrong(stretches, script, words)
    said = list(_said(stretches, script, words, wrong))
    confirmed = sum(end - start for stretch in stretches for (start, end), _ in stretch.pairs)
    return Checked(
        tuple(word for word, _ in said),
        _turns(said),
        round(confirmed / len(script), 3),
        _late_ms(stretches, script, words),
    )


def reader_of(cues: Sequence[Cue]) -> Reader:
    """A reader of a published transcript, from its beginning on; of nothing where words are written without spaces."""
    script = tuple(word.text for word in itertools.islice(_words(cues), _MOST))
    if 2 * sum(len(word) == 1 and not word.isascii() for word in script) > len(script):
        script = ()  # engines place words, not characters
    return Reader(script, 0 if script else None, doubt=_DOUBT, origin="publisher")


def remark(checked: Checked) -> str:
    """What the user should know of a published transcript; '' where it is as one would expect."""
    if checked.share < _OTHER:
        return f"only {checked.share:.0%} of the publisher's transcript is heard: it may be of another episode"
    if abs(checked.late_ms) >= _OFF_MS:
        return (
            f"times in the publisher's transcript are off by {abs(checked.late_ms) / 1000:.0f} s; the sound's are used"
        )
    return ""


def _words(cues: Sequence[Cue]) -> Iterator[_Written]:
    """The publisher's words, without what is not spoken: "[Music]", dashes before a speaker."""
    for cue in cues:
        start_ms = cue.start_ms
        for text in _UNSPOKEN.sub(" ", cue.text).split():
            for piece in characters(text):
                if _LETTERS.search(piece):
                    yield _Written(piece, cue.speaker, start_ms)
                    start_ms = None


def _tokens(texts: Sequence[str]) -> Tokens:
    """As ``Tokens.of``, with each character of writing without spaces a token."""
    pairs = [
        (piece, number)
        for number, text in enumerate(texts)
        for key in _LETTERS.findall(text.casefold().replace("’", "").replace("'", ""))
        for piece in characters(key)
    ]
    return Tokens(tuple(texts), tuple(key for key, _ in pairs), tuple(number for _, number in pairs))


def _stretches(written: Tokens, heard: Tokens) -> list[_Stretch]:
    """The stretches that are confirmed, in order; what was put in between parts them."""
    runs = _runs(list(_matches(written, heard)))
    last = len(runs) - 1
    pairs = [pair for number, run in enumerate(runs) if len(run) >= _TOGETHER or number in (0, last) for pair in run]
    matched = np.zeros(len(written.keys))
    matched[[place for place, _ in pairs]] = 1
    sure = _smooth(matched) >= _CONFIRMED
    found = []
    for is_sure, group in itertools.groupby(pairs, lambda pair: bool(sure[pair[0]])):
        tokens = list(group)
        if is_sure and len(tokens) >= _SHORTEST:
            found += [_stretch(run, written, heard) for run in _runs(tokens)]
    return found


def _stretch(run: Sequence[tuple[int, int]], written: Tokens, heard: Tokens) -> _Stretch:
    match = Match(run[0][1], run[-1][1], 0.0, 0.0, tuple(run))
    return _Stretch(tuple((pair.script, pair.heard) for pair in word_pairs(written, match, heard)))


def _matches(written: Tokens, heard: Tokens) -> Iterator[tuple[int, int]]:
    """Pairs of tokens that are the same or alike, rising."""
    for operation in Levenshtein.opcodes(written.keys, heard.keys):
        if operation.tag in ("equal", "replace"):
            for one, other in zip(
                range(operation.src_start, operation.src_end),
                range(operation.dest_start, operation.dest_end),
                strict=True,
            ):
                alike = Levenshtein.normalized_similarity(written.keys[one], heard.keys[other])
                if operation.tag == "equal" or alike >= _ALIKE:
                    yield one, other


def _runs(pairs: Sequence[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Pairs in runs, parted where much more was heard than is written."""
    runs: list[list[tuple[int, int]]] = []
    for pair in pairs:
        if runs and (pair[1] - runs[-1][-1][1]) - (pair[0] - runs[-1][-1][0]) <= _APART:
            runs[-1].append(pair)
        else:
            runs.append([pair])
    return runs


def _smooth(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean around each value, of fewer at the ends."""
    total = np.concatenate(([0.0], np.cumsum(values)))
    places = np.arange(len(values))
    first, last = np.maximum(places - _AROUND, 0), np.minimum(places + _AROUND + 1, len(values))
    return np.asarray((total[last] - total[first]) / (last - first))


def _share_wrong(stretches: Sequence[_Stretch], script: Sequence[_Written], words: Sequence[Word]) -> float:
    """How many of the publisher's words are wrong, by those that were heard beyond doubt."""
    same = other = 0
    for stretch in stretches:
        for _, (_, heard_end) in stretch.pairs:
            same += words[heard_end - 1].confidence >= _CERTAIN
        for texts, heard in _between(stretch, script, words):
            if texts and not _is_same(texts, heard):
                other += sum(word.confidence >= _CERTAIN for word in heard[: len(texts)])
    return max(other / max(same + other, 1) - _HEARD_WRONG, _LEAST_WRONG)


def _between(
    stretch: _Stretch, script: Sequence[_Written], words: Sequence[Word]
) -> Iterator[tuple[Sequence[_Written], Sequence[Word]]]:
    """What is written and what is heard between each pair of a stretch and the next."""
    for (written, heard), (next_written, next_heard) in itertools.pairwise(stretch.pairs):
        yield script[written[1] : next_written[0]], words[heard[1] : next_heard[0]]


def _said(
    stretches: Sequence[_Stretch], script: Sequence[_Written], words: Sequence[Word], wrong: float
) -> Iterator[tuple[Word, str | None]]:
    """All words with who speaks them; None outside of the stretches."""
    position = 0
    for stretch in stretches:
        yield from ((word, None) for word in words[position : stretch.pairs[0][1][0]])
        missed: Sequence[_Written] = ()
        gaps = [*_between(stretch, script, words), ((), ())]
        for ((start, end), heard), (texts, others) in zip(stretch.pairs, gaps, strict=True):
            own = [*missed, *script[start:end]]
            missed = texts if not others and len(texts) <= _FEW and wrong <= _GOOD else ()
            if missed and _ends_before(missed[-1], script[end + len(missed)]):
                own, missed = [*own, *missed], ()
            yield from _spelled(own, words[slice(*heard)])
            yield from ((word, own[-1].speaker) for word in _chosen(texts, others, wrong))
        position = stretch.pairs[-1][1][1]
    yield from ((word, None) for word in words[position:])


def _spelled(texts: Sequence[_Written], words: Sequence[Word]) -> Iterator[tuple[Word, str]]:
    """The publisher's words over the heard ones, with who speaks them; what is spelled already stays so."""
    if any(word.origin not in _CHANGED for word in words):
        yield from ((word, texts[-1].speaker) for word in words)
    else:
        yield from zip(
            spread([word.text for word in texts], words, "publisher"), (w.speaker for w in texts), strict=True
        )


def _ends_before(word: _Written, following: _Written) -> bool:
    """Whether a sentence, or what somebody says, ends between two words."""
    return word.text.rstrip("\"')”’»").endswith((".", "?", "!", "…", "。")) or word.speaker != following.speaker


def _chosen(texts: Sequence[_Written], words: Sequence[Word], wrong: float) -> list[Word]:
    """What was said where the publisher and the recogniser differ."""
    written = [word.text for word in texts]
    if any(word.origin not in _CHANGED for word in words):
        return list(words)
    if not written:
        return list(words) if wrong > _GOOD or len(words) > _FEW else []
    if not words:
        return []
    if _is_same(texts, words):
        return spread(written, words, "publisher")
    if len(written) == len(words):
        return [
            replace(word, text=text, origin="publisher") if _is_doubted([word], wrong) else word
            for text, word in zip(written, words, strict=True)
        ]
    letters, heard = sum(map(len, written)), sum(len(word.text) for word in words)
    if heard > 3 * letters + 8 or letters > 3 * heard + 8 or not _is_doubted(words, wrong):
        return list(words)
    return spread(written, words, "publisher")


def _is_same(texts: Sequence[_Written], words: Sequence[Word]) -> bool:
    """Whether only the spelling differs: "O.O.M." and "Oom", "user space" and "userspace"."""
    written = "".join(_LETTERS.findall("".join(word.text for word in texts).casefold()))
    heard = "".join(_LETTERS.findall("".join(word.text for word in words).casefold()))
    return Levenshtein.normalized_similarity(written, heard) >= _SPELLED


def _is_doubted(words: Sequence[Word], wrong: float) -> bool:
    """Whether these are likelier misheard than wrongly written (Bayes' theorem)."""
    confidence = statistics.fmean(word.confidence for word in words)
    misheard = _HEARD_WRONG if confidence >= _CERTAIN else 0.07 + 0.75 * (1 - confidence)
    return misheard * (1 - wrong) > (1 - misheard) * wrong


def _turns(said: Sequence[tuple[Word, str | None]]) -> tuple[Turn, ...]:
    """Who speaks when. A few words between the publisher's are of who spoke before them."""
    if not any(speaker for _, speaker in said):
        return ()
    turns: list[Turn] = []
    for is_known, run in itertools.groupby(said, lambda pair: pair[1] is not None):
        spoken = list(run)
        if not is_known and turns and len(spoken) < _NEW_SPEAKER:
            continue
        for word, speaker in spoken:
            if not turns or turns[-1].speaker != (speaker or ""):
                turns.append(Turn(word.start_ms, speaker or ""))
    return tuple(turns)


def _late_ms(stretches: Sequence[_Stretch], script: Sequence[_Written], words: Sequence[Word]) -> int:
    """By how much the sound is later than the publisher says, for the few cues where that is most."""
    late = [
        words[heard[0]].start_ms - start_ms
        for stretch in stretches
        for written, heard in stretch.pairs
        if (start_ms := script[written[0]].start_ms) is not None
    ]
    medians = [statistics.median(late[at : at + _FEW]) for at in range(max(len(late) - _FEW + 1, 1))] if late else []
    return round(max(medians, key=abs, default=0))
