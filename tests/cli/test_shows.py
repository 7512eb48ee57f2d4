"""The commands about shows as a user runs them, against a publisher on this machine."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from cli.test_cli import PODPIPE, podpipe
from loopback import Loopback
from shows.following import Item, Publisher


@pytest.fixture
def publisher(site: Loopback, tone: Path) -> Publisher:
    return Publisher(site, tone.read_bytes())


def test_a_show_is_followed_from_the_first_day_on(tmp_path: Path, publisher: Publisher) -> None:
    assert "No shows yet" in podpipe("status", cwd=tmp_path).stdout
    assert list(tmp_path.iterdir()) == []
    assert "No shows are followed yet" in podpipe("update", cwd=tmp_path).stdout
    publisher.audio(2, 3)
    url = publisher.feed(
        [Item(1), Item(2, title="Bad \x1b]0;title".replace("\x1b", "&#27;")), Item(3)], title="The Show"
    )
    said = podpipe("subscribe", url, "--limit", 3, cwd=tmp_path).stdout
    assert re.search(r"Subscribed to The Show: 3 new episodes\. the-show-[0-9a-f]{8}\n", said)
    assert "Already subscribed to The Show: nothing new" in podpipe("subscribe", url, cwd=tmp_path).stdout
    done = podpipe("update", cwd=tmp_path, code=1)
    assert re.search(r"The Show +2 +1 +0", done.stdout)
    assert "/1.mp3 does not exist (HTTP 404)" in done.stdout
    assert "not tried again unless its feed changes, or by podpipe retry 2026-01-01-episode-1-" in done.stdout
    assert "2 done, 1 failed. Library: " in done.stdout
    assert "✓ Episode 3 · 0:03" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    status = podpipe("status", cwd=tmp_path).stdout
    assert re.search(r"the-show-\w{8} +The Show +2 +0 +1 +0 +read just now", status)
    rows = json.loads(podpipe("status", "the show", "--json", cwd=tmp_path).stdout)["episodes"]
    assert {row["title"]: row["state"] for row in rows}["Episode 1"] == "failed"
    failed = podpipe("status", "episode 1", cwd=tmp_path).stdout
    assert "State     failed" in failed and "Next try  never" in failed
    assert "Nothing new in 1 show." in podpipe("update", cwd=tmp_path).stdout
    publisher.audio(1)
    report = json.loads(podpipe("retry", "episode 1", "--json", cwd=tmp_path).stdout)
    assert [episode["status"] for episode in report["episodes"]] == ["done"]


def test_a_feed_that_fails_rests_and_an_update_says_so(tmp_path: Path, publisher: Publisher) -> None:
    url = publisher.feed([], title="The Show")
    podpipe("subscribe", url, cwd=tmp_path)
    assert "✓ Shows: 1 followed" in podpipe("doctor", cwd=tmp_path).stdout
    publisher.site.replies.clear()
    assert "1 feed could not be read" in podpipe("update", cwd=tmp_path, code=1).stdout
    again = podpipe("update", cwd=tmp_path).stdout
    assert re.search(
        r"No feed was asked\. The feed of The Show could not be read; asked again in \d+ min, or by", again
    )
    assert "Shows: 1 followed; feeds that can't be read: 1" in podpipe("doctor", cwd=tmp_path).stdout
    publisher.feed([], title="The Show")
    assert "Nothing new in 1 show." in podpipe("update", "the show", cwd=tmp_path).stdout


def test_subscriptions_come_from_other_apps_and_go_to_them(tmp_path: Path, publisher: Publisher) -> None:
    one = publisher.feed([], "/one", title="One & only")
    publisher.feed([], "/two?token=abcd1234", title="Two")
    (tmp_path / "in.opml").write_text(
        f'<opml version="1.0"><body><outline text="Folder"><outline type="rss" text="One" xmlUrl="{one}"/></outline>'
        f'<outline type="rss" text="One again" xmlUrl="{one}"/></body></opml>'
    )
    (tmp_path / "podpipe.toml").write_text('[network]\nallow_hosts = ["127.0.0.1"]\n')
    assert "Subscribed to One & only: no episodes" in podpipe("subscribe", "in.opml", cwd=tmp_path).stdout
    podpipe("subscribe", f"{publisher.site.url}/two?token=abcd1234", "--language", "de", cwd=tmp_path)
    listed = podpipe("subscriptions", cwd=tmp_path).stdout
    assert "One & only" in listed and "de" in listed and "abcd1234" not in listed
    written = podpipe("subscriptions", "--opml", "-", cwd=tmp_path)
    assert 'text="One &amp; only"' in written.stdout and "abcd1234" not in written.stdout
    assert "1 private feed left out" in written.stderr
    podpipe("subscriptions", "--opml", "all.opml", "--secrets", cwd=tmp_path)
    assert (tmp_path / "all.opml").stat().st_mode & 0o077 == 0
    other = tmp_path / "other"
    other.mkdir()
    (other / "podpipe.toml").write_text('[network]\nallow_hosts = ["127.0.0.1"]\n')
    podpipe("subscribe", tmp_path / "all.opml", cwd=other)
    titles = [show["title"] for show in json.loads(podpipe("subscriptions", "--json", cwd=other).stdout)]
    assert titles == ["One & only", "Two"]


def test_what_is_removed_stays_away_and_nobody_is_asked_where_nobody_is(tmp_path: Path, publisher: Publisher) -> None:
    publisher.audio(1, 2)
    podpipe("subscribe", publisher.feed([Item(1), Item(2)], title="The Show"), cwd=tmp_path)
    podpipe("update", cwd=tmp_path)
    assert "add --yes" in podpipe("remove", "episode 1", cwd=tmp_path, code=1).stderr
    assert re.match(r"Removed 2026-01-01-episode-1-\w{8}\.", podpipe("remove", "episode 1", "-y", cwd=tmp_path).stdout)
    assert "Nothing new" in podpipe("update", cwd=tmp_path).stdout
    assert "Episode 1" not in podpipe("list", cwd=tmp_path).stdout
    assert "is not followed any longer" in podpipe("unsubscribe", "the show", cwd=tmp_path).stdout
    assert "is not subscribed to" in podpipe("update", "the show", cwd=tmp_path, code=1).stderr
    assert "Removed the show The Show and 1 episode." in podpipe("remove", "the show", "-y", cwd=tmp_path).stdout
    assert list((tmp_path / "episodes").glob("2026*")) == []


def test_each_feed_that_cannot_be_subscribed_to_is_named(tmp_path: Path, publisher: Publisher) -> None:
    good = publisher.feed([], "/good", title="Good")
    bad = publisher.site.serve("/bad", "no feed")
    done = podpipe("subscribe", bad, good, publisher.site.url + "/gone", "absent.opml", cwd=tmp_path, code=1)
    assert "Subscribed to Good" in done.stdout
    assert [line for line in done.stderr.splitlines() if line] == [
        f"podpipe: {bad} is neither a feed nor a page that names one",
        f"podpipe: {publisher.site.url}/gone does not exist (HTTP 404); check the address",
        "podpipe: absent.opml is neither an address with https:// nor a file that can be read "
        "(No such file or directory)",
    ]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_watching_goes_on_until_it_is_stopped(tmp_path: Path, publisher: Publisher, how: signal.Signals) -> None:
    publisher.audio(1)
    podpipe("subscribe", publisher.feed([Item(1)], title="The Show", etag='"a"'), cwd=tmp_path)
    environment = {key: value for key, value in os.environ.items() if key != "PODPIPE_LIBRARY"}
    command = [*PODPIPE, "update", "--watch", "60"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as running:
        until = time.monotonic() + 60
        while "done" not in podpipe("status", "the show", cwd=tmp_path).stdout:
            assert time.monotonic() < until
            time.sleep(0.2)
        time.sleep(2)
        running.send_signal(how)
        try:
            out, err = running.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            running.kill()
            raise
    assert running.returncode == 0, err
    assert "1 done. Library: " in out
    assert err.endswith("stopped\n")
