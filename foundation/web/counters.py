"""Counting what may not come too often: the one module that knows django-ratelimit.

Counting goes by fixed windows in the cache: Redis where it is set, so exact over all processes,
else this process's memory. A store that is down or slow must not take the product with it: a fault
or time-out (0.2 s, settings.CACHES) is logged and the request served. django-ratelimit's own
RATELIMIT_FAIL_OPEN sees only answers that say no, not exceptions.
"""

import functools
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_network

from django.core.cache import cache
from django.http import HttpRequest
from django_ratelimit.core import get_usage

from foundation.plurals import so_many
from foundation.web.client_addresses import read_address

logger = logging.getLogger("sift.limits")

_RATE = re.compile(r"([0-9]+)/([0-9]*)([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_WINDOWS = {1: "a second", 60: "a minute", 3600: "an hour", 86400: "a day"}


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of a window is used; `seconds_left` until it ends, at least 1."""

    limit: int
    window: int  # seconds
    count: int
    seconds_left: int

    @property
    def is_over(self) -> bool:
        return self.count > self.limit

    @property
    def headers(self) -> dict[str, str]:
        """RateLimit-Policy and RateLimit, as the IETF's draft has them."""
        remaining = max(0, self.limit - self.count)
        return {
            "RateLimit-Policy": f'"default";q={self.limit};w={self.window}',
            "RateLimit": f'"default";r={remaining};t={self.seconds_left}',
        }


def count(request: HttpRequest, group: str, value: str, rate: str) -> Usage:
    """Count one more of `value` in its group, whose rate is such as `120/m` or `10/15m`."""
    limit, window = _parts(rate)
    try:
        usage = get_usage(
            request,
            group=group,
            key=lambda _group, _request: value,
            rate=(limit, window),
            increment=True,
        )
    except Exception as error:  # whichever the cache raises: Redis's own, the socket's, a time-out
        # By type alone: a message may hold the store's address, and that a password.
        logger.error("Rate limits are not counted: %s.", type(error).__name__)
        return Usage(limit, window, 0, window)
    if usage is None or usage["time_left"] < 0:
        logger.error("Rate limits are not counted: the store gave no number.")
        return Usage(limit, window, 0, window)
    # Its window lasts through the second that it names as the end, so one more must pass.
    return Usage(limit, window, usage["count"], usage["time_left"] + 1)


@contextmanager
def alone(name: str, *, longest: int) -> Iterator[bool]:
    """Whether nobody else, in any process, is within a block of this name; who is not should leave.

    A process that is killed within is forgotten after `longest` seconds.
    """
    key = f"alone:{name}"
    try:
        is_first = bool(cache.add(key, "held", timeout=longest))
    except Exception as error:  # as above
        logger.error("Who is alone is not known: %s.", type(error).__name__)
        yield True
        return
    try:
        yield is_first
    finally:
        if is_first:
            with suppress(Exception):  # it is forgotten by itself
                cache.delete(key)


def in_words(rate: str, unit: str) -> str:
    """`120/m` as `120 calls a minute`, `10/15m` as `10 calls in 900 seconds`."""
    limit, window = _parts(rate)
    return f"{so_many(limit, unit)} {_WINDOWS.get(window, f'in {window} seconds')}"


def network(address: str) -> str:
    """What counts as one client: an IPv4 address, or an IPv6 /64, which one household is given."""
    parsed = read_address(address)
    if parsed is None:
        return "unknown"  # a server on a Unix socket knows none
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, 64), strict=False).network_address)
    return str(parsed)


@functools.cache
def _parts(rate: str) -> tuple[int, int]:
    """`120/m` as (120, 60), `10/15m` as (10, 900)."""
    form = _RATE.fullmatch(rate)
    if form is None:
        raise ValueError(f"not a rate: {rate!r}")
    return int(form[1]), int(form[2] or 1) * _SECONDS[form[3]]
