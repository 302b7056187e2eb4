"""Follow-ups that are due, each morning when the agency opens: one letter a person."""

from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from foundation.days import today
from leads.models import Lead
from organisations.hours.reading import hours_of
from organisations.models import Organisation, User
from sift_site.alerts.letters import write_follow_ups


def write_due() -> None:
    """Write to everybody who wants it, whose agency is open, and who was not written to today."""
    day = today()
    not_yet = Q(follow_ups_told_on=None) | Q(follow_ups_told_on__lt=day)
    people = User.objects.filter(
        not_yet, letter_of_follow_ups=True, is_active=True, organisation__closed_at=None
    )
    open_now: dict[Organisation, bool] = {}
    for person in people.select_related("organisation").order_by("organisation_id", "id"):
        agency = person.organisation
        if agency not in open_now:
            open_now[agency] = hours_of(agency).is_open(timezone.now())
        if open_now[agency]:
            _write(person, day)


@transaction.atomic
def _write(person: User, day: date) -> None:
    """What became due since the last morning; nothing where another worker was quicker."""
    before = person.follow_ups_told_on
    mine = User.objects.filter(pk=person.pk, follow_ups_told_on=before)
    if not mine.update(follow_ups_told_on=day):
        return
    leads = Lead.objects.for_organisation(person.organisation).unmerged().defer("search")
    due = leads.filter(assignee=person, follow_up_on__lte=day).order_by("follow_up_on", "id")
    new = [lead for lead in due if _is_new(lead.follow_up_on, before, day)]
    if new:
        write_follow_ups(new, len(due) - len(new), person.email, person.organisation)


def _is_new(due_on: date | None, before: date | None, day: date) -> bool:
    """Whether it is due since the last morning; for who had none yet, since today."""
    return due_on is not None and (due_on > before if before is not None else due_on == day)
