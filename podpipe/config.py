"""What a user can set: ``podpipe.toml`` in the library, and the environment, over safe defaults.

Each table of the file is a class here, each of its settings a field. ``PODPIPE_LIMITS_FILE_MB=500`` sets
``file_mb`` of ``[limits]`` for one run; a list is written with commas. ``docs/configuration.md`` is about all.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import msgspec
from msgspec import Meta, Struct

from podpipe import timecode, typed
from podpipe.errors import AudioError, ConfigError

FILE = "podpipe.toml"
PREFIX = "PODPIPE_"

Count = Annotated[int, Meta(ge=1)]
Amount = Annotated[float, Meta(gt=0)]


class Network(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[network]``: how podpipe behaves towards other machines."""

    allow_hosts: tuple[str, ...] = ()
    """Names, addresses or networks ("nas.local", "192.168.1.0/24") that may be asked though they are private."""
    connections_per_host: Count = 2
    """At a time, over all jobs of a run."""
    tries: Count = 5
    """Of one page or file that fails in a way that may pass; a download that gets on starts to count anew."""
    patience_s: Amount = 300
    """Longest wait that a server may ask for (Retry-After); what asks for more fails, and is for another day."""
    stall_s: Amount = 30
    """Silence after which a connection counts as dead."""
    bytes_per_s: Annotated[int, Meta(ge=0)] = 500
    """A connection that is slower than this for ``stall_s`` counts as dead."""
    proxy: str = ""
    """"http://proxy:3128". The addresses of other hosts are then looked up, and guarded, by the proxy."""


class Limits(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[limits]``: what one source may cost."""

    file_mb: Count = 4000
    """Of one audio file, as it comes and unpacked."""
    page_mb: Count = 50
    """Of a feed, page, transcript or list of chapters, unpacked."""
    cover_mb: Count = 10
    episode_hours: Amount = 24
    """Of sound in one episode."""
    download_hours: Amount = 12
    """For one file, all tries together."""
    page_s: Amount = 300
    """For one page or feed, each try."""
    redirects: Annotated[int, Meta(ge=0)] = 10
    keep_free_mb: Annotated[int, Meta(ge=0)] = 200
    """Of the disk: podpipe downloads nothing that would leave less."""

    def check_length(self, duration_ms: int, what: str) -> None:
        """Raises AudioError where there is more sound than ``episode_hours``."""
        if duration_ms > self.episode_hours * 3_600_000:
            raise AudioError(
                f"{what} has {timecode.clock(duration_ms)} of sound or more; the limit is {self.episode_hours:g} h "
                "(episode_hours)"
            )


class Config(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All tables of ``podpipe.toml``."""

    network: Network = Network()
    limits: Limits = Limits()


def load(root: Path, environment: Mapping[str, str] = os.environ) -> Config:
    """The settings of the library at ``root``.

    Raises:
        ConfigError: the file can't be read, or a setting is unknown or out of range.
    """
    path = root / FILE
    tables = _tables(path)
    _check_names(path, tables)
    settings = _convert(tables, str(path))
    overridden = _overridden(environment)
    for table, values in overridden.items():
        tables[table] = {**tables.get(table, {}), **values}
    return _convert(tables, f"the environment ({PREFIX}…)", lax=True) if overridden else settings


def _tables(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigError(f"{path} can't be read: {error.strerror}; change its permissions or delete it") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is no TOML: {error}; docs/configuration.md shows what it may hold") from error


def _check_names(path: Path, tables: Mapping[str, Any]) -> None:
    known = _fields(Config)
    for table, values in tables.items():
        if table not in known:
            raise ConfigError(f"{path} has [{table}], which podpipe does not know; {_instead(table, known)}")
        names = _fields(known[table])
        for name in values if isinstance(values, dict) else ():
            if name not in names:
                raise ConfigError(f"{path}: [{table}] has no setting {name!r}; {_instead(name, names)}")


def _instead(name: str, known: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"


def _convert(tables: Mapping[str, Any], where: str, *, lax: bool = False) -> Config:
    try:
        return typed.converted(tables, Config, strict=not lax)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{where}: {_in_words(str(error))}") from error


def _in_words(complaint: str) -> str:
    """Msgspec's "Expected `int` >= 1 - at `$.limits.file_mb`" with our names for the place."""
    what, _, place = complaint.partition(" - at ")
    what = what[0].lower() + what[1:]
    return f"{place.strip('`').removeprefix('$.')}: {what.replace('`', '')}" if place else what


def _overridden(environment: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for table, kind in _fields(Config).items():
        for name, kind_of_field in _fields(kind).items():
            value = environment.get(f"{PREFIX}{table}_{name}".upper())
            if value is not None:
                is_list = kind_of_field == tuple[str, ...]
                found.setdefault(table, {})[name] = (
                    [part.strip() for part in value.split(",") if part.strip()] if is_list else value
                )
    return found


def _fields(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
