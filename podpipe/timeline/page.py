"""The drawn timeline for a browser: each chapter shows its facts under the pointer; a page adds sound and a table."""

from __future__ import annotations

import html
import os
import re
from pathlib import Path
from urllib.parse import quote

from lxml import etree

from podpipe import timecode
from podpipe.models import FOUND_BY, Chapter
from podpipe.timeline import Timeline

_SVG = "{http://www.w3.org/2000/svg}"
_CHAPTER = re.compile(r"c(\d+)r\d+t?")
_TOO_EXACT = re.compile(r"(\.\d\d)\d+")

_STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.45 system-ui, sans-serif; color: #1a1a1a; background: #fff; margin: 1.5rem auto; max-width: 1240px;
  padding: 0 1rem; }
h1 { font-size: 1.4rem; margin: 0 0 .75rem; }
h2 { font-size: 1.1rem; }
audio { width: 100%; position: sticky; top: 0; }
svg { width: 100%; height: auto; display: block; margin: 1rem 0; }
svg a { cursor: pointer; }
svg a:hover > path { fill: #000 !important; fill-opacity: .08; }
svg a:hover text { text-decoration: underline; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid #d7dbe0; vertical-align: top; }
td:first-child, td:nth-child(3) { font-variant-numeric: tabular-nums; white-space: nowrap; }
tr.now { background: #fdf3d8; }
"""

_SCRIPT = """
const audio = document.querySelector("audio");
const rows = [...document.querySelectorAll("tr[data-start]")];
const play = (time) => { audio.currentTime = time; audio.play(); };
document.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  const to = link && (link.getAttribute("href") || "").match(/#t=([0-9.]+)$/);
  if (to && audio) { event.preventDefault(); play(Number(to[1])); }
});
if (audio) audio.addEventListener("timeupdate", () => {
  const now = rows.filter((row) => Number(row.dataset.start) <= audio.currentTime).pop();
  for (const row of rows) row.classList.toggle("now", row === now);
});
"""


def with_facts(svg: bytes, timeline: Timeline) -> bytes:
    """A drawn SVG, in which each chapter shows its facts under the pointer."""
    data: bytes = etree.tostring(_annotated(svg, timeline, None), xml_declaration=True, encoding="utf-8")
    return data


def web_page(svg: bytes, timeline: Timeline, folder: Path) -> bytes:
    """A page in ``folder`` with the drawn SVG, the episode's sound, and its chapters in a table."""
    audio = _link(timeline.audio, folder) if timeline.audio else ""
    picture = etree.tostring(_annotated(svg, timeline, audio), encoding="unicode", method="xml")
    title = html.escape(timeline.title)
    parts = [
        f"<!DOCTYPE html>\n<html>\n<head>\n<meta charset='utf-8'>\n<title>{title}</title>",
        "<meta name='viewport' content='width=device-width, initial-scale=1'>",
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>",
        f"<audio controls preload='metadata' src='{html.escape(audio)}'></audio>" if audio else "",
        picture,
        _table(timeline, audio),
        _missing(timeline),
        f"<script>{_SCRIPT}</script>\n</body>\n</html>\n",
    ]
    return "\n".join(part for part in parts if part).encode()


def _annotated(svg: bytes, timeline: Timeline, audio: str | None) -> etree._Element:
    """The drawing, each chapter with its facts as ``<title>``, and a link to its sound where there is any."""
    root = etree.fromstring(svg, etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True))
    for metadata in root.findall(f"{_SVG}metadata"):
        root.remove(metadata)
    root.set("role", "group" if audio else "img")  # what is in an image is no link to those who hear the page
    root.set("aria-label", timeline.title)
    for path in root.iter(f"{_SVG}path"):
        path.set("d", _TOO_EXACT.sub(r"\1", path.get("d", "")).replace("  ", " "))
    for group in list(root.iter(f"{_SVG}g")):
        found = _CHAPTER.fullmatch(group.get("id", ""))
        if found:
            _annotate(group, timeline.chapters[int(found[1])], audio)
    if audio is not None:  # a browser scales it to the page
        for name in ("width", "height"):
            root.attrib.pop(name, None)
    return root


def _annotate(group: etree._Element, chapter: Chapter, audio: str | None) -> None:
    inner = etree.Element(f"{_SVG}a", {"href": _at(audio, chapter)}) if audio else etree.Element(f"{_SVG}g")
    title = etree.SubElement(inner, f"{_SVG}title")
    title.text = "\n".join(_facts(chapter))
    inner.extend(list(group))
    group.append(inner)
    group.set("pointer-events", "all")


def _facts(chapter: Chapter) -> list[str]:
    span = f"{timecode.clock(chapter.start_ms, decimals=1)} to {timecode.clock(chapter.end_ms, decimals=1)}"
    sure = f"sure {chapter.confidence:.2f}, found by: {FOUND_BY[chapter.evidence]}"
    return [chapter.title, span, sure, *([chapter.because] if chapter.because else [])]


def _table(timeline: Timeline, audio: str) -> str:
    if not timeline.chapters:
        return "<p>No chapters were found.</p>"
    rows = []
    for chapter in timeline.chapters:
        start = timecode.clock(chapter.start_ms)
        link = f"<a href='{html.escape(_at(audio, chapter))}'>{start}</a>" if audio else start
        facts = (chapter.title, f"{chapter.confidence:.2f}", FOUND_BY[chapter.evidence], chapter.because)
        cells = "".join(f"<td>{html.escape(fact)}</td>" for fact in facts)
        rows.append(f"<tr data-start='{timecode.seconds(chapter.start_ms)}'><td>{link}</td>{cells}</tr>")
    head = "".join(f"<th>{name}</th>" for name in ("Start", "Chapter", "Sure", "Found by", "Because"))
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n" + "\n".join(rows) + "\n</tbody>\n</table>"


def _missing(timeline: Timeline) -> str:
    if not timeline.missing:
        return ""
    items = (f"<li><b>{html.escape(m.title)}</b>: {html.escape(m.because)}</li>" for m in timeline.missing)
    return "<h2>Looked for and not found</h2>\n<ul>\n" + "\n".join(items) + "\n</ul>"


def _at(audio: str, chapter: Chapter) -> str:
    return f"{audio}#t={timecode.seconds(chapter.start_ms)}"


def _link(audio: Path, folder: Path) -> str:
    """The way from ``folder`` to a file, as a page there links to it."""
    try:
        return quote(Path(os.path.relpath(audio.resolve(), folder.resolve())).as_posix())
    except ValueError:  # on another drive
        return audio.resolve().as_uri()
