"""An edit of the sound as a mapping of times, and everything that has times moved with it.

A ``Timeline`` says where each moment of the old sound is in the new: it is a list of pieces, kept or inserted,
in the order of the new sound. Cuts and insertions are made one after the other with ``then``.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from podpipe.models import Chapter, Soundbite, Transcript, Turn, Word


@dataclass(frozen=True, slots=True)
class Kept:
    """A piece of the old sound: ``start_ms`` inclusive, ``end_ms`` exclusive, in its time."""

    start_ms: int
    end_ms: int

    @property
    def length_ms(self) -> int:
        """How long it is, before and after."""
        return self.end_ms - self.start_ms


@dataclass(frozen=True, slots=True)
class Inserted:
    """Sound that the old did not have. ``name`` says which, for whoever lays the sound."""

    length_ms: int
    name: str = ""


Piece = Kept | Inserted


@dataclass(frozen=True, slots=True)
class Timeline:
    """The new sound as pieces of the old and new ones; each moment of the old is kept at most once, in its order."""

    old_ms: int
    """Length of the old sound."""
    pieces: tuple[Piece, ...]

    @property
    def new_ms(self) -> int:
        """Length of the new sound."""
        return sum(piece.length_ms for piece in self.pieces)

    def at(self, ms: int) -> int | None:
        """Where a moment of the old sound is in the new; None where it was cut.

        The end of the old sound, and of a piece before a cut, is where that piece ends.
        """
        for start_ms, piece in self._kept():
            if piece.start_ms <= ms < piece.end_ms:
                return start_ms + ms - piece.start_ms
        return self.new_ms if ms == self.old_ms and self._reaches_end() else None

    def next_at(self, ms: int) -> int:
        """Where a moment is, or, where it was cut, what follows the cut; at the end, the end of what is kept."""
        for start_ms, piece in self._kept():
            if ms < piece.end_ms:
                return start_ms + max(ms - piece.start_ms, 0)
        return self._end()

    def end_at(self, ms: int) -> int:
        """Where something that ends here ends: where it was cut, at the beginning of the cut."""
        end_ms = 0
        for start_ms, piece in self._kept():
            if piece.start_ms < ms:
                end_ms = start_ms + min(ms, piece.end_ms) - piece.start_ms
        return end_ms

    def origin(self, ms: int) -> int | None:
        """Which moment of the old sound is heard at a moment of the new; None in an insertion."""
        starts = self._starts()
        number = bisect_right(starts, ms) - 1
        if number < 0 or ms >= self.new_ms:
            return self.old_ms if ms == self.new_ms and self._reaches_end() else None
        piece = self.pieces[number]
        return piece.start_ms + ms - starts[number] if isinstance(piece, Kept) else None

    def keeps(self, start_ms: int, end_ms: int) -> bool:
        """Whether anything of a stretch is left (of one without length: the moment itself)."""
        if start_ms >= end_ms:
            return self.at(start_ms) is not None
        return any(piece.start_ms < end_ms and start_ms < piece.end_ms for _, piece in self._kept())

    def then(self, later: Timeline) -> Timeline:
        """One edit and then another, of its result, as one.

        Raises:
            ValueError: the other is of a sound of another length.
        """
        if later.old_ms != self.new_ms:
            raise ValueError(f"the second edit is of {later.old_ms} ms; the first makes {self.new_ms}")
        return Timeline(self.old_ms, _joined(part for piece in later.pieces for part in self._through(piece)))

    def inverse(self) -> Timeline:
        """The edit that undoes this one: what was inserted is cut, and what was cut is a gap of its length."""
        pieces: list[Piece] = []
        done_ms = 0
        for start_ms, piece in self._kept():
            if piece.start_ms > done_ms:
                pieces.append(Inserted(piece.start_ms - done_ms))
            pieces.append(Kept(start_ms, start_ms + piece.length_ms))
            done_ms = piece.end_ms
        if done_ms < self.old_ms:
            pieces.append(Inserted(self.old_ms - done_ms))
        return Timeline(self.new_ms, tuple(pieces))

    def _through(self, piece: Piece) -> Iterable[Piece]:
        """A piece of the second edit in the terms of the first."""
        if isinstance(piece, Inserted):
            yield piece
            return
        for start_ms, mine in zip(self._starts(), self.pieces, strict=True):
            first = max(piece.start_ms, start_ms) - start_ms
            last = min(piece.end_ms, start_ms + mine.length_ms) - start_ms
            if first >= last:
                continue
            if isinstance(mine, Kept):
                yield Kept(mine.start_ms + first, mine.start_ms + last)
            else:
                yield replace(mine, length_ms=last - first)

    def _starts(self) -> list[int]:
        starts, position = [], 0
        for piece in self.pieces:
            starts.append(position)
            position += piece.length_ms
        return starts

    def _kept(self) -> list[tuple[int, Kept]]:
        return [(s, piece) for s, piece in zip(self._starts(), self.pieces, strict=True) if isinstance(piece, Kept)]

    def _end(self) -> int:
        return max((start_ms + piece.length_ms for start_ms, piece in self._kept()), default=0)

    def _reaches_end(self) -> bool:
        kept = self._kept()
        return bool(kept) and kept[-1][1].end_ms == self.old_ms


def edit(
    length_ms: int,
    cuts: Iterable[tuple[int, int]] = (),
    insertions: Iterable[tuple[int, int, str]] = (),
) -> Timeline:
    """Cuts (start and end, ms) and insertions (where, how long, ms, and what), all in the time of the old sound.

    Cuts may overlap. What is inserted within a cut stands where the cut was; several at one place keep their order.

    Raises:
        ValueError: a cut or an insertion is outside of the sound, or a cut has no length.
    """
    edges = sorted(cuts)
    for start_ms, end_ms in edges:
        if not 0 <= start_ms < end_ms <= length_ms:
            raise ValueError(f"{start_ms} to {end_ms} ms is no stretch of a sound of {length_ms} ms")
    added = sorted(insertions, key=lambda each: each[0])
    for where_ms, _, _ in added:
        if not 0 <= where_ms <= length_ms:
            raise ValueError(f"{where_ms} ms is outside of a sound of {length_ms} ms")
    pieces: list[Piece] = []
    position = 0
    for place, kind, value in _events(edges, added):
        if place > position:
            pieces.append(Kept(position, place))
            position = place
        if isinstance(value, Inserted):
            pieces.append(value)
        elif kind == _CUT:
            position = max(position, value)
    if position < length_ms:
        pieces.append(Kept(position, length_ms))
    return Timeline(length_ms, _joined(pieces))


_INSERT, _CUT = 0, 1


def _events(
    cuts: Sequence[tuple[int, int]], added: Sequence[tuple[int, int, str]]
) -> list[tuple[int, int, int | Inserted]]:
    events: list[tuple[int, int, int | Inserted]] = [(start, _CUT, end) for start, end in cuts]
    for where_ms, length_ms, name in added:
        events.append((where_ms, _INSERT, Inserted(length_ms, name)))
    return sorted(events, key=lambda event: event[:2])


def _joined(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Without empty pieces, and with neighbours that follow one another in the old sound as one."""
    result: list[Piece] = []
    for piece in pieces:
        last = result[-1] if result else None
        if isinstance(piece, Kept) and isinstance(last, Kept) and last.end_ms == piece.start_ms:
            result[-1] = Kept(last.start_ms, piece.end_ms)
        elif piece.length_ms > 0:
            result.append(piece)
    return tuple(result)


def move_chapters(chapters: Sequence[Chapter], timeline: Timeline) -> tuple[Chapter, ...]:
    """Chapters where they are now: gone where they were wholly cut, beginning at the cut where they were in part.

    What is inserted belongs to the chapter in which it stands, or that it follows; links and pictures go with
    their chapter.
    """
    left = [chapter for chapter in chapters if timeline.keeps(chapter.start_ms, chapter.end_ms)]
    starts = [timeline.next_at(chapter.start_ms) for chapter in left]
    ends = [max(timeline.end_at(chapter.end_ms), start) for chapter, start in zip(left, starts, strict=True)]
    for number, (chapter, following) in enumerate(pairwise(left)):
        if chapter.end_ms == following.start_ms:
            ends[number] = starts[number + 1]
    return tuple(
        replace(chapter, start_ms=start_ms, end_ms=end_ms)
        for chapter, start_ms, end_ms in zip(left, starts, ends, strict=True)
    )


def move_words(words: Sequence[Word], timeline: Timeline) -> tuple[Word, ...]:
    """Words where they are now; one of which most was cut is gone."""
    moved: list[Word] = []
    for word in words:
        middle = timeline.at((word.start_ms + word.end_ms) // 2)
        if middle is not None:
            start_ms = min(timeline.next_at(word.start_ms), middle)
            moved.append(replace(word, start_ms=start_ms, end_ms=max(timeline.end_at(word.end_ms), start_ms + 1)))
    return tuple(moved)


def move_transcript(transcript: Transcript, timeline: Timeline) -> Transcript:
    """A transcript of the new sound; what is inserted has no words yet."""
    speakers = {timeline.next_at(turn.start_ms): turn.speaker for turn in transcript.speakers}  # the last of those cut
    return replace(
        transcript,
        duration_ms=timeline.new_ms,
        words=move_words(transcript.words, timeline),
        speakers=tuple(Turn(start_ms, speaker) for start_ms, speaker in speakers.items()),
    )


def move_stretch(start_ms: int, end_ms: int, timeline: Timeline) -> tuple[int, int] | None:
    """Where a stretch is now (a soundbite, the place of a link); None where nothing of it is left."""
    if not timeline.keeps(start_ms, end_ms):
        return None
    begin = timeline.next_at(start_ms)
    return begin, max(timeline.end_at(end_ms), begin)


def move_soundbites(soundbites: Sequence[Soundbite], timeline: Timeline) -> tuple[Soundbite, ...]:
    """Soundbites where they are now; what is inserted within one belongs to it, and one that was wholly cut is gone."""
    moved = [(bite, move_stretch(bite.start_ms, bite.end_ms, timeline)) for bite in soundbites]
    return tuple(
        replace(bite, start_ms=stretch[0], duration_ms=stretch[1] - stretch[0]) for bite, stretch in moved if stretch
    )
