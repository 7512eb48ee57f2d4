"""Which hosts may be asked.

A stranger's feed may name any host. It is judged by the IP address that is going to be connected to,
whatever notation or name leads there, and at that moment (``podpipe.net.transport``): only addresses of
the public internet, and those that the user has named.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import threading
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import httpx2

from podpipe.net.failures import Refused

IPAddress = IPv4Address | IPv6Address
Resolver = Callable[[str, int], Sequence[str]]
"""The IP addresses of a host (IPv6 perhaps with a zone), best first. Raises socket.gaierror where it has none."""

_IPV4_REFUSED = tuple(
    map(
        IPv4Network,
        (
            "168.63.129.16/32",  # a cloud's own service, though the address is public
            "192.0.0.0/24",  # protocol assignments
            "192.88.99.0/24",  # relays of 6to4 (RFC 7526)
            "240.0.0.0/4",
        ),
    )
)
_IPV6_PUBLIC = IPv6Network("2000::/3")
_IPV6_REFUSED = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments, of them Teredo: an IPv4 address within
            "2002::/16",  # 6to4: likewise (RFC 7526)
            "3fff::/20",  # documentation (RFC 9637)
        ),
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
_ISATAP = (0x00005EFE, 0x02005EFE)

_NO_HTTP_PORTS = frozenset(
    int(port)
    for port in """1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115
    117 119 123 135 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548 554 556 563 587 601 636
    989 990 993 995 1719 1720 1723 2049 3659 4045 4190 5060 5061 6000 6379 6566 6665 6666 6667 6668 6669 6679 6697
    10080 11211""".split()
)
"""The "bad ports" of the Fetch standard, and two databases that obey what looks like HTTP."""


def system_resolver(host: str, port: int) -> list[str]:
    """As the machine resolves names; literals in any notation come out as plain addresses."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def is_public(address: IPAddress) -> bool:
    """Whether an address belongs to the public internet, also one that carries another within.

    By the IANA registries of special addresses (RFC 6890). IPv4 within IPv6 counts as what it leads to
    where that is in use (IPv4-mapped, NAT64 of RFC 6052), and as private where it is obsolete.
    """
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast and not any(address in net for net in _IPV4_REFUSED)
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    low = IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _NAT64:
        return is_public(low)
    if int(address) >> 32 & 0xFFFFFFFF in _ISATAP and not is_public(low):
        return False
    return address in _IPV6_PUBLIC and address.is_global and not any(address in net for net in _IPV6_REFUSED)


class Guard:
    """Who may be asked: the public internet, hosts that the user typed, and hosts that are always allowed.

    A name that the user typed stands for the addresses that it has when it is first asked: if one of
    them is private, these very addresses are allowed for the run, on every port. Later the name can't
    lead anywhere else that is private, so its owner gains nothing by changing it (DNS rebinding).
    Link-local addresses, where clouds keep their metadata, are only allowed as literals.
    """

    def __init__(self, allow_hosts: Iterable[str] = (), resolve: Resolver = system_resolver) -> None:
        self._resolve = resolve
        self._always: set[str] = set()
        self._networks: list[IPv4Network | IPv6Network] = []
        for host in allow_hosts:
            self._allow_always(host.strip())
        self._typed: dict[str, frozenset[IPAddress] | None] = {}
        self._ports: set[tuple[str, int]] = set()
        self._lock = threading.Lock()

    def _allow_always(self, host: str) -> None:
        try:
            self._networks.append(ipaddress.ip_network(host.strip("[]"), strict=False))
        except ValueError:
            self._always.add(_name(host))

    def allow(self, host: str, port: int) -> None:
        """Let a host be asked wherever it is: the user typed it."""
        with self._lock:
            self._typed.setdefault(_name(host), None)
            self._ports.add((_name(host), port))

    def is_nearby(self, host: str, port: int) -> bool:
        """Whether a host has an address that is not of the public internet. Raises OSError where it has none."""
        return not all(is_public(_ip(text)) for text in self._resolve(host, port))

    def check_port(self, host: str, port: int) -> None:
        """Raises Refused for a port at which no web server is, unless the user typed it."""
        if port in _NO_HTTP_PORTS and (_name(host), port) not in self._ports:
            raise Refused(f"{host} can't be reached at port {port}, which is for other things than web servers")

    def addresses(self, host: str, port: int) -> list[str]:
        """The addresses of a host that may be connected to.

        Raises:
            Refused: it has none that may be.
            socket.gaierror: it has none at all.
        """
        found = {text: _ip(text) for text in self._resolve(host, port)}
        pinned = self._pinned(_name(host), found.values())
        fine = [text for text, address in found.items() if self._may_ask(_name(host), address, pinned)]
        if not fine:
            leads = "is" if list(found) == [host] else f"leads to {', '.join(found)},"
            raise Refused(
                f"{host} {leads} an address of a private network; podpipe asks such a host only when its own address "
                f"is given as the source, or with --allow-host {host}"
            )
        return fine

    def _pinned(self, host: str, found: Iterable[IPAddress]) -> frozenset[IPAddress]:
        """The private addresses that typed hosts have, those of this one as they are now if it was never asked."""
        is_literal = _literal(host) is not None
        with self._lock:
            if host in self._typed and self._typed[host] is None:
                self._typed[host] = frozenset(
                    address for address in found if not is_public(address) and (is_literal or not _is_local(address))
                )
            return frozenset().union(*(pinned for pinned in self._typed.values() if pinned))

    def _may_ask(self, host: str, address: IPAddress, pinned: frozenset[IPAddress]) -> bool:
        return (
            host in self._always
            or is_public(address)
            or address in pinned
            or any(address in network for network in self._networks)
        )


def split_credentials(url: str) -> tuple[httpx2.URL, str]:
    """An address without user and password, and those ("user:password", percent-encoded; '' where there are none).

    Raises:
        httpx2.InvalidURL: it is no address.
    """
    parsed = httpx2.URL(url)
    userinfo = parsed.userinfo.decode("ascii")
    return (parsed.copy_with(userinfo=b""), userinfo) if userinfo else (parsed, "")


def bare(url: str) -> str:
    """An address as it may be stored: without user and password."""
    return re.sub(r"^(https?://)[^/?#]*@", r"\1", url, flags=re.IGNORECASE)


def origin(url: httpx2.URL) -> tuple[str, str, int]:
    """Scheme, host and port (RFC 6454): what credentials are bound to."""
    return url.scheme, _name(url.host), port_of(url)


def port_of(url: httpx2.URL) -> int:
    """The port that is connected to."""
    return url.port or (443 if url.scheme == "https" else 80)


def _name(host: str) -> str:
    """A host's name as it is compared: small letters, no root dot, no brackets or zone."""
    host = host.strip("[]").lower().rstrip(".")
    literal = _literal(host)
    return str(literal) if literal is not None else host


def _literal(host: str) -> IPAddress | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


def _ip(text: str) -> IPAddress:
    return ipaddress.ip_address(text.partition("%")[0])


def _is_local(address: IPAddress) -> bool:
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_link_local or address.is_multicast or address.is_unspecified
