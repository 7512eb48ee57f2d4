"""Media that would have the decoder open something else, or unpack without end."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import struct
import subprocess
import sys
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from mutagen.id3 import APIC, ID3

from ingest_run import Run
from loopback import Loopback, loopback
from podpipe import audio
from podpipe.chapters import reading
from podpipe.config import Config, Limits
from podpipe.errors import AudioError, PodpipeError


@pytest.fixture
def inner() -> Iterator[Loopback]:
    """A service of this machine that nobody from outside should reach."""
    with loopback("127.0.0.2") as served:
        yield served


def disguises(secret: Path, inner: str) -> dict[str, bytes]:
    """Playlists and scripts that name a file and an address."""
    return {
        "hls": f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{secret.as_uri()}\n#EXTINF:9,\n{inner}/a.ts\n".encode(),
        "hls after a tag": b"ID3\x03\0\0\0\0\0\0" + f"#EXTM3U\n#EXTINF:9,\n{secret}\n".encode(),
        "concat": f"ffconcat version 1.0\nfile '{secret}'\nfile '{inner}/a.mp3'\n".encode(),
        "dash": (
            f"<?xml version='1.0'?><MPD xmlns='urn:mpeg:dash:schema:mpd:2011'><BaseURL>{inner}/</BaseURL>"
            "<Period><AdaptationSet><Representation><BaseURL>a.mp4</BaseURL></Representation></AdaptationSet></Period></MPD>"
        ).encode(),
        "smil": f"<smil><body><seq><audio src='{inner}/a.mp3'/></seq></body></smil>".encode(),
        "pls": f"[playlist]\nFile1={inner}/a.mp3\nNumberOfEntries=1\n".encode(),
        "asx": f"<asx version='3'><entry><ref href='{inner}/a.mp3'/></entry></asx>".encode(),
        "sdp": b"v=0\no=- 0 0 IN IP4 127.0.0.2\nc=IN IP4 127.0.0.2\nm=audio 5004 RTP/AVP 0\n",
        "imf": f"<CompositionPlaylist><Asset>{inner}</Asset></CompositionPlaylist>".encode(),
    }


@pytest.mark.parametrize("kind", disguises(Path("/x"), ""))
def test_a_playlist_that_calls_itself_audio_opens_nothing(
    kind: str, run: Run, site: Loopback, inner: Loopback, tone: Path
) -> None:
    url = site.serve("/a.mp3", disguises(tone, inner.url)[kind], "audio/mpeg")
    (outcome,) = run(url)
    assert outcome.status == "failed"
    assert "\n" not in outcome.error
    assert inner.requests == []
    assert not list(run.library.episodes.glob("*/original.*"))


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path / "library")


def with_reference(m4a: bytes, target: str) -> bytes:
    """An M4A whose sound is said to be in another file (ISO 14496-12, section 8.7.2: ``url `` without flag 1)."""

    def rewritten(data: bytes) -> bytes:
        out, position = b"", 0
        while position + 8 <= len(data):
            size, name = struct.unpack(">I4s", data[position : position + 8])
            body = data[position + 8 : position + size]
            if name in (b"moov", b"trak", b"mdia", b"minf", b"dinf"):
                body = rewritten(body)
            elif name == b"dref":
                entry = b"url " + bytes(4) + target.encode() + b"\0"
                body = bytes(4) + struct.pack(">II", 1, 4 + len(entry)) + entry
            out += struct.pack(">I", 8 + len(body)) + name + body
            position += size
        return out

    return rewritten(m4a)


@pytest.fixture(scope="module")
def m4a(tmp_path_factory: pytest.TempPathFactory, tone: Path) -> bytes:
    path = tmp_path_factory.mktemp("m4a") / "tone.m4a"
    with av.open(str(path), "w", format="ipod") as container:
        stream = container.add_stream("aac", rate=16_000, layout="mono")
        for block in audio.decode(tone):
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block)[None], "flt", "mono")
            frame.sample_rate = 16_000
            for fitting in av.AudioResampler(stream.codec_context.format, "mono", 16_000).resample(frame):
                container.mux(stream.encode(fitting))
        container.mux(stream.encode(None))
    return path.read_bytes()


def is_read(path: Path, action: Callable[[], object]) -> bool:
    """Whether something reads a file, by its time of access."""
    os.utime(path, (0, path.stat().st_mtime))
    action()
    return path.stat().st_atime > 0


def test_sound_that_is_said_to_be_in_another_file_is_not_looked_for(
    m4a: bytes, inner: Loopback, tmp_path: Path
) -> None:
    other, path = tmp_path / "other.m4a", tmp_path / "reference.m4a"
    other.write_bytes(m4a)
    if not is_read(other, other.read_bytes):
        pytest.skip("this file system keeps no times of access")
    for target in (inner.url + "/other.m4a", other.as_uri(), "other.m4a"):
        path.write_bytes(with_reference(m4a, target))
        assert not is_read(other, lambda: decoded(path))
    assert inner.requests == []


def decoded(path: Path) -> None:
    with contextlib.suppress(AudioError):
        list(audio.decode(path))


@pytest.mark.parametrize(
    "name", ["concat:a.mp3|b.mp3", "http:x", "subfile,,start,0,end,0,,:a.mp3", "-", "data:,x", "%d.mp3"]
)
def test_a_files_name_is_a_name_and_no_address(
    name: str, tone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(tone, tmp_path / "a.mp3")
    shutil.copy(tone, tmp_path / "b.mp3")
    with pytest.raises(AudioError, match="can't be read"):
        audio.probe(Path(name))
    shutil.copy(tone, tmp_path / name)
    assert audio.probe(Path(name)).codec.startswith("mp3")


def png(width: int, height: int) -> bytes:
    """A picture that is small as it is and large unpacked."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(width * 3 + 1)) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("command", [pytest.param("ingest", marks=pytest.mark.slow), "check"])
def test_a_cover_that_is_a_bomb_is_never_unpacked(command: str, tone: Path, tmp_path: Path) -> None:
    path = tmp_path / "bomb.mp3"
    shutil.copy(tone, path)
    tags = ID3()
    tags.add(APIC(encoding=0, mime="image/png", type=3, desc="", data=png(20_000, 20_000)))  # 1.2 GB
    tags.save(path)
    assert peak_mb(command, path, tmp_path) < 700


def peak_mb(command: str, path: Path, folder: Path) -> float:
    """The largest resident set of podpipe, with no speech to recognise, in MB.

    The system's own ``ru_maxrss`` would begin with that of the process which starts it: this one.
    """
    code = (
        "import re, sys\nfrom pathlib import Path\nfrom podpipe.cli import main\n"
        "try:\n    main(sys.argv[1:])\n"
        "except SystemExit:\n"
        "    status = Path('/proc/self/status').read_text()\n"
        "    print('peak', re.search(r'VmHWM:\\s*(\\d+) kB', status)[1], file=sys.stderr)\n"
    )
    arguments = [
        command,
        *(["--no-loudness"] if command == "check" else []),
        str(path),
        "--library",
        str(folder / path.stem),
    ]
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=120)
    assert "Traceback" not in done.stderr
    return int(done.stderr.rpartition("peak ")[2]) / 1000


def test_packed_frames_of_a_tag_are_not_unpacked_without_end(tone: Path, tmp_path: Path) -> None:
    bomb = zlib.compress(bytes(200_000_000), 9)
    frame = b"CHAP" + struct.pack(">I", len(bomb) + 4) + b"\0\x80" + struct.pack(">I", 200_000_000) + bomb
    size = len(frame)
    header = b"ID3\x03\0\0" + bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
    path = tmp_path / "bomb.mp3"
    path.write_bytes(header + frame + tone.read_bytes())
    tracemalloc.start()
    with contextlib.suppress(PodpipeError):
        reading.read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100_000_000


def flac_of_silence(seconds: int) -> bytes:
    """Hours of sound in a few kilobytes."""
    file = io.BytesIO()
    with av.open(file, "w", format="flac") as container:
        stream = container.add_stream("flac", rate=8000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 65_535), np.int16), "s16", "mono")
        frame.sample_rate = 8000
        for _ in range(seconds * 8000 // 65_535):
            frame.pts = None
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


@pytest.mark.parametrize("is_told", [True, False])
def test_an_episode_of_absurd_length_is_refused(run: Run, tmp_path: Path, is_told: bool) -> None:
    data = flac_of_silence(15 * 60)
    assert len(data) < 300_000
    if not is_told:  # STREAMINFO of no length: only decoding tells
        data = data[:21] + bytes([data[21] & 0xF0]) + bytes(4) + data[26:]
    path = tmp_path / "long.flac"
    path.write_bytes(data)
    run.config = Config(limits=Limits(episode_hours=0.1))
    (outcome,) = run(path)
    assert outcome.status == "failed"
    assert "of sound or more; the limit is 0.1 h (episode_hours)" in outcome.error
