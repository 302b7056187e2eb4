"""Adding a person by e-mail: invite, send again, withdraw, accept.

E-mails are unique over all agencies, and none may find out through invitations who has an account
at another. So an admin sees one and the same, whoever the address belongs to; if it signs in
elsewhere, the letter to it says that the invitation is of no use, and why.
"""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.urls import reverse

from foundation.database.constraints import broken_constraint
from foundation.web.own_url import full_url
from organisations.account_emails import account_key
from organisations.actors import Actor
from organisations.admins import tell_of_new_admin
from organisations.audit import record
from organisations.letters.writing import write
from organisations.models import (
    AuditAction,
    AuditEntry,
    AuditTarget,
    Invitation,
    Organisation,
    Role,
    User,
)
from organisations.models.user import EMAIL_RULES

MOST_A_DAY = 50  # letters of an agency
_LETTERS = (AuditAction.PERSON_INVITED, AuditAction.INVITATION_RESENT)


class CannotInvite(Exception):
    """Why the agency may not send this invitation now, in words for its admin."""


class NoInvitation(Exception):
    """The link was used, withdrawn, replaced by a later one, ran out, or never was one."""


class EmailTaken(Exception):
    """The address signs in somewhere already."""


@transaction.atomic
def invite(
    organisation: Organisation,
    email: str,
    role: Role,
    name: str | None,
    *,
    by: Actor,
) -> Invitation:
    """Send the address a link by which it joins the agency. Raises CannotInvite."""
    _wait_for_others(organisation)
    _require_allowance(organisation)
    if (person := _account_of(email)) and person.organisation_id == organisation.id:
        raise CannotInvite(
            f"{person.name} has this e-mail and is in your team already."
            if person.is_active
            else f"{person.name} has this e-mail and was deactivated. Reactivate them instead."
        )
    invitations = Invitation.objects.for_organisation(organisation).open()
    if invitations.to_address(email).exists():
        raise CannotInvite(
            "This address has an open invitation. Send that one again, or withdraw it."
        )
    invitation = Invitation(
        organisation=organisation,
        email=email,
        email_key=account_key(email),
        name=name,
        role=role,
        invited_by_id=by.id,
    )
    token = invitation.renew()
    invitation.save(force_insert=True)
    _record(AuditAction.PERSON_INVITED, invitation, by, role=role.value)
    _send(invitation, token, by)
    return invitation


@transaction.atomic
def resend(invitation: Invitation, *, by: Actor) -> None:
    """Send a new link, good for another week; the one before stops. Raises CannotInvite.

    The row must be locked.
    """
    _wait_for_others(invitation.organisation)
    _require_allowance(invitation.organisation)
    token = invitation.renew()
    invitation.save(update_fields=["digest", "sent_at", "expires_at"])
    _record(AuditAction.INVITATION_RESENT, invitation, by)
    _send(invitation, token, by)


@transaction.atomic
def withdraw(invitation: Invitation, *, by: Actor) -> None:
    """Its link stops. The row must be locked."""
    invitation.withdrawn_at = Now()
    invitation.save(update_fields=["withdrawn_at"])
    _record(AuditAction.INVITATION_WITHDRAWN, invitation, by)


@transaction.atomic
def accept(digest: str, name: str, password: str, *, address: str | None) -> User:
    """Add the person whom the link with this digest invites, once, as it says and no otherwise.

    Raises NoInvitation and EmailTaken. Of two at once the second waits, and finds it used.
    """
    invitation = (
        Invitation.objects.good_for(digest)
        .select_related("organisation")
        .select_for_update(of=("self",))
        .first()
    )
    if invitation is None:
        raise NoInvitation
    person = _add(invitation, name, password)
    invitation.accepted_at = Now()
    invitation.save(update_fields=["accepted_at"])
    by = Actor.for_person(person, address)
    if person.is_admin:
        tell_of_new_admin(person, by=by)
    _record(AuditAction.INVITATION_ACCEPTED, invitation, by, role=invitation.role)
    return person


def _add(invitation: Invitation, name: str, password: str) -> User:
    try:
        with transaction.atomic():
            return User.objects.create_user(
                organisation=invitation.organisation,
                email=invitation.email,
                name=name,
                role=invitation.role,
                password=password,
            )
    except IntegrityError as error:
        if broken_constraint(error) in EMAIL_RULES:
            raise EmailTaken from None
        raise


def _wait_for_others(organisation: Organisation) -> None:
    """One at a time in an agency, so that none slips past the checks that follow."""
    Organisation.objects.select_for_update(no_key=True).only("id").get(pk=organisation.pk)


def _require_allowance(organisation: Organisation) -> None:
    """Counted in the audit trail, which nobody can shorten."""
    sent = AuditEntry.objects.for_organisation(organisation).filter(
        action__in=_LETTERS, created_at__gt=Now() - timedelta(days=1)
    )
    if sent.count() >= MOST_A_DAY:
        raise CannotInvite(
            f"Your agency has sent {MOST_A_DAY} invitations within a day. Try again tomorrow."
        )


def _account_of(email: str) -> User | None:
    try:
        return User.objects.get_by_natural_key(email)
    except User.DoesNotExist:
        return None


def _send(invitation: Invitation, token: str, by: Actor) -> None:
    letter = "invitation_of_no_use" if _account_of(invitation.email) else "invitation"
    link = full_url(reverse("organisations:invitation_link", args=[token]))
    context = {"invitation": invitation, "link": link, "inviter": by.name}
    kind, agency = f"organisations/mail/{letter}", invitation.organisation_id
    write(kind, [invitation.email], context, organisation_id=agency)


def _record(action: AuditAction, invitation: Invitation, by: Actor, **details: str) -> None:
    record(
        invitation.organisation_id,
        action,
        by=by,
        target=AuditTarget.INVITATION,
        target_id=invitation.id,
        names={"target": invitation.email},
        **details,
    )
