"""The server that runs the app: uvicorn, on this machine alone unless another address is named."""

from __future__ import annotations

import ipaddress
import secrets
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass

from podpipe.errors import ServeError
from podpipe.library import Library

_SWITCH_S = 0.001
"""A search computes, the sound hardly does: it gets its turn this soon (Python's own 5 ms add up under load)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where to listen. ``token`` is made up where one is needed and none is given."""

    host: str = "127.0.0.1"
    port: int = 8000
    token: str = ""

    @property
    def is_public(self) -> bool:
        """Whether others than this machine can reach it."""
        if self.host == "localhost":
            return False
        try:
            return not ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return True


def open_socket(place: Place) -> socket.socket:
    """Listen, so that an address that can't be had is told before anything is started.

    Raises:
        ServeError: the port is taken or not allowed, or the host is none of this machine's.
    """
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((place.host.strip("[]"), place.port))
        listening.listen(512)
    except (OSError, OverflowError) as error:
        listening.close()
        reason = getattr(error, "strerror", None) or error
        raise ServeError(f"can't listen on {place.host} port {place.port}: {reason}; try another --port") from error
    return listening


def address(place: Place, listening: socket.socket) -> str:
    """Where a browser finds it, token and all."""
    port = listening.getsockname()[1]
    name = place.host
    if name in ("0.0.0.0", "::"):
        name = _own_address()
    elif ":" in name:
        name = f"[{name.strip('[]')}]"
    return f"http://{name}:{port}/" + (f"?token={place.token}" if place.token else "")


def _own_address() -> str:
    """The address by which other devices reach this machine; its name where there is no network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # chooses the way out; nothing is sent (an address for examples, RFC 5737)
        except OSError:
            return socket.gethostname()
        return str(probe.getsockname()[0])


def new_token() -> str:
    """A token that nobody guesses: 192 random bits."""
    return secrets.token_urlsafe(24)


def serve(library: Library, place: Place, listening: socket.socket, *, can_edit: bool = False) -> None:
    """Answer until Ctrl-C."""
    import uvicorn

    from podpipe.web.app import Settings, create_app
    from podpipe.web.security import Access

    hosts = () if place.token else (place.host,)
    app = create_app(library, Settings(can_edit, Access(place.token, hosts)))
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=2
    )
    sys.setswitchinterval(_SWITCH_S)
    with suppress(KeyboardInterrupt):  # which uvicorn raises again once it has ended in good order
        uvicorn.Server(config).run(sockets=[listening])
