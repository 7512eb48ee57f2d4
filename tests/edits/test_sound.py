from __future__ import annotations

import itertools
from pathlib import Path

import av
import numpy as np
import pytest
from mutagen.easyid3 import EasyID3

from podpipe import chapters, cutting, edits, encoding
from podpipe.edits import sound
from podpipe.encoding import Shape
from podpipe.errors import AudioError, PodpipeError
from podpipe.library import Library
from podpipe.models import Chapter

LIKE = Shape(48_000, 1)
FADE = LIKE.size(8) // 2
"""Samples that a fade may change."""


def write(path: Path, samples: np.ndarray) -> Path:
    encoding.write(path, path.suffix[1:], [samples.astype(np.int16).tobytes()], LIKE)
    return path


def samples_of(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        return np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])


@pytest.fixture
def ramp(tmp_path: Path) -> Path:
    """Four seconds in which each sample tells where it is, without loss."""
    return write(tmp_path / "ramp.flac", np.arange(4 * 48_000) % 30_011 + 1)


@pytest.fixture
def jingle(tmp_path: Path) -> Path:
    return write(tmp_path / "jingle.flac", np.full(24_000, -7000))


def test_the_sound_is_cut_to_the_sample_and_faded_only_at_the_joins(ramp: Path, tmp_path: Path) -> None:
    made = cutting.cut(Library(tmp_path), str(ramp), ["1.0-1.5", "3.25-"], [], tmp_path / "out.flac")
    assert (made.old_ms, made.new_ms) == (4000, 2750)
    old, new = samples_of(ramp), samples_of(tmp_path / "out.flac")
    wanted = np.concatenate([old[:48_000], old[72_000:156_000]])
    assert new.size == wanted.size
    different = np.flatnonzero(new != wanted)
    assert different.min() >= 48_000 - FADE
    assert different.max() < 48_000 + FADE
    assert abs(int(new[48_000])) < 100


def test_what_is_inserted_stands_where_it_was_told(ramp: Path, jingle: Path, tmp_path: Path) -> None:
    made = cutting.cut(Library(tmp_path), str(ramp), [], [f"{jingle}@2.0"], tmp_path / "out.flac")
    assert made.new_ms == 4500
    new, old = samples_of(tmp_path / "out.flac"), samples_of(ramp)
    assert (new[96_000 + FADE : 120_000 - FADE] == -7000).all()
    assert (new[: 96_000 - FADE] == old[: 96_000 - FADE]).all()
    assert (new[120_000 + FADE :] == old[96_000 + FADE :]).all()


def test_chapters_and_tags_go_with_the_sound(tone: Path, tmp_path: Path) -> None:
    source = tmp_path / "talk.mp3"
    source.write_bytes(tone.read_bytes())
    listed = [Chapter("One", 0, 1000), Chapter("Cut", 1000, 2000), Chapter("Three", 2000, 3000, url="https://e.org/")]
    chapters.write(source, listed)
    tags = EasyID3(source)
    tags["title"] = "A talk"
    tags.save(source)
    before = source.read_bytes()
    for kind in encoding.ENCODERS:
        out = tmp_path / f"out.{kind}"
        cutting.cut(Library(tmp_path), str(source), ["1.0-2.0"], [], out)
        assert [(c.title, c.start_ms) for c in chapters.read(out)] == [("One", 0), ("Three", 1000)]
        assert b"https://e.org/" in out.read_bytes()
        assert b"A talk" in out.read_bytes() or "A talk".encode("utf-16-le") in out.read_bytes()
    assert source.read_bytes() == before


@pytest.mark.parametrize(
    ("removed", "inserted", "said"),
    [
        (["2:00-3:00"], [], "--remove 2:00-3:00 is no stretch of a sound of 0:04.000"),
        (["0:02-0:01"], [], "--remove 0:02-0:01 is no stretch"),
        (["soon"], [], "--remove soon: 'soon' is no stretch"),
        (["a-b"], [], "--remove a-b: 'a' is no time"),
        (["-"], [], "--remove -: '-' is no stretch"),
        (["0-4"], [], "nothing of .* would be left"),
        ([], ["nothing.mp3@0:01"], "there is no file nothing.mp3"),
        ([], ["nothing.mp3"], "write it like jingle.mp3@2:00"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    ramp: Path, tmp_path: Path, removed: list[str], inserted: list[str], said: str
) -> None:
    with pytest.raises(AudioError, match=said):
        cutting.cut(Library(tmp_path), str(ramp), removed, inserted, tmp_path / "out.flac")
    assert list(tmp_path.iterdir()) == [ramp]


@pytest.mark.parametrize("name", ["ramp.flac", "out.doc", "out"])
def test_an_output_that_cannot_be_is_refused(ramp: Path, tmp_path: Path, name: str) -> None:
    before = ramp.read_bytes()
    with pytest.raises(PodpipeError, match="--output"):
        cutting.cut(Library(tmp_path), str(ramp), ["1-2"], [], tmp_path / name)
    assert ramp.read_bytes() == before


def test_the_sound_is_streamed(ramp: Path) -> None:
    timeline = edits.edit(4000, [(1000, 1500)])
    blocks = sound.lay(ramp, timeline, {}, LIKE)
    assert max(map(len, itertools.islice(blocks, 5))) < 100_000


def test_stereo_stays_stereo(tmp_path: Path) -> None:
    stereo = Shape(48_000, 2)
    path = tmp_path / "two.flac"
    both = np.stack([np.full(96_000, 1000), np.full(96_000, -1000)], 1).astype(np.int16)
    encoding.write(path, "flac", [both.tobytes()], stereo)
    cutting.cut(Library(tmp_path), str(path), ["0.5-1"], [], tmp_path / "out.flac")
    assert encoding.shape(tmp_path / "out.flac", "flac") == stereo
    new = samples_of(tmp_path / "out.flac").reshape(-1, 2)
    assert len(new) == 72_000
    assert (new[:20_000] == [1000, -1000]).all()
