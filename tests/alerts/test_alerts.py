"""Who is told of which lead: once, at the right time, and nobody of what is no news."""

import io
import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.capture import capture
from leads.assignment import assign
from leads.erasure import erase
from leads.models import Alert, Lead
from organisations.actors import SYSTEM, Actor
from organisations.changes.numbering import numbered_last
from organisations.models import AlertPosition, Feed, Letter
from sift_site.alerts import watching
from tests.alerts.conftest import HOT, NEVER, keep_hours, make_due, wants
from tests.api.conftest import client_of
from tests.conversations.test_capture import received
from tests.factories import make_lead, make_user, move_lead

pytestmark = pytest.mark.django_db


def give(lead: Lead, person, *, by) -> None:
    with numbered_last():
        assign(Lead.objects.select_for_update().get(id=lead.id), person, by=Actor.for_person(by))


def subjects(letters) -> list[tuple[str, str]]:
    return sorted((letter.to[0], letter.subject) for letter in letters)


# --- New hot leads --------------------------------------------------------------------------------
def test_who_wants_it_is_told_of_a_hot_lead_at_once_and_nobody_else(chat, written, agent, admin):
    wants(agent, "letter_of_hot_leads")

    chat("I'd like to see 4 Elm Road.", "Can I come on Saturday?", **HOT)

    [letter] = written()
    assert letter.to == [agent.email]
    assert letter.subject == "Hot lead: 07700 900123, “Siân Byrne”"


def test_never_twice_for_one_lead_however_much_is_said(chat, written, agent):
    wants(agent, "letter_of_hot_leads")
    chat("Hello", **HOT)
    assert len(written()) == 1

    chat("Hello", "Are you there?", **HOT)
    chat("Hello again", chat_id="chat-2", **HOT)

    assert written() == []
    assert Alert.objects.count() == 1


def test_a_lead_that_becomes_hot_by_what_it_says_later_is_told_of_then(chat, written, agent):
    wants(agent, "letter_of_hot_leads")
    chat("Hello", area="Didsbury", email="sian@example.com")
    assert written() == []

    chat("Hello", "I pay cash", **HOT)

    assert len(written()) == 1


def test_a_night_is_one_letter_when_the_agency_opens(chat, written, agent, agency):
    wants(agent, "letter_of_hot_leads")
    keep_hours(agency, NEVER)
    tomorrow = timezone.localdate() + timedelta(1)
    agency.special_days.update_or_create(day=tomorrow, defaults={"minutes": [540, 1050]})
    for n in range(3):
        chat("Hello", chat_id=f"chat-{n}", **HOT | {"email": f"p{n}@example.com", "phone": None})
    assert written() == []
    assert {timezone.localtime(alert.due_at).hour for alert in Alert.objects.all()} == {9}

    make_due()

    [letter] = written()
    assert letter.subject == "3 hot leads wait"
    assert letter.body.count("I take it: http://testserver/take/") == 3


@pytest.mark.parametrize("then", ["contacted", "lost"])
def test_what_was_dealt_with_in_the_night_is_not_told_in_the_morning(
    chat, written, agent, admin, agency, then
):
    wants(agent, "letter_of_hot_leads")
    keep_hours(agency, [0, 1])  # not now, or hardly
    lead = chat("Hello", **HOT)
    watching.do_one()
    Alert.objects.update(due_at=timezone.now() + timedelta(hours=8))
    move_lead(lead, then, by=Actor.for_person(admin))
    make_due()

    assert written() == []
    assert not Alert.objects.filter(done_at=None).exists()


def test_who_has_the_lead_is_told_alone_that_it_is_hot_again(chat, written, agent, admin):
    for person in (agent, admin):
        wants(person, "letter_of_hot_leads")
    lead = chat("Hello", email="sian@example.com")
    Lead.objects.filter(id=lead.id).update(assignee=admin)

    chat("Hello", "I pay cash", **HOT)

    assert [letter.to for letter in written()] == [[admin.email]]


def test_of_a_person_who_was_let_go_and_of_a_closed_agency_no_letter_leaves(
    chat, written, agent, admin, agency
):
    for person in (agent, admin):
        wants(person, "letter_of_hot_leads")
    chat("Hello", **HOT)
    watching.do_one()
    agent.is_active = False
    agent.save()

    assert [letter.to for letter in written()] == [[admin.email]]

    chat("Hello", chat_id="chat-2", **HOT | {"email": "b@example.com", "phone": None})
    watching.do_one()
    agency.closed_at = timezone.now()
    agency.save()
    assert written() == []


# --- What alarms nobody ---------------------------------------------------------------------------
def test_an_imported_history_alarms_nobody(told, written, agent, admin):
    wants(agent, "letter_of_hot_leads", "letter_of_assigned")
    told.untaken_minutes = 1
    told.save()

    capture(told, [received("chat-1", **HOT)])

    assert Lead.objects.get().status == "hot"
    assert written() == []
    assert not Alert.objects.exists()


def test_the_demo_alarms_nobody(told, written, agent):
    wants(agent, "letter_of_hot_leads", "letter_of_assigned")

    call_command("load_demo", leads=60, organisations=1, stdout=io.StringIO())
    for organisation_id in Feed.objects.values_list("organisation_id", flat=True):
        AlertPosition.objects.update_or_create(
            organisation_id=organisation_id, defaults={"position": 0}
        )

    assert written() == []
    assert not Alert.objects.exists()


def test_who_switches_it_on_hears_of_nothing_that_was(signed_in, agent, agency, written):
    body = {"channel": "sms", "messages": [{"role": "user", "content": "Hi"}], "lead": HOT}
    client_of(agency).post(
        "/api/v1/conversations", json.dumps(body), content_type="application/json"
    )
    keep_hours(agency, [0, 1440])

    signed_in.post("/settings/profile/alerts/", {"letter_of_hot_leads": "on"})

    assert written() == []
    assert AlertPosition.objects.get().position == Feed.objects.get().position


def test_one_agencys_leads_are_told_to_no_other(chat, written, other_agency):
    wants(make_user(other_agency, role="admin"), "letter_of_hot_leads", "letter_of_assigned")
    AlertPosition.objects.begin(other_agency)

    chat("Hello", **HOT)

    assert written() == []


# --- Given leads ----------------------------------------------------------------------------------
def test_who_is_given_a_lead_is_told_once_and_not_of_what_they_took(told, written, agent, admin):
    wants(agent, "letter_of_assigned")
    given, taken = (make_lead(told, name=name, phone="+447700900123") for name in ("Ada", "Bo"))

    give(given, agent, by=admin)
    give(taken, agent, by=agent)

    assert subjects(written()) == [(agent.email, "Your lead: 07700 900123, “Ada”")]
    give(given, None, by=admin)
    give(given, agent, by=admin)
    assert written() == []


def test_many_leads_given_at_once_are_one_letter(told, written, agent, admin):
    wants(agent, "letter_of_assigned")
    for n in range(25):
        give(make_lead(told, name=f"Lead {n}"), agent, by=admin)

    [letter] = written()
    assert letter.subject == "25 leads are yours"
    assert letter.body.count("Open the lead:") == 20
    assert "And 5 more." in letter.body
    assert "I take it" not in letter.body


# --- A lead that nobody took ----------------------------------------------------------------------
def test_a_hot_lead_that_nobody_took_goes_to_all_admins_once(chat, written, agent, admin, agency):
    agency.untaken_minutes = 15
    agency.save()
    second = make_user(agency, role="admin")
    chat("Hello", **HOT)
    assert written() == []
    waits = Alert.objects.get().due_at - timezone.now()
    assert timedelta(minutes=14) < waits <= timedelta(minutes=15)

    make_due()

    letters = written()
    assert {letter.to[0] for letter in letters} == {admin.email, second.email}
    assert "nobody took it within 15 open minutes" in letters[0].body
    switched_off_at = letters[0].extra_headers["List-Unsubscribe"]
    assert switched_off_at == "<http://testserver/settings/hours/>"
    chat("Hello", "Still there?", **HOT)
    make_due()
    assert written() == []


def test_one_that_somebody_took_meanwhile_goes_to_nobody(chat, written, agent, admin, agency):
    agency.untaken_minutes = 15
    agency.save()
    lead = chat("Hello", **HOT)
    watching.do_one()
    give(lead, agent, by=agent)
    make_due()

    assert written() == []


# --- How it is kept -------------------------------------------------------------------------------
def test_an_erased_lead_takes_what_was_to_be_told_of_it_along(chat, written, agent, agency):
    wants(agent, "letter_of_hot_leads")
    lead = chat("Hello", **HOT)
    watching.do_one()

    with numbered_last():
        erase(Lead.objects.select_for_update().get(id=lead.id), agency, by=SYSTEM)

    assert not Alert.objects.exists()
    assert written() == []


def test_a_capture_writes_no_letter_and_no_alert(chat, agent):
    wants(agent, "letter_of_hot_leads")

    with CaptureQueriesContext(connection) as asked:
        chat("Hello", **HOT)

    assert not [one for one in asked if "alert" in one["sql"].replace("letter_of", "")]
    assert not Letter.objects.exists()


def test_what_is_to_be_told_is_made_once_for_fifty_people(chat, agency, written):
    def statements(people: int) -> int:
        for _ in range(people):
            wants(make_user(agency), "letter_of_hot_leads")
        chat("Hello", chat_id=f"chat-{people}", **HOT | {"email": f"p{people}@example.com"})
        with CaptureQueriesContext(connection) as asked:
            while watching.do_one():
                pass
        return len(asked)

    one, fifty = statements(1), statements(49)

    assert fifty == one
    assert Letter.objects.count() == 51


def test_where_nobody_wants_anything_the_feed_is_passed_over(told, chat):
    for n in range(3):
        chat("Hello", chat_id=f"chat-{n}")

    assert watching.do_one()

    assert AlertPosition.objects.get().position == Feed.objects.get(organisation=told).position
    assert not watching.do_one()


def test_after_a_restored_backup_the_feed_is_read_from_its_end(told, chat, agent, written):
    wants(agent, "letter_of_hot_leads")
    AlertPosition.objects.update(position=10_000)

    assert watching.do_one()

    chat("Hello", **HOT)
    assert len(written()) == 1
