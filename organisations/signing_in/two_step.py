"""Two-step sign-in by codes: set up, confirmed, used, turned off (passkeys.py has the other way).

It is on while a person has an app or a passkey. Recovery codes are made with the first of them, and
go with the last.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from foundation.mail.names import quoted
from foundation.web.pages import TooManyRequests
from organisations.actors import Actor
from organisations.admins import tell_admins
from organisations.audit import record_about
from organisations.models import AuditAction, Authenticator, Passkey, RecoveryCode, User
from organisations.models.authenticator import DIGITS
from organisations.signing_in.notices import tell


class Step(Enum):
    """What a second step was done with."""

    AUTHENTICATOR = "authenticator"
    RECOVERY_CODE = "recovery_code"
    PASSKEY = "passkey"


_OF_THE_PERSON = {"organisation_id": OuterRef("organisation_id")}
# Who has a second step, of any people that are asked for; nowhere else is it said what counts.
HAS_SECOND_STEP = Q(
    Exists(Authenticator.objects.filter(**_OF_THE_PERSON, user=OuterRef("pk"), confirmed=True))
) | Q(Exists(Passkey.objects.filter(**_OF_THE_PERSON, person=OuterRef("pk"))))


def is_on(person: User) -> bool:
    """Whether the person has a second step, so that their password alone signs nobody in."""
    return User.objects.filter(HAS_SECOND_STEP, pk=person.pk).exists()


def authenticator_of(person: User) -> Authenticator | None:
    """The person's app, confirmed; None where they have none."""
    return _device_of(person, confirmed=True)


def unconfirmed_of(person: User) -> Authenticator | None:
    """The one that is being set up."""
    return _device_of(person, confirmed=False)


def recovery_codes_left(person: User) -> int:
    return RecoveryCode.objects.of(person).count()


def begin(person: User) -> bool:
    """Make a secret for an app, in place of one never confirmed; False if the person has an app."""
    with one_at_a_time(person):
        if authenticator_of(person):
            return False
        Authenticator.objects.filter(user=person).delete()
        Authenticator.objects.create(
            user=person, organisation_id=person.organisation_id, confirmed=False
        )
        return True


def confirm(person: User, code: str, *, by: Actor, seed: bytes | None = None) -> list[str] | None:
    """Take the app by a code that it made; None if the code is not right.

    Two-step sign-in is on from then on: the recovery codes come back, or none where it was on
    already. `seed` is what they are drawn from, for who must be able to draw them again.
    """
    with one_at_a_time(person):
        device = _device_of(person, confirmed=False, locked=True)
        if device is None or not _is_code(code) or not device.verify_token(_plain(code)):
            return None
        was_on = is_on(person)
        device.confirmed = True
        device.save(update_fields=["confirmed"])
        if not was_on:
            return turned_on(person, by=by, seed=seed)
        record_about(person, AuditAction.AUTHENTICATOR_ADDED, by=by)
        tell(person, "An authenticator app was added", by)
        return []


def turned_on(person: User, *, by: Actor, seed: bytes | None) -> list[str]:
    """Make the recovery codes that go with a first second step, and say that it is on."""
    codes = RecoveryCode.objects.renew(person, seed)
    record_about(person, AuditAction.TWO_STEP_ON, by=by)
    tell(person, "Two-step sign-in was turned on", by)
    return codes


def use(person: User, code: str, *, address: str | None) -> Step | None:
    """Take a code, of the app or a recovery code: what it came from, or None if it is neither.

    That a recovery code was used, and from where, is kept, and told to the person: it is one less,
    and perhaps it was somebody else. TooManyRequests while the person must wait after wrong ones
    (django-otp doubles the wait each time). No code is taken twice, however many ask at once.
    """
    with transaction.atomic():
        device = _device_of(person, confirmed=True, locked=True)
        wait = device.seconds_to_wait() if device else 0
        if not wait:
            return _taken(person, device, code, address)
    raise TooManyRequests(wait)


def _taken(
    person: User, device: Authenticator | None, code: str, address: str | None
) -> Step | None:
    if device and _is_code(code):
        return Step.AUTHENTICATOR if device.verify_token(_plain(code)) else None
    if not RecoveryCode.objects.use(person, _plain(code)):
        if device:
            device.throttle_increment()
        return None
    if device:
        device.throttle_reset()
    by = Actor.for_person(person, address)
    record_about(person, AuditAction.RECOVERY_CODE_USED, by=by)
    tell(person, "A recovery code was used", by)
    return Step.RECOVERY_CODE


def renew_recovery_codes(person: User, *, by: Actor, seed: bytes | None = None) -> list[str] | None:
    """New recovery codes, of the seed; the old ones no longer work. None where it is not on."""
    with one_at_a_time(person):
        if not is_on(person):
            return None
        codes = RecoveryCode.objects.renew(person, seed)
        record_about(person, AuditAction.RECOVERY_CODES_MADE, by=by)
        tell(person, "New recovery codes were made", by)
        return codes


def remove_app(person: User, *, by: Actor) -> bool:
    """Have the person sign in by passkeys alone; False where they have no app.

    Without a passkey the app is the last second step: two-step sign-in is turned off with it.
    """
    with one_at_a_time(person):
        device = _device_of(person, confirmed=True, locked=True)
        if device is None:
            return False
        if not Passkey.objects.of(person).exists():
            return turn_off(person, by=by)
        device.delete()
        record_about(person, AuditAction.AUTHENTICATOR_REMOVED, by=by)
        tell(person, "The authenticator app was removed", by)
        return True


def turn_off(person: User, *, by: Actor) -> bool:
    """Have the person sign in with their password alone; False where they do already.

    App, passkeys and recovery codes go. By the person, or by an admin of theirs when all of them
    are lost.
    """
    with one_at_a_time(person):
        if not is_on(person):
            return False
        Authenticator.objects.filter(user=person).delete()
        Passkey.objects.of(person).delete()
        RecoveryCode.objects.of(person).delete()
        agency = person.organisation
        what = f"Two-step sign-in is off for {quoted(person.name)} of {quoted(agency.name)}"
        tell_admins(agency, what, by=by, but=person)
        record_about(person, AuditAction.TWO_STEP_OFF, by=by)
        tell(person, "Two-step sign-in was turned off", by)
        return True


def forgive_wrong_codes(person: User) -> None:
    """Let the person say a code at once: whoever guessed them no longer knows the password."""
    Authenticator.objects.filter(user=person).update(
        throttling_failure_count=0, throttling_failure_timestamp=None
    )


@contextmanager
def one_at_a_time(person: User) -> Iterator[None]:
    """A transaction in which nobody else changes how the person signs in: what is the first or the
    last of their second steps is so until it ends."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=person.pk)
        yield


def _device_of(person: User, *, confirmed: bool, locked: bool = False) -> Authenticator | None:
    devices = Authenticator.objects.select_for_update() if locked else Authenticator.objects
    device: Authenticator | None = devices.filter(
        organisation_id=person.organisation_id, user=person, confirmed=confirmed
    ).first()
    return device


def _plain(code: str) -> str:
    """The code without the gaps that it is shown and typed with."""
    return "".join(code.split()).replace("-", "").lower()


def _is_code(code: str) -> bool:
    """Whether it has an app's form; recovery codes are longer."""
    plain = _plain(code)
    return len(plain) == DIGITS and plain.isascii() and plain.isdigit()
