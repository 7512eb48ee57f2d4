from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from podpipe import storage
from podpipe.models import Show
from web_app import HOSTILE, MEMORY, TUNNELS, Served


class Tree(HTMLParser):
    """Elements with their attributes, and the text, as a browser has them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


def page(served: Served, path: str) -> Tree:
    answer = served.client.get(path)
    assert answer.status_code == 200, answer.text
    return Tree(answer.text)


PATHS = (
    "/",
    "/shows/kernel-daily",
    f"/episodes/{MEMORY}",
    f"/episodes/{HOSTILE}",
    "/search?q=killer",
    f"/embed/{MEMORY}",
)


@pytest.mark.parametrize("path", PATHS)
def test_a_page_runs_nothing_inline_and_loads_nothing_from_elsewhere(served: Served, path: str) -> None:
    tree = page(served, path)
    for tag, attributes in tree.elements:
        assert not any(name.startswith("on") or name == "style" for name in attributes), (tag, attributes)
        if tag in ("script", "img", "audio", "iframe") or (tag == "link" and attributes["rel"] != "canonical"):
            address = attributes.get("src") or attributes.get("href", "")
            assert address.startswith(("/", served.url)), (tag, attributes)
    assert all(script.get("src") for script in tree.all("script"))
    assert not tree.all("style")


def test_home_lists_shows_and_the_newest_first(served: Served) -> None:
    tree = page(served, "/")
    order = [tree.text.index(title) for title in ("Tunnels", "Memory")]
    assert order == sorted(order)
    assert "/shows/kernel-daily" in [link.get("href") for link in tree.all("a")]


def test_a_show_says_what_its_feed_says(open_server: Callable[..., Served]) -> None:
    served = open_server()
    path = served.library.root / "shows" / "kernel-daily" / "show.json"
    path.parent.mkdir(parents=True)
    about = "<p>All about <b>kernels</b>.<script>x()</script></p>"
    path.write_bytes(storage.encode(Show("kernel-daily", "Kernel Daily", author="Ann", description=about)))
    tree = page(served, "/shows/kernel-daily")
    assert "All about kernels." in tree.text
    path.with_name("about.json").write_text('{"author": "Ben"}')
    assert "Ben" in page(served, "/shows/kernel-daily").text
    assert "Ann" in tree.text
    assert all(script.get("src") for script in tree.all("script"))


def test_a_search_without_scripts_is_a_form_and_links(served: Served) -> None:
    form = next(form for form in page(served, "/").all("form"))
    assert (form["action"], form["method"]) == ("/search", "get")
    tree = page(served, "/search?q=wireguard&show=Kernel+Daily")
    links = [link["href"] for link in tree.all("a") if link.get("class") == "hit"]
    assert links == [f"/episodes/{TUNNELS}?t=0.5"]
    assert "mark" in {tag for tag, _ in tree.elements}


@pytest.mark.parametrize(
    ("narrowed", "found"),
    [("", True), ("&since=2026-03-02", True), ("&since=2026-03-03", False), ("&until=2026-03-01", False)],
)
def test_days_narrow_a_search(served: Served, narrowed: str, found: bool) -> None:
    assert (">Tunnels<" in served.client.get(f"/search?q=wireguard{narrowed}").text) is found


def test_a_word_that_is_being_typed_is_a_beginning(served: Served) -> None:
    assert "Nothing found" in served.client.get("/search/results?q=wiregu").text
    assert "Tunnels" in served.client.get("/search/results?q=wiregu&typing=1").text


def test_what_was_meant_is_a_link(served: Served) -> None:
    tree = page(served, "/search?q=wiregaurd&show=Kernel+Daily")
    meant = next(link for link in tree.all("a") if "data-query" in link)
    assert (meant["data-query"], meant["href"]) == ("wireguard", "/search?q=wireguard&show=Kernel+Daily")


def test_a_query_that_can_t_be_understood_says_so(served: Served) -> None:
    answer = served.client.get("/search", params={"q": "(killer"})
    assert answer.status_code == 200
    assert 'class="remark problem"' in answer.text


def test_an_episode_opens_at_a_moment(served: Served) -> None:
    tree = page(served, f"/episodes/{MEMORY}?t=5.5")
    assert tree.all("audio")[0]["src"].endswith("#t=5.5")
    assert next(each for each in tree.all("section") if each.get("id") == "player")["data-at"] == "5500"
    titles = {each.get("property"): each["content"] for each in tree.all("meta") if "content" in each}
    assert titles["og:title"] == "Opening – Memory (0:05)"
    assert "/embed/" in next(each["content"] for each in tree.all("meta") if each.get("name") == "twitter:player")


def test_every_moment_of_a_chapter_link_is_a_place_in_the_page(served: Served) -> None:
    tree = page(served, f"/episodes/{MEMORY}")
    places = {attributes["id"] for _, attributes in tree.elements if "id" in attributes}
    chapters = [link["href"] for link in tree.all("a") if link.get("href", "").startswith("#t=")]
    assert len(chapters) >= 3
    assert {link.removeprefix("#") for link in chapters} <= places


def test_what_is_worth_hearing_plays_from_there(served: Served) -> None:
    text = served.client.get(f"/episodes/{MEMORY}").text
    [listed] = re.findall(r'<nav class="bites".*?</nav>', text, re.DOTALL)
    links = re.findall(r'href="#t=([\d.]+)".*?<bdi>(.*?)</bdi> <span class="length">(.*?)</span>', listed)
    assert links == [("5.78", "How it chooses", "0:04"), ("0", "Memory", "0:01")]
    assert "Worth hearing" not in served.client.get(f"/episodes/{TUNNELS}").text
    told = served.client.get(f"/api/episodes/{MEMORY}").json()["soundbites"]
    assert [(bite["title"], bite["start_ms"], bite["duration_ms"]) for bite in told] == [
        ("How it chooses", 5783, 4000),
        ("Memory", 0, 1500),
    ]
    assert told[0]["url"] == f"{served.url}/episodes/{MEMORY}?t=5.78"


def test_words_and_text_agree(served: Served) -> None:
    text = served.client.get(f"/episodes/{MEMORY}").text
    times = served.client.get(f"/episodes/{MEMORY}/words.json").json()
    paragraphs = re.findall(r'<p data-first="(\d+)">(.*?)</p>', text)
    words = [word for _, paragraph in paragraphs for word in paragraph.replace("&#39;", "'").split()]
    assert [len(word) for word in words] == times["lengths"]
    assert len(words) == len(times["starts"])
    assert times["starts"][0] * times["step"] == 500


def test_what_is_hostile_is_shown_as_text(served: Served) -> None:
    tree = page(served, f"/episodes/{HOSTILE}")
    raw = served.client.get(f"/episodes/{HOSTILE}").text
    assert "<script>alert(1)</script>" in tree.text
    assert "<script>alert" not in raw
    assert '"quoted"' in tree.text
    assert "\u202e" not in raw
    assert not [link for link in tree.all("a") if link.get("href", "").startswith("javascript")]
    assert not [image for image in tree.all("img") if image.get("src", "").startswith("//")]


def test_a_hostile_search_is_shown_as_text(served: Served) -> None:
    raw = served.client.get("/search", params={"q": '"><script>alert(1)</script>', "show": "'\"><b>"}).text
    assert "<script>alert" not in raw
    assert "<b>" not in raw


@pytest.mark.parametrize(
    "path", ["/episodes/nothing", "/episodes/..%2f..%2fetc", "/shows/none", "/embed/x", "/nowhere"]
)
def test_what_is_not_there_is_a_page_that_says_so(served: Served, path: str) -> None:
    answer = served.client.get(path)
    assert answer.status_code == 404
    assert "Not found" in answer.text


def test_an_empty_library_says_how_to_fill_it(empty: Served) -> None:
    assert "podpipe ingest" in empty.client.get("/").text
    assert "podpipe ingest" in empty.client.get("/search?q=x").text
