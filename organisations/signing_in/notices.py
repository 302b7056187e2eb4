"""Letters to a person about their own sign-in: whoever did it, they hear of it."""

from django.utils import timezone

from foundation.days import zone_of
from organisations.actors import Actor
from organisations.letters.writing import write
from organisations.models import User


def tell(person: User, what: str, by: Actor) -> None:
    """Write to the person that `what` was done, when, from where, and by whom if not by them."""
    said_by = None if by.id == person.pk else by.name
    _write("security_notice", person, what=what, by=said_by, address=by.address)


def tell_of_new_browser(person: User, browser: str | None, address: str | None) -> None:
    """Write to the person that they signed in where they had not before."""
    _write("new_browser", person, browser=browser, address=address)


def _write(letter: str, person: User, **context: str | None) -> None:
    at = timezone.localtime(timezone=zone_of(person.time_zone))
    said = {"person": person, "at": at, **context}
    kind, agency = f"organisations/mail/{letter}", person.organisation_id
    write(kind, [person.email], said, organisation_id=agency)
