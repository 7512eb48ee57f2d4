"""What ``titles`` and ``flow`` learned: fitted on every other episode of a talk show (72 of 144).

The features are those of ``titles.features`` and ``flow.features``, in their order. Weights are of logarithms of
odds, by gradient ascent on the likelihood of the chapters that people made, give or take 5 s.
"""

from __future__ import annotations

TITLES = (
    -0.411,
    0.0445,
    3.96,
    -0.528,
    1.88,
    0.199,
    -0.165,
    1.34,
    0.329,
    0.14,
    0.415,
    2.64,
    -0.113,
    -0.213,
    2.54,
    1.09,
    2.66,
    2.84,
    1.33,
    1.02,
    0.93,
    0.382,
    0.453,
    -3.03,
    1.07,
    0.437,
    -0.32,
    0.595,
    -0.961,
    -0.332,
    -0.037,
    -2.43,
    0.253,
    0.156,
    -1.9,
    -1.7,
    6.68,
    5.84,
    -0.437,
    -0.826,
    1.35,
    -1.03,
    -0.198,
    0.083,
    0.219,
    -0.482,
    0.676,
    -0.0983,
    -0.379,
)
SKIP = -0.875
"""What it costs that a title is not talked about; fitted with titles of other episodes put between."""

TITLE_GAP = 0.83
"""The mean time from one chapter to the next, in shares of the talk."""

TITLES_CONFIDENCE = (
    (0, 0.129, 0.272, 0.396, 0.53, 0.686, 0.866, 0.955, 0.989, 1),
    (0, 0.146, 0.207, 0.318, 0.5, 0.621, 0.777, 0.872, 0.898, 0.98),
)
"""The model's probability, and how often it was right within 15 s on episodes that it was not
fitted on, with one title in ten of another episode."""

FLOW = (
    2.62,
    1.71,
    2.43,
    2.67,
    1.62,
    0.888,
    0.847,
    0.76,
    0.277,
    -2.09,
    0.538,
    0.366,
    -0.542,
    1.22,
    -0.514,
    0.05,
    0.351,
    -2.85,
    0.377,
    1.56,
    0.334,
    0.805,
    3.48,
    7.78,
    -1.14,
    0.00464,
    0.885,
    -0.482,
    0.109,
    0.0179,
    0.242,
    -0.131,
    1.76,
    0.0381,
    0.819,
)
FLOW_BEGIN = -11.1
"""What speaks against a beginning at any place."""

FLOW_CONFIDENCE = (
    (0, 0.202, 0.262, 0.306, 0.393, 0.579, 0.828, 1),
    (0, 0.207, 0.288, 0.321, 0.505, 0.533, 0.777, 0.89),
)
"""The model's probability, and how often it was right within 30 s on episodes that it was not
fitted on; never 0.9."""
