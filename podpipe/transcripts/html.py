"""The Podcasting 2.0 namespace's HTML transcripts: ``cite``, ``time`` and ``p``, as a page that stands alone."""

from __future__ import annotations

from functools import partial
from html import escape as _escape
from typing import Any

from podpipe import timecode
from podpipe.models import Cue
from podpipe.transcripts import text as plain_text
from podpipe.transcripts.faults import Faults
from podpipe.transcripts.lines import plain
from podpipe.transcripts.telling import Paragraph, Telling, chaptered

escape = partial(_escape, quote=False)

_RIGHT_TO_LEFT = frozenset(("ar", "arc", "ckb", "dv", "fa", "he", "iw", "ps", "sd", "ug", "ur", "yi"))
_STYLE = """\
body { max-width: 40rem; margin: 2rem auto; padding: 0 1rem; font: 1.0625rem/1.6 system-ui, sans-serif; }
h1 { line-height: 1.2; } h2 { margin-top: 2.5rem; line-height: 1.3; }
cite { font-style: normal; font-weight: 600; } time { color: #666; font-size: .875em; }
h1, h2, div, p { unicode-bidi: plaintext; } p { margin: 0 0 1rem; }
@media (prefers-color-scheme: dark) { :root { color-scheme: dark; } time { color: #aaa; } }
@media print { body { max-width: none; margin: 0; font: 11pt/1.5 serif; } time { color: #000; }
h2 { break-after: avoid; } p { orphans: 3; widows: 3; } }"""

_BLOCKS = frozenset(
    "p li div td dd dt blockquote section article main body pre tr ul ol table br hr h1 h2 h3 h4 h5 h6".split()
)
_PASSED = frozenset("script style title head noscript template nav header footer h1 h2 h3 h4 h5 h6 svg form".split())


def write(telling: Telling, *, words: bool = False) -> str:
    """A whole page, chapters as headings. ``words`` is of no use here: paragraphs carry the times."""
    language = telling.transcript.language
    direction = ' dir="rtl"' if language.partition("-")[0].casefold() in _RIGHT_TO_LEFT else ""
    title = plain(telling.title) or "Transcript"
    about = [plain(telling.show), f"{telling.published:%Y-%m-%d}" if telling.published else ""]
    lines = [
        "<!DOCTYPE html>",
        f'<html lang="{_escape(language or "und")}"{direction}>',
        '<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title>\n<style>\n{_STYLE}\n</style>\n</head>\n<body>",
        f"<h1>{escape(title)}</h1>",
        *(f"<div>{escape(fact)}</div>" for fact in about if fact),
    ]
    for chapter, paragraphs in chaptered(telling):
        if chapter is not None:
            lines.append(f"<h2>{escape(plain(chapter.title)) or '…'}</h2>")
        last = ""
        for paragraph in paragraphs:
            lines += _paragraph(paragraph, named=paragraph.speaker != last)
            last = paragraph.speaker
    return "\n".join([*lines, "</body>\n</html>\n"])


def read(text: str, faults: Faults) -> list[Cue]:
    """Paragraphs with the ``cite`` and ``time`` before or in them; of a page without those, its text.

    A speaker stays until another is named. Headings, navigation and scripts are not read.
    """
    tree = _parse(text)
    if tree is None:
        faults.add(1, "no HTML that can be read")
        return []
    blocks = _Blocks()
    blocks.walk(tree)
    if not blocks.marked:
        return plain_text.cues_of([(0, cue.text) for cue in blocks.found])
    return blocks.found


def _paragraph(paragraph: Paragraph, *, named: bool) -> list[str]:
    """The three elements, bare: readers look for them to the letter. A time with hours is valid as it is."""
    speaker = [f"<cite>{escape(paragraph.speaker)}:</cite>"] if named and paragraph.speaker else []
    time = f"<time>{timecode.vtt(paragraph.start_ms).partition('.')[0]}</time>"
    return [*speaker, time, f"<p>{escape(paragraph.text)}</p>"]


def _parse(text: str) -> Any:
    import lxml.html
    from lxml import etree

    try:
        return lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=_parser())
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def _parser() -> Any:
    import lxml.html

    return lxml.html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)


class _Blocks:
    """The cues of a page, as its elements go by."""

    def __init__(self) -> None:
        self.found: list[Cue] = []
        self.marked = False
        """Whether it has times or speakers of its own."""
        self._speaker = ""
        self._start_ms: int | None = None
        self._text: list[str] = []

    def walk(self, tree: Any) -> None:
        """Go through a page, without recursion: pages may be nested deep."""
        from lxml import etree

        marks: list[str] | None = None
        passed = 0
        for event, node in etree.iterwalk(tree, events=("start", "end", "comment", "pi")):
            if event in ("comment", "pi"):
                self._text.append((node.tail or "") if not passed and marks is None else "")
                continue
            tag = node.tag
            if event == "start":
                passed += tag in _PASSED
                if tag in _BLOCKS:
                    self._flush()
                marks = [] if tag in ("cite", "time") and not passed else marks
                self._add(node.text, marks, passed)
            else:
                passed -= tag in _PASSED
                if tag in _BLOCKS:
                    self._flush()
                if tag in ("cite", "time") and marks is not None:
                    self._mark(tag, node, plain("".join(marks)))
                    marks = None
                self._add(node.tail, marks, passed)
        self._flush()

    def _add(self, text: str | None, marks: list[str] | None, passed: int) -> None:
        if text and not passed:
            (self._text if marks is None else marks).append(text)

    def _mark(self, tag: str, node: Any, text: str) -> None:
        """Take who speaks, or since when."""
        self._flush()
        if tag == "cite":
            self._speaker = text.rstrip(": ：")
            self.marked = self.marked or bool(self._speaker)
        else:
            self._start_ms = _time(text, node.get("datetime") or "")
            self.marked = self.marked or self._start_ms is not None

    def _flush(self) -> None:
        text = plain("".join(self._text))
        self._text.clear()
        if text:
            self.found.append(Cue(self._start_ms, None, text, self._speaker))
            self._start_ms = None


def _time(text: str, machine: str) -> int | None:
    """A time by its ``datetime`` (a duration such as PT53.5S) or its text."""
    for candidate in (machine.removeprefix("PT").lower() if machine.startswith("PT") else "", text.strip("[]() ")):
        try:
            if candidate:
                return timecode.parse(candidate)
        except ValueError:
            continue
    return None
