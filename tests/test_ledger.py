from __future__ import annotations

from pathlib import Path

import pytest

from podpipe import storage
from podpipe.ledger import Ledger
from podpipe.library import EpisodeFolder
from podpipe.models import Episode
from podpipe.work import Made, Work

EPISODE = Episode(id="x", guid="g", title="t")


def silent(episode: Episode, stage: str, done: int, total: int | None) -> None:
    pass


def run(folder: Path, content: bytes, inputs: object = 1, force: frozenset[str] = frozenset()) -> bool:
    """One run of a stage that writes chapters.json; whether it had to run."""
    work = Work(EpisodeFolder(folder), EPISODE, silent, force)
    work.stage("align", inputs, ["chapters.json"], lambda: Made({"chapters.json": content}))
    return "align" in work.seconds


def test_a_stage_runs_once_for_the_same_inputs(tmp_path: Path) -> None:
    assert run(tmp_path, b"a")
    assert not run(tmp_path, b"b")
    assert (tmp_path / "chapters.json").read_bytes() == b"a"


@pytest.mark.parametrize("how", ["inputs", "gone", "forced"])
def test_a_stage_runs_again(tmp_path: Path, how: str) -> None:
    run(tmp_path, b"a")
    if how == "gone":
        (tmp_path / "chapters.json").unlink()
    assert run(
        tmp_path,
        b"b",
        inputs=2 if how == "inputs" else 1,
        force=frozenset({"align"} if how == "forced" else ()),
    )
    assert (tmp_path / "chapters.json").read_bytes() == b"b"


def test_what_a_person_edited_is_kept_even_when_forced(tmp_path: Path) -> None:
    run(tmp_path, b"a")
    (tmp_path / "chapters.json").write_bytes(b"mine")
    assert Ledger(tmp_path).is_edited("chapters.json")
    assert run(tmp_path, b"b", inputs=2, force=frozenset({"align"}))
    assert (tmp_path / "chapters.json").read_bytes() == b"mine"
    assert Ledger(tmp_path).is_edited("chapters.json")


def test_a_person_gets_the_automatic_file_back_by_deleting_theirs(tmp_path: Path) -> None:
    run(tmp_path, b"a")
    (tmp_path / "chapters.json").write_bytes(b"mine")
    run(tmp_path, b"b", inputs=2)
    (tmp_path / "chapters.json").unlink()
    assert run(tmp_path, b"c", inputs=2)
    assert (tmp_path / "chapters.json").read_bytes() == b"c"
    assert not Ledger(tmp_path).is_edited("chapters.json")


def test_a_crash_between_file_and_ledger_is_no_edit(tmp_path: Path) -> None:
    run(tmp_path, b"a")
    Ledger(tmp_path).write({"chapters.json": b"b"})  # killed before finish()
    assert not Ledger(tmp_path).is_edited("chapters.json")
    assert run(tmp_path, b"b", inputs=2)


def test_a_touched_file_is_no_edit(tmp_path: Path) -> None:
    run(tmp_path, b"a")
    (tmp_path / "chapters.json").write_bytes(b"a")
    assert not Ledger(tmp_path).is_edited("chapters.json")


def test_nothing_is_entered_when_a_stage_fails(tmp_path: Path) -> None:
    def action() -> Made:
        raise RuntimeError

    work = Work(EpisodeFolder(tmp_path), EPISODE, silent)
    with pytest.raises(RuntimeError):
        work.stage("align", 1, ["chapters.json"], action)
    assert Ledger(tmp_path).entry("align") is None


def test_the_ledger_survives_a_restart(tmp_path: Path) -> None:
    run(tmp_path, b"a")
    entry = Ledger(tmp_path).entry("align")
    assert entry is not None
    assert entry.outputs["chapters.json"].sha256 == storage.digest_file(tmp_path / "chapters.json")
