"""Who may ask what, and what a browser may do with the answer: one layer around the whole app.

- Without a token only this machine asks, under its own names: a page elsewhere whose name was made to point here (DNS
  rebinding) has another Host.
- With a token every request brings it: as a cookie, which an address with ``?token=`` sets, or as a Bearer.
- What changes something must come from our own pages: browsers say where a request comes from (Fetch Metadata, Origin),
  and other pages can't send JSON here without being asked first (CORS). See OWASP's cheat sheet on CSRF.
- Each answer says what a page may load: our own scripts and styles alone, nothing inline, nothing from elsewhere.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "podpipe_token"
_YEAR_S = 365 * 24 * 3600
_SAFE = frozenset(("GET", "HEAD", "OPTIONS"))
_OWN_NAMES = frozenset(("localhost", "127.0.0.1", "[::1]", "::1"))

_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors "
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass(frozen=True, slots=True)
class Access:
    """Who may come in. Without a ``token``: whoever is on this machine. ``hosts``: names besides this machine's own."""

    token: str = ""
    hosts: Sequence[str] = ()


class Guard:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access
        self._names = _OWN_NAMES | {name.casefold() for name in access.hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refused = self._refusal(scope, headers)
        framed = scope["path"].startswith("/embed/")

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    answer[name] = value
                answer["Content-Security-Policy"] = _CSP + ("*" if framed else "'none'")
                answer.setdefault("Cache-Control", "private, no-cache")
            await send(message)

        await (refused or self._app)(scope, receive, sending)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        host = _name(headers.get("host", ""))
        if not self._access.token and host not in self._names:
            return PlainTextResponse(
                f"This podpipe answers on this machine alone, not as {host!r}. Open http://127.0.0.1, or start it with "
                "--host.\n",
                status_code=421,
            )
        if scope["method"] not in _SAFE and not _is_from_here(headers):
            return PlainTextResponse("Changes are only taken from podpipe's own pages.\n", status_code=403)
        return self._unknown(scope, headers) if self._access.token else None

    def _unknown(self, scope: Scope, headers: Headers) -> Response | None:
        """A refusal of whoever brings no token; a cookie and a clean address for whoever has it in the address."""
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        if scheme.casefold() == "bearer" and self._is_token(bearer.strip()):
            return None
        if self._is_token(_cookie(headers.get("cookie", ""))):
            return None
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        if not any(name == "token" and self._is_token(value) for name, value in query):
            return PlainTextResponse(
                "Open the address that podpipe serve printed, ?token= and all; programs send Authorization: Bearer.\n",
                status_code=401,
                headers={"WWW-Authenticate": 'Bearer realm="podpipe"'},
            )
        if scope["method"] not in _SAFE or scope["path"].startswith("/api/"):
            return None
        rest = urlencode([(name, value) for name, value in query if name != "token"])
        path = scope.get("raw_path", scope["path"].encode()).decode("latin-1")
        answer = RedirectResponse("/" + path.lstrip("/") + (f"?{rest}" if rest else ""), status_code=303)
        secure = scope.get("scheme") == "https"
        answer.set_cookie(COOKIE, self._access.token, _YEAR_S, httponly=True, samesite="lax", secure=secure)
        return answer

    def _is_token(self, given: str) -> bool:
        return secrets.compare_digest(given.encode("utf-8", "replace"), self._access.token.encode())


def _name(host: str) -> str:
    """A Host without its port."""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).casefold()


def _is_from_here(headers: Headers) -> bool:
    """Whether a page of ours asks, or no page at all (a program sends neither header)."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is None or origin.partition("://")[2].casefold() == headers.get("host", "").casefold()


def _cookie(header: str) -> str:
    try:
        morsel = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""
