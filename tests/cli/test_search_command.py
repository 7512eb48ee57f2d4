"""``podpipe search``, ``topics``, ``similar`` and ``index``, run as a user runs them, on a library by hand."""

from __future__ import annotations

import csv
import json
import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import library_by_hand
from podpipe.library import Library

MEMORY = ["The page cache is memory that the kernel lends.", "Dirty pages are written back by the OOM killer, he said."]
TUNNEL = ["WireGuard is a tunnel with few lines.", "Its keys are Curve25519, and WireGuard roams."]
CAKES = ["A cake is made of flour.", "The OOM killer is no cake."]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("answers")
    place = Library(root)
    topics = {"Memory": MEMORY, "Tunnels": TUNNEL}
    library_by_hand.add(place, "kernel", topics, title="=Kernel news", show="Daily", day=(2026, 3, 1), sound=True)
    library_by_hand.add(place, "cakes", {"Cakes": CAKES}, title="Cakes", show="Weekly", day=(2024, 5, 1))
    library_by_hand.add(place, "tunnels", {"VPN": TUNNEL, "OOM killer": MEMORY}, title="Tunnels again")
    library_by_hand.index(place)
    return root


def podpipe(library: Path, *arguments: str, code: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {key: value for key, value in os.environ.items() if key != "PODPIPE_LIBRARY"}
    done = subprocess.run(
        [sys.executable, "-m", "podpipe", *arguments],
        cwd=library, capture_output=True, text=True, encoding="utf-8", env=inherited | environment, timeout=120,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert done.returncode == code, done.stderr
    return done


def on_terminal(library: Path, columns: int, *arguments: str, **environment: str) -> str:
    """What a command prints on a terminal of so many columns."""
    master, slave = pty.openpty()
    inherited = {k: v for k, v in os.environ.items() if k not in ("PODPIPE_LIBRARY", "NO_COLOR", "FORCE_COLOR")}
    process = subprocess.Popen(
        [sys.executable, "-m", "podpipe", *arguments],
        cwd=library, stdout=slave, stderr=slave, stdin=slave,
        env=inherited | {"TERM": "xterm-256color", "COLUMNS": str(columns)} | environment,
    )  # fmt: skip
    os.close(slave)
    data = b""
    try:
        while part := os.read(master, 65_536):
            data += part
    except OSError:  # Linux says so at the end of a terminal
        pass
    os.close(master)
    assert process.wait(60) == 0
    return data.decode().replace("\r\n", "\n")


def test_hits_are_grouped_by_episode_and_numbered(library: Path) -> None:
    answer = podpipe(library, "search", '"OOM killer"').stdout
    numbers = re.findall(r"^(\d)\. (.*)$", answer, re.MULTILINE)
    assert [number for number, _ in numbers] == ["1", "2", "3"]
    assert re.search(r"^1\. Tunnels again\n   \d:\d\d · OOM killer\n", answer)
    assert answer.count("\n\n") == 3
    both = podpipe(library, "search", "wireguard OR cache", "--episode", "kernel").stdout
    assert both.startswith("1. =Kernel news · Daily · 2026-03-01\n   0:")
    assert re.search(r"\n2\. 0:\d\d · \w+\n", both)


def test_json_lines_and_a_table_say_the_same(library: Path) -> None:
    hits = json.loads(podpipe(library, "search", "oom killer", "--json").stdout)
    lines = podpipe(library, "search", "oom killer", "--jsonl").stdout.splitlines()
    rows = list(csv.DictReader(podpipe(library, "search", "oom killer", "--csv").stdout.splitlines()))
    assert [json.loads(line) for line in lines] == hits
    assert [int(row["number"]) for row in rows] == [hit["number"] for hit in hits]
    assert [row["snippet"].lstrip("'") for row in rows] == [hit["snippet"] for hit in hits]
    assert {row["episode_title"] for row in rows} >= {"'=Kernel news", "Cakes"}
    assert [hit["score"] for hit in hits] == sorted((hit["score"] for hit in hits), reverse=True)


def test_a_number_is_what_play_takes(library: Path) -> None:
    hits = json.loads(podpipe(library, "search", "wireguard", "--json").stdout)
    wanted = next(hit for hit in hits if hit["episode_id"] == "kernel")
    done = podpipe(library, "play", str(wanted["number"]), code=1, PATH="")
    assert f"#t={wanted['start_ms'] / 1000:g}" in done.stderr


def test_sentences_around_a_hit(library: Path) -> None:
    (hit,) = json.loads(podpipe(library, "search", "Curve25519", "--episode", "kernel", "-C", "1", "--json").stdout)
    assert hit["context"] == " ".join(TUNNEL)
    assert [hit["context"][start:end] for start, end in hit["context_marks"]] == ["Curve25519"]
    assert hit["context_start_ms"] < hit["start_ms"]
    shown = podpipe(library, "search", "Curve25519", "--episode", "kernel", "--context", "9").stdout
    assert f"{' '.join(MEMORY)} {TUNNEL[0]} Its keys are **Curve25519**, and WireGuard roams." in shown


@pytest.mark.parametrize(
    ("arguments", "same_as"),
    [
        (["Curve25519", "--context"], ["Curve25519", "--context", "2"]),
        (["--context", "Curve25519"], ["Curve25519", "-C", "2"]),
        (["-C", "--limit", "1", "Curve25519"], ["Curve25519", "--limit", "1", "-C", "2"]),
    ],
)
def test_two_sentences_are_around_a_hit_where_no_number_is_given(
    library: Path, arguments: list[str], same_as: list[str]
) -> None:
    shown = podpipe(library, "search", *arguments, "--json").stdout
    assert json.loads(shown) == json.loads(podpipe(library, "search", *same_as, "--json").stdout)
    assert json.loads(shown)[0]["context"]


def test_what_follows_two_dashes_is_no_option(library: Path) -> None:
    podpipe(library, "search", "--json", "--", "--context", code=1)


def test_why_a_hit_stands_where_it_does(library: Path) -> None:
    shown = podpipe(library, "search", "oom killer", "--explain").stdout
    assert re.search(r"^   score \d\.\d\d\n     \+\d\.\d\d  all of the query is in ", shown, re.MULTILINE)
    for hit in json.loads(podpipe(library, "search", "oom killer", "--explain", "--json").stdout):
        total = sum(reason["value"] * reason["weight"] for reason in hit["reasons"])
        assert total == pytest.approx(hit["score"], abs=0.001)


def test_by_day_and_of_a_show(library: Path) -> None:
    def ids(*options: str) -> list[str]:
        return [hit["episode_id"] for hit in json.loads(podpipe(library, "search", "oom", "--json", *options).stdout)]

    assert ids("--sort", "newest") == ["kernel", "cakes", "tunnels"]
    assert ids("--sort", "oldest") == ["cakes", "kernel", "tunnels"]
    assert ids("--show", "weekly") == ["cakes"]
    assert ids("--since", "2025") == ["kernel"]
    assert ids("--episode", "Tunnels ag") == ["tunnels"]


def test_a_playlist_and_its_files(library: Path) -> None:
    lines = podpipe(library, "search", "cache", "--m3u").stdout.splitlines()
    at = lines.index(str(library / "episodes" / "kernel" / "episode.mp3"))
    assert lines[0] == "#EXTM3U"
    assert lines[at - 3] == "#EXTINF:-1,=Kernel news · 0:01 · Memory"
    assert re.fullmatch(r"#EXTVLCOPT:start-time=1\.\d+", lines[at - 2])
    assert re.fullmatch(r"#EXTVLCOPT:stop-time=\d+\.\d+", lines[at - 1])
    assert "https://example.org/tunnels.mp3" in lines


@pytest.mark.skipif(shutil.which("mpv") is None, reason="mpv is not installed")
def test_mpv_begins_at_each_hit(library: Path, tmp_path: Path) -> None:
    made = podpipe(library, "search", "wireguard OR cache", "--episode", "kernel", "--edl").stdout
    (tmp_path / "hits.edl").write_text(made)
    status = "${=time-pos} ${chapters} ${chapter-list/0/title} ${=duration}"
    command = ["mpv", "--no-config", "--no-video", "--ao=null", "--length=0.5", f"--term-status-msg=<{status}>"]
    done = subprocess.run([*command, "hits.edl"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    (_, _, title, duration), *_ = re.findall(r"<(\S+) (\d+) (.*?) (\S+)>", done.stdout + done.stderr)
    lengths = [float(length) for length in re.findall(r"length=([\d.]+)", made)]
    assert title in made
    assert float(duration) > sum(lengths) > 3


def test_clips_are_cut_and_named(library: Path, tmp_path: Path) -> None:
    done = podpipe(library, "search", "Curve25519", "--episode", "kernel", "--clip", str(tmp_path / "clips"))
    (clip,) = (tmp_path / "clips").iterdir()
    assert re.fullmatch(r"01-kernel-news-0m\d\ds-tunnels\.mp3", clip.name)
    assert f"{clip} (0:" in done.stdout
    some = podpipe(library, "search", "Curve25519", "--clip", str(tmp_path / "more"), "--json", code=1)
    assert [("clip" in hit, hit["episode_id"]) for hit in json.loads(some.stdout)].count((True, "kernel")) == 1
    assert "can't be cut" in some.stderr


def test_what_is_related(library: Path) -> None:
    shown = podpipe(library, "search", "wireguard", "--related").stdout
    assert "Often talked of together with it\n   podpipe search " in shown
    assert "podpipe search 'topic:\"VPN\"'  (Tunnels again)" in shown
    answer = json.loads(podpipe(library, "search", "wireguard", "--related", "--json").stdout)
    assert answer["hits"] and answer["related"]["terms"]


@pytest.mark.parametrize("columns", [40, 100])
def test_on_a_terminal(library: Path, columns: int) -> None:
    shown = on_terminal(library, columns, "search", "wireguard", "--explain")
    assert "\x1b[1;33mWireGuard\x1b[0m" in shown
    assert "**" not in shown
    text = re.sub(r"\x1b\[[\d;]*m", "", shown)
    wide = [line for line in text.splitlines() if len(line.rstrip()) > columns and "podpipe play" not in line]
    assert all("://" in line for line in wide)


def test_without_colours_matches_are_seen_all_the_same(library: Path) -> None:
    assert "**WireGuard**" in on_terminal(library, 80, "search", "wireguard", TERM="dumb")
    plain = on_terminal(library, 80, "search", "wireguard", NO_COLOR="1")
    assert "\x1b[1mWireGuard\x1b[0m" in plain
    assert not re.search(r"\x1b\[[\d;]*3\dm", plain)


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (["search", "x", "--json", "--csv"], 2, "one form at a time"),
        (["search", "x", "--sort", "luck"], 2, "luck"),
        (["search", "cache", "--episode", "nowhere"], 1, "no episode in"),
        (["search", "cache", "--clip", "index/identity"], 1, "index/identity"),
        (["similar", "nowhere"], 1, "no episode in"),
        (["similar", "kernel#Gardening"], 1, "has no chapter 'Gardening'; its chapters: 1 Memory, 2 Tunnels"),
        (["topics", "--plot", "topics.bmp"], 1, "must end in .png, .svg or .html"),
        (["topics", "--show", "nowhere"], 1, "No topics of this show or time"),
    ],
)
def test_mistakes(library: Path, arguments: list[str], code: int, complaint: str) -> None:
    done = podpipe(library, *arguments, code=code)
    assert complaint in re.sub(r"[\s│]+", " ", done.stderr + done.stdout)


def test_topics_of_the_library(library: Path, tmp_path: Path) -> None:
    shown = podpipe(library, "topics").stdout
    assert shown.startswith(
        "3 episodes, 2024 Q2 to 2026 Q1, by quarter\n1 of them have no date and are in no quarter.\n"
    )
    assert re.search(r"^WireGuard +2  [ ▁-█]+$", shown, re.MULTILINE)
    assert "\nSearch next\n   podpipe search " in shown
    answer = json.loads(podpipe(library, "topics", "--by", "year", "--json").stdout)
    assert [(period["label"], period["episodes"]) for period in answer["periods"]] == [
        ("2024", 1), ("2025", 0), ("2026", 1)
    ]  # fmt: skip
    assert {"text", "query", "counts", "trend"} <= set(answer["topics"][0])
    assert re.search(r"^WireGuard +2  [ .:=+*#@-]+$", podpipe(library, "topics", PYTHONIOENCODING="ascii").stdout, re.M)
    assert podpipe(library, "topics", "--since", "2025").stdout.startswith("1 episode\n")


@pytest.mark.parametrize("ending", ["png", "svg", "html"])
def test_a_picture_of_the_topics(library: Path, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"topics.{ending}"
    assert podpipe(library, "topics", "--plot", str(path)).stdout == f"Topics: {path}\n"
    data = path.read_bytes()
    assert data[:4] == {"png": b"\x89PNG", "svg": b"<?xm", "html": b"<!do"}[ending]
    assert ending == "png" or b">WireGuard</text>" in data


def test_more_like_this(library: Path) -> None:
    found = json.loads(podpipe(library, "similar", "kernel", "--json").stdout)
    assert found[0]["episode_id"] == "tunnels"
    shown = podpipe(library, "similar", "kernel#tun").stdout
    assert re.search(r"^1\. Tunnels again\n   0:\d\d · VPN\n   \d+% alike: ", shown)
    assert podpipe(library, "similar", "kernel#2").stdout == shown
    done = podpipe(library, "play", "1", code=1, PATH="")
    assert "tunnels" in done.stderr


def test_the_index_in_figures(library: Path) -> None:
    answer = json.loads(podpipe(library, "index", "stats", "--json").stdout)
    assert (answer["episodes"], answer["shows"], answer["passages"], answer["titles"]) == (3, 2, 5, 8)
    assert answer["first_day"] == "2024-05-01"
    shown = podpipe(library, "index", "stats").stdout
    assert re.search(rf"^Engine    {answer['engine']}\nEpisodes  3 of 2 shows, 2024-05-01 to 2026-03-01\n", shown)
    assert "tantivy" in shown


def test_differences_are_found_and_mended(library: Path, tmp_path: Path) -> None:
    root = tmp_path / "copy"
    shutil.copytree(library, root)
    all_is_well = "The index has every episode as it is (3).\n"
    assert podpipe(root, "index", "verify").stdout == all_is_well
    shutil.rmtree(root / "episodes" / "cakes")
    library_by_hand.add(Library(root), "new", {"News": ["Something new."]})
    chapters = root / "episodes" / "kernel" / "chapters.json"
    chapters.write_text(chapters.read_text().replace("Tunnels", "Burrows"))
    answer = json.loads(podpipe(root, "index", "verify", "--json", code=1).stdout)
    states = {difference["episode_id"]: difference["state"] for difference in answer["differences"]}
    assert states == {"cakes": "extra", "new": "missing", "kernel": "stale"}
    assert "podpipe index verify --fix mends them" in podpipe(root, "index", "verify", code=1).stdout
    assert "3 differ: 1 extra, 1 stale, 1 missing; 3 mended." in podpipe(root, "index", "verify", "--fix").stdout
    assert podpipe(root, "index", "verify").stdout == all_is_well
    assert json.loads(podpipe(root, "search", "topic:burrows", "--json").stdout)
    (root / "episodes" / "new" / "transcript.json").write_text("{")
    assert "new is unreadable: " in podpipe(root, "index", "verify", "--fix", code=1).stdout


def test_an_index_is_optimized(library: Path, tmp_path: Path) -> None:
    root = tmp_path / "copy"
    shutil.copytree(library, root)
    shutil.rmtree(root / "episodes" / "cakes")
    podpipe(root, "index", "verify", "--fix")
    podpipe(root, "index", "optimize")
    assert "is as small and quick as it gets" in podpipe(root, "index", "optimize").stdout
    assert len(json.loads(podpipe(root, "search", "oom", "--json").stdout)) == 2
