"""How often somebody may try to prove who they are, without locking anybody out.

A device on which the person signed in before is known (devices.py). All others are strangers to the
account. They are counted by account and address, by address, and together by account; known devices
each by itself, and by address and together by account as well, apart from the strangers and with
room for more. So whatever strangers do, the person goes on signing in where they always did, and
anywhere else after setting a new password by mail, which makes the device theirs. Unknown e-mails
count like any: the refusal says nothing about them.
"""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from foundation.web.counters import Usage, count, network
from foundation.web.pages import TooManyRequests
from organisations.account_emails import account_key
from organisations.models import User
from organisations.signing_in import devices

BY_DEVICE = "10/15m"  # of one known device at its account
BY_KNOWN_ADDRESS = "180/15m"  # of the known devices of one address, at their accounts
BY_KNOWN_ACCOUNT = "300/h"  # of all known devices of one account
BY_STRANGER = "10/15m"  # of one address at one account
BY_ADDRESS = "60/15m"  # of one address at any account: an office signs in at nine o'clock
BY_ACCOUNT = "100/h"  # of all strangers at one account
RESETS_BY_ADDRESS = "20/h"
RESETS_BY_ACCOUNT = "3/h"  # letters that one mailbox is sent


@dataclass(frozen=True, slots=True)
class Account:
    """Whom somebody says they are: a person, or nobody whom Sift knows."""

    person_id: UUID | None
    name: str  # in counters; no e-mail can be read from it


class LockedOut(TooManyRequests):
    """Tried too often; `begins` where this try is the first of the wait to be refused."""

    def __init__(self, seconds: int, *, begins: bool) -> None:
        super().__init__(seconds)
        self.begins = begins


def account_of(person: User) -> Account:
    return Account(person.pk, person.pk.hex)


def account_named(email: str) -> Account:
    """The account meant by an e-mail, whatever its spelling; asks the database, whoever's it is."""
    person_id = User.objects.id_of(email)
    key = account_key(email)
    unknown = salted_hmac("sift.account", key, algorithm="sha256").hexdigest()[:32]
    return Account(person_id, unknown if person_id is None else person_id.hex)


def count_attempt(request: HttpRequest, account: Account) -> None:
    """Count a password or a code said for the account; LockedOut where it is too many.

    A refused one lengthens no other wait: what is counted first refuses first.
    """
    client = network(request.META["REMOTE_ADDR"])
    if device := devices.known(request, account.person_id):
        counters = [
            ("sign_in.device", device.pk.hex, BY_DEVICE),
            ("sign_in.known_address", client, BY_KNOWN_ADDRESS),
            ("sign_in.known_account", account.name, BY_KNOWN_ACCOUNT),
        ]
    else:
        counters = [
            ("sign_in.stranger", f"{account.name} {client}", BY_STRANGER),
            ("sign_in.address", client, BY_ADDRESS),
            ("sign_in.account", account.name, BY_ACCOUNT),
        ]
    for group, value, rate in counters:
        _count(request, group, value, rate)


def count_reset(request: HttpRequest) -> None:
    """Count a wish for a new password; TooManyRequests where one address has too many."""
    client = network(request.META["REMOTE_ADDR"])
    _count(request, "password_reset.address", client, RESETS_BY_ADDRESS)


def may_be_sent_a_link(request: HttpRequest, person: User) -> bool:
    """Count a link sent to the person; whether it may be, for a mailbox is not to be flooded.

    Nobody is told that it was not: links that were sent before work all the same.
    """
    account = account_of(person).name
    return not _counted(request, "password_reset.account", account, RESETS_BY_ACCOUNT).is_over


def _count(request: HttpRequest, group: str, value: str, rate: str) -> None:
    usage = _counted(request, group, value, rate)
    if usage.is_over:
        raise LockedOut(usage.seconds_left, begins=usage.count == usage.limit + 1)


def _counted(request: HttpRequest, group: str, value: str, rate: str) -> Usage:
    """Counted in any case: without the store each process allows as much as all do with it."""
    return count(request, group, value, rate, without_store=True)
