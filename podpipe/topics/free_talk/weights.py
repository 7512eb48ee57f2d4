"""What ``titles`` and ``flow`` learned, written by ``python -m bench.fit``, but for the curve of flow.

Fitted on every other episode of a talk show (72 of 144). The features are those of ``titles.features`` and
``flow.features``, in their order. Weights are of logarithms of odds, by gradient ascent on the likelihood of the
chapters that people made, give or take 5 s. A curve is the model's probability, and how often it was right within 15 s
(titles, two of other episodes put between in half of the cases) or 30 s (flow), on episodes that it was not fitted on.
"""

from __future__ import annotations

from podpipe.topics.free_talk.chain import Model

TITLE_GAP = 0.83
"""The mean time from one chapter to the next, in shares of the talk."""

TITLES = Model(
    (
        -0.921,
        -0.157,
        4.72,
        -0.618,
        1.45,
        0.309,
        -0.455,
        1.87,
        0.808,
        0.199,
        0.403,
        2.26,
        -0.437,
        -0.0339,
        2.3,
        1.02,
        2.46,
        2.64,
        1.09,
        0.929,
        0.829,
        0.424,
        0.596,
        -2.63,
        1.08,
        0.184,
        -0.378,
        0.412,
        -0.898,
        -0.22,
        -0.0317,
        -1.87,
        0.284,
        0.347,
        0.849,
        3.59,
        3.5,
        0.517,
        -0.378,
        -0.704,
        1.16,
        -1.06,
        -0.148,
        0.0747,
        0.164,
        -0.331,
        0.97,
        -0.0614,
        0.65,
    ),
    9.32,
    (
        (0, 0.074, 0.296, 0.496, 0.663, 0.831, 0.929, 0.967, 0.985, 0.993, 0.998, 1),
        (0, 0.019, 0.3, 0.406, 0.657, 0.765, 0.87, 0.878, 0.946, 0.956, 0.985, 0.985),
    ),
)

FLOW = (
    2.52,
    1.79,
    2.44,
    2.69,
    1.71,
    0.883,
    0.8,
    0.766,
    0.176,
    -2.24,
    0.224,
    0.00533,
    -0.588,
    0.979,
    -0.515,
    0.0465,
    0.278,
    -2.64,
    0.371,
    1.36,
    0.145,
    1.08,
    3.08,
    7.73,
    -0.963,
    -0.00835,
    0.997,
    -0.323,
    0.121,
    -0.0477,
    0.205,
    -0.131,
    1.59,
    0.0421,
    0.714,
)
FLOW_BEGIN = -10.4
"""What speaks against a beginning at any place."""
# Of an earlier fit of the same half: nearer to the talks held out (error 0.04), and with more of their turns.
FLOW_CONFIDENCE = (
    (0, 0.185, 0.221, 0.256, 0.309, 0.391, 0.572, 0.825, 1),
    (0, 0.145, 0.179, 0.277, 0.321, 0.5, 0.533, 0.755, 0.89),
)
