"""What a web page tells search engines of its episode."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podpipe.net import Page
from podpipe.sources import Candidate, page

EPISODE: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": "PodcastEpisode",
    "name": "The hiss of brakes",
    "datePublished": "2024-03-05T10:00:00+01:00",
    "associatedMedia": {"@type": "MediaObject", "contentUrl": "/12/sound"},
    "partOfSeries": {"@type": "PodcastSeries", "name": "Trains"},
}
FEED = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'


def read(*scripts: object, head: str = "") -> Candidate | str:
    told = "".join(f'<script type="application/ld+json">{json.dumps(script)}</script>' for script in scripts)
    html = f"<html><head>{head}{told}</head><body><h1>The hiss of brakes</h1><p>Of drums.</p></body></html>"
    return page.read(Page("https://trains.example/12/", html.encode(), "text/html"))


@pytest.mark.parametrize(
    "scripts",
    [
        (EPISODE,),
        ([{"@type": "WebSite", "name": "Trains on air"}, EPISODE],),
        ({"@graph": [{"@type": "Organization"}, {**EPISODE, "@type": ["RadioEpisode", "CreativeWork"]}]},),
        ({"@type": "BreadcrumbList"}, {**EPISODE, "associatedMedia": [{}, {"contentUrl": "/12/sound"}]}),
        ({**EPISODE, "associatedMedia": None, "audio": {"@type": "AudioObject", "contentUrl": "/12/sound"}},),
    ],
)
def test_an_episode_that_only_its_json_tells_of(scripts: tuple[object, ...]) -> None:
    found = read(*scripts, head='<meta property="og:site_name" content="A host of podcasts">' + FEED)
    assert isinstance(found, Candidate)
    assert found.episode.enclosure == "https://trains.example/12/sound"
    assert found.episode.show == "Trains"
    assert f"{found.episode.published:%Y-%m-%d}" == "2024-03-05"


def test_a_list_of_episodes_is_the_page_of_none() -> None:
    assert read(EPISODE, {**EPISODE, "name": "Another"}, head=FEED) == "https://trains.example/feed.xml"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("PodcastEpisode"),
        lambda inside: (
            st.lists(inside, max_size=3)
            | st.dictionaries(
                st.sampled_from(["@type", "@graph", "associatedMedia", "contentUrl", "partOfSeries", "datePublished"]),
                inside,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_is_read_or_passed_over(script: object) -> None:
    found = read(script, head=FEED)
    assert isinstance(found, Candidate) or found == "https://trains.example/feed.xml"


def test_what_is_no_json_is_passed_over() -> None:
    html = FEED + '<script type="application/ld+json">{"@type": </script><script type="application/ld+json"></script>'
    assert page.read(Page("https://trains.example/", html.encode(), "text/html")) == "https://trains.example/feed.xml"
    deep = FEED + f'<script type="application/ld+json">{"[" * 50_000}</script>'
    assert page.read(Page("https://trains.example/", deep.encode(), "text/html")) == "https://trains.example/feed.xml"
