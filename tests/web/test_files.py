from __future__ import annotations

import time
from pathlib import Path

import pytest

from podpipe import audio, clips
from podpipe.chapters import reading
from web_app import HOSTILE, MEMORY, Served

AUDIO = f"/episodes/{MEMORY}/audio.mp3"


@pytest.fixture(scope="module")
def whole(served: Served) -> bytes:
    return (served.library.folder(MEMORY).tagged).read_bytes()


def test_audio_is_whole_and_of_its_type(served: Served, whole: bytes) -> None:
    answer = served.client.get(AUDIO)
    assert answer.content == whole
    assert answer.headers["content-type"] == "audio/mpeg"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-length"] == str(len(whole))
    assert "content-encoding" not in answer.headers
    assert not answer.headers["etag"].startswith("W/")


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("0-99", 0, 100), ("100-", 100, None), ("-50", -50, None), ("5-5", 5, 6), ("10-99999999", 10, None)],
)
def test_a_part_of_the_audio(served: Served, whole: bytes, asked: str, start: int, end: int | None) -> None:
    answer = served.client.get(AUDIO, headers={"Range": f"bytes={asked}"})
    assert answer.status_code == 206
    assert answer.content == whole[start:end]
    first = start % len(whole)
    assert answer.headers["content-range"] == f"bytes {first}-{first + len(answer.content) - 1}/{len(whole)}"


def test_a_part_beyond_the_end(served: Served, whole: bytes) -> None:
    answer = served.client.get(AUDIO, headers={"Range": f"bytes={len(whole)}-"})
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(whole)}")


def test_a_resumed_download_never_joins_two_files(served: Served, whole: bytes) -> None:
    etag = served.client.head(AUDIO).headers["etag"]
    resumed = served.client.get(AUDIO, headers={"Range": "bytes=9-", "If-Range": etag})
    assert (resumed.status_code, resumed.content) == (206, whole[9:])
    other = served.client.get(AUDIO, headers={"Range": "bytes=9-", "If-Range": '"other"'})
    assert (other.status_code, other.content) == (200, whole)


def test_what_the_client_has_is_not_sent_again(served: Served) -> None:
    for path in (
        AUDIO,
        f"/episodes/{MEMORY}/words.json",
        f"/api/episodes/{MEMORY}/transcript.vtt",
        f"/api/episodes/{MEMORY}/chapters",
    ):
        etag = served.client.get(path).headers["etag"]
        answer = served.client.get(path, headers={"If-None-Match": etag})
        assert (answer.status_code, answer.content) == (304, b"")


def test_head_says_the_same_without_the_bytes(served: Served) -> None:
    head, get = served.client.head(AUDIO), served.client.get(AUDIO)
    assert head.content == b""
    assert {n: head.headers[n] for n in ("etag", "content-length")} == {
        n: get.headers[n] for n in ("etag", "content-length")
    }


def test_the_address_in_the_page_is_kept_for_ever(served: Served) -> None:
    page = served.client.get(f"/episodes/{MEMORY}").text
    address = page.split('src="' + AUDIO)[1].split('"')[0]
    assert "immutable" in served.client.get(AUDIO + address).headers["cache-control"]
    assert "no-cache" in served.client.get(AUDIO + "?v=0").headers["cache-control"]


def test_scripts_are_kept_for_ever_below_their_version(served: Served) -> None:
    page = served.client.get(f"/episodes/{MEMORY}").text
    address = "/static/" + page.split('src="/static/')[1].split('"')[0]
    answer = served.client.get(address)
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]
    assert "immutable" not in served.client.get("/static/old/player.js").headers["cache-control"]
    assert served.client.get("/static/old/..%2frender.py").status_code == 404


def test_pages_are_compressed(served: Served) -> None:
    answer = served.client.get(f"/episodes/{MEMORY}", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"


def test_a_clip_is_the_chapter(served: Served, tmp_path: Path) -> None:
    page = served.client.get(f"/api/episodes/{MEMORY}").json()
    chapter = page["chapters"][0]
    answer = served.client.get(f"/episodes/{MEMORY}/clips/1.mp3")
    path = tmp_path / "clip.mp3"
    path.write_bytes(answer.content)
    # The sound of this library is three seconds long; the chapter is longer, and so all of it is there.
    assert chapter["end_ms"] > 3000
    assert audio.probe(path).duration_ms == pytest.approx(3000, abs=120)
    assert served.client.get(f"/episodes/{MEMORY}/clips/9.mp3").status_code == 404


def test_a_clip_is_cut_to_the_millisecond(demo: Path, tmp_path: Path) -> None:
    import numpy as np

    from podpipe import encoding

    source = demo / "episode.mp3"
    like = encoding.shape(source, "mp3")
    all_of_it = np.frombuffer(b"".join(encoding.pcm(source, like)), np.int16).astype(float)
    later = np.frombuffer(b"".join(encoding.pcm(source, like, start_ms=61_234)), np.int16).astype(float)
    start = like.size(61_234) // 2
    seconds = like.rate
    lags = range(-60, 61)
    fit = [float(np.dot(all_of_it[start + 50 + lag : start + seconds + lag], later[50:seconds])) for lag in lags]
    assert abs(lags[int(np.argmax(fit))]) <= like.rate // 1000


def test_clips_are_kept_within_bounds(served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = served.library.folder(MEMORY)
    first = clips.clip(folder, 1, tmp_path)
    assert clips.clip(folder, 1, tmp_path) == first
    assert not reading.read(first)
    monkeypatch.setattr(clips, "_KEPT_BYTES", first.stat().st_size + 10)
    time.sleep(0.02)
    second = clips.clip(served.library.folder(HOSTILE), 1, tmp_path)
    assert list(tmp_path.iterdir()) == [second]
