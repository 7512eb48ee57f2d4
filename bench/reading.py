"""How long it takes to read the chapters of a thousand files, beside mutagen and FFmpeg."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from bench import measure
from bench.episodes import shared_data
from bench.table import Settings, Table

FILES = 1000
_LONG_S = 1200
_CHAPTERS = 120
_COVER_BYTES = 400_000

_READ = """
import json, os, resource, subprocess, sys, time
from pathlib import Path
paths = [Path(name) for name in json.load(open(sys.argv[2]))]

def ours():
    from podpipe import chapters
    return lambda path: len(chapters.read(path))

def mutagen_():
    import mutagen
    def read(path):
        file = mutagen.File(path)
        if hasattr(file.tags, "getall"):
            return len(file.tags.getall("CHAP"))
        if getattr(file, "chapters", None):
            return len(file.chapters)
        return sum(key.lower().startswith("chapter") and key[-3:].isdigit() for key in file.keys())
    return read

def pyav():
    import av
    def read(path):
        with av.open(str(path)) as container:
            return len(container.chapters())
    return read

def ffprobe():
    def read(path):
        command = ["ffprobe", "-v", "error", "-show_chapters", "-of", "json", str(path)]
        return len(json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["chapters"])
    return read

read = {"ours": ours, "mutagen": mutagen_, "pyav": pyav, "ffprobe": ffprobe}[sys.argv[1]]()
for path in paths[:20]:
    read(path)
def cpu():
    return time.process_time() + sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
started = cpu()
found = [read(path) for path in paths]
print(json.dumps({"seconds": cpu() - started, "with_chapters": sum(map(bool, found)), "chapters": sum(found)}))
"""

EXPLANATION = """\
CPU seconds for {files:,} files, in turn those of the shared data and an MP3 (with a cover of 0.4 MB), an M4A and an
Opus file with {chapters} chapters; imports and 20 files to warm up are not counted. mutagen reads all tags, and
knows Nero's list in MP4 but no chapter tracks; libavformat runs within the process, by PyAV; ffprobe is a
process for each file.
Target: at least as fast as each of them."""

_READERS = {
    "ours": "podpipe",
    "mutagen": "mutagen",
    "pyav": "libavformat, in the process",
    "ffprobe": "ffprobe",
}


def run(settings: Settings) -> Table:
    """Read the same files with each program that is there."""
    paths = _files(settings.folder / "reading", FILES // 10 if settings.quick else FILES)
    listed = settings.folder / "reading.json"
    listed.write_text(json.dumps([str(path) for path in paths]))
    readers = [name for name in _READERS if name != "ffprobe" or shutil.which("ffprobe")]
    answers = {name: json.loads(measure.python("-c", _READ, name, listed).output) for name in readers}
    ours = answers["ours"]["seconds"]
    return Table(
        f"Chapters of {len(paths):,} files",
        EXPLANATION.format(files=len(paths), chapters=_CHAPTERS),
        ("Read by", "CPU", "A file", "Of ours", "Files with chapters", "Chapters"),
        tuple(
            (
                _READERS[name],
                f"{answer['seconds']:.2f} s",
                f"{1000 * answer['seconds'] / len(paths):.2f} ms",
                f"× {answer['seconds'] / ours:.1f}",
                f"{answer['with_chapters']:,}",
                f"{answer['chapters']:,}",
            )
            for name, answer in answers.items()
        ),
    )


def _files(folder: Path, count: int) -> Sequence[Path]:
    folder.mkdir()
    shared = sorted(shared_data("chapters").iterdir())
    sources = [path for path in shared if path.suffix != ".json"]
    sources += [_long(folder / f"long.{ending}", ending) for ending in ("mp3", "m4a", "opus")]
    made = []
    for number in range(count):
        source = sources[number % len(sources)]
        made.append(folder / f"{number:04}{source.suffix}")
        shutil.copyfile(source, made[-1])
    return made


def _long(path: Path, ending: str) -> Path:
    measure.python("-c", _MAKE, path, ending, str(_LONG_S), str(_CHAPTERS), str(_COVER_BYTES))
    return path


_MAKE = """
import sys
from fractions import Fraction
from pathlib import Path
import av, numpy
from mutagen import id3 as tags
path, ending, seconds, count, cover = Path(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:])
form, codec = {"mp3": ("mp3", "libmp3lame"), "m4a": ("ipod", "aac"), "opus": ("opus", "libopus")}[ending]
step = seconds * 1000 // count // 1000 * 1000
with av.open(str(path), "w", format=form) as container:
    container.set_chapters([
        {"id": n, "start": n * step, "end": (n + 1) * step, "time_base": Fraction(1, 1000),
         "metadata": {"title": f"Chapter {n}: about something or other"}}
        for n in range(count)
    ])
    stream = container.add_stream(codec, rate=16_000, layout="mono", bit_rate=16_000)
    size = 960
    silence = numpy.zeros((1, size), numpy.float32)
    for position in range(0, seconds * 16_000, size):
        frame = av.AudioFrame.from_ndarray(silence, "fltp", "mono")
        frame.sample_rate, frame.pts = 16_000, position
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))
if ending == "mp3":
    file = tags.ID3(path)
    file.add(tags.APIC(encoding=0, mime="image/jpeg", type=3, desc="", data=b"\\xff\\xd8\\xff" + bytes(cover)))
    file.save(path, v2_version=3)
"""
