import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.net.guard import is_public

PRIVATE = ["127.0.0.1", "127.255.0.1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
           "0.0.0.0", "0.1.2.3", "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
           "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255"]  # fmt: skip


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "1.1.1.1", "172.32.0.1", "2606:4700::6810:84e5", "2a00:1450::200e"]
)
def test_what_everybody_can_reach_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_inside_a_private_net_or_this_machine_is_not(address):
    number = int(ipaddress.IPv4Address(address))
    assert not is_public(address)
    assert not is_public(f"::ffff:{address}")
    assert not is_public(f"::{address}")
    assert not is_public(f"64:ff9b::{address}")
    assert not is_public(str(ipaddress.IPv6Address((0x2002 << 112) | (number << 80) | 1)))


@pytest.mark.parametrize("address", ["::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "fec0::1",
                                     "ff02::1", "2001:db8::1", "2001::1", "100::1", "5f00::1",
                                     "64:ff9b:1::1"])  # fmt: skip
def test_what_is_inside_a_private_ipv6_net_or_this_machine_is_not(address):
    assert not is_public(address)


def test_a_public_address_inside_another_one_is_public():
    assert is_public("::ffff:93.184.216.34")
    assert is_public("64:ff9b::93.184.216.34")
    assert is_public("2002:5db8:d822::1")


@pytest.mark.parametrize("text", ["", "localhost", "1.2.3", "0x7f000001", "2130706433", "[::1]", "127.1"])
def test_what_is_no_number_is_not_public(text):
    assert not is_public(text)


@given(st.ip_addresses(v=4))
def test_no_mapping_makes_an_address_public_that_is_not(address):
    assert is_public(f"::ffff:{address}") == is_public(str(address))
    assert is_public(f"64:ff9b::{address}") == is_public(str(address))
