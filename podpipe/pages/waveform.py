"""Loudness as a drawing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BARS = 300
WIDTH, HEIGHT = 600, 64
"""Of the drawing, in its own units; a page stretches it to the room that there is."""

_FLOOR_PERCENT, _TOP_PERCENT = 10, 99.5
_LEAST = 1.5


def path(level_db: NDArray[np.float32], duration_ms: int, hop_ms: int) -> str:
    """The data of an SVG path: ``BARS`` bars about the middle, as high as it is loud; '' where nothing is known.

    ``level_db``: dBFS, shape (hops,), one for each ``hop_ms``.
    """
    if not level_db.size or duration_ms <= 0:
        return ""
    edges = np.linspace(0, duration_ms / hop_ms, BARS, endpoint=False).astype(int)
    edges = edges[edges < level_db.size]
    loud = np.maximum.reduceat(level_db, edges)
    loud = 0.5 * loud + 0.5 * np.add.reduceat(level_db, edges) / np.diff(edges, append=level_db.size).clip(1)
    floor, top = np.percentile(level_db, [_FLOOR_PERCENT, _TOP_PERCENT])
    shares = np.clip((loud - floor) / max(float(top - floor), 1.0), 0, 1) ** 1.3
    heights = np.maximum(np.round(shares * HEIGHT, 1), _LEAST)
    step = WIDTH / BARS
    return "".join(
        f"M{number * step:g} {(HEIGHT - height) / 2:.1f}h{step * 0.6:g}v{height:.1f}h-{step * 0.6:g}z"
        for number, height in enumerate(heights)
    )
