"""Devices on which a person signed in before: known by a cookie, until they are forgotten.

The cookie holds 256 random bits, which are others after each sign-in: what somebody planted in a
browser, or copied from it before, is no known device's from then on. (OWASP's "device cookies".)
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse

from foundation.web import cookies
from foundation.web.user_agents import in_plain_words
from organisations.actors import Actor
from organisations.audit import record_about
from organisations.models import AuditAction, KnownDevice, User
from organisations.models.invitation import digest_of, new_token
from organisations.models.known_device import LIFE, MOST

_COOKIE = "sift_device"
_COOKIE_AGE = int(LIFE.total_seconds())


def known(request: HttpRequest, person_id: UUID | None) -> KnownDevice | None:
    """The browser, if the person signed in with it before and it was not forgotten since.

    The database is asked alike whether or not it is a person.
    """
    if (token := _token(request)) is None:
        return None
    return KnownDevice.objects.with_token(token).known_to(person_id).alive().first()


def this_one(request: HttpRequest, devices: Iterable[KnownDevice]) -> KnownDevice | None:
    """Which of the devices the request comes from."""
    digest = digest_of(_token(request) or "")
    return next((device for device in devices if device.digest == digest), None)


@transaction.atomic
def remember(request: HttpRequest, response: HttpResponse, person: User) -> None:
    """Have this browser be known to the person from now on, and to others as it was."""
    token = new_token()
    if (old := _token(request)) is not None:
        KnownDevice.objects.with_token(old).update(digest=digest_of(token))
    own = KnownDevice.objects.of(person)
    browser = in_plain_words(request.headers.get("User-Agent", ""))
    if not own.with_token(token).update(last_used_at=Now(), browser=browser):
        KnownDevice.objects.create(
            organisation_id=person.organisation_id,
            person=person,
            digest=digest_of(token),
            browser=browser,
        )
    kept = list(own.alive().last_used_first().values_list("pk", flat=True)[:MOST])
    own.exclude(pk__in=kept).delete()
    cookies.put(response, _COOKIE, token, seconds=_COOKIE_AGE)


@transaction.atomic
def forget(person: User, devices: list[KnownDevice], *, by: Actor) -> None:
    """Have the person's devices be strangers' from now on; the cookies there say nothing more."""
    ids = [device.pk for device in devices]
    KnownDevice.objects.of(person).filter(pk__in=ids).delete()
    if ids:
        record_about(person, AuditAction.DEVICES_FORGOTTEN, by=by, devices=len(ids))


def _token(request: HttpRequest) -> str | None:
    said = cookies.read(request, _COOKIE, seconds=_COOKIE_AGE)
    return said if isinstance(said, str) else None
