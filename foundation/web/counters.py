"""Counting what may not come too often: the one module that knows django-ratelimit.

Counting goes by fixed windows in the cache: Redis where it is set, so exact over all processes,
else this process's memory. A store that is down or slow must not take the product with it: a fault
or time-out (0.2 s, settings.CACHES) is logged. What is asked then is served uncounted, or counted
by this process alone, as the caller says. django-ratelimit's own RATELIMIT_FAIL_OPEN sees only
answers that say no, not exceptions.
"""

import functools
import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_network

from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.http import HttpRequest
from django_ratelimit import core
from django_ratelimit.core import get_usage

from foundation import metrics
from foundation.plurals import so_many
from foundation.web.client_addresses import read_address

logger = logging.getLogger("sift.limits")

_RATE = re.compile(r"([0-9]+)/([0-9]*)([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
# What is counted while the store is away; beyond so many the longest unused are forgotten.
_own = LocMemCache("counted-by-this-process", {"MAX_ENTRIES": 100_000})
_WINDOWS = {1: "a second", 60: "a minute", 3600: "an hour", 86400: "a day"}


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of a window is used; `seconds_left` until it ends, at least 1."""

    limit: int
    window: int  # seconds
    count: int
    seconds_left: int
    policy: str = "default"

    @property
    def is_over(self) -> bool:
        return self.count > self.limit

    @property
    def headers(self) -> dict[str, str]:
        """RateLimit-Policy and RateLimit, as the IETF's draft has them."""
        remaining = max(0, self.limit - self.count)
        return {
            "RateLimit-Policy": f'"{self.policy}";q={self.limit};w={self.window}',
            "RateLimit": f'"{self.policy}";r={remaining};t={self.seconds_left}',
        }


def count(
    request: HttpRequest,
    group: str,
    value: str,
    rate: str,
    *,
    number: int = 1,
    without_store: bool = False,
) -> Usage:
    """Count so many more of `value` in its group, whose rate is such as `120/m` or `10/15m`.

    Where the store is away nothing is counted and the usage is none; `without_store` has this
    process count by itself then, for what must not be let through uncounted.
    """
    limit, window = _parts(rate)
    try:
        usage = get_usage(
            request,
            group=group,
            key=lambda _group, _request: value,
            rate=(limit, window),
            increment=True,
        )
        if usage is not None and number > 1:
            # django-ratelimit counts one at a time: the rest is added to its counter.
            window_ends = core._get_window(value, window)
            key = core._make_cache_key(group, window_ends, (limit, window), value, core.ALL)
            usage["count"] = cache.incr(key, number - 1)
    except Exception as error:  # whichever the cache raises: Redis's own, the socket's, a time-out
        # By type alone: a message may hold the store's address, and that a password.
        fault = type(error).__name__
    else:
        if usage is not None and usage["time_left"] >= 0:
            # Its window lasts through the second that it names as the end, so one more must pass.
            seconds_left = usage["time_left"] + 1
            return _told(group, Usage(limit, window, usage["count"], seconds_left))
        fault = "the store gave no number"
    logger.error("Rate limits are not counted in their store: %s.", fault)
    metrics.note_uncounted()
    if without_store:
        return _told(group, _counted_here(f"{group} {value}", limit, window))
    return Usage(limit, window, 0, window)


def _told(group: str, usage: Usage) -> Usage:
    """The same, once whoever watches was told that it is over its limit."""
    if usage.is_over:
        metrics.note_limited(group)
    return usage


def forget_own() -> None:
    """Forget what this process counted by itself."""
    _own.clear()


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


def is_first(name: str, *, within: int) -> bool:
    """Whether nobody, in any process, asked so by this name in as many seconds; True where the
    store is away."""
    try:
        return bool(cache.add(f"first:{name}", "asked", timeout=within))
    except Exception as error:  # as above
        logger.error("Who is first is not known: %s.", type(error).__name__)
        return True


def in_words(rate: str, unit: str | None = None) -> str:
    """`120/m` as `120 calls a minute`, `10/15m` as `10 calls in 900 seconds`; without a unit as
    `120 a minute`."""
    limit, window = _parts(rate)
    number = so_many(limit, unit) if unit else f"{limit:,}"
    return f"{number} {_WINDOWS.get(window, f'in {window} seconds')}"


def network(address: str) -> str:
    """What counts as one client: an IPv4 address, or an IPv6 /64, which one household is given."""
    parsed = read_address(address)
    if parsed is None:
        return "unknown"  # a server on a Unix socket knows none
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, 64), strict=False).network_address)
    return str(parsed)


def _counted_here(name: str, limit: int, window: int) -> Usage:
    """Count one more in this process's memory."""
    number, gone = divmod(int(time.time()), window)
    left = window - gone
    key = f"{name} {window} {number}".replace(" ", ":")  # as caches want their keys
    _own.add(key, 0, timeout=left + 1)  # not gone before the next line, at the window's end
    return Usage(limit, window, _own.incr(key), left)


@functools.cache
def _parts(rate: str) -> tuple[int, int]:
    """`120/m` as (120, 60), `10/15m` as (10, 900)."""
    form = _RATE.fullmatch(rate)
    if form is None:
        raise ValueError(f"not a rate: {rate!r}")
    return int(form[1]), int(form[2] or 1) * _SECONDS[form[3]]
