"""The daily figures agree with a count of all leads, whatever happened."""

import math
import random
import threading
from collections import Counter
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.utils import timezone

from conversations.capture import capture
from foundation.days import AGENCY_ZONE
from leads import bulk
from leads.assignment import assign
from leads.corrections import correct
from leads.erasure import erase
from leads.merging import CannotMerge, last_merge, merge, unmerge
from leads.models import Lead
from leads.models.choices import PERSON_STATUSES, LeadStatus
from leads.models.rollups import (
    OUT_OF_HOURS,
    AreaDay,
    ContactDay,
    LeadDay,
    bucket_of,
    middle_of,
)
from leads.temperature import temperature
from leads.undoing import find_run, undo
from organisations.actors import Actor
from organisations.hours.reading import hours_of
from tests.conversations.test_capture import received
from tests.factories import at, make_lead, make_organisation, move_lead

pytestmark = pytest.mark.django_db

AREAS = ("Didsbury", "Clifton, Bristol", "Leith")


def day(moment):
    return moment.astimezone(AGENCY_ZONE).date()


def counted(organisation) -> tuple[Counter, Counter, Counter]:
    """What the three tables ought to say, counted lead by lead."""
    days, areas, contacts = Counter(), Counter(), Counter()
    for lead in Lead.objects.for_organisation(organisation).unmerged():
        arrived = day(lead.created_at)
        reached = ("contacted", "qualified", "converted")[: lead.reached]
        viewings = ("viewings",) if lead.viewing_requested else ()
        for figure in ("leads", temperature(lead.score), lead.source, *reached, *viewings):
            if figure:
                days[arrived, figure] += 1
        if lead.area:
            areas[arrived, lead.area] += 1
        if lead.first_contacted_at:
            waited = lead.first_contacted_at - lead.created_at
            contacted = day(lead.first_contacted_at)
            open_time = hours_of(organisation).open_between(
                lead.created_at, lead.first_contacted_at
            )
            seconds = timedelta(seconds=math.ceil(open_time.total_seconds()))
            open_bucket = bucket_of(seconds) if open_time else OUT_OF_HOURS
            for in_open_hours, bucket in ((False, bucket_of(waited)), (True, open_bucket)):
                contacts[False, contacted, in_open_hours, bucket] += 1
                contacts[True, contacted.replace(day=1), in_open_hours, bucket] += 1
    return days, areas, contacts


def kept(organisation) -> tuple[Counter, Counter, Counter]:
    """What they say."""
    sums = [
        table.objects.for_organisation(organisation).summed_by(*keys, figures=figures)
        for table, keys, figures in (
            (LeadDay, ["day"], LeadDay.FIGURES),
            (AreaDay, ["day", "area"], ["leads"]),
            (ContactDay, ["whole_month", "day", "in_open_hours", "bucket"], ["leads"]),
        )
    ]
    days = Counter({(row["day"], name): row[name] for row in sums[0] for name in LeadDay.FIGURES})
    areas = Counter({(row["day"], row["area"]): row["leads"] for row in sums[1]})
    contacts = Counter(
        {
            (row["whole_month"], row["day"], row["in_open_hours"], row["bucket"]): row["leads"]
            for row in sums[2]
        }
    )
    return days, areas, contacts


def fold(organisation) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT leads_fold_days(%s, NULL, false)", [organisation.id])


class Day:
    """A day's work at an agency, drawn by chance."""

    def __init__(self, agency, people, seed: int) -> None:
        self.agency, self.people, self.chance = agency, people, random.Random(seed)
        self.runs, self.merges = [], []

    def __call__(self) -> None:
        deeds = [
            self.capture, self.capture, self.move, self.move, self.correct, self.assign,
            self.bulk_move, self.undo, self.merge, self.unmerge, self.erase,
        ]  # fmt: skip
        self.chance.choice(deeds)()

    @property
    def by(self) -> Actor:
        return Actor.for_person(self.chance.choice(self.people))

    def leads(self, number: int) -> list[Lead]:
        ids = list(Lead.objects.for_organisation(self.agency).unmerged().values_list("id"))
        chosen = [id_ for (id_,) in self.chance.sample(sorted(ids), min(number, len(ids)))]
        return list(Lead.objects.filter(id__in=chosen).select_for_update())

    def capture(self) -> None:
        batch = []
        for _ in range(self.chance.randrange(1, 6)):
            # Around midnight in London, in winter and in summer.
            arrived = at("2026-03-20 22:30") + timedelta(
                days=self.chance.randrange(20), minutes=self.chance.randrange(120)
            )
            facts = {
                "email": f"p{self.chance.randrange(30)}@example.com",
                "area": self.chance.choice([None, *AREAS]),
                "timeline": self.chance.choice([None, "asap"]),
                "viewing_requested": self.chance.choice([None, True]),
                "budget_max": self.chance.choice([None, 300_000]),
                "financing_status": self.chance.choice([None, "cash_proven"]),
            }
            batch.append(
                received(
                    channel=self.chance.choice(["website", "sms", "email"]),
                    started_at=arrived,
                    **{name: value for name, value in facts.items() if value is not None},
                )
            )
        capture(self.agency, batch)

    def move(self) -> None:
        for lead in self.leads(1):
            move_lead(lead, self.chance.choice(PERSON_STATUSES), by=self.by)

    def correct(self) -> None:
        for lead in self.leads(1):
            correct(lead, {"area": self.chance.choice([None, *AREAS])}, by=self.by)

    def assign(self) -> None:
        for lead in self.leads(1):
            assign(lead, self.chance.choice([None, *self.people]), by=self.by)

    def bulk_move(self) -> None:
        some = Lead.objects.for_organisation(self.agency).unmerged()
        some = some.filter(source=self.chance.choice(["website", "sms", "email"]))
        move = bulk.Move(self.chance.choice(PERSON_STATUSES))
        self.runs.append(bulk.change_matching(some, move, by=self.by).bulk_id)

    def undo(self) -> None:
        if self.runs and (run := find_run(self.agency, self.runs.pop())):
            undo(self.agency, run, by=self.by)

    def merge(self) -> None:
        if len(pair := self.leads(2)) == 2:
            survivor, other = pair
            merge(self.agency, survivor_id=survivor.id, other_id=other.id, by=self.by)
            self.merges.append((survivor, last_merge(survivor).id))

    def unmerge(self) -> None:
        if self.merges:
            survivor, event = self.merges.pop()
            try:
                unmerge(self.agency, survivor_id=survivor.id, event_id=event, by=self.by)
            except CannotMerge:
                return  # merged again or erased meanwhile

    def erase(self) -> None:
        if self.chance.random() < 0.3:
            for lead in self.leads(1):
                erase(lead, self.agency, by=self.by)


@pytest.mark.parametrize("seed", range(2))
def test_the_figures_agree_after_a_random_days_work(agency, other_agency, agent, admin, seed):
    work = Day(agency, [agent, admin], seed)
    make_lead(other_agency, area="Leith", status="qualified", score=80)
    before = kept(other_agency)

    for _ in range(100):
        work()

    assert kept(agency) == counted(agency)
    fold(agency)
    assert kept(agency) == counted(agency)
    assert sum(counted(agency)[2].values()) > 3  # there was something to keep
    assert kept(other_agency) == before == counted(other_agency)


def test_of_somebody_erased_not_even_the_area_stays_behind(agency, agent):
    lead = make_lead(agency, area="12 Quiet Lane")
    by = Actor.for_person(agent)
    correct(lead, {"area": "14 Quiet Lane"}, by=by)

    erase(lead, agency, by=by)

    assert not AreaDay.objects.exists()


def test_folding_leaves_one_row_of_a_day_and_none_of_nothing(agency):
    leads = [make_lead(agency, area="Leith") for _ in range(30)]
    for lead in leads[:-1]:
        Lead.objects.filter(id=lead.id).delete()

    fold(agency)

    assert LeadDay.objects.count() == AreaDay.objects.count() == 1
    Lead.objects.filter(id=leads[-1].id).delete()
    fold(agency)
    assert LeadDay.objects.count() == AreaDay.objects.count() == 0


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-03-28 23:59", "2026-03-28"),  # the clocks go forward that night
        ("2026-03-29 22:59", "2026-03-29"),
        ("2026-03-29 23:00", "2026-03-30"),  # midnight in summer time
        ("2026-10-24 23:00", "2026-10-25"),
        ("2026-10-25 23:00", "2026-10-25"),  # and back
        ("2026-10-26 00:00", "2026-10-26"),
    ],
)
def test_a_day_is_londons_in_summer_and_winter(agency, moment, expected):
    make_lead(agency, created_at=at(moment))

    assert [str(row.day) for row in LeadDay.objects.all()] == [expected]


@pytest.mark.django_db(transaction=True)
def test_writers_of_one_day_do_not_wait_for_each_other():
    agency = make_organisation()
    other = make_lead(agency)

    def write() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '5s'")
            make_lead(agency)
            fold(agency)
            Lead.objects.filter(id=other.id).update(score=90)
        finally:
            connection.close()

    with transaction.atomic():
        make_lead(agency)
        fold(agency)  # holds the rows that it made one of
        thread = threading.Thread(target=write)
        thread.start()
        thread.join(20)
        assert not thread.is_alive()

    fold(agency)
    assert kept(agency) == counted(agency)
    assert LeadDay.objects.get().leads == 3


# --- First contact --------------------------------------------------------------------------------
def fresh(lead: Lead) -> Lead:
    return Lead.objects.get(id=lead.id)


@pytest.mark.parametrize(
    ("status", "reached"), [("contacted", 1), ("qualified", 2), ("converted", 3)]
)
def test_whoever_moves_a_lead_the_contact_is_kept(agency, status, reached):
    lead = make_lead(agency, status="hot", created_at=timezone.now() - timedelta(hours=2))

    Lead.objects.filter(id=lead.id).update(status=status)

    after = fresh(lead)
    assert after.reached == reached
    assert timedelta(hours=2) <= after.first_contacted_at - lead.created_at < timedelta(hours=2.1)


@pytest.mark.parametrize("status", ["lost", "rejected", "archived"])
def test_to_give_a_lead_up_is_no_contact(agency, agent, status):
    lead = make_lead(agency, status="hot")

    move_lead(lead, LeadStatus(status), by=Actor.for_person(agent))

    assert (fresh(lead).reached, fresh(lead).first_contacted_at) == (0, None)


def test_the_first_contact_stays_the_first_and_the_furthest_the_furthest(agency, agent):
    lead = make_lead(agency, status="hot")
    by = Actor.for_person(agent)
    move_lead(lead, LeadStatus.QUALIFIED, by=by)
    first = fresh(lead).first_contacted_at

    for status in (LeadStatus.CONTACTED, LeadStatus.LOST):
        move_lead(lead, status, by=by)

    assert (fresh(lead).reached, fresh(lead).first_contacted_at) == (2, first)


def test_a_lead_put_back_waits_for_its_first_contact_again(agency, agent):
    lead = make_lead(agency, status="hot")
    by = Actor.for_person(agent)
    move_lead(lead, LeadStatus.CONTACTED, by=by)

    move_lead(lead, LeadStatus.NEW, by=by)

    assert (fresh(lead).reached, fresh(lead).first_contacted_at) == (0, None)
    assert list(Lead.objects.for_organisation(agency).waiting()) == [lead]


def test_what_stood_before_is_read_from_the_events_as_the_trigger_would_have_kept_it(
    agency, agent, admin
):
    work = Day(agency, [agent, admin], 11)
    for _ in range(60):
        work()
    for status in (LeadStatus.CONTACTED, LeadStatus.QUALIFIED):
        move_lead(make_lead(agency), status, by=work.by)
    leads = Lead.objects.for_organisation(agency)
    kept_by_trigger = {lead.id: (lead.reached, lead.first_contacted_at) for lead in leads}
    assert {reached for reached, _ in kept_by_trigger.values()} > {0, 1}
    forget_first_contacts()

    import_module("leads.migrations.0011_fill_first_contact").fill(
        None, SimpleNamespace(connection=connection)
    )

    for lead in leads.all():
        reached, contacted_at = kept_by_trigger[lead.id]
        assert lead.reached == reached
        # The event is written moments before the lead.
        assert (lead.first_contacted_at is None) == (contacted_at is None)
        assert contacted_at is None or contacted_at - lead.first_contacted_at < timedelta(seconds=5)


def forget_first_contacts() -> None:
    """As the leads stood before these columns were there, and the rules of them."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for status in ("contacted", "qualified", "converted"):
            cursor.execute(f"ALTER TABLE leads_lead DROP CONSTRAINT leads_lead_{status}_reached")
    Lead.objects.update(reached=0, first_contacted_at=None)


def test_a_buckets_middle_is_within_five_per_cent_of_its_times():
    for minutes in (1, 7, 59, 61, 300, 1440, 10_000, 200_000):
        waited = timedelta(minutes=minutes)

        middle = middle_of(bucket_of(waited))

        # The scale counts from a minute before, by which a time near nothing has a bucket.
        assert abs(middle - waited) <= 0.05 * (waited + timedelta(minutes=1))


def test_a_time_before_the_arrival_counts_as_none():
    assert bucket_of(timedelta(seconds=-5)) == bucket_of(timedelta(0)) == 0
