from __future__ import annotations

import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podpipe.net import bare, mask
from podpipe.net.address import Guard, is_public
from podpipe.net.failures import Refused

PRIVATE = """
0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1
172.31.255.255 192.0.0.192 192.0.2.1 192.168.0.1 192.88.99.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1
239.255.255.250 240.0.0.1 255.255.255.255 168.63.129.16
:: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1
64:ff9b::a9fe:a9fe 64:ff9b:1::1 100::1 2001::1 2001:0:7f00:1::1 2001:db8::1 2002:7f00:1:: 2002:808:808::1 3fff::1
5f00::1 fc00::1 fd00:ec2::254 fe80::1 fec0::1 ff02::1 ff0e::1 2606:4700::5efe:7f00:1 2606:4700::200:5efe:a00:1
""".split()
PUBLIC = "1.1.1.1 8.8.8.8 93.184.216.34 2606:4700:4700::1111 2a00:1450:4001::1 ::ffff:8.8.8.8 64:ff9b::808:808".split()


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_known_in_every_form(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_in_ipv6_is_no_more_public_than_alone(address: ipaddress.IPv4Address) -> None:
    for prefix in ("::ffff:0:0", "64:ff9b::", "::", "2002::", "2001::"):
        within = ipaddress.IPv6Address(int(ipaddress.IPv6Address(prefix)) | int(address))
        assert not is_public(within) or is_public(address)


@pytest.mark.parametrize(
    "host",
    "localhost LOCALHOST. 127.1 127.0.1 2130706433 0x7f000001 0x7f.1 0177.0.0.1 017700000001 0 0x0 "
    "[::1] ::1 [0:0:0:0:0:0:0:1] ::ffff:127.0.0.1 [::ffff:7f00:1] fe80::1%lo 10.1 3232235521 169.254.169.254".split(),
)
def test_no_notation_of_a_private_address_passes(host: str) -> None:
    try:
        with pytest.raises(Refused, match="private network"):
            Guard().addresses(host.strip("[]"), 80)
    except socket.gaierror:
        pass  # this machine's resolver does not know the notation: then nothing is connected to


def names(**addresses: str):
    """A resolver with these names."""
    return lambda host, port: addresses[host.replace(".", "_").replace("-", "_")].split()


def test_what_the_user_types_is_allowed_by_every_name_it_has() -> None:
    guard = Guard(resolve=names(nas_local="192.168.1.5", other_local="192.168.1.5", third_local="192.168.1.6"))
    guard.allow("nas.local", 80)
    assert guard.addresses("nas.local", 8080) == ["192.168.1.5"]
    assert guard.addresses("other.local", 80) == ["192.168.1.5"]
    with pytest.raises(Refused, match=r"third\.local leads to 192\.168\.1\.6, an address of a private network"):
        guard.addresses("third.local", 80)


def test_a_typed_name_that_was_public_can_not_become_private() -> None:
    addresses = iter(["93.184.216.34", "127.0.0.1"])
    guard = Guard(resolve=lambda host, port: [next(addresses)])
    guard.allow("evil.example", 80)
    assert guard.addresses("evil.example", 80) == ["93.184.216.34"]
    with pytest.raises(Refused):
        guard.addresses("evil.example", 80)


def test_a_typed_name_that_was_private_stays_where_it_was() -> None:
    addresses = iter(["192.168.1.5", "192.168.1.5", "127.0.0.1"])
    guard = Guard(resolve=lambda host, port: [next(addresses)])
    guard.allow("nas.local", 80)
    assert guard.addresses("nas.local", 80) == guard.addresses("nas.local", 80)
    with pytest.raises(Refused):
        guard.addresses("nas.local", 80)


def test_metadata_is_reached_only_by_its_own_address() -> None:
    guard = Guard(resolve=names(metadata_example="169.254.169.254"))
    guard.allow("metadata.example", 80)
    with pytest.raises(Refused):
        guard.addresses("metadata.example", 80)
    literal = Guard()
    literal.allow("169.254.169.254", 80)
    assert literal.addresses("169.254.169.254", 80) == ["169.254.169.254"]


def test_of_several_addresses_only_the_public_ones_are_asked() -> None:
    guard = Guard(resolve=names(e_org="10.0.0.1 93.184.216.34 fe80::1%eth0 2606:4700::1"))
    assert guard.addresses("e.org", 80) == ["93.184.216.34", "2606:4700::1"]


@pytest.mark.parametrize("entry", ["192.168.1.5", "192.168.1.0/24", "nas.local", "NAS.local."])
def test_hosts_that_are_always_allowed(entry: str) -> None:
    guard = Guard([entry], resolve=names(nas_local="192.168.1.5"))
    assert guard.addresses("nas.local", 80) == ["192.168.1.5"]
    guard = Guard([entry], resolve=names(other_local="192.168.2.5"))
    with pytest.raises(Refused):
        guard.addresses("other.local", 80)


@pytest.mark.parametrize("port", [22, 25, 6379, 11211])
def test_ports_of_other_services_are_not_asked(port: int) -> None:
    guard = Guard()
    with pytest.raises(Refused, match=f"at port {port}, which is for other things"):
        guard.check_port("example.org", port)
    guard.allow("example.org", port)
    guard.check_port("example.org", port)
    guard.check_port("example.org", 8080)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://me:secret@example.org/feed?x=1", "https://***@example.org/feed?x=1"),
        ("https://e.org/feed?auth=abc&page=2#t=1", "https://e.org/feed?auth=***&page=2#t=1"),
        ("https://e.org/2009/lkml_20091101.mp3", "https://e.org/2009/lkml_20091101.mp3"),
        ("https://e.org/the-linux-kernel-podcast-of-november.mp3", "https://e.org/the-linux-kernel-podcast-of-november.mp3"),
        ("https://e.org/a.mp3?id=12&x", "https://e.org/a.mp3?id=12&x"),
        ("/home/me/a@b.mp3", "/home/me/a@b.mp3"),
    ],
)  # fmt: skip
def test_secrets_in_addresses_are_not_shown(url: str, shown: str) -> None:
    assert mask(url) == shown
    assert mask(shown) == shown


@given(st.text())
def test_any_text_can_be_masked(text: str) -> None:
    mask(text)
    assert "secret" not in mask(f"https://me:secret@example.org/{text}").partition("example.org")[0]


def test_what_is_stored_has_no_password() -> None:
    assert bare("https://me:secret@example.org/feed?x=a@b") == "https://example.org/feed?x=a@b"
    assert bare("/home/me/a@b.mp3") == "/home/me/a@b.mp3"
