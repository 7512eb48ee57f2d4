from __future__ import annotations

import gzip
import json
import threading
import time
import tracemalloc
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from loopback import Loopback, loopback
from podpipe.config import Config, Limits, Network
from podpipe.errors import FetchError, LibraryError
from podpipe.net import Client
from podpipe.net.coding import unpacked
from podpipe.net.failures import Passing, Refused

BODY = bytes(range(256)) * 2000
WEAK_DATE = "Thu, 01 Jan 2099 00:00:00 GMT"
STRONG_DATE = "Thu, 01 Jan 2026 00:00:00 GMT"


@pytest.fixture
def client(site: Loopback) -> Client:
    with Client([site.url], timeout_s=5, pause_s=0) as client:
        yield client


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    "by",
    [{"etag": '"1"'}, {"last_modified": STRONG_DATE}, {"etag": 'W/"1"'}, {"last_modified": WEAK_DATE}, {}],
    ids=["etag", "date", "weak etag", "weak date", "nothing"],
)
def test_each_byte_is_fetched_about_once_whatever_the_server_gives_to_recognise_it_by(
    site: Loopback, client: Client, tmp_path: Path, by: dict[str, str]
) -> None:
    url = site.serve("/a.mp3", BODY, "audio/mpeg", cut_after=100_000, cuts=4, **by)
    client.download(url, tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == BODY
    assert site.sent <= len(BODY) + 4 * 20_000
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("by", [{"etag": '"1"'}, {"last_modified": STRONG_DATE}, {}], ids=["etag", "date", "nothing"])
def test_two_versions_are_never_mixed(site: Loopback, client: Client, tmp_path: Path, by: dict[str, str]) -> None:
    url = site.serve("/a.mp3", BODY, "audio/mpeg", cut_after=100_000, **by)

    def change() -> None:
        reply = site.replies["/a.mp3"]
        if len(site.requests) == 2:
            reply.body = BODY[::-1]
            reply.etag = reply.etag.replace("1", "2")
            reply.last_modified = reply.last_modified.replace("Jan", "Feb")

    site.replies["/a.mp3"].on_request = change
    client.download(url, tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == BODY[::-1]


def test_a_server_that_gives_parts_without_minding_the_condition_mixes_nothing(
    site: Loopback, client: Client, tmp_path: Path
) -> None:
    url = site.serve("/a.mp3", BODY, "audio/mpeg", etag='"1"', cut_after=100_000)

    def change() -> None:
        if len(site.requests) == 2:  # answers 206 of the new version to If-Range of the old one
            site.replies["/a.mp3"].body = BODY[::-1]
            site.replies["/a.mp3"].headers["ETag"] = '"2"'

    site.replies["/a.mp3"].on_request = change
    client.download(url, tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == BODY[::-1]


def test_a_server_without_ranges_sends_all_again(site: Loopback, client: Client, tmp_path: Path) -> None:
    url = site.serve("/a.mp3", BODY, "audio/mpeg", etag='"1"', cut_after=100_000, ranges=False)
    client.download(url, tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == BODY


def test_a_server_without_ranges_that_always_cuts_is_given_up(site: Loopback, client: Client, tmp_path: Path) -> None:
    url = site.serve("/a.mp3", BODY, "audio/mpeg", etag='"1"', cut_after=100_000, cuts=99, ranges=False)
    with pytest.raises(FetchError, match=r"cut after 100000 of 512000 bytes \(5 tries\)"):
        client.download(url, tmp_path / "a")
    assert len(site.requests) <= 6


def test_a_download_that_gets_on_is_not_given_up(site: Loopback, client: Client, tmp_path: Path) -> None:
    big = BODY * 3
    url = site.serve("/a.mp3", big, "audio/mpeg", etag='"1"', cut_after=70_000, cuts=99)
    client.download(url, tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == big
    assert len(site.requests) > 20


def test_a_later_run_goes_on(site: Loopback, tmp_path: Path) -> None:
    url = site.serve("/a.mp3", BODY, "audio/mpeg", etag='"1"', cut_after=100_000, cuts=1)
    once = Config(network=Network(tries=1))
    with Client([site.url], config=once) as client, pytest.raises(FetchError, match="cut after 100000"):
        client.download(url, tmp_path / "a")
    assert names(tmp_path) == ["a.part", "a.part.json"]
    with Client([site.url], config=once) as client:
        site.replies["/a.mp3?token=of-another-day"] = site.replies["/a.mp3"]
        client.download(url + "?token=of-another-day", tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == BODY
    assert site.sent == len(BODY)


def test_a_part_of_another_address_is_not_used(site: Loopback, client: Client, tmp_path: Path) -> None:
    site.serve("/old.mp3", BODY, "audio/mpeg", etag='"1"', cut_after=100_000, cuts=99, ranges=False)
    with pytest.raises(FetchError):
        client.download(site.url + "/old.mp3", tmp_path / "a")
    client.download(site.serve("/new.mp3", BODY[::-1], "audio/mpeg", etag='"1"'), tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == BODY[::-1]


@pytest.mark.parametrize("note", [b"", b"{", b"[]", b'"etag"', b'{"resource": 1}'])
def test_a_damaged_note_is_no_note(site: Loopback, client: Client, tmp_path: Path, note: bytes) -> None:
    (tmp_path / "a.part").write_bytes(b"junk")
    (tmp_path / "a.part.json").write_bytes(note)
    client.download(site.serve("/a.mp3", BODY, "audio/mpeg"), tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == BODY
    assert names(tmp_path) == ["a"]


def test_a_link_in_the_place_of_the_part_is_not_written_through(site: Loopback, client: Client, tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(b"mine")
    (tmp_path / "a.part").symlink_to(tmp_path / "mine")
    client.download(site.serve("/a.mp3", BODY, "audio/mpeg"), tmp_path / "a")
    assert (tmp_path / "mine").read_bytes() == b"mine"
    assert (tmp_path / "a").read_bytes() == BODY
    assert not (tmp_path / "a").is_symlink()


# Lengths


def test_a_length_that_is_too_large_is_found_out_by_asking_for_the_rest(
    site: Loopback, client: Client, tmp_path: Path
) -> None:
    url = site.serve("/a.mp3", BODY, "audio/mpeg", etag='"1"', length=len(BODY) + 1000)
    client.download(url, tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == BODY
    assert site.sent == len(BODY)


def test_a_file_that_never_comes_whole_is_an_error(site: Loopback, client: Client, tmp_path: Path) -> None:
    url = site.serve("/a.mp3", BODY, "audio/mpeg", length=len(BODY) + 1000, ranges=False)
    with pytest.raises(FetchError, match="cut after 512000 of 513000 bytes"):
        client.download(url, tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_a_file_without_a_length_ends_where_the_connection_does(site: Loopback, client: Client, tmp_path: Path) -> None:
    client.download(site.serve("/a.mp3", BODY, "audio/mpeg", length=-1), tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == BODY


@pytest.mark.parametrize("length", [None, -1])
def test_a_file_larger_than_the_limit_is_not_kept(site: Loopback, tmp_path: Path, length: int | None) -> None:
    url = site.serve("/a.mp3", BODY * 3, "audio/mpeg", length=length)
    with (
        Client([site.url], config=Config(limits=Limits(file_mb=1))) as client,
        pytest.raises(FetchError, match=r"has 2 MB or more; the limit is 1 MB \(file_mb\)|has 1 MB or more; the limit"),
    ):
        client.download(url, tmp_path / "a")
    assert names(tmp_path) == []


def test_a_disk_that_would_be_left_too_full_is_not_filled(site: Loopback, tmp_path: Path) -> None:
    url = site.serve("/a.mp3", BODY, "audio/mpeg")
    with (
        Client([site.url], config=Config(limits=Limits(keep_free_mb=10**9))) as client,
        pytest.raises(LibraryError, match=r"the disk has no room for http.*/a\.mp3"),
    ):
        client.download(url, tmp_path / "a")
    assert not (tmp_path / "a").exists()


# What is no audio


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"<!DOCTYPE html><title>Log in</title>", "a web page (“Log in”)"),
        (b"\xef\xbb\xbf \n<HTML><body>404", "a web page"),
        (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "XML"),
        (b'{"error": "not found"}', "JSON"),
    ],
)
def test_a_page_that_is_served_as_audio_is_found_out(
    site: Loopback, client: Client, tmp_path: Path, body: bytes, what: str
) -> None:
    url = site.serve("/a.mp3", body, "audio/mpeg")
    with pytest.raises(FetchError) as caught:
        client.download(url, tmp_path / "a")
    assert f"/a.mp3 is {what}, not audio" in str(caught.value)
    assert names(tmp_path) == []
    assert len(site.requests) == 1


# Packed


@pytest.mark.parametrize("cut_after", [None, 1000])
def test_audio_that_comes_packed_is_unpacked(
    site: Loopback, client: Client, tmp_path: Path, cut_after: int | None
) -> None:
    packed, headers = gzip.compress(BODY), {"Content-Encoding": "gzip"}
    url = site.serve("/a", packed, "audio/mpeg", headers=headers, etag='"1"', cut_after=cut_after)
    client.download(url, tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == BODY
    assert names(tmp_path) == ["a"]


def test_a_bomb_goes_off_outside(site: Loopback, tmp_path: Path) -> None:
    bomb = gzip.compress(bytes(300_000_000), 9)
    small = Config(limits=Limits(file_mb=20, page_mb=20))
    headers = {"Content-Encoding": "gzip"}
    with Client([site.url], config=small) as client:
        tracemalloc.start()
        with pytest.raises(FetchError, match=r"unpacked it has more than 20 MB \(file_mb\)"):
            client.download(site.serve("/a", bomb, "audio/mpeg", headers=headers), tmp_path / "a")
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
        url = site.serve("/b", gzip.compress(b" " * 300_000_000, 9), "text/xml", headers=headers)
        tracemalloc.reset_peak()
        with pytest.raises(FetchError, match=r"/b is larger than 20 MB \(page_mb\)"):
            client.page(url)
        assert tracemalloc.get_traced_memory()[1] < 70_000_000
        tracemalloc.stop()
    assert names(tmp_path) == []


def test_a_bomb_within_a_bomb_and_unknown_packing_are_refused(site: Loopback, client: Client, tmp_path: Path) -> None:
    for header in ("gzip, gzip, gzip", "br", "zstd"):
        url = site.serve("/a", gzip.compress(BODY), headers={"Content-Encoding": header})
        with pytest.raises(FetchError, match="it is packed"):
            client.page(url)
        with pytest.raises(FetchError, match="it is packed"):
            client.download(url, tmp_path / "a")
    assert names(tmp_path) == []


def test_packing_is_undone_in_small_pieces() -> None:
    packed = gzip.compress(BODY) + gzip.compress(b"more")
    pieces = list(unpacked([packed[:7], packed[7:]], ("gzip",)))
    assert b"".join(pieces) == BODY + b"more"
    assert max(map(len, pieces)) <= 65_536
    assert b"".join(unpacked([gzip.compress(gzip.compress(BODY))], ("gzip", "gzip"))) == BODY
    with pytest.raises(Passing, match="ends too early"):
        list(unpacked([packed[:500]], ("gzip",)))
    with pytest.raises(Refused, match="damaged"):
        list(unpacked([b"no gzip"], ("gzip",)))


# Patience


def test_a_stalled_download_is_taken_up_again(site: Loopback, tmp_path: Path) -> None:
    url = site.serve("/a.mp3", BODY, "audio/mpeg", etag='"1"', cut_after=100_000, stall=True)
    with Client([site.url], timeout_s=0.3, pause_s=0) as client:
        client.download(url, tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == BODY


def test_a_connection_that_drips_is_dead(site: Loopback, tmp_path: Path) -> None:
    url = site.serve("/a.mp3", BODY, "audio/mpeg", etag='"1"', cut_after=100_000, drip_s=0.1)
    with Client([site.url], config=Config(network=Network(stall_s=0.5)), pause_s=0) as client:
        started = time.monotonic()
        client.download(url, tmp_path / "a")
        assert time.monotonic() - started < 10
    assert (tmp_path / "a").read_bytes() == BODY


@pytest.mark.parametrize(("status", "form"), [(429, "seconds"), (503, "date")])
def test_a_server_that_wants_rest_gets_it(
    site: Loopback, client: Client, tmp_path: Path, status: int, form: str
) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    url = site.serve("/a", BODY, failures=1, failure=status, retry_after="1" if form == "seconds" else soon)
    started = time.monotonic()
    client.download(url, tmp_path / "a")
    assert time.monotonic() - started > 0.8


def test_a_server_that_wants_a_long_rest_is_for_another_day(site: Loopback, client: Client) -> None:
    url = site.serve("/a", "x", failures=1, failure=503, retry_after="86400")
    with pytest.raises(
        FetchError, match=r"answers 503, and wants to be asked again in 24\.0 h; try again then"
    ) as caught:
        client.page(url)
    assert caught.value.retry_after_s == 86400


def test_only_so_many_connections_at_a_host(site: Loopback, tmp_path: Path) -> None:
    for number in range(8):
        site.serve(f"/{number}", BODY, on_request=lambda: time.sleep(0.05))
    with Client([site.url], config=Config(network=Network(connections_per_host=3))) as client:
        threads = [
            threading.Thread(target=client.download, args=(f"{site.url}/{number}", tmp_path / str(number)))
            for number in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert site.most_at_a_time == 3
    assert len(names(tmp_path)) == 8


def test_other_hosts_do_not_wait(tmp_path: Path) -> None:
    with loopback("127.0.0.2") as slow, loopback("127.0.0.3") as quick:
        slow.serve("/a", BODY, failures=1, retry_after="2")
        quick.serve("/a", BODY)
        with Client([slow.url, quick.url]) as client:
            waiting = threading.Thread(target=client.download, args=(slow.url + "/a", tmp_path / "slow"), daemon=True)
            waiting.start()
            started = time.monotonic()
            client.download(quick.url + "/a", tmp_path / "quick")
            assert time.monotonic() - started < 1
            waiting.join()


def test_a_download_holds_no_file_in_memory(site: Loopback, client: Client, tmp_path: Path) -> None:
    url = site.serve("/a", bytes(50_000_000), "audio/mpeg", etag='"1"')
    tracemalloc.start()
    client.download(url, tmp_path / "a")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


def test_progress_starts_from_what_is_there(site: Loopback, client: Client, tmp_path: Path) -> None:
    url = site.serve("/a", BODY, "audio/mpeg", etag='"1"', cut_after=100_000)
    seen: list[tuple[int, int | None]] = []
    client.download(url, tmp_path / "a", on_progress=lambda done, total: seen.append((done, total)))
    assert {total for _, total in seen} == {len(BODY)}
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_the_note_holds_no_address(site: Loopback, client: Client, tmp_path: Path) -> None:
    url = site.serve("/a.mp3?token=secret", BODY, "audio/mpeg", etag='"1"', cut_after=1000, cuts=99)
    with pytest.raises(FetchError) as caught:
        client.download(url, tmp_path / "a")
    assert "secret" not in str(caught.value)
    assert "secret" not in (tmp_path / "a.part.json").read_text()
    assert json.loads((tmp_path / "a.part.json").read_text())["total"] == len(BODY)
