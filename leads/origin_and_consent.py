"""Where a lead came from, and whether it may be written to (CONTRACT.md, section 1).

The events of its captures hold what each conversation told: an `origin`, by the lead's columns, and
a `consent` with its wording. Of origins the first that was told stands, of consents the latest; the
lead's columns are what its events come to, those of leads that were merged into it among them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leads import search
from leads.models import EventKind, Lead, LeadEvent, LeadEventQuerySet
from leads.models.choices import CONSENT, ORIGIN_FIELDS, Consent
from organisations.models import Organisation

COLUMNS = (*ORIGIN_FIELDS, CONSENT)


@dataclass(frozen=True, slots=True)
class ConsentSaid:
    """The latest word on it: what was answered, to which wording, when."""

    answer: Consent
    wording: str | None
    at: datetime


def take(lead: Lead, told: Mapping[str, Any]) -> list[str]:
    """Let the lead have what a capture told, by its event's payload; nothing is saved.

    Returns the names of the columns that changed.
    """
    before = [getattr(lead, column) for column in COLUMNS]
    for field, value in told.get("origin", {}).items():
        if getattr(lead, field) is None:
            setattr(lead, field, value)
    if "consent" in told:
        lead.marketing_consent = told["consent"]["marketing"]
    now = [getattr(lead, column) for column in COLUMNS]
    return [name for name, was, is_ in zip(COLUMNS, before, now, strict=True) if was != is_]


def restate(lead: Lead, merged: Iterable[Lead], organisation: Organisation) -> None:
    """Bring the columns up to date with the events, where some came or went; nothing is saved.

    `merged` are the leads that became this one. What the lead is found by follows. One statement.
    """
    for column in COLUMNS:
        setattr(lead, column, None)
    for event in _captures([lead, *merged], organisation).order_by("created_at", "id"):
        take(lead, event.payload)
    search.renew(lead)


def is_known(*leads: Lead) -> bool:
    """Whether any of the leads has an origin or a consent."""
    return any(getattr(lead, column) is not None for lead in leads for column in COLUMNS)


def consent_said(
    lead: Lead, merged: Sequence[Lead], organisation: Organisation
) -> ConsentSaid | None:
    """The word by which the lead's consent stands; None where nothing was said."""
    captures = _captures([lead, *merged], organisation).filter(payload__has_key="consent")
    event = captures.newest_first().first()
    if event is None:
        return None
    said = event.payload["consent"]
    return ConsentSaid(Consent(said["marketing"]), said.get("wording"), event.created_at)


def _captures(leads: Sequence[Lead], organisation: Organisation) -> LeadEventQuerySet:
    events = LeadEvent.objects.for_organisation(organisation)
    return events.filter(lead__in=leads, kind=EventKind.CAPTURE)
