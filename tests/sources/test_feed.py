from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podpipe.errors import PodpipeError, SourceError
from podpipe.models import Soundbite
from podpipe.net import Page
from podpipe.sources import dates, feed
from podpipe.sources.feed import Feed

URL = "http://example.org/show/feed.xml"


def read(text: str | bytes, url: str = URL, charset: str = "") -> Feed:
    return feed.read(Page(url, text.encode() if isinstance(text, str) else text, "", charset))


def channel(*items: str, head: str = "<title>Show</title>", attributes: str = "") -> str:
    return f'<?xml version="1.0"?><rss version="2.0"{attributes}><channel>{head}{"".join(items)}</channel></rss>'


def item(more: str = "", *, url: str = "http://example.org/1.mp3", title: str = "One", guid: str = "1") -> str:
    return (
        f"<item><title>{title}</title><guid isPermaLink='false'>{guid}</guid>"
        f'<enclosure url="{url}" length="10" type="audio/mpeg"/>{more}</item>'
    )


def only(text: str | bytes, **more: str) -> feed.Candidate:
    (found,) = read(text, **more).candidates
    return found


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Plain", "Plain"),
        ("AT&amp;T", "AT&T"),
        ("AT&amp;amp;T", "AT&T"),
        ("<![CDATA[<b>Bold</b> &amp; brave]]>", "Bold & brave"),
        ("&lt;em&gt;Em&lt;/em&gt;phasis", "Emphasis"),
        ("First<![CDATA[<br/>]]>second", "First second"),
        ("std::vector&lt;int&gt;, and if a &lt; b", "std::vector<int>, and if a < b"),
        ("<![CDATA[C++ & Rust]]>", "C++ & Rust"),
        ("caf&#233; \n\t  noir", "café noir"),
        ("<![CDATA[\x1b]]>x", "x"),
    ],
)
def test_titles_are_one_line_of_text(title: str, expected: str) -> None:
    assert only(channel(item(title=title))).episode.title == expected


@pytest.mark.parametrize(
    "encoded",
    [
        b'<?xml version="1.0" encoding="ISO-8859-1"?>{}',
        b'<?xml version="1.0" encoding="UTF-8"?>{}',
        b"\xef\xbb\xbf{}",
        b"\n\n  <?xml version='1.0'?>{}",
        b"<br />\n<b>Warning</b>: something in feed.php on line 3\n<?xml version='1.0'?>{}",
    ],
)
def test_utf_8_is_read_as_it_is_whatever_is_declared(encoded: bytes) -> None:
    body = channel(item(title="Füße – “quoted”")).removeprefix('<?xml version="1.0"?>')
    assert only(encoded.replace(b"{}", body.encode())).episode.title == "Füße – “quoted”"


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("ISO-8859-1", "cp1252"),
        ("utf-8", "cp1252"),
        ("UTF-16", "utf-16"),
        ("utf-16", "utf-16-le"),
        ("koi8-r", "koi8-r"),
    ],
)
def test_other_encodings_are_recognised(declared: str, encoding: str) -> None:
    title = "Привет" if encoding == "koi8-r" else "Füße “x”"
    text = channel(item(title=title)).replace('"1.0"?', f'"1.0" encoding="{declared}"?')
    data = text.encode(encoding)
    assert feed.is_feed(data)
    assert only(data).episode.title == title


def test_some_bad_bytes_do_not_spoil_the_rest() -> None:
    data = channel(item(title="Größe übel"), item(title="Cut XX", guid="2", url="http://example.org/2.mp3")).encode()
    found = read(data.replace(b"XX", "ü".encode()[:1]))
    assert [c.episode.title[:10] for c in found.candidates] == ["Größe übel", "Cut \ufffd"]


def test_what_is_not_well_formed_is_mended() -> None:
    broken = channel(
        item("<description>Q&A &nbsp; &mdash; &bogus; \x0b <![CDATA[<p>a & b &nbsp;</p>]]></description>"),
        item(title="R&D", guid="2", url="http://example.org/get.mp3?a=1&b=2"),
    )
    one, two = read(broken).candidates
    assert one.notes.text.startswith("Q&A \xa0 — &bogus;")
    assert "<p>a & b &nbsp;</p>" in one.notes.text
    assert (two.episode.title, two.episode.enclosure) == ("R&D", "http://example.org/get.mp3?a=1&b=2")


def test_of_a_feed_that_is_cut_the_cut_item_is_left_out() -> None:
    whole = channel(
        item(), item("<description>long notes here</description>", guid="2", url="http://example.org/2.mp3")
    )
    for end in ("notes", "</description>", "<enclosure", "guid"):
        found = read(whole[: whole.rindex(end)])
        assert not found.is_whole
        assert [c.episode.guid for c in found.candidates] == ["1"]
    found = read(whole.removesuffix("</channel></rss>"))
    assert (found.is_whole, len(found.candidates)) == (False, 2)
    assert read(whole).is_whole


def test_a_feed_with_something_after_its_end_is_whole() -> None:
    found = read(channel(item()) + "<!-- cached 3 s -->")
    assert (found.is_whole, len(found.candidates)) == (True, 1)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Mon, 13 Jul 2020 04:00:00 -0000", datetime(2020, 7, 13, 4, tzinfo=UTC)),
        ("Fri, 5 Sept 2008 06:00:00 BST", datetime(2008, 9, 5, 5, tzinfo=UTC)),
        ("Mo, 13 Juli 2020 24:00:00 +0200", datetime(2020, 7, 13, 22, tzinfo=UTC)),
        ("Jul 13, 2020 4:05 pm", datetime(2020, 7, 13, 16, 5, tzinfo=UTC)),
        ("2020-07-13 04:00:00 +0200", datetime(2020, 7, 13, 2, tzinfo=UTC)),
        ("2003-12-13T18:30:02.25Z", datetime(2003, 12, 13, 18, 30, 2, 250000, tzinfo=UTC)),
        ("Sunday, 05 March 2023 10:00:00 GMT+0100", datetime(2023, 3, 5, 9, tzinfo=UTC)),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("Sat, 31 Feb 2020 00:00:00 GMT", None),
        ("yesterday", None),
    ],
)
def test_dates_as_feeds_write_them(written: str, expected: datetime | None) -> None:
    assert dates.parse(written) == expected
    assert only(channel(item(f"<pubDate>{written}</pubDate>"))).episode.published == expected


def test_a_later_date_counts_where_the_first_is_none() -> None:
    more = '<pubDate>soon</pubDate><date xmlns="http://purl.org/dc/elements/1.1/">2020-07-13</date>'
    assert only(channel(item(more))).episode.published == datetime(2020, 7, 13, tzinfo=UTC)


def test_relative_addresses_are_resolved_by_xml_base() -> None:
    text = channel(
        item(
            '<link>e/1</link><description>&lt;a href="n.html"&gt;n&lt;/a&gt; '
            '&lt;a href="#x"&gt;x&lt;/a&gt;</description>'
            '<itunes:image href="//cdn.example.org/i.jpg"/>',
            url=" a b.mp3 ",
        ),
        head="<image><url>\n cover.png\n</url></image>",
        attributes=' xml:base="http://media.example.org/x/"',
    )
    found = read(text)
    (one,) = found.candidates
    assert found.show.image == "http://media.example.org/x/cover.png"
    assert one.episode.enclosure == "http://media.example.org/x/a%20b.mp3"
    assert one.episode.page == "http://media.example.org/x/e/1"
    assert one.episode.image == "http://cdn.example.org/i.jpg"
    assert 'href="http://media.example.org/x/n.html"' in one.notes.text
    assert 'href="#x"' in one.notes.text


_GROUP = """<media:group><media:content url="l.mp3" medium="audio"/>
    <media:content url="h.mp3" isDefault="true" medium="audio"/></media:group>"""
_ALTERNATE = """<podcast:alternateEnclosure type="audio/opus"><podcast:source uri="ipfs://x"/>
    <podcast:source uri="http://example.org/show/a.opus"/></podcast:alternateEnclosure>"""


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ('<enclosure url="a.pdf" type="application/pdf"/><enclosure url="a.mp3" type="audio/mpeg"/>', "a.mp3"),
        ('<enclosure url="v.mp4" type="video/mp4"/><enclosure url="a.mp3" type="audio/mpeg"/>', "a.mp3"),
        ('<enclosure url="v.mp4" type="video/mp4"/>', "v.mp4"),
        ('<enclosure url="a.mp3" type="image/jpeg"/>', "a.mp3"),
        ('<enclosure url="get.php?id=1" type=""/>', "get.php?id=1"),
        ('<enclosure url="get.php?id=1" type="text/html"/>', None),
        ('<enclosure url="live.m3u8" type="application/x-mpegURL"/>', None),
        (_GROUP, "h.mp3"),
        (_ALTERNATE, "a.opus"),
        ('<enclosure url="ftp://example.org/a.mp3" type="audio/mpeg"/>', None),
        ('<enclosure url="file:///etc/a.mp3" type="audio/mpeg"/>', None),
        ('<enclosure url="http://[bad/a.mp3" type="audio/mpeg"/>', None),
        ("<description>only text</description>", None),
    ],
)  # fmt: skip
def test_the_file_to_listen_to_is_chosen(files: str, expected: str | None) -> None:
    found = read(channel(f"<item><title>T</title>{files}</item>"))
    addresses = [c.episode.enclosure.removeprefix("http://example.org/show/") for c in found.candidates]
    assert addresses == ([expected] if expected else [])
    assert found.silent == (0 if expected else 1)


def test_rss_1_and_atom_are_read() -> None:
    rdf = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
        xmlns:enc="http://purl.oclc.org/net/rss_2.0/enc#" xmlns:dc="http://purl.org/dc/elements/1.1/">
        <channel rdf:about="http://example.org/"><title>Old</title></channel>
        <image><url>http://example.org/i.png</url></image>
        <item rdf:about="http://example.org/1"><title>One</title><dc:date>2004-05-06T07:08:09+02:00</dc:date>
        <enc:enclosure rdf:resource="http://example.org/1.mp3" enc:type="audio/mpeg" enc:length="9"/></item>
        </rdf:RDF>"""
    found = read(rdf)
    (one,) = found.candidates
    assert (found.show.title, found.show.image) == ("Old", "http://example.org/i.png")
    assert (one.episode.guid, one.length) == ("http://example.org/1", "9")
    atom = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title type="html">&lt;i&gt;Show&lt;/i&gt;</title>
        <subtitle>About</subtitle><author><name>Ann</name><email>a@example.org</email></author><logo>l.png</logo>
        <link rel="next" href="?page=2"/><entry><id>tag:1</id><title>One</title><updated>2020-01-02T00:00:00Z</updated>
        <link href="/1"/><link rel="enclosure" type="audio/mpeg" length="7" href="1.mp3"/>
        <content type="xhtml">Lead <div xmlns="http://www.w3.org/1999/xhtml"><p>text</p></div> tail</content>
        </entry></feed>"""
    found = read(atom)
    (one,) = found.candidates
    assert (found.show.title, found.show.author, found.show.email) == ("Show", "Ann", "a@example.org")
    assert (found.show.description, found.show.image) == ("About", "http://example.org/show/l.png")
    assert found.next_page == "http://example.org/show/feed.xml?page=2"
    assert (one.episode.page, one.episode.language) == ("http://example.org/1", "de")
    assert "Lead" in one.notes.text and "<p>text</p>" in one.notes.text and "tail" in one.notes.text


def test_episodes_that_share_a_guid_are_told_apart_whatever_their_order() -> None:
    first, second = item(), item(url="http://example.org/2.mp3", title="Two")
    once = {c.episode.guid for c in read(channel(first, second)).candidates}
    assert once == {c.episode.guid for c in read(channel(second, first)).candidates}
    assert len(once) == 2
    assert len(read(channel(first, first)).candidates) == 1


@pytest.mark.parametrize(
    ("attributes", "title", "expected"),
    [
        ('startTime="73.0" duration="60.5"', "Why &amp;amp; how", Soundbite(73_000, 60_500, "Why & how")),
        ('startTime="29.319999999999997" duration=" 34 "', "", Soundbite(29_320, 34_000)),
        ('startTime="1:13" duration="0:30"', "<![CDATA[<b>So</b>]]>\n so", Soundbite(73_000, 30_000, "So so")),
        (
            'startTime="0" duration="600"',
            "Longer than is recommended",
            Soundbite(0, 600_000, "Longer than is recommended"),
        ),
        ('startTime="-5" duration="30"', "", None),
        ('startTime="5" duration="-30"', "", None),
        ('startTime="5" duration="0"', "", None),
        ('startTime="5"', "", None),
        ('duration="30"', "", None),
        ('startTime="NaN" duration="Infinity"', "", None),
        ('startTime="1e300" duration="30"', "", None),
        (f'startTime="{"9" * 400}" duration="30"', "", None),
    ],
)
def test_a_soundbite_is_read_or_left_out(attributes: str, title: str, expected: Soundbite | None) -> None:
    broken_and_whole = f"<podcast:soundbite {attributes}>{title}</podcast:soundbite>" * 2
    found = only(channel(item(broken_and_whole), attributes=' xmlns:podcast="https://podcastindex.org/namespace/1.0"'))
    assert found.episode.soundbites == ((expected,) if expected else ())


def test_live_items_are_no_episodes() -> None:
    live = '<podcast:liveItem status="live"><title>Now</title><enclosure url="http://example.org/l.mp3"/></podcast:liveItem>'
    assert [c.episode.title for c in read(channel(live, item())).candidates] == ["One"]


def test_where_a_feed_has_moved_to_is_told() -> None:
    moved = read(channel(head="<itunes:new-feed-url> http://new.example.org/f </itunes:new-feed-url>"))
    assert moved.moved_to == "http://new.example.org/f"


def test_no_entity_is_followed(tmp_path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hunter2")
    bomb = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    text = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}"><!ENTITY l0 "lol">{bomb}]>' + channel(
        item(title="a &x; &l8; b")
    ).removeprefix('<?xml version="1.0"?>')
    title = only(text).episode.title
    assert "hunter2" not in title
    assert len(title) < 100


@pytest.mark.parametrize("text", ["", "<", "<rss", "no feed at all", "<rss>" * 5000, "\0\0\0\0"])
def test_what_is_no_feed_is_said_or_empty(text: str) -> None:
    try:
        assert read(text).candidates == ()
    except SourceError as error:
        assert "can't be read as a feed" in str(error)


_PIECES = st.sampled_from(
    r"""<item> </item> <title> </title> <guid> </guid> <![CDATA[ ]]> & &nbsp; &#0; &#x110000; <enclosure\x20url=" "/>
    <itunes:duration> <podcast:person> <psc:chapter\x20start=' http://[ <!-- --> <!DOCTYPE\x20x\x20[ <?php\x20 ?>
    \x00 \ud800 99999999999999999999 <pubDate> \x20xml:base='http://[/' é""".split()
).map(lambda piece: piece.replace(r"\x20", " ").replace(r"\x00", "\0").replace(r"\ud800", "\ud800"))


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES | st.text(max_size=8), max_size=40))
def test_whatever_comes_is_read_or_refused_in_our_words(pieces: list[str]) -> None:
    data = channel("".join(pieces)).encode("utf-8", "surrogatepass")
    for text in (data, data[: len(data) // 2]):
        try:
            found = read(text)
        except PodpipeError:
            continue
        for candidate in found.candidates:
            assert candidate.episode.enclosure.startswith(("http://", "https://"))
            assert candidate.episode.title == " ".join(candidate.episode.title.split())


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_date_or_none(text: str) -> None:
    found = dates.parse(text)
    assert found is None or found.tzinfo is not None


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), min_size=1, max_size=40))
def test_a_title_comes_through_whatever_it_is(title: str) -> None:
    from xml.sax.saxutils import escape

    expected = " ".join(title.split())
    if not expected or "&" in expected or "<" in expected:
        return
    assert only(channel(item(title=escape(title)))).episode.title == expected
