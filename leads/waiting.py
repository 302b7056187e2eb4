"""Leads that wait for their first contact and that nobody has taken, in the order to ring them.

Hot ones first; a lead that nothing is known of yet may turn out to be anything. Of each status the
one that waits longest comes first.
"""

from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import F, Q
from django.db.models.fields.tuple_lookups import TupleGreaterThan, TupleLessThan

from foundation.lists.paging import Count, count_of
from leads.models import Lead, LeadQuerySet
from leads.models.choices import SCORED_STATUSES, LeadStatus
from leads.temperature import temperature
from organisations.models import Organisation

# What a list of them shows; the others of a lead's many columns cost a page more than its rows.
_SHOWN = (
    *("name", "email", "phone", "status", "score", "summary", "intent", "property_type", "area"),
    *("bedrooms_min", "bedrooms_max", "budget_min", "budget_max", "timeline", "created_at"),
)
IN_ORDER = (LeadStatus.HOT, LeadStatus.WARM, LeadStatus.NEW, LeadStatus.COLD)


def untaken(organisation: Organisation) -> LeadQuerySet:
    """They, in no order."""
    return Lead.objects.for_organisation(organisation).waiting().filter(assignee=None)


class Untaken(NamedTuple):
    """The first of them, and of all of them the one that waits longest."""

    first: list[Lead]
    oldest: Lead | None


def first_untaken(organisation: Organisation, most: int) -> Untaken:
    """The first so many of them, and the oldest of all.

    Each status is read from its own end of the index; asked for all at once, PostgreSQL would read
    and sort every lead that waits.
    """
    first, *others = (
        _of_status(organisation, status).oldest_first().only(*_SHOWN)[:most] for status in IN_ORDER
    )
    found = list(first.union(*others, all=True))  # the oldest of each status among them
    return Untaken(
        sorted(found, key=lambda lead: (_place(lead), lead.created_at, lead.id))[:most],
        min(found, key=lambda lead: (lead.created_at, lead.id), default=None),
    )


def holds(lead: Lead) -> bool:
    """Whether the lead is one of them."""
    is_free = lead.assignee_id is None and lead.merged_into_id is None
    return is_free and lead.status in SCORED_STATUSES


def next_untaken(lead: Lead, organisation: Organisation) -> Lead | None:
    """The one that comes after the lead's place, be the lead taken or contacted by now."""
    same, *later = IN_ORDER[IN_ORDER.index(_stood(lead)) :]
    after = _of_status(organisation, same).filter(_after(lead)).oldest_first()
    rest = [_of_status(organisation, status).oldest_first() for status in later]
    found = _first_of_each([after, *rest])
    return min(found, key=_place, default=None)


def previous_untaken(lead: Lead, organisation: Organisation) -> Lead | None:
    """The one that comes before it."""
    *earlier, same = IN_ORDER[: IN_ORDER.index(_stood(lead)) + 1]
    before = _of_status(organisation, same).filter(_before(lead)).oldest_first().reverse()
    rest = [_of_status(organisation, status).oldest_first().reverse() for status in earlier]
    found = _first_of_each([before, *rest])
    return max(found, key=_place, default=None)


def count_before(lead: Lead, organisation: Organisation, *, most: int) -> Count:
    """How many of them come before the lead's place, up to `most`."""
    earlier = IN_ORDER[: IN_ORDER.index(_stood(lead))]
    return _count(lead, organisation, Q(status__in=earlier), _before(lead), most)


def count_after(lead: Lead, organisation: Organisation, *, most: int) -> Count:
    """How many of them come after it, likewise."""
    later = IN_ORDER[IN_ORDER.index(_stood(lead)) + 1 :]
    return _count(lead, organisation, Q(status__in=later), _after(lead), most)


def _count(lead: Lead, organisation: Organisation, others: Q, beside: Q, most: int) -> Count:
    same = Q(status=_stood(lead)) & beside
    return count_of(untaken(organisation).filter(others | same), most=most)


def _first_of_each(rows: Sequence[LeadQuerySet]) -> list[Lead]:
    """The first lead of each, in one statement."""
    first, *others = (each[:1] for each in rows)
    return list(first.union(*others, all=True) if others else first)


def _place(lead: Lead) -> int:
    return IN_ORDER.index(LeadStatus(lead.status))


def _of_status(organisation: Organisation, status: LeadStatus) -> LeadQuerySet:
    return untaken(organisation).filter(status=status).defer("search")


def _after(lead: Lead) -> Q:
    return Q(TupleGreaterThan((F("created_at"), F("id")), (lead.created_at, lead.id)))


def _before(lead: Lead) -> Q:
    return Q(TupleLessThan((F("created_at"), F("id")), (lead.created_at, lead.id)))


def _stood(lead: Lead) -> LeadStatus:
    """The status that it waits with, or waited with when it was moved on: what its score says."""
    if lead.status in SCORED_STATUSES:
        return LeadStatus(lead.status)
    return LeadStatus(temperature(lead.score) or LeadStatus.NEW)
