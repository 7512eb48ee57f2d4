"""The stages, each from files in the episode's folder to files in the episode's folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from podpipe import learned, library, storage
from podpipe.models import IndexedEpisode, Notes, Outline
from podpipe.work import Made, Work

if TYPE_CHECKING:
    from podpipe.net import Client
    from podpipe.search import Index
    from podpipe.speech import Recogniser

TRANSCRIPTS = ("transcript.vtt", "transcript.srt", "transcript.txt")


@dataclass(frozen=True, slots=True)
class Tools:
    """What the stages work with, shared by all episodes of a run."""

    client: Client
    recogniser: Recogniser
    index: Index
    language: str | None = None
    """Spoken language (ISO 639-1), or None to have it detected."""


def describe(work: Work, notes: Notes | None) -> Outline:
    """What the publisher says of the episode → ``episode.json`` and ``notes.*``, read as an Outline."""
    files = {library.EPISODE: storage.encode(work.episode)}
    if notes is not None:
        files[library.notes_name(notes)] = notes.text.encode()
    work.stage("describe", [work.episode, notes], list(files), lambda: Made(files))
    work.episode = work.folder.episode()
    from podpipe.notes import read_outline

    kept = work.folder.notes() or Notes("")
    outline = read_outline(kept, title=work.episode.title, show=work.episode.show)
    learned.remember(work.folder.path.parent, work.episode, outline.vocabulary)
    return outline


def transcribe(work: Work, tools: Tools, outline: Outline) -> None:
    """The sound, with the vocabulary of the notes → ``hypothesis.json``; on the way its ``loudness.npy``.

    What the show's other episodes teach is no input: they may come and go without this one being heard anew.
    """
    original = work.folder.original()
    inputs = [work.digests(original.name), tools.recogniser.name, tools.language, outline.vocabulary, outline.sections]

    def action() -> Made:
        from podpipe import audio, sound, speech
        from podpipe.align import follow

        meter = sound.Meter()
        taught = learned.taught(work.folder.path.parent, work.episode, outline.vocabulary)
        total = audio.probe(original).duration_ms
        hypothesis = speech.transcribe(
            original,
            tools.recogniser,
            language=tools.language,
            vocabulary=[*outline.vocabulary, *taught],
            script=follow.reader_of(outline),
            on_progress=lambda done: work.progress("transcribe", done, total),
            on_block=meter.hear,
        )
        files = {library.HYPOTHESIS: storage.encode(hypothesis), library.LOUDNESS: sound.encode(meter.sound())}
        return Made(files, facts={"taught": ", ".join(term.text for term in taught)} if taught else {})

    work.stage("transcribe", inputs, [library.HYPOTHESIS], action)


def align(work: Work, outline: Outline) -> None:
    """The notes, the words heard and the sound → ``transcript.json`` and ``chapters.json``."""
    original = work.folder.original()
    published_file = work.folder.path / library.PUBLISHED
    inputs = [
        work.digests(library.HYPOTHESIS, original.name, *([library.PUBLISHED] if published_file.exists() else [])),
        outline,
    ]

    def action() -> Made:
        from podpipe import chapters, topics
        from podpipe.align import align as match
        from podpipe.chapters import json

        heard = work.folder.sound()
        hypothesis = work.folder.hypothesis()
        alignment = match(outline, hypothesis, heard)
        published = json.read(published_file).chapters if published_file.exists() else chapters.read(original)
        found = topics.find_chapters(outline, alignment, hypothesis, heard, published=published)
        return Made(
            {
                library.TRANSCRIPT: storage.encode(alignment.transcript),
                library.CHAPTERS: json.encode(found),
            }
        )

    work.stage("align", inputs, [library.TRANSCRIPT, library.CHAPTERS], action)


def transcripts(work: Work) -> None:
    """``transcript.json`` → the forms that people and players read."""
    inputs = work.digests(library.TRANSCRIPT)

    def action() -> Made:
        from podpipe.transcripts import FORMATS

        transcript = work.folder.transcript()
        return Made({name: FORMATS[name.rpartition(".")[2]](transcript).encode() for name in TRANSCRIPTS})

    work.stage("transcripts", inputs, TRANSCRIPTS, action)


def tag(work: Work) -> None:
    """The original and its chapters → ``episode.mp3``, the audio untouched."""
    original = work.folder.original()
    inputs = work.digests(original.name, library.CHAPTERS, library.EPISODE)

    def action() -> Made:
        from podpipe.chapters.tag import tag as write

        with storage.replacing(work.folder.tagged) as temporary:
            write(original, temporary, work.episode, work.folder.chapters().chapters)
        return Made(written=[library.TAGGED])

    work.stage("tag", inputs, [library.TAGGED], action)


def index(work: Work, tools: Tools) -> None:
    """The transcript and chapters → the search index."""
    inputs = [tools.index.identity, work.digests(library.EPISODE, library.TRANSCRIPT, library.CHAPTERS)]

    def action() -> Made:
        tools.index.add(indexed(work.folder))
        return Made()

    work.stage("index", inputs, [], action)


def indexed(folder: library.EpisodeFolder) -> IndexedEpisode:
    """An episode as the index takes it. Raises LibraryError where its files can't be read."""
    from podpipe.search.passages import passages
    from podpipe.transcripts.sentences import sentences

    transcript, chapters = folder.transcript(), folder.chapters().chapters
    return IndexedEpisode(
        episode=folder.episode(),
        language=transcript.language,
        chapters=chapters,
        passages=passages(folder.id, chapters, sentences(transcript)),
    )
