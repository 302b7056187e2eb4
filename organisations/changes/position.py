"""How far an organisation's changes have come, as a page knows it that asks whether anything moved.

A page bears the position of before all that it shows, so that nothing which came later escapes it.
It costs no statement of its own: it is read with the person who asks, which comes first.
"""

from django.db import router
from django.db.models import OuterRef, QuerySet, Subquery

from organisations.models import Feed, Organisation, User
from organisations.requests import SignedInRequest


def with_position(people: QuerySet[User]) -> QuerySet[User]:
    """The people, each with the position of their organisation."""
    counter = Feed.objects.filter(organisation_id=OuterRef("organisation_id"))
    return people.annotate(position=Subquery(counter.values("position")))


def position_of(request: SignedInRequest) -> int:
    """The position of the latest change in the database that the page is read from; 0 before the
    first.

    People are read from the primary. Where the page is read from a replica, which may be behind,
    that one is asked.
    """
    person = request.user
    if router.db_for_read(Feed) != person._state.db:
        return _asked_anew(request.organisation)
    position: int | None = getattr(person, "position", None)
    return position or 0


def _asked_anew(organisation: Organisation) -> int:
    counter = Feed.objects.for_organisation(organisation)
    return counter.values_list("position", flat=True).first() or 0
