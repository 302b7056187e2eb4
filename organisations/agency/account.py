"""The agency's account: its name, its plan, closing it and opening it again."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from organisations.actors import SYSTEM, Actor, ActorKind
from organisations.admins import active_admins
from organisations.audit import record
from organisations.letters.writing import write
from organisations.models import AuditAction, AuditTarget, Organisation, Plan, Session


@transaction.atomic
def rename(organisation: Organisation, name: str, *, by: Actor = SYSTEM) -> None:
    """Be called `name`, of 1 to 200 characters, from the next page on."""
    if name == organisation.name:
        return
    names = {"old_name": organisation.name, "new_name": name}
    organisation.name = name
    organisation.save(update_fields=["name"])
    _record(organisation, AuditAction.ORGANISATION_RENAMED, by, names)


@transaction.atomic
def change_plan(organisation: Organisation, plan: Plan, *, by: Actor = SYSTEM) -> None:
    """Move to another plan; the next request of any key or session sees it."""
    was, organisation.plan = organisation.plan, plan
    organisation.save(update_fields=["plan"])
    _record(organisation, AuditAction.PLAN_CHANGED, by, was=str(was), plan=plan.value)


@transaction.atomic
def close(organisation: Organisation, *, by: Actor = SYSTEM) -> bool:
    """Every key and session stops at its next request, the data stays; each admin gets a letter.

    False, no letter, and the first closing stands, if it was closed already.
    """
    closed = Organisation.objects.open().filter(pk=organisation.pk).update(closed_at=Now())
    organisation.refresh_from_db(fields=["closed_at"])
    if not closed:
        return False
    # None of them comes back with a reopening.
    Session.objects.for_organisation(organisation).delete()
    _record(organisation, AuditAction.ORGANISATION_CLOSED, by)
    closer = by.name if by.kind is ActorKind.PERSON else None
    _tell_admins(organisation, "account_closed", {"closer": closer})
    return True


@transaction.atomic
def reopen(organisation: Organisation, *, by: Actor = SYSTEM) -> bool:
    """People may sign in and keys work again as they were; each admin gets a letter.

    False, no letter, and nothing recorded, if it was open.
    """
    reopened = Organisation.objects.closed().filter(pk=organisation.pk).update(closed_at=None)
    organisation.refresh_from_db(fields=["closed_at"])
    if not reopened:
        return False
    _record(organisation, AuditAction.ORGANISATION_REOPENED, by)
    _tell_admins(organisation, "account_reopened", {})
    return True


def _record(
    organisation: Organisation,
    action: AuditAction,
    by: Actor,
    names: Mapping[str, str] | None = None,
    **details: str,
) -> None:
    record(
        organisation.pk,
        action,
        by=by,
        target=AuditTarget.ORGANISATION,
        target_id=organisation.pk,
        names=names,
        **details,
    )


def _tell_admins(organisation: Organisation, letter: str, context: dict[str, Any]) -> None:
    admins = active_admins(organisation).order_by("id").values_list("email", flat=True)
    said = {"organisation": organisation, **context}
    write(f"organisations/mail/{letter}", admins, said, organisation_id=organisation.pk)
