"""The commands as a user runs them: real processes, real weights, the bundled episode."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from loopback import Loopback

PODPIPE = [sys.executable, "-m", "podpipe"]


def podpipe(
    *arguments: str | Path, cwd: Path, code: int = 0, path: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command, whose exit code must be ``code``, and which must never show a traceback."""
    environment = {key: value for key, value in os.environ.items() if key != "PODPIPE_LIBRARY"}
    environment |= {"PATH": path} if path is not None else {}
    done = subprocess.run(
        [*PODPIPE, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, env=environment, timeout=300
    )
    assert "Traceback" not in done.stderr
    assert done.returncode == code, done.stderr
    return done


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory, demo: Path) -> Path:
    """A library with the bundled episode, ingested by the command."""
    root = tmp_path_factory.mktemp("library")
    done = podpipe("ingest", demo / "notes.txt", cwd=root)
    assert re.search(r"2:29 +6 +script, 1 not found +≥ 0\.\d\d +\d+ s *\n1 done\. Library: ", done.stdout)
    return root


def test_each_heading_has_its_chapter_and_nothing_else_has(library: Path, demo: Path) -> None:
    truth = json.loads((demo / "truth.json").read_text())
    shown = json.loads(podpipe("show", "systems-news", "--json", cwd=library).stdout)
    starts = {chapter["title"]: chapter["start_ms"] for chapter in shown["chapters"]}
    for heading in truth["headings"]:
        assert abs(starts.pop(heading["title"]) - heading["start_ms"]) <= 50
    assert list(starts) == ["Introduction", "Announcements"]
    assert [missing["title"] for missing in shown["missing"]] == truth["not_spoken"]


def test_the_second_time_nothing_has_to_be_done(library: Path, demo: Path) -> None:
    assert "Nothing had to be done" in podpipe("ingest", demo / "notes.txt", cwd=library).stdout
    report = json.loads(podpipe("ingest", demo / "notes.txt", "--json", cwd=library).stdout)
    assert [(e["status"], e["stages"]) for e in report["episodes"]] == [("unchanged", {})]


def test_search_answers_with_chapter_second_and_how_to_play(library: Path) -> None:
    answer = podpipe("search", "OOM killer", cwd=library).stdout.splitlines()
    assert answer[0] == "1. Systems News, episode 1: Memory, files and tunnels"
    assert answer[1].strip() == "0:20 · Memory Pressure"
    assert "**OOM killer**" in answer[2]
    assert re.fullmatch(r"podpipe play systems-news-\S+ --at 0:20\.\d", answer[3].strip())
    assert re.fullmatch(r"file://\S+/demo/episode\.mp3#t=20\.\d+", answer[4].strip())


def test_search_as_json(library: Path) -> None:
    (hit, *_) = json.loads(podpipe("search", '"OOM killer"', "--json", cwd=library).stdout)
    assert (hit["episode_title"], hit["chapter"]) == (
        "Systems News, episode 1: Memory, files and tunnels",
        "Memory Pressure",
    )
    assert 20_000 < hit["start_ms"] < 21_000
    assert [hit["snippet"][start:end] for start, end in hit["marks"]][:1] == ["OOM killer"]
    assert hit["play"].startswith(f"podpipe play {hit['episode_id']} --at 0:20.")
    assert hit["link"].endswith(f"#t={hit['start_ms'] / 1000:g}")


def test_every_name_in_the_notes_is_found_as_it_is_spelled(library: Path) -> None:
    names = "oom_score_adj memory.high systemd-oomd SQPOLL io_uring_disabled Btrfs dusage=10 Curve25519 AllowedIPs"
    for name in (*names.split(), "SOURCE_DATE_EPOCH", "diffoscope", "Jens Axboe", "Jason Donenfeld"):
        assert json.loads(podpipe("search", f'"{name}"', "--json", cwd=library).stdout), name


def test_what_was_said_but_not_written_is_found_too(library: Path) -> None:
    (hit,) = json.loads(podpipe("search", "router all along", "--json", cwd=library).stdout)
    assert hit["chapter"] == "WireGuard"


def test_nothing_found_is_said_and_is_no_success(library: Path) -> None:
    assert podpipe("search", "zeppelin", cwd=library, code=1).stdout == "Nothing found for zeppelin.\n"
    assert json.loads(podpipe("search", "zeppelin", "--json", cwd=library).stdout) == []


def test_the_line_to_play_names_a_library_that_is_elsewhere(library: Path, tmp_path: Path) -> None:
    (hit, *_) = json.loads(podpipe("search", "btrfs", "--json", "--library", library, cwd=tmp_path).stdout)
    assert hit["play"].endswith(f" --library {library}")


@pytest.mark.parametrize(
    ("player", "arguments"),
    [
        ("mpv", ["--start=20.{}", "--", "{file}"]),
        ("vlc", ["--start-time=20.{}", "{file}"]),
        ("ffplay", ["-hide_banner", "-autoexit", "-ss", "20.{}", "{file}"]),
    ],
)
def test_play_starts_the_player_that_is_there(library: Path, tmp_path: Path, player: str, arguments: list[str]) -> None:
    podpipe("search", "OOM killer", cwd=library)
    program = tmp_path / player
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/said\n')
    program.chmod(0o755)
    done = podpipe("play", "1", cwd=library, path=str(tmp_path))
    assert done.stdout == "Systems News, episode 1: Memory, files and tunnels at 0:20\n"
    said = (tmp_path / "said").read_text().splitlines()
    (tagged,) = library.glob("episodes/*/episode.mp3")
    wanted = [re.escape(a).replace(r"\{\}", r"\d+").replace(r"\{file\}", re.escape(str(tagged))) for a in arguments]
    assert all(re.fullmatch(pattern, argument) for pattern, argument in zip(wanted, said, strict=True))


def test_without_a_player_it_says_how(library: Path, tmp_path: Path) -> None:
    done = podpipe("play", "systems", "--chapter", "wire", cwd=library, code=1, path=str(tmp_path))
    assert re.search(
        r"no player is installed; install mpv, VLC or ffplay .* at 1:35, or file://\S+#t=95\.\d+", done.stderr
    )


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["play", "nosuch"], "nosuch"),
        (["play", "99"], "there is no hit 99"),
        (["play", "systems", "--at", "9:00:00"], "is 2:29 long; there is nothing at 9:00:00"),
        (["play", "systems", "--at", "soon"], "soon"),
        (
            ["play", "systems", "--chapter", "Gardening"],
            "has no chapter 'Gardening'; its chapters: Introduction, Memory",
        ),
        (["show", "nosuch"], "nosuch"),
        (["show", "systems", "--plot", "timeline.bmp"], "must end in .png, .svg or .html"),
        (["search", 'an "open quote'], "the quote is never closed"),
        (["search", "x", "since:never"], "'never' is no day"),
        (["search"], "there is nothing to search for"),
        (["ingest", "nosuch.mp3"], "nosuch.mp3 does not exist"),
        (["ingest", "x", "--model", "bsae"], "unknown model 'bsae'"),
        (["ingest", "ftp://example.org/a.mp3"], "http and https"),
    ],
)
def test_mistakes_are_one_sentence(library: Path, arguments: list[str], complaint: str) -> None:
    done = podpipe(*arguments, cwd=library, code=1)
    assert complaint in re.sub(r"\s+", " ", done.stderr + done.stdout)


@pytest.mark.parametrize("arguments", [["ingest"], ["fly"], ["ingest", "x", "--jobs", "0"], ["play"]])
def test_wrong_usage(library: Path, arguments: list[str]) -> None:
    podpipe(*arguments, cwd=library, code=2)


def test_a_library_that_can_not_be_written(tmp_path: Path, demo: Path) -> None:
    (tmp_path / "file").write_text("")
    done = podpipe("ingest", demo / "episode.mp3", "--library", tmp_path / "file", cwd=tmp_path, code=1)
    assert str(tmp_path / "file") in done.stderr


def test_no_library_at_all(tmp_path: Path) -> None:
    assert "podpipe ingest" in podpipe("search", "x", cwd=tmp_path, code=1).stderr
    assert "podpipe ingest" in podpipe("list", cwd=tmp_path).stdout
    assert "does not exist" in podpipe("ingest", "nosuch.mp3", cwd=tmp_path, code=1).stderr
    assert "unknown model" in podpipe("ingest", "http://127.0.0.1/a.mp3", "--model", "x", cwd=tmp_path, code=1).stderr
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_stops_at_once_and_the_next_run_goes_on(tmp_path: Path, demo: Path) -> None:
    running = subprocess.Popen(
        [*PODPIPE, "ingest", str(demo / "notes.txt")], cwd=tmp_path, stderr=subprocess.PIPE, text=True
    )
    for _ in range(300):
        if list(tmp_path.glob("episodes/*/notes.txt")):
            break
        time.sleep(0.1)
    time.sleep(1)
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=30)
    assert running.returncode == 130
    assert errors.strip().endswith("podpipe: stopped; the same command goes on where it stopped")
    report = json.loads(podpipe("ingest", demo / "notes.txt", "--json", cwd=tmp_path).stdout)
    assert "fetch" not in report["episodes"][0]["stages"]
    assert "index" in report["episodes"][0]["stages"]


def test_some_fail_and_the_others_are_done(tmp_path: Path, demo: Path, tone: Path, site: Loopback) -> None:
    done = podpipe("ingest", tone, site.url + "/gone.mp3", cwd=tmp_path, code=1)
    assert "/gone.mp3 does not exist (HTTP 404)" in done.stderr
    assert "1 done, 1 failed" in done.stdout


def test_list_doctor_and_reindex(library: Path) -> None:
    assert re.search(
        r"Systems News, episode 1: Memory, files and tunnels +2:29 +6", podpipe("list", cwd=library).stdout
    )
    (listed,) = json.loads(podpipe("list", "--json", cwd=library).stdout)
    assert (listed["duration_ms"] // 1000, listed["chapters"], listed["complete"]) == (149, 6, True)
    found = podpipe("doctor", cwd=library).stdout
    assert "✓ Whisper weights: base (packaged)" in found
    assert "✓ Index: 1 episode" in found
    assert "1 episode" in podpipe("reindex", cwd=library).stdout
    assert json.loads(podpipe("search", "wireguard", "--json", cwd=library).stdout)


def test_nothing_is_wrong_with_what_podpipe_writes_but_its_loudness(library: Path) -> None:
    answer = json.loads(podpipe("check", "systems-news", "--json", "--ignore", "A01,A03", cwd=library).stdout)
    assert answer["summary"]["files"] == 5
    assert (answer["summary"]["errors"], answer["summary"]["warnings"]) == (0, 0)


@pytest.mark.parametrize("ending", ["png", "svg", "html"])
def test_a_picture_of_the_timeline(library: Path, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"timeline.{ending}"
    done = podpipe("show", "systems-news", "--plot", path.name, "--library", library, cwd=tmp_path)
    assert (done.stdout, done.stderr) == (f"Timeline: {path}\n", "")
    if ending != "png":
        text = path.read_text()
        assert all(f">{title}</text>" in text for title in ("Introduction", "io_uring", "Reproducible Builds"))
        assert "heading heard at 0:49.0" in text and "✗ Perf: its text was not spoken" in text


def test_a_pipe_that_is_closed_early_is_no_error(library: Path) -> None:
    done = subprocess.run(
        f"{sys.executable} -m podpipe show systems --json | head -n 1",
        shell=True, cwd=library, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.stderr == ""


def test_the_version() -> None:
    import podpipe as package

    assert podpipe("--version", cwd=Path.cwd()).stdout.strip() == f"podpipe {package.__version__}"
