"""Episodes made by hand, a sentence every five seconds."""

from __future__ import annotations

from datetime import UTC, datetime

from podpipe.models import Chapter, Episode, IndexedEpisode, Sentence
from podpipe.search.passages import passages

STEP_MS = 5000


def episode(
    name: str,
    topics: dict[str, list[str]],
    *,
    show: str = "Kernel Daily",
    day: tuple[int, int, int] | None = (2026, 3, 1),
    title: str = "",
) -> IndexedEpisode:
    """An episode of topics, each with its sentences."""
    chapters, sentences = [], []
    for topic, said in topics.items():
        start_ms = len(sentences) * STEP_MS
        sentences += [
            Sentence(text, start_ms + number * STEP_MS, start_ms + number * STEP_MS + STEP_MS - 200)
            for number, text in enumerate(said)
        ]
        chapters.append(Chapter(topic, start_ms, len(sentences) * STEP_MS, because="by hand"))
    facts = Episode(
        name,
        f"guid of {name}",
        title or f"Episode {name}",
        show=show,
        published=datetime(*day, tzinfo=UTC) if day else None,
        enclosure=f"https://example.org/{name}.mp3",
    )
    return IndexedEpisode(facts, "en", tuple(chapters), passages(name, chapters, sentences))


KERNEL = episode(
    "kernel",
    {
        "OOM killer": [
            "Once again somebody asked why their database was killed while a leaking browser lived on.",
            "A process can protect itself by writing to oom_score_adj below /proc/self on Linux.",
            "The OOM killer looks at resident memory, page tables and swap.",
        ],
        "Schedulers": [
            "The old O(1) scheduler came with 2.6.31 or thereabouts and was written in C++ by nobody.",
            "A page-fault handler in C# would be quite something, said the killer of jokes.",
        ],
        "io_uring": [
            "Reads through io_uring are now the default, and the worker method stays as the fallback.",
            "Several people asked about containers, where seccomp profiles often forbid it.",
        ],
    },
)
STORAGE = episode(
    "storage",
    {
        "ZFS send": ["A send stream can be resumed in the middle of a large record, which is state of the art."],
        "Shingled drives": ["A rebuild of the array took nine days in one report about shingled drives."],
        "Café talk": ["The naïve café owner doesn’t use PostgreSQL or .NET, and the killer feature is Wi-Fi."],
    },
    show="Storage Weekly",
    day=(2025, 12, 24),
)
UNDATED = episode("undated", {"Memory": ["The array of memory was killed by a rebuild."]}, show="", day=None)
EVERYTHING = (KERNEL, STORAGE, UNDATED)
