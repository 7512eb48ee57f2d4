"""What ``bench.fit`` learns of five sixths of the talks, to be tried on the last: six times, so that all are tried."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from bench.talks import Told
from podpipe.topics.free_talk.chain import Model

FOLDS = 6
FILE = Path(__file__).with_suffix(".json")


def of_others(name: str, episodes: Sequence[Told]) -> list[tuple[Told, Model]]:
    """Each of the talks that ``talks.load`` gives, with a model that was fitted without it."""
    models = [Model(tuple(weights), bias, curve) for weights, bias, curve in json.loads(FILE.read_bytes())[name]]
    return [(told, models[number % FOLDS]) for number, told in enumerate(episodes)]


def write(models: dict[str, Sequence[Model]]) -> None:
    """Keep the models that were fitted without each sixth."""
    FILE.write_text(json.dumps(models, indent=1) + "\n", "utf-8")
