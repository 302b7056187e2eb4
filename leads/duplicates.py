"""Leads that may be the same person: the same e-mail without regard to case, or the same phone."""

from dataclasses import dataclass

from django.db.models import Value
from django.db.models.functions import Lower
from django.db.models.lookups import Exact

from leads.contacts import email_key
from leads.models import Lead
from organisations.models import Organisation

MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A lead, and in words what it has in common."""

    lead: Lead
    common: str  # "e-mail", "phone", "e-mail and phone"


def possible_duplicates(lead: Lead, organisation: Organisation) -> list[Duplicate]:
    """Standing leads with this one's e-mail or phone, the oldest first; one statement."""
    others = Lead.objects.for_organisation(organisation).standing().exclude(id=lead.id)
    others = others.defer("search")
    parts = []
    if lead.email is not None:
        # The lower-casing is the database's on both sides, so it is the index's own.
        same = Exact(Lower("email"), Lower(Value(lead.email.strip())))
        parts.append(others.filter(same).oldest_first()[:MOST_NAMED])
    if lead.phone is not None:
        parts.append(others.filter(phone=lead.phone).oldest_first()[:MOST_NAMED])
    if not parts:
        return []
    # Each is read from its own index; asked for both at once, PostgreSQL might use neither.
    found = parts[0] if len(parts) == 1 else parts[0].union(parts[1])
    oldest_first = sorted(found, key=lambda other: (other.created_at, other.id))
    return [Duplicate(other, _common(lead, other)) for other in oldest_first[:MOST_NAMED]]


def _common(lead: Lead, other: Lead) -> str:
    said = []
    if lead.email and other.email and email_key(lead.email) == email_key(other.email):
        said.append("e-mail")
    if lead.phone and lead.phone == other.phone:
        said.append("phone")
    return " and ".join(said)
