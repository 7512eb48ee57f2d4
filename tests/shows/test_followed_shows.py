from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from loopback import Loopback
from podpipe.errors import LibraryError, PodpipeError
from podpipe.library import Library
from podpipe.models import Soundbite
from podpipe.net import Client
from podpipe.search import open_index
from podpipe.shows import Options, removal
from podpipe.shows.registry import Registry
from podpipe.sources import Selection
from shows.following import Follower, Item, Publisher


def statuses(found) -> dict[str, str]:
    return {done.entry.title: done.outcome.status for done in found}


def test_what_is_published_is_fetched_once_and_then_only_what_is_new(follower: Follower, publisher: Publisher) -> None:
    publisher.audio(1, 2, 3)
    url = publisher.feed([Item(1), Item(2)], etag='"a"')
    assert follower.subscribe(url).news.new == 2
    assert statuses(follower.update()) == {"Episode 2": "done", "Episode 1": "done"}
    assert follower.update() == []
    assert publisher.requests("/feed")[-1]["if-none-match"] == '"a"'
    publisher.feed([Item(1), Item(2), Item(3)], etag='"b"')
    assert statuses(follower.update()) == {"Episode 3": "done"}
    assert [len(publisher.requests(f"/{n}.mp3")) for n in (1, 2, 3)] == [1, 1, 1]
    assert follower.hits("OOM") == {"Episode 1", "Episode 2", "Episode 3"}


def test_a_failure_stops_no_other_and_is_tried_again_when_it_may_have_passed(
    follower: Follower, publisher: Publisher
) -> None:
    publisher.audio(1, 3)
    publisher.site.serve("/2.mp3", "<html>down</html>", "text/html")
    follower.subscribe(publisher.feed([Item(1), Item(2), Item(3), Item(4)], etag='"a"'))
    found = {done.entry.title: done for done in follower.update()}
    assert {title: done.outcome.status for title, done in found.items()} == {
        "Episode 1": "done", "Episode 2": "failed", "Episode 3": "done", "Episode 4": "failed",
    }  # fmt: skip
    assert "web page" in found["Episode 2"].entry.error
    assert found["Episode 2"].entry.next_try == pytest.approx(follower.now + 900, rel=0.2)
    assert "does not exist" in found["Episode 4"].entry.error
    assert found["Episode 4"].entry.next_try is None
    publisher.audio(2, 4)
    assert follower.update() == []
    follower.now += 2000
    assert statuses(follower.update()) == {"Episode 2": "done"}
    assert statuses(follower.retry("episode 4")) == {"Episode 4": "done"}


def test_failures_wait_longer_each_time_and_rest_in_the_end(follower: Follower, publisher: Publisher) -> None:
    publisher.site.serve("/1.mp3", "<html>down</html>", "text/html")
    follower.subscribe(publisher.feed([Item(1)], etag='"a"'))
    waits = []
    for _ in range(12):
        (done,) = follower.update()
        if done.entry.next_try is None:
            break
        waits.append(done.entry.next_try - follower.now)
        follower.now = done.entry.next_try
    assert len(waits) == 11
    assert waits[0] < 1100 < 3000 < waits[1] < waits[2] < waits[3]
    assert waits[-1] > 6 * 86_400
    follower.now *= 2
    assert follower.update() == []


def test_an_item_that_is_mended_in_the_feed_is_tried_at_once(follower: Follower, publisher: Publisher) -> None:
    follower.subscribe(publisher.feed([Item(1)], etag='"a"'))
    assert statuses(follower.update()) == {"Episode 1": "failed"}
    publisher.audio(1, prefix="/moved")
    publisher.feed([Item(1, url="/moved/1.mp3")], etag='"b"')
    assert statuses(follower.update()) == {"Episode 1": "done"}


def test_new_notes_cost_no_download(follower: Follower, publisher: Publisher) -> None:
    publisher.audio(1)
    follower.subscribe(publisher.feed([Item(1)]))
    follower.update()
    publisher.feed([Item(1, notes="Memory. Let us begin with the OOM killer.")])
    (done,) = follower.update()
    assert next(iter(done.outcome.seconds)) == "describe"
    assert len(publisher.requests("/1.mp3")) == 1


def test_other_soundbites_cost_nothing_but_themselves(follower: Follower, publisher: Publisher) -> None:
    publisher.audio(1)
    follower.subscribe(publisher.feed([Item(1)]))
    follower.update()
    (folder,) = follower.library
    publisher.feed([Item(1, more='<podcast:soundbite startTime="1" duration="1.5">Hear</podcast:soundbite>')])
    (done,) = follower.update()
    assert list(done.outcome.seconds) == ["describe"]
    assert folder.episode().soundbites == (Soundbite(1000, 1500, "Hear"),)
    publisher.feed([Item(1)])
    (done,) = follower.update()
    assert list(done.outcome.seconds) == ["describe"]
    assert folder.episode().soundbites == ()


def test_a_tracker_before_the_address_costs_no_download(follower: Follower, publisher: Publisher) -> None:
    publisher.audio(1)
    publisher.audio(1, prefix="/a/cdn.example.org")
    publisher.audio(1, prefix="/other/place", etag='"different"')
    follower.subscribe(publisher.feed([Item(1, url="/a/cdn.example.org/1.mp3")]))
    follower.update()
    (folder,) = follower.library
    publisher.feed([Item(1, url="/b/cdn.example.org/1.mp3")])  # nothing is there: it is not even asked
    (done,) = follower.update()
    assert "fetch" in done.outcome.seconds and "transcribe" not in done.outcome.seconds
    assert folder.episode().enclosure.endswith("/b/cdn.example.org/1.mp3")
    publisher.feed([Item(1, url="/other/place/1.mp3")])  # another host: its first bytes and its size tell
    (done,) = follower.update()
    assert "transcribe" not in done.outcome.seconds
    publisher.feed([Item(1, url="/other/place/1.mp3", notes="New notes")])
    follower.update()
    assert len(publisher.requests("/other/place/1.mp3")) == 1


def test_replaced_audio_is_heard_again(follower: Follower, publisher: Publisher) -> None:
    publisher.audio(1)
    follower.subscribe(publisher.feed([Item(1)]))
    follower.update()
    publisher.site.serve("/1.mp3", publisher.sound[: len(publisher.sound) // 2], "audio/mpeg", etag='"new"')
    publisher.feed([Item(1, length=len(publisher.sound) // 2)])
    (done,) = follower.update()
    assert "transcribe" in done.outcome.seconds


def test_signatures_that_change_with_each_reading_change_nothing(follower: Follower, publisher: Publisher) -> None:
    publisher.site.serve("/1.mp3?sig=1", publisher.sound, "audio/mpeg")
    follower.subscribe(publisher.feed([Item(1, url="/1.mp3?sig=1")]))
    follower.update()
    publisher.feed([Item(1, url="/1.mp3?sig=2")])
    assert follower.update() == []


def test_a_publisher_who_changes_all_guids_publishes_nothing_new(follower: Follower, publisher: Publisher) -> None:
    publisher.audio(1, 2)
    follower.subscribe(publisher.feed([Item(1), Item(2)]))
    follower.update()
    publisher.audio(1, 2, prefix="/host2")
    publisher.feed([Item(n, guid=f"new-{n}", url=f"/host2/{n}.mp3") for n in (1, 2)])
    found = follower.update()
    assert all("transcribe" not in done.outcome.seconds for done in found)
    assert len(list(follower.library)) == 2


def test_the_same_guid_in_two_shows_is_two_episodes(follower: Follower, publisher: Publisher) -> None:
    publisher.audio(1)
    publisher.audio(1, prefix="/b")
    follower.subscribe(publisher.feed([Item(1)], "/feed", title="One"))
    follower.subscribe(publisher.feed([Item(1, url="/b/1.mp3")], "/other", title="Other"))
    assert len(follower.update()) == 2
    assert sorted(folder.episode().show for folder in follower.library) == ["One", "Other"]
    assert follower.update() == []


def test_what_to_begin_with_and_what_to_take_can_be_chosen(follower: Follower, publisher: Publisher) -> None:
    publisher.audio(*range(1, 7))
    options = Options(Selection(limit=2))
    follower.subscribe(publisher.feed([Item(n) for n in range(1, 6)]), options)
    assert set(statuses(follower.update())) == {"Episode 5", "Episode 4"}
    publisher.feed([Item(n) for n in range(1, 7)])
    assert set(statuses(follower.update())) == {"Episode 6"}
    assert set(statuses(follower.retry("episode 1"))) == {"Episode 1"}
    assert follower.states()["Episode 2"] == "skipped"
    assert set(statuses(follower.retry("show", skipped=True))) == {"Episode 2", "Episode 3"}


def test_an_update_can_be_kept_small(follower: Follower, publisher: Publisher) -> None:
    publisher.audio(*range(1, 6))
    follower.subscribe(publisher.feed([Item(n) for n in range(1, 6)]))
    assert set(statuses(follower.update(limit=1))) == {"Episode 5"}
    assert set(statuses(follower.update(since=date(2026, 1, 3)))) == {"Episode 4", "Episode 3"}
    assert set(statuses(follower.update())) == {"Episode 2", "Episode 1"}


def test_each_show_is_heard_as_it_wants(follower: Follower, publisher: Publisher) -> None:
    publisher.audio(1, 2)
    follower.subscribe(publisher.feed([Item(1)], "/a", title="A"), Options(model="tiny"))
    follower.subscribe(publisher.feed([Item(2)], "/b", title="B"), Options(engine="openai-whisper"))
    follower.update()
    assert set(follower.opened) == {("faster-whisper", "tiny"), ("openai-whisper", "base")}


def test_nothing_is_opened_where_nothing_is_due(follower: Follower, publisher: Publisher) -> None:
    follower.subscribe(publisher.feed([]))
    assert follower.update() == []
    assert follower.opened == []


def test_all_pages_are_read_and_later_only_as_far_as_there_is_news(follower: Follower, publisher: Publisher) -> None:
    publisher.audio(*range(1, 8))

    def link(page: int) -> str:
        return f'<atom:link rel="next" href="/page{page}"/>'

    url = publisher.feed([Item(6), Item(5)], "/feed", link(2), etag='"a"')
    publisher.feed([Item(4), Item(3)], "/page2", link(3))
    publisher.feed([Item(2), Item(1)], "/page3", link(2))  # in a circle
    assert follower.subscribe(url).news.new == 6
    assert [len(publisher.requests(path)) for path in ("/feed", "/page2", "/page3")] == [1, 1, 1]
    assert len(follower.update()) == 6
    publisher.feed([Item(7), Item(6)], "/feed", link(2), etag='"b"')
    assert len(follower.update()) == 1
    assert [len(publisher.requests(path)) for path in ("/feed", "/page2", "/page3")] == [3, 2, 1]


def test_pages_that_could_not_be_read_are_read_the_next_time(follower: Follower, publisher: Publisher) -> None:
    publisher.audio(1, 2)
    url = publisher.feed([Item(2)], "/feed", '<atom:link rel="next" href="/page2"/>', etag='"a"')
    result = follower.subscribe(url)
    assert "older episodes could not be read" in result.remarks[0]
    publisher.feed([Item(1)], "/page2")
    assert len(follower.update()) == 2


def test_a_feed_that_has_moved_for_good_is_asked_where_it_is(follower: Follower, publisher: Publisher) -> None:
    site = publisher.site
    publisher.feed([Item(1)], "/new", f"<itunes:new-feed-url>{site.url}/new</itunes:new-feed-url>")
    publisher.feed([Item(1)], "/mid", f"<itunes:new-feed-url>{site.url}/new</itunes:new-feed-url>")
    old = site.serve("/old", b"", status=301, headers={"Location": "/mid"})
    show = follower.subscribe(old).subscription
    assert show.feed == f"{site.url}/new"
    follower.update()
    assert len(publisher.requests("/old")) == 1
    shown = json.loads((follower.library.root / "shows" / show.id / "show.json").read_text())
    assert shown["feed"] == f"{site.url}/new"


def test_a_host_nearby_is_asked_again_only_where_the_user_has_named_it(
    follower: Follower, publisher: Publisher
) -> None:
    there = publisher.feed([Item(1)], "/new").replace("127.0.0.1", "localhost")
    url = publisher.feed([Item(1)], head=f"<itunes:new-feed-url>{there}</itunes:new-feed-url>")
    assert follower.subscribe(publisher.feed([Item(1)], "/stays")).subscription.is_typed
    show = follower.subscribe(url).subscription
    assert (show.feed, show.is_typed) == (there, False)
    follower.update(show.id)
    assert "private network" in follower.results[0].error


def test_moves_in_a_circle_lead_nowhere(follower: Follower, publisher: Publisher) -> None:
    publisher.feed([Item(1)], "/a", f"<itunes:new-feed-url>{publisher.site.url}/b</itunes:new-feed-url>")
    url = publisher.feed([Item(1)], "/b", f"<itunes:new-feed-url>{publisher.site.url}/a</itunes:new-feed-url>")
    assert follower.subscribe(url).subscription.feed == url
    follower.update()
    assert follower.results[0].subscription.feed == url


def test_a_move_for_the_time_being_changes_nothing(follower: Follower, publisher: Publisher) -> None:
    publisher.feed([Item(1)], "/elsewhere")
    url = publisher.site.serve("/feed", b"", status=302, headers={"Location": "/elsewhere"})
    assert follower.subscribe(url).subscription.feed == url


def test_a_move_to_where_no_feed_is_is_not_followed(follower: Follower, publisher: Publisher) -> None:
    gone = "<itunes:new-feed-url>/nowhere</itunes:new-feed-url>"
    url = publisher.feed([Item(1)], "/feed", gone)
    result = follower.subscribe(url)
    assert result.subscription.feed == url
    assert "it is not there" in result.remarks[0]


def test_a_feed_that_fails_is_asked_again_later_and_keeps_its_episodes(
    follower: Follower, publisher: Publisher
) -> None:
    publisher.audio(1)
    follower.subscribe(publisher.feed([Item(1)], etag='"a"'))
    publisher.site.serve("/feed", "gone", status=410)
    assert statuses(follower.update()) == {"Episode 1": "done"}
    (result,) = follower.results
    assert "gone for good" in result.error
    follower.update()
    assert follower.results == []
    follower.now = result.subscription.next_check + 1
    follower.update()
    assert len(follower.results) == 1


def test_a_removed_episode_does_not_come_back_unless_it_is_wanted(follower: Follower, publisher: Publisher) -> None:
    publisher.audio(1, 2)
    follower.subscribe(publisher.feed([Item(1), Item(2)]))
    follower.update()
    gone = next(folder for folder in follower.library if folder.episode().title == "Episode 1")
    with Registry(follower.library.root) as registry, open_index(follower.library.index) as index:
        assert removal.remove(registry, follower.library, index, [gone.id], lambda: None) == []
    assert not gone.path.exists()
    assert follower.hits("OOM") == {"Episode 2"}
    publisher.feed([Item(1, notes="Changed"), Item(2)])
    assert follower.update() == []
    assert follower.states() == {"Episode 2": "done", "Episode 1": "removed"}
    assert statuses(follower.retry(gone.id)) == {"Episode 1": "done"}
    assert follower.hits("OOM") == {"Episode 1", "Episode 2"}


def test_what_its_feed_has_no_longer_can_not_be_brought_back(follower: Follower, publisher: Publisher) -> None:
    publisher.audio(1, 2)
    follower.subscribe(publisher.feed([Item(1), Item(2)]), Options(Selection(limit=1)))
    publisher.feed([Item(2)])
    with pytest.raises(LibraryError, match="not in its feed any longer"):
        follower.retry("episode 1")
    assert follower.states() == {"Episode 2": "waiting", "Episode 1": "failed"}


def test_a_failed_download_is_told_before_the_episode_that_is_heard_is_done(
    follower: Follower, publisher: Publisher
) -> None:
    publisher.audio(1)
    follower.subscribe(publisher.feed([Item(1, date="05 Jan 2026 08:00:00 +0000"), Item(2)]))
    told = threading.Event()

    def wait(episode, stage, done, total) -> None:
        if stage == "describe":
            assert told.wait(20)

    follower.progress = wait
    with Registry(follower.library.root):
        found = follower.update(on_done=lambda done: told.set() if done.outcome.status == "failed" else None)
    assert [done.entry.title for done in found] == ["Episode 2", "Episode 1"]


def test_an_episode_that_another_process_holds_is_left_to_it(follower: Follower, publisher: Publisher) -> None:
    publisher.audio(1, 2)
    follower.subscribe(publisher.feed([Item(1), Item(2)]))
    with Registry(follower.library.root) as registry:
        (show,) = registry.subscriptions()
        held = next(entry for entry in registry.entries(show.id) if entry.title == "Episode 1")
    with follower.library.lock(held.id, on_wait=None):
        assert statuses(follower.update()) == {"Episode 2": "done"}
        with Registry(follower.library.root) as registry, open_index(follower.library.index) as index:
            assert removal.remove(registry, follower.library, index, [held.id], lambda: None) == [held.id]
    assert statuses(follower.update()) == {"Episode 1": "done"}


def test_what_is_wrong_with_the_machine_is_no_episodes_fault(follower: Follower, publisher: Publisher) -> None:
    from podpipe.errors import SpeechError

    publisher.audio(1, 2)
    follower.subscribe(publisher.feed([Item(1), Item(2)]))

    def nothing(*_: str) -> None:
        raise SpeechError("there are no weights")

    follower._open = nothing
    (done,) = follower.update()
    assert (done.outcome.failure, done.entry.state) == ("here", "waiting")
    assert set(follower.states().values()) == {"waiting"}


def test_a_stop_at_any_stage_loses_nothing(follower: Follower, publisher: Publisher) -> None:
    publisher.audio(1, 2)
    follower.subscribe(publisher.feed([Item(1), Item(2)], etag='"a"'))
    seen: list[str] = []

    def stop(episode, stage, done, total) -> None:
        seen.append(stage)
        if stage == "align":
            raise KeyboardInterrupt

    follower.progress, kept = stop, follower.progress
    with pytest.raises(KeyboardInterrupt):
        follower.update()
    follower.progress = kept
    assert set(statuses(follower.update()).values()) == {"done"}
    assert [len(publisher.requests(f"/{n}.mp3")) for n in (1, 2)] == [1, 1]


def test_downloads_run_ahead_of_hearing_and_not_far(follower: Follower, publisher: Publisher) -> None:
    publisher.audio(*range(1, 9))
    follower.subscribe(publisher.feed([Item(n) for n in range(1, 9)]))
    ready: set[str] = set()
    most = 0
    lock = threading.Lock()

    def watch(episode, stage, done, total) -> None:
        nonlocal most
        with lock:
            if stage == "ready":
                ready.add(episode.guid)
            elif stage == "describe":
                ready.discard(episode.guid)
            most = max(most, len(ready))

    follower.progress = watch
    assert len(follower.update()) == 8
    assert 1 < most <= 4


def test_a_private_feeds_secrets_are_nowhere_but_in_the_registry(follower: Follower, publisher: Publisher) -> None:
    host = publisher.site.url.removeprefix("http://")
    secret = "?auth=s3cr3tabcdefgh1234567&show=1"
    publisher.site.serve(f"/1.mp3{secret}", publisher.sound, "audio/mpeg")
    publisher.feed(
        [Item(1, url=f"/1.mp3{escape_amp(secret)}"), Item(2, url=f"/2.mp3{escape_amp(secret)}")], f"/feed{secret}"
    )
    result = follower.subscribe(f"http://joe:hunter2@{host}/feed{secret}")
    assert result.subscription.is_private
    found = {done.entry.title: done for done in follower.update()}
    assert found["Episode 1"].outcome.status == "done"
    assert found["Episode 2"].outcome.status == "failed"
    for path in follower.library.root.rglob("*"):
        if path.is_file():
            is_secret = b"s3cr3t" in path.read_bytes() or b"hunter2" in path.read_bytes()
            assert is_secret == (path.name == "state.db"), path
    assert (follower.library.root / "shows" / "state.db").stat().st_mode & 0o077 == 0
    for done in found.values():
        assert "s3cr3t" not in f"{done}" and "hunter2" not in f"{done}"
    assert publisher.requests(f"/feed{secret}")[0]["authorization"].startswith("Basic ")
    assert publisher.requests(f"/1.mp3{secret}")[0]["authorization"].startswith("Basic ")


def escape_amp(text: str) -> str:
    return text.replace("&", "&amp;")


def test_an_ingested_feed_is_noted_and_can_be_followed_later(follower: Follower, publisher: Publisher) -> None:
    from podpipe.ingest import Request
    from podpipe.shows import once
    from podpipe.stages import Tools

    publisher.audio(1, 2, 3)
    url = publisher.feed([Item(1), Item(2), Item(3)])
    left: list[int] = []

    def ingest(limit: int | None = None) -> list[str]:
        with Client([url], pause_s=0) as client, open_index(follower.library.index, create=True) as index:
            request = Request((url,), selection=Selection(limit=limit))
            tools = Tools(client, follower.recogniser, index)
            outcomes = once.ingest(request, follower.library, tools, follower.progress, lambda _, n: left.append(n))
            return [outcome.episode.title for outcome in outcomes]

    assert ingest(limit=1) == ["Episode 3"]
    assert follower.states() == {"Episode 3": "done"}
    assert follower.update() == []
    assert follower.subscribe(url, Options(Selection(limit=2))).is_new
    assert statuses(follower.update()) == {"Episode 2": "done"}
    with Registry(follower.library.root) as registry, open_index(follower.library.index) as index:
        (entry,) = registry.find_entries("episode 3")
        removal.remove(registry, follower.library, index, [entry.id], lambda: None)
    assert ingest() == ["Episode 2", "Episode 1"]
    assert left == [1]


def test_a_library_of_an_older_version_goes_on(follower: Follower, publisher: Publisher, tmp_path: Path) -> None:
    from podpipe.ingest import Request, ingest
    from podpipe.stages import Tools

    publisher.audio(1, 2)
    url = publisher.feed([Item(1), Item(2)])
    with Client([url], pause_s=0) as client, open_index(follower.library.index, create=True) as index:
        request = Request((url,), selection=Selection(limit=1))
        list(ingest(request, follower.library, Tools(client, follower.recogniser, index), follower.progress))
    assert not (follower.library.root / "shows").exists()
    (folder,) = follower.library
    facts = json.loads((folder.path / "episode.json").read_text())
    for name in ("show_id", "season", "number", "kind", "explicit", "author", "persons"):
        del facts[name]
    (folder.path / "episode.json").write_text(json.dumps(facts))
    follower.subscribe(url)
    found = {done.entry.title: done.outcome for done in follower.update()}
    assert "transcribe" not in found["Episode 2"].seconds
    assert "transcribe" in found["Episode 1"].seconds
    assert len(publisher.requests("/2.mp3")) == 1


def test_a_guid_like_that_of_another_shows_old_episode_is_another_episode(
    follower: Follower, publisher: Publisher
) -> None:
    library = Library(follower.library.root)
    publisher.audio(1)
    follower.subscribe(publisher.feed([Item(1)], title="New"))
    follower.update()
    (folder,) = library
    stranger = replace(folder.episode(), show_id="other-show", show="Other", enclosure="http://other.example/1.mp3")
    assert library.id_of(stranger) != folder.id
    assert library.id_of(folder.episode()) == folder.id
    assert library.id_of(replace(folder.episode(), id="x-" + folder.id.rpartition("-")[2])) == folder.id


def test_names_that_fit_nothing_or_too_much_are_said(follower: Follower, publisher: Publisher) -> None:
    publisher.audio(1)
    follower.subscribe(publisher.feed([Item(1)], "/a", title="Alpha show"))
    follower.subscribe(publisher.feed([Item(2)], "/b", title="Beta show"))
    with pytest.raises(LibraryError, match="no show fits 'gamma'"):
        follower.update("gamma")
    with pytest.raises(LibraryError, match="fits 2 shows"):
        follower.update("show")
    with pytest.raises(LibraryError, match="fits 2 episodes"):
        follower.retry("episode")
    follower.update("alpha")
    with pytest.raises(LibraryError, match="is done"):
        follower.retry("episode 1")


def test_the_cover_of_a_show_is_fetched_where_there_is_none(follower: Follower, publisher: Publisher) -> None:
    png = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
    publisher.site.serve("/cover.png", png, "image/png")
    publisher.site.serve("/bad.png", b"GIF89a" + b"\0" * 99, "image/gif")
    head = '<itunes:image href="/{}.png"/>'
    show = follower.subscribe(publisher.feed([], head=head.format("bad")))
    assert "neither JPEG nor PNG" in show.remarks[0]
    cover = follower.library.root / "shows" / show.subscription.id / "cover.png"
    publisher.feed([], head=head.format("cover"))
    follower.update()
    assert cover.read_bytes() == png
    cover.write_bytes(b"mine")
    publisher.feed([], head=head.format("cover") + "<itunes:author>New</itunes:author>")
    follower.update()
    assert cover.read_bytes() == b"mine"


def test_a_show_is_followed_once_wherever_its_feed_is(follower: Follower, publisher: Publisher) -> None:
    guid = '<guid xmlns="https://podcastindex.org/namespace/1.0">one</guid>'
    first = follower.subscribe(publisher.feed([Item(1)], "/a", guid)).subscription
    again = follower.subscribe(publisher.feed([Item(1)], "/b", guid))
    assert (again.subscription.id, again.is_new) == (first.id, False)
    assert again.subscription.feed.endswith("/b")
    made_from_it = follower.subscribe(publisher.feed([Item(1)], "/c", guid, title="Another"))
    assert made_from_it.subscription.id != first.id


def test_what_is_no_feed_is_not_followed(follower: Follower, site: Loopback) -> None:
    for path, body, said in (
        ("/x", "just text", "neither a feed nor a page that names one"),
        ("/p", "<html><body><audio src='/a.mp3'></audio></body></html>", "page of one episode"),
    ):
        with pytest.raises(PodpipeError, match=said):
            follower.subscribe(site.serve(path, body))
    with Registry(follower.library.root) as registry:
        assert registry.subscriptions() == []
