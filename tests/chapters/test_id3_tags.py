"""Tags of every version, doubled, damaged and hostile: no sound is lost, and what is given up is said."""

from __future__ import annotations

import struct
import tracemalloc
import zlib
from pathlib import Path

import pytest
from mutagen import id3 as tags

from bench.readers import plain_files
from podpipe import chapters
from podpipe.chapters.facts import Facts
from podpipe.chapters.writers import id3
from podpipe.chapters.writers.id3_frames import read_tags
from podpipe.models import Chapter, Picture

NEW = [Chapter("New", 0, 1000)]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The frames of an MP3, without any tag."""
    path = plain_files(tmp_path_factory.mktemp("sound"))["mp3"]
    with path.open("rb") as file, read_tags(file, path) as (_, start):
        pass
    return path.read_bytes()[start:]


def synchsafe(size: int) -> bytes:
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))


def frame(name: bytes, data: bytes, version: int = 3, flags: int = 0) -> bytes:
    if version == 2:
        return name + len(data).to_bytes(3, "big") + data
    size = synchsafe(len(data)) if version == 4 else len(data).to_bytes(4, "big")
    return name + size + flags.to_bytes(2, "big") + data


def tag(*frames: bytes, version: int = 3, flags: int = 0, size: int | None = None, padding: int = 0) -> bytes:
    body = b"".join(frames) + b"\0" * padding
    return b"ID3" + bytes([version, 0, flags]) + synchsafe(len(body) if size is None else size) + body


def frames_of(path: Path) -> list[tuple[str, bytes]]:
    with path.open("rb") as file, read_tags(file, path) as ((found,), _):
        assert found.lost == []
        return [(each.name, each.content()) for each in found.frames]


def rewritten(path: Path, data: bytes, *, version: id3.Version = 3) -> list[str]:
    path.write_bytes(data)
    out = path.with_name("out.mp3")
    said = id3.write(path, out, NEW, version=version)
    out.replace(path)
    assert [chapter.title for chapter in chapters.read(path)] == ["New"]
    return said


UNKNOWN = frame(b"XYZ1", b"\xff\xe0 nobody knows \0 this")
TITLE = frame(b"TIT2", b"\0A title")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "episode.mp3"


def test_unknown_and_damaged_frames_stay_byte_for_byte(path: Path, sound: bytes) -> None:
    kept = [
        ("XYZ1", b"\xff\xe0 nobody knows \0 this"),
        ("TIT2", b"\x09 an encoding that there is not"),
        ("PRIV", b"somebody\0\xff\xfb\x90\x00\x00"),
        ("APIC", b"\0image/jpeg\0\x03\0" + bytes(range(256)) * 40),
        ("TXXX", b"\1\xff\xfek\0\0\0\xff\xfev\0"),
    ]
    assert rewritten(path, tag(*(frame(name.encode(), data) for name, data in kept), padding=300) + sound) == []
    assert sorted(kept) == sorted(each for each in frames_of(path) if each[0] not in ("CHAP", "CTOC"))
    assert path.read_bytes().endswith(sound)


def test_frames_with_flags_stay_as_they_are(path: Path, sound: bytes) -> None:
    packed = struct.pack(">I", 7) + zlib.compress(b"\0packed")
    rewritten(path, tag(frame(b"TPE1", packed, flags=0x80), frame(b"TCOM", b"\x85secret", flags=0x40)) + sound)
    assert ("TPE1", packed) in frames_of(path)
    assert ("TCOM", b"\x85secret") in frames_of(path)
    assert str(tags.ID3(path)["TPE1"]) == "packed"


def test_a_v24_tag_becomes_v23_with_all_that_v23_has_no_name_for(path: Path, sound: bytes) -> None:
    frames = [
        frame(b"TIT2", "\3Tïtle ✓".encode(), 4),
        frame(b"TDRL", b"\x032026-11-01", 4),
        frame(b"TSOP", "\3Künstler".encode(), 4),
        frame(b"XYZ1", b"unknown", 4),
        frame(b"TPE1", struct.pack(">I", 8) + zlib.compress(b"\3Arti\xc3\xbc"), 4, flags=0x09),
        frame(b"COMM", b"\3eng\0Une \xc3\xa9", 4),
    ]
    assert rewritten(path, tag(*frames, version=4) + sound) == []
    found = tags.ID3(path, translate=False)
    assert found.version == (2, 3, 0)
    assert [str(found[name]) for name in ("TIT2", "TDRL", "TSOP", "TPE1")] == [
        "Tïtle ✓",
        "2026-11-01",
        "Künstler",
        "Artiü",
    ]
    assert str(found["COMM::eng"]) == "Une é"
    assert ("XYZ1", b"unknown") in frames_of(path)
    assert path.read_bytes().endswith(sound)


def test_what_a_version_cannot_take_over_is_said(path: Path, sound: bytes) -> None:
    said = rewritten(
        path, tag(frame(b"TPE1", b"\1scrambled", 4, flags=4), frame(b"TIT2", b"\3T", 4), version=4) + sound
    )
    assert said == ["the frame TPE1 can't be taken over into ID3v2.3 and was given up"]


def test_v23_becomes_v24_on_request(path: Path, sound: bytes) -> None:
    frames = [TITLE, UNKNOWN, frame(b"TYER", b"\x002026"), frame(b"TDAT", b"\x000111")]
    assert rewritten(path, tag(*frames) + sound, version=4) == []
    found = tags.ID3(path)
    assert found.version == (2, 4, 0)
    assert (str(found["TIT2"]), str(found["TDRC"])) == ("A title", "2026-11-01")
    assert ("XYZ1", b"\xff\xe0 nobody knows \0 this") in frames_of(path)


def test_a_v24_tag_stays_byte_for_byte_where_v24_is_wanted(path: Path, sound: bytes) -> None:
    frames = [frame(b"TIT2", "\3✓".encode(), 4), frame(b"XYZ1", b"\xff\xe0", 4), frame(b"RVA2", b"id\0\1\0\0\0", 4)]
    rewritten(path, tag(*frames, version=4) + sound, version=4)
    assert all(data in path.read_bytes() for data in frames)


def test_v22_becomes_v23(path: Path, sound: bytes) -> None:
    frames = [frame(b"TT2", b"\0Old title", 2), frame(b"TAL", b"\0Show", 2), frame(b"XY1", b"?", 2)]
    picture = frame(b"PIC", b"\0JPG\x03\0\xff\xd8\xff\xe0data", 2)
    said = rewritten(path, tag(*frames, picture, version=2) + sound)
    assert said == ["the frame XY1 can't be taken over into ID3v2.3 and was given up"]
    found = tags.ID3(path)
    assert (str(found["TIT2"]), str(found["TALB"])) == ("Old title", "Show")
    assert found.getall("APIC")[0].data == b"\xff\xd8\xff\xe0data"
    assert path.read_bytes().endswith(sound)


def test_an_unsynchronised_tag_keeps_its_content(path: Path, sound: bytes) -> None:
    content = b"\xff\xe0\xff\x00\xff\xff\xfb" * 3000
    body = frame(b"XYZ1", content) + TITLE
    unsynchronised = body.replace(b"\xff\0", b"\xff\0\0")
    for byte in range(0xE0, 0x100):
        unsynchronised = unsynchronised.replace(b"\xff" + bytes([byte]), b"\xff\0" + bytes([byte]))
    unsynchronised = unsynchronised.replace(b"\xff\xff", b"\xff\0\xff")
    assert rewritten(path, tag(unsynchronised, flags=0x80) + sound) == []
    assert ("XYZ1", content) in frames_of(path)
    assert path.read_bytes().endswith(sound)


def test_an_extended_header_is_passed_over(path: Path, sound: bytes) -> None:
    rewritten(path, tag(struct.pack(">IHI", 6, 0, 0), TITLE, flags=0x40) + sound)
    assert ("TIT2", b"\0A title") in frames_of(path)


def test_two_tags_become_one_with_the_frames_of_both(path: Path, sound: bytes) -> None:
    second = tag(frame(b"TIT2", b"\0Second"), frame(b"TALB", b"\0Show"), UNKNOWN)
    rewritten(path, tag(TITLE) + second + sound)
    found = frames_of(path)
    assert [each for each in found if each[0] == "TIT2"] == [("TIT2", b"\0A title")]
    assert ("TALB", b"\0Show") in found
    assert any(name == "XYZ1" for name, _ in found)
    assert path.read_bytes().endswith(sound)
    assert path.read_bytes().count(b"ID3\3") == 1


def test_tags_at_the_end_stay(path: Path, sound: bytes) -> None:
    v1 = b"TAG" + b"V1 title".ljust(30, b"\0") + b"Artist".ljust(30, b"\0") + bytes(64) + b"\x0c"
    ape = b"APETAGEX" + struct.pack("<IIII8x", 2000, 32, 0, 0)
    rewritten(path, sound + ape + v1)
    assert path.read_bytes().endswith(sound + ape + v1)
    found = tags.ID3(path, load_v1=False)
    assert (str(found["TIT2"]), str(found["TPE1"])) == ("V1 title", "Artist")


def test_a_title_that_v1_has_only_the_beginning_of_is_written_whole(path: Path, sound: bytes) -> None:
    title = "A title that is longer than thirty letters"
    path.write_bytes(sound + b"TAG" + title[:30].encode() + bytes(95))
    chapters.write(path, NEW, Facts(title=title))
    assert str(tags.ID3(path)["TIT2"]) == title


def test_a_size_that_reaches_into_the_sound_loses_none_of_it(path: Path, sound: bytes) -> None:
    for size in (len(TITLE) + 5000, len(TITLE) + len(sound) + 10**6, (1 << 28) - 1):
        said = rewritten(path, tag(TITLE, size=size) + sound)
        assert said == ["the tag claims to reach into the sound; the sound was kept"]
        assert path.read_bytes().endswith(sound)
        assert ("TIT2", b"\0A title") in frames_of(path)


def test_a_size_that_is_too_small_loses_nothing(path: Path, sound: bytes) -> None:
    rewritten(path, tag(TITLE, UNKNOWN, size=len(TITLE)) + sound)
    assert path.read_bytes().endswith(UNKNOWN + sound)


def test_a_frame_that_is_longer_than_its_tag_is_given_up_and_said(path: Path, sound: bytes) -> None:
    lying = b"APIC" + (10**9).to_bytes(4, "big") + b"\0\0" + b"picture"
    said = rewritten(path, tag(TITLE, lying) + sound)
    assert said[0] == "the frame APIC is longer than the tag and was given up"
    assert ("TIT2", b"\0A title") in frames_of(path)
    assert path.read_bytes().endswith(sound)


def test_rubbish_in_a_tag_is_given_up_and_said(path: Path, sound: bytes) -> None:
    said = rewritten(path, tag(TITLE, b"\1\2\3 rubbish" * 9) + sound)
    assert said == [f"{len(b'123 rubbish' * 9)} bytes of the tag that are no whole frames were given up"]
    assert path.read_bytes().endswith(sound)


def test_a_tag_of_an_unknown_version_is_given_up_and_said(path: Path, sound: bytes) -> None:
    said = rewritten(path, tag(TITLE, version=9) + sound)
    assert said == ["a tag of a kind that nobody reads (ID3v2.9) was given up"]
    assert path.read_bytes().endswith(sound)


def test_a_file_that_is_nothing_but_a_cut_tag_is_no_crash(path: Path) -> None:
    path.write_bytes(tag(TITLE, UNKNOWN)[:30])
    out = path.with_name("out.mp3")
    assert id3.write(path, out, NEW) != []
    assert str(tags.ID3(out).getall("CHAP")[0].sub_frames["TIT2"]) == "New"


def test_false_frames_of_sound_in_a_lying_tag_keep_nobody_busy(path: Path) -> None:
    hostile = b"\xff\xfb\x90\x00" * 300_000
    out = path.with_name("out.mp3")
    path.write_bytes(tag(TITLE, hostile))
    assert id3.write(path, out, NEW) == [f"{len(hostile)} bytes of the tag that are no whole frames were given up"]


def test_an_enormous_picture_is_copied_and_never_held(path: Path, sound: bytes) -> None:
    with path.open("wb") as file:
        size = 100_000_000
        file.write(b"ID3\3\0\0" + synchsafe(size + 24) + b"APIC" + (size + 14).to_bytes(4, "big") + b"\0\0")
        file.write(b"\0image/jpeg\0\3\0")
        file.write(bytes(size) + sound)
    out = path.with_name("out.mp3")
    tracemalloc.start()
    id3.write(path, out, NEW)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000
    assert out.stat().st_size > 100_000_000


def test_pictures_that_no_tag_has_room_for_are_left_out_and_said(path: Path, sound: bytes) -> None:
    picture = Picture(bytes(90_000_000), "image/png")
    path.write_bytes(sound)
    listed = [Chapter(f"C {n}", n, n + 1, picture=picture) for n in range(3)]
    assert chapters.write(path, listed) == ["the pictures of the chapters are left out: a tag holds 256 MB at most"]
    assert [chapter.title for chapter in chapters.read(path)] == ["C 0", "C 1", "C 2"]


def test_pictures_and_links_stand_in_their_chapters(path: Path, sound: bytes) -> None:
    path.write_bytes(sound)
    png = Picture(b"\x89PNG\r\n\x1a\n" + bytes(50), "image/png")
    chapters.write(path, [Chapter("One", 0, 1000, picture=png, url="https://example.org/"), Chapter("Two", 1000, 1000)])
    one, two = sorted(tags.ID3(path).getall("CHAP"), key=lambda each: each.start_time)
    (picture,) = one.sub_frames.getall("APIC")
    assert (picture.data, picture.mime) == (png.data, png.media_type)
    assert [link.url for link in one.sub_frames.getall("WXXX")] == ["https://example.org/"]
    assert (two.start_time, two.end_time, list(two.sub_frames)) == (1000, 1000, ["TIT2"])


def test_lyrics_are_there_with_and_without_their_times(path: Path, sound: bytes) -> None:
    from podpipe.models import Sentence

    path.write_bytes(sound)
    lines = (Sentence("One – line.", 0, 900), Sentence("Another.", 36_000_000, 36_001_000))
    chapters.write(path, None, Facts(language="deu", lyrics="One – line.\nAnother.", lines=lines))
    found = tags.ID3(path)
    assert found["USLT::deu"].text == "One – line.\nAnother."
    (timed,) = found.getall("SYLT")
    assert (timed.lang, timed.format, timed.type) == ("deu", 2, 1)
    assert timed.text == [("One – line.\n", 0), ("Another.\n", 36_000_000)]
