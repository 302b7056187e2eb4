"""The demo data: the same for the same seed, believable, and never loaded twice."""

import io
import re
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count

from conversations.models import Conversation, Message
from leads import search
from leads.models import FACT_FIELDS, Lead, LeadEvent
from leads.models.choices import LeadStatus
from leads.scoring import score_value
from leads.temperature import temperature
from organisations.models import Organisation, User
from sift_site.demo import loading
from sift_site.demo.agencies import shares
from sift_site.demo.notes import NO_ANSWER
from sift_site.demo.people import plain
from tests.factories import at

pytestmark = pytest.mark.django_db

UNTIL = at("2026-06-01 15:00")


def load(**options) -> str:
    out = io.StringIO()
    defaults = {"organisations": 2, "leads": 300, "until": "2026-06-01T15:00:00Z"}
    call_command("load_demo", stdout=out, **defaults | options)
    return out.getvalue()


def content() -> list:
    """All that was loaded, without ids and the moment of loading, in an order of its own."""
    columns = [
        *FACT_FIELDS, "source", "status", "score", "moved_on", "created_at", "assignee__name",
        "follow_up_on",
    ]  # fmt: skip
    leads = Lead.objects.values_list("organisation__slug", *columns)
    messages = Message.objects.values_list("organisation__slug", "role", "content", "created_at")
    events = LeadEvent.objects.values_list(
        "kind", "from_value", "to_value", "actor_name", "payload__text", "created_at"
    )
    return [sorted(map(repr, rows)) for rows in (leads, messages, events)]


def start_afresh() -> None:
    """Remove all that was loaded, leads before the people who look after them."""
    Lead.objects.all().delete()
    Organisation.objects.all().delete()


def test_the_same_seed_and_time_give_the_same_content():
    load()
    first = content()
    start_afresh()

    load()

    assert content() == first


def test_another_seed_gives_other_people():
    load(seed=1)
    first = set(Lead.objects.values_list("email", "area", "budget_max"))
    start_afresh()

    load(seed=2)

    second = set(Lead.objects.values_list("email", "area", "budget_max"))
    assert len(first & second) < len(first) * 0.1


def test_another_seed_beside_the_first_is_loaded_too():
    load(seed=1)

    assert load(seed=2) == "300 leads loaded, 0 were there.\n"


def test_the_first_agency_has_its_people_and_nobody_a_password():
    load()

    agency = Organisation.objects.get(slug="harbour-and-vale")
    assert (agency.name, agency.plan) == ("Harbour & Vale", "growth")
    people = dict(agency.people.values_list("email", "name"))
    assert people["admin@harbour-and-vale.example"] == "Priya Shah"
    assert people["agent@harbour-and-vale.example"] == "Tom Whitfield"
    roles = Counter(agency.people.values_list("role", flat=True))
    assert roles["admin"] == 1
    assert not any(person.has_usable_password() for person in User.objects.all())


def test_running_it_again_adds_nothing_even_at_another_time():
    load()
    before = content()

    assert load() == "0 leads loaded, 300 were there.\n"
    assert load(until="2026-06-02T15:00:00Z") == "0 leads loaded, 300 were there.\n"
    assert content() == before


def test_an_interrupted_run_is_completed_by_the_next(monkeypatch):
    monkeypatch.setattr(loading, "CHUNK", 50)
    monkeypatch.setattr(loading, "_PARALLEL_FROM", 1000)
    write, calls = loading._write_chunk, iter(range(3))

    def stopping(*arguments):
        if next(calls) == 2:
            raise KeyboardInterrupt
        return write(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(loading, "_write_chunk", stopping)
        with pytest.raises(CommandError, match="the same command loads the rest"):
            load()
    assert Lead.objects.count() == 100

    assert load() == "200 leads loaded, 100 were there.\n"


def test_every_status_and_band_is_there_and_some_are_nameless_or_waiting():
    load()

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
    load()

    for rows, column in [
        (Lead, "created_at"),
        (Conversation, "last_message_at"),
        (Message, "created_at"),
        (LeadEvent, "created_at"),
    ]:
        times = rows.objects.values_list(column, flat=True)
        assert UNTIL - timedelta(days=366) <= min(times) <= max(times) <= UNTIL


def test_scores_statuses_and_events_agree():
    load()

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


def test_hardly_anybody_waits_for_more_than_three_weeks_and_the_night_brought_forty():
    load(organisations=1, leads=328)

    long_ago = UNTIL - timedelta(days=21)
    old = Lead.objects.filter(created_at__lt=long_ago)
    assert old.count() > 120
    assert old.filter(status__in=("hot", "warm")).count() <= 2  # put back, and in touch again
    assert old.filter(status__in=("new", "cold")).count() < old.count() * 0.1
    last_night = Lead.objects.filter(created_at__gte=UNTIL - timedelta(hours=15))
    assert 38 <= last_night.count() <= 48
    assert last_night.filter(moved_on=False).count() > 25
    assert last_night.filter(status__in=("hot", "warm")).count() >= 10


def test_past_those_who_came_of_late_leads_are_written_in_the_order_of_time():
    load(organisations=1, leads=440)

    days = [lead.created_at.date() for lead in Lead.objects.order_by("id")[140:]]
    assert days == sorted(days)
    assert len(set(days)) > 150


def test_a_larger_demo_adds_to_the_smaller_one(monkeypatch):
    monkeypatch.setattr(loading, "CHUNK", 50)
    monkeypatch.setattr(loading, "_PARALLEL_FROM", 1000)
    load(organisations=1, leads=200)

    assert load(organisations=1, leads=300) == "100 leads loaded, 200 were there.\n"


def test_e_mails_are_peoples_names_with_a_number_only_where_two_have_one():
    load(organisations=1, leads=328)

    emails = [email for email in Lead.objects.unmerged().values_list("email", flat=True) if email]
    assert len(set(emails)) == len(emails)
    numbered = [email for email in emails if any(letter.isdigit() for letter in email)]
    assert 0 < len(numbered) < len(emails) * 0.3
    for lead in Lead.objects.exclude(email=None).exclude(name=None):
        assert re.fullmatch(
            rf"{plain(lead.name).replace(' ', '.')}[0-9]*@example\.(com|org|net)", lead.email
        )


def test_some_come_back_and_some_of_them_want_more():
    load(organisations=1, leads=600)

    returned = Lead.objects.filter(merged__isnull=True).annotate(talks=Count("conversations"))
    returned = returned.filter(talks=2)
    assert 10 <= returned.count() <= 60
    captures = LeadEvent.objects.filter(kind="capture", lead__in=returned)
    seconds = [c for c in captures if c.payload["score"]["from"] is not None]
    assert len(seconds) == returned.count()
    assert ["viewing_requested"] in [second.payload["filled"] for second in seconds]
    for second in seconds:
        conversation = Conversation.objects.get(id=second.payload["conversation_id"])
        assert conversation.last_message_at == second.created_at
        assert conversation.created_at > second.lead.created_at


def test_some_leads_have_somebody_who_looks_after_them_a_day_to_return_and_notes():
    load(organisations=1, leads=328)

    looked_after = Lead.objects.exclude(assignee=None)
    assert 20 <= looked_after.count() <= 120
    for lead in looked_after.select_related("assignee"):
        taken = lead.events.filter(kind="assignment").order_by("created_at", "id")
        assert taken[0].payload["from_id"] is None
        last = taken[len(taken) - 1]
        assert last.to_value == lead.assignee.name
        assert last.payload["to_id"] == str(lead.assignee_id)
    days = Lead.objects.filter(merged__isnull=True).exclude(follow_up_on=None)
    assert days.count() >= 5
    assert not days.exclude(status__in=("contacted", "qualified")).exists()
    for lead in days:
        plans = sorted(lead.events.filter(kind="field"), key=lambda plan: plan.created_at)
        assert all(plan.payload == {"field": "follow_up_on"} for plan in plans)
        assert plans[-1].to_value == lead.follow_up_on.isoformat()
        assert [plan.from_value for plan in plans] == [None, *(p.to_value for p in plans[:-1])]
        assert abs((lead.follow_up_on - UNTIL.date()).days) <= 30
    notes = LeadEvent.objects.filter(kind="note")
    assert notes.count() >= 10
    assert all(note.payload["text"] for note in notes)


def test_calls_in_vain_are_noted_and_planned_anew_on_working_days():
    load(organisations=1, leads=600)

    in_vain = LeadEvent.objects.filter(kind="note", payload__text__in=NO_ANSWER)
    assert in_vain.count() >= 15
    for note in in_vain:
        plan = LeadEvent.objects.get(lead=note.lead, kind="field", created_at=note.created_at)
        assert date.fromisoformat(plan.to_value).weekday() < 5
        assert date.fromisoformat(plan.to_value) > note.created_at.date()


def test_what_is_found_by_search_is_what_is_stored():
    load(leads=120)

    for lead in Lead.objects.all():
        stored = lead.search
        search.renew(lead)
        lead.save(update_fields=["search"])
        lead.refresh_from_db(fields=["search"])
        assert lead.search == stored


def test_nearly_all_who_said_enough_have_a_summary():
    load(organisations=1, leads=328)

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
    load()

    for agency in Organisation.objects.all():
        people = dict(agency.people.values_list("id", "name"))
        events = LeadEvent.objects.for_organisation(agency).filter(actor_kind="person")
        assert events.exists()
        for id_, name in events.values_list("actor_id", "actor_name"):
            assert people[id_] == name


def test_a_transcript_says_what_is_known_of_its_lead():
    load(seed=2)  # what is written by hand is looked at in test_written_talks.py

    for lead in Lead.objects.prefetch_related("conversations__messages"):
        conversations = sorted(lead.conversations.all(), key=lambda c: c.created_at)
        conversation = conversations[0]
        for each in conversations:
            assert max(m.created_at for m in each.messages.all()) == each.last_message_at
        said = " ".join(
            m.content for c in conversations for m in c.messages.all() if m.role == "user"
        )
        assert lead.area is None or lead.area in said
        assert lead.name is None or lead.name in said
        assert lead.budget_max is None or f"£{lead.budget_max:,}" in said
        assert lead.email is None or conversation.channel == "email" or lead.email in said
        phone = lead.phone and lead.phone.replace("+44", "0")
        assert phone is None or conversation.channel == "sms" or phone in said.replace(" ", "")
        assert ("£" in said) == (lead.budget_max is not None)
        assert ("viewing" in said or "come and view" in said) == lead.viewing_requested


def test_the_assistant_answers_within_seconds_and_people_when_they_can():
    load(organisations=1)

    waits = {"assistant": [], "user": []}
    for conversation in Conversation.objects.filter(channel="website").prefetch_related("messages"):
        turns = sorted(conversation.messages.all(), key=lambda message: message.position)
        for before, turn in pairwise(turns):
            waits[turn.role].append((turn.created_at - before.created_at).total_seconds())
    assert max(waits["assistant"]) <= 6
    assert max(waits["user"]) > 60


def test_conversations_end_in_words_that_differ():
    load(organisations=1)

    ends = Counter(Conversation.objects.values_list("last_words", flat=True))
    assert ends.most_common(1)[0][1] < 0.06 * ends.total()


def test_several_languages_are_spoken():
    load()

    spoken = {
        language
        for languages in Conversation.objects.values_list("languages_used", flat=True)
        for language in languages
    }
    assert len(spoken) >= 6


def test_a_share_of_transcripts_leaves_the_other_leads_without():
    load(transcripts=0.2)
    assert 30 <= Conversation.objects.count() <= 90
    start_afresh()

    load(transcripts=0)
    assert not Conversation.objects.exists()
    assert Lead.objects.count() == 300


def test_agencies_differ_in_size_and_lose_no_lead():
    assert shares(600, 3) == [328, 163, 109]
    assert sum(shares(1_000_000, 7)) == 1_000_000
    assert shares(0, 2) == [0, 0]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"organisations": 0}, "--organisations takes 1 to 1000"),
        ({"leads": -1}, "--leads takes a number from 0 up"),
        ({"transcripts": 1.1}, "--transcripts takes a share from 0 to 1"),
        ({"transcripts": float("nan")}, "--transcripts takes a share from 0 to 1"),
        ({"until": "yesterday"}, "--until is 'yesterday'; it takes a time such as"),
        ({"until": "0001-01-01T00:00:00+14:00"}, "--until is '0001"),
    ],
)
def test_what_an_option_takes_is_said(options, named):
    with pytest.raises(CommandError, match=named):
        load(**options)
    assert not Organisation.objects.exists()
