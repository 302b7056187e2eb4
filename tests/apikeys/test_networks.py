"""Where a key may be used from: what a person may write, and which addresses lie within."""

import pytest

from apikeys.networks import MOST_NETWORKS, Misread, is_within, read_networks, write_networks


@pytest.mark.parametrize(
    ("text", "networks"),
    [
        ("", []),
        (" \n ", []),
        ("203.0.113.7", ["203.0.113.7/32"]),
        ("203.0.113.0/24", ["203.0.113.0/24"]),
        ("203.0.113.0/255.255.255.0", ["203.0.113.0/24"]),
        ("2001:DB8::/32", ["2001:db8::/32"]),
        ("2001:db8::1", ["2001:db8::1/128"]),
        ("203.0.113.7, 203.0.113.8;2001:db8::/32\r\n203.0.113.7", [
            "203.0.113.7/32", "203.0.113.8/32", "2001:db8::/32",
        ]),
        ("0.0.0.0/0", ["0.0.0.0/0"]),
    ],
)  # fmt: skip
def test_networks_and_addresses_are_read_each_once(text, networks):
    assert read_networks(text) == networks
    assert read_networks(write_networks(networks)) == networks


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("office", "“office” is no address or network"),
        ("203.0.113.256", "is no address"),
        ("203.0.113.0/33", "is no address"),
        ("2001:db8::/129", "is no address"),
        ("203.0.113.7/24", "did you mean 203.0.113.0/24?"),
        ("2001:db8::7/64", "did you mean 2001:db8::/64?"),
        ("fe80::1%eth0", "leave out the zone"),
        ("::ffff:203.0.113.0/120", "write it as IPv4"),
        ("a\x00b", "is no address"),
        ("١٢٧.0.0.1", "is no address"),
        ("x" * 300, "…” is no address"),
        (" ".join(f"203.0.113.{n}" for n in range(MOST_NETWORKS + 1)), "at most 20"),
    ],
)
def test_what_is_no_network_is_named(text, words):
    with pytest.raises(Misread) as misread:
        read_networks(text)

    assert words in str(misread.value)
    assert len(str(misread.value)) < 250


@pytest.mark.parametrize(
    ("address", "networks", "within"),
    [
        ("198.51.100.1", [], True),
        ("", [], True),
        ("203.0.113.7", ["203.0.113.0/24"], True),
        ("203.0.114.7", ["203.0.113.0/24"], False),
        ("203.0.114.7", ["203.0.113.0/24", "203.0.114.7/32"], True),
        ("::ffff:203.0.113.7", ["203.0.113.0/24"], True),
        ("2001:db8::7", ["2001:db8::/32"], True),
        ("2001:db9::7", ["2001:db8::/32"], False),
        ("2001:db8::7", ["0.0.0.0/0"], False),
        ("fe80::1%eth0", ["fe80::/10"], True),
        ("", ["0.0.0.0/0", "::/0"], False),
        ("unix:", ["0.0.0.0/0", "::/0"], False),
    ],
)
def test_an_address_lies_within_or_not(address, networks, within):
    assert is_within(address, networks) is within
