"""Endpoints as admins and keys set them: new, changed, with a new secret, gone."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from foundation.encryption import encrypt
from foundation.mail.names import quoted
from organisations.actors import Actor
from organisations.admins import tell_admins
from organisations.models import AuditAction, Feed, Organisation
from webhooks import switching, trail
from webhooks.models import Endpoint, Include
from webhooks.models.endpoint import MOST_ENDPOINTS, SECRET_PURPOSE
from webhooks.secrets import BOTH_SIGN_FOR, new_secret

_SET = ("url", "description", "types", "include", "enabled")


class TooMany(Exception):
    """The organisation has as many endpoints as it may."""


@sensitive_variables("secret", "seed")
@transaction.atomic
def create(
    organisation: Organisation,
    url: str,
    *,
    types: Sequence[str],
    description: str | None = None,
    include: Include = Include.LEAD,
    enabled: bool = True,
    by: Actor,
    seed: bytes | None = None,
) -> tuple[Endpoint, str]:
    """Make an endpoint that is told what happens from now on; return it with its secret, once.

    `url` was checked. `seed` is what the secret is drawn from, for who must draw it again. All
    admins hear of it by letter: whoever can do this can have every lead sent to themselves. Raises
    TooMany.
    """
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    ours = Endpoint.objects.for_organisation(organisation)
    if ours.count() >= MOST_ENDPOINTS:
        raise TooMany
    secret = new_secret(seed)
    latest = Feed.objects.for_organisation(organisation).values_list("position", flat=True).first()
    endpoint = Endpoint.objects.create(
        organisation_id=organisation.pk,
        url=url,
        description=description,
        types=list(types),
        include=include,
        enabled=enabled,
        encrypted_secret=encrypt(secret, SECRET_PURPOSE),
        position=latest or 0,
    )
    endpoint.refresh_from_db()  # the database's own moments
    _tell(endpoint, "is set up", by=by)
    trail.record(endpoint, AuditAction.WEBHOOK_CREATED, by=by)
    return endpoint, secret


@transaction.atomic
def change(endpoint: Endpoint, values: dict[str, Any], *, by: Actor) -> Endpoint:
    """The endpoint with these of its settings changed; what stands already changes nothing.

    Another address is told of by letter, as a new endpoint is.
    """
    stands = Endpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)
    changed = {name for name in values if getattr(stands, name) != values[name]}
    if not changed:
        return stands
    switching.switch(stands, on=values.get("enabled", stands.enabled))
    for name in changed & set(_SET):
        setattr(stands, name, values[name])
    stands.updated_at = timezone.now()
    stands.save()
    if "url" in changed:
        _tell(stands, "is now where changes are told", by=by)
    details = {name: values[name] for name in changed & {"enabled", "include"}}
    trail.record(
        stands,
        AuditAction.WEBHOOK_CHANGED,
        by=by,
        **{"address": True} if "url" in changed else {},
        **{"types": len(values["types"])} if "types" in changed else {},
        **details,
    )
    stands.refresh_from_db()
    return stands


@sensitive_variables("secret", "seed")
@transaction.atomic
def roll_secret(endpoint: Endpoint, *, by: Actor, seed: bytes | None = None) -> str:
    """A new secret, shown once; for a day both sign."""
    stands = Endpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)
    secret = new_secret(seed)
    stands.encrypted_former_secret = stands.encrypted_secret
    stands.former_until = timezone.now() + BOTH_SIGN_FOR
    stands.encrypted_secret = encrypt(secret, SECRET_PURPOSE)
    stands.updated_at = Now()
    stands.save(
        update_fields=[
            "encrypted_secret",
            "encrypted_former_secret",
            "former_until",
            "updated_at",
        ]
    )
    trail.record(stands, AuditAction.WEBHOOK_SECRET_ROLLED, by=by)
    endpoint.refresh_from_db()
    return secret


@transaction.atomic
def delete(endpoint: Endpoint, *, by: Actor) -> None:
    """It is told nothing any more, and its log goes with it."""
    trail_of, _ = endpoint.pk, Endpoint.objects.filter(pk=endpoint.pk).delete()
    endpoint.pk = trail_of
    trail.record(endpoint, AuditAction.WEBHOOK_DELETED, by=by)


def _tell(endpoint: Endpoint, what: str, *, by: Actor) -> None:
    words = f"A webhook to {quoted(endpoint.host)} {what}"
    tell_admins(Organisation.objects.get(pk=endpoint.organisation_id), words, by=by)
