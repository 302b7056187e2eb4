"""How an endpoint does, for people: told up to when, failing since when, or off and why."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.formats import date_format

from organisations.models import Change, Feed, Organisation
from webhooks.models import Endpoint, OffBecause, Waiting


class State(NamedTuple):
    """One endpoint's. Either it is off, or it fails, or it is told what there is."""

    endpoint: Endpoint
    is_off: bool
    off_because: str | None  # in words, where nobody switched it off
    failing_since: str | None  # `09:12`, or with its date where that is not today
    next_try: str | None
    is_up_to_date: bool
    told_until: datetime | None  # of the latest change that it was told; None: none is kept


def with_places(endpoints: QuerySet[Endpoint]) -> QuerySet[Endpoint]:
    """The endpoints with the feed's position, and the time of the change at their own."""
    feed = Feed.objects.filter(organisation_id=OuterRef("organisation_id"))
    change = Change.objects.filter(
        organisation_id=OuterRef("organisation_id"), position=OuterRef("position")
    )
    return endpoints.annotate(
        latest=Subquery(feed.values("position")[:1]),
        told_until=Subquery(change.values("created_at")[:1]),
    )


def states_of(organisation: Organisation) -> list[State]:
    """Of all the organisation's endpoints, in the order of their making."""
    ours = Endpoint.objects.for_organisation(organisation).order_by("id")
    return [state_of(endpoint) for endpoint in with_places(ours)]


def state_of(endpoint: Endpoint) -> State:
    """Of one that `with_places` gave."""
    latest: int = getattr(endpoint, "latest", None) or 0
    tries = [each for each in (endpoint.next_try_at, endpoint.rests_until) if each is not None]
    because = endpoint.off_because
    return State(
        endpoint=endpoint,
        is_off=not endpoint.enabled,
        off_because=OffBecause(because).label if because else None,
        failing_since=_clock(endpoint.failing_since),
        next_try=_clock(max(tries)) if tries else None,
        is_up_to_date=endpoint.position >= latest,
        told_until=getattr(endpoint, "told_until", None),
    )


def waits(endpoint: Endpoint) -> int:
    """How many events wait to be tried again."""
    return Waiting.objects.of(endpoint).open().count()


def given_up(endpoint: Endpoint) -> int:
    """How many were given up after their last try."""
    return Waiting.objects.of(endpoint).given_up().count()


def _clock(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    local = timezone.localtime(moment)
    is_today = local.date() == timezone.localdate()
    return date_format(local, "H:i" if is_today else "j M, H:i")
