"""What stands on a published site."""

from __future__ import annotations

import gzip
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import lxml.etree
import pytest

from podpipe import storage
from podpipe.library import Library
from podpipe.publish import where
from web_app import HOSTILE, MEMORY, SCRIPT, TUNNELS

BASE = "https://example.org/podcasts/"
VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
SVG_VOID = frozenset("circle path rect use".split())


class Strict(HTMLParser):
    """Sees that every element is closed in order, every id there once, every attribute given once."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.scripts: list[dict[str, str | None]] = []
        self.json: list[str] = []
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), (tag, names)
        found = dict(attrs)
        self.attributes |= set(names)
        self.ids += [found["id"] or ""] if "id" in found else []
        self.links += [
            found[name] or "" for name in ("href", "src", "action", "data-words", "data-home") if name in found
        ]
        if tag == "script":
            self.scripts.append(found)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in SVG_VOID | VOID, tag
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, (tag, self.open[-3:], self.getpos())
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.scripts and self.open[-1:] == ["script"]:
            self.json.append(data)


def parsed(path: Path) -> Strict:
    page = Strict()
    page.feed(path.read_text("utf-8"))
    page.close()
    assert page.open == []
    return page


def pages(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.html"))


def test_every_page_is_well_formed(site_folder: Path) -> None:
    assert len(pages(site_folder)) == 3 + 2 + 3 * 3
    for path in pages(site_folder):
        page = parsed(path)
        assert len(page.ids) == len(set(page.ids)), path


def test_every_link_within_the_site_leads_somewhere(site_folder: Path) -> None:
    checked = 0
    for path in pages(site_folder):
        here = BASE + path.relative_to(site_folder).as_posix()
        for link in parsed(path).links:
            whole = urljoin(here, link)
            if not whole.startswith(BASE) or "{" in link:
                continue
            name = unquote(urlsplit(whole).path).removeprefix("/podcasts/") or "index.html"
            assert (site_folder / name).is_file(), (path.name, link)
            fragment = unquote(urlsplit(whole).fragment)
            if fragment and name.endswith(".html"):
                assert fragment in parsed(site_folder / name).ids, (path.name, link)
            checked += 1
    assert checked > 100


def test_pages_link_relative_to_themselves_so_that_any_path_will_do(site_folder: Path) -> None:
    for path in pages(site_folder):
        own = [link for link in parsed(path).links if link.startswith("/")]
        assert own == [] or path.name == "404.html", path
    assert "/podcasts/index.html" in parsed(site_folder / "404.html").links


def test_titles_and_notes_of_strangers_are_text(site_folder: Path) -> None:
    for path in pages(site_folder):
        page = parsed(path)
        assert not any(name.startswith("on") for name in page.attributes), path
        assert not any(link.lower().startswith(("javascript:", "//")) for link in page.links), path
        for script in page.scripts:
            assert "src" in script or script["type"] == "application/ld+json"
    text = (site_folder / where.page(HOSTILE)).read_text()
    assert "\u202e" not in text
    assert SCRIPT.replace("<", "&lt;").replace(">", "&gt;") in text
    chapters = json.loads((site_folder / where.beside(HOSTILE, "chapters.json")).read_bytes())
    assert [chapter.get("url") for chapter in chapters["chapters"]] == [None]


def test_names_of_files_are_ours(site_folder: Path) -> None:
    for path in site_folder.rglob("*"):
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*|\.podpipe-site\.(json|lock)", path.name), path


def test_structured_data_tells_of_the_episode_and_its_chapters(site_folder: Path) -> None:
    [data] = map(json.loads, parsed(site_folder / where.page(MEMORY)).json)
    assert data["@type"] == "PodcastEpisode"
    assert data["url"] == BASE + where.page(MEMORY)
    assert data["partOfSeries"]["name"] == "Kernel Daily"
    assert data["associatedMedia"]["contentUrl"] == BASE + where.beside(MEMORY, "episode.mp3")
    assert [clip["name"] for clip in data["hasPart"]] == ["Opening", "The OOM killer", "io_uring"]
    assert data["author"] == [{"@type": "Person", "name": "Ann"}]
    [hostile] = map(json.loads, parsed(site_folder / where.page(HOSTILE)).json)
    assert SCRIPT in hostile["name"]


def test_the_sitemap_has_every_page_and_when_it_changed(site_folder: Path) -> None:
    tree = lxml.etree.parse(site_folder / "sitemap.xml")
    rows = {row[0].text: row[1].text for row in tree.getroot()}
    expected = [*site_folder.glob("episodes/*.html"), *site_folder.glob("shows/*.html")]
    assert set(rows) == {BASE, *(BASE + path.relative_to(site_folder).as_posix() for path in expected)}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", moment or "") for moment in rows.values())
    assert (site_folder / "robots.txt").read_text().endswith(f"Sitemap: {BASE}sitemap.xml\n")


def test_the_search_index_leads_from_words_to_milliseconds(site_folder: Path) -> None:
    fragments = [gzip.decompress(path.read_bytes()) for path in site_folder.glob("search/en-1/fragment/*")]
    found = {
        each["url"].strip("/").removesuffix(".html"): each
        for each in (json.loads(data[len("pagefind_dcd") :]) for data in fragments)
    }
    assert set(found) == {MEMORY, TUNNELS, HOSTILE}
    memory = found[MEMORY]
    words = memory["content"].split()
    sentence = next(anchor for anchor in memory["anchors"] if words[anchor["location"]] == "When")
    start_ms = next(word["start_ms"] for word in _words(site_folder, MEMORY) if word["text"] == "When")
    assert sentence["id"] == f"t{start_ms}"
    assert [a["text"].rstrip(".") for a in memory["anchors"] if a["id"].startswith("c")] == [
        "Opening",
        "The OOM killer",
        "io_uring",
    ]
    assert memory["filters"] == {"show": ["Kernel Daily"], "day": ["2026-03-01"], "minutes": ["1"]}


def _words(site_folder: Path, episode_id: str) -> list[dict[str, object]]:
    cues = json.loads((site_folder / where.beside(episode_id, "transcript.json")).read_bytes())
    text = " ".join(segment["body"] for segment in cues["segments"])
    times = json.loads((site_folder / where.beside(episode_id, "words.json")).read_bytes())
    at, found = 0, []
    for word, later in zip(text.split(), times["starts"], strict=True):
        at += later
        found.append({"text": word, "start_ms": at * times["step"]})
    return found


def test_a_show_tells_of_itself_in_its_file(tmp_path: Path, own: Library, republish) -> None:
    page = next(own.root.glob("episodes/*memory*/episode.json"))
    assert '"Kernel Daily"' in page.read_text()
    done = republish()
    [fault] = [fault for fault in done.faults if "itunes:category" in fault and "Kernel Daily" in fault]
    facts = Path(fault.rpartition(" into ")[2])
    assert facts.is_relative_to(own.root / "shows")
    facts.parent.mkdir(parents=True)
    facts.write_bytes(
        storage.encode(
            {
                "title": "Kernel Daily",
                "author": "Ann",
                "email": "ann@example.org",
                "description": "<p>Every <b>day</b>.</p><script>alert(1)</script>",
                "language": "en",
                "categories": ["Technology"],
                "guid": "d0b8d9d2-5a5b-5c3e-8a53-6f0f4a0d3f10",
            }
        )
    )
    done = republish()
    assert [fault for fault in done.faults if "Kernel Daily" in fault and "itunes:image" not in fault] == []
    name = facts.parent.name
    show = (tmp_path / "out" / where.show_page(name)).read_text()
    assert "<b>day</b>" in show and "alert(1)" not in show
    feed = (tmp_path / "out" / where.show_file(name, "feed.xml")).read_text()
    assert "d0b8d9d2-5a5b-5c3e-8a53-6f0f4a0d3f10" in feed and "ann@example.org" in feed


def test_a_damaged_file_of_a_show_is_named(own: Library, republish) -> None:
    from podpipe.errors import LibraryError

    facts = Path(next(f for f in republish().faults if "itunes:category" in f).rpartition(" into ")[2])
    facts.parent.mkdir(parents=True)
    facts.write_text('{"title": 7}')
    with pytest.raises(LibraryError, match=re.escape(str(facts))):
        republish()


def test_noindex_is_said_everywhere(tmp_path: Path, republish) -> None:
    republish(is_listed=False)
    out = tmp_path / "out"
    for path in pages(out):
        assert 'content="noindex' in path.read_text(), path
    assert "Disallow: /" in (out / "robots.txt").read_text()
    assert not (out / "sitemap.xml").exists()
    assert "<itunes:block>Yes</itunes:block>" in (out / "feed.xml").read_text()


def test_a_site_without_search_says_so_where_one_would_search(tmp_path: Path, republish) -> None:
    republish()
    assert not (tmp_path / "out" / "search").exists()
    home = (tmp_path / "out" / "index.html").read_text()
    assert "<noscript><p" in home and "Search needs JavaScript" in home
    assert 'data-index=""' in (tmp_path / "out" / "search.html").read_text()
