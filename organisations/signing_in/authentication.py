"""Signing in by e-mail, and what every later request of a session checks again."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth import login, logout
from django.contrib.auth.backends import ModelBackend
from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpRequest

from foundation import metrics
from foundation.mail.names import quoted
from foundation.web.client_addresses import client_address
from foundation.web.counters import is_first
from organisations.actors import Actor
from organisations.admins import tell_admins
from organisations.audit import record_about
from organisations.changes.position import with_position
from organisations.models import AuditAction, AuditEntry, Organisation, Session, User
from organisations.requests import SignedInRequest, actor_of
from organisations.signing_in import throttle
from organisations.signing_in.two_step import Step

MANY_LOCK_OUTS = 10  # of one agency's people
LOCK_OUT_PERIOD = timedelta(hours=1)


class EmailBackend(ModelBackend):
    """Django's backend for people who belong to an organisation.

    A deactivated person, or one of a closed organisation, neither signs in nor keeps a session:
    person, organisation and its position come with one statement on each request.
    """

    def user_can_authenticate(self, user: Any) -> bool:
        return bool(user.may_sign_in)

    def get_user(self, user_id: Any) -> User | None:
        people = with_position(User.objects.select_related("organisation"))
        user = people.filter(pk=user_id).first()
        return user if user is not None and user.may_sign_in else None


def sign_in(request: HttpRequest, person: User, *, step: Step | None) -> None:
    """Begin a session for the person, who has proved who they are; nothing of before is in it.

    `step` is what the second step was done with, if they have one.
    """
    with transaction.atomic():  # a session without its entry in the trail does not begin
        request.session.flush()
        login(request, person)
        request.session.note_browser(request)  # type: ignore[attr-defined]  # our own engine's
        record_about(
            person,
            AuditAction.SIGN_IN,
            by=Actor.for_person(person, client_address(request)),
            two_step=step and step.value,
        )
    Session.objects.delete_idle()


def sign_out(request: SignedInRequest) -> None:
    """End the request's own session."""
    person, by = request.user, actor_of(request)
    with transaction.atomic():
        logout(request)
        record_about(person, AuditAction.SIGN_OUT, by=by)


def sign_out_elsewhere(request: SignedInRequest, session: Session) -> None:
    """End another of the person's sessions; it is out at its next request, in every process."""
    with transaction.atomic():
        session.delete()
        record_about(request.user, AuditAction.SIGN_OUT, by=actor_of(request))


def sign_out_everywhere(request: SignedInRequest) -> None:
    """End every session of the person, the request's own included."""
    with transaction.atomic():
        Session.objects.of(request.user).delete()
        record_about(request.user, AuditAction.SESSIONS_ENDED, by=actor_of(request))
    logout(request)


def count_attempt(request: HttpRequest, person: User) -> None:
    """Count a password or a code that the person is asked for; LockedOut where it is too many."""
    try:
        throttle.count_attempt(request, throttle.account_of(person))
    except throttle.LockedOut as refusal:
        if refusal.begins:
            record_lock_out(person.pk, client_address(request))
        raise


def record_failure(person_id: UUID | None, address: str | None) -> None:
    """Keep that somebody failed to sign in as this person; nothing where it is nobody."""
    metrics.note_sign_in_failure("failed")
    if person_id is not None:
        _record(AuditAction.SIGN_IN_FAILED, person_id, address)


def record_lock_out(person_id: UUID | None, address: str | None) -> None:
    """Keep that tries to sign in as this person are refused for a while, likewise.

    Written once a lock-out: what is refused meanwhile would fill the trail. The admins are told of
    many.
    """
    metrics.note_sign_in_failure("refused")
    if person_id is not None:
        person = _record(AuditAction.SIGN_IN_REFUSED, person_id, address)
        _tell_of_many_lock_outs(person.organisation)


def _tell_of_many_lock_outs(organisation: Organisation) -> None:
    """Tell the admins once that there were so many in the time that is now past."""
    lock_outs = AuditEntry.objects.for_organisation(organisation).filter(
        action=AuditAction.SIGN_IN_REFUSED, created_at__gt=Now() - LOCK_OUT_PERIOD
    )
    if lock_outs.count() < MANY_LOCK_OUTS:
        return
    if is_first(f"lock_outs:{organisation.pk.hex}", within=int(LOCK_OUT_PERIOD.total_seconds())):
        what = f"Sign-in was locked ten times within an hour at {quoted(organisation.name)}"
        tell_admins(organisation, what, by=Actor.nobody_known(None))


def _record(action: AuditAction, person_id: UUID, address: str | None) -> User:
    person = User.objects.select_related("organisation").get(pk=person_id)
    record_about(person, action, by=Actor.nobody_known(address))
    return person
