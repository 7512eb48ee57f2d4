"""One engine on one file, for ``bench.engines``: ``python -m bench.hear ENGINE MODEL BEAM FILE``."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np

from podpipe import audio, speech
from podpipe.audio import SAMPLE_RATE
from podpipe.speech import Recogniser

PLAIN = "openai-whisper alone"
"""openai-whisper as its own documentation uses it, without podpipe."""


def main(engine: str, model: str, beam_size: int, path: Path) -> None:
    """Print how long loading and hearing took (seconds), and the words."""
    if engine == PLAIN:
        _plain(model, beam_size, path)
        return
    started = time.perf_counter()
    recogniser = _open(engine, model, beam_size)
    recogniser.recognise(np.zeros(SAMPLE_RATE, np.float32), language="en", vocabulary=())
    loaded = time.perf_counter()
    hypothesis = speech.transcribe(path, recogniser, language="en")
    heard = time.perf_counter()
    words = [word.text for word in hypothesis.words]
    print(json.dumps({"load_s": loaded - started, "hear_s": heard - loaded, "words": words}))


def _plain(model: str, beam_size: int, path: Path) -> None:
    import whisper

    started = time.perf_counter()
    loaded = whisper.load_model(model, device="cpu")
    samples = np.concatenate(list(audio.decode(path)))
    ready = time.perf_counter()
    beam = beam_size if beam_size > 1 else None
    result = loaded.transcribe(samples, language="en", beam_size=beam, word_timestamps=True, fp16=False, verbose=None)
    heard = time.perf_counter()
    print(json.dumps({"load_s": ready - started, "hear_s": heard - ready, "words": result["text"].split()}))


def _open(engine: str, model: str, beam_size: int) -> Recogniser:
    if engine == "openai-whisper":
        from podpipe.speech.openai_whisper import OpenAIWhisper

        return OpenAIWhisper(model, "cpu", beam_size=beam_size)
    from podpipe.speech.faster_whisper import FasterWhisper

    return FasterWhisper(model, "cpu", beam_size=beam_size)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
