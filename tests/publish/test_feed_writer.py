from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from bench.feed_readers import FEED_READERS, FeedReader
from podpipe import timecode
from podpipe.check.run import Options, check
from podpipe.library import Library
from podpipe.models import Chapter, Episode, Person, Resource, Show, Soundbite
from podpipe.net import Page
from podpipe.publish import feed
from podpipe.sources import feed as source
from podpipe.sources.identity import plain

URL = "https://example.org/feed.xml"
CHAPTERS = (
    Chapter("Intro & welcome", 0, 61_437, url="https://example.org/oom?a=b&c=d", image="https://example.org/oom.jpg"),
    Chapter("OOM killer", 61_437, 3_700_000),
    Chapter("شكرا 三 🎙", 3_700_000, 3_723_500),
)
SHOW = Show(
    id="show-1",
    title="Tëst & <Show>",
    feed="https://old.example.org/feed",
    page="https://example.org/",
    description="About kernels & things.",
    author="Jane",
    owner="Jane Döe",
    email="jane@example.org",
    image="https://example.org/cover.jpg",
    language="en",
    copyright="CC BY 4.0",
    categories=("Society & Culture > Documentary", "Technology"),
    explicit=False,
    kind="serial",
    persons=(Person("Jane", "host", "cast", "https://example.org/jane", "https://example.org/jane.jpg"),),
)
EPISODE = Episode(
    id="2009-11-01-first-3f2a9c1b",
    guid="urn:old:1?a=b&c",
    title="First & “foremost” 🎙",
    show=SHOW.title,
    published=datetime(2009, 11, 1, 12, 30, 5, tzinfo=timezone(timedelta(hours=-5))),
    enclosure="https://old.example.org/1.mp3",
    page="https://old.example.org/1",
    language="en",
    image="https://old.example.org/1.jpg",
    season=2,
    number=17,
    kind="bonus",
    explicit=True,
    author="Bob",
    persons=(Person("Linus", "guest", "cast"), Person("Jane", "host", "cast", "https://example.org/jane")),
)
ITEM = feed.Item(
    episode=EPISODE,
    enclosure=feed.Enclosure("https://example.org/e/1.mp3?v=2&x", 3_723_111, "audio/mpeg"),
    duration_ms=3_723_500,
    notes='<p>Hello <a href="https://example.org/?a=b&amp;c=d">world</a></p>',
    chapters=CHAPTERS,
    chapters_url="https://example.org/e/1.chapters.json",
    transcripts={kind: f"https://example.org/e/1.{kind}" for kind in ("vtt", "srt", "json", "html", "txt")},
    page="https://example.org/e/1",
    image="https://example.org/e/1.jpg",
    soundbites=(Soundbite(61_500, 28_500, "The killer"),),
)
PLAIN = feed.Item(
    replace(EPISODE, id="2010-a", guid="2", title="Second", published=datetime(2010, 1, 2, tzinfo=UTC), explicit=False),
    feed.Enclosure("https://example.org/e/2.m4a", 5, "audio/x-m4a"),
    1_499,
    transcripts={"vtt": "https://example.org/e/2.vtt"},
    chapters=(Chapter("One", 0, 500), Chapter("Hidden", 500, 1000, toc=False)),
    chapters_url="https://example.org/e/2.json",
    soundbites=(Soundbite(500, 999),),
)


def as_shown() -> dict[str, object]:
    """What readers should find of the show."""
    return {
        "title": SHOW.title,
        "link": SHOW.page,
        "description": SHOW.description,
        "language": "en",
        "author": "Jane",
        "owner": ("Jane Döe", "jane@example.org"),
        "image": SHOW.image,
        "copyright": "CC BY 4.0",
        "categories": list(SHOW.categories),
        "explicit": False,
        "type": "serial",
        "built": datetime(2010, 1, 2, tzinfo=UTC),
        "self": URL,
        "guid": feed.show_guid(URL),
        "locked": (True, "jane@example.org"),
        "medium": "podcast",
        "persons": [("Jane", "host", "cast", "https://example.org/jane", "https://example.org/jane.jpg")],
    }


def as_heard() -> dict[str, object]:
    """What readers should find of the first episode."""
    types = {"vtt": "text/vtt", "srt": "application/x-subrip", "json": "application/json", "html": "text/html"}
    return {
        "title": EPISODE.title,
        "link": ITEM.page,
        "guid": EPISODE.guid,
        "published": EPISODE.published,
        "enclosure": (ITEM.enclosure.url, ITEM.enclosure.length, "audio/mpeg"),
        "duration": 3724,
        "author": "Bob",
        "season": 2,
        "number": 17,
        "type": "bonus",
        "explicit": True,
        "image": ITEM.image,
        "persons": [("Linus", "guest", "cast", "", ""), ("Jane", "host", "cast", "https://example.org/jane", "")],
        "transcripts": [
            (address, types.get(kind, "text/plain"), "en", kind in ("vtt", "srt"))
            for kind, address in ITEM.transcripts.items()
        ],
        "chapters link": (ITEM.chapters_url, "application/json+chapters"),
        "soundbites": [(61.5, 28.5, "The killer")],
    }


@pytest.mark.parametrize("reader", FEED_READERS, ids=lambda reader: reader.name)
def test_other_programs_read_every_field_as_it_was_written(reader: FeedReader, tmp_path: Path) -> None:
    if not reader.version():
        pytest.skip(f"{reader.name} is not installed")
    path = tmp_path / "feed.xml"
    path.write_bytes(feed.write(SHOW, [ITEM, PLAIN], URL))
    found = reader.read(path)
    wanted = as_shown()
    assert found.show == {name: wanted[name] for name in found.show}
    first, second = sorted(found.episodes, key=lambda episode: episode["published"])
    wanted = as_heard()
    in_seconds = reader.name != "feedparser"
    starts = [chapter.start_ms // 1000 * 1000 if in_seconds else chapter.start_ms for chapter in CHAPTERS]
    assert first.pop("chapters") == [(start, chapter.title) for start, chapter in zip(starts, CHAPTERS, strict=True)]
    content = first.pop("content", "")
    assert first == {name: wanted[name] for name in first}
    if content:
        assert "<p>Hello" in content
        assert "<br/>01:01:40 شكرا 三 🎙" in content
    assert (second["title"], second["duration"], second["guid"]) == ("Second", 1, "2")
    assert len(second["chapters"]) == (0 if reader.name == "podcast-partytime" else 1)


def test_our_own_check_has_nothing_to_complain_of(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(feed.write(SHOW, [ITEM, PLAIN], URL))
    (report,) = check(str(path), Library(tmp_path), Options())
    assert report.findings == ()


def test_what_a_show_does_not_say_of_itself_gets_the_plainest_value(tmp_path: Path) -> None:
    bare = Show("s", "Talk", image="https://example.org/c.png", categories=("Technology",))
    path = tmp_path / "feed.xml"
    path.write_bytes(feed.write(bare, [PLAIN], URL))
    (report,) = check(str(path), Library(tmp_path), Options())
    assert report.findings == ()
    assert feed.write(bare, [], URL) == feed.write(bare, [], URL)


@pytest.mark.parametrize(
    ("url", "guid"),  # from the namespace's documentation
    [
        ("https://podnews.net/rss", "9b024349-ccf0-5f69-a609-6b82873eab3c"),
        ("http://podnews.net/rss//", "9b024349-ccf0-5f69-a609-6b82873eab3c"),
        ("https://mp3s.nashownotes.com/pc20rss.xml", "917393e3-1b1e-5cef-ace4-edaa54e1f810"),
    ],
)
def test_a_show_without_guid_gets_that_of_its_address(url: str, guid: str) -> None:
    assert feed.show_guid(url) == guid
    assert f"<podcast:guid>{guid}<" in feed.write(SHOW, [], url).decode()
    assert "<podcast:guid>own<" in feed.write(replace(SHOW, guid="own"), [], url).decode()


def test_the_path_of_a_file_is_nobodys_guid() -> None:
    path = "/home/jane/secret/1.mp3"
    own = replace(EPISODE, guid=path, enclosure=path, image="/home/jane/cover.jpg", page="")
    text = feed.write(SHOW, [replace(ITEM, episode=own, image="", page="")], URL).decode()
    assert "/home" not in text
    moved = replace(own, guid="/mnt/1.mp3", enclosure="/mnt/1.mp3")
    assert feed.episode_guid(own) == feed.episode_guid(moved)
    assert feed.episode_guid(replace(EPISODE, enclosure=path)) == EPISODE.guid


def test_the_same_values_give_the_same_bytes_in_whatever_order() -> None:
    data = feed.write(SHOW, [ITEM, PLAIN], URL)
    assert feed.write(SHOW, [PLAIN, ITEM], URL) == data
    undated = replace(PLAIN, episode=replace(PLAIN.episode, published=None))
    items = etree.fromstring(feed.write(SHOW, [undated, ITEM], URL)).iterfind("channel/item/title")
    assert [item.text for item in items] == [EPISODE.title, "Second"]


def test_addresses_are_ascii() -> None:
    item = replace(ITEM, enclosure=replace(ITEM.enclosure, url="https://bücher.example/ä b.mp3?q=ö#é%20"))
    assert (
        'url="https://xn--bcher-kva.example/%C3%A4%20b.mp3?q=%C3%B6#%C3%A9%20"'
        in feed.write(SHOW, [item], URL).decode()
    )


def test_numbers_below_one_are_kept_from_apple() -> None:
    text = feed.write(SHOW, [replace(ITEM, episode=replace(EPISODE, number=0, season=None))], URL).decode()
    assert "<podcast:episode>0<" in text
    assert "itunes:episode>0" not in text
    assert ":season" not in text


def test_hostile_text_is_text() -> None:
    nasty = "]]></title><script>alert(1)</script>\x00\x0b\ufffe\ud800 & \"'"
    show = replace(SHOW, title=nasty, description=nasty, author=nasty, categories=(nasty,), guid=nasty)
    chapters = (replace(CHAPTERS[0], title=nasty), *CHAPTERS[1:])
    item = replace(ITEM, episode=replace(EPISODE, title=nasty, guid=nasty, author=nasty), chapters=chapters, notes="")
    root = etree.fromstring(feed.write(show, [item], URL))
    clean = "]]></title><script>alert(1)</script> & \"'"
    assert root.findtext("channel/title") == root.findtext("channel/item/title") == clean
    assert root.find("channel/item/{*}chapters/{*}chapter").get("title") == clean
    assert "<script" not in root.findtext("channel/item/{*}encoded")
    assert not list(root.iter("script"))


texts = st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="<&"), min_size=1, max_size=40)
names = texts.map(lambda text: " ".join(text.split())).filter(lambda text: plain(text) == text and text)
paths = st.from_regex(r"[a-z0-9/_.-]{1,20}(\?[a-z]=[a-z&]{1,4})?", fullmatch=True)
urls = paths.map(lambda path: f"https://example.org/{path}")
dates = st.none() | st.datetimes(
    datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC) | st.just(timezone(timedelta(minutes=-210)))
).map(lambda moment: moment.replace(microsecond=0))


bites = st.lists(
    st.builds(Soundbite, st.integers(0, 36_000_000), st.integers(1, 36_000_000), st.just("") | names),
    max_size=3,
    unique=True,
)
people = st.lists(st.tuples(names, st.sampled_from(["host", "guest"]), st.just("") | urls), max_size=2)


@st.composite
def items(draw: st.DrawFn) -> feed.Item:
    starts = sorted(draw(st.sets(st.integers(0, 36_000_000), max_size=8)))
    chapters = [
        Chapter(draw(names), start, end, url=draw(st.just("") | urls), image=draw(st.just("") | urls))
        for start, end in zip(starts, [*starts[1:], 36_000_001], strict=False)
    ]
    number = draw(st.integers(0, 10**6))
    episode = Episode(
        id=f"e{number}",
        guid=f"{draw(names)} {number}",
        title=draw(names),
        published=draw(dates),
        page=draw(st.just("") | urls),
        image=draw(st.just("") | urls),
        season=draw(st.none() | st.integers(1, 99)),
        number=draw(st.none() | st.integers(1, 9999)),
        kind=draw(st.sampled_from(["full", "trailer", "bonus"])),
        explicit=draw(st.none() | st.booleans()),
        author="Bob",
        persons=tuple(Person(name, role, "cast", "", link) for name, role, link in draw(people)),
    )
    kinds = draw(st.lists(st.sampled_from(["vtt", "srt", "json", "html", "txt"]), unique=True))
    return feed.Item(
        episode=episode,
        enclosure=feed.Enclosure(draw(urls), draw(st.integers(1, 10**10)), "audio/mpeg"),
        duration_ms=draw(st.integers(1, 36_000_001)),
        chapters=chapters,
        chapters_url=draw(st.just("") | urls),
        transcripts={kind: draw(urls) for kind in kinds},
        language="de",
        soundbites=draw(bites),
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(items(), min_size=1, max_size=3, unique_by=lambda item: item.episode.id), names)
def test_what_was_written_is_read_back(written: list[feed.Item], title: str) -> None:
    data = feed.write(replace(SHOW, title=title), written, URL)
    again = source.read(Page(URL, data, "application/rss+xml"))
    wanted = replace(SHOW, title=title, id=again.show.id, feed=URL, guid=feed.show_guid(URL))
    assert (again.show, again.faults, again.moved_to, again.next_page) == (wanted, (), "", "")
    found = {candidate.episode.guid: candidate for candidate in again.candidates}
    assert len(found) == len(written)
    for item in written:
        candidate = found[item.episode.guid]
        episode = candidate.episode
        assert (episode.title, episode.show, episode.published) == (item.episode.title, title, item.episode.published)
        assert (episode.enclosure, candidate.length) == (item.enclosure.url, str(item.enclosure.length))
        assert (episode.page, episode.image) == (item.episode.page, item.episode.image)
        assert (episode.season, episode.number) == (item.episode.season, item.episode.number)
        assert (episode.kind, episode.explicit, episode.author) == (item.episode.kind, item.episode.explicit, "Bob")
        assert episode.persons == item.episode.persons
        assert episode.soundbites == tuple(item.soundbites)
        assert (episode.chapters.url if episode.chapters else "") == item.chapters_url
        types = feed.MEDIA_TYPES
        assert episode.transcripts == tuple(Resource(u, types[kind], "de") for kind, u in item.transcripts.items())
        wanted = [(c.start_ms, c.title, c.url, c.image) for c in item.chapters]
        assert [(c.start_ms, c.title, c.url, c.image) for c in candidate.chapters] == wanted


anything = st.text(st.characters(), max_size=60)  # surrogates and control characters as well
long = st.tuples(anything, st.integers(1, 400)).map(lambda pair: pair[0] * pair[1])


@settings(max_examples=80, deadline=None)
@given(st.lists(anything, min_size=8, max_size=8), long, st.lists(anything, max_size=5))
def test_whatever_is_said_gives_xml(texts: list[str], notes: str, titles: list[str]) -> None:
    title, guid, url, author, role, category, copyright, bite = texts
    person = Person(author, role, role, url, url)
    show = replace(SHOW, title=title, page=url, author=author, copyright=copyright, categories=(category,))
    episode = replace(EPISODE, title=title, guid=guid, page=url, author=author, persons=(person,))
    item = feed.Item(
        episode,
        feed.Enclosure(url, 1, role),
        10**7,
        notes=notes,
        chapters=[Chapter(text, n * 60_000, n * 60_000 + 1, url=url, image=url) for n, text in enumerate(titles)],
        transcripts={"vtt": url},
        soundbites=(Soundbite(1, 2, bite),),
    )
    root = etree.fromstring(feed.write(show, [item], URL))
    assert len(root.findtext("channel/item/description", "").encode()) <= 4000
    assert len(root.findall("channel/item/guid")) <= 1


def test_a_soundbite_is_in_seconds() -> None:
    node = etree.fromstring(feed.write(SHOW, [ITEM], URL)).find("channel/item/{*}soundbite")
    assert (node.get("startTime"), node.get("duration")) == (timecode.seconds(61_500), timecode.seconds(28_500))
    assert json.loads(node.get("duration")) == 28.5
