"""Draw what a library talks about, as PNG, SVG or a web page: each topic a row of bars over time."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from podpipe import plot, storage

if TYPE_CHECKING:
    from podpipe.search.trends import Topic, Topics

_WIDTH, _LEFT, _RIGHT, _ROW, _HEAD, _FOOT = 11.0, 2.6, 1.5, 0.3, 0.75, 0.45
"""Inches."""
_COLOUR = {"rising": "#0072B2", "falling": "#D55E00", "steady": "#8A8A8A"}
"""Of Okabe and Ito, which the colour-blind can tell apart."""
_INK, _GREY, _PALE = "#1a1a1a", "#595959", "#e3e6ea"
_MOST_LABELS = 12
_LONGEST = 32

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>body {{ margin: 1em auto; max-width: 70em; font-family: sans-serif }} svg {{ width: 100%; height: auto }}</style>
</head><body>
{svg}
</body></html>
"""


def draw(topics: Topics, path: Path) -> None:
    """Write a picture of topics over time; the ending of ``path``, one of ``plot.ENDINGS``, says of what kind.

    Raises:
        PlotError: the ending is another, its folder does not exist, or matplotlib is not installed.
        LibraryError: the file can't be written.
    """
    kind = plot.kind_of(path)
    data = _drawn(topics, "png" if kind == ".png" else "svg")
    if kind == ".html":
        svg = data.decode()
        data = _PAGE.format(title=html.escape(_title(topics)), svg=svg[svg.index("<svg") :]).encode()
    storage.write_bytes(path, data)


def _drawn(topics: Topics, kind: str) -> bytes:
    shown = list(dict.fromkeys((*topics.topics, *topics.rising, *topics.falling)))
    height = _HEAD + _FOOT + _ROW * max(len(shown), 1)
    with plot.style():
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure

        figure = Figure(figsize=(_WIDTH, height), dpi=100, facecolor="white")
        (FigureCanvasSVG if kind == "svg" else FigureCanvasAgg)(figure)
        area = (_LEFT / _WIDTH, _FOOT / height, 1 - (_LEFT + _RIGHT) / _WIDTH, 1 - (_HEAD + _FOOT) / height)
        axes = figure.add_axes(area, xlim=(-0.5, max(len(topics.periods), 1) - 0.5), ylim=(max(len(shown), 1), 0))
        figure.text(0.012, 1 - 0.25 / height, _title(topics), fontsize=13, fontweight="bold", va="center", color=_INK)
        told = f"share of each {topics.unit}'s episodes with the topic; full height: its highest"
        figure.text(0.012, 1 - 0.52 / height, told, fontsize=9, va="center", color=_GREY)
        for row, topic in enumerate(shown):
            _draw_topic(axes, topic, topics, row)
        _draw_axis(axes, [period.label for period in topics.periods])
        return plot.rendered(figure, kind)


def _draw_topic(axes: Any, topic: Topic, topics: Topics, row: int) -> None:
    totals = [period.episodes for period in topics.periods]
    shares = [count / total if total else 0.0 for count, total in zip(topic.counts, totals, strict=True)]
    most = max(shares, default=0.0) or 1.0
    heights = [0.82 * share / most for share in shares]
    axes.axhline(row + 0.94, color=_PALE, lw=0.8, zorder=0)
    axes.bar(range(len(heights)), [-h for h in heights], 0.8, bottom=row + 0.94, color=_COLOUR[topic.trend], lw=0)
    name = topic.text if len(topic.text) <= _LONGEST else topic.text[: _LONGEST - 1] + "…"
    place = {"va": "center", "parse_math": False, "clip_on": False, "transform": axes.get_yaxis_transform()}
    axes.text(-0.012, row + 0.55, name, fontsize=10, ha="right", color=_INK, **place)
    trend = "" if topic.trend == "steady" else f", {topic.trend}"
    axes.text(1.012, row + 0.55, f"{topic.episodes:,}{trend}", fontsize=9, color=_COLOUR[topic.trend], **place)


def _draw_axis(axes: Any, labels: Sequence[str]) -> None:
    step = -(-len(labels) // _MOST_LABELS) or 1
    axes.set_xticks(range(0, len(labels), step), labels[::step], fontsize=9, color=_GREY)
    axes.set_yticks([])
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _title(topics: Topics) -> str:
    ends = dict.fromkeys(period.label for period in (*topics.periods[:1], *topics.periods[-1:]))
    span = f", {' to '.join(ends)}" if ends else ""
    return f"Topics of {topics.episodes:,} episode{'' if topics.episodes == 1 else 's'}{span}"
