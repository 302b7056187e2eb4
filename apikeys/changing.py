"""Changing a key that stands: its name, and where it may be used from. Its text stays."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from apikeys import trail
from apikeys.models import NAME_STANDING, ApiKey, NameTaken
from foundation.database.constraints import broken_constraint
from organisations.actors import Actor
from organisations.models import AuditAction


def rename(key: ApiKey, name: str, *, by: Actor) -> None:
    """Give the key another name; its text and its users stay. Raises NameTaken.

    The same name again changes nothing and records nothing.
    """
    if name == key.name:
        return
    before, key.name = key.name, name
    try:
        with transaction.atomic():
            key.save(update_fields=["name"])
            names = {"target": before, "new_name": name}
            trail.record(key, AuditAction.KEY_RENAMED, by=by, names=names)
    except IntegrityError as error:
        key.name = before
        if broken_constraint(error) == NAME_STANDING:
            raise NameTaken(name) from None
        raise


def allow_from(key: ApiKey, networks: Sequence[str], *, by: Actor) -> None:
    """Say where the key may be used from; the very next request with it is held to that."""
    if list(networks) == key.allowed_networks:
        return
    key.allowed_networks = list(networks)
    with transaction.atomic():
        key.save(update_fields=["allowed_networks"])
        trail.record(key, AuditAction.KEY_CHANGED, by=by, networks=len(networks))
