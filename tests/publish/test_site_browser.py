"""A published site in a real browser, from a plain host: Chromium, driven by Playwright."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.host import hosting
from bench.shelf import Made, evenly, put, spoken
from podpipe.models import Episode, Notes
from podpipe.publish import finding, publish, where
from podpipe.publish.site import Wish
from web_app import HOSTILE, fill

playwright = pytest.importorskip("playwright.sync_api", reason="the extra test brings playwright")
Browser, BrowserContext, Page, expect = (
    playwright.Browser,
    playwright.BrowserContext,
    playwright.Page,
    playwright.expect,
)

pytestmark = [pytest.mark.slow, pytest.mark.browser]

AXE = Path(sys.prefix) / "node" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--autoplay-policy=no-user-gesture-required",
]
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
NEWS, GERMAN = "2026-03-04-news-dddddddd", "2026-03-05-nachrichten-eeeeeeee"
NOW = "document.querySelector('audio').currentTime"
TALK = (
    "So much for that. " * 40
    + "Then came the zeppelin over the harbour, and nobody looked up. "
    + "That was all. " * 20
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=found, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the site is."""
    return tmp_path_factory.mktemp("browsed")


@pytest.fixture(scope="module")
def site(folder: Path, tone: Path, demo: Path) -> Iterator[str]:
    """A site below a path, in two indexes."""
    library = fill(folder / "library", tone)
    facts = Episode(NEWS, "urn:news:1", "News", show="The News", page="https://example.org/news")
    chapters = evenly(["Opening", "Airships", "Closing"], 149_000)
    put(library, Made(facts, demo / "episode.mp3", spoken(TALK), chapters, Notes("The notes of the news.")))
    german = Episode(GERMAN, "urn:news:2", "Nachrichten", show="The News")
    words = spoken("Es folgen die Nachrichten. Auf dem Fluss fahren viele schöne Schiffe.")
    transcript = put(library, Made(german, tone, words)).path / "transcript.json"
    transcript.write_text(transcript.read_text().replace('"language": "en"', '"language": "de"'))
    host = folder / "host"
    host.mkdir()
    with pytest.MonkeyPatch.context() as patch, hosting(host) as url:
        patch.setattr(finding, "HOURS", 0.005)  # 18 seconds: several indexes, as large sites have them
        publish(library, host / "podcasts", Wish(f"{url}podcasts/", name="All of it"))
        assert len(list((host / "podcasts" / "search").iterdir())) > 1
        yield f"{url}podcasts/"


@pytest.fixture
def open_page(browser: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """Opens pages whose every error, refused load or request to elsewhere fails the test."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def opened(path: str = "", **options) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
        page.on("dialog", lambda dialog: troubles.append(f"dialog {dialog.message}"))
        page.on("request", lambda sent: None if sent.url.startswith(site) else troubles.append(sent.url))
        page.goto(site + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert troubles == []


def start_of(word: str) -> float:
    """When a word of the news is said, in seconds."""
    return next(each.start_ms for each in spoken(TALK) if each.text == word) / 1000


def wait_until(page: Page, true: str) -> None:
    """Wait for an expression; the page's policy forbids Playwright's own way."""
    deadline = time.monotonic() + 10
    while not page.evaluate(true):
        assert time.monotonic() < deadline, true
        page.wait_for_timeout(50)


def test_a_search_leads_to_the_second_and_plays_there(open_page: Callable[..., Page], site: str) -> None:
    page = open_page()
    page.keyboard.press("/")
    page.keyboard.type("zeppelin")
    hit = page.locator("a.hit").first
    expect(hit).to_contain_text("Airships")
    assert page.locator("a.hit mark").all_inner_texts() == ["zeppelin"]
    assert page.url == f"{site}search.html?q=zeppelin"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("html.ready")
    start_s = start_of("Then")
    assert page.url == f"{site}{where.page(NEWS)}#t={start_s:g}"
    wait_until(page, f"Math.abs({NOW} - {start_s}) < 0.1")
    page.get_by_role("button", name="Play").click()
    wait_until(page, f"{NOW} > {start_s} + 0.5")


def test_a_search_can_be_shared(open_page: Callable[..., Page]) -> None:
    page = open_page("search.html?q=killer&show=Kernel+Daily")
    expect(page.locator("article.found")).to_have_count(2)
    assert page.locator("#q").input_value() == "killer"
    page = open_page("search.html?q=killer&since=2026-03-02")
    expect(page.locator("article.found h2")).to_have_text(["Tunnels"])
    page = open_page("search.html?q=killer&until=2025-01-01")
    expect(page.locator(".count")).to_have_text("Nothing found for killer.")
    page.goto(page.url.replace("killer", "oil+and+killer").partition("&")[0])
    page.locator("a.hit").first.click()
    page.go_back()
    expect(page.locator("a.hit").first).to_be_visible()


def test_phrases_are_found_and_words_in_the_stems_of_each_language(open_page: Callable[..., Page]) -> None:
    page = open_page('search.html?q="begin with the oil"')
    expect(page.locator("article.found h2")).to_have_text(["Memory"])
    page = open_page("search.html?q=Schiff")
    expect(page.locator("article.found h2").first).to_have_text("Nachrichten")
    expect(page.locator("a.hit mark").first).to_have_text("Schiffe")


def test_strangers_words_are_text(open_page: Callable[..., Page]) -> None:
    page = open_page("search.html?q=aloud")
    expect(page.locator("article.found h2").first).to_contain_text("<script>alert(1)</script>")
    page.locator("article.found h2 a").first.click()
    expect(page.locator("h1")).to_contain_text("<script>alert(1)</script>")


def test_the_page_of_what_is_not_there_finds_its_way_home(open_page: Callable[..., Page], site: str) -> None:
    page = open_page("404.html")
    page.get_by_role("link", name="All episodes").click()
    assert page.url == f"{site}index.html"


@pytest.mark.parametrize("where_from", ["host", "disk"])
def test_it_can_be_read_without_javascript(browser: Browser, site: str, folder: Path, where_from: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site if where_from == "host" else (folder / "host" / "podcasts" / "index.html").as_uri())
    page.locator(".shows a", has_text="The News").click()
    page.locator(".card a", has_text="News").click()
    expect(page.locator("#transcript")).to_contain_text("zeppelin over the harbour")
    expect(page.locator("audio")).to_be_visible()
    expect(page.get_by_text("The notes of the news.")).to_be_visible()
    page.locator("nav.chapters a", has_text="Airships").click()
    expect(page.locator("h3", has_text="Airships")).to_be_in_viewport()
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_axe_finds_nothing(open_page: Callable[..., Page], site: str, theme: str, size: str) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: npm install --prefix .venv/node axe-core")
    page = open_page(color_scheme=theme, bypass_csp=True, **(PHONE if size == "phone" else {}))
    shows = page.locator(".shows a").evaluate_all("links => links.map((link) => link.href)")
    searched = [f"{site}search.html?q=killer", f"{site}search.html?q=nothingatall"]
    for address in (
        site,
        *shows[:2],
        site + where.page(NEWS),
        site + where.page(HOSTILE),
        site + "404.html",
        *searched,
    ):
        page.goto(address)
        if "q=" in address:
            page.wait_for_selector(".count")
        assert violations(page) == [], address


def violations(page: Page) -> list[str]:
    """What axe-core finds of levels A and AA."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })")
    return [
        f"{each['id']}: {json.dumps([node['html'][:200] for node in each['nodes']][:3])}"
        for each in found["violations"]
    ]
