"""What the demo data is like: believable, dated, and true to the product's rules."""

import re
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.db.models import Count

from conversations.models import Conversation, Message
from leads import search
from leads.models import Lead, LeadEvent
from leads.models.choices import LeadStatus
from leads.scoring import score_value
from leads.temperature import temperature
from organisations.models import Organisation, User
from sift_site.demo.notes import NO_ANSWER
from sift_site.demo.people import plain
from tests.demo.conftest import UNTIL

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("first")]


def test_the_first_agency_has_its_people_and_nobody_a_password():
    agency = Organisation.objects.get(slug="harbour-and-vale")
    assert (agency.name, agency.plan) == ("Harbour & Vale", "growth")
    people = dict(agency.people.values_list("email", "name"))
    assert people["admin@harbour-and-vale.example"] == "Priya Shah"
    assert people["agent@harbour-and-vale.example"] == "Tom Whitfield"
    roles = Counter(agency.people.values_list("role", flat=True))
    assert roles["admin"] == 1
    assert not any(person.has_usable_password() for person in User.objects.all())


def test_every_status_and_band_is_there_and_some_are_nameless_or_waiting():
    leads = Lead.objects.all()
    assert set(leads.values_list("status", flat=True)) == set(LeadStatus.values)
    bands = Counter(temperature(score) for score in leads.values_list("score", flat=True))
    assert min(bands[band] for band in ("hot", "warm", "cold", None)) >= 3
    assert leads.filter(name=None).count() > 5
    assert leads.filter(viewing_requested=True).count() > 20
    assert leads.filter(moved_on=False, status="hot").exists()
    assert leads.filter(created_at__gte=UNTIL - timedelta(days=1)).count() >= 12
    assert leads.filter(intent="rent", budget_max__lt=10_000).exists()
    assert not leads.filter(intent="rent", budget_max__gt=10_000).exists()
    assert not leads.filter(intent="buy", budget_max__lt=50_000).exists()


def test_all_of_it_lies_in_the_twelve_months_before_the_time():
    for rows, column in [
        (Lead, "created_at"),
        (Conversation, "last_message_at"),
        (Message, "created_at"),
        (LeadEvent, "created_at"),
    ]:
        times = rows.objects.values_list(column, flat=True)
        assert UNTIL - timedelta(days=366) <= min(times) <= max(times) <= UNTIL


def test_scores_statuses_and_events_agree():
    said = dict(
        Message.objects.filter(role="user")
        .values_list("conversation__lead")
        .annotate(Count("id"))
        .order_by()
    )
    alone = Lead.objects.unmerged().filter(merged__isnull=True)
    for lead in alone.prefetch_related("events", "conversations"):
        assert lead.score == score_value(lead, said.get(lead.id, 0))
        steps = sorted(
            (e for e in lead.events.all() if e.kind == "status"), key=lambda e: (e.created_at, e.id)
        )
        status = "new"
        for step in steps:
            assert step.from_value == status != step.to_value
            status = step.to_value
        assert lead.status == status
        assert lead.moved_on == bool(steps and steps[-1].actor_kind == "person")
        if not lead.moved_on:
            assert lead.status == (temperature(lead.score) or "new")
        captures = [e for e in lead.events.all() if e.kind == "capture"]
        assert len(captures) == len(lead.conversations.all())
        captures.sort(key=lambda event: event.created_at)
        scores = [capture.payload["score"] for capture in captures]
        assert scores[-1]["to"] == lead.score
        assert [score["from"] for score in scores] == [None, *(s["to"] for s in scores[:-1])]


def test_hardly_anybody_waits_for_more_than_three_weeks_and_the_night_brought_forty(first):
    leads = Lead.objects.for_organisation(first)
    long_ago = UNTIL - timedelta(days=21)
    old = leads.filter(created_at__lt=long_ago)
    assert old.count() > 120
    assert old.filter(status__in=("hot", "warm")).count() <= 2  # put back, and in touch again
    assert old.filter(status__in=("new", "cold")).count() < old.count() * 0.1
    last_night = leads.filter(created_at__gte=UNTIL - timedelta(hours=15))
    assert 38 <= last_night.count() <= 48
    assert last_night.filter(moved_on=False).count() > 25
    assert last_night.filter(status__in=("hot", "warm")).count() >= 10


def test_past_those_who_came_of_late_leads_are_written_in_the_order_of_time(first):
    leads = Lead.objects.for_organisation(first)
    days = [lead.created_at.date() for lead in leads.order_by("id")[140:]]
    assert days == sorted(days)
    assert len(set(days)) > 150


def test_e_mails_are_peoples_names_with_a_number_only_where_two_have_one(first):
    leads = Lead.objects.for_organisation(first)
    emails = [email for email in leads.unmerged().values_list("email", flat=True) if email]
    assert len(set(emails)) == len(emails)
    numbered = [email for email in emails if any(letter.isdigit() for letter in email)]
    assert 0 < len(numbered) < len(emails) * 0.3
    for lead in leads.exclude(email=None).exclude(name=None):
        assert re.fullmatch(
            rf"{plain(lead.name).replace(' ', '.')}[0-9]*@example\.(com|org|net)", lead.email
        )


def test_some_come_back_and_some_of_them_want_more(first):
    leads = Lead.objects.for_organisation(first)
    returned = leads.filter(merged__isnull=True).annotate(talks=Count("conversations"))
    returned = returned.filter(talks=2)
    assert 10 <= returned.count() <= 60
    captures = LeadEvent.objects.for_organisation(first).filter(kind="capture", lead__in=returned)
    seconds = [c for c in captures if c.payload["score"]["from"] is not None]
    assert len(seconds) == returned.count()
    assert ["viewing_requested"] in [second.payload["filled"] for second in seconds]
    for second in seconds:
        conversation = Conversation.objects.get(id=second.payload["conversation_id"])
        assert conversation.last_message_at == second.created_at
        assert conversation.created_at > second.lead.created_at


def test_some_leads_have_somebody_who_looks_after_them_a_day_to_return_and_notes(first):
    leads = Lead.objects.for_organisation(first)
    looked_after = leads.exclude(assignee=None)
    assert 20 <= looked_after.count() <= 120
    for lead in looked_after.select_related("assignee"):
        taken = lead.events.filter(kind="assignment").order_by("created_at", "id")
        assert taken[0].payload["from_id"] is None
        last = taken[len(taken) - 1]
        assert last.to_value == lead.assignee.name
        assert last.payload["to_id"] == str(lead.assignee_id)
    days = leads.filter(merged__isnull=True).exclude(follow_up_on=None)
    assert days.count() >= 5
    assert not days.exclude(status__in=("contacted", "qualified")).exists()
    for lead in days:
        plans = sorted(lead.events.filter(kind="field"), key=lambda plan: plan.created_at)
        assert all(plan.payload == {"field": "follow_up_on"} for plan in plans)
        assert plans[-1].to_value == lead.follow_up_on.isoformat()
        assert [plan.from_value for plan in plans] == [None, *(p.to_value for p in plans[:-1])]
        assert abs((lead.follow_up_on - UNTIL.date()).days) <= 30
    notes = LeadEvent.objects.for_organisation(first).filter(kind="note")
    assert notes.count() >= 10
    assert all(note.payload["text"] for note in notes)


def test_calls_in_vain_are_noted_and_planned_anew_on_working_days():
    in_vain = LeadEvent.objects.filter(kind="note", payload__text__in=NO_ANSWER)
    assert in_vain.count() >= 15
    for note in in_vain:
        plan = LeadEvent.objects.get(lead=note.lead, kind="field", created_at=note.created_at)
        assert date.fromisoformat(plan.to_value).weekday() < 5
        assert date.fromisoformat(plan.to_value) > note.created_at.date()


def test_what_is_found_by_search_is_what_is_stored():
    for lead in Lead.objects.all()[:120]:
        stored = lead.search
        search.renew(lead)
        lead.save(update_fields=["search"])
        lead.refresh_from_db(fields=["search"])
        assert lead.search == stored


def test_nearly_all_who_said_enough_have_a_summary():
    told = Lead.objects.exclude(area=None).exclude(intent=None)
    summarised = told.exclude(summary=None)
    assert summarised.count() > told.count() * 0.9
    for lead in summarised:
        assert lead.area in lead.summary
        assert (
            (f"£{lead.budget_max:,}" in lead.summary)
            if lead.budget_max
            else ("£" not in lead.summary)
        )


def test_events_are_by_people_of_the_agency():
    for agency in Organisation.objects.all():
        people = dict(agency.people.values_list("id", "name"))
        events = LeadEvent.objects.for_organisation(agency).filter(actor_kind="person")
        assert events.exists()
        for id_, name in events.values_list("actor_id", "actor_name"):
            assert people[id_] == name


def test_the_assistant_answers_within_seconds_and_people_when_they_can():
    waits = {"assistant": [], "user": []}
    for conversation in Conversation.objects.filter(channel="website").prefetch_related("messages"):
        turns = sorted(conversation.messages.all(), key=lambda message: message.position)
        for before, turn in pairwise(turns):
            waits[turn.role].append((turn.created_at - before.created_at).total_seconds())
    assert max(waits["assistant"]) <= 6
    assert max(waits["user"]) > 60


def test_conversations_end_in_words_that_differ():
    ends = Counter(Conversation.objects.values_list("last_words", flat=True))
    assert ends.most_common(1)[0][1] < 0.06 * ends.total()


def test_several_languages_are_spoken():
    spoken = {
        language
        for languages in Conversation.objects.values_list("languages_used", flat=True)
        for language in languages
    }
    assert len(spoken) >= 6
