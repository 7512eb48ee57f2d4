"""Known items: titles of links from show notes, each with the episode that it belongs to."""

from __future__ import annotations

import json
from dataclasses import dataclass

from bench.episodes import shared_data


@dataclass(frozen=True, slots=True)
class Item:
    """A query, and the episode that it belongs to."""

    query: str
    episode: str


def known_items() -> list[Item]:
    """All of them; every other one is for fitting. Raises Skipped where the corpus is not there."""
    rows = json.loads(shared_data("search", "known_items.json").read_bytes())
    return [Item(row["q"], row["ep"].rpartition("/")[2]) for row in rows]


def name_of(episode_id: str) -> str:
    """The episode's name, without the number that makes its id its own."""
    return episode_id.rpartition("-")[0]
