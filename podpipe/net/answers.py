"""What a server answered: its header read, and the failures that a status can mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import httpx2

from podpipe.errors import FetchError, GoneError
from podpipe.net import coding
from podpipe.net.failures import Passing

_PASSING = (408, 425, 429, 500, 502, 503, 504)

_MEANINGS = {
    401: "wants a user name and password: write https://USER:PASSWORD@… before the host",
    403: "is forbidden",
    404: "does not exist",
    410: "is gone for good",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A response whose body is still to be read.

    ``moved`` is the address from now on, if permanent redirects led there.
    """

    response: httpx2.Response
    moved: str = ""

    @property
    def status(self) -> int:
        """The status code, of no redirect."""
        return self.response.status_code

    @property
    def url(self) -> str:
        """Where it was in the end, without user and password."""
        return str(self.response.url)

    def header(self, name: str) -> str:
        """A header's value; '' where it is not there."""
        return str(self.response.headers.get(name, ""))

    @property
    def media_type(self) -> str:
        """The type, in small letters and without parameters."""
        return self.header("content-type").partition(";")[0].strip().lower()

    @property
    def codings(self) -> tuple[str, ...]:
        """How the body is packed."""
        return coding.codings(self.header("content-encoding"))

    @property
    def length(self) -> int | None:
        """Bytes that this body has, as it is packed."""
        length = self.header("content-length")
        return int(length) if length.isdecimal() else None

    @property
    def validators(self) -> dict[str, str]:
        """ETag and Last-Modified, as far as they are there."""
        found = {"etag": self.header("etag"), "last_modified": self.header("last-modified")}
        return {name: value for name, value in found.items() if value}

    def check(self, shown: str) -> None:
        """Raises FetchError, which begins with ``shown``, where the status says that there is nothing to read."""
        if self.status in _PASSING:
            raise Passing(f"the server answers {self.status}")
        if self.status >= 400 or self.status < 200:
            meaning = _MEANINGS.get(self.status, "failed")
            kind = GoneError if self.status in (404, 410) else FetchError
            raise kind(f"{shown} {meaning} (HTTP {self.status}); check the address")


def conditions(validators: Mapping[str, str]) -> dict[str, str]:
    """The headers that ask whether something is still what it was (RFC 9110, section 13)."""
    names = {"etag": "If-None-Match", "last_modified": "If-Modified-Since"}
    return {names[key]: value for key, value in validators.items() if key in names}
