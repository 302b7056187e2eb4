"""Waiting and time to first contact, in open hours besides by the clock."""

import re
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from foundation.days import AGENCY_ZONE, midnight, today
from leads.bulk import Move, change_matching
from leads.models import Lead
from leads.models.choices import LeadStatus
from leads.models.rollups import bucket_of, middle_of
from organisations.actors import Actor
from organisations.models import Organisation, SpecialDay
from organisations.models.opening_hours import WEEKDAYS
from sift_site.overview.words import duration
from tests.factories import make_lead, move_lead


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AGENCY_ZONE)


def contact(lead: Lead, moment: datetime) -> int | None:
    """Contacted then; the open seconds until it."""
    Lead.objects.filter(id=lead.id).update(status="contacted", reached=1, first_contacted_at=moment)
    lead.refresh_from_db()
    return lead.contact_open_seconds


def keep(agency: Organisation, **hours: list[int]) -> None:
    """Closed but for these hours."""
    for day in WEEKDAYS:
        setattr(agency, day, hours.get(day, []))
    agency.save()


def open_today_alone(agency: Organisation) -> timedelta:
    """Have the agency open since midnight, and on no day before; how long that is."""
    keep(agency)
    agency.special_days.create(day=today(), minutes=[0, 1440])  # be it a bank holiday
    return timezone.now() - midnight(today())


# --- Until the first contact ----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("arrived", "contacted", "minutes"),
    [
        ("2026-06-01 10:00", "2026-06-01 10:20", 20),  # Monday
        ("2026-06-01 17:00", "2026-06-02 09:10", 40),  # over a night
        ("2026-06-01 22:00", "2026-06-02 09:10", 10),  # arrived in the night
        ("2026-06-01 22:00", "2026-06-02 07:00", 0),  # answered out of hours
        ("2026-04-02 17:00", "2026-04-04 09:10", 40),  # over Good Friday
        ("2026-10-24 15:50", "2026-10-26 09:05", 15),  # over the clocks' change
    ],
)
def test_open_time_alone_counts_until_the_first_contact(agency, arrived, contacted, minutes):
    lead = make_lead(agency, status="hot", created_at=london(arrived))

    assert contact(lead, london(contacted)) == 60 * minutes


def test_the_statement_that_moves_a_lead_keeps_it_whoever_moves(agency, agent):
    leads = [make_lead(agency, status="hot") for _ in range(3)]
    by = Actor.for_person(agent)

    move_lead(leads[0], "contacted", by=by)
    change_matching(Lead.objects.filter(id=leads[1].id), Move(LeadStatus.QUALIFIED), by=by)
    move_lead(leads[2], "lost", by=by)

    kept = [Lead.objects.get(id=lead.id).contact_open_seconds for lead in leads]
    assert kept[2] is None
    assert all(seconds is not None and seconds >= 0 for seconds in kept[:2])


def test_who_is_put_back_to_wait_has_no_time_until_contact(agency, agent):
    lead = make_lead(agency, status="hot")
    for status in ("contacted", "new"):
        move_lead(lead, status, by=Actor.for_person(agent))

    lead.refresh_from_db()
    assert lead.contact_open_seconds is None


def test_other_hours_later_change_nothing_that_was(agency, agent):
    lead = make_lead(agency, status="hot", created_at=london("2026-06-01 10:00"))
    contact(lead, london("2026-06-01 10:20"))

    keep(agency)
    SpecialDay.objects.create(organisation=agency, day=date(2026, 6, 1), minutes=[])
    move_lead(lead, "qualified", by=Actor.for_person(agent))

    lead.refresh_from_db()
    assert lead.contact_open_seconds == 20 * 60


def without_tags(html: str) -> str:
    return re.sub(r"<[^>]*>", "", html)


# --- On the overview ------------------------------------------------------------------------------
def overview(client: Client):
    return client.get("/").context


def test_the_figure_is_in_open_hours_with_the_clocks_beside_it(signed_in, agency):
    open_time = min(open_today_alone(agency), timedelta(hours=20))
    arrived = timezone.now() - timedelta(hours=20)
    for _ in range(3):
        contact(make_lead(agency, status="hot", created_at=arrived), timezone.now())

    *_, figure = overview(signed_in)["figures"]

    assert figure.label == "To first contact"
    assert figure.number == duration(middle_of(bucket_of(open_time)))
    assert "in open hours; 20 h by the clock" in figure.beside


def test_who_was_answered_before_opening_counts_as_that(signed_in, agency):
    keep(agency)  # never open
    contact(make_lead(agency, status="hot"), timezone.now())

    chart = next(each for each in overview(signed_in)["charts"] if each.name == "contact")

    assert "1 of 1 lead had an answer before you opened" in chart.note
    assert ("Half, open hours", "under 1 min") in [(row.label, row.figure) for row in chart.rows]


def test_contacts_from_before_hours_were_kept_count_by_the_clock_alone(signed_in, agency):
    lead = make_lead(agency, status="hot", created_at=timezone.now() - timedelta(hours=2))
    contact(lead, timezone.now())
    Lead.objects.update(contact_open_seconds=None)

    *_, figure = overview(signed_in)["figures"]

    assert figure.number == duration(middle_of(bucket_of(timedelta(hours=2))))
    assert "open hours" not in figure.beside


def test_who_waits_is_told_both_and_the_longest_is_named(signed_in, agency):
    open_time = open_today_alone(agency)
    now = timezone.now()
    make_lead(agency, name="Hot", status="hot", created_at=now - timedelta(minutes=10))
    make_lead(agency, name="Cold", status="cold", created_at=now - timedelta(days=3))

    page = signed_in.get("/")

    told = [
        (row.lead.name, without_tags(row.since), row.open_words) for row in page.context["waiting"]
    ]
    hot = min(open_time, timedelta(minutes=10))
    assert told == [("Hot", "10 minutes", duration(hot)), ("Cold", "3 days", duration(open_time))]
    shown = " ".join(page.content.decode().split())
    assert f"The longest wait in open hours is {duration(open_time)}:" in shown


def test_while_nobody_was_open_nobody_waited_in_open_hours(signed_in, agency):
    keep(agency)
    make_lead(agency, name="Night", status="hot", created_at=timezone.now() - timedelta(hours=3))

    page = signed_in.get("/")

    assert [row.open_words for row in page.context["waiting"]] == [""]
    assert "The longest wait" not in page.content.decode()
