"""Closing an agency's account, and telling its admins."""

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
    admins = active_admins(organisation).order_by("id").values_list("email", flat=True)
    mail.send("organisations/mail/account_closed", admins, context)
    return True
