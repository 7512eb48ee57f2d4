"""What the figures were measured on."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from datetime import UTC, datetime
from pathlib import Path

import podpipe

_ENGINES = ("faster-whisper", "ctranslate2", "openai-whisper", "torch", "av", "whoosh3")


def describe() -> str:
    """Date, machine and versions in a line."""
    cores = os.cpu_count() or 1
    parts = [
        f"{datetime.now(UTC):%Y-%m-%d}",
        f"{_cpu()}, {cores} {'core' if cores == 1 else 'cores'}, {_memory_gb():.0f} GB",
        f"{_system()}, Python {platform.python_version()}",
        ", ".join([f"podpipe {podpipe.__version__}", *_versions()]),
    ]
    return " · ".join(parts)


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


def _system() -> str:
    try:
        name = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        name = platform.system()
    return f"{name} ({platform.system()} {platform.release()})"


def _versions() -> list[str]:
    found = []
    for name in _ENGINES:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
