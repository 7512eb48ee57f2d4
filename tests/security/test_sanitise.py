from __future__ import annotations

import time

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from podpipe import sanitise
from podpipe.models import Notes

ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><animate onbegin=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' java\tscript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:x'>x</a><a href='file:///etc/passwd'>x</a>",
    "<iframe src=//evil></iframe><object data=//evil></object><embed src=//evil>",
    "<style>*{background:url(//evil)}</style><p style='background:url(//evil)'>x",
    "<link rel=stylesheet href=//evil><meta http-equiv=refresh content='0;url=//evil'><base href=//evil>",
    "<form action=//evil><input autofocus onfocus=alert(1)><button>x</button></form>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<video src=//evil autoplay></video><audio src=//evil autoplay></audio>",
    "<b id=main class=admin name=x>x</b>",
    "</body></html><script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</script>",
    "<plaintext><script>alert(1)</script>",
    "<p>\u202egnp.exe\u202c",
    "<p title='&#x202e;x'>&#8238;y",
)
_LOADING = "//@src|//@srcset|//@poster|//@data|//@background|//@style|//@action|//*[self::script or self::style]"


def findings(html: str) -> list[str]:
    """What in a fragment could run, load, or pass itself off as ours."""
    tree = lxml.html.fromstring(f"<div>{html}</div>")
    found = [str(node) for node in tree.xpath(_LOADING)]
    found += [name for node in tree.iter() for name in node.attrib if name.startswith("on") or name in ("id", "class")]
    found += [href for href in tree.xpath("//@href") if not href.startswith(("http://", "https://", "mailto:"))]
    return found + [character for character in html if character in "\u202a\u202b\u202c\u202d\u202e\x1b\x00"]


@pytest.mark.parametrize("attack", ATTACKS)
def test_notes_run_and_load_nothing(attack: str) -> None:
    for base in ("", "https://example.org/notes/"):
        assert findings(sanitise.html(attack, base=base)) == []


@given(st.lists(st.sampled_from((*ATTACKS, "<p>", "</p>", "'", '"', "<", ">", "<!--", "-->", "text"))).map("".join))
def test_no_mixture_of_attacks_runs_or_loads(html: str) -> None:
    cleaned = sanitise.html(html)
    assert findings(cleaned) == []
    assert sanitise.html(cleaned) == cleaned


def test_what_notes_are_made_of_stays() -> None:
    html = (
        "<h2>Topics</h2><ul><li><b>OOM</b> <a href='/killer'>killer</a></li><li>x</ul>"
        "<p dir='rtl' lang='he'>שלום<br>y</p><table><tr><td colspan='2'>1</td></tr></table>"
        "<pre><code>a &lt; b</code></pre>"
    )
    assert sanitise.html(html, base="https://example.org/notes/1") == (
        "<h2>Topics</h2><ul><li><b>OOM</b> "
        '<a href="https://example.org/killer" rel="nofollow noopener noreferrer">killer</a></li><li>x</li></ul>'
        '<p dir="rtl" lang="he">שלום<br>y</p><table><tbody><tr><td colspan="2">1</td></tr></tbody></table>'
        "<pre><code>a &lt; b</code></pre>"
    )


def test_a_relative_link_without_a_base_is_text() -> None:
    assert sanitise.html("<a href='x.html'>x</a>") == '<a rel="nofollow noopener noreferrer">x</a>'


def test_images_load_only_when_they_are_wanted() -> None:
    html = "<p>a<img src='/i.png' alt='An image' onload=x width=5></p>"
    assert sanitise.html(html, base="https://e.org/") == "<p>a</p>"
    shown = lxml.html.fromstring(sanitise.html(html, base="https://e.org/", images=True))
    assert dict(shown.find("img").attrib) == {
        "src": "https://e.org/i.png", "alt": "An image", "width": "5",
        "loading": "lazy", "referrerpolicy": "no-referrer",
    }  # fmt: skip
    assert "src" not in sanitise.html("<img src='data:image/svg+xml,x'>", images=True)


def test_plain_text_and_markdown_become_html() -> None:
    plain = Notes("One <b>\nhttps://e.org/a?b=1&c=2.\n\n(see http://e.org/x)")
    assert sanitise.notes(plain) == (
        '<p>One &lt;b&gt;<br>\n<a href="https://e.org/a?b=1&amp;c=2" rel="nofollow noopener noreferrer">'
        "https://e.org/a?b=1&amp;c=2</a>.</p>\n"
        '<p>(see <a href="http://e.org/x" rel="nofollow noopener noreferrer">http://e.org/x</a>)</p>'
    )
    markdown = Notes("# A\n\n[x](javascript:alert) <script>y</script> *z*", "text/markdown")
    assert findings(sanitise.notes(markdown)) == []
    assert "<h1>A</h1>" in sanitise.notes(markdown)
    assert "<em>z</em>" in sanitise.notes(markdown)


@pytest.mark.parametrize("part", ["<div>", "<b>", "<p><b><i>", "<table><tr><td>", "<div></b>", "<b ", "<a href=", "<"])
def test_absurd_depth_costs_no_more_than_its_length(part: str) -> None:
    started = time.process_time()
    assert "the end" in sanitise.html(part * 50_000 + "> the end") or part.endswith((" ", "=", "<"))
    assert time.process_time() - started < 10  # without the limit on depth: minutes


def test_paragraphs_that_are_never_closed_are_not_deep() -> None:
    assert sanitise.html("<p>a" * 500).count("<p>") == 500


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://e.org/a", "https://e.org/a"),
        ("b", "https://base.org/b"),
        ("mailto:me@e.org", "mailto:me@e.org"),
        ("javascript:alert(1)", ""),
        (" JavaScript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("http://", ""),
        ("http://[bad", ""),
        ("mailto:", ""),
    ],
)
def test_links_are_web_or_mail(address: str, safe: str) -> None:
    assert sanitise.link(address, "https://base.org/") == safe


def test_a_title_turns_nothing_around_it() -> None:
    assert sanitise.isolated("a\u202egnp\x1b[31m") == "\u2068agnp[31m\u2069"
    assert sanitise.isolated("") == ""
