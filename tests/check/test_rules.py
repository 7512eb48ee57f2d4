"""Each rule has a file that breaks it, and keeps silent on files with which nothing is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import check_samples as samples
import pytest

from loopback import Loopback
from podpipe import check
from podpipe.check import RULES, Options
from podpipe.check.model import FAMILIES, SEVERITIES
from podpipe.check.rules.sources import OWN
from podpipe.library import Library


def codes(target: Path | str, options: Options | None = None) -> set[str]:
    reports = check.check(str(target), Library(Path("/nowhere")), options or Options())
    return {finding.code for report in reports for finding in report.findings}


@pytest.mark.parametrize("code", sorted(RULES.keys() - samples.COVERS.keys()))
def test_each_rule_finds_what_it_is_for(code: str, tmp_path: Path) -> None:
    path = samples.bad(code, tmp_path)
    assert path is not None, f"there is no sample that breaks {code}"
    assert code in codes(path)


@pytest.mark.parametrize("code", sorted(samples.COVERS))
def test_a_cover_is_fetched_and_looked_at(code: str, site: Loopback) -> None:
    site.serve("/cover.jpg", samples.COVERS[code], "image/jpeg")
    feed = samples.FEED.replace("https://example.org/cover.jpg", site.url + "/cover.jpg")
    assert code in codes(site.serve("/feed.xml", feed, "application/rss+xml"))


def test_a_good_cover_is_no_finding(site: Loopback) -> None:
    site.serve("/cover.jpg", samples.jpeg(), "image/jpeg")
    feed = samples.FEED.replace("https://example.org/cover.jpg", site.url + "/cover.jpg")
    found = codes(site.serve("/feed.xml", feed, "application/rss+xml"))
    assert not found & samples.COVERS.keys()
    assert any(path == "/cover.jpg" for path, _ in site.requests)


@pytest.mark.parametrize("family", sorted(FAMILIES.keys() - {"X"}))
def test_clean_files_have_no_finding(family: str, tmp_path: Path) -> None:
    for path in samples.clean(family, tmp_path):
        found = {code for code in codes(path) if not (family == "E" and code in ("T03",))}
        assert found == set(), path


def test_each_rule_says_all_that_it_must() -> None:
    for code, rule in RULES.items():
        assert rule.code == code and code[0] in FAMILIES and code[1:].isdigit()
        assert rule.severity in SEVERITIES
        assert rule.title and rule.hurts and rule.mend and rule.look.__doc__
        assert (
            rule.source.startswith("https://")
            or rule.source == OWN
            or Path(__file__).parents[2].joinpath(rule.source).is_file()
        )


def test_what_is_wrong_is_said_with_its_values(tmp_path: Path) -> None:
    (report,) = check.check(str(samples.bad("C04", tmp_path)), Library(tmp_path), Options())
    (finding,) = [finding for finding in report.findings if finding.code == "C04"]
    assert (finding.where, finding.message) == ("0:00 “Hello”", "lasts 9.0 s")
    assert "YouTube" in finding.hurts and not finding.fixable


# Real files


def test_files_of_other_programs(shared_data: Path) -> None:
    expected = {
        "auphonic.mp3": {"A21", "C04", "T19"},  # ten seconds of silence, a cover of 50 pixels
        "hindenburg-journalist-pro.mp3": {"A21", "C03", "C04", "T19"},
        "mp3chaps-py.mp3": {"A01", "A03", "A11", "C04", "C20", "T05", "T16"},
        "auphonic.m4a": {"A21", "C04", "T19"},
        "nero-chapters.m4a": {"A21", "C04", "T02", "T03", "T16"},
        "auphonic.opus": {"A18", "A21", "C04"},
    }
    for name, wanted in expected.items():
        assert wanted <= codes(shared_data / "chapters" / name), name
    assert codes(shared_data / "chapters" / "mp3chaps-py.mp3") == expected["mp3chaps-py.mp3"]
    assert codes(shared_data / "chapters" / "auphonic.mp3") == expected["auphonic.mp3"]


def test_the_examples_of_the_namespace_are_in_order(shared_data: Path) -> None:
    folder = shared_data / "feeds" / "namespace"
    assert codes(folder / "example.srt") == {"S05"}
    assert codes(folder / "example.xml") == {"F22", "F27", "F28"}
    errors = [code for name in ("chapters.json", "example.vtt", "example.json") for code in codes(folder / name)]
    assert {code for code in errors if RULES[code].severity == "error"} == set()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("no_guid.rss", "F01"),
        ("no_title.rss", "F16"),
        ("no_enclosure.rss", "F02"),
        ("no_url.rss", "F03"),
        ("itunes_no_xmlns.rss", "F25"),
        ("itunes_categories_empty.rss", "F11"),
        ("atom_updated.rss", "F40"),
        ("episode_number_invalid.rss", "F25"),
        ("relative.rss", "F35"),
    ],
)
def test_feeds_with_known_faults(shared_data: Path, name: str, code: str) -> None:
    assert code in codes(shared_data / "feeds" / "podcastparser" / name)


def test_every_feed_is_checked(shared_data: Path) -> None:
    for path in (shared_data / "feeds" / "podcastparser").glob("*.rss"):
        if path.name != "empty.rss":
            assert codes(path), path  # none of them has all that Apple demands


# What is taken into account


def test_loudness_is_measured_only_where_a_rule_asks_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from podpipe import loudness

    monkeypatch.setattr(loudness, "measure", lambda path: pytest.fail("it listened"))
    path = samples.bad("A01", tmp_path)
    assert "A01" not in codes(path, Options(listen=False))
    assert codes(path, Options(select=("C",))) == set()


def test_mono_at_minus_19_and_stereo_at_minus_16_are_alike(tmp_path: Path) -> None:
    quiet = samples.LEVEL * 10 ** (-3 / 20)
    stereo = samples.with_sound((samples.sine(20, quiet), samples.sine(20, quiet))).write(tmp_path / "stereo.mp3")
    assert not codes(stereo) & {"A01", "A02"}
    mono = samples.with_sound(samples.sine(20, quiet)).write(tmp_path / "mono.mp3")
    assert codes(mono) & {"A01", "A02"} == {"A02"}


def test_times_count_against_the_audio_of_the_same_name(tmp_path: Path) -> None:
    path = samples.bad("S02", tmp_path)
    assert "S02" in codes(path)
    path.rename(tmp_path / "captions.vtt")
    assert "S02" in codes(tmp_path / "captions.vtt"), "the only audio there"
    samples.CLEAN.write(tmp_path / "another.mp3")
    assert "S02" not in codes(tmp_path / "captions.vtt"), "which of the two?"
    (tmp_path / "captions.vtt").rename(path)
    (tmp_path / "episode.mp3").unlink()
    (tmp_path / "another.mp3").unlink()
    assert "S02" not in codes(path)


def test_hidden_chapters_may_overlap_and_have_no_title(tmp_path: Path) -> None:
    rows = [
        *samples.CHAPTERS_FILE["chapters"],
        {"startTime": 20, "endTime": 40, "img": "https://example.org/", "toc": False},
    ]
    path = tmp_path / "chapters.json"
    path.write_text(json.dumps({**samples.CHAPTERS_FILE, "chapters": sorted(rows, key=lambda row: row["startTime"])}))
    assert codes(path) == set()
