"""URLs as they may be shown, kept and compared: the secrets of private feeds stay out.

A secret is user and password (RFC 3986, section 3.2.1), or a value of the query that is named like one or looks
like one: long, and of letters and digits mixed as nobody writes them.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from urllib.parse import urljoin, urlsplit

_URL = re.compile(r"https?://[^\s<>\"'|\\^`{}]+", re.IGNORECASE)
_SECRET_NAMES = re.compile(
    r"(?:^|[-_.])(?:auth|authorization|key|apikey|api_key|token|secret|sig|signature|pass|passwd|password|pwd|user|username"
    r"|login|session|sid|hash|hmac|credential|policy|jwt|access|code|uid|uuid|member|hdnea|hdnts)s?(?:$|[-_.])",
    re.IGNORECASE,
)
_LEAST_SECRET = 20
"""Characters of a value that may be a secret by its looks."""

_LEAST_BITS = 3
"""Of entropy for each of its characters (Shannon, 1948): words have less, or are not mixed with digits."""

MASK = "***"

_TRACKED = re.compile(r"(?:^|/)(?:https?:?/{1,2})?((?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?/)", re.IGNORECASE)


def mask(url: str) -> str:
    """A URL as it may be shown: ``***`` for user and password, and for each secret of its query."""
    url = re.sub(r"(?<=://)[^/?#]*@", f"{MASK}@", url)
    before, mark, query = url.partition("?")
    query, hash_mark, fragment = query.partition("#")
    parts = [_masked(part) for part in re.split(r"([&;])", query)]
    return before + mark + "".join(parts) + hash_mark + fragment


def without_secrets(url: str) -> str:
    """A URL as it may be kept and published: user and password and each secret of its query left out."""
    url = re.sub(r"(?<=://)[^/?#]*@", "", url)
    before, _, query = url.partition("?")
    query, hash_mark, fragment = query.partition("#")
    kept = "&".join(part for part in re.split(r"[&;]", query) if part and _masked(part) == part)
    return before + (f"?{kept}" if kept else "") + hash_mark + fragment


def has_secret(url: str) -> bool:
    """Whether a URL opens what is not for everybody."""
    return mask(url) != url


def only_hosts(text: str) -> str:
    """A sentence about a private feed, its addresses cut down to their hosts: paths may be secrets too."""
    return _URL.sub(lambda found: f"{origin(found[0])}/{MASK}", text)


def joined(base: str, address: str) -> str:
    """An address made absolute; '' for what is none, such as one with half a bracket."""
    try:
        return urljoin(base, address)
    except ValueError:
        return ""


def origin(url: str) -> str:
    """Scheme and host of a URL, without what stands before or after; '' where it has none."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    host = parts.hostname or ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"


def host(url: str) -> str:
    """The host of a URL, without its port; '' where it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def path(url: str) -> str:
    """The path of a URL, as it is quoted there; '' where it has none."""
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def with_user(url: str, like: str) -> str:
    """A URL with the user and password of another one that is on the same host; otherwise as it is (RFC 7617)."""
    user, at, _ = like.partition("://")[2].partition("/")[0].rpartition("@")
    if not at or "@" in url.partition("://")[2].partition("/")[0] or origin(url) != origin(like):
        return url
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{user}@{rest}"


def file_key(url: str) -> str:
    """Host and path of a file, without the trackers that lead to it and without parameters.

    ``https://dts.podtrac.com/redirect.mp3/op3.dev/e/cdn.example.org/7.mp3?x=1`` is ``cdn.example.org/7.mp3``.
    """
    try:
        parts = urlsplit(url)
        text = f"{parts.netloc.rpartition('@')[2]}{parts.path}"
    except ValueError:
        return url
    hosts = list(_TRACKED.finditer(text))
    return text[hosts[-1].start(1) :] if hosts else text


def _masked(part: str) -> str:
    name, equals, value = part.partition("=")
    if not equals:
        return MASK if _looks_secret(name) else part
    return f"{name}={MASK}" if value and (_SECRET_NAMES.search(name) or _looks_secret(value)) else part


def _looks_secret(value: str) -> bool:
    if "://" in value or re.search(r"\.\w{2,4}$", value):
        return False  # an address or a file's name
    if re.fullmatch(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}", value):
        return True  # a UUID
    longest = max(re.split(r"[-_.%+]", value), key=len)
    if len(longest) < _LEAST_SECRET or not (re.search(r"\d", longest) and re.search(r"[A-Za-z]", longest)):
        return False
    counts = Counter(longest)
    return -sum(n / len(longest) * math.log2(n / len(longest)) for n in counts.values()) >= _LEAST_BITS
