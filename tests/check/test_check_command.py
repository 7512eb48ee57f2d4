"""podpipe check as a user runs it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import check_samples as samples
import pytest

from loopback import Loopback
from podpipe.check import RULES, reference

ROOT = Path(__file__).parents[2]


def run(*arguments: str | Path, cwd: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "podpipe", "check", *map(str, arguments)],
        cwd=cwd, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert done.returncode == code, done.stdout + done.stderr
    return done


def test_a_clean_file(tmp_path: Path) -> None:
    samples.CLEAN.write(tmp_path / "episode.mp3")
    done = run("episode.mp3", cwd=tmp_path)
    assert re.fullmatch(
        r"episode\.mp3\n"
        r"  MP3, 44\.1 kHz mono, 96 kbit/s, 0:45, chapters 3, loudness -16\.\d LUFS, peak -1[23]\.\d dBTP\n"
        r"  nothing to complain of\n\n"
        r"1 file checked: nothing to complain of\.\n",
        done.stdout,
    )
    assert done.stderr == ""


def test_each_finding_says_what_who_and_how(tmp_path: Path) -> None:
    samples.bad("C04", tmp_path)
    out = run("episode.mp3", cwd=tmp_path, code=3).stdout
    assert "  C04  warning  0:00 “Hello” lasts 9.0 s\n" in out
    assert "                hurts  YouTube: ignores all chapters; Spotify advises 30 s\n" in out
    assert "                mend   join it with its neighbour\n" in out
    assert out.endswith("1 file checked: 1 warning.\n")
    assert "\x1b" not in out


@pytest.mark.parametrize(
    ("sample", "options", "code"),
    [
        ("C12", (), 0),
        ("C12", ("--fail-on", "info"), 3),
        ("C13", (), 3),
        ("C13", ("--fail-on", "error"), 0),
        ("C11", (), 4),
        ("C11", ("--fail-on", "error"), 4),
        ("C11", ("--ignore", "C11"), 0),
        ("C11", ("--ignore", "C"), 0),
        ("C11", ("--select", "t,a"), 0),
        ("C11", ("--select", "C11"), 4),
        ("A01", ("--no-loudness",), 0),
    ],
)
def test_the_exit_code_tells_how_bad_it_is(tmp_path: Path, sample: str, options: tuple[str, ...], code: int) -> None:
    samples.bad(sample, tmp_path)
    run("episode.mp3", *options, cwd=tmp_path, code=code)


def test_json_for_ci(tmp_path: Path) -> None:
    samples.bad("C11", tmp_path)
    answer = json.loads(run("episode.mp3", "--json", cwd=tmp_path, code=4).stdout)
    (report,) = answer["reports"]
    assert (report["target"], report["kind"]) == ("episode.mp3", "audio")
    assert report["findings"] == [
        {
            "code": "C11",
            "severity": "error",
            "where": "0:00",
            "message": "the chapter has no title",
            "hurts": RULES["C11"].hurts,
            "mend": RULES["C11"].mend,
            "fixable": False,
        }
    ]
    assert answer["summary"] == {"files": 1, "errors": 1, "warnings": 0, "infos": 0, "fixable": 0}


def test_fix_says_what_was_mended_and_looks_again(tmp_path: Path) -> None:
    samples.bad("C05", tmp_path)
    assert "--fix mends 2 of them" in run("episode.mp3", cwd=tmp_path, code=4).stdout
    done = run("episode.mp3", "--fix", cwd=tmp_path)
    assert done.stdout.startswith("Mended episode.mp3\n  C05  chapters out of order\n\n")
    assert done.stdout.endswith("1 file checked: nothing to complain of.\n")
    assert "Mended" not in run("episode.mp3", "--fix", cwd=tmp_path).stdout


def test_many_findings_of_a_kind_are_counted(tmp_path: Path) -> None:
    samples.with_chapters(*((n * 1000, n * 1000 + 1000, f"Number {n}") for n in range(45))).write(tmp_path / "e.mp3")
    out = run("e.mp3", "--no-loudness", cwd=tmp_path, code=3).stdout
    assert "and 40 more like these" in out
    answer = json.loads(run("e.mp3", "--json", "--no-loudness", cwd=tmp_path, code=3).stdout)
    assert len(answer["reports"][0]["findings"]) == 45


def test_a_folder_and_several_targets(tmp_path: Path) -> None:
    (tmp_path / "all").mkdir()
    for name in ("a.mp3", "b.mp3"):
        samples.CLEAN.write(tmp_path / "all" / name)
    (tmp_path / "feed.xml").write_text(samples.FEED)
    out = run("all", "feed.xml", "--no-loudness", cwd=tmp_path).stdout
    assert [line for line in out.splitlines() if line and line[0] != " "] == [
        "all/a.mp3",
        "all/b.mp3",
        "feed.xml",
        "3 files checked: nothing to complain of.",
    ]


def test_an_episode_of_the_library(tmp_path: Path) -> None:
    samples.in_library(tmp_path)
    out = run("an-episode", "--ignore", "T03", cwd=tmp_path).stdout
    assert "5 files checked: nothing to complain of." in out
    (folder,) = tmp_path.glob("episodes/*")
    (folder / "chapters.json").write_text(
        (folder / "chapters.json").read_text().replace('"endTime": 15.0', '"endTime": 20.0')
    )
    assert "--fix" in run("an-episode", cwd=tmp_path, code=3).stdout
    assert "Mended" in run("an-episode", "--fix", cwd=tmp_path).stdout


def test_a_feed_on_the_net(tmp_path: Path, site: Loopback) -> None:
    url = site.serve("/feed.xml", samples.FEED.replace('">one<', '">two<'), "application/rss+xml")
    out = run(url, cwd=tmp_path, code=4).stdout
    assert "F08  error  guid “two” is that of 2 items" in out
    assert "does not exist" in run(site.url + "/gone.xml", cwd=tmp_path, code=1).stderr


def test_audio_on_the_net(tmp_path: Path, site: Loopback) -> None:
    path = samples.bad("C16", tmp_path)
    url = site.serve("/1.mp3", path.read_bytes(), "audio/mpeg")
    out = run(url, cwd=tmp_path, code=3).stdout
    assert out.startswith(url + "\n") and "C16  warning" in out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("nosuch.mp3",), "nosuch.mp3 does not exist; give audio, JSON chapters"),
        (("nosuch",), "no episode in"),
        ((".",), "holds no audio files"),
        (("notes.txt",), "is nothing that podpipe can check"),
        (("page.html",), "is nothing that podpipe can check"),
    ],
)
def test_mistakes_are_one_sentence(tmp_path: Path, arguments: tuple[str, ...], complaint: str) -> None:
    (tmp_path / "notes.txt").write_text("Some notes.\n")
    (tmp_path / "page.html").write_text("<p>A page</p>")
    done = run(*arguments, cwd=tmp_path, code=1)
    assert complaint in done.stderr and done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_one_that_fails_does_not_keep_the_others(tmp_path: Path) -> None:
    samples.bad("C16", tmp_path)
    done = run("nosuch.mp3", "episode.mp3", "--fix", cwd=tmp_path, code=1)
    assert "Mended episode.mp3" in done.stdout and "nosuch.mp3 does not exist" in done.stderr


@pytest.mark.parametrize(
    "arguments", [(), ("x", "--select", "Q"), ("x", "--ignore", "C99"), ("--explain", "C99"), ("x", "--fail-on", "all")]
)
def test_wrong_usage(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    run(*arguments, cwd=tmp_path, code=2)


def test_a_rule_is_explained(tmp_path: Path) -> None:
    out = run("--explain", "c05", cwd=tmp_path).stdout
    assert out.startswith("C05 chapters out of order\nSeverity  error\n")
    assert "https://github.com/AntennaPod/AntennaPod/issues/4938" in out
    assert json.loads(run("--explain", "C05", "--json", cwd=tmp_path).stdout)["fixable"] is True


def test_a_title_can_not_speak_to_the_terminal(tmp_path: Path) -> None:
    samples.with_chapters((0, 9_000, "\x1b[31mred\x07"), (9_000, 45_000, "x")).write(tmp_path / "episode.mp3")
    out = run("episode.mp3", "--no-loudness", cwd=tmp_path, code=3).stdout
    assert "[31mred" in out and "\x1b" not in out and "\x07" not in out


def test_the_reference_is_that_of_the_rules() -> None:
    assert (ROOT / "docs" / "checks.md").read_text() == reference.markdown()
