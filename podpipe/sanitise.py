"""Show notes as HTML that is safe in a page of ours: the one module that borders on nh3.

Notes come from strangers. What is let through is a list (tags, attributes, schemes of links), not
what is kept out: nh3 parses as browsers do (WHATWG HTML, by html5ever) and writes anew, so that no
browser sees another tree than was checked. Nothing loads by itself, unless images are asked for;
links tell the other side nothing (``rel``); text can't turn the direction of what stands beside it.
"""

from __future__ import annotations

import re
from collections import Counter
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from podpipe.models import Notes

if TYPE_CHECKING:
    import nh3

MAX_DEPTH = 200
"""Tags within tags; what is deeper loses its tags, as browsers and our parsers slow down on it."""

LONGEST_MARKDOWN = 50_000
"""Characters; longer notes are shown as plain text, as hostile Markdown takes time with the square of its length."""

_TAGS = frozenset(
    "a abbr b blockquote br caption cite code dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i "
    "ins kbd li mark ol p pre q s samp small span strong sub summary sup table tbody td tfoot th thead time tr u ul "
    "var".split()
)
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"dir", "lang"},
    "a": {"href", "title"},
    "abbr": {"title"},
    "img": {"alt", "height", "src", "title", "width"},
    "li": {"value"},
    "ol": {"reversed", "start", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
}
_SCHEMES = frozenset(("http", "https", "mailto"))
_REL = "nofollow noopener noreferrer"
_QUIET_IMAGES = {"img": {"loading": "lazy", "referrerpolicy": "no-referrer"}}

# Embeddings, overrides and isolates (Unicode Standard Annex 9) and controls but tab and line ends.
_UNSAFE = re.compile("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,30})(?=[\s/>])")
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_ENDED_BY_THE_NEXT = frozenset("dd dt li option p tbody td tfoot th thead tr".split())
_ADDRESS = re.compile(r"\bhttps?://[^\s<>\"]{1,2000}")
_SENTENCE_END = ".,;:!?'*_"

_FIRST_STRONG, _POP = "\u2068", "\u2069"


def notes(given: Notes, *, base: str = "", images: bool = False) -> str:
    """Show notes of any kind as an HTML fragment for a page of ours.

    Relative links are resolved against ``base``, the address that the notes came from, and dropped
    without one. Images load from the publisher's servers, and tell them who reads: only with ``images``.
    """
    match given.media_type:
        case "text/html":
            return html(given.text, base=base, images=images)
        case "text/markdown" if len(given.text) <= LONGEST_MARKDOWN:
            from markdown_it import MarkdownIt

            return html(MarkdownIt("commonmark", {"html": False}).render(given.text), base=base, images=images)
        case _:
            return text(given.text)


def html(given: str, *, base: str = "", images: bool = False) -> str:
    """HTML from outside as a fragment with nothing but text, structure and links (see ``notes``)."""
    return _UNSAFE.sub("", _cleaner(base, images).clean(_flattened(given)))


def text(given: str) -> str:
    """Plain text as paragraphs, its web addresses as links."""
    paragraphs = re.split(r"\n[ \t]*\n", _UNSAFE.sub("", given.replace("\r\n", "\n")))
    return "\n".join(f"<p>{_linked(paragraph.strip())}</p>" for paragraph in paragraphs if paragraph.strip())


def isolated(line: str) -> str:
    """A title or name as text (still to be escaped) that can't turn the direction of what stands around it."""
    return f"{_FIRST_STRONG}{bare}{_POP}" if (bare := _UNSAFE.sub("", line)) else ""


def link(address: str, base: str = "") -> str:
    """A web or mail address as a page may link to it, absolute; '' for every other, such as ``javascript:``."""
    try:
        joined = urljoin(base, _UNSAFE.sub("", address).strip())
        parts = urlsplit(joined)
    except ValueError:
        return ""
    is_whole = bool(parts.hostname) if parts.scheme != "mailto" else bool(parts.path)
    return joined if parts.scheme in _SCHEMES and is_whole else ""


def _cleaner(base: str, images: bool) -> nh3.Cleaner:
    import nh3

    def attribute(_tag: str, name: str, value: str) -> str | None:
        return value if name not in ("href", "src") else link(value, base) or None

    return nh3.Cleaner(
        tags=_TAGS | {"img"} if images else _TAGS,
        attributes=_ATTRIBUTES if images else {tag: names for tag, names in _ATTRIBUTES.items() if tag != "img"},
        attribute_filter=attribute,
        set_tag_attribute_values=_QUIET_IMAGES if images else None,
        url_schemes=set(_SCHEMES),
        link_rel=_REL,
    )


def _flattened(given: str) -> str:
    """HTML without the tags that would be deeper than MAX_DEPTH (nh3's time is quadratic in depth); text stays."""
    opened: Counter[str] = Counter()
    depth = 0
    kept: list[str] = []
    last = 0
    for found in _TAG.finditer(given):
        is_end, name = bool(found[1]), found[2].lower()
        if name in _VOID | _ENDED_BY_THE_NEXT or (is_end and not opened[name]):
            continue
        if is_end or depth < MAX_DEPTH:
            opened[name] += -1 if is_end else 1
            depth += -1 if is_end else 1
            continue
        if found.start() < last:
            continue  # within a tag that was left out
        kept.append(given[last : found.start()])
        if (end := given.find(">", found.end())) < 0:
            return "".join(kept)
        last = end + 1
    return "".join([*kept, given[last:]])


def _linked(line: str) -> str:
    parts: list[str] = []
    last = 0
    for found in _ADDRESS.finditer(line):
        address = found[0].rstrip(_SENTENCE_END)
        if address.endswith(")") and "(" not in address:
            address = address.rstrip(")" + _SENTENCE_END)
        parts.append(escape(line[last : found.start()]))
        parts.append(f'<a href="{escape(address)}" rel="{_REL}">{escape(address)}</a>')
        last = found.start() + len(address)
    return "".join([*parts, escape(line[last:])]).replace("\n", "<br>\n")
