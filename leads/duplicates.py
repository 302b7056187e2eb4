"""Leads that may be the same person: the same e-mail or the same phone, however it is spelt."""

from dataclasses import dataclass

from leads.models import Lead
from organisations.models import Organisation

MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A lead, and in words what it has in common."""

    lead: Lead
    common: str  # "e-mail", "phone", "e-mail and phone"


def possible_duplicates(lead: Lead, organisation: Organisation) -> list[Duplicate]:
    """Unmerged leads with this one's e-mail or phone, the oldest first; one statement."""
    others = Lead.objects.for_organisation(organisation).unmerged().exclude(id=lead.id)
    others = others.defer("search")
    parts = []
    if lead.email_key is not None:
        parts.append(others.filter(email_key=lead.email_key).oldest_first()[:MOST_NAMED])
    if lead.phone_key is not None:
        parts.append(others.filter(phone_key=lead.phone_key).oldest_first()[:MOST_NAMED])
    if not parts:
        return []
    # Each is read from its own index; asked for both at once, PostgreSQL might use neither.
    found = parts[0] if len(parts) == 1 else parts[0].union(parts[1])
    oldest_first = sorted(found, key=lambda other: (other.created_at, other.id))
    return [Duplicate(other, _common(lead, other)) for other in oldest_first[:MOST_NAMED]]


def _common(lead: Lead, other: Lead) -> str:
    said = []
    if lead.email_key is not None and lead.email_key == other.email_key:
        said.append("e-mail")
    if lead.phone_key is not None and lead.phone_key == other.phone_key:
        said.append("phone")
    return " and ".join(said)
