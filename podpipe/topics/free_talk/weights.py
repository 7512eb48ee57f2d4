"""What ``titles`` and ``flow`` learned, written by ``python -m bench.fit``.

Fitted on 144 episodes of a talk show. The features are those of ``titles.features`` and
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
        -0.856,
        0.476,
        3.82,
        -0.522,
        2.01,
        -0.162,
        -0.471,
        1.66,
        1.09,
        0.326,
        0.417,
        1.67,
        -0.46,
        0.182,
        1.61,
        1.77,
        2.27,
        2.29,
        1.36,
        0.84,
        0.933,
        0.553,
        0.774,
        -2.13,
        0.707,
        0.142,
        0.355,
        -0.00426,
        -0.973,
        -0.0715,
        0.0158,
        -2.33,
        0.347,
        -0.905,
        1.16,
        3.55,
        2.55,
        0.495,
        -0.0833,
        -0.318,
        0.943,
        -0.412,
        -0.0377,
        0.126,
        0.141,
        -0.154,
        1.2,
        -0.0382,
        0.801,
    ),
    11.1,
    (
        (0, 0.077, 0.238, 0.457, 0.654, 0.782, 0.873, 0.933, 0.967, 0.984, 0.992, 0.996, 0.999, 1),
        (0, 0.053, 0.201, 0.396, 0.667, 0.724, 0.854, 0.892, 0.93, 0.935, 0.95, 0.973, 0.984, 0.984),
    ),
)

FLOW = Model(
    (
        2.02,
        1.96,
        2.38,
        2.48,
        1.81,
        1.02,
        0.962,
        0.891,
        -0.683,
        -0.00109,
        0.11,
        -0.0436,
        0.691,
        0.374,
        -0.468,
        0.0357,
        0.168,
        -2.61,
        0.429,
        1.1,
        -0.227,
        1.23,
        3.88,
        7.16,
        -0.988,
        0.021,
        1.01,
        -0.238,
        0.222,
        -0.031,
        0.235,
        -0.0158,
        1.76,
        0.0654,
        1.02,
    ),
    -11.9,
    (
        (0, 0.279, 0.336, 0.399, 0.452, 0.51, 0.628, 0.766, 0.841, 0.905, 0.969, 0.999, 1),
        (0, 0.259, 0.319, 0.358, 0.513, 0.553, 0.554, 0.683, 0.824, 0.844, 0.89, 0.89, 0.89),
    ),
)
