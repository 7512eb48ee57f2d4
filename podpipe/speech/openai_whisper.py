"""openai-whisper: the reference implementation, on torch (the extra ``openai-whisper``)."""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from podpipe.audio import Samples
from podpipe.errors import SpeechError
from podpipe.speech import hints, weights
from podpipe.speech.engine import Heard, words_of


class OpenAIWhisper:
    """A ``Recogniser``; ``model`` is a name that openai-whisper knows, or a ``.pt`` file."""

    def __init__(self, model: str, device: str = "auto", *, beam_size: int = 1) -> None:
        if importlib.util.find_spec("whisper") is None:
            raise SpeechError("openai-whisper is not installed; pip install 'podpipe[openai-whisper]'")
        weights.check_name(model)
        self._model_name, self._device, self._beam_size = model, device, beam_size
        self._loading = threading.Lock()

    @property
    def name(self) -> str:
        """As in ``Recogniser``."""
        return f"openai-whisper {importlib.metadata.version('openai-whisper')} {Path(self._model_name).name}"

    @property
    def workers(self) -> int:
        """As in ``Recogniser``: torch uses all cores for one."""
        return 1

    def load(self) -> None:
        """As in ``Recogniser``."""
        if Path(self._model_name).exists():
            with self._loading:
                self._model  # noqa: B018  # which loads them

    def recognise(self, samples: Samples, *, language: str | None, vocabulary: Sequence[str]) -> Heard:
        """As in ``Recogniser``."""
        with self._loading:
            result = self._model.transcribe(
                samples,
                language=language,
                beam_size=self._beam_size if self._beam_size > 1 else None,
                word_timestamps=True,
                condition_on_previous_text=False,
                temperature=0.0,
                initial_prompt=hints.prompt(_fitting(vocabulary), language) or None,
                fp16=False,
                verbose=None,
            )
        parts = (word for segment in result["segments"] for word in segment["words"])
        words = words_of((word["word"], word["start"], word["end"], word["probability"]) for word in parts)
        return Heard(words, result["language"], 1.0)

    @functools.cached_property
    def _model(self) -> Any:
        import whisper

        try:
            return whisper.load_model(self._model_name, device=None if self._device == "auto" else self._device)
        except (RuntimeError, OSError) as error:
            raise SpeechError(
                f"the weights {self._model_name!r} can't be loaded ({str(error).splitlines()[0]}); give --model FILE.pt"
            ) from error


def _fitting(vocabulary: Sequence[str]) -> list[str]:
    """As many of the terms as there is room for."""
    from whisper.tokenizer import get_encoding

    encoding = get_encoding("multilingual")
    chosen: list[str] = []
    room = hints.ROOM
    for term in vocabulary:
        room -= len(encoding.encode(f" {term},"))
        if room < 0:
            break
        chosen.append(term)
    return chosen
