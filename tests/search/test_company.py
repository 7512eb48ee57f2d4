"""An index with company: readers while others write, two writers, writers that are killed. On both engines."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from library_of_talk import STEP_MS, episode

from podpipe.search import ENGINES, Index, open_index, search, whoosh

WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from library_of_talk import episode
from podpipe.search import open_index

folder, engine, name, count = sys.argv[1:]
with open_index(Path(folder), create=True, engine=engine) as index:
    for number in range(int(count)):
        said = [f"Zebras of round {{number}} by {{name}}."] * 12
        index.add([episode(f"{{name}}-{{number % 50}}", {{"Topic": said}})])
        print(number, flush=True)
"""


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def writer(folder: Path, engine: str, name: str, count: int) -> subprocess.Popen[str]:
    code = WRITER.format(tests=str(Path(__file__).parent))
    return subprocess.Popen(
        [sys.executable, "-c", code, str(folder), engine, name, str(count)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(process: subprocess.Popen[str]) -> None:
    _, errors = process.communicate(timeout=600)
    assert process.returncode == 0, errors


class Reader(threading.Thread):
    """Searches until it is told to stop, in one opening or in a new one each time; keeps what went wrong."""

    def __init__(self, folder: Path, *, reopens: bool) -> None:
        super().__init__()
        self._folder, self._reopens = folder, reopens
        self.stopping = threading.Event()
        self.searches = 0
        self.faults: list[str] = []

    def run(self) -> None:
        try:
            while not self.stopping.is_set():
                with open_index(self._folder) as index:
                    self._look(index)
                    while not self._reopens and not self.stopping.is_set():
                        self._look(index)
        except Exception as error:  # whatever it is, it is what this test looks for
            self.faults.append(repr(error))

    def _look(self, index: Index) -> None:
        hits = search(index, "zebras round", limit=100).hits
        self.searches += 1
        ids = [hit.episode_id for hit in hits]
        if not hits or len(ids) != len(set(ids)) or "before" not in ids:
            self.faults.append(f"hits: {ids}")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # Whoosh begins again where a segment has gone
def test_readers_never_fail_during_two_hundred_commits(tmp_path: Path, engine: str) -> None:
    folder = tmp_path / "index"
    with open_index(folder, create=True, engine=engine) as index:
        index.add([episode("before", {"Topic": ["Zebras of a round before."]})])
    readers = [Reader(folder, reopens=reopens) for reopens in (False, False, True)]
    for reader in readers:
        reader.start()
    finished(writer(folder, engine, "w", 200))
    for reader in readers:
        reader.stopping.set()
        reader.join()
    assert [reader.faults for reader in readers] == [[], [], []]
    assert all(reader.searches > 20 for reader in readers)
    with open_index(folder) as index:
        assert index.episode_ids() == {"before", *(f"w-{number}" for number in range(50))}
        assert index.shape().segments < 60


@pytest.mark.slow
def test_two_writers_take_turns_and_lose_nothing(tmp_path: Path, engine: str) -> None:
    folder = tmp_path / "index"
    writers = [writer(folder, engine, name, 40) for name in ("one", "two")]
    for process in writers:
        finished(process)
    with open_index(folder) as index:
        assert index.episode_ids() == {f"{name}-{number}" for name in ("one", "two") for number in range(40)}
        assert len(list(index.stored("one-7"))) == len(list(index.stored("two-39"))) > 0


@pytest.mark.slow
def test_a_writer_that_is_killed_leaves_an_index_that_answers(tmp_path: Path, engine: str) -> None:
    folder, chance = tmp_path / "index", random.Random(7)
    with open_index(folder, create=True, engine=engine) as index:
        index.add([episode("before", {"Topic": ["Zebras of a round before."]})])
    for round_number in range(12):
        process = writer(folder, engine, f"killed{round_number}", 10_000)
        assert process.stdout is not None
        done = [int(process.stdout.readline()) for _ in range(2)]
        time.sleep(chance.uniform(0, 0.4))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        with open_index(folder) as index:
            ids = index.episode_ids()
            assert {"before", *(f"killed{round_number}-{number}" for number in done)} <= ids
            hits = search(index, "zebras round", limit=100).hits
            assert all(hit.start_ms % STEP_MS == 0 for hit in hits)
            assert {hit.episode_id for hit in hits} <= ids
            index.add([episode("after", {"Topic": [f"Okapis after round {round_number}."]})])
            (hit,) = search(index, "okapis").hits
            assert hit.snippet.text == f"Okapis after round {round_number}."


def test_a_commit_merges_no_more_than_it_has_time_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = [f"Zebras of round {number}." for number in range(40)]
    with open_index(tmp_path / "index", create=True, engine="whoosh") as index:
        index.add([episode("first", {"Topic": said})])
        size = index.shape().documents
        monkeypatch.setattr(whoosh, "_AT_ONCE", 3 * size)
        for number in range(5):
            index.add([episode(f"show-{number}", {"Topic": said})])
        assert index.shape().segments == 6
        monkeypatch.setattr(whoosh, "_AT_ONCE", 4 * size)
        index.add([episode("last", {"Topic": said})])
        assert index.shape().segments == 3
        assert len(index.episode_ids()) == 7


def test_many_segments_become_few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whoosh, "_AT_ONCE", 0)
    begun: list[bool] = []
    with open_index(tmp_path / "index", create=True, engine="whoosh") as index:
        for number in range(whoosh._MANY + 1):
            index.tidy(lambda: begun.append(True))
            assert begun == []
            index.add([episode(f"show-{number}", {"Topic": [f"Zebras of round {number}."]})])
        index.tidy(lambda: begun.append(True))
        assert begun == [True]
        assert index.shape().segments == 1
        assert len(index.episode_ids()) == whoosh._MANY + 1
        assert search(index, '"round 7"').hits[0].episode_title == search(index, "show-7").hits[0].episode_title
