"""Letters to a person about their own sign-in: whoever did it, they hear of it."""

from django.utils import timezone

from organisations.actors import Actor
from organisations.days import zone_of
from organisations.mail import send
from organisations.models import User


def tell(person: User, what: str, by: Actor) -> None:
    """Write to the person that `what` was done, when, from where, and by whom if not by them."""
    context = {
        "person": person,
        "what": what,
        "at": timezone.localtime(timezone=zone_of(person.time_zone)),
        "address": by.address,
        "by": None if by.id == person.pk else by.name,
    }
    send("organisations/mail/security_notice", [person.email], context)
