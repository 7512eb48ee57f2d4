"""What ``titles`` and ``flow`` learned: fitted on every other episode of a talk show (72 of 144).

The features are those of ``titles.features`` and ``flow.features``, in their order. Weights are of logarithms of
odds, by gradient ascent on the likelihood of the chapters that people made, give or take 5 s.
"""

from __future__ import annotations

TITLES = (
    0.472,
    -0.226,
    3.52,
    -0.644,
    1.9,
    0.54,
    -0.464,
    0.592,
    0.197,
    0.238,
    0.421,
    2.71,
    0.116,
    2.76,
    0.83,
    2.83,
    2.53,
    1.56,
    1.2,
    0.948,
    0.493,
    1.64,
    -3.31,
    0.979,
    0.424,
    0.324,
    0.0416,
    -0.63,
    -0.207,
    0.05,
    -2.1,
    0.294,
    -2.93,
    0.743,
    -2.4,
)
SKIP = 1.37
"""What it costs that a title is not talked about; fitted with titles of other episodes put between."""

TITLE_GAP = 0.83
"""The mean time from one chapter to the next, in shares of the talk."""

TITLES_CONFIDENCE = ((0, 1), (0, 1))
"""The model's probability, and how often it was right within 15 s."""
