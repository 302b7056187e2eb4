"""Sixteen writers over ten leads: nobody waits for another in a ring, and no position is missing.

A lock that is waited for while the counter is held shows itself here as a deadlock. The test is
short; `SIFT_TEST_WRITERS=60` has it go on for a minute.
"""

import os
import time
from itertools import pairwise
from random import Random

import pytest
from django.db import connection

from conversations.capture import capture
from leads.assignment import assign
from leads.bulk import Chosen, Move, change_chosen
from leads.corrections import correct
from leads.merging import CannotMerge, last_merge, locked_leads, merge, unmerge
from leads.models import Lead
from leads.models.choices import LeadStatus
from leads.moving import move
from organisations.actors import Actor
from organisations.changes.numbering import numbered_last
from organisations.models import Change, Feed
from tests.conversations.test_capture import received
from tests.conversations.test_live_capture import posted
from tests.factories import make_lead, make_organisation, make_user

WRITERS = 16
SECONDS = float(os.environ.get("SIFT_TEST_WRITERS", "1.5"))
DEEDS = 10  # of each writer at least, however busy the machine is
STATUSES = [LeadStatus.CONTACTED, LeadStatus.QUALIFIED, LeadStatus.LOST, LeadStatus.NEW]


class Writer:
    def __init__(self, agency, number, ids, until):
        self.agency, self.number, self.ids, self.until = agency, number, ids, until
        self.random = Random(number)
        self.by = Actor.for_person(agency.people.first())
        self.deeds = 0

    def move(self):
        lead_id, status = self.random.choice(self.ids), self.random.choice(STATUSES)
        move(lead_id, status, organisation_id=self.agency.id, by=self.by)

    def move_many(self):
        some = self.random.sample(self.ids, 6)
        leads = Lead.objects.for_organisation(self.agency).unmerged().filter(id__in=some)
        chosen = [Chosen(lead.id, lead.status, lead.assignee_id) for lead in leads]
        change_chosen(self.agency, chosen, Move(self.random.choice(STATUSES)), by=self.by)

    def merge(self):
        one, other = self.random.sample(self.ids, 2)
        merge(self.agency, survivor_id=one, other_id=other, by=self.by)

    def unmerge(self):
        lead = Lead.objects.get(id=self.random.choice(self.ids))
        event = last_merge(lead)
        if event is not None:
            unmerge(self.agency, survivor_id=lead.id, event_id=event.id, by=self.by)

    def arrive(self):
        number, name = self.random.randrange(10), f"{self.number}-{self.deeds}"
        mail = f"v{number}@example.com"
        also = f"v{self.random.randrange(10)}@example.com"
        capture(
            self.agency,
            [received(name, email=mail, area="Roath"), received(f"{name}b", email=also)],
        )

    def go_on(self):
        number = self.random.randrange(20)
        says = [f"Message {n}" for n in range(self.random.randint(1, 6))]
        mail = f"v{number % 10}@example.com"
        capture(self.agency, [posted(f"live {number}", says=says, email=mail)], by=self.by)

    @numbered_last()
    def look_after(self):
        for lead in locked_leads(self.agency, self.random.sample(self.ids, 2)).values():
            if lead.merged_into_id is None:
                correct(lead, {"area": self.random.choice(["Canton", "Splott"])}, by=self.by)
                assign(lead, self.random.choice([None, *self.agency.people.all()]), by=self.by)

    def work(self):
        what = [
            self.move, self.move_many, self.merge, self.unmerge, self.arrive, self.go_on,
            self.look_after,
        ]  # fmt: skip
        while self.deeds < DEEDS or time.monotonic() < self.until:
            try:
                self.random.choice(what)()
            except CannotMerge:
                continue
            self.deeds += 1
        return self.deeds


@pytest.mark.django_db(transaction=True)
def test_sixteen_writers_over_ten_leads_leave_every_position_once(meanwhile):
    agency = make_organisation()
    make_user(agency)
    ids = [make_lead(agency, email=f"v{n}@example.com", status="new").id for n in range(10)]
    before, until = deadlocks(), time.monotonic() + SECONDS

    writers = [Writer(agency, number, ids, until) for number in range(WRITERS)]
    working = [meanwhile(writer.work) for writer in writers]
    deeds = [done() for done in working]

    assert min(deeds) >= DEEDS
    changes = Change.objects.for_organisation(agency).order_by("position")
    positions = list(changes.values_list("position", flat=True))
    assert positions == list(range(1, Feed.objects.get(organisation=agency).position + 1))
    moments = list(changes.values_list("created_at", flat=True))
    assert moments == sorted(moments)
    for lead in Lead.objects.all():
        moves = changes.filter(lead_id=lead.id, type="lead.status_changed")
        steps = list(moves.values_list("from_value", "to_value"))
        assert all(one[1] == other[0] for one, other in pairwise(steps))
        assert not steps or steps[-1][1] == lead.status
    assert deadlocks() == before


def deadlocks() -> int:
    """How many this database has had by now: other tests of it bring some about."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")  # what this connection has to tell
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]
