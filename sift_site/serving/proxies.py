"""Who asks, and how, when proxies stand in front (CONTRACT.md, section 4, SIFT_TRUSTED_PROXIES)."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def believe(request: HttpRequest) -> None:
    """Put the client's address and scheme, as the trusted proxies tell them, on the request.

    Each proxy appends the address that it saw to X-Forwarded-For, so with N of them the Nth from
    the right is the client's and whatever stands to its left is the client's own claim. With none
    in front both headers are anybody's claim and are ignored.
    """
    trusted: int = settings.SIFT_TRUSTED_PROXIES
    if not trusted:
        return
    told = _listed(request, "HTTP_X_FORWARDED_FOR")
    if len(told) >= trusted and (address := _address(told[-trusted])) is not None:
        request.META["REMOTE_ADDR"] = address
    # Unlike addresses, the scheme is as often overwritten as appended to: a shorter list was
    # written by the proxies all the same.
    schemes = _listed(request, "HTTP_X_FORWARDED_PROTO")
    scheme = schemes[-min(trusted, len(schemes))].lower() if schemes else ""
    if scheme in {"http", "https"}:
        # HttpRequest.scheme reads it here, and with it is_secure() and SecurityMiddleware.
        request.META["wsgi.url_scheme"] = scheme


def _listed(request: HttpRequest, header: str) -> list[str]:
    value: str = request.META.get(header, "")
    return [part.strip() for part in value.split(",")] if value.strip() else []


def _address(text: str) -> str | None:
    """The IP address in `192.0.2.7`, `192.0.2.7:4711`, `2001:db8::7` or `[2001:db8::7]:4711`."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None
