"""An agency's admins, and the letter to all of them about what an intruder would do first.

Whoever did it, they hear of it: with a stolen session that is the person whose it is.
"""

from django.db.models import Q, QuerySet
from django.utils import timezone

from foundation.mail.names import quoted
from organisations.actors import SYSTEM, Actor, ActorKind
from organisations.letters.writing import write
from organisations.models import Organisation, Role, User

ACTIVE_ADMIN = Q(role=Role.ADMIN, is_active=True)


def active_admins(organisation: Organisation) -> QuerySet[User]:
    return organisation.people.filter(ACTIVE_ADMIN)


def tell_of_new_admin(person: User, *, by: Actor) -> None:
    what = f"{quoted(person.name)} is now an admin of {quoted(person.organisation.name)}"
    tell_admins(person.organisation, what, by=by, but=person)


def tell_admins(
    organisation: Organisation, what: str, *, by: Actor, but: User | None = None
) -> None:
    """Write to every admin that `what` happened, when and from where.

    `what` begins a sentence and is the subject too; names in it are quoted. `but` is who needs no
    letter: it is about them, and they have one of their own.
    """
    admins = active_admins(organisation).order_by("id")
    if but is not None:
        admins = admins.exclude(pk=but.pk)
    context = {
        "organisation": organisation,
        "what": what,
        "who": _who(by),
        "address": by.address,
        "at": timezone.localtime(timezone=timezone.get_default_timezone()),
    }
    to = list(admins.values_list("email", flat=True))
    write("organisations/mail/admin_notice", to, context, organisation_id=organisation.pk)


def _who(by: Actor) -> str | None:
    """None where nobody is known to have done it."""
    if by.kind is ActorKind.PERSON:
        return quoted(by.name)
    return "whoever runs Sift for you" if by == SYSTEM else None
