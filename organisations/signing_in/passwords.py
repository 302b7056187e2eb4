"""A new password: what it ends, who is told, what is kept of it."""

from django.db import transaction

from organisations.actors import Actor
from organisations.audit import record_about
from organisations.models import AuditAction, KnownDevice, Session, User
from organisations.signing_in.notices import tell
from organisations.signing_in.two_step import forgive_wrong_codes


def change(person: User, password: str, *, by: Actor, keep_session: str | None = None) -> None:
    """Set it, knowing the old one: every session but that of the key kept ends, and no device is
    known any more."""
    with transaction.atomic():
        _set(person, password)
        others = Session.objects.of(person)
        if keep_session:
            others = others.but(keep_session)
        others.delete()
        record_about(person, AuditAction.PASSWORD_CHANGED, by=by)
        tell(person, "The password was changed", by)


def reset(person: User, password: str, *, by: Actor) -> None:
    """Set it by the link from the mail: every session ends, no device is known any more,
    two-step sign-in stays as it is."""
    with transaction.atomic():
        _set(person, password)
        Session.objects.of(person).delete()
        forgive_wrong_codes(person)
        record_about(person, AuditAction.PASSWORD_RESET, by=by)
        tell(person, "A new password was set by a link from this mailbox", by)


def _set(person: User, password: str) -> None:
    person.set_password(password)
    person.save(update_fields=["password"])
    KnownDevice.objects.of(person).delete()
