"""Rolling a key: a new one at once under its name, while the old one lives on for a while.

Whoever uses the old key has that time to put the new one in its place, and no request fails.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.debug import sensitive_variables

from apikeys import trail
from apikeys.changing import rename
from apikeys.issuing import issue
from apikeys.models import LONGEST_NAME, ApiKey, NameTaken, Scope
from apikeys.revoking import revoke
from foundation.days import AGENCY_ZONE
from organisations.actors import Actor
from organisations.models import AuditAction, User


class CannotBeRolled(Exception):
    """The key was revoked, or rolled before: another one stands in its place."""


@sensitive_variables("text", "seed")
@transaction.atomic
def roll(
    key: ApiKey,
    *,
    overlap: timedelta,
    expires_at: datetime | None,
    person: User,
    by: Actor,
    seed: bytes | None = None,
) -> tuple[ApiKey, ApiKey, str]:
    """Put a new key in the place of `key`; return the old one, the new one and its text.

    The new one takes the name, the scope and the networks. The old one is renamed and ends after
    `overlap`, or with its own expiry if that is sooner; without an overlap it is revoked at once.
    `seed` is what its text is drawn from. Raises CannotBeRolled, and NameTaken where no free name
    was found for the old one.
    """
    old = ApiKey.objects.select_for_update().get(pk=key.pk)
    if old.is_revoked or old.replaced_by_id is not None:
        raise CannotBeRolled
    name = old.name
    _retire(old, overlap, by=by)
    new, text = issue(
        old.organisation,
        name,
        scope=Scope(old.scope),
        expires_at=expires_at,
        created_by=person,
        allowed_networks=old.allowed_networks,
        by=by,
        seed=seed,
    )
    old.replaced_by = new
    old.save(update_fields=["replaced_by"])
    trail.record(
        old,
        AuditAction.KEY_ROLLED,
        by=by,
        names={"new_key": name, "new_prefix": new.prefix},
        new_key=str(new.pk),
        overlap_hours=int(overlap.total_seconds() // 3600),
    )
    return old, new, text


def _retire(old: ApiKey, overlap: timedelta, *, by: Actor) -> None:
    """Free the key's name, and say when the key ends."""
    end = timezone.now() + overlap
    if old.expires_at is not None:
        end = min(end, old.expires_at)
    _free_its_name(old, end, by=by)
    if overlap:
        old.expires_at = end
        old.save(update_fields=["expires_at"])
    else:
        revoke(old, by=by)


def _free_its_name(old: ApiKey, end: datetime, *, by: Actor) -> None:
    name = old.name
    for until in _untils(end):
        try:
            rename(old, _with_end(name, until), by=by)
        except NameTaken:
            continue
        return
    raise NameTaken(name)


def _untils(end: datetime) -> Iterator[str]:
    """Ways to write the end, the shortest first: an earlier roll of the day may have that name."""
    local = timezone.localtime(end, AGENCY_ZONE)
    day = date_format(local, "j M Y")
    yield day
    yield f"{day}, {local:%H:%M}"
    for number in range(2, 10):
        yield f"{day}, {local:%H:%M}, {number}"


def _with_end(name: str, until: str) -> str:
    """`CRM sync (until 3 Dec 2026)`, the name cut where the whole would be too long."""
    end = f" (until {until})"
    room = LONGEST_NAME - len(end)
    return (name if len(name) <= room else f"{name[: room - 1].rstrip()}…") + end
