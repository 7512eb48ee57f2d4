"""A reliability diagram: what chapters say of themselves against how often they are right."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from podpipe import storage

_COLOURS = ("#0072B2", "#56B4E9", "#E69F00", "#009E73", "#D55E00", "#1a1a1a")
"""Okabe and Ito's, which the colour-blind can tell apart."""
_MARKS = "osD^vP"


def write(path: Path, modes: Mapping[str, Sequence[tuple[float, float, int]]]) -> None:
    """Draw for each mode its bins: mean confidence, share that is right, and how many; as SVG, the same each time."""
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    file = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "podpipe", "svg.fonttype": "none", "font.size": 10}):
        figure = Figure(figsize=(6.4, 5.2), facecolor="white")
        FigureCanvasSVG(figure)
        axes = figure.add_subplot(xlim=(0.33, 1.02), ylim=(0, 1.03))
        axes.plot((0.35, 1), (0.35, 1), color="#8a8a8a", linewidth=1, linestyle="--", label="as often as said")
        for (mode, bins), colour, mark in zip(modes.items(), _COLOURS, _MARKS, strict=False):
            said, right, counts = ([one[field] for one in bins] for field in range(3))
            axes.plot(said, right, color=colour, linewidth=1.2, label=f"{mode} ({sum(counts)})")
            sizes = [12 + min(count, 400) / 4 for count in counts]
            axes.scatter(said, right, sizes, color=colour, marker=mark, linewidths=0)
        axes.set_xlabel("confidence that the chapters of a bin say (mean)")
        axes.set_ylabel("share of them that is right")
        axes.grid(color="#e3e6ea", linewidth=0.6)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(loc="lower left", frameon=False)
        figure.tight_layout()
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    storage.write_bytes(path, file.getvalue())


def write_growth(path: Path, lines: Mapping[str, Sequence[tuple[float, float]]], change_at: float = 200) -> None:
    """Draw for each search the milliseconds (95th percentile) against the passages; as SVG, the same each time."""
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    file = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "podpipe", "svg.fonttype": "none", "font.size": 10}):
        figure = Figure(figsize=(6.4, 4.4), facecolor="white")
        FigureCanvasSVG(figure)
        axes = figure.add_subplot(xscale="log", yscale="log")
        for (name, points), colour, mark in zip(lines.items(), _COLOURS, _MARKS, strict=False):
            axes.plot(*zip(*points, strict=True), color=colour, marker=mark, markersize=5, linewidth=1.2, label=name)
        axes.axhline(change_at, color="#8a8a8a", linewidth=1, linestyle="--", label="change the engine")
        axes.set_xlabel("passages (about 70 s each)")
        axes.set_ylabel("ms for an answer (95th percentile)")
        axes.grid(color="#e3e6ea", linewidth=0.6)
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(frameon=False)
        figure.tight_layout()
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    storage.write_bytes(path, file.getvalue())
