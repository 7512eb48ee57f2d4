"""What a show's episodes teach each other."""

from __future__ import annotations

import threading
from pathlib import Path

from loopback import Loopback
from podpipe import learned
from podpipe.ingest import Request, ingest
from podpipe.library import Library
from podpipe.models import Episode, Term
from podpipe.net import Client
from podpipe.search import open_index
from podpipe.speech.fake import FakeRecogniser
from podpipe.stages import Tools


def episode(number: int, show: str = "News") -> Episode:
    return Episode(f"2026-01-{number:02}-e", f"guid {number}", f"Episode {number}", show)


def terms(*texts: str) -> tuple[Term, ...]:
    return tuple(Term(text, 0.8) for text in texts)


def texts(found: tuple[Term, ...]) -> list[str]:
    return [term.text for term in found]


def test_terms_of_several_episodes_weigh_more_and_own_ones_are_not_repeated(tmp_path: Path) -> None:
    learned.remember(tmp_path, episode(1), terms("Vedran Furac", "OOM killer", "KVM"))
    learned.remember(tmp_path, episode(2), terms("OOM killer", "Jens Axboe"))
    learned.remember(tmp_path, episode(3, "Another"), terms("Zurich"))
    found = learned.taught(tmp_path, episode(9), terms("kvm"))
    assert texts(found)[0] == "OOM killer"
    assert set(texts(found)) == {"OOM killer", "Jens Axboe", "Vedran Furac"}
    assert found[0].weight > found[1].weight
    assert max(term.weight for term in found) <= 0.5


def test_an_episode_is_not_taught_its_own_terms_and_one_with_plenty_is_taught_none(tmp_path: Path) -> None:
    learned.remember(tmp_path, episode(1), terms("Vedran Furac"))
    assert learned.taught(tmp_path, episode(1), ()) == ()
    assert learned.taught(tmp_path, episode(2, ""), ()) == ()
    assert texts(learned.taught(tmp_path, episode(2), ())) == ["Vedran Furac"]
    assert learned.taught(tmp_path, episode(2), terms(*(f"Term{n}" for n in range(60)))) == ()


def test_a_show_of_thousands_keeps_a_small_file(tmp_path: Path) -> None:
    for number in range(1, 120):
        learned.remember(
            tmp_path, Episode(f"2026-{number:04}-e", "g", "t", "News"), terms(*(f"N{number}x{k}" for k in range(90)))
        )
    (file,) = tmp_path.rglob("*.json")
    assert file.stat().st_size < 60_000
    assert len(learned.taught(tmp_path, episode(1), ())) == 60


def test_a_damaged_file_is_made_again(tmp_path: Path) -> None:
    learned.remember(tmp_path, episode(1), terms("Vedran Furac"))
    (file,) = tmp_path.rglob("*.json")
    file.write_text("{")
    assert learned.taught(tmp_path, episode(2), ()) == ()
    learned.remember(tmp_path, episode(1), terms("Vedran Furac"))
    assert texts(learned.taught(tmp_path, episode(2), ())) == ["Vedran Furac"]


def test_what_is_remembered_already_is_not_written_again(tmp_path: Path) -> None:
    learned.remember(tmp_path, episode(1), terms("Vedran Furac"))
    (file,) = tmp_path.rglob("*.json")
    before = file.stat().st_mtime_ns
    learned.remember(tmp_path, episode(1), terms("Vedran Furac"))
    assert file.stat().st_mtime_ns == before


def test_many_at_a_time_lose_nothing(tmp_path: Path) -> None:
    threads = [
        threading.Thread(target=learned.remember, args=(tmp_path, episode(n), terms(f"Name{n}"))) for n in range(1, 25)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(texts(learned.taught(tmp_path, episode(30), ()))) == {f"Name{n}" for n in range(1, 25)}


def test_a_later_episode_makes_no_earlier_one_be_heard_again(tmp_path: Path, tone: Path, site: Loopback) -> None:
    heard: list[str] = []
    library = Library(tmp_path / "library")
    library.prepare()
    for number in (1, 2):
        site.serve(f"/{number}.mp3", tone.read_bytes(), "audio/mpeg")
    items = [_item(1, "With: Boqun Feng, lockdep, Peter Zijlstra."), _item(2, "")]
    for count in (1, 2, 2):
        feed = site.serve("/feed.xml", _FEED.format("".join(items[:count])), "application/rss+xml")
        with Client(typed=[feed]) as client, open_index(library.index, create=True) as index:
            tools = Tools(client, FakeRecogniser("a", "b"), index, "en")
            outcomes = list(ingest(Request((feed,)), library, tools, lambda *_: None))
        assert [outcome.error for outcome in outcomes if outcome.status == "failed"] == []
        heard += [outcome.episode.title for outcome in outcomes if outcome.episode and "transcribe" in outcome.seconds]
    assert [outcome.status for outcome in outcomes] == ["unchanged", "unchanged"]
    assert heard == ["Episode 1", "Episode 2"], "each was heard once"
    facts = [folder.ledger().entry("transcribe").facts for folder in library]  # type: ignore[union-attr]
    assert sum("Boqun Feng" in fact.get("taught", "") for fact in facts) == 1


_FEED = '<?xml version="1.0"?><rss version="2.0"><channel><title>Kernel Daily</title>{}</channel></rss>'


def _item(number: int, notes: str) -> str:
    return (
        f"<item><title>Episode {number}</title><guid>g{number}</guid>"
        f"<pubDate>Mon, 0{number} Jun 2026 08:00:00 GMT</pubDate>"
        f'<description>{notes}</description><enclosure url="{number}.mp3" type="audio/mpeg" length="1"/></item>'
    )
