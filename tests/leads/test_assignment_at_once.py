"""Two people at one lead in the same moment: who waits for the other's change sees it whole."""

import pytest
from django.test import Client

from leads.assignment import assign
from leads.bulk import Assign, change_matching
from leads.models import EventKind, Lead
from organisations.actors import Actor
from organisations.changes.numbering import numbered_last
from tests.factories import make_lead, make_organisation, make_user
from tests.waiting import wait_until_somebody_waits_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people():
    agency = make_organisation()
    return [make_user(agency, name=name) for name in ("Ada", "Ben", "Cem")]


def test_who_waited_for_an_assignment_is_told_whose_the_lead_is(meanwhile, people):
    ada, ben, cem = people
    lead = make_lead(ada.organisation)
    browser = Client()
    browser.force_login(cem)
    form = {"assignee": str(cem.id), "seen": "nobody"}

    with numbered_last():
        locked = Lead.objects.select_for_update().get(pk=lead.pk)
        answer = meanwhile(lambda: browser.post(f"/leads/{lead.id}/assignee/", form))
        wait_until_somebody_waits_for("transactionid")
        assign(locked, ben, by=Actor.for_person(ada))

    assert answer().status_code == 422
    assert "<dt>Assignee now</dt><dd><bdi>Ben</bdi></dd>" in answer().content.decode()
    assert Lead.objects.get(pk=lead.pk).assignee == ben


def test_a_bulk_assignment_that_waited_for_another_records_from_whom_it_took(meanwhile, people):
    ada, ben, cem = people
    lead = make_lead(ada.organisation)
    leads = Lead.objects.for_organisation(ada.organisation)

    with numbered_last():
        locked = Lead.objects.select_for_update().get(pk=lead.pk)
        run = meanwhile(lambda: change_matching(leads, Assign(cem), by=Actor.for_person(cem)))
        wait_until_somebody_waits_for("transactionid")
        assign(locked, ben, by=Actor.for_person(ada))

    assert run().changed == 1
    last = lead.events.filter(kind=EventKind.ASSIGNMENT).newest_first()[0]
    assert (last.from_value, last.to_value) == ("Ben", "Cem")
