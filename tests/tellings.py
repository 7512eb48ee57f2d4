"""Transcripts for tests: simple ones, and of any kind."""

from __future__ import annotations

from hypothesis import strategies as st

from podpipe.models import Transcript, Turn, Word
from podpipe.transcripts import Telling

LETTERS = st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"])
SPELLINGS = st.text(LETTERS, min_size=1, max_size=12) | st.sampled_from(
    ["-->", "<b>", "&amp;", "a&b", "<", "WEBVTT", "NOTE", "1", "end.", "Dr.", "e.g.", "J.", "what?", "done!”", "…",
     "さようなら。", "世界", "ภาษาไทย", "שלום", "and", "the", "Well,", "x" * 80]
)  # fmt: skip
WORDS = st.text("abcdefg", min_size=1, max_size=10) | st.sampled_from(["end.", "so,", "the", "and", "A", "stop?"])
NAMES = st.sampled_from(["Sarah", "Tom Smith", "Zoë van Dyk", "Speaker 1", "R&D <x>", "Élise", "田中"])


def transcript(text: str, *, step_ms: int = 400, speakers: tuple[Turn, ...] = ()) -> Transcript:
    words = [Word(word, number * step_ms, number * step_ms + step_ms - 50) for number, word in enumerate(text.split())]
    return Transcript("en", len(words) * step_ms, tuple(words), speakers)


def told(text: str, *, step_ms: int = 400, speakers: tuple[Turn, ...] = ()) -> Telling:
    return Telling(transcript(text, step_ms=step_ms, speakers=speakers))


@st.composite
def spoken(draw: st.DrawFn, spellings: st.SearchStrategy[str] = SPELLINGS, names: bool = False) -> Transcript:
    """Words of any kind, as close together and as long as words may be; speakers from the first word on, or none."""
    words: list[Word] = []
    at = draw(st.integers(0, 400_000_000))
    for text in draw(st.lists(spellings, max_size=150)):
        length = draw(st.sampled_from([1, 300, 300, 300, 9000]))
        words.append(Word(text, at, at + length))
        at += draw(st.sampled_from([0, 1, 250, 300, 300, 300, 1600]))
    speakers: list[Turn] = []
    if names and words and draw(st.booleans()):
        places = sorted({0, *draw(st.lists(st.integers(0, len(words) - 1), max_size=6))})
        for place in places:
            name = draw(NAMES)
            turn = Turn(words[place].start_ms, name)
            if not speakers or (speakers[-1].speaker != name and speakers[-1].start_ms < turn.start_ms):
                speakers.append(turn)
    return Transcript("en", at + 10_000, tuple(words), tuple(speakers))
