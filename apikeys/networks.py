"""Where a key may be used from: networks in CIDR notation, of IPv4 and IPv6."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from foundation.web.client_addresses import read_address

MOST_NETWORKS = 20  # of one key

_BETWEEN = re.compile(r"[\s,;]+")


class Misread(ValueError):
    """A text that names no network, with words for whoever typed it."""


def read_networks(text: str) -> list[str]:
    """The networks of a text, one on a line or with commas between, each once.

    A lone address is a network of one. Raises Misread, naming the first that is none.
    """
    found = dict.fromkeys(_read(part) for part in _BETWEEN.split(text) if part)
    if len(found) > MOST_NETWORKS:
        raise Misread(f"Give at most {MOST_NETWORKS} networks; these are {len(found)}.")
    return list(found)


def _read(text: str) -> str:
    shown = text if len(text) <= 50 else f"{text[:49]}…"
    if "%" in text:  # a zone, which means something on one machine alone
        raise Misread(f"“{shown}” is no address or network: leave out the zone after the %.")
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        raise Misread(
            f"“{shown}” is no address or network. Write one such as 203.0.113.7, "
            "203.0.113.0/24 or 2001:db8::/48."
        ) from None
    if isinstance(network, IPv6Network) and network.network_address.ipv4_mapped is not None:
        raise Misread(f"“{shown}” is IPv4 in IPv6's clothes: write it as IPv4.")
    typed = ip_address(text.partition("/")[0])
    if typed != network.network_address:
        raise Misread(f"“{shown}” names an address within a network: did you mean {network}?")
    return str(network)


def write_networks(networks: Iterable[str]) -> str:
    """The networks as a form shows them: one on a line, a network of one as its address."""
    return "\n".join(shown(network) for network in networks)


def shown(network: str) -> str:
    """`203.0.113.0/24`; of a network of one its address alone."""
    return network.removesuffix("/32") if "." in network else network.removesuffix("/128")


def is_within(address: str, networks: Sequence[str]) -> bool:
    """Whether the address lies in one of the networks; so does every address where there are none.

    A text that is no address, as a server on a Unix socket has it, lies nowhere.
    """
    if not networks:
        return True
    parsed = read_address(address)
    return parsed is not None and any(parsed in _network(network) for network in networks)


@lru_cache(maxsize=1024)
def _network(text: str) -> IPv4Network | IPv6Network:
    return ip_network(text)
