"""Episodes heard, and what podpipe makes of them: ``python -m bench.listening MODEL AUDIO OUT [NOTES]``."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path

from bench import measure
from bench.episodes import Truth
from bench.table import Settings
from podpipe import minilm, sound, storage
from podpipe.align import align, settled
from podpipe.models import Chapters, Hypothesis, Notes, Outline, Transcript
from podpipe.notes import read_outline
from podpipe.sound import Sound
from podpipe.topics import find_chapters

MODES = ("script", "agenda only", "no notes")
"""What is known of an episode: its notes, the topics that they announce, nothing."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What podpipe makes of an episode."""

    transcript: Transcript
    chapters: Chapters


def outcome(settings: Settings, truth: Truth, mode: str, model: str = "base") -> Outcome:
    """Hear an episode in one of MODES; where only its agenda is known, it is heard without hints."""
    told = outline_of(truth, mode)
    return made_of(told, heard(settings, truth, model, notes=mode == "script"), sound.listen(truth.audio))


def outline_of(truth: Truth, mode: str) -> Outline:
    """What the notes say in a mode."""
    whole = read_outline(Notes(truth.notes.read_text("utf-8")))
    return {"script": whole, "agenda only": Outline(whole.agenda), "no notes": Outline()}[mode]


def made_of(outline: Outline, hypothesis: Hypothesis, loudness: Sound, *, by_meaning: bool = True) -> Outcome:
    """Transcript and chapters, as ``podpipe ingest`` makes them; or without an encoder of sentences."""
    hypothesis, loudness = settled(hypothesis, loudness)
    alignment = align(outline, hypothesis, loudness)
    encoder = minilm.find() if by_meaning else None
    return Outcome(alignment.transcript, find_chapters(outline, alignment, hypothesis, loudness, encoder))


def heard(settings: Settings, truth: Truth, model: str = "base", *, notes: bool) -> Hypothesis:
    """What is heard, with the notes in hand or without; once in a run, in a process of its own as engines are large."""
    told = [truth.notes] if notes else []
    key = hashlib.sha256("\n".join(map(str, (model, truth.audio, *told))).encode()).hexdigest()[:12]
    path = settings.folder / "heard" / f"{truth.id}-{key}.json"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        measure.python("-m", "bench.listening", model, truth.audio, path, *told)
    return storage.read_json(path, Hypothesis)


def main(model: str, audio: Path, out: Path, notes: Path | None = None) -> None:
    """Hear a file and write what was heard."""
    from podpipe import speech
    from podpipe.align import follow

    recogniser = speech.open_recogniser(model=model)
    if notes is None:
        hypothesis = speech.transcribe(audio, recogniser)
    else:
        outline = read_outline(Notes(notes.read_text("utf-8")))
        script = follow.reader_of(outline)
        hypothesis = speech.transcribe(audio, recogniser, vocabulary=outline.vocabulary, script=script)
    storage.write_bytes(out, storage.encode(hypothesis))


if __name__ == "__main__":
    main(sys.argv[1], *map(Path, sys.argv[2:]))
