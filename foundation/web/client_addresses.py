"""IP addresses of clients, each written in one way however a server was told of it."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from django.http import HttpRequest


@lru_cache(maxsize=4096)  # clients call again and again from where they stand
def read_address(text: str) -> IPv4Address | IPv6Address | None:
    """The address: IPv4 also where it came as IPv6, and without a zone. None if it is none."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv4Address):
        return address
    return address.ipv4_mapped or IPv6Address(int(address))


def client_address(request: HttpRequest) -> str | None:
    """Where the request came from, as the trusted proxies say; None on a Unix socket."""
    return _written(request.META.get("REMOTE_ADDR", ""))


@lru_cache(maxsize=4096)
def _written(text: str) -> str | None:
    address = read_address(text)
    return None if address is None else str(address)
