"""Where webhooks may go: public addresses, by HTTPS, on two ports (CONTRACT.md, section 3).

Sift stands within its host's network, and an admin of any agency chooses where it sends to. So what
a URL says is checked when it is written down, and where its name leads when a connection is made:
each address, and the one that was checked is connected to (network.py).
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

import httpx
from django.conf import settings

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PORTS = (443, 8443)
LONGEST_URL = 2000  # characters
_LARGEST_PORT = 65_535

# IANA's registries of special-purpose addresses, and multicast. What Python calls global is not
# enough: 3.11 lets NAT64, 6to4 and multicast through, and each version knows other networks.
_NOT_PUBLIC_4 = [
    ip_network(each)
    for each in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24"),
        *("192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    )
]
# Of IPv6 only what is given out for use, 2000::/3: mapped and translated IPv4, link-local, unique
# local, multicast and the unspecified address lie outside of it. Within it not Teredo and other
# protocols' own (2001::/23), documentation, and 6to4.
_GIVEN_OUT_6 = ip_network("2000::/3")
_NOT_PUBLIC_6 = [
    ip_network(each)
    for each in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
]
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII)
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*", re.ASCII)


class Refused(Exception):
    """Nothing is sent there; the text says why, to whoever set the address."""


def checked_url(text: str) -> str:
    """The URL as it is kept, its name in ASCII; raises Refused with what is accepted.

    Plain HTTP and other ports are taken where SIFT_WEBHOOK_ALLOW opens networks, and then work in
    those alone.
    """
    url = _parsed(text)
    has_more = bool(allowed_networks())
    if url.scheme != "https" and not (has_more and url.scheme == "http"):
        raise Refused("must begin with https://")
    if url.userinfo:
        raise Refused("must have no user name or password in it")
    if not has_more and _port_of(url) not in PORTS:
        raise Refused("must be on port 443 or 8443")
    _check_host(url.raw_host.decode("ascii"), may_be_one_word=has_more)
    return f"{url.scheme}://{url.netloc.decode('ascii')}{url.raw_path.decode('ascii')}"


def _port_of(url: httpx.URL) -> int:
    return PORTS[0] if url.port is None else url.port


def _parsed(text: str) -> httpx.URL:
    if not text.isprintable() or " " in text or "\\" in text or len(text) > LONGEST_URL:
        raise Refused(f"must be one address of at most {LONGEST_URL:,} characters")
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, UnicodeError):
        raise Refused("must be an address such as https://crm.example.co.uk/sift") from None
    if not url.raw_host or not 0 < _port_of(url) <= _LARGEST_PORT:
        raise Refused("must be an address such as https://crm.example.co.uk/sift")
    return url


def _check_host(host: str, *, may_be_one_word: bool) -> None:
    """A name, or an address in its one usual spelling: no number that a resolver reads as one."""
    address = read_address(host)
    if address is not None:
        check_address(address, port=None)
        return
    labels = host.lower().split(".")
    if labels[-1] == "":
        raise Refused("must have no dot at the end of its name")
    if _NUMBER.fullmatch(labels[-1]):
        raise Refused("must have a name, or an IP address in its usual spelling")
    if not all(map(_LABEL.fullmatch, labels)):
        raise Refused("must have a name of letters, digits and hyphens")
    if len(labels) == 1 and not may_be_one_word:
        raise Refused("must have a full name, such as crm.example.co.uk")


def read_address(text: str) -> Address | None:
    """The address that the text is, in its one usual spelling; None for any other text."""
    try:
        return ip_address(text.strip("[]"))
    except ValueError:
        return None


def check_address(address: Address, *, port: int | None, is_plain: bool = False) -> None:
    """Raise Refused where nothing is sent to that address, on that port (None: any) or plainly."""
    if _is_allowed(address):
        return
    if not is_public(address):
        raise Refused("leads to an address that is not public")
    if is_plain:
        raise Refused("must begin with https://")
    if port is not None and port not in PORTS:
        raise Refused("must be on port 443 or 8443")


def is_public(address: Address) -> bool:
    """Whether anybody on the Internet could have it."""
    if isinstance(address, IPv4Address):
        return address.is_global and not _is_in(address, _NOT_PUBLIC_4)
    if address.scope_id is not None or address not in _GIVEN_OUT_6:
        return False
    return address.is_global and not _is_in(address, _NOT_PUBLIC_6)


def allowed_networks() -> tuple[Network, ...]:
    """What SIFT_WEBHOOK_ALLOW opens besides."""
    return _networks(tuple(settings.SIFT_WEBHOOK_ALLOW))


def _is_allowed(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return False
    return _is_in(address, allowed_networks())


def _is_in(address: Address, networks: Sequence[Network]) -> bool:
    return any(address.version == each.version and address in each for each in networks)


@lru_cache(maxsize=8)
def _networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ip_network(text) for text in texts)
