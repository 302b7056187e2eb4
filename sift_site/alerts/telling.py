"""Alerts that are due become letters, each person's of a kind in one.

Between what was noted and its letter a night may lie: what holds no more is not told.
"""

from collections import defaultdict

from leads.models import Alert, AlertKind, Lead
from leads.models.choices import LeadStatus
from organisations.admins import active_admins
from organisations.models import Organisation
from sift_site.alerts.letters import write_letter

MOST_TOLD = 1000  # alerts at once


def tell(organisation: Organisation) -> None:
    """Write the letters that are due, in the caller's transaction, which holds the agency's
    position: nobody else writes them meanwhile."""
    ours = Alert.objects.for_organisation(organisation).due()
    due = list(
        ours.select_related("lead", "person").defer("lead__search").order_by("id")[:MOST_TOLD]
    )
    by_reader: dict[tuple[AlertKind, str], list[Lead]] = defaultdict(list)
    admins = list(active_admins(organisation).values_list("email", flat=True))
    for alert in due:
        if organisation.closed_at is None and _holds(alert, organisation):
            for address in [alert.person.email] if alert.person else admins:
                by_reader[AlertKind(alert.kind), address].append(alert.lead)
    for (kind, leads), addresses in _by_content(by_reader).items():
        write_letter(kind, leads, addresses, organisation)
    Alert.objects.filter(id__in=[alert.id for alert in due]).done()


def _holds(alert: Alert, organisation: Organisation) -> bool:
    """Whether it is still news, and still wanted."""
    lead, person = alert.lead, alert.person
    if lead.merged_into_id is not None or (person is not None and not person.is_active):
        return False
    match AlertKind(alert.kind):
        case AlertKind.HOT:
            wanted = person is not None and person.letter_of_hot_leads
            is_free = lead.assignee_id is None or lead.assignee_id == alert.person_id
            return wanted and is_free and lead.status == LeadStatus.HOT
        case AlertKind.ASSIGNED:
            wanted = person is not None and person.letter_of_assigned
            return wanted and lead.assignee_id == alert.person_id
        case AlertKind.UNTAKEN:
            wanted = organisation.untaken_minutes is not None
            return wanted and lead.assignee_id is None and lead.status == LeadStatus.HOT


def _by_content(
    by_reader: dict[tuple[AlertKind, str], list[Lead]],
) -> dict[tuple[AlertKind, tuple[Lead, ...]], list[str]]:
    """The addresses of each letter: what fifty people are told of is made once."""
    letters: dict[tuple[AlertKind, tuple[Lead, ...]], list[str]] = defaultdict(list)
    for (kind, address), leads in by_reader.items():
        letters[kind, tuple(leads)].append(address)
    return letters
