"""Two-step sign-in: set up, confirmed, used, turned off (models/authenticator.py has the app)."""

from enum import Enum

from django.db import transaction

from foundation.mail.names import quoted
from foundation.web.pages import TooManyRequests
from organisations.actors import Actor
from organisations.admins import tell_admins
from organisations.audit import record_about
from organisations.models import AuditAction, Authenticator, User
from organisations.models.authenticator import DIGITS
from organisations.signing_in.notices import tell


class Step(Enum):
    """What a code came from."""

    AUTHENTICATOR = "authenticator"
    RECOVERY_CODE = "recovery_code"


def authenticator_of(person: User) -> Authenticator | None:
    """The person's app, confirmed; None while they sign in with their password alone."""
    return _device_of(person, confirmed=True)


def unconfirmed_of(person: User) -> Authenticator | None:
    """The one that is being set up."""
    return _device_of(person, confirmed=False)


def is_on(person: User) -> bool:
    return authenticator_of(person) is not None


def begin(person: User) -> bool:
    """Make a secret for the person's app, in place of one never confirmed; False if it is on."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=person.pk)  # two beginnings at once make one
        if is_on(person):
            return False
        Authenticator.objects.filter(user=person).delete()
        Authenticator.objects.create(
            user=person, organisation_id=person.organisation_id, confirmed=False
        )
        return True


def confirm(person: User, code: str, *, by: Actor, seed: bytes | None = None) -> list[str] | None:
    """Turn it on by a code of the app: the recovery codes, or None if the code is not right.

    `seed` is what the codes are drawn from, for who must be able to draw them again.
    """
    with transaction.atomic():
        device = _device_of(person, confirmed=False, locked=True)
        if device is None or not _is_code(code) or not device.verify_token(_plain(code)):
            return None
        device.confirmed = True
        codes = device.new_recovery_codes(seed)
        device.save(update_fields=["confirmed", "recovery_digests"])
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
        if device is None:
            return None
        if not (wait := device.seconds_to_wait()):
            if _is_code(code):
                return Step.AUTHENTICATOR if device.verify_token(_plain(code)) else None
            if not device.use_recovery_code(_plain(code)):
                return None
            by = Actor.for_person(person, address)
            record_about(person, AuditAction.RECOVERY_CODE_USED, by=by)
            tell(person, "A recovery code was used", by)
            return Step.RECOVERY_CODE
    raise TooManyRequests(wait)


def renew_recovery_codes(person: User, *, by: Actor, seed: bytes | None = None) -> list[str] | None:
    """New recovery codes, of the seed; the old ones no longer work. None where it is not on."""
    with transaction.atomic():
        device = _device_of(person, confirmed=True, locked=True)
        if device is None:
            return None
        codes = device.new_recovery_codes(seed)
        device.save(update_fields=["recovery_digests"])
        record_about(person, AuditAction.RECOVERY_CODES_MADE, by=by)
        tell(person, "New recovery codes were made", by)
        return codes


def turn_off(person: User, *, by: Actor) -> bool:
    """Have the person sign in with their password alone; False where they do already.

    By the person, or by an admin of theirs when app and recovery codes are lost.
    """
    with transaction.atomic():
        device = _device_of(person, confirmed=True, locked=True)
        if device is None:
            return False
        device.delete()
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
