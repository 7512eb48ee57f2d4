"""Draw an episode's timeline as PNG, SVG or a web page: the one module that borders on matplotlib (extra ``plot``).

Every text from outside is drawn as it is, never as mathematics. SVG keeps text as text, so that it can be searched.
"""

from __future__ import annotations

import contextlib
import io
import math
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from podpipe import storage, timecode
from podpipe.errors import PlotError
from podpipe.models import FOUND_BY
from podpipe.timeline import Timeline, joined, layout, levels, page
from podpipe.timeline.layout import FACTS_SIZE, LEFT, PLOT, RIGHT, TITLE_SIZE, WIDTH, Label, Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ENDINGS = (".png", ".svg", ".html")

# Okabe and Ito's colours, which the colour-blind can tell apart: blue for the script, green for the publisher,
# orange and red for what was heard.
_COLOUR = {
    "script": "#0072B2", "vocabulary": "#56B4E9", "agenda": "#56B4E9", "publisher": "#009E73", "heard": "#E69F00",
    "heading": "#E69F00", "flow": "#D55E00", "edited": "#CC79A7", "opening": "#8A8A8A",
}  # fmt: skip
_INK, _GREY, _PALE, _PAUSE = "#1a1a1a", "#595959", "#e3e6ea", "#f6e3b4"
_SOUND = ("#b4bfca", "#6f7f90")
"""The loudest, and the mean."""


# For what DejaVu Sans, which matplotlib brings, has no shapes for.
_FONTS = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Source Han Sans SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei",
    "Hiragino Sans", "PingFang SC", "Yu Gothic", "Microsoft YaHei", "Malgun Gothic", "Droid Sans Fallback",
    "Noto Sans Arabic", "Noto Sans Devanagari", "Noto Sans Thai", "Noto Sans Symbols2", "Symbola",
)  # fmt: skip

_TRACK, _BAND, _SOUND_HEIGHT, _LANE, _AXIS, _SPACE = 30.0, 20.0, 56.0, 11.0, 20.0, 18.0
_HEAD, _LINE = 66.0, 17.0
_LEGEND = 11.0
_RANGE_DB = 50
_PARTS = 600
"""Points of loudness in a whole row."""
_MOST_MISSING = 12
_DPI, _DPI_OF_MANY_ROWS = 150, 110


def draw(timeline: Timeline, path: Path) -> None:
    """Write a picture of the timeline; the ending of ``path``, one of ``ENDINGS``, says of what kind.

    Raises:
        PlotError: the ending is another, its folder does not exist, or matplotlib is not installed.
        LibraryError: the file can't be written.
    """
    kind = kind_of(path)
    if kind == ".png":
        data = _rendered(timeline, "png")
    elif kind == ".svg":
        data = page.with_facts(_rendered(timeline, "svg"), timeline)
    else:
        data = page.web_page(_rendered(timeline, "svg"), timeline, path.parent)
    storage.write_bytes(path, data)


def kind_of(path: Path) -> str:
    """The ending of a picture's name, one of ``ENDINGS``.

    Raises:
        PlotError: it is another, or its folder does not exist.
    """
    kind = path.suffix.lower()
    if kind not in ENDINGS:
        raise PlotError(f"{path} can't be drawn: its name must end in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}")
    if not path.parent.is_dir():
        raise PlotError(f"{path} can't be written: there is no folder {path.parent}")
    return kind


def rendered(figure: Any, kind: str, *, dpi: int = _DPI) -> bytes:
    """A figure as ``png`` or ``svg``; the same one gives the same bytes."""
    file = io.BytesIO()
    if kind == "svg":
        figure.savefig(file, format=kind, metadata={"Date": None, "Creator": None})
    else:
        figure.savefig(file, format=kind, dpi=dpi)
    return file.getvalue()


def _rendered(timeline: Timeline, kind: str) -> bytes:
    """The picture as ``png`` or ``svg``."""
    rows = layout.rows(timeline)
    missing = _missing_lines(timeline)
    height = _head_height(timeline) + sum(_height(row, timeline) for row in rows) + len(missing) * _LINE + 12
    with style():
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure

        figure = Figure(figsize=(WIDTH / 100, height / 100), dpi=100, facecolor="white")
        (FigureCanvasSVG if kind == "svg" else FigureCanvasAgg)(figure)
        axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(height, 0))
        axes.set_axis_off()
        sheet = _Sheet(axes)
        _draw_head(sheet, timeline)
        y = _head_height(timeline)
        for number, row in enumerate(rows):
            _draw_row(sheet, timeline, row, number, y)
            y += _height(row, timeline)
        for number, line in enumerate(missing):
            sheet.text(LEFT, y + number * _LINE, line, 11.5, bold=not number)
        return rendered(figure, kind, dpi=_DPI if len(rows) < 4 else _DPI_OF_MANY_ROWS)


@contextlib.contextmanager
def style() -> Iterator[None]:
    """Matplotlib as it comes, whatever the user has set, and without a word about shapes that no font has."""
    try:
        import matplotlib
        import matplotlib.style
        from matplotlib import font_manager
    except ImportError as error:
        raise PlotError("pictures need matplotlib, which is not installed; pip install 'podpipe[plot]'") from error
    there = set(font_manager.get_font_names())
    fonts = ["DejaVu Sans", *(name for name in _FONTS if name in there)]
    ours = {
        "font.family": ["sans-serif"],
        "font.sans-serif": fonts,
        "svg.fonttype": "none",
        "svg.hashsalt": "podpipe",
        "path.simplify": True,
    }
    with warnings.catch_warnings(), matplotlib.style.context(["default", ours]):
        warnings.filterwarnings("ignore", r"(?s)Glyph .* missing from", UserWarning)
        yield


class _Sheet:
    """An area in units of 1/100 inch from the upper left corner, to draw on."""

    def __init__(self, axes: Axes) -> None:
        self._axes = axes

    def text(self, x: float, y: float, text: str, size: float, *, bold: bool = False, **more: Any) -> None:
        """Text whose left end and middle are at a point (``ha`` for another end); ``size`` in units."""
        settings = {"color": _INK, "va": "center", "parse_math": False, **more}
        self._axes.text(x, y, text, fontsize=size * 0.72, fontweight="bold" if bold else "normal", **settings)

    def boxes(self, spans: Sequence[tuple[float, float]], y: float, height: float, colour: str, **more: Any) -> None:
        """Boxes (left, right) beside each other, as one shape."""
        corners = [((a, y), (b, y), (b, y + height), (a, y + height), (a, y)) for a, b in spans]
        self.shape([point for box in corners for point in box], colour, size=5, **more)

    def shape(self, points: Sequence[tuple[float, float]], colour: str, *, size: int = 0, **more: Any) -> None:
        """A filled shape, or several of ``size`` points each."""
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path as Outline

        if points:
            codes = np.full(len(points), Outline.LINETO, np.uint8)
            codes[:: size or len(points)] = Outline.MOVETO
            outline = Outline(np.asarray(points, float), codes)
            self._axes.add_patch(PathPatch(outline, **{"facecolor": colour, "edgecolor": "none", "lw": 0, **more}))

    def line(self, x1: float, y1: float, x2: float, y2: float, colour: str, width: float, **more: Any) -> None:
        """A straight line, its width in points."""
        self._axes.plot(
            [x1, x2], [y1, y2], color=colour, lw=width, solid_capstyle="butt", scalex=False, scaley=False, **more
        )


def _height(row: Row, timeline: Timeline) -> float:
    return (
        row.tracks * _TRACK
        + (_BAND + 3 if timeline.chapters else 0)
        + _SOUND_HEIGHT
        + _LANE * len(timeline.origins)
        + 3
        + _AXIS
        + _SPACE
    )


def _missing_lines(timeline: Timeline) -> list[str]:
    if not timeline.missing:
        return []
    lines = [layout.shortened(f"✗ {missing.title}: {missing.because}", 150) for missing in timeline.missing]
    more = [f"… and {len(lines) - _MOST_MISSING} more"] if len(lines) > _MOST_MISSING else []
    return ["Looked for and not found", *lines[:_MOST_MISSING], *more]


def _about(timeline: Timeline) -> str:
    topics = sum(chapter.evidence != "opening" for chapter in timeline.chapters)
    missing = (f"{len(timeline.missing)} not found",) if timeline.missing else ()
    counts = (f"{topics} chapter{'' if topics == 1 else 's'}", *missing)
    return layout.shortened(" · ".join((*timeline.about, timecode.clock(timeline.duration_ms), *counts)), 100)


def _legend(timeline: Timeline) -> list[tuple[str, str, float]]:
    """Names and colours of what is there to be told apart, and how wide each is."""
    used = {chapter.evidence for chapter in timeline.chapters}
    entries = [(FOUND_BY[evidence], _COLOUR[evidence]) for evidence in FOUND_BY if evidence in used]
    return [(name, colour, layout.text_width(name, _LEGEND) + 30) for name, colour in (*entries, ("pause", _PAUSE))]


def _head_height(timeline: Timeline) -> float:
    """The legend stands beside the facts where there is room for both."""
    wide = layout.text_width(_about(timeline), 12) + sum(width for _, _, width in _legend(timeline))
    return _HEAD + (22 if wide > PLOT else 0)


def _draw_head(sheet: _Sheet, timeline: Timeline) -> None:
    """Title, facts, and what the colours mean."""
    sheet.text(LEFT, 20, layout.shortened(timeline.title, 90), 18, bold=True)
    sheet.text(LEFT, 43, _about(timeline), 12, color=_GREY)
    y = _head_height(timeline) - 23
    x = LEFT + 16 if y > 43 else WIDTH - RIGHT + 30 - sum(width for _, _, width in _legend(timeline))
    for name, colour, width in _legend(timeline):
        sheet.boxes([(x - 16, x - 5)], y - 5.5, 11, colour)
        sheet.text(x, y, name, _LEGEND, color=_GREY)
        x += width


def _draw_row(sheet: _Sheet, timeline: Timeline, row: Row, number: int, y: float) -> None:
    band = y + row.tracks * _TRACK
    sound = band + (_BAND + 3 if timeline.chapters else 0)
    lanes = sound + _SOUND_HEIGHT + 3
    axis = lanes + len(timeline.origins) * _LANE
    for label in row.labels:
        _draw_label(sheet, label, band, axis, f"c{label.number}r{number}t")
    _draw_chapters(sheet, timeline, row, number, band, axis)
    _draw_sound(sheet, timeline, row, sound)
    for lane, origin in enumerate(timeline.origins):
        spans = ((w.start_ms, w.end_ms) for w in timeline.words if w.origin == origin and _is_in(w, row))
        boxes = [(row.x(a), max(row.x(b), row.x(a) + 0.8)) for a, b in joined(spans, row.unit_ms)]
        sheet.boxes(boxes, lanes + lane * _LANE + 1, _LANE - 2, _COLOUR[origin])
        share = sum(word.origin == origin for word in timeline.words) / len(timeline.words)
        sheet.text(LEFT - 8, lanes + (lane + 0.5) * _LANE, f"{origin} {share:.0%}", 9.5, ha="right", color=_GREY)
    sheet.line(LEFT, axis + 1, row.x(row.end_ms), axis + 1, _GREY, 0.7)
    for tick in row.ticks():
        sheet.line(row.x(tick), axis + 1, row.x(tick), axis + 5, _GREY, 0.7)
        sheet.text(row.x(tick), axis + 12, timecode.clock(tick), 10, ha="center", color=_GREY)


def _draw_label(sheet: _Sheet, label: Label, band: float, bottom: float, gid: str) -> None:
    """A chapter's title over its facts, and the line to its start; smaller where it began in a row before."""
    top = band - (label.track + 1) * _TRACK
    box = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
    if label.facts:
        sheet.line(label.x, top + 4, label.x, bottom, _INK, 0.5, zorder=1.5, alpha=0.55)
        sheet.text(label.left + 3, top + 9, label.title, TITLE_SIZE, bold=True, bbox=box, gid=gid)
        sheet.text(label.left + 3, top + 22, label.facts, FACTS_SIZE, color=_GREY, bbox=box)
    else:
        sheet.text(label.left, top + 22, label.title, FACTS_SIZE, color=_GREY, bbox=box, gid=gid)


def _draw_chapters(sheet: _Sheet, timeline: Timeline, row: Row, number: int, y: float, bottom: float) -> None:
    """A box for each chapter, as full as it is sure; the area down to ``bottom`` answers the pointer."""
    if timeline.chapters:
        sheet.text(LEFT - 8, y + _BAND / 2, "how sure", 9.5, ha="right", color=_GREY)
    for place, chapter in enumerate(timeline.chapters):
        if chapter.start_ms < row.end_ms and chapter.end_ms > row.start_ms:
            left, right = row.x(chapter.start_ms) + 0.5, row.x(chapter.end_ms) - 0.5
            span = [(left, max(right, left + 1))]
            full = _BAND * min(max(chapter.confidence, 0.02), 1)
            sheet.boxes(span, y, _BAND, _PALE)
            sheet.boxes(span, y + _BAND - full, full, _COLOUR[chapter.evidence])
            sheet.boxes(span, y, bottom - y, "none", gid=f"c{place}r{number}", zorder=4)


def _draw_sound(sheet: _Sheet, timeline: Timeline, row: Row, y: float) -> None:
    """Loudness over a range of 50 dB, with pauses behind it."""
    top_db = max(5 * math.ceil(timeline.level_db.max(initial=-100) / 5), -30)
    pauses = ((p.start_ms, p.end_ms) for p in timeline.pauses if p.end_ms > row.start_ms and p.start_ms < row.end_ms)
    seen = [(row.x(a), row.x(b)) for a, b in joined(pauses, 0) if b - a >= row.unit_ms]
    sheet.boxes(seen, y, _SOUND_HEIGHT, _PAUSE, zorder=0.5)
    width, base = row.x(row.end_ms) - LEFT, y + _SOUND_HEIGHT
    count = max(round(width / PLOT * _PARTS), 1)
    for levels_db, colour in zip(levels(timeline.level_db, row.start_ms, row.end_ms, count), _SOUND, strict=True):
        heights = np.clip((levels_db - top_db + _RANGE_DB) / _RANGE_DB, 0, 1) * _SOUND_HEIGHT
        xs = LEFT + (np.arange(heights.size) + 0.5) * (width / count)
        top = list(zip(xs.tolist(), (base - heights).tolist(), strict=True))
        if top:
            sheet.shape([(top[0][0], base), *top, (top[-1][0], base)], colour)
    for level, at in ((top_db, y + 5), (top_db - _RANGE_DB, base - 5)):
        sheet.text(LEFT - 8, at, f"{round(level)} dB".replace("-", "−"), 9.5, ha="right", color=_GREY)
    sheet.text(LEFT - 8, y + _SOUND_HEIGHT / 2, "loudness", 9.5, ha="right", color=_GREY)


def _is_in(word: Any, row: Row) -> bool:
    return bool(word.end_ms > row.start_ms and word.start_ms < row.end_ms)
