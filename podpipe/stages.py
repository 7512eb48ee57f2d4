"""The stages, each from files in the episode's folder to files in the episode's folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from podpipe import learned, library, minilm, storage, timecode
from podpipe.errors import TranscriptError
from podpipe.models import Chapters, Cue, Episode, Hypothesis, IndexedEpisode, Notes, Outline, Sentence, Transcript
from podpipe.work import Made, Work

if TYPE_CHECKING:
    from podpipe.align import follow
    from podpipe.audio import Samples
    from podpipe.net import Client
    from podpipe.search import Index
    from podpipe.speech.engine import Recogniser

_OUTLIVED_MS = 1000
"""A transcript that a person has corrected fits an audio of the same length, give or take this."""

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
    outline = outline_of(work.folder, work.episode)
    learned.remember(work.folder.path.parent, work.episode, outline.vocabulary)
    return outline


def outline_of(folder: library.EpisodeFolder, episode: Episode) -> Outline:
    """The notes that are kept in the episode's folder, read as an Outline."""
    from podpipe.notes import read_outline

    people = [person.name for person in episode.persons]
    return read_outline(folder.notes() or Notes(""), title=episode.title, show=episode.show, people=people)


def transcribe(work: Work, tools: Tools, outline: Outline) -> None:
    """The sound, with the vocabulary of the notes → ``hypothesis.json``; on the way its ``loudness.npy``.

    What the show's other episodes teach is no input, nor is the publisher's transcript: they may come and go without
    this one being heard anew.
    """
    original = work.folder.original()
    inputs = [work.digests(original.name), tools.recogniser.name, tools.language, outline.vocabulary, outline.sections]

    def action() -> Made:
        from podpipe import audio, sound, speech

        meter = sound.Meter()
        limits = tools.client.config.limits

        def hear(block: Samples) -> None:
            meter.hear(block)
            limits.check_length(meter.duration_ms, work.episode.title)  # a header need not tell the truth

        taught = learned.taught(work.folder.path.parent, work.episode, outline.vocabulary)
        total = audio.probe(original).duration_ms
        hypothesis = speech.transcribe(
            original,
            tools.recogniser,
            language=tools.language,
            vocabulary=[*outline.vocabulary, *taught],
            script=_script(work, outline),
            on_progress=lambda done: work.progress("transcribe", done, total),
            on_block=hear,
        )
        files = {library.HYPOTHESIS: storage.encode(hypothesis), library.LOUDNESS: sound.encode(meter.sound())}
        return Made(files, facts={"taught": ", ".join(term.text for term in taught)} if taught else {})

    work.stage("transcribe", inputs, [library.HYPOTHESIS], action)


def _script(work: Work, outline: Outline) -> follow.Reader:
    """What may be read in the sound: the publisher's transcript or the notes, whichever tells more."""
    from podpipe.align import follow, published

    notes = follow.reader_of(outline)
    offered = work.folder.published_transcript()
    try:
        said = published.reader_of(_cues(offered) if offered else ())
    except TranscriptError:  # a remark when words and notes are aligned
        return notes
    return said if len(said.script) > len(notes.script) else notes


def _cues(offered: Path) -> tuple[Cue, ...]:
    """The cues of a published transcript. Raises TranscriptError."""
    from podpipe import transcripts

    try:
        return transcripts.read(offered.read_bytes(), str(offered)).cues
    except OSError as error:
        raise TranscriptError(f"{offered} can't be read: {error.strerror}") from error


def align(work: Work, outline: Outline) -> None:
    """Notes, what the publisher offers, the words heard and the sound → ``transcript.json``, ``chapters.json``."""
    original = work.folder.original()
    published_file = work.folder.path / library.PUBLISHED
    offered = work.folder.published_transcript()
    files = [path.name for path in (published_file, offered) if path and path.exists()]
    encoder = minilm.find()
    inputs = [work.digests(library.HYPOTHESIS, original.name, *files), outline, *([minilm.SHA256] if encoder else [])]

    def action() -> Made:
        from podpipe import topics
        from podpipe.align import align as match
        from podpipe.align import settled
        from podpipe.chapters import json, pictures, reading
        from podpipe.chapters.published import Offer, choose

        hypothesis, heard = settled(work.folder.hypothesis(), work.folder.sound())
        alignment = match(outline, hypothesis, heard)
        transcript = alignment.transcript
        if offered is not None:
            transcript, hypothesis = _as_published(work, offered, transcript, hypothesis)
        offers = [
            Offer("the feed's chapters", lambda: json.read(published_file).chapters if published_file.exists() else ()),
            Offer("the chapters in the file", lambda: reading.read(original)),
        ]
        published, remarks = choose(offers, transcript.duration_ms)
        work.remarks += remarks
        found = (
            Chapters(published) if published else topics.find_chapters(outline, alignment, hypothesis, heard, encoder)
        )
        kept, images = pictures.as_files(found.chapters)
        return Made(
            {
                **images,
                library.TRANSCRIPT: storage.encode(transcript),
                library.CHAPTERS: json.encode(replace(found, chapters=kept)),
            }
        )

    work.stage("align", inputs, [library.TRANSCRIPT, library.CHAPTERS], action)


def _as_published(
    work: Work, offered: Path, transcript: Transcript, hypothesis: Hypothesis
) -> tuple[Transcript, Hypothesis]:
    """Both as the publisher's transcript has them where the sound agrees, and a remark where little of it does."""
    from podpipe.align import published

    try:
        cues = _cues(offered)
    except TranscriptError as error:
        work.remarks.append(f"the publisher's transcript is not used: {error}")
        return transcript, hypothesis
    checked = published.check(cues, transcript.words)
    if remark := published.remark(checked):
        work.remarks.append(remark)
    spelled = replace(hypothesis, words=published.check(cues, hypothesis.words).words)
    return replace(transcript, words=checked.words, speakers=checked.speakers), spelled


def transcripts(work: Work) -> None:
    """``transcript.json`` → the forms that people and players read."""
    inputs = work.digests(library.TRANSCRIPT)

    def action() -> Made:
        from podpipe.transcripts import WRITERS
        from podpipe.transcripts.telling import Telling

        telling = Telling(work.folder.transcript())
        return Made(
            {name: WRITERS[name.rpartition(".")[2]](telling).encode("utf-8", "replace") for name in TRANSCRIPTS}
        )

    work.stage("transcripts", inputs, TRANSCRIPTS, action)


def tag(work: Work) -> None:
    """The original, its chapters and what is known of the episode → ``episode.mp3``, the audio untouched."""
    from podpipe import tagging

    names = [work.folder.original().name, library.CHAPTERS, library.TRANSCRIPT]
    inputs = [work.digests(*names, *tagging.extras(work.folder)), _told(work)]

    def action() -> Made:
        with storage.replacing(work.folder.tagged) as temporary:
            work.remarks += tagging.tag(work.folder, temporary)
        return Made(written=[library.TAGGED])

    work.stage("tag", inputs, [library.TAGGED], action)


def _told(work: Work) -> Episode:
    """The facts of ``episode.json`` that the MP3 and the index may tell: neither has soundbites."""
    return replace(work.folder.episode(), soundbites=())


def outlived(work: Work) -> None:
    """Say so where chapters or words, edited by hand, belong to an audio that has changed since."""
    if work.ledger.is_edited(library.TRANSCRIPT):
        old_ms, new_ms = work.folder.transcript().duration_ms, work.folder.hypothesis().duration_ms
        if abs(old_ms - new_ms) > _OUTLIVED_MS:
            work.remarks.append(
                f"your {library.TRANSCRIPT} is of an audio of {timecode.clock(old_ms)}, and the audio is now "
                f"{timecode.clock(new_ms)} long; delete it to have it made anew"
            )
    if not work.folder.is_by_hand():
        return
    end_ms = work.folder.transcript().duration_ms
    if late := sum(chapter.start_ms >= end_ms for chapter in work.folder.chapters().chapters):
        work.remarks.append(
            f"{late} of your chapters would begin after the end of the audio; podpipe chapters {work.folder.id} --edit"
        )


def index(work: Work, index: Index) -> None:
    """The transcript and chapters, with the notes' terms that may have been misheard → the search index."""
    inputs = [index.identity, work.digests(library.TRANSCRIPT, library.CHAPTERS), _told(work)]

    def action() -> Made:
        index.add([indexed(work.folder)], lambda: work.progress("wait", 0, None))
        return Made()

    work.stage("index", inputs, [], action)
    if "index" in work.seconds:
        index.tidy(lambda: work.progress("tidy", 0, None))


def indexed(folder: library.EpisodeFolder) -> IndexedEpisode:
    """An episode as the index takes it. Raises LibraryError where its files can't be read."""
    from podpipe.search.passages import passages
    from podpipe.speech.aliases import Aliases
    from podpipe.transcripts.sentences import spoken

    episode, transcript = folder.episode(), folder.transcript()
    outline = outline_of(folder, episode)
    taught = learned.taught(folder.path.parent, episode, outline.vocabulary)
    aliases = Aliases([term.text for term in (*outline.vocabulary, *taught)], transcript.words)
    sentences = [
        Sentence(" ".join(w.text for w in words), words[0].start_ms, words[-1].end_ms, speaker, aliases.of(words))
        for speaker, words in spoken(transcript)
    ]
    chapters = tuple(chapter for chapter in folder.chapters().chapters if chapter.toc and chapter.title)
    return IndexedEpisode(
        episode=episode,
        language=transcript.language,
        chapters=chapters,
        passages=passages(folder.id, chapters, sentences),
    )
