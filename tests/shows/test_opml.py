from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podpipe.errors import PodpipeError, SourceError
from podpipe.shows import Subscription, opml
from podpipe.shows.following import address_of
from podpipe.shows.opml import Outline


def test_feeds_are_found_however_deep_each_once() -> None:
    text = """<?xml version="1.0" encoding="ISO-8859-1"?><opml version="1.1"><body>
        <outline text="A"><outline text="B"><outline type="rss" text="Füße &amp; &lt;b&gt;x&lt;/b&gt;" xmlUrl="http://a.org/f?a=1&amp;b=2"/></outline></outline>
        <outline text="Twice" xmlUrl="http://a.org/f?a=1&amp;b=2"/>
        <outline TYPE="rss" title="Small" text="t" xmlurl=" https://b.org/f/ "/>
        <outline type="link" url="http://c.org/page"/><outline type="rss" url="http://d.org/f"/>
        <outline xmlUrl="itpc://e.org/f"/><outline xmlUrl="javascript:alert(1)"/><outline xmlUrl="file:///etc/passwd"/>
        </body></opml>"""
    assert opml.read(text.encode(), "x") == (
        Outline("http://a.org/f?a=1&b=2", "Füße & x"),
        Outline("https://b.org/f/", "Small"),
        Outline("http://d.org/f"),
        Outline("https://e.org/f"),
    )


@pytest.mark.parametrize(
    "text", ["", "<opml/>", "<html></html>", "no", "<opml><body><outline text='x'/></body></opml>"]
)
def test_a_list_without_feeds_is_refused(text: str) -> None:
    with pytest.raises(SourceError, match="lists no feeds"):
        opml.read(text.encode(), "subs.opml")


def test_a_list_that_is_cut_gives_what_is_there() -> None:
    text = "<opml><body><outline xmlUrl='http://a.org/f'/><outline xmlUrl='http://b.org"
    assert opml.read(text.encode(), "x") == (Outline("http://a.org/f"),)


def test_no_entity_is_followed() -> None:
    text = (
        '<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        "<opml><body><outline text='&x;' xmlUrl='http://a.org/f'/></body></opml>"
    )
    try:
        (found,) = opml.read(text.encode(), "x")
        assert "root" not in found.title
    except PodpipeError:
        pass


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=30), max_size=5))
def test_what_is_written_is_read_again(titles: list[str]) -> None:
    shows = [Subscription(str(n), f"https://e.org/{n}?a=1&b='\"", title) for n, title in enumerate(titles)]
    written = opml.write(shows, now=datetime(2026, 1, 1, tzinfo=UTC))
    if shows:
        assert [outline.feed for outline in opml.read(written, "x")] == [show.feed for show in shows]


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_whatever_comes_is_read_or_refused_in_our_words(data: bytes) -> None:
    for text in (data, b"<opml><body><outline xmlUrl='" + data):
        try:
            opml.read(text, "x")
        except PodpipeError:
            continue


@pytest.mark.parametrize(
    ("pasted", "expected"),
    [
        ("feed://e.org/f", "https://e.org/f"),
        ("feed:https://e.org/f", "https://e.org/f"),
        ("pcast://http://e.org/f", "http://e.org/f"),
        (" https://e.org/f ", "https://e.org/f"),
        ("subs.opml", "subs.opml"),
    ],
)
def test_addresses_as_people_paste_them(pasted: str, expected: str) -> None:
    assert address_of(pasted) == expected
