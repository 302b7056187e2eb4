"""How often somebody may try to prove who they are, without locking anybody out.

A device on which the person signed in before carries a cookie that says so, and counts by itself
(OWASP's "device cookies"). All others are strangers to the account. They are counted by account
and address, by address, and together by account; so whatever strangers do, the person goes on
signing in where they always did, and anywhere else after setting a new password by mail, which
makes the device theirs. Unknown e-mails count like any: the refusal says nothing about them.
"""

from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string, salted_hmac

from foundation.web import cookies
from foundation.web.counters import Usage, count, network
from foundation.web.pages import TooManyRequests

BY_DEVICE = "10/15m"
BY_STRANGER = "10/15m"  # of one address at one account
BY_ADDRESS = "60/15m"  # of one address at any account: an office signs in at nine o'clock
BY_ACCOUNT = "100/h"  # of all strangers at one account
RESETS_BY_ADDRESS = "20/h"
RESETS_BY_ACCOUNT = "3/h"  # letters that one mailbox is sent

_COOKIE = "sift_device"
_COOKIE_AGE = 180 * 24 * 3600
_ACCOUNTS_KEPT = 5  # of a computer that several people use


def count_attempt(request: HttpRequest, email: str) -> None:
    """Count a password or a code said for the account; TooManyRequests where it is too many.

    A refused one lengthens no other wait: what is counted first refuses first.
    """
    account = _account(email)
    client = network(request.META["REMOTE_ADDR"])
    if device := _devices(request).get(account):
        counters = [("sign_in.device", f"{account} {device}", BY_DEVICE)]
    else:
        counters = [
            ("sign_in.stranger", f"{account} {client}", BY_STRANGER),
            ("sign_in.address", client, BY_ADDRESS),
            ("sign_in.account", account, BY_ACCOUNT),
        ]
    for group, value, rate in counters:
        _count(request, group, value, rate)


def count_reset(request: HttpRequest) -> None:
    """Count a wish for a new password; TooManyRequests where one address has too many."""
    client = network(request.META["REMOTE_ADDR"])
    _count(request, "password_reset.address", client, RESETS_BY_ADDRESS)


def may_be_sent_a_link(request: HttpRequest, email: str) -> bool:
    """Count a link sent to the account; whether it may be, for a mailbox is not to be flooded.

    Nobody is told that it was not: links that were sent before work all the same.
    """
    return not _counted(
        request, "password_reset.account", _account(email), RESETS_BY_ACCOUNT
    ).is_over


def knows_device(request: HttpRequest, email: str) -> bool:
    """Whether the person signed in with this browser before, and since then lately enough."""
    return _account(email) in _devices(request)


def remember_device(request: HttpRequest, response: HttpResponse, email: str) -> None:
    """Have this browser count by itself for the account from now on."""
    devices = _devices(request)
    known = devices.pop(_account(email), None)
    devices[_account(email)] = known or get_random_string(16)
    kept = dict(list(devices.items())[-_ACCOUNTS_KEPT:])
    cookies.put(response, _COOKIE, kept, seconds=_COOKIE_AGE)


def _devices(request: HttpRequest) -> dict[str, str]:
    """What this device is called at each account it is known to."""
    return cookies.read(request, _COOKIE, seconds=_COOKIE_AGE) or {}


def _account(email: str) -> str:
    """An account's name in counters and cookies, from which no e-mail can be read."""
    return salted_hmac("sift.account", email.strip().lower(), algorithm="sha256").hexdigest()[:32]


def _count(request: HttpRequest, group: str, value: str, rate: str) -> None:
    usage = _counted(request, group, value, rate)
    if usage.is_over:
        raise TooManyRequests(usage.seconds_left)


def _counted(request: HttpRequest, group: str, value: str, rate: str) -> Usage:
    """Counted in any case: without the store each process allows as much as all do with it."""
    return count(request, group, value, rate, without_store=True)
