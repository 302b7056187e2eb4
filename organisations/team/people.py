"""An agency's people: roles, deactivation, and the admin who always stays.

That an agency which has an admin keeps one is held by a trigger in the database, whoever writes.
Here the rows of all its admins are locked first, in one order: two who demote each other at once
do so one after the other, and the second is told.
"""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet

from organisations.actors import Actor
from organisations.admins import ACTIVE_ADMIN, tell_of_new_admin
from organisations.audit import record_about
from organisations.models import AuditAction, Organisation, Role, Session, User
from organisations.signing_in.two_step import HAS_SECOND_STEP


class LastAdmin(Exception):
    """The agency would be left without an admin."""


def team_of(organisation: Organisation) -> QuerySet[User]:
    """All the agency's people, those deactivated last, by name; `has_two_step` says who uses it."""
    people = organisation.people.annotate(has_two_step=HAS_SECOND_STEP)
    return people.order_by("-is_active", "name", "id")


@transaction.atomic
def change_role(person: User, role: Role, *, by: Actor) -> bool:
    """Set it; False, and nothing recorded, if it stood. Raises LastAdmin."""
    person, is_last = _locked(person, by)
    if person.role == role:
        return False
    if is_last:
        raise LastAdmin
    was, person.role = person.role, role
    person.save(update_fields=["role"])
    if person.is_admin:
        tell_of_new_admin(person, by=by)
    record_about(person, AuditAction.ROLE_CHANGED, by=by, was=str(was), role=role.value)
    return True


@transaction.atomic
def deactivate(person: User, *, by: Actor) -> bool:
    """Out at their next request; False, and nothing recorded, if they were. Raises LastAdmin."""
    person, is_last = _locked(person, by)
    if not person.is_active:
        return False
    if is_last:
        raise LastAdmin
    person.is_active = False
    person.save(update_fields=["is_active"])
    Session.objects.of(person).delete()  # none of them comes back with a reactivation
    record_about(person, AuditAction.PERSON_DEACTIVATED, by=by)
    return True


@transaction.atomic
def reactivate(person: User, *, by: Actor) -> bool:
    """They may sign in again; False, and nothing recorded, if they could."""
    person, _ = _locked(person, by)
    if person.is_active:
        return False
    person.is_active = True
    person.save(update_fields=["is_active"])
    if person.is_admin:
        tell_of_new_admin(person, by=by)
    record_about(person, AuditAction.PERSON_REACTIVATED, by=by)
    return True


def _locked(person: User, by: Actor) -> tuple[User, bool]:
    """The person as they stand now, locked, and whether they are the agency's last active admin.

    PermissionDenied where whoever acts has meanwhile lost the right to.
    """
    rows = person.organisation.people.filter(ACTIVE_ADMIN | Q(pk=person.pk)).order_by("id")
    # NO KEY: rows that merely point to a person (their leads, say) are written meanwhile.
    locked = {each.pk: each for each in rows.select_for_update(no_key=True)}
    admins = {pk for pk, each in locked.items() if each.is_admin and each.is_active}
    if by.id not in admins:
        raise PermissionDenied("Only an admin of your agency can do this.")
    return locked[person.pk], admins == {person.pk}
