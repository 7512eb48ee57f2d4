"""A site of thousands of episodes: how long it takes to publish and to publish again, and what a search loads."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import numpy as np

from bench import corpus, measure
from bench.episodes import shared_data
from bench.host import hosting
from bench.table import Settings, Table
from podpipe import audio, sound, storage
from podpipe import library as names
from podpipe.chapters import json as chapters_json
from podpipe.library import Library
from podpipe.models import Chapter, Chapters, Episode, Transcript, Word
from podpipe.sound import Sound

_BASE = "https://example.org/podcasts/"
_SENTENCES = 60
"""In a chapter."""

_QUERIES = ("kubernetes", "memory leak", '"open source"', "garbage collection in go", "react hooks")
_AWAIT_HITS = """\
() => {
  document.getElementById("q").addEventListener("input", () => { window.asked ??= performance.now(); });
  const seen = () => { if (document.querySelector("a.hit")) window.hitsShown ??= performance.now(); };
  new MutationObserver(seen).observe(document.getElementById("results"), { childList: true });
}
"""
_RUN = """\
import json, resource, sys, time
from pathlib import Path
from podpipe.library import Library
from podpipe.publish import publish
from podpipe.publish.site import Wish
began = time.perf_counter()
done = publish(Library(Path(sys.argv[1])), Path(sys.argv[2]), Wish(sys.argv[3]))
used = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps({"seconds": time.perf_counter() - began, "own_mb": used[0], "others_mb": used[1],
                  "written": len(done.changes.written), "kept": done.changes.kept}))
"""


@dataclass(frozen=True)
class Run:
    """One publish: wall time, peak memory of podpipe and of the largest other process, files written and kept."""

    seconds: float
    own_mb: float
    others_mb: float
    written: int
    kept: int


@dataclass(frozen=True)
class Measured:
    """All that the table tells of."""

    episodes: int
    hours: float
    words: int
    first: Run
    again: Run
    once: Run
    copied_s: float
    pages_mb: float
    index_mb: float
    searches: tuple[tuple[str, float, float], ...]


def run(settings: Settings) -> Table:
    """Publish the corpus, again, and again with one episode changed; then search in it."""
    archive = shared_data("corpus", "changelog-transcripts.tar.xz")
    root, out = settings.folder / "publish", settings.folder / "site"
    hours, words = fill(Library(root), archive, 200 if settings.quick else 2000)
    count = sum(1 for _ in Library(root))
    first = publish(root, out)
    again = publish(root, out)
    retitle(Library(root))
    once = publish(root, out)
    copied_s = copy(root, settings.folder / "copy")
    shutil.rmtree(root)
    return table(Measured(count, hours, words, first, again, once, copied_s, *sizes(out), tuple(searches(out))))


def table(found: Measured) -> Table:
    """What was measured, beside the targets."""
    rows = [
        _row("first", found.first, "≤ 10 min, ≤ 1 GB"),
        _row("again, nothing changed", found.again, "≤ 30 s, no file written"),
        _row("again, one episode retitled", found.once, "≤ 2 min"),
        ("copying the library's files", f"{found.copied_s:.1f} s", "", "", "", "(baseline)"),
    ]
    for query, ms, kb in found.searches:
        rows.append((f"search: {query}", f"{ms:.0f} ms", f"{kb:,.0f} kB loaded", "", "", "≤ 1 s, ≤ 2 MB"))
    return Table(
        f"Publishing {found.episodes:,} episodes",
        f"{found.hours:,.0f} hours of talk, {found.words / 1e6:.1f} million words, with a second of audio each: "
        f"copying sound is not measured. Pages {found.pages_mb:,.0f} MB, search index "
        f"{found.index_mb:,.0f} MB. *Others' peak* is that of the largest process that helps, such as Pagefind. A "
        "search is the first on a page in Chromium, over loopback: from the last key to hits on the page.",
        ("", "time", "podpipe's peak", "others' peak", "files written", "target"),
        tuple(rows),
    )


def sizes(out: Path) -> tuple[float, float]:
    """Megabytes of a site's pages, and of its search index."""
    pages = sum(path.stat().st_size for path in out.rglob("*.html"))
    index = sum(path.stat().st_size for path in (out / "search").rglob("*") if path.is_file())
    return pages / 1e6, index / 1e6


def fill(library: Library, archive: Path, count: int) -> tuple[float, int]:
    """Put transcripts on the shelf as the stages would have left them; hours and words."""
    library.prepare()
    tone = library.root / "tone.mp3"
    audio.write_mp3(tone, [np.zeros(audio.SAMPLE_RATE, np.float32)], audio.SAMPLE_RATE)
    hours, words = 0.0, 0
    for number, (show, title, text) in enumerate(islice(corpus.transcripts(archive), count)):
        published = datetime(2010, 1, 1, tzinfo=UTC) + timedelta(days=2 * number)
        identity = f"{published:%Y-%m-%d}-{title[:40].strip('-').lower()}-{number:08x}"
        said, chapters = _said(text)
        duration_ms = said[-1].end_ms if said else 1000
        episode = Episode(
            identity, f"guid {number}", title.replace("-", " "), show, published, f"https://example.org/{number}.mp3"
        )
        _put(library, episode, Transcript("en", duration_ms, said), chapters, tone)
        hours, words = hours + duration_ms / 3_600_000, words + len(said)
    return hours, words


def publish(root: Path, out: Path) -> Run:
    """Publish in a process of its own."""
    return Run(**json.loads(measure.python("-c", _RUN, root, out, _BASE).output))


def searches(out: Path) -> Iterator[tuple[str, float, float]]:
    """Each query as the first on the search page: milliseconds until hits are shown, kilobytes that were loaded."""
    browser = shutil.which("chromium")
    with suppress(ImportError):
        from playwright.sync_api import sync_playwright

        if browser is None:
            return
        with hosting(out) as url, sync_playwright() as driver:
            opened = driver.chromium.launch(executable_path=browser, args=["--no-sandbox"])
            for query in _QUERIES:
                context = opened.new_context()
                page = context.new_page()
                page.goto(f"{url}search.html")
                loaded: list[int] = []
                page.on(
                    "response",
                    lambda answer, loaded=loaded: loaded.append(int(answer.headers.get("content-length", 0))),
                )
                page.evaluate(_AWAIT_HITS)
                page.fill("#q", query)
                page.wait_for_selector("a.hit", timeout=60_000)
                yield query, page.evaluate("hitsShown - asked"), sum(loaded) / 1000
                context.close()
            opened.close()


def _said(text: str) -> tuple[tuple[Word, ...], tuple[Chapter, ...]]:
    words: list[Word] = []
    starts: list[int] = []
    for number, sentence in enumerate(corpus.sentences(text)):
        if number % _SENTENCES == 0:
            starts.append(sentence.start_ms)
        parts = sentence.text.split()
        step = (sentence.end_ms - sentence.start_ms) // len(parts)
        words += (
            Word(part, sentence.start_ms + place * step, sentence.start_ms + (place + 1) * step)
            for place, part in enumerate(parts)
        )
    ends = [*starts[1:], words[-1].end_ms if words else 1000]
    chapters = (
        Chapter(f"Part {number}", start, end) for number, (start, end) in enumerate(zip(starts, ends, strict=False), 1)
    )
    return tuple(words), tuple(chapters)


def _put(library: Library, episode: Episode, transcript: Transcript, chapters: tuple[Chapter, ...], tone: Path) -> None:
    folder = library.folder(episode.id).path
    folder.mkdir()
    for name in ("original.mp3", names.TAGGED):
        (folder / name).hardlink_to(tone)
    cues = "\n\n".join(
        " ".join(word.text for word in transcript.words[at : at + 12]) for at in range(0, len(transcript.words), 12)
    )
    for form in ("vtt", "srt", "txt"):
        (folder / f"transcript.{form}").write_text(cues, "utf-8")
    levels = np.full(transcript.duration_ms // sound.HOP_MS, -30, np.float32)
    for name, data in {
        names.EPISODE: storage.encode(episode),
        names.TRANSCRIPT: storage.encode(transcript),
        names.CHAPTERS: chapters_json.encode(Chapters(chapters)),
        names.LOUDNESS: sound.encode(Sound(levels)),
        "stages.json": storage.encode(
            {
                "stages": {
                    stage: {"inputs": "", "outputs": {}, "seconds": 0, "facts": {}} for stage in ("fetch", "index")
                }
            }
        ),
    }.items():
        (folder / name).write_bytes(data)


def retitle(library: Library) -> None:
    """Give the newest episode another title."""
    *_, last = library
    path = last.path / names.EPISODE
    path.write_bytes(path.read_bytes().replace(b'"title": "', b'"title": "Again: ', 1))


def copy(root: Path, to: Path) -> float:
    """Seconds that a plain copy of the episodes' files takes."""
    began = time.perf_counter()
    shutil.copytree(root / "episodes", to)
    taken = time.perf_counter() - began
    shutil.rmtree(to)
    return taken


def _row(name: str, done: Run, target: str) -> tuple[str, ...]:
    return (
        name,
        f"{done.seconds:.1f} s",
        f"{done.own_mb:.0f} MB",
        f"{done.others_mb:.0f} MB",
        f"{done.written:,} of {done.written + done.kept:,}",
        target,
    )
