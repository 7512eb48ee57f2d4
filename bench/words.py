"""When each word begins: against word times that other programs set on human speech."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from bench.episodes import Truth, shared_data
from bench.figures import bare, percentile
from bench.listening import heard, made_of
from bench.table import Settings, Table
from podpipe import sound
from podpipe.models import Notes, Outline, Word
from podpipe.notes import read_outline

TARGET = "≤ 50 ms"

EXPLANATION = """\
Word starts of human speech beside those of other aligners (`librivox`: a read novel, by PocketSphinx; `mfa`:
spontaneous speech, by the Montreal Forced Aligner). Both are machines' opinions: a check of agreement, not truth.
*Whisper alone* are the word times of the engine; *podpipe* are those of the transcript, without notes or with the text
as notes. Compared are the words that both have, in order."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A recording, its text, and its words with their starts (ms)."""

    name: str
    audio: Path
    text: Path
    words: tuple[tuple[str, int], ...]


def run(settings: Settings) -> Table:
    """Compare word starts file by file, and all together."""
    files = references(shared_data("speech"))
    rows = []
    for corpus in ("librivox", "mfa"):
        own = [file for file in files if file.name == corpus]
        found = {way: [differences(file.words, words(settings, file)) for file in own] for way, words in WAYS.items()}
        rows += [_row(corpus, len(own), way, lists, sum(len(f.words) for f in own)) for way, lists in found.items()]
    for way, words in WAYS.items():
        lists = [differences(file.words, words(settings, file)) for file in files]
        rows.append(_row("all together", len(files), way, lists, sum(len(file.words) for file in files)))
    header = (
        "Speech",
        "Files",
        "Word times of",
        "Words compared",
        "Median",
        "Target",
        "90th percentile",
        "Mean, signed",
    )
    return Table("Word starts", EXPLANATION, header, tuple(rows))


def references(folder: Path) -> list[Reference]:
    """The recordings that have word times."""
    found = [
        Reference("librivox", path.with_suffix(".wav"), path.with_suffix(".txt"), sphinx_words(path.read_text("utf-8")))
        for path in sorted((folder / "librivox").glob("*.json"))
    ]
    found += [
        Reference("mfa", path.with_suffix(".wav"), path.with_suffix(".txt"), textgrid_words(path.read_text("utf-8")))
        for path in sorted((folder / "mfa").glob("*.TextGrid"))
    ]
    return found


def sphinx_words(text: str) -> tuple[tuple[str, int], ...]:
    """The words of PocketSphinx's alignment (JSON; seconds), without silences and marks of pronunciation."""
    spoken = [word for word in json.loads(text)["w"] if not word["t"].startswith(("<", "["))]
    return tuple((re.sub(r"\(\d+\)$", "", word["t"]), round(1000 * word["b"])) for word in spoken)


def textgrid_words(text: str) -> tuple[tuple[str, int], ...]:
    """The words of the first tier of a TextGrid in Praat's short form: start, end, label, each on a line."""
    lines = text.partition('"words"')[2].split("\n")[1:]
    count, rest = int(lines[2]), lines[3:]
    intervals = [(rest[3 * number], rest[3 * number + 2].strip('"')) for number in range(count)]
    return tuple((label, round(1000 * float(start))) for start, label in intervals if label)


def differences(reference: Sequence[tuple[str, int]], words: Sequence[Word]) -> list[int]:
    """By how much (ms) the words that are in both, in order, begin later than in the reference."""
    ours, theirs = [bare(word.text) for word in words], [bare(text) for text, _ in reference]
    found = []
    for block in Levenshtein.opcodes(theirs, ours):
        if block.tag == "equal":
            pairs = zip(
                reference[block.src_start : block.src_end], words[block.dest_start : block.dest_end], strict=True
            )
            found += [word.start_ms - start_ms for (_, start_ms), word in pairs]
    return found


def _whisper(settings: Settings, file: Reference) -> Sequence[Word]:
    return heard(settings, _truth(file), notes=False).words


def _alone(settings: Settings, file: Reference) -> Sequence[Word]:
    return made_of(Outline(), heard(settings, _truth(file), notes=False), sound.listen(file.audio)).transcript.words


def _told(settings: Settings, file: Reference) -> Sequence[Word]:
    outline = read_outline(Notes(file.text.read_text("utf-8")))
    return made_of(outline, heard(settings, _truth(file), notes=True), sound.listen(file.audio)).transcript.words


WAYS = {"Whisper alone": _whisper, "podpipe, no notes": _alone, "podpipe, the text as notes": _told}


def _truth(file: Reference) -> Truth:
    return Truth(file.audio.stem, file.audio, file.text, ())


def _row(speech: str, files: int, way: str, lists: Sequence[Sequence[int]], words: int) -> tuple[str, ...]:
    found = [difference for one in lists for difference in one]
    sizes = [abs(difference) for difference in found]
    return (
        speech,
        str(files),
        way,
        f"{len(found)} of {words}",
        f"{percentile(sizes, 0.5):.0f} ms",
        "–" if way == "Whisper alone" else TARGET,
        f"{percentile(sizes, 0.9):.0f} ms",
        f"{sum(found) / len(found):+.0f} ms",
    )
