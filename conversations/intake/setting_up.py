"""Intake addresses as admins set them: made, changed, rolled, switched; and what was held back."""

from typing import Any

import msgspec
from django.db import IntegrityError, transaction

from conversations.capture import capture
from conversations.intake_addresses import (
    MOST_ADDRESSES,
    HeldBackPost,
    IntakeAddress,
    IntakeKind,
)
from conversations.posted_format import PostedConversation
from foundation.database.constraints import broken_constraint
from organisations import audit
from organisations.actors import Actor
from organisations.changes.numbering import numbered_last
from organisations.models import AuditAction, AuditTarget, Organisation

SETTINGS = ("name", "line", "privacy_url", "consent_wording", "frame_sites")
_NAME_UNIQUE = "conversations_intakeaddress_name_unique"


class TooMany(Exception):
    """The organisation has as many addresses as it may."""


class NameTaken(Exception):
    """Another address of the organisation's has the name."""


@transaction.atomic
def create(
    organisation: Organisation, kind: IntakeKind, name: str, *, by: Actor, **settings: Any
) -> IntakeAddress:
    """Make an address that takes what comes from now on. Raises TooMany and NameTaken."""
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    ours = IntakeAddress.objects.for_organisation(organisation)
    if ours.count() >= MOST_ADDRESSES:
        raise TooMany
    address = IntakeAddress(organisation=organisation, kind=kind, name=name, **settings)
    address.renew_token()
    _save(address)
    _record(address, AuditAction.INTAKE_CREATED, by=by, kind=kind.value)
    return address


@transaction.atomic
def change(address: IntakeAddress, values: dict[str, Any], *, by: Actor) -> None:
    """Set these of its settings; what stands already changes nothing. Raises NameTaken.

    `auth_token` is among them where the sender's token is to be another one, or none.
    """
    stands = _locked(address)
    changed = [
        name for name in SETTINGS if name in values and values[name] != getattr(stands, name)
    ]
    for name in changed:
        setattr(stands, name, values[name])
    columns = list(changed)
    if values.get("auth_token") or ("auth_token" in values and stands.encrypted_auth_token):
        stands.set_auth_token(values["auth_token"])  # the one before may be unreadable by now
        columns.append("encrypted_auth_token")
    if columns:
        _save(stands, update_fields=columns)
        _record(stands, AuditAction.INTAKE_CHANGED, by=by, settings=len(columns))


@transaction.atomic
def switch(address: IntakeAddress, *, on: bool, by: Actor) -> None:
    """Have it take what comes, or refuse it."""
    stands = _locked(address)
    if stands.enabled != on:
        stands.enabled = on
        stands.save(update_fields=["enabled"])
        _record(stands, AuditAction.INTAKE_CHANGED, by=by, enabled=on)


@transaction.atomic
def roll(address: IntakeAddress, *, by: Actor) -> None:
    """Another token; by the one before nothing comes any more."""
    stands = _locked(address)
    stands.renew_token()
    stands.save(update_fields=["encrypted_token", "digest"])
    _record(stands, AuditAction.INTAKE_ROLLED, by=by)


def let_in(post: HeldBackPost, organisation: Organisation, *, by: Actor) -> None:
    """Take in what was held back, as if it had just been sent."""
    with numbered_last():
        if not HeldBackPost.objects.for_organisation(organisation).filter(pk=post.pk).delete()[0]:
            return  # somebody else was quicker
        capture(organisation, [msgspec.convert(post.conversation, PostedConversation)])
        _record(post.address, AuditAction.HELD_BACK_LET_IN, by=by)


@transaction.atomic
def drop(post: HeldBackPost, *, by: Actor) -> None:
    """Forget what was held back."""
    if HeldBackPost.objects.filter(pk=post.pk).delete()[0]:
        _record(post.address, AuditAction.HELD_BACK_DROPPED, by=by)


def _locked(address: IntakeAddress) -> IntakeAddress:
    return IntakeAddress.objects.select_for_update(no_key=True).get(pk=address.pk)


def _save(address: IntakeAddress, **how: Any) -> None:
    try:
        with transaction.atomic():
            address.save(**how)
    except IntegrityError as error:
        if broken_constraint(error) == _NAME_UNIQUE:
            raise NameTaken from None
        raise


def _record(
    address: IntakeAddress, action: AuditAction, *, by: Actor, **details: str | int | bool | None
) -> None:
    audit.record(
        address.organisation_id,
        action,
        by=by,
        target=AuditTarget.INTAKE,
        target_id=address.pk,
        names={"target": address.name},
        **details,
    )
