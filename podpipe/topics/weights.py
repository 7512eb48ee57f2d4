"""What ``titles`` and ``flow`` learned: fitted on every other episode of a talk show (72 of 144).

The features are those of ``titles.features`` and ``flow.features``, in their order. Weights are of logarithms of
odds, by gradient ascent on the likelihood of the chapters that people made, give or take 5 s.
"""

from __future__ import annotations

TITLES = (
    -0.535,
    -0.269,
    3.6,
    -0.511,
    2.17,
    0.375,
    -0.623,
    1.4,
    0.63,
    0.207,
    0.409,
    2.41,
    -0.0903,
    -0.235,
    2.48,
    1.13,
    2.58,
    2.8,
    1.2,
    1.05,
    0.908,
    0.386,
    0.546,
    -2.57,
    0.966,
    0.374,
    -0.364,
    0.592,
    -0.968,
    -0.282,
    0.0101,
    -2.05,
    0.246,
    0.285,
    -1.78,
    -0.966,
    5.65,
    5.1,
    -0.35,
    -0.694,
    1.21,
    -1,
    -0.226,
    0.00849,
    0.181,
    -0.435,
    0.384,
    -0.0871,
    -0.362,
)
SKIP = -0.786
"""What it costs that a title is not talked about; fitted with titles of other episodes put between."""

TITLE_GAP = 0.83
"""The mean time from one chapter to the next, in shares of the talk."""

TITLES_CONFIDENCE = (
    (0, 0.121, 0.279, 0.403, 0.519, 0.685, 0.812, 0.902, 0.95, 0.98, 0.991, 0.998, 1),
    (0, 0.136, 0.237, 0.338, 0.52, 0.672, 0.77, 0.8, 0.86, 0.89, 0.93, 0.954, 0.985),
)
"""The model's probability, and how often it was right within 15 s on episodes that it was not
fitted on, with one title in ten of another episode."""

FLOW = (
    2.61,
    1.71,
    2.47,
    2.69,
    1.66,
    0.875,
    0.802,
    0.77,
    0.213,
    -1.86,
    0.532,
    0.185,
    -0.494,
    1.11,
    -0.481,
    0.0484,
    0.32,
    -2.65,
    0.361,
    1.41,
    0.0287,
    1.12,
    2.96,
    7.88,
    -1.07,
    -0.055,
    0.918,
    -0.483,
    0.107,
    -0.0261,
    0.217,
    -0.127,
    1.61,
    0.0435,
    0.715,
)
FLOW_BEGIN = -10.4
"""What speaks against a beginning at any place."""

FLOW_CONFIDENCE = (
    (0, 0.185, 0.221, 0.256, 0.309, 0.391, 0.572, 0.825, 1),
    (0, 0.145, 0.179, 0.277, 0.321, 0.5, 0.533, 0.755, 0.89),
)
"""The model's probability, and how often it was right within 30 s on episodes that it was not
fitted on; never 0.9."""
