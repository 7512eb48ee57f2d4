"""An index with company: readers and writers at once, writers that are killed, and episodes that come one by one.

``python -m bench.company ROLE FOLDER ...`` is one of them.
"""

from __future__ import annotations

import json
import random
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from bench.corpus import ALL, built, indexed
from bench.episodes import shared_data
from bench.measure import ROOT
from bench.table import Settings, Table
from podpipe.models import IndexedEpisode
from podpipe.search import ENGINES, open_index, search

EXPLANATION = """\
*Together*: two processes add {commits} episodes between them, one a commit, while two others search without a pause;
every answer is counted, and every error. *Killed*: a process that adds episodes is killed (`kill -9`) at a random
moment of its work, {kills} times; after each the index must answer, with every episode that was there before, and take
another. *Findable*: from the call that adds an episode to the {large:,} passages of the corpus until a search that was
open before finds it. *One by one*: {many:,} episodes added to the same, a commit each."""

HEADER = ("Engine", "What", "Measured", "Target")

QUERY = "open source"


def run(settings: Settings) -> Table:
    """Every engine in turn."""
    commits, kills, many = (20, 3, 30) if settings.quick else (200, 20, 1000)
    rows: list[tuple[str, ...]] = []
    large = 0
    for engine in ENGINES:
        rows += [
            (engine, "together", _together(settings.folder / f"together-{engine}", engine, commits), "0 errors"),
            (engine, "killed", _killed(settings.folder / f"killed-{engine}", engine, kills), "0 errors"),
        ]
        there = built(settings, engine, 12_000 if settings.quick else ALL)
        large = there.passages
        grown = settings.folder / f"grown-{engine}" / "index"
        shutil.rmtree(grown.parent, ignore_errors=True)
        shutil.copytree(there.folder, grown)
        findable, slowest = _one_by_one(grown, many)
        rows += [
            (engine, "findable", findable, "≤ 0.35 s"),
            (engine, "one by one", slowest, "slowest ≤ 1 s"),
        ]
        shutil.rmtree(grown.parent)
    explanation = EXPLANATION.format(commits=commits, kills=kills, many=many, large=large)
    return Table("In company", explanation, HEADER, tuple(rows))


def _together(folder: Path, engine: str, commits: int) -> str:
    shutil.rmtree(folder, ignore_errors=True)
    with open_index(folder / "index", create=True, engine=engine) as index:
        index.add([_episode(0)])
    readers = [_start("read", folder) for _ in range(2)]
    writers = [_start("write", folder, str(first), str(commits // 2)) for first in (1000, 2000)]
    failed = sum(writer.wait() != 0 for writer in writers)
    (folder / "stop").touch()
    answers = errors = 0
    for reader in readers:
        said = json.loads(reader.communicate()[0])
        answers, errors = answers + said["answers"], errors + said["errors"]
    with open_index(folder / "index") as index:
        there = len(index.episode_ids())
    return f"{failed + errors} errors in {answers:,} answers; {there - 1} of {commits} episodes there"


def _killed(folder: Path, engine: str, kills: int) -> str:
    shutil.rmtree(folder, ignore_errors=True)
    chance = random.Random(7)
    with open_index(folder / "index", create=True, engine=engine) as index:
        index.add([_episode(0)])
    errors, before = 0, {_episode(0).episode.id}
    for number in range(kills):
        writer = _start("write", folder, str(1000 * (number + 1)), "1000000")
        assert writer.stdout is not None
        writer.stdout.readline()  # it is under way
        time.sleep(chance.uniform(0, 1))
        writer.kill()
        writer.wait()
        try:
            with open_index(folder / "index") as index:
                now = index.episode_ids()
                errors += not before <= now or not search(index, QUERY).hits
                index.add([_episode(number)])
                before = index.episode_ids()
        except Exception as error:  # whatever it is, it is what is counted
            print(error, file=sys.stderr)
            errors += 1
    return f"{errors} errors after {kills} kills; {len(before)} episodes there"


def _one_by_one(folder: Path, many: int) -> tuple[str, str]:
    """How long an episode takes to be found, and each to be added."""
    found, added, tidied = [], [], []
    with open_index(folder) as index, open_index(folder) as other:
        search(other, QUERY)
        for number in range(many):
            episode = _episode(
                number, word=f"zyx{chr(97 + number // 26 % 26)}{chr(97 + number % 26)}q" if number < 20 else ""
            )
            started = time.perf_counter()
            index.add([episode])
            added.append(time.perf_counter() - started)
            if number < 20:
                word = f"zyx{chr(97 + number // 26 % 26)}{chr(97 + number % 26)}q"
                if not any(hit.episode_id == episode.episode.id for hit in search(other, f'"{word}"').hits):
                    raise RuntimeError(f"{folder} lacks an episode that was added")
                found.append(time.perf_counter() - started)
            started = time.perf_counter()
            index.tidy()
            tidied.append(time.perf_counter() - started)
        shape = index.shape()
    times = (
        f"median {statistics.median(added):.2f} s, slowest {max(added):.2f} s; tidied between them: "
        f"{sum(tidied):.0f} s together; {shape.segments} segments at the end"
    )
    return f"median {statistics.median(found):.2f} s, slowest {max(found):.2f} s", times


_TALK: list[IndexedEpisode] = []


def _episode(number: int, word: str = "") -> IndexedEpisode:
    """One of twenty episodes of the corpus under an id of its own; with a word put in."""
    if not _TALK:
        _TALK.extend(islice(indexed(shared_data("corpus", "changelog-transcripts.tar.xz"), ALL), 20))
    talk = _TALK[number % len(_TALK)]
    facts = replace(talk.episode, id=f"added-{number}", published=datetime(2026, 1, 1, tzinfo=UTC))
    first, *rest = talk.passages
    if word:
        first = replace(first, sentences=(replace(first.sentences[0], text=f"Now {word} again."), *first.sentences[1:]))
    return replace(talk, episode=facts, passages=(first, *rest))


def _start(role: str, folder: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bench.company", role, str(folder), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def _read(folder: Path) -> None:
    answers = errors = 0
    with open_index(folder / "index") as index:
        while not (folder / "stop").exists():
            try:
                errors += not search(index, QUERY).hits
            except Exception as error:  # as in ``_killed``
                print(error, file=sys.stderr)
                errors += 1
            answers += 1
    print(json.dumps({"answers": answers, "errors": errors}))


def _write(folder: Path, first: int, count: int) -> None:
    with open_index(folder / "index") as index:
        for number in range(first, first + count):
            index.add([_episode(number)])
            if number == first:
                print("begun", flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "read":
        _read(Path(sys.argv[2]))
    else:
        _write(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
