"""API keys of the demo's first agency, and what they were used for in the last thirty days."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from apikeys.call_writing import Gathered, NotedCall, write
from apikeys.calls import DAYS_CALLS_ARE_KEPT
from apikeys.issuing import issue
from apikeys.models import ApiKey, Scope
from apikeys.revoking import revoke
from apikeys.rolling import roll
from organisations.actors import Actor
from organisations.models import Organisation, User

DAY = timedelta(days=1)
WEBSITE = "Website chat"
_BACK_OFFICE, _REPORT, _OLD = "Back office", "Monday report", "Old website"
_ROLLED = timedelta(days=2)  # ago
_LIMITED = 9  # so many days ago the back office asked for everything, over and over
_SERVERS = {
    WEBSITE: "203.0.113.10", _BACK_OFFICE: "198.51.100.40", _REPORT: "198.51.100.41",
    _OLD: "203.0.113.7",
}  # fmt: skip

_LEADS, _LEAD = "/api/v1/leads", "/api/v1/leads/{lead_id}"
_TALKS, _TALK = "/api/v1/conversations", "/api/v1/conversations/{conversation_id}/messages"


class _Asked(NamedTuple):
    """What one request asked for, and how it was answered."""

    method: str
    route: str
    status: int


def make_keys(organisation: Organisation, admin: User, until: datetime, *, by: Actor) -> None:
    """Four keys, one of them rolled of late and one deleted, with their calls.

    Nobody knows their texts, which are shown once: here to nobody. Called within a transaction.
    """
    network = ("203.0.113.0/24",)
    website, _ = issue(
        organisation,
        WEBSITE,
        scope=Scope.CAPTURE,
        created_by=admin,
        allowed_networks=network,
        by=by,
    )
    office, _ = issue(organisation, _BACK_OFFICE, created_by=admin, by=by)
    report, _ = issue(
        organisation,
        _REPORT,
        scope=Scope.READ,
        expires_at=until + 60 * DAY,
        created_by=admin,
        by=by,
    )
    old, _ = issue(organisation, _OLD, created_by=admin, by=by)
    _, new_office, _ = roll(office, overlap=7 * DAY, expires_at=None, person=admin, by=by)
    for key, age in [(website, 212), (office, 341), (report, 120), (old, 352), (new_office, 2)]:
        ApiKey.objects.filter(pk=key.pk).update(created_at=until - age * DAY)
    _write_calls([website, office, new_office, report, old], until)
    revoke(old, by=by)


def _write_calls(keys: list[ApiKey], until: datetime) -> None:
    website, office, new_office, report, old = keys
    random = Random("calls")  # noqa: S311 -- made-up calls, no secrets
    gathered = Gathered()
    for at, name, asked in sorted(_calls(random, until)):
        key = {WEBSITE: website, _BACK_OFFICE: office, _REPORT: report, _OLD: old}[name]
        if key is office and at > until - _ROLLED:
            key = new_office
        call = NotedCall(
            key.organisation_id, key.pk, at, *asked, _microseconds(random), _SERVERS[name],
            f"{random.getrandbits(64):016x}",
        )  # fmt: skip
        gathered.add(call, most_lines=20_000)
    write(gathered)


def _calls(random: Random, until: datetime) -> Iterator[tuple[datetime, str, _Asked]]:
    """All calls of the days that a key's log keeps, in no order."""
    midnight = until.replace(hour=0, minute=0, second=0, microsecond=0)
    for days in range(DAYS_CALLS_ARE_KEPT):
        day = midnight - days * DAY
        for name, asked in _day(random, days, day):
            at = day + timedelta(seconds=random.randrange(6 * 3600, 23 * 3600))
            if at <= until:
                yield at, name, asked


def _day(random: Random, days_ago: int, day: datetime) -> Iterator[tuple[str, _Asked]]:
    """A day's calls: the busier the week, the more talks."""
    for _ in range(random.randrange(8, 20) - 2 * day.weekday() + (30 - days_ago) // 3):
        yield WEBSITE, _Asked("POST", _TALKS, 201)
        for _ in range(random.randrange(1, 5)):
            yield WEBSITE, _Asked("POST", _TALK, 201)
    if random.random() < 0.3:
        yield WEBSITE, _Asked("POST", _TALKS, 422)
    for _ in range(0 if day.weekday() == 6 else random.randrange(60, 70)):
        yield _BACK_OFFICE, _Asked("GET", _LEADS, 200)
    for _ in range(random.randrange(2, 12) if day.weekday() < 5 else 0):
        yield _BACK_OFFICE, _Asked("GET", _LEAD, 200)
        yield _BACK_OFFICE, _Asked("PATCH", f"{_LEAD}/status", random.choice((200, 200, 200, 412)))
    for number in range(290 if days_ago == _LIMITED else 0):
        yield _BACK_OFFICE, _Asked("GET", _LEADS, 429 if number % 4 == 0 else 200)
    for _ in range(7 if day.weekday() == 0 else 0):
        yield _REPORT, _Asked("GET", _LEADS, 200)
    for _ in range(random.randrange(1, 6) if days_ago > 12 else 0):
        yield _OLD, _Asked("GET", _TALKS, 200)


def _microseconds(random: Random) -> int:
    return int(random.lognormvariate(9.0, 0.5))
