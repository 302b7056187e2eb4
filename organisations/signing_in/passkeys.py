"""Passkeys of a person: added, used as second step and as recent proof, removed."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.http import HttpRequest

from organisations.actors import Actor
from organisations.audit import record_about
from organisations.models import AuditAction, Passkey, User
from organisations.models.passkey import MOST
from organisations.signing_in import two_step, webauthn
from organisations.signing_in.notices import tell
from organisations.signing_in.webauthn import Key, Refused


def options_to_add(request: HttpRequest, person: User) -> str:
    """What the browser is asked for a new passkey, for its script; good for one answer."""
    return webauthn.ask_to_make(request, person, _ids_of(person))


def options_to_use(request: HttpRequest, person: User) -> str | None:
    """What the browser is asked for a proof, likewise; None where the person has no passkey."""
    ids = _ids_of(person)
    return webauthn.ask_to_use(request, person, ids) if ids else None


def add(
    request: HttpRequest, person: User, name: str, answer: str, *, by: Actor, seed: bytes
) -> list[str]:
    """Keep the passkey that the browser made: the recovery codes, if it is the person's first
    second step. Raises Refused."""
    key = webauthn.made(request, person, answer)
    with two_step.one_at_a_time(person):
        if Passkey.objects.of(person).count() >= MOST:
            raise Refused("one too many")
        was_on = two_step.is_on(person)
        _create(person, name, key)
        record_about(person, AuditAction.PASSKEY_ADDED, by=by, names={"passkey": name})
        if not was_on:
            return two_step.turned_on(person, by=by, seed=seed)
        tell(person, "A passkey was added", by)
        return []


def use(request: HttpRequest, person: User, answer: str) -> bool:
    """Whether the answer is a proof by one of the person's passkeys. None is one twice."""
    with transaction.atomic():
        passkeys = Passkey.objects.of(person).select_for_update()
        try:
            key = webauthn.used(request, person, answer, [_key_of(each) for each in passkeys])
        except Refused:
            return False
        passkeys.filter(credential_id=key.credential_id).update(
            sign_count=key.sign_count, last_used_at=Now()
        )
        return True


def remove(person: User, passkey_id: UUID, *, by: Actor) -> bool:
    """Have the passkey prove nothing from now on; False where there is no such passkey.

    With the last second step two-step sign-in is turned off.
    """
    with two_step.one_at_a_time(person):
        passkeys = Passkey.objects.of(person)
        passkey = passkeys.filter(pk=passkey_id).first()
        if passkey is None:
            return False
        others = passkeys.exclude(pk=passkey.pk)
        if not (others.exists() or two_step.authenticator_of(person)):
            return two_step.turn_off(person, by=by)
        passkey.delete()
        record_about(person, AuditAction.PASSKEY_REMOVED, by=by, names={"passkey": passkey.name})
        tell(person, "A passkey was removed", by)
        return True


def _create(person: User, name: str, key: Key) -> None:
    try:
        with transaction.atomic():
            Passkey.objects.create(
                organisation_id=person.organisation_id,
                person=person,
                name=name,
                credential_id=key.credential_id,
                public_key=key.public_key,
                sign_count=key.sign_count,
            )
    except IntegrityError as fault:  # the id is another's: none that a device drew is
        raise Refused("the passkey is known already") from fault


def _ids_of(person: User) -> list[bytes]:
    passkeys = Passkey.objects.of(person).oldest_first()
    return [bytes(id_) for id_ in passkeys.values_list("credential_id", flat=True)]


def _key_of(passkey: Passkey) -> Key:
    return Key(bytes(passkey.credential_id), bytes(passkey.public_key), passkey.sign_count)
