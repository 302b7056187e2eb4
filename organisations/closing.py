"""Closing an agency's account and opening it again, and telling its admins."""

from typing import Any

from django.db import transaction

from organisations import mail
from organisations.actors import Actor, ActorKind
from organisations.models import Organisation
from organisations.team import active_admins


@transaction.atomic
def close_account(organisation: Organisation, *, by: Actor) -> bool:
    """Every key and session stops at its next request; each admin gets a letter.

    False, and no letter, if it was closed already.
    """
    if not organisation.close(by=by):
        return False
    context = {
        "organisation": organisation,
        "closer": by.name if by.kind is ActorKind.PERSON else None,
    }
    _tell_admins("account_closed", context)
    return True


@transaction.atomic
def reopen_account(organisation: Organisation, *, by: Actor) -> bool:
    """People may sign in and keys work again as they were; each admin gets a letter.

    False, and no letter, if it was open.
    """
    if not organisation.reopen(by=by):
        return False
    _tell_admins("account_reopened", {"organisation": organisation})
    return True


def _tell_admins(letter: str, context: dict[str, Any]) -> None:
    admins = active_admins(context["organisation"]).order_by("id")
    mail.send(f"organisations/mail/{letter}", admins.values_list("email", flat=True), context)
