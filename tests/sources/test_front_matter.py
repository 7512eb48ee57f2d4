"""What stands above notes of Markdown for a site's generator."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from podpipe.models import Person
from podpipe.net import Client, Page
from podpipe.notes import read_outline
from podpipe.sources import Candidate, discover, page
from podpipe.sources.front_matter import parted

HUGO = """\
+++
title = "The hiss of brakes"
date = 2024-03-05T10:00:00+01:00
podcast_file = "brakes.mp3"
guests = ["Ada Lovelace", "Alan Turing"]
[params]
explicit = false
+++
We hear of drums and discs.
"""
JEKYLL = """\
---
layout: post
title: "The hiss of brakes"
date: 2024-03-05 10:00:00 +0100
audio:
  mp3: brakes.mp3
guests: Ada Lovelace and Alan Turing
tags: [brakes, trains]
---
We hear of drums and discs.
"""
ASTRO = """\
---\r
title: The hiss of brakes\r
pubDate: "March 5, 2024"\r
enclosure: { url: brakes.mp3, length: 8123456, type: audio/mpeg }\r
guests:\r
  - name: Ada Lovelace\r
    url: https://ada.example\r
  - name: Alan Turing\r
---\r
\r
We hear of drums and discs.\r
"""


@pytest.mark.parametrize("text", [HUGO, JEKYLL, ASTRO])
@pytest.mark.parametrize("media_type", ["text/markdown", "text/plain"])
def test_a_page_for_a_generator_tells_all_of_its_episode(text: str, media_type: str) -> None:
    found = page.read(Page("https://trains.example/12/index.md", text.encode(), media_type))
    assert isinstance(found, Candidate)
    episode = found.episode
    assert episode.title == "The hiss of brakes"
    assert episode.published is not None
    assert f"{episode.published:%Y-%m-%d}" == "2024-03-05"
    assert episode.enclosure == "https://trains.example/12/brakes.mp3"
    assert episode.persons == (Person("Ada Lovelace", "guest"), Person("Alan Turing", "guest"))
    assert found.notes is not None
    assert found.notes.media_type == "text/markdown"
    assert found.notes.text.strip() == "We hear of drums and discs."


@pytest.mark.parametrize("audio", ["audio.mp3", "hiss_final.mp3"])
def test_a_title_above_notes_goes_before_the_name_of_a_file(audio: str, tmp_path: Path) -> None:
    (tmp_path / audio).write_bytes(b"\xff\xfb")
    (tmp_path / audio).with_suffix(".md").write_text(JEKYLL)
    with Client() as client:
        (found,) = discover(str(tmp_path / audio), client=client)
    assert found.episode.title == "The hiss of brakes"
    assert found.episode.published == datetime.fromisoformat("2024-03-05T10:00:00+01:00")
    assert [person.name for person in found.episode.persons] == ["Ada Lovelace", "Alan Turing"]


def test_a_summary_and_chapters_are_notes() -> None:
    above, below = parted(
        "---\ntitle: Brakes\ndescription: Of drums, discs and air.\nchapters:\n- '00:00:00.000 Intro.'\n"
        "- start: 1:30\n  title: Drums\n- {time: '1:02:03', name: Discs}\n---\n\n# Notes\n"
    )
    assert above is not None
    assert above.with_notes(below) == (
        "Of drums, discs and air.\n\n# Notes\n\n- 00:00:00.000 Intro.\n- 0:01:30 Drums\n- 1:02:03 Discs\n"
    )
    assert above.with_notes("# Notes\n\nOf drums,\ndiscs and air.").count("drums") == 1


def test_its_chapters_are_the_publishers() -> None:
    text = "---\ntitle: Brakes\naudio: brakes.mp3\nchapters:\n- 0:00 Intro\n- 1:30 Drums\n- 12:05 Discs\n---\nTrains.\n"
    found = page.read(Page("https://trains.example/12.md", text.encode(), "text/markdown"))
    assert isinstance(found, Candidate)
    assert found.notes is not None
    sections = read_outline(found.notes).sections
    assert [(s.heading, s.start_ms) for s in sections if s.start_ms is not None] == [
        ("Intro", 0),
        ("Drums", 90_000),
        ("Discs", 725_000),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "---\nToday: brakes, and what makes them hiss.\n---\nMore.\n",
        "---\n\nA paragraph.\n\n---\n",
        "---\ntitle: [a\n---\n",
        "---\ntitle: Not closed\n",
        "+++\ntitle = Not TOML\n+++\n",
        "---\na: &a [x, x]\nb: &b [*a, *a]\ntitle: Grows\n---\n",
        "---\ntitle: Deep\nx: " + "[" * 3000 + "\n---\n",
        "---\ndate: 2024-13-45 25:61:00\n---\n",
        "# Notes\n\n---\ntitle: Brakes\n---\n",
    ],
)
def test_what_is_none_stays_as_it_is(text: str) -> None:
    assert parted(text) == (None, text)


@given(st.text(alphabet="ab:-+\n [],{}'\"&*#1 2|>!", max_size=120), st.sampled_from(["---", "+++"]))
@example("title: a", "---")
def test_whatever_stands_there_nothing_is_lost(inside: str, line: str) -> None:
    text = f"{line}\n{inside}\n{line}\nThe notes.\n"
    above, below = parted(text)
    assert below == text if above is None else below.endswith("The notes.\n")
