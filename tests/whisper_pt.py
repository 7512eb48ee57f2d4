"""CTranslate2's Whisper weights as openai-whisper's: so that both engines can be asked with the same.

``python tests/whisper_pt.py FOLDER FILE.pt`` needs torch. The layout of ``model.bin`` is that of
CTranslate2's ``ModelSpec.save`` (binary version 6), little-endian throughout.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.generic]

_VERSION = 6
_DTYPES = {0: "<f4", 1: "<i1", 2: "<i2", 3: "<i4", 4: "<f2"}
"""By CTranslate2's ids; bfloat16 (5) is unknown to numpy."""

_TOP = {
    "encoder/conv1": "encoder.conv1",
    "encoder/conv2": "encoder.conv2",
    "encoder/layer_norm": "encoder.ln_post",
    "decoder/layer_norm": "decoder.ln",
    "decoder/embeddings": "decoder.token_embedding",
}

_IN_LAYER = {
    "self_attention/layer_norm": "attn_ln",
    "self_attention/linear_1": "attn.out",
    "attention/layer_norm": "cross_attn_ln",
    "attention/linear_0": "cross_attn.query",
    "attention/linear_2": "cross_attn.out",
    "ffn/layer_norm": "mlp_ln",
    "ffn/linear_0": "mlp.0",
    "ffn/linear_1": "mlp.2",
}

_FUSED = {
    "self_attention/linear_0": ("attn.query", "attn.key", "attn.value"),
    "attention/linear_1": ("cross_attn.key", "cross_attn.value"),
}
"""Projections that CTranslate2 keeps in one matrix, by rows."""

_KINDS = {"weight": "weight", "bias": "bias", "gamma": "weight", "beta": "bias"}


def make_pt(ctranslate2_model_dir: Path, destination: Path) -> None:
    """Write the model in a folder as a file that ``whisper.load_model`` takes.

    Raises:
        ValueError: ``model.bin`` is of another version or spec, or is quantised.
    """
    import torch

    variables = read_variables(ctranslate2_model_dir / "model.bin")
    state = {name: torch.from_numpy(np.array(value, np.float32)) for name, value in state_arrays(variables).items()}
    torch.save({"dims": dimensions(variables), "model_state_dict": state}, destination)


def read_variables(path: Path) -> dict[str, Array]:
    """The variables of a CTranslate2 model by name, aliases too."""
    with path.open("rb") as file:
        (version,) = _unpack(file, "I")
        spec = _string(file)
        if version != _VERSION or spec != "WhisperSpec":
            raise ValueError(f"{path} is {spec} in version {version}; expected WhisperSpec in {_VERSION}")
        _, count = _unpack(file, "II")  # the spec's revision; the number of variables
        variables = dict(_variable(file) for _ in range(count))
        (aliases,) = _unpack(file, "I")
        for _ in range(aliases):
            alias = _string(file)
            variables[alias] = variables[_string(file)]
    if any(name.endswith("_scale") for name in variables):
        raise ValueError(f"{path} is quantised; expected float16 or float32")
    return variables


def state_arrays(variables: Mapping[str, Array]) -> dict[str, Array]:
    """The same under openai-whisper's names, with the fused projections parted."""
    state: dict[str, Array] = {
        "encoder.positional_embedding": variables["encoder/position_encodings/encodings"],
        "decoder.positional_embedding": variables["decoder/position_encodings/encodings"],
    }
    for name, value in variables.items():
        where, _, kind = name.rpartition("/")
        if kind in _KINDS:
            state.update((f"{new}.{_KINDS[kind]}", part) for new, part in _renamed(where, kind, value))
    return state


def dimensions(variables: Mapping[str, Array]) -> dict[str, int]:
    """openai-whisper's ``ModelDimensions``, read off the shapes."""
    vocabulary, text_state = variables["decoder/embeddings/weight"].shape
    audio_state, mels, _ = variables["encoder/conv1/weight"].shape
    return {
        "n_mels": mels,
        "n_audio_ctx": len(variables["encoder/position_encodings/encodings"]),
        "n_audio_state": audio_state,
        "n_audio_head": int(variables["encoder/num_heads"]),
        "n_audio_layer": _layers(variables, "encoder"),
        "n_vocab": vocabulary,
        "n_text_ctx": len(variables["decoder/position_encodings/encodings"]),
        "n_text_state": text_state,
        "n_text_head": int(variables["decoder/num_heads"]),
        "n_text_layer": _layers(variables, "decoder"),
    }


def _renamed(where: str, kind: str, value: Array) -> Iterator[tuple[str, Array]]:
    if where in _TOP:
        yield _TOP[where], value
    half, _, rest = where.partition("/layer_")
    number, _, part = rest.partition("/")
    block = f"{half}.blocks.{number}"
    if part in _IN_LAYER:
        yield f"{block}.{_IN_LAYER[part]}", value
    elif part in _FUSED:
        for name, rows in zip(_FUSED[part], np.split(value, len(_FUSED[part])), strict=True):
            if not (kind == "bias" and name.endswith(".key")):  # Whisper's keys have no bias: these are zeros
                yield f"{block}.{name}", rows


def _layers(variables: Mapping[str, Array], half: str) -> int:
    return sum(name.startswith(f"{half}/layer_") and name.endswith("/ffn/linear_0/bias") for name in variables)


def _variable(file: BinaryIO) -> tuple[str, Array]:
    name = _string(file)
    (rank,) = _unpack(file, "B")
    shape = _unpack(file, f"{rank}I")
    kind, size = _unpack(file, "BI")
    if kind not in _DTYPES:
        raise ValueError(f"{name} has the data type {kind}; expected one of {', '.join(map(str, _DTYPES))}")
    return name, np.frombuffer(file.read(size), _DTYPES[kind]).reshape(shape)


def _string(file: BinaryIO) -> str:
    (size,) = _unpack(file, "H")
    return file.read(size).rstrip(b"\0").decode()


def _unpack(file: BinaryIO, form: str) -> tuple[int, ...]:
    return struct.unpack(f"<{form}", file.read(struct.calcsize(f"<{form}")))


if __name__ == "__main__":
    make_pt(Path(sys.argv[1]), Path(sys.argv[2]))
