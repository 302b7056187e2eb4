"""Who looks after a lead, when to come back to it, and notes about it."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client

from foundation.days import today
from leads.assignment import assign
from leads.follow_ups import in_words, preset_days, set_follow_up
from leads.models import Lead, LeadEvent
from organisations.actors import Actor
from organisations.hours.reading import hours_of
from tests.factories import make_lead, make_user

FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def lead(agency) -> Lead:
    return make_lead(agency, name="Siân Hughes")


def fresh(lead) -> Lead:
    return Lead.objects.get(pk=lead.pk)


def give(client, lead, to, seen="nobody", **more):
    return client.post(f"/leads/{lead.id}/assignee/", {"assignee": to, "seen": seen}, **more)


def follow_up(client, lead, seen="", headers=None, **data):
    address = f"/leads/{lead.id}/follow-up/"
    return client.post(address, {"seen": seen, **data}, headers=headers)


def note(client, lead, text, **more):
    return client.post(f"/leads/{lead.id}/notes/", {"text": text}, **more)


def page_of(client, lead) -> str:
    return client.get(f"/leads/{lead.id}/").content.decode()


def test_a_lead_is_taken_given_and_let_go_of(signed_in, lead, agency, agent):
    priya = make_user(agency, name="Priya Shah")

    assert give(signed_in, lead, agent.id).status_code == 303
    assert fresh(lead).assignee == agent
    assert str(agent.id) in fresh(lead).search
    assert "Amir Agent</bdi> looks after it" in page_of(signed_in, lead)
    give(signed_in, lead, priya.id, seen=agent.id)
    give(signed_in, lead, "nobody", seen=priya.id)

    changes = LeadEvent.objects.filter(kind="assignment").order_by("created_at", "id")
    assert list(changes.values_list("from_value", "to_value")) == [
        (None, "Amir Agent"), ("Amir Agent", "Priya Shah"), ("Priya Shah", None),
    ]  # fmt: skip
    assert "=assignee:none" in fresh(lead).search


def test_only_an_active_person_of_the_agency_can_be_given_a_lead(
    signed_in, lead, agency, other_agency
):
    gone = make_user(agency)
    gone.is_active = False
    gone.save(update_fields=["is_active"])
    stranger = make_user(other_agency, name="Somebody Elses")

    for to in (gone.id, stranger.id, lead.id, "x", ""):
        assert give(signed_in, lead, to).status_code == 422
    assert fresh(lead).assignee is None
    assert "Somebody Elses" not in page_of(signed_in, lead)


def test_who_left_the_agency_still_has_the_lead_until_it_is_given_on(signed_in, lead, agency):
    gone = make_user(agency, name="Gone Away")
    assign(lead, gone, by=Actor.for_person(gone))
    gone.is_active = False
    gone.save(update_fields=["is_active"])

    assert "Gone Away (no longer active)" in page_of(signed_in, lead)
    assert give(signed_in, lead, gone.id, seen=gone.id).status_code == 303


@pytest.mark.parametrize("headers", [{}, FRAGMENT])
def test_the_later_of_two_who_give_a_lead_is_told(signed_in, lead, agency, agent, headers):
    priya = make_user(agency, name="Priya Shah")
    assign(lead, priya, by=Actor.for_person(priya))

    answer = give(signed_in, lead, agent.id, headers=headers)

    assert answer.status_code == 422
    told = answer.context["handling_overtaken"]
    assert (told.stands, told.wrote, told.by.actor_name) == (
        "Priya Shah", "Amir Agent", "Priya Shah",
    )  # fmt: skip
    assert f'name="seen" value="{priya.id}"' in answer.content.decode()
    assert fresh(lead).assignee == priya

    assert give(signed_in, lead, agent.id, seen=priya.id).status_code == 303
    assert fresh(lead).assignee == agent


def test_two_who_choose_the_same_do_not_meet(signed_in, lead, agent):
    assign(lead, agent, by=Actor.for_person(agent))

    assert give(signed_in, lead, agent.id).status_code == 303
    assert LeadEvent.objects.count() == 1


def test_a_follow_up_is_set_by_day_or_by_preset_and_cleared(signed_in, lead):
    hours, later = hours_of(lead.organisation), today() + timedelta(days=30)
    tomorrow = hours.next_working_day(today())
    week = hours.next_working_day(today() + timedelta(days=6))

    follow_up(signed_in, lead, preset="tomorrow")
    assert fresh(lead).follow_up_on == tomorrow
    assert in_words(tomorrow, today()) in page_of(signed_in, lead)
    follow_up(signed_in, lead, seen=tomorrow, follow_up_on=later)
    assert fresh(lead).follow_up_on == later
    follow_up(signed_in, lead, seen=later, follow_up_on=later, preset="in_a_week")
    assert fresh(lead).follow_up_on == week
    follow_up(signed_in, lead, seen=fresh(lead).follow_up_on, preset="none")
    assert fresh(lead).follow_up_on is None

    events = LeadEvent.objects.filter(kind="field").order_by("created_at", "id")
    assert {event.payload["field"] for event in events} == {"follow_up_on"}
    assert [event.to_value for event in events][:2] == [str(tomorrow), str(later)]
    assert len(events) == 4


@pytest.mark.parametrize(
    ("day", "tomorrow", "in_a_week"),
    [
        (date(2026, 11, 26), "Tomorrow, 27 November", "In a week, 3 December"),
        (date(2026, 11, 27), "Monday, 30 November", "In a week, 4 December"),  # a Friday
        (date(2026, 11, 28), "Monday, 30 November", "In a week, 7 December"),  # not Saturday
        (date(2026, 11, 29), "Tomorrow, 30 November", "In a week, 7 December"),
    ],
)
def test_days_that_are_one_press_away_are_working_days_and_say_their_date(
    agency, day, tomorrow, in_a_week
):
    days = preset_days(day, hours_of(agency))

    assert [words for _, words in days.values()] == [tomorrow, in_a_week]
    assert all(chosen.weekday() < 5 for chosen, _ in days.values())


def test_the_buttons_of_a_follow_up_say_their_days(signed_in, lead):
    page = page_of(signed_in, lead)

    for _, words in preset_days(today(), hours_of(lead.organisation)).values():
        assert f">{words}</button>" in page


@pytest.mark.parametrize("day", ["soon", "2026-02-30", "2001-01-01"])
def test_a_day_that_is_none_or_has_passed_is_refused(signed_in, lead, day):
    answer = follow_up(signed_in, lead, follow_up_on=day, headers=FRAGMENT)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert fresh(lead).follow_up_on is None


def test_the_later_of_two_who_set_a_follow_up_is_told(signed_in, lead, agency):
    # Further than "tomorrow", the next day that is open, ever is.
    priya, day = make_user(agency, name="Priya Shah"), today() + timedelta(days=10)
    set_follow_up(lead, day, by=Actor.for_person(priya))

    answer = follow_up(signed_in, lead, preset="tomorrow", headers=FRAGMENT)

    assert answer.status_code == 422
    assert answer.context["handling_overtaken"].by.actor_name == "Priya Shah"
    assert fresh(lead).follow_up_on == day
    assert follow_up(signed_in, lead, seen=day, preset="tomorrow").status_code == 303


def test_an_overdue_follow_up_says_so_in_words(signed_in, lead):
    Lead.objects.filter(pk=lead.pk).update(follow_up_on=today() - timedelta(days=3))

    assert "Follow-up overdue by 3 days" in page_of(signed_in, lead)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 6, 9), "Follow-up overdue by 1 day"),
        (date(2026, 6, 10), "Follow up today"),
        (date(2026, 6, 11), "Follow up tomorrow"),
        (date(2026, 6, 17), "Follow up on Wednesday 17 June"),
        (date(2027, 1, 4), "Follow up on Monday 4 January 2027"),
    ],
)
def test_a_follow_up_in_words(day, words):
    assert in_words(day, date(2026, 6, 10)) == words


def test_a_note_stands_in_the_history_as_written_and_by_whom(signed_in, lead, agent):
    text = "Rang <b>twice</b>\r\nhttps://example.com/a?b=1&c=2."

    assert note(signed_in, lead, text).status_code == 303
    page = page_of(signed_in, lead)

    event = LeadEvent.objects.get()
    assert (event.kind, event.actor_id) == ("note", agent.id)
    assert event.payload == {"text": "Rang <b>twice</b>\nhttps://example.com/a?b=1&c=2."}
    assert 'Rang &lt;b&gt;twice&lt;/b&gt;\n<a href="https://example.com/a?b=1&amp;c=2"' in page


def test_htmx_gets_an_empty_note_form_and_the_history(signed_in, lead):
    answer = note(signed_in, lead, "Rang twice", headers=FRAGMENT)
    page = answer.content.decode()

    assert answer.status_code == 200
    assert 'id="lead-note"' in page
    assert page.count("Rang twice") == 1  # in the history, not in the form
    assert "Note added" in answer["HX-Trigger"]


@pytest.mark.parametrize("headers", [{}, FRAGMENT])
def test_an_empty_or_endless_note_is_refused_and_not_lost(signed_in, lead, headers):
    assert note(signed_in, lead, " \n ", headers=headers).status_code == 422
    answer = note(signed_in, lead, "x" * 5001, headers=headers)

    assert answer.status_code == 422
    assert "x" * 5001 in answer.content.decode()
    assert not LeadEvent.objects.exists()
    # 5,000 as the person counts, however the browser ends lines.
    assert note(signed_in, lead, "x\r\n" * 2499 + "xx").status_code == 303


def test_nothing_is_changed_without_the_pages_own_token(lead, agent):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(agent)

    answers = [
        give(strict, lead, agent.id), follow_up(strict, lead, preset="tomorrow"),
        note(strict, lead, "Hello"), strict.post(f"/leads/{lead.id}/facts/", {"name": "X"}),
        strict.post(f"/leads/{lead.id}/merge/", {"other": lead.id}),
        strict.post(f"/leads/{lead.id}/unmerge/", {"event": lead.id}),
    ]  # fmt: skip

    assert {answer.status_code for answer in answers} == {403}
    assert not LeadEvent.objects.exists()


def test_earlier_history_is_a_page_away_and_none_is_lost(signed_in, lead, agent):
    by = Actor.for_person(agent)
    for n in range(150):
        set_follow_up(lead, date(2027, 1, 1) + timedelta(days=n), by=by)

    page = page_of(signed_in, lead)
    more = re.search(r'href="(/leads/[^"]+/history/\?after=[^"]+)"', page)[1]
    fragment = signed_in.get(more, headers=FRAGMENT).content.decode()
    whole = signed_in.get(more).content.decode()

    shown = [re.findall(r'id="e-([0-9a-f-]+)"', part) for part in (page, fragment, whole)]
    assert [len(ids) for ids in shown] == [100, 50, 50]
    assert len({*shown[0], *shown[1]}) == 150
    assert shown[1] == shown[2]
    assert "<html" not in fragment
    assert "Received" in fragment
