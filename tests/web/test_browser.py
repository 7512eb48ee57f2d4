"""The web app in a real browser, playing real sound: Chromium, driven by Playwright."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.shelf import Made, evenly, put, talk
from bench.web import weight_of
from podpipe import timecode
from podpipe.library import Library
from podpipe.models import Episode
from podpipe.web.app import Settings
from web_app import HOSTILE, MEMORY, Served, fill, serving

playwright = pytest.importorskip("playwright.sync_api", reason="the extra test brings playwright")
Browser, BrowserContext, Locator = playwright.Browser, playwright.BrowserContext, playwright.Locator
Page, expect = playwright.Page, playwright.expect

pytestmark = [pytest.mark.slow, pytest.mark.browser]

AXE = Path(sys.prefix) / "node" / "node_modules" / "axe-core" / "axe.min.js"
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]
LIT = "[...(CSS.highlights.get('now') ?? [])].map(String).join(' ')"
NOW = "document.querySelector('audio').currentTime"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def heard(tmp_path_factory: pytest.TempPathFactory, demo: Path, tone: Path) -> Library:
    """The bundled episode as Whisper hears it, beside others."""
    root = tmp_path_factory.mktemp("heard")
    shutil.copytree(demo, root / "demo")
    subprocess.run([sys.executable, "-m", "podpipe", "ingest", "demo/notes.txt"], cwd=root, check=True, timeout=300)
    fill(root, tone)
    return Library(root)


@pytest.fixture(scope="session")
def news(heard: Library) -> str:
    """The id of the bundled episode."""
    return heard.find("systems-news").id


@pytest.fixture(scope="module")
def server(heard: Library) -> Iterator[Served]:
    with serving(heard) as served:
        yield served


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages whose every error, refused load or request to elsewhere fails the test."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def opened(served: Served, path: str, **options) -> Page:
        context = browser.new_context(base_url=served.url, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
        page.on("dialog", lambda dialog: troubles.append(f"dialog {dialog.message}"))
        page.on("request", lambda sent: None if sent.url.startswith(served.url) else troubles.append(sent.url))
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.fixture
def listen(open_page: Callable[..., Page], server: Served, news: str) -> Callable[..., Page]:
    """Opens the bundled episode, and waits until its words can be followed."""

    def opened(query: str = "", **options) -> Page:
        page = open_page(server, f"/episodes/{news}{query}", **options)
        page.wait_for_selector("html.ready")
        return page

    return opened


def until(page: Page, expression: str, seconds: float = 10) -> None:
    """Wait until something is so in the page: from outside, as the page's policy lets nothing be evaluated in it."""
    deadline = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, (expression, page.evaluate(NOW))
        page.wait_for_timeout(20)


def chapter(page: Page, title: str) -> Locator:
    """A chapter's link in the list."""
    return page.locator(".chapters li > a:first-child", has_text=title)


def words_of(library: Library, episode: str) -> list[tuple[str, float, float]]:
    return [(w.text, w.start_ms / 1000, w.end_ms / 1000) for w in library.folder(episode).transcript().words]


def place_of(page: Page, word: str) -> tuple[float, float]:
    """Where on the screen a word of the transcript is first."""
    return tuple(
        page.evaluate(
            """(word) => {
                for (const paragraph of document.querySelectorAll("p[data-first]")) {
                    const at = paragraph.firstChild.data.indexOf(word);
                    if (at < 0) continue;
                    paragraph.scrollIntoView({ block: "center" });
                    const range = new Range();
                    range.setStart(paragraph.firstChild, at);
                    range.setEnd(paragraph.firstChild, at + word.length);
                    const box = range.getBoundingClientRect();
                    return [box.x + box.width / 2, box.y + box.height / 2];
                }
            }""",
            word,
        )
    )


def test_it_plays_and_lights_the_word_that_sounds(listen: Callable[..., Page], heard: Library, news: str) -> None:
    page = listen("?t=20.7")
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, f"{NOW} > 22")
    page.get_by_role("button", name="Pause").click()
    now = page.evaluate(NOW)
    said = [text for text, start, _ in words_of(heard, news) if start <= now + 0.01][-1]
    assert page.evaluate(LIT) == said
    assert page.locator(".para.now").count() == 1


def test_a_click_on_a_word_plays_it(listen: Callable[..., Page], heard: Library, news: str) -> None:
    page = listen()
    start = next(start for text, start, _ in words_of(heard, news) if text.startswith("snapshots"))
    page.mouse.click(*place_of(page, "snapshots"))
    until(page, f"Math.abs({NOW} - {start}) < 0.05")
    assert page.evaluate(LIT).startswith("snapshots")


def test_a_file_that_was_tagged_anew_plays_on(listen: Callable[..., Page]) -> None:
    page = listen("?t=60.5")
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, f"{NOW} > 61")
    page.evaluate("document.querySelector('audio').dispatchEvent(new Event('error'))")
    until(page, f"{NOW} > 62")
    assert page.evaluate(NOW) < 70
    assert not page.evaluate("document.querySelector('audio').paused")


def test_times_in_the_notes_are_links(open_page: Callable[..., Page], own: Library) -> None:
    note = "<p>0:02 The start, at 9:30 nothing more, 10:00:30 neither.</p><p><a href='https://x.org/'>0:01</a></p>"
    (own.folder(MEMORY).path / "notes.html").write_text(note)
    with serving(own) as served:
        page = open_page(served, f"/episodes/{MEMORY}")
        page.wait_for_selector("html.ready")
        assert page.locator(".notes a").evaluate_all("links => links.map((link) => link.getAttribute('href'))") == [
            "#t=2",
            "https://x.org/",
        ]
        page.locator(".notes").get_by_role("link", name="0:02").click()
        until(page, f"Math.abs({NOW} - 2) < 0.1")


def test_selecting_text_plays_nothing(listen: Callable[..., Page]) -> None:
    page = listen()
    x, y = place_of(page, "snapshots")
    page.mouse.move(x - 30, y)
    page.mouse.down()
    page.mouse.move(x + 60, y)
    page.mouse.up()
    assert page.evaluate("String(getSelection())")
    assert page.evaluate(NOW) == 0


def test_back_and_forward_through_chapters(listen: Callable[..., Page]) -> None:
    page = listen("?t=5")
    chapter(page, "Btrfs").click()
    until(page, f"Math.abs({NOW} - 75.5) < 0.2")
    assert "#t=75." in page.url
    chapter(page, "WireGuard").click()
    until(page, f"Math.abs({NOW} - 95.4) < 0.2")
    page.go_back()
    until(page, f"Math.abs({NOW} - 75.5) < 0.2")
    page.go_back()
    until(page, f"Math.abs({NOW} - 5) < 0.2")
    page.go_forward()
    until(page, f"Math.abs({NOW} - 75.5) < 0.2")
    expect(page.locator(".chapters [aria-current]")).to_contain_text("Btrfs")


@pytest.mark.parametrize("address", ["#t=75.5", "?t=75.5", "?t=1:15.5", "#t=1m15.5s"])
def test_every_second_has_an_address(listen: Callable[..., Page], address: str) -> None:
    page = listen(address)
    until(page, f"Math.abs({NOW} - 75.5) < 0.05")


def test_search_as_one_types_all_by_keys(open_page: Callable[..., Page], server: Served, news: str) -> None:
    page = open_page(server, "/")
    page.keyboard.press("/")
    page.keyboard.type("pressure stall informa", delay=15)
    hit = page.locator("a.hit").first
    expect(hit.locator("mark").first).to_contain_text("pressure stall")
    assert page.url.endswith("/search?q=pressure+stall+informa")
    page.keyboard.press("ArrowDown")
    expect(hit).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/episodes/{news}\?t="))
    page.wait_for_selector("html.ready")
    assert 19 < page.evaluate(NOW) < 49
    page.go_back()
    expect(page.locator("#q")).to_have_value("pressure stall informa")
    expect(page.locator("a.hit").first).to_be_visible()


def test_filters_narrow_and_stand_in_the_address(open_page: Callable[..., Page], server: Served) -> None:
    page = open_page(server, "/search?q=killer")
    both = page.locator("article.found")
    expect(both).to_have_count(3)
    page.get_by_label("Show").select_option("Kernel Daily")
    expect(both).to_have_count(2)
    assert "show=Kernel+Daily" in page.url
    page.get_by_label("From").fill("2026-03-02")
    expect(both).to_have_count(1)
    page.reload()
    expect(both).to_have_count(1)
    page.go_back()
    expect(both).to_have_count(2)


def test_keys_of_the_player(listen: Callable[..., Page]) -> None:
    page = listen("?t=60")
    page.keyboard.press("ArrowRight")
    until(page, f"Math.abs({NOW} - 90) < 0.2")
    page.keyboard.press("ArrowLeft")
    until(page, f"Math.abs({NOW} - 75) < 0.2")
    page.keyboard.press("[")
    until(page, f"Math.abs({NOW} - 49.04) < 0.2")
    page.keyboard.press("]")
    until(page, f"Math.abs({NOW} - 75.5) < 0.2")
    page.keyboard.press(" ")
    until(page, "!document.querySelector('audio').paused")
    page.keyboard.press(" ")
    until(page, "document.querySelector('audio').paused")
    page.keyboard.press(">")
    assert page.evaluate("document.querySelector('audio').playbackRate") == 1.1
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_search_inside_the_episode(listen: Callable[..., Page]) -> None:
    page = listen()
    page.keyboard.press("f")
    page.keyboard.type("oom")
    expect(page.locator(".find output")).to_have_text(re.compile(r"^\d+$"))
    page.keyboard.press("Enter")
    expect(page.locator(".find output")).to_have_text(re.compile(r"^1 of \d+$"))
    assert page.evaluate("[...CSS.highlights.get('chosen')].map(String)") == ["OOM"]
    page.keyboard.press("Control+Enter")
    assert page.evaluate(NOW) > 19


def test_the_position_is_remembered(listen: Callable[..., Page], server: Served) -> None:
    page = listen()
    page.evaluate("document.querySelector('.seek').value = 70")
    page.locator(".seek").dispatch_event("input")
    until(page, f"Math.abs({NOW} - 70) < 1")
    page.reload()
    page.wait_for_selector("html.ready")
    until(page, f"Math.abs({NOW} - 70) < 1")
    page.goto("/")
    expect(page.get_by_role("heading", name="Continue listening")).to_be_visible()
    page.locator("#continue a").click()
    page.wait_for_selector("html.ready")
    until(page, f"Math.abs({NOW} - 70) < 1")


def test_a_link_to_this_moment_is_copied(listen: Callable[..., Page], server: Served, news: str) -> None:
    page = listen("?t=60.5", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link at 1:00").click()
    expect(page.locator("#said")).to_have_text("Link copied")
    assert page.evaluate("navigator.clipboard.readText()") == f"{server.url}/episodes/{news}?t=60"


def test_media_keys_know_what_plays(listen: Callable[..., Page]) -> None:
    page = listen()
    assert page.evaluate("navigator.mediaSession.metadata.title").startswith("Systems News, episode 1")


def test_speed_stays(listen: Callable[..., Page]) -> None:
    page = listen()
    page.get_by_label("Speed").select_option("1.5")
    page.reload()
    page.wait_for_selector("html.ready")
    assert page.evaluate("document.querySelector('audio').playbackRate") == 1.5


def test_on_a_phone(listen: Callable[..., Page]) -> None:
    page = listen("?t=20.7", **PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    for name in ("Play", "Back 15 seconds", "Forward 30 seconds"):
        box = page.get_by_role("button", name=name, exact=True).bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 40
        assert 0 <= box["x"] <= box["x"] + box["width"] <= 390
    page.touchscreen.tap(*place_of(page, "snapshots"))
    until(page, f"{NOW} > 75")


@pytest.mark.parametrize("system", ["light", "dark"])
def test_the_other_theme_stays_when_chosen(open_page: Callable[..., Page], server: Served, system: str) -> None:
    page = open_page(server, "/", color_scheme=system)
    paper = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(paper)
    page.get_by_role("button", name="Dark colours").click()
    chosen = page.evaluate(paper)
    assert chosen != before
    page.reload()
    assert page.evaluate(paper) == chosen


def test_on_paper_there_is_the_text_alone(listen: Callable[..., Page]) -> None:
    page = listen()
    page.emulate_media(media="print")
    for selector in (".player", ".top", ".side", ".find"):
        expect(page.locator(selector)).to_be_hidden()
    expect(page.get_by_role("heading", name="Btrfs")).to_be_visible()


def test_without_scripts(open_page: Callable[..., Page], server: Served, news: str) -> None:
    page = open_page(server, "/", java_script_enabled=False)
    page.fill("#q", '"pressure stall information"')
    page.get_by_role("button", name="Search").click()
    page.locator("a.hit").first.click()
    assert re.search(rf"/{news}/audio\.mp3.*#t=4\d\.", page.locator("audio").get_attribute("src") or "")
    expect(page.locator("audio")).to_be_visible()
    expect(page.locator(".para", has_text="pressure stall information")).to_be_in_viewport()
    chapter(page, "Btrfs").click()
    expect(page.get_by_role("heading", name="Btrfs")).to_be_in_viewport()


def test_what_is_hostile_runs_nothing(open_page: Callable[..., Page], server: Served) -> None:
    page = open_page(server, f"/episodes/{HOSTILE}")
    page.wait_for_selector("html.ready")
    expect(page.get_by_role("heading", level=1)).to_contain_text("<script>alert(1)</script>")
    page.goto("/search?q=aloud")
    expect(page.locator("article.found h2")).to_contain_text("<script>")


def test_the_small_player_plays_in_a_frame(open_page: Callable[..., Page], server: Served, news: str) -> None:
    page = open_page(server, f"/embed/{news}?t=75.5")
    until(page, f"Math.abs({NOW} - 75.5) < 0.05")
    page.get_by_role("button", name="Play", exact=True).click()
    until(page, f"{NOW} > 76")
    expect(page.locator(".chapter")).to_have_text("Btrfs")


@pytest.fixture
def own(heard: Library, tmp_path: Path) -> Library:
    """A library of the test's own."""
    shutil.copytree(heard.root, tmp_path / "own")
    return Library(tmp_path / "own")


def correct(page: Page, word: str, text: str, where: str = "Only here") -> None:
    page.mouse.click(*place_of(page, word))
    dialog = page.get_by_role("dialog", name="Correct what is said")
    dialog.get_by_label("It is spelled").fill(text)
    dialog.get_by_label(where).check()
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator("#said")).to_contain_text("Saved")


def test_a_correction_survives_a_restart(open_page: Callable[..., Page], own: Library, news: str) -> None:
    with serving(own, Settings(can_edit=True)) as served:
        page = open_page(served, f"/episodes/{news}")
        page.wait_for_selector("html.ready")
        page.get_by_role("button", name="Correct", exact=True).click()
        correct(page, "monthly", "fortnightly.")
        correct(page, "daemon", "dæmon", "Everywhere in this episode")
        expect(page.locator("#transcript")).to_contain_text("dæmon")
        page.keyboard.press("e")
        expect(page.get_by_role("dialog", name="Correct what is said")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#transcript")).to_contain_text("Run it fortnightly.")
        page.get_by_role("button", name="Correct the chapter “Btrfs”").click()
        dialog = page.get_by_role("dialog", name="Correct a chapter")
        dialog.get_by_label("Title").fill("Btrfs, scrubbed")
        dialog.get_by_label("Begins at").fill("1:14.9")
        dialog.get_by_role("button", name="Save").click()
        expect(page.get_by_role("navigation", name="Chapters")).to_contain_text("Btrfs, scrubbed")
        page.close()
    with serving(own, Settings(can_edit=True)) as served:
        served.settle()
        page = open_page(served, f"/episodes/{news}")
        expect(page.locator("#transcript")).to_contain_text("Run it fortnightly.")
        expect(page.locator("#transcript")).to_contain_text("dæmon")
        expect(page.get_by_role("navigation", name="Chapters")).to_contain_text("Btrfs, scrubbed")
        page.goto("/search?q=fortnightly")
        expect(page.locator("a.hit")).to_have_count(1)
        chapters = served.client.get(f"/api/episodes/{news}").json()["chapters"]
        assert [c["start_ms"] for c in chapters if c["title"] == "Btrfs, scrubbed"] == [74_900]


def test_a_chapter_is_dragged_and_taken_back(open_page: Callable[..., Page], own: Library, news: str) -> None:
    with serving(own, Settings(can_edit=True)) as served:
        page = open_page(served, f"/episodes/{news}")
        page.wait_for_selector("html.ready")
        page.get_by_role("button", name="Correct", exact=True).click()
        handle = page.get_by_role("button", name=re.compile("Start of “Btrfs”"))
        box = handle.bounding_box()
        assert box
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 40, y, steps=4)
        page.mouse.up()
        expect(page.locator("#said")).to_contain_text("Saved")
        start_ms = next(c.start_ms for c in own.folder(news).chapters().chapters if c.title == "Btrfs")
        assert 78_000 < start_ms < 83_000
        page.get_by_role("button", name="Undo").click()
        expect(chapter(page, "Btrfs")).to_contain_text("1:15")
        handle.focus()
        page.keyboard.press("Shift+ArrowRight")
        page.keyboard.press("Enter")
        expect(chapter(page, "Btrfs")).to_contain_text("1:16")
        served.settle()
        moved = next(c.start_ms for c in own.folder(news).chapters().chapters if c.title == "Btrfs")
        assert timecode.clock(moved) == "1:16"


def test_three_hours_are_a_light_page(browser: Browser, tmp_path: Path, tone: Path) -> None:
    library = Library(tmp_path)
    prose = " ".join(path.read_text() for path in sorted(Path(__file__).parents[2].glob("docs/*.md")))
    sentences = [line for line in re.split(r"(?<=[.:])\s+", prose) if 30 < len(line) < 400]
    chapters = evenly([f"Topic {number}" for number in range(60)], 10_800_000)
    put(library, Made(Episode("long", "long", "Three hours"), tone, talk(30_000, sentences), chapters))
    with serving(library) as served:
        assert weight_of(browser, f"{served.url}/episodes/long") < 300_000
        page = browser.new_page()
        page.route("**/audio.mp3*", lambda route: route.abort())  # which is no three hours long
        page.goto(f"{served.url}/episodes/long#t=10000")
        page.wait_for_selector("html.ready")
        lit = page.evaluate("[...CSS.highlights.get('now')][0].getBoundingClientRect().top")
        assert 0 < lit < 860
        assert page.evaluate("document.querySelectorAll('*').length") < 5000
        page.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", ["desk", "phone"])
def test_no_accessibility_violation(
    open_page: Callable[..., Page], own: Library, news: str, theme: str, size: str
) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: npm install --prefix .venv/node axe-core")
    more = PHONE if size == "phone" else {}
    with serving(own, Settings(can_edit=True)) as served:
        page = open_page(served, "/", color_scheme=theme, **more)
        for path in (
            "/",
            "/shows/kernel-daily",
            f"/episodes/{news}?t=20.7",
            f"/episodes/{MEMORY}",
            f"/episodes/{HOSTILE}",
            "/search?q=killer",
            "/search?q=nothing-at-all",
            f"/embed/{news}",
        ):
            page.goto(path)
            assert violations(page) == [], path
        page.goto(f"/episodes/{news}?t=20.7")
        page.wait_for_selector("html.ready")
        page.get_by_role("button", name="Correct", exact=True).click()
        assert violations(page) == []
        page.mouse.click(*place_of(page, "snapshots"))
        expect(page.get_by_role("dialog")).to_be_visible()
        assert violations(page) == []


def violations(page: Page) -> list[str]:
    """What axe-core finds of levels A and AA."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })")[
        "violations"
    ]
    return [f"{each['id']}: {json.dumps([node['html'][:200] for node in each['nodes']][:3])}" for each in found]
