"""Every feed of the shared data, read against what another parser made of it and what its specification says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from podpipe.models import Chapter, Resource, Soundbite
from podpipe.net import Page
from podpipe.sources import Candidate, feed
from podpipe.sources.feed import Feed

FOLDER = Path(__file__).parents[2].parent / "shared" / "data" / "feeds"
NAMES = sorted(path.stem for path in (FOLDER / "podcastparser").glob("*.rss"))
AUDIO = "http://example.org/added.mp3"

PERMALINK = "that parser takes a guid such as 'a' for the address of a page beside the feed"
STRING = "RSS 2.0: a guid is a string, whatever it looks like; that parser makes an address of it"
REASONS = {
    ("atom_content_encoded", "link"): "that parser leaves out an Atom feed's own link",
    ("atom_published_updated", "link"): "that parser leaves out an Atom feed's own link",
    ("atom_updated", "link"): "that parser leaves out an Atom feed's own link",
    ("chapters", "chapters"): "that parser cuts starts to seconds",
    ("image_and_audio", "link"): "a guid that is no address is no link",
    ("itunes_categories_empty", "itunes_categories"): "a category without a name is none",
    ("max_episodes", "episodes"): "that parser was told to read one",
    ("no_guid", "guid"): "without a guid the audio tells episodes apart; links often are the same for all",
    ("no_title_multi_enclosure", "episodes"): "an episode without a title is one all the same",
    ("permalink", "guid"): STRING,
    **{
        (name, field): reason
        for name in (
            "chapters duration itunes_duration itunes_episode_image itunes_no_xmlns itunes_subtitle itunes_xmlns "
            "media_episode_thumbnail media_episode_thumbnail_group"
        ).split()
        for field, reason in (("link", PERMALINK), ("guid", STRING))
    },
}
"""Where we differ from that parser, by file and field, and why."""


@pytest.mark.skipif(not NAMES, reason=f"the shared test data is not at {FOLDER}")
@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_a_feed_is_lost(name: str) -> None:
    text = (FOLDER / "podcastparser" / f"{name}.rss").read_text()
    hint = json.loads((FOLDER / "podcastparser" / f"{name}.json").read_text().replace("file://tests", "http://tests"))
    read = feed.read(Page(f"http://tests/data/{name}.rss", _with_audio(text).encode(), ""))
    found = _differences({**_of_show(read), "episodes": [_of(c) for c in read.candidates]}, hint)
    assert set(found) == {field for file, field in REASONS if file == name}, found


def _differences(ours: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any]:
    """What we say differently or not at all: by field, both values."""
    episodes = ours.pop("episodes"), hint.get("episodes", [])
    found = {}
    if len(episodes[0]) != len(episodes[1]):
        found["episodes"] = (len(episodes[0]), len(episodes[1]))
    titles = [{e["title"]: e for e in some} for some in episodes]
    pairs = [(ours, hint), *((titles[0][title], titles[1][title]) for title in titles[0] if title in titles[1])]
    for mine, theirs in pairs:
        for field, value in mine.items():
            expected = _expected(field, theirs)
            if expected is not None and value != expected:
                found[field] = (value, expected)
    return found


def _expected(field: str, theirs: dict[str, Any]) -> Any:
    match field:
        case "description":
            return theirs.get("description_html") or theirs.get("description") or None
        case "cover_url" | "episode_art_url" | "chapters" | "link":
            return theirs.get(field) or ("" if field != "chapters" else [])
        case "itunes_categories":
            return theirs.get(field, [])
        case _:
            return theirs.get(field)


def _of_show(read: Feed) -> dict[str, Any]:
    show = read.show
    owner = {"name": show.owner, "email": show.email}
    return {
        "title": show.title,
        "link": show.page,
        "description": show.description,
        "cover_url": show.image,
        "language": show.language,
        "itunes_author": show.author,
        "itunes_categories": [path.split(" > ") for path in show.categories],
        "itunes_owner": {key: value for key, value in owner.items() if value},
        "explicit": show.explicit,
        "type": show.kind,
        "new_url": read.moved_to,
        "paged_feed_next": read.next_page,
    }


def _of(candidate: Candidate) -> dict[str, Any]:
    episode = candidate.episode
    persons = [
        {"name": p.name, "role": p.role, "group": p.group, "href": p.url, "img": p.image or None}
        for p in episode.persons
    ]
    return {
        "title": episode.title,
        "guid": episode.guid,
        "link": episode.page,
        "published": int(episode.published.timestamp()) if episode.published else 0,
        "description": " ".join(candidate.notes.text.split()) if candidate.notes else "",
        "total_time": (candidate.duration_ms or 0) // 1000,
        "number": episode.number,
        "season": episode.season,
        "type": episode.kind,
        "explicit": episode.explicit,
        "itunes_author": episode.author,
        "persons": persons,
        "chapters": [_chapter(chapter) for chapter in candidate.chapters],
        "chapters_json_url": episode.chapters.url if episode.chapters else None,
        "transcript_url": episode.transcripts[0].url if episode.transcripts else None,
        "episode_art_url": episode.image,
    }


def _chapter(chapter: Chapter) -> dict[str, Any]:
    facts = {"start": chapter.start_ms / 1000, "title": chapter.title, "href": chapter.url, "image": chapter.image}
    return {key: value for key, value in facts.items() if value != ""}


def _with_audio(text: str) -> str:
    """A feed whose items have something to listen to, so that what else they say is read."""
    if re.search(r"<enclosure|<media:content", text):
        return text

    def item(found: re.Match[str]) -> str:
        added = f'<link rel="enclosure" href="{AUDIO}"/>' if found[1] == "entry" else f'<enclosure url="{AUDIO}"/>'
        return found[0].replace(f"</{found[1]}>", f"{added}</{found[1]}>")

    return re.sub(r"<(item|entry)\b.*?</\1>", item, text, flags=re.DOTALL)


@pytest.mark.skipif(not NAMES, reason=f"the shared test data is not at {FOLDER}")
def test_the_example_of_podcasting_2_is_read() -> None:
    data = (FOLDER / "namespace" / "example.xml").read_bytes()
    read = feed.read(Page("https://example.com/feed.xml", data, ""))
    assert (read.show.guid, read.show.author, read.show.owner, read.show.email) == (
        "y0ur-gu1d-g035-h3r3", "John Doe", "John Doe", "johndoe@example.com",
    )  # fmt: skip
    assert read.show.categories == ("Technology", "News > Tech News")
    assert read.show.image == "https://example.com/images/pci_avatar-massive.jpg"
    assert (read.show.kind, read.show.explicit, read.show.copyright) == ("episodic", False, "Podcast Index LLC 2026")
    assert [c.episode.title for c in read.candidates] == [
        "Episode 3 - The Future", "Episode 2 - The Present", "Episode 1 - The Past",
    ]  # fmt: skip
    third = read.candidates[0]
    assert (third.episode.season, third.episode.number, third.length) == (1, 3, "43200000")
    assert third.episode.image == "https://example.com/ep0003/artMd.jpg"
    assert third.episode.author == "John Doe"
    assert third.episode.chapters == Resource("https://example.com/ep3_chapters.json", "application/json")
    assert third.episode.transcripts == (
        Resource("https://example.com/ep3/transcript.txt", "text/plain"),
        Resource("https://example.com/episode1/transcript.vtt", "text/vtt", "es"),
    )
    assert [(p.name, p.role, p.group) for p in third.episode.persons] == [
        ("Adam Curry", "host", "cast"), ("Dave Jones", "guest", "cast"),
        ("Becky Smith", "cover art designer", "visuals"),
    ]  # fmt: skip
    assert [c.episode.soundbites for c in read.candidates] == [
        (Soundbite(33_833, 60_000),), (Soundbite(45_400, 56_000),), (Soundbite(29_320, 34_000),),
    ]  # fmt: skip
    assert "<p>A look into the future" in third.notes.text


@pytest.mark.skipif(not NAMES, reason=f"the shared test data is not at {FOLDER}")
@pytest.mark.parametrize(
    "declaration",
    [
        "https://podcastindex.org/namespace/1.0",
        "https://github.com/Podcastindex-org/podcast-namespace/blob/main/docs/1.0.md",
        None,
    ],
)
def test_every_tag_of_the_namespace_is_read_by_either_address_or_none(declaration: str | None) -> None:
    wrapper = (FOLDER / "namespace" / "podcast-example.xml").read_text()
    tags = re.search(r"<test-wrapper[^>]*>(.*)</test-wrapper>", wrapper, re.DOTALL)[1]
    declared = f' xmlns:podcast="{declaration}"' if declaration else ""
    text = f'<rss{declared}><channel><title>T</title><item><enclosure url="{AUDIO}"/>{tags}</item></channel></rss>'
    (candidate,) = feed.read(Page("http://example.org/", text.encode(), "")).candidates
    episode = candidate.episode
    assert (episode.season, episode.number) == (1, 1)
    assert episode.chapters == Resource("https://example.com/ep1_chapters.json", "application/json")
    assert [t.url[-16:] for t in episode.transcripts] == [f"p{n}/transcript.txt"[-16:] for n in (1, 2, 3)]
    assert [(bite.start_ms, bite.end_ms) for bite in episode.soundbites] == [
        (29_320, 63_320), (33_833, 93_833), (45_400, 101_400),
    ]  # fmt: skip
    assert len(episode.persons) == 7
    assert episode.persons[-1].image == "https://example.com/images/davejones.jpg"
